//! XXH3 above 240 bytes: stripes of 64 bytes summed into eight words.
//!
//! Stripe `i` of a block is mixed with the 64 secret bytes at `8 * i`; after
//! the 16 stripes of a block the sums are scrambled. The specification leaves
//! the last 64 bytes of the input to a stripe of their own, which may overlap
//! the one before. So a stripe is due exactly when a later byte exists, and
//! the same loop, told where in a block it starts, serves a whole input and
//! any part of a stream. The sums stay in registers for the whole call.

use super::mix::*;
use super::secret::{LEN, Secret};
use crate::ahead::{GROUP, ask_pages, comes_from_memory};
use crate::dispatch::{Kernel, Simd, select};
use crate::level::Level;
use core::ptr::NonNull;

/// Bytes of a stripe.
pub(super) const STRIPE: usize = 64;
/// Stripes of a block.
pub(super) const BLOCK: usize = (LEN - STRIPE) / 8;
/// Blocks between the loop and the lines that it asks for: a hardware
/// prefetcher stops at the end of a page, so several pages, and less than a
/// small L1 cache.
const AHEAD: usize = 12;

/// A register of [`WORDS`](Accumulate::WORDS) of the eight sums.
///
/// # Safety
/// All methods demand K1; those with pointers also that the bytes of one
/// register are readable (writable for `store_sums`) there (K2). Nothing
/// needs to be aligned. Input and secret are little-endian.
pub(crate) trait Accumulate: Copy {
    /// Sums in a register.
    const WORDS: usize;

    /// The sums at `p`.
    unsafe fn load_sums(p: *const u64) -> Self;
    /// Writes the sums at `p`.
    unsafe fn store_sums(self, p: *mut u64);
    /// Adds to each sum the product of the halves of its input word xored with
    /// its secret word, and to each of `words` its input word.
    unsafe fn accumulate(self, words: Self, input: *const u8, secret: *const u8) -> (Self, Self);
    /// Adds to each sum what its neighbour has in `words`.
    unsafe fn add_neighbours(self, words: Self) -> Self;
    /// Adds other sums.
    unsafe fn add(self, other: Self) -> Self;
    /// Each sum shifted onto itself, xored with its secret word, multiplied.
    unsafe fn scramble(self, secret: *const u8) -> Self;
    /// Asks for the cache line of `p`.
    #[inline(always)]
    unsafe fn prefetch(_p: *const u8) {}
}

/// The eight sums and where in a block they are.
#[derive(Clone)]
pub(super) struct Sums {
    pub(super) words: [u64; 8],
    /// Stripes since the last scramble, less than [`BLOCK`].
    pub(super) stripes: usize,
}

impl Sums {
    /// Before the first stripe.
    pub(super) const NEW: Sums = Sums {
        words: [
            PRIME32_3 as u64,
            PRIME64_1,
            PRIME64_2,
            PRIME64_3,
            PRIME64_4,
            PRIME32_2 as u64,
            PRIME64_5,
            PRIME32_1 as u64,
        ],
        stripes: 0,
    };

    /// Adds whole stripes that are not the end of the input, and then the
    /// last 64 bytes of the input, seen before or not.
    pub(super) fn absorb(
        &mut self,
        level: Level,
        secret: &Secret,
        stripes: &[[u8; STRIPE]],
        last: Option<&[u8; STRIPE]>,
    ) {
        debug_assert!(self.stripes < BLOCK);
        let args = Args {
            sums: &mut self.words,
            secret: &secret.0,
            input: stripes.as_ptr(),
            stripes: stripes.len(),
            start: self.stripes,
            last: last.map(NonNull::from),
        };
        // SAFETY: K1 by the level; K2 as the pointers come from references
        // and `start` is below `BLOCK`; K3 as `self` is borrowed mutably;
        // K4 as the input is a slice.
        unsafe { select::<Stripes>(level)(args) };
        self.stripes = (self.stripes + stripes.len()) % BLOCK;
    }

    /// The 64-bit hash after the last stripe.
    pub(super) fn merge64(&self, secret: &Secret, len: u64) -> u64 {
        self.merge(secret, 11, len.wrapping_mul(PRIME64_1))
    }

    /// The 128-bit hash after the last stripe.
    pub(super) fn merge128(&self, secret: &Secret, len: u64) -> u128 {
        let high = self.merge(secret, LEN - 75, !len.wrapping_mul(PRIME64_2));
        join(self.merge64(secret, len), high)
    }

    #[inline(always)]
    fn merge(&self, secret: &Secret, at: usize, start: u64) -> u64 {
        let key = |i: usize| word(&secret.0, at + 8 * i);
        avalanche((0..8).step_by(2).fold(start, |sum, i| {
            sum.wrapping_add(fold(self.words[i] ^ key(i), self.words[i + 1] ^ key(i + 1)))
        }))
    }
}

/// The loop over stripes.
struct Stripes;

/// The arguments of [`Stripes`].
#[derive(Clone, Copy)]
struct Args {
    sums: *mut [u64; 8],
    secret: *const [u8; LEN],
    input: *const [u8; STRIPE],
    /// Stripes at `input`.
    stripes: usize,
    /// Stripes of the block that `sums` already hold, less than [`BLOCK`].
    start: usize,
    /// The end of the input.
    last: Option<NonNull<[u8; STRIPE]>>,
}

impl Kernel for Stripes {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>(args: Args) {
        let secret = args.secret.cast::<u8>();
        let mut input = args.input.cast::<u8>();
        // A block that is under way is finished first.
        let head = args.stripes.min((BLOCK - args.start) % BLOCK);
        let (blocks, tail) = ((args.stripes - head) / BLOCK, (args.stripes - head) % BLOCK);
        // SAFETY: K1 and K2 are the caller's; stripe `i` of a block reads
        // secret bytes `8 * i .. 8 * i + 64` with `i < BLOCK`, a scramble the
        // last 64 and the last stripe the 64 before the last 7; head, blocks
        // and tail add up to `args.stripes`, so `input` ends one past the
        // last stripe, and `ahead` stays before that (K4).
        unsafe {
            let mut sums = Registers::<S::Sum>::load(args.sums);
            for i in args.start..args.start + head {
                sums.stripe(input, secret.add(8 * i));
                input = input.add(STRIPE);
            }
            if head > 0 && args.start + head == BLOCK {
                sums.scramble(secret);
            }
            input = sums.blocks::<S>(input, secret, blocks, None);
            for i in 0..tail {
                sums.stripe(input, secret.add(8 * i));
                input = input.add(STRIPE);
            }
            if let Some(last) = args.last {
                sums.stripe(last.as_ptr().cast(), secret.add(LEN - 71));
            }
            sums.store(args.sums);
        }
    }
}

/// No sums.
pub(super) const NONE: [u64; 8] = [0; 8];

/// All eight sums in registers of two to eight words; the first
/// `8 / WORDS` are used and the others vanish in the compiler.
pub(super) struct Registers<A>([Register<A>; 4]);

#[derive(Clone, Copy)]
struct Register<A> {
    sums: A,
    /// The block's input, word by word: each is due to its neighbour's sum,
    /// and to swap them once at the end of the block saves a shuffle a stripe.
    words: A,
}

impl<A: Accumulate> Registers<A> {
    /// The registers that are used, and where in 64 bytes each begins.
    #[inline(always)]
    fn used(&mut self) -> impl Iterator<Item = (usize, &mut Register<A>)> {
        (0..STRIPE).step_by(8 * A::WORDS).zip(&mut self.0)
    }

    /// # Safety
    /// K1, K2.
    #[inline(always)]
    pub(super) unsafe fn load(sums: *const [u64; 8]) -> Self {
        // SAFETY: K1, K2: `at` and a register end within the eight words.
        unsafe {
            let none = A::load_sums(NONE.as_ptr());
            let mut registers = Registers([Register { sums: none, words: none }; 4]);
            for (at, register) in registers.used() {
                register.sums = A::load_sums(sums.byte_add(at).cast());
            }
            registers
        }
    }

    /// # Safety
    /// K1, K2.
    #[inline(always)]
    pub(super) unsafe fn store(&mut self, sums: *mut [u64; 8]) {
        for (at, Register { sums: own, words }) in self.used() {
            // SAFETY: K1, K2: `at` and a register end within the eight words.
            unsafe { own.add_neighbours(*words).store_sums(sums.byte_add(at).cast()) };
        }
    }

    /// Adds one stripe.
    ///
    /// # Safety
    /// K1, K2: 64 bytes at `input` and at `secret`.
    #[inline(always)]
    unsafe fn stripe(&mut self, input: *const u8, secret: *const u8) {
        for (at, Register { sums, words }) in self.used() {
            // SAFETY: K1, K2: `at` and a register end within 64 bytes.
            (*sums, *words) = unsafe { sums.accumulate(*words, input.add(at), secret.add(at)) };
        }
    }

    /// Adds whole blocks, or writes to `apart` what each of them adds, for which the
    /// registers are empty before and after; meanwhile those after them are asked for.
    /// Returns the end of them.
    ///
    /// # Safety
    /// K1, K2: so many blocks at `input` and `apart`, a whole secret at `secret`; K3
    /// for `apart`.
    #[inline(always)]
    pub(super) unsafe fn blocks<S: Simd<Sum = A>>(
        &mut self,
        input: *const u8,
        secret: *const u8,
        blocks: usize,
        apart: Option<*mut [u64; 8]>,
    ) -> *const u8 {
        // Those in front of the end ask for nothing beyond it.
        let far = if comes_from_memory(blocks * BLOCK * STRIPE) {
            blocks.saturating_sub(2 * GROUP / (BLOCK * STRIPE))
        } else {
            0
        };
        // SAFETY: handed on.
        unsafe {
            let near = self.asking::<S, true>(input, secret, far, apart);
            let apart = apart.map(|apart| apart.add(far));
            self.asking::<S, false>(near, secret, blocks - far, apart)
        }
    }

    /// As [`blocks`](Registers::blocks), which are asked for `PAGES` beside each
    /// other, or in order.
    ///
    /// # Safety
    /// As [`blocks`](Registers::blocks).
    #[inline(always)]
    unsafe fn asking<S: Simd<Sum = A>, const PAGES: bool>(
        &mut self,
        input: *const u8,
        secret: *const u8,
        blocks: usize,
        apart: Option<*mut [u64; 8]>,
    ) -> *const u8 {
        let mut input = input;
        for block in 0..blocks {
            // Near the end the block's own lines are as good as any.
            let ahead = if block + AHEAD < blocks { AHEAD * BLOCK * STRIPE } else { 0 };
            // Groups of four, as 16 stripes at once are not unrolled.
            for group in (0..BLOCK).step_by(4) {
                // SAFETY: K1, K2; `ahead` stays before the end.
                unsafe {
                    if PAGES {
                        ask_pages::<S>(input);
                    }
                    for i in group..group + 4 {
                        if !PAGES {
                            A::prefetch(input.add(ahead));
                        }
                        self.stripe(input, secret.add(8 * i));
                        input = input.add(STRIPE);
                    }
                }
            }
            // SAFETY: K1 to K3.
            unsafe {
                match apart {
                    Some(apart) => {
                        self.store(apart.add(block));
                        *self = Registers::load(&NONE);
                    }
                    None => self.scramble(secret),
                }
            }
        }
        input
    }

    /// Adds other sums, each a register's.
    ///
    /// # Safety
    /// K1, K2.
    #[inline(always)]
    pub(super) unsafe fn add(&mut self, other: *const [u64; 8]) {
        for (at, Register { sums, .. }) in self.used() {
            // SAFETY: K1, K2: `at` and a register end within the eight words.
            *sums = unsafe { sums.add(A::load_sums(other.byte_add(at).cast())) };
        }
    }

    /// The end of a block.
    ///
    /// # Safety
    /// K1, K2: a whole secret at `secret`.
    #[inline(always)]
    pub(super) unsafe fn scramble(&mut self, secret: *const u8) {
        // SAFETY: K1, K2: `at` and a register end within the last 64 bytes.
        unsafe {
            let none = A::load_sums(NONE.as_ptr());
            for (at, Register { sums, words }) in self.used() {
                let last = secret.add(LEN - STRIPE + at);
                *sums = sums.add_neighbours(*words).scramble(last);
                *words = none;
            }
        }
    }
}
