//! Two sums of XXH3 in a NEON register.

use crate::hash::{Accumulate, PRIME32_1};
use core::arch::aarch64::*;

/// Two little-endian words.
///
/// # Safety
/// K1, K2: 16 bytes at `p`.
#[inline(always)]
unsafe fn load(p: *const u8) -> uint64x2_t {
    // SAFETY: K1, K2.
    unsafe {
        let bytes = vld1q_u8(p);
        vreinterpretq_u64_u8(if cfg!(target_endian = "big") { vrev64q_u8(bytes) } else { bytes })
    }
}

impl Accumulate for uint64x2_t {
    const WORDS: usize = 2;

    #[inline(always)]
    unsafe fn load_sums(p: *const u64) -> Self {
        // SAFETY: K1, K2.
        unsafe { vld1q_u64(p) }
    }

    #[inline(always)]
    unsafe fn store_sums(self, p: *mut u64) {
        // SAFETY: K1, K2.
        unsafe { vst1q_u64(p, self) }
    }

    #[inline(always)]
    unsafe fn accumulate(self, words: Self, input: *const u8, secret: *const u8) -> (Self, Self) {
        // SAFETY: K1, K2.
        unsafe {
            let input = load(input);
            let mixed = veorq_u64(input, load(secret));
            let sums = vmlal_u32(self, vmovn_u64(mixed), vshrn_n_u64::<32>(mixed));
            (sums, vaddq_u64(words, input))
        }
    }

    #[inline(always)]
    unsafe fn add_neighbours(self, words: Self) -> Self {
        // SAFETY: K1.
        unsafe { vaddq_u64(self, vextq_u64::<1>(words, words)) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: K1.
        unsafe { vaddq_u64(self, other) }
    }

    #[inline(always)]
    unsafe fn scramble(self, secret: *const u8) -> Self {
        // SAFETY: K1, K2.
        unsafe {
            let prime = vdup_n_u32(PRIME32_1);
            let mixed = veorq_u64(veorq_u64(self, vshrq_n_u64::<47>(self)), load(secret));
            let high = vmull_u32(vshrn_n_u64::<32>(mixed), prime);
            vmlal_u32(vshlq_n_u64::<32>(high), vmovn_u64(mixed), prime)
        }
    }
}
