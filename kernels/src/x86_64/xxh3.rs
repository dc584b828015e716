//! The sums of XXH3 in two, four or eight words: SSE2, AVX2, AVX-512 F.
//!
//! The shuffle of a sum's input swaps neighbouring words; `mul_epu32`
//! multiplies the low halves of each word.

use crate::hash::{Accumulate, PRIME32_1};
use core::arch::x86_64::*;

impl Accumulate for __m128i {
    const WORDS: usize = 2;

    #[inline(always)]
    unsafe fn load_sums(p: *const u64) -> Self {
        // SAFETY: K1, K2.
        unsafe { _mm_loadu_si128(p.cast()) }
    }

    #[inline(always)]
    unsafe fn store_sums(self, p: *mut u64) {
        // SAFETY: K1, K2.
        unsafe { _mm_storeu_si128(p.cast(), self) }
    }

    #[inline(always)]
    unsafe fn accumulate(self, words: Self, input: *const u8, secret: *const u8) -> (Self, Self) {
        // SAFETY: K1, K2.
        unsafe {
            let input = _mm_loadu_si128(input.cast());
            let mixed = _mm_xor_si128(input, _mm_loadu_si128(secret.cast()));
            let product = _mm_mul_epu32(mixed, _mm_srli_epi64::<32>(mixed));
            (_mm_add_epi64(self, product), _mm_add_epi64(words, input))
        }
    }

    #[inline(always)]
    unsafe fn add_neighbours(self, words: Self) -> Self {
        // SAFETY: K1.
        unsafe { _mm_add_epi64(self, _mm_shuffle_epi32::<0b01_00_11_10>(words)) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: K1.
        unsafe { _mm_add_epi64(self, other) }
    }

    #[inline(always)]
    unsafe fn scramble(self, secret: *const u8) -> Self {
        // SAFETY: K1, K2.
        unsafe {
            let prime = _mm_set1_epi32(PRIME32_1 as i32);
            let shifted = _mm_xor_si128(self, _mm_srli_epi64::<47>(self));
            let mixed = _mm_xor_si128(shifted, _mm_loadu_si128(secret.cast()));
            let high = _mm_mul_epu32(_mm_srli_epi64::<32>(mixed), prime);
            _mm_add_epi64(_mm_mul_epu32(mixed, prime), _mm_slli_epi64::<32>(high))
        }
    }

    #[inline(always)]
    unsafe fn prefetch(p: *const u8) {
        // SAFETY: K1.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(p.cast()) }
    }
}

impl Accumulate for __m256i {
    const WORDS: usize = 4;

    #[inline(always)]
    unsafe fn load_sums(p: *const u64) -> Self {
        // SAFETY: K1, K2.
        unsafe { _mm256_loadu_si256(p.cast()) }
    }

    #[inline(always)]
    unsafe fn store_sums(self, p: *mut u64) {
        // SAFETY: K1, K2.
        unsafe { _mm256_storeu_si256(p.cast(), self) }
    }

    #[inline(always)]
    unsafe fn accumulate(self, words: Self, input: *const u8, secret: *const u8) -> (Self, Self) {
        // SAFETY: K1, K2.
        unsafe {
            let input = _mm256_loadu_si256(input.cast());
            let mixed = _mm256_xor_si256(input, _mm256_loadu_si256(secret.cast()));
            let product = _mm256_mul_epu32(mixed, _mm256_srli_epi64::<32>(mixed));
            (_mm256_add_epi64(self, product), _mm256_add_epi64(words, input))
        }
    }

    #[inline(always)]
    unsafe fn add_neighbours(self, words: Self) -> Self {
        // SAFETY: K1.
        unsafe { _mm256_add_epi64(self, _mm256_shuffle_epi32::<0b01_00_11_10>(words)) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: K1.
        unsafe { _mm256_add_epi64(self, other) }
    }

    #[inline(always)]
    unsafe fn scramble(self, secret: *const u8) -> Self {
        // SAFETY: K1, K2.
        unsafe {
            let prime = _mm256_set1_epi32(PRIME32_1 as i32);
            let shifted = _mm256_xor_si256(self, _mm256_srli_epi64::<47>(self));
            let mixed = _mm256_xor_si256(shifted, _mm256_loadu_si256(secret.cast()));
            let high = _mm256_mul_epu32(_mm256_srli_epi64::<32>(mixed), prime);
            _mm256_add_epi64(_mm256_mul_epu32(mixed, prime), _mm256_slli_epi64::<32>(high))
        }
    }

    #[inline(always)]
    unsafe fn prefetch(p: *const u8) {
        // SAFETY: K1.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(p.cast()) }
    }
}

impl Accumulate for __m512i {
    const WORDS: usize = 8;

    #[inline(always)]
    unsafe fn load_sums(p: *const u64) -> Self {
        // SAFETY: K1, K2.
        unsafe { _mm512_loadu_si512(p.cast()) }
    }

    #[inline(always)]
    unsafe fn store_sums(self, p: *mut u64) {
        // SAFETY: K1, K2.
        unsafe { _mm512_storeu_si512(p.cast(), self) }
    }

    #[inline(always)]
    unsafe fn accumulate(self, words: Self, input: *const u8, secret: *const u8) -> (Self, Self) {
        // SAFETY: K1, K2.
        unsafe {
            let input = _mm512_loadu_si512(input.cast());
            let mixed = _mm512_xor_si512(input, _mm512_loadu_si512(secret.cast()));
            let product = _mm512_mul_epu32(mixed, _mm512_srli_epi64::<32>(mixed));
            (_mm512_add_epi64(self, product), _mm512_add_epi64(words, input))
        }
    }

    #[inline(always)]
    unsafe fn add_neighbours(self, words: Self) -> Self {
        // SAFETY: K1.
        unsafe { _mm512_add_epi64(self, _mm512_shuffle_epi32::<0b01_00_11_10>(words)) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: K1.
        unsafe { _mm512_add_epi64(self, other) }
    }

    #[inline(always)]
    unsafe fn scramble(self, secret: *const u8) -> Self {
        // SAFETY: K1, K2.
        unsafe {
            let prime = _mm512_set1_epi32(PRIME32_1 as i32);
            let shifted = _mm512_xor_si512(self, _mm512_srli_epi64::<47>(self));
            let mixed = _mm512_xor_si512(shifted, _mm512_loadu_si512(secret.cast()));
            let high = _mm512_mul_epu32(_mm512_srli_epi64::<32>(mixed), prime);
            _mm512_add_epi64(_mm512_mul_epu32(mixed, prime), _mm512_slli_epi64::<32>(high))
        }
    }

    #[inline(always)]
    unsafe fn prefetch(p: *const u8) {
        // SAFETY: K1.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(p.cast()) }
    }
}
