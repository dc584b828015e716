//! Two sums of XXH3 as plain words: the definition of [`Accumulate`].

use crate::hash::{Accumulate, PRIME32_1};

/// Two words; also the register of levels that have no better one.
#[derive(Clone, Copy)]
pub(crate) struct Words([u64; 2]);

impl Words {
    /// Two little-endian words.
    ///
    /// # Safety
    /// K2: 16 bytes at `p`.
    #[inline(always)]
    unsafe fn load(p: *const u8) -> [u64; 2] {
        // SAFETY: K2; an array has no alignment to break.
        unsafe { p.cast::<[u64; 2]>().read_unaligned() }.map(u64::from_le)
    }
}

impl Accumulate for Words {
    const WORDS: usize = 2;

    #[inline(always)]
    unsafe fn load_sums(p: *const u64) -> Self {
        // SAFETY: K2, two words.
        Words(unsafe { p.cast::<[u64; 2]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn store_sums(self, p: *mut u64) {
        // SAFETY: K2, two words.
        unsafe { p.cast::<[u64; 2]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    unsafe fn accumulate(self, words: Self, input: *const u8, secret: *const u8) -> (Self, Self) {
        // SAFETY: K2, 16 bytes each.
        let (input, secret) = unsafe { (Words::load(input), Words::load(secret)) };
        let sum = |i: usize| {
            let mixed = input[i] ^ secret[i];
            let product = (mixed & 0xffff_ffff) * (mixed >> 32);
            self.0[i].wrapping_add(input[1 - i]).wrapping_add(product)
        };
        // Words have no lanes to cross: neighbours get theirs at once.
        (Words([sum(0), sum(1)]), words)
    }

    #[inline(always)]
    unsafe fn add_neighbours(self, _words: Self) -> Self {
        self
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Words([self.0[0].wrapping_add(other.0[0]), self.0[1].wrapping_add(other.0[1])])
    }

    #[inline(always)]
    unsafe fn scramble(self, secret: *const u8) -> Self {
        // SAFETY: K2, 16 bytes.
        let secret = unsafe { Words::load(secret) };
        let sum = |i: usize| {
            (self.0[i] ^ (self.0[i] >> 47) ^ secret[i]).wrapping_mul(u64::from(PRIME32_1))
        };
        Words([sum(0), sum(1)])
    }
}
