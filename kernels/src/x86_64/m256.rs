//! Two lanes: AVX2.

use crate::vector::Vector;
use core::arch::x86_64::*;

impl Vector for __m256i {
    const LANES: usize = 2;

    #[inline(always)]
    unsafe fn load(p: *const u8) -> Self {
        // SAFETY: K1, K2.
        unsafe { _mm256_loadu_si256(p.cast()) }
    }

    #[inline(always)]
    unsafe fn store(self, p: *mut u8) {
        // SAFETY: K1, K2.
        unsafe { _mm256_storeu_si256(p.cast(), self) }
    }

    #[inline(always)]
    unsafe fn stream(self, p: *mut u8) {
        // SAFETY: K1, K2, aligned as the trait demands.
        unsafe { _mm256_stream_si256(p.cast(), self) }
    }

    #[inline(always)]
    unsafe fn load_lanes(p: impl Fn(usize) -> *const u8) -> Self {
        // SAFETY: K1, K2 for both lanes.
        unsafe {
            let low = _mm256_castsi128_si256(_mm_loadu_si128(p(0).cast()));
            _mm256_inserti128_si256::<1>(low, _mm_loadu_si128(p(1).cast()))
        }
    }

    #[inline(always)]
    unsafe fn store_lane(self, lane: usize, p: *mut u8) {
        // SAFETY: K1, K2 for the lane.
        unsafe {
            let lane = match lane {
                0 => _mm256_castsi256_si128(self),
                _ => _mm256_extracti128_si256::<1>(self),
            };
            _mm_storeu_si128(p.cast(), lane);
        }
    }

    #[inline(always)]
    unsafe fn splat(lane: &[u8; 16]) -> Self {
        // SAFETY: K1; the array has 16 bytes.
        unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(lane.as_ptr().cast())) }
    }

    #[inline(always)]
    unsafe fn zip_low<const SIZE: usize>(self, other: Self) -> Self {
        // SAFETY: K1.
        unsafe {
            match SIZE {
                1 => _mm256_unpacklo_epi8(self, other),
                2 => _mm256_unpacklo_epi16(self, other),
                4 => _mm256_unpacklo_epi32(self, other),
                _ => _mm256_unpacklo_epi64(self, other),
            }
        }
    }

    #[inline(always)]
    unsafe fn zip_high<const SIZE: usize>(self, other: Self) -> Self {
        // SAFETY: K1.
        unsafe {
            match SIZE {
                1 => _mm256_unpackhi_epi8(self, other),
                2 => _mm256_unpackhi_epi16(self, other),
                4 => _mm256_unpackhi_epi32(self, other),
                _ => _mm256_unpackhi_epi64(self, other),
            }
        }
    }

    #[inline(always)]
    unsafe fn shuffle(self, index: Self) -> Self {
        // SAFETY: K1.
        unsafe { _mm256_shuffle_epi8(self, index) }
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: K1.
        unsafe { _mm256_or_si256(self, other) }
    }

    #[inline(always)]
    unsafe fn reverse_lanes(self) -> Self {
        // SAFETY: K1.
        unsafe { _mm256_permute2x128_si256::<0x01>(self, self) }
    }

    #[inline(always)]
    unsafe fn turn_lanes([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        // SAFETY: K1.
        unsafe {
            [
                _mm256_permute2x128_si256::<0x20>(a, b),
                _mm256_permute2x128_si256::<0x31>(a, b),
                _mm256_permute2x128_si256::<0x20>(c, d),
                _mm256_permute2x128_si256::<0x31>(c, d),
            ]
        }
    }
}
