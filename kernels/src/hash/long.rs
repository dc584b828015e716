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
use crate::dispatch::{Kernel, Simd, select};
use crate::level::Level;
use crate::scalar::Words;

/// Bytes of a stripe.
pub(super) const STRIPE: usize = 64;
/// Stripes of a block.
const BLOCK: usize = (LEN - STRIPE) / 8;

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
    /// To each sum: the input word of its neighbour, and the product of the
    /// halves of its own input word xored with its secret word.
    unsafe fn accumulate(self, input: *const u8, secret: *const u8) -> Self;
    /// Each sum shifted onto itself, xored with its secret word, multiplied.
    unsafe fn scramble(self, secret: *const u8) -> Self;
    /// Asks for the cache line that the loop reaches soon after `input`,
    /// which need not exist.
    #[inline(always)]
    unsafe fn prefetch(_input: *const u8) {}
}

/// The eight sums and where in a block they are.
#[derive(Clone)]
pub(super) struct Sums {
    words: [u64; 8],
    /// Stripes since the last scramble, less than [`BLOCK`].
    stripes: usize,
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

    /// Adds whole stripes that are not the end of the input.
    pub(super) fn absorb(&mut self, level: Level, secret: &Secret, stripes: &[[u8; STRIPE]]) {
        debug_assert!(self.stripes < BLOCK);
        let args = Args {
            sums: &mut self.words,
            secret: &secret.0,
            input: stripes.as_ptr(),
            stripes: stripes.len(),
            start: self.stripes,
        };
        // SAFETY: K1 by the level; K2 as the pointers come from references
        // and `start` is below `BLOCK`; K3 as `self` is borrowed mutably;
        // K4 as the input is a slice.
        unsafe { select::<Stripes>(level)(args) };
        self.stripes = (self.stripes + stripes.len()) % BLOCK;
    }

    /// Adds the last 64 bytes of the input, seen before or not.
    pub(super) fn absorb_last(&mut self, secret: &Secret, last: &[u8; STRIPE]) {
        let sums = &mut self.words;
        // SAFETY: K1 as these are plain words; K2 as 71 bytes of the secret
        // remain, 64 of the input and of the sums.
        unsafe {
            let mut registers = load::<Words>(sums);
            stripe(&mut registers, last.as_ptr(), secret.0.as_ptr().add(LEN - 71));
            store(&registers, sums);
        }
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
        // secret bytes `8 * i .. 8 * i + 64` with `i < BLOCK`, and a scramble
        // the last 64; head, blocks and tail add up to `args.stripes`, so
        // `input` ends one past the last stripe (K4).
        unsafe {
            let mut sums = load::<S::Sum>(args.sums);
            for i in args.start..args.start + head {
                stripe(&mut sums, input, secret.add(8 * i));
                input = input.add(STRIPE);
            }
            if head > 0 && args.start + head == BLOCK {
                scramble(&mut sums, secret);
            }
            for _ in 0..blocks {
                for i in 0..BLOCK {
                    S::Sum::prefetch(input);
                    stripe(&mut sums, input, secret.add(8 * i));
                    input = input.add(STRIPE);
                }
                scramble(&mut sums, secret);
            }
            for i in 0..tail {
                stripe(&mut sums, input, secret.add(8 * i));
                input = input.add(STRIPE);
            }
            store(&sums, args.sums);
        }
    }
}

/// All eight sums in registers of one to four words; the first
/// `8 / WORDS` are used and the others vanish in the compiler.
type Registers<A> = [A; 4];

/// # Safety
/// K1, K2.
#[inline(always)]
unsafe fn load<A: Accumulate>(sums: *const [u64; 8]) -> Registers<A> {
    // SAFETY: K1, K2: every register read is within the eight words.
    unsafe {
        let mut registers = [A::load_sums(sums.cast()); 4];
        for r in 1..8 / A::WORDS {
            registers[r] = A::load_sums(sums.cast::<u64>().add(r * A::WORDS));
        }
        registers
    }
}

/// # Safety
/// K1, K2.
#[inline(always)]
unsafe fn store<A: Accumulate>(registers: &Registers<A>, sums: *mut [u64; 8]) {
    for r in 0..8 / A::WORDS {
        // SAFETY: K1, K2: every register written is within the eight words.
        unsafe { registers[r].store_sums(sums.cast::<u64>().add(r * A::WORDS)) };
    }
}

/// Adds one stripe.
///
/// # Safety
/// K1, K2: 64 bytes at `input` and at `secret`.
#[inline(always)]
unsafe fn stripe<A: Accumulate>(sums: &mut Registers<A>, input: *const u8, secret: *const u8) {
    for r in 0..8 / A::WORDS {
        let at = 8 * r * A::WORDS;
        // SAFETY: K1, K2: `at` and the register end within 64 bytes.
        sums[r] = unsafe { sums[r].accumulate(input.add(at), secret.add(at)) };
    }
}

/// The end of a block.
///
/// # Safety
/// K1, K2: a whole secret at `secret`.
#[inline(always)]
unsafe fn scramble<A: Accumulate>(sums: &mut Registers<A>, secret: *const u8) {
    for r in 0..8 / A::WORDS {
        // SAFETY: K1, K2: within the last 64 bytes of the secret.
        sums[r] = unsafe { sums[r].scramble(secret.add(LEN - STRIPE + 8 * r * A::WORDS)) };
    }
}
