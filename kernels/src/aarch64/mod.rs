//! NEON: one lane.

mod xxh3;

use crate::dispatch::Simd;
use crate::vector::Vector;
use core::arch::aarch64::*;
use pulp::NullaryFnOnce;

/// AArch64 with NEON.
#[derive(Clone, Copy)]
pub(crate) struct Neon;

impl Simd for Neon {
    type Wide = uint8x16_t;
    type Lane = uint8x16_t;
    type Sum = uint64x2_t;

    #[inline(always)]
    unsafe fn vectorize<Op: NullaryFnOnce>(op: Op) -> Op::Output {
        // SAFETY: K1, the CPU has NEON.
        unsafe { pulp::aarch64::Neon::new_unchecked() }.vectorize(op)
    }
}

/// A zip of wider elements.
macro_rules! zip {
    (u16, $zip:ident, $a:expr, $b:expr) => {
        vreinterpretq_u8_u16($zip(vreinterpretq_u16_u8($a), vreinterpretq_u16_u8($b)))
    };
    (u32, $zip:ident, $a:expr, $b:expr) => {
        vreinterpretq_u8_u32($zip(vreinterpretq_u32_u8($a), vreinterpretq_u32_u8($b)))
    };
    (u64, $zip:ident, $a:expr, $b:expr) => {
        vreinterpretq_u8_u64($zip(vreinterpretq_u64_u8($a), vreinterpretq_u64_u8($b)))
    };
}

impl Vector for uint8x16_t {
    const LANES: usize = 1;

    #[inline(always)]
    unsafe fn load(p: *const u8) -> Self {
        // SAFETY: K1, K2.
        unsafe { vld1q_u8(p) }
    }

    #[inline(always)]
    unsafe fn store(self, p: *mut u8) {
        // SAFETY: K1, K2.
        unsafe { vst1q_u8(p, self) }
    }

    #[inline(always)]
    unsafe fn stream(self, p: *mut u8) {
        // SAFETY: K1, K2; there is no such store to name.
        unsafe { self.store(p) }
    }

    #[inline(always)]
    unsafe fn load_lanes(p: impl Fn(usize) -> *const u8) -> Self {
        // SAFETY: K1, K2.
        unsafe { Self::load(p(0)) }
    }

    #[inline(always)]
    unsafe fn splat(lane: &[u8; 16]) -> Self {
        // SAFETY: K1; the array has 16 bytes.
        unsafe { vld1q_u8(lane.as_ptr()) }
    }

    #[inline(always)]
    unsafe fn zip_low<const SIZE: usize>(self, other: Self) -> Self {
        // SAFETY: K1.
        unsafe {
            match SIZE {
                1 => vzip1q_u8(self, other),
                2 => zip!(u16, vzip1q_u16, self, other),
                4 => zip!(u32, vzip1q_u32, self, other),
                _ => zip!(u64, vzip1q_u64, self, other),
            }
        }
    }

    #[inline(always)]
    unsafe fn zip_high<const SIZE: usize>(self, other: Self) -> Self {
        // SAFETY: K1.
        unsafe {
            match SIZE {
                1 => vzip2q_u8(self, other),
                2 => zip!(u16, vzip2q_u16, self, other),
                4 => zip!(u32, vzip2q_u32, self, other),
                _ => zip!(u64, vzip2q_u64, self, other),
            }
        }
    }

    #[inline(always)]
    unsafe fn shuffle(self, index: Self) -> Self {
        // SAFETY: K1; out of range indices give 0.
        unsafe { vqtbl1q_u8(self, index) }
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: K1.
        unsafe { vorrq_u8(self, other) }
    }

    #[inline(always)]
    unsafe fn reverse_lanes(self) -> Self {
        self
    }
}
