//! Four lanes: AVX-512 F and BW.

use crate::vector::Vector;
use core::arch::x86_64::*;

impl Vector for __m512i {
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn load(p: *const u8) -> Self {
        // SAFETY: K1, K2.
        unsafe { _mm512_loadu_si512(p.cast()) }
    }

    #[inline(always)]
    unsafe fn store(self, p: *mut u8) {
        // SAFETY: K1, K2.
        unsafe { _mm512_storeu_si512(p.cast(), self) }
    }

    #[inline(always)]
    unsafe fn stream(self, p: *mut u8) {
        // SAFETY: K1, K2, aligned as the trait demands.
        unsafe { _mm512_stream_si512(p.cast(), self) }
    }

    #[inline(always)]
    unsafe fn load_lanes(p: impl Fn(usize) -> *const u8) -> Self {
        // SAFETY: K1, K2 for the four lanes.
        unsafe {
            let v = _mm512_castsi128_si512(_mm_loadu_si128(p(0).cast()));
            let v = _mm512_inserti32x4::<1>(v, _mm_loadu_si128(p(1).cast()));
            let v = _mm512_inserti32x4::<2>(v, _mm_loadu_si128(p(2).cast()));
            _mm512_inserti32x4::<3>(v, _mm_loadu_si128(p(3).cast()))
        }
    }

    #[inline(always)]
    unsafe fn store_lane(self, lane: usize, p: *mut u8) {
        // SAFETY: K1, K2 for the lane.
        unsafe {
            let lane = match lane {
                0 => _mm512_castsi512_si128(self),
                1 => _mm512_extracti32x4_epi32::<1>(self),
                2 => _mm512_extracti32x4_epi32::<2>(self),
                _ => _mm512_extracti32x4_epi32::<3>(self),
            };
            _mm_storeu_si128(p.cast(), lane);
        }
    }

    #[inline(always)]
    unsafe fn splat(lane: &[u8; 16]) -> Self {
        // SAFETY: K1; the array has 16 bytes.
        unsafe { _mm512_broadcast_i32x4(_mm_loadu_si128(lane.as_ptr().cast())) }
    }

    #[inline(always)]
    unsafe fn zip_low<const SIZE: usize>(self, other: Self) -> Self {
        // SAFETY: K1.
        unsafe {
            match SIZE {
                1 => _mm512_unpacklo_epi8(self, other),
                2 => _mm512_unpacklo_epi16(self, other),
                4 => _mm512_unpacklo_epi32(self, other),
                _ => _mm512_unpacklo_epi64(self, other),
            }
        }
    }

    #[inline(always)]
    unsafe fn zip_high<const SIZE: usize>(self, other: Self) -> Self {
        // SAFETY: K1.
        unsafe {
            match SIZE {
                1 => _mm512_unpackhi_epi8(self, other),
                2 => _mm512_unpackhi_epi16(self, other),
                4 => _mm512_unpackhi_epi32(self, other),
                _ => _mm512_unpackhi_epi64(self, other),
            }
        }
    }

    #[inline(always)]
    unsafe fn shuffle(self, index: Self) -> Self {
        // SAFETY: K1.
        unsafe { _mm512_shuffle_epi8(self, index) }
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: K1.
        unsafe { _mm512_or_si512(self, other) }
    }

    #[inline(always)]
    unsafe fn reverse_lanes(self) -> Self {
        // SAFETY: K1.
        unsafe { _mm512_shuffle_i32x4::<0b00_01_10_11>(self, self) }
    }

    #[inline(always)]
    unsafe fn turn_lanes([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        // SAFETY: K1.
        unsafe {
            let even = |a, b| _mm512_shuffle_i32x4::<0b10_00_10_00>(a, b);
            let odd = |a, b| _mm512_shuffle_i32x4::<0b11_01_11_01>(a, b);
            let (e, f, g, h) = (even(a, b), odd(a, b), even(c, d), odd(c, d));
            [even(e, g), even(f, h), odd(e, g), odd(f, h)]
        }
    }
}
