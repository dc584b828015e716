//! WebAssembly's simd128: one lane. There is nothing to detect: a module
//! that was compiled with it runs only where it is.

use crate::dispatch::Simd;
use crate::scalar::Words;
use crate::vector::Vector;
use core::arch::wasm32::*;
use pulp::NullaryFnOnce;

/// WebAssembly with simd128.
#[derive(Clone, Copy)]
pub(crate) struct Simd128;

impl Simd for Simd128 {
    type Wide = v128;
    type Lane = v128;
    type Sum = Words;

    #[inline(always)]
    unsafe fn vectorize<Op: NullaryFnOnce>(op: Op) -> Op::Output {
        op.call()
    }
}

impl Vector for v128 {
    const LANES: usize = 1;

    #[inline(always)]
    unsafe fn load(p: *const u8) -> Self {
        // SAFETY: K2.
        unsafe { v128_load(p.cast()) }
    }

    #[inline(always)]
    unsafe fn store(self, p: *mut u8) {
        // SAFETY: K2.
        unsafe { v128_store(p.cast(), self) }
    }

    #[inline(always)]
    unsafe fn stream(self, p: *mut u8) {
        // SAFETY: K2; there is no such store.
        unsafe { self.store(p) }
    }

    #[inline(always)]
    unsafe fn load_lanes(p: impl Fn(usize) -> *const u8) -> Self {
        // SAFETY: K2.
        unsafe { Self::load(p(0)) }
    }

    #[inline(always)]
    unsafe fn splat(lane: &[u8; 16]) -> Self {
        // SAFETY: the array has 16 bytes.
        unsafe { Self::load(lane.as_ptr()) }
    }

    #[inline(always)]
    unsafe fn zip_low<const SIZE: usize>(self, other: Self) -> Self {
        match SIZE {
            1 => {
                i8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(self, other)
            }
            2 => i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(self, other),
            4 => i32x4_shuffle::<0, 4, 1, 5>(self, other),
            _ => i64x2_shuffle::<0, 2>(self, other),
        }
    }

    #[inline(always)]
    unsafe fn zip_high<const SIZE: usize>(self, other: Self) -> Self {
        match SIZE {
            1 => i8x16_shuffle::<8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31>(
                self, other,
            ),
            2 => i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(self, other),
            4 => i32x4_shuffle::<2, 6, 3, 7>(self, other),
            _ => i64x2_shuffle::<1, 3>(self, other),
        }
    }

    #[inline(always)]
    unsafe fn shuffle(self, index: Self) -> Self {
        u8x16_swizzle(self, index)
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        v128_or(self, other)
    }

    #[inline(always)]
    unsafe fn reverse_lanes(self) -> Self {
        self
    }
}
