//! The three x86-64 levels: SSSE3/SSE4.2, AVX2 and AVX-512.
//!
//! With its siblings for other architectures, the only code that names
//! `core::arch`.

mod m128;
mod m256;
mod m512;
mod xxh3;

use crate::dispatch::Simd;
use core::arch::x86_64::{
    __m128i, __m256i, __m512i, _MM_HINT_T0, _MM_HINT_T1, _mm_prefetch, _mm_sfence,
};
use pulp::NullaryFnOnce;

/// A level whose features are those of a pulp token.
macro_rules! level {
    ($name:ident, $wide:ty, $doc:literal) => {
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
                unsafe { pulp::x86::$name::new_unchecked() }.vectorize(op)
            }
        }
    };
}

level!(V2, __m128i, "x86-64-v2: SSE4.2 with SSSE3's byte shuffle, one lane.");
level!(V3, __m256i, "x86-64-v3: AVX2, two lanes.");
level!(V4, __m512i, "x86-64-v4: AVX-512 F, BW, CD, DQ, VL, four lanes.");
