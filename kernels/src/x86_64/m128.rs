//! One lane: SSE2 and SSSE3.

use crate::vector::Vector;
use core::arch::x86_64::*;

impl Vector for __m128i {
    const LANES: usize = 1;

    #[inline(always)]
    unsafe fn load(p: *const u8) -> Self {
        // SAFETY: K1, K2.
        unsafe { _mm_loadu_si128(p.cast()) }
    }

    #[inline(always)]
    unsafe fn store(self, p: *mut u8) {
        // SAFETY: K1, K2.
        unsafe { _mm_storeu_si128(p.cast(), self) }
    }

    #[inline(always)]
    unsafe fn stream(self, p: *mut u8) {
        // SAFETY: K1, K2, aligned as the trait demands.
        unsafe { _mm_stream_si128(p.cast(), self) }
    }

    #[inline(always)]
    unsafe fn load_lanes(p: impl Fn(usize) -> *const u8) -> Self {
        // SAFETY: K1, K2.
        unsafe { Self::load(p(0)) }
    }

    #[inline(always)]
    unsafe fn splat(lane: &[u8; 16]) -> Self {
        // SAFETY: K1; the array has 16 bytes.
        unsafe { Self::load(lane.as_ptr()) }
    }

    #[inline(always)]
    unsafe fn zip_low<const SIZE: usize>(self, other: Self) -> Self {
        // SAFETY: K1.
        unsafe {
            match SIZE {
                1 => _mm_unpacklo_epi8(self, other),
                2 => _mm_unpacklo_epi16(self, other),
                4 => _mm_unpacklo_epi32(self, other),
                _ => _mm_unpacklo_epi64(self, other),
            }
        }
    }

    #[inline(always)]
    unsafe fn zip_high<const SIZE: usize>(self, other: Self) -> Self {
        // SAFETY: K1.
        unsafe {
            match SIZE {
                1 => _mm_unpackhi_epi8(self, other),
                2 => _mm_unpackhi_epi16(self, other),
                4 => _mm_unpackhi_epi32(self, other),
                _ => _mm_unpackhi_epi64(self, other),
            }
        }
    }

    #[inline(always)]
    unsafe fn shuffle(self, index: Self) -> Self {
        // SAFETY: K1.
        unsafe { _mm_shuffle_epi8(self, index) }
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: K1.
        unsafe { _mm_or_si128(self, other) }
    }

    #[inline(always)]
    unsafe fn reverse_lanes(self) -> Self {
        self
    }
}
