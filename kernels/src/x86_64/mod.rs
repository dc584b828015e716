//! The three x86-64 levels: SSSE3/SSE4.2, AVX2 and AVX-512.
//!
//! With its siblings for other architectures, the only code that names
//! `core::arch`.

mod m128;
mod m256;
mod m512;
mod xxh3;

use crate::dispatch::Simd;
use crate::vector::Vector;
use core::arch::x86_64::{
    __m128i, __m256i, __m512i, _MM_HINT_T0, _MM_HINT_T1, _mm_prefetch, _mm_sfence,
    _mm512_mask_blend_epi8, _mm512_permutexvar_epi8,
};
use pulp::NullaryFnOnce;

/// A level whose features are those of a pulp token.
macro_rules! level {
    ($name:ident, $token:path, $wide:ty, $doc:literal $(, $($more:tt)*)?) => {
        #[doc = $doc]
        #[derive(Clone, Copy)]
        pub(crate) struct $name;

        impl Simd for $name {
            type Wide = $wide;
            type Lane = __m128i;
            type Sum = $wide;

            #[inline(always)]
            unsafe fn prefetch(p: *const u8) {
                // SAFETY: a hint, which never faults.
                unsafe { _mm_prefetch::<_MM_HINT_T1>(p.cast()) }
            }

            #[inline(always)]
            unsafe fn prefetch_near(p: *const u8) {
                // SAFETY: a hint, which never faults.
                unsafe { _mm_prefetch::<_MM_HINT_T0>(p.cast()) }
            }

            #[inline(always)]
            unsafe fn fence() {
                // SAFETY: K1.
                unsafe { _mm_sfence() }
            }

            #[inline(always)]
            unsafe fn vectorize<Op: NullaryFnOnce>(op: Op) -> Op::Output {
                // SAFETY: K1, the CPU has the token's features.
                unsafe { <$token>::new_unchecked() }.vectorize(op)
            }

            $($($more)*)?
        }
    };
}

level!(V2, pulp::x86::V2, __m128i, "x86-64-v2: SSE4.2 with SSSE3's byte shuffle, one lane.");
level!(V3, pulp::x86::V3, __m256i, "x86-64-v3: AVX2, two lanes.");
level!(V4, pulp::x86::V4, __m512i, "x86-64-v4: AVX-512 F, BW, CD, DQ, VL, four lanes.");
level! {
    V4Vbmi, Vbmi, __m512i, "The same with VBMI, which moves bytes across lanes.",

    const ACROSS: bool = true;

    #[inline(always)]
    unsafe fn permute(bytes: __m512i, index: &[u8; 64]) -> __m512i {
        // SAFETY: K1; the array has 64 bytes.
        unsafe { _mm512_permutexvar_epi8(__m512i::load(index.as_ptr()), bytes) }
    }

    #[inline(always)]
    unsafe fn blend(bytes: __m512i, other: __m512i, mask: u64) -> __m512i {
        // SAFETY: K1.
        unsafe { _mm512_mask_blend_epi8(mask, bytes, other) }
    }
}

pub(crate) use vbmi::Token as Vbmi;

mod vbmi {
    pulp::simd_type!({
        /// What pulp's `V4` has, and VBMI.
        pub(crate) struct Token {
            sse: f!("sse"),
            sse2: f!("sse2"),
            fxsr: f!("fxsr"),
            sse3: f!("sse3"),
            ssse3: f!("ssse3"),
            sse4_1: f!("sse4.1"),
            sse4_2: f!("sse4.2"),
            popcnt: f!("popcnt"),
            avx: f!("avx"),
            avx2: f!("avx2"),
            bmi1: f!("bmi1"),
            bmi2: f!("bmi2"),
            fma: f!("fma"),
            lzcnt: f!("lzcnt"),
            avx512f: f!("avx512f"),
            avx512bw: f!("avx512bw"),
            avx512cd: f!("avx512cd"),
            avx512dq: f!("avx512dq"),
            avx512vl: f!("avx512vl"),
            avx512vbmi: f!("avx512vbmi"),
        }
    });
}
