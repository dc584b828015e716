//! XXH3 of a slice and of a stream.

use super::blocks::{BLOCK_BYTES, BlockSums};
use super::long::{STRIPE, Sums};
use super::secret::{DEFAULT, Secret};
use super::short;
use crate::level::Level;
use core::fmt;
use core::hash::Hasher;

/// XXH3-64 of `bytes`.
///
/// Up to 240 bytes the level does not matter.
///
/// ```
/// use stridewise_kernels::{Level, hash::xxh3_64};
/// assert_eq!(xxh3_64(Level::detect(), 0, b""), 0x2d06800538d394c2);
/// ```
#[must_use]
#[inline]
pub fn xxh3_64(level: Level, seed: u64, bytes: &[u8]) -> u64 {
    if bytes.len() <= short::MAX {
        return short::hash64(seed, bytes);
    }
    long(level, seed, bytes, Sums::merge64)
}

/// XXH3-128 of `bytes`.
///
/// ```
/// use stridewise_kernels::{Level, hash::xxh3_128};
/// let hash = xxh3_128(Level::detect(), 0, b"");
/// assert_eq!(hash, 0x99aa06d3014798d86001c324468d497f);
/// ```
#[must_use]
#[inline]
pub fn xxh3_128(level: Level, seed: u64, bytes: &[u8]) -> u128 {
    if bytes.len() <= short::MAX {
        return short::hash128(seed, bytes);
    }
    long(level, seed, bytes, Sums::merge128)
}

/// More than 240 bytes in one piece.
///
/// Never inlined: what is short shall not save registers for it.
#[inline(never)]
fn long<T>(level: Level, seed: u64, bytes: &[u8], merge: fn(&Sums, &Secret, u64) -> T) -> T {
    let derived;
    let secret = if seed == 0 {
        &DEFAULT
    } else {
        derived = Secret::derive(seed);
        &derived
    };
    let mut sums = Sums::NEW;
    let (stripes, _) = bytes[..bytes.len() - 1].as_chunks();
    sums.absorb(level, secret, stripes, bytes.last_chunk());
    merge(&sums, secret, bytes.len() as u64)
}

/// Bytes that wait in a stream: all of a short input must fit.
const BUFFER: usize = 4 * STRIPE;
const _: () = assert!(BUFFER > short::MAX);

/// XXH3 of a stream of bytes, as 64 or 128 bits.
///
/// Large updates are read where they are; only up to 256 bytes at either
/// end pass through a buffer.
///
/// As a [`Hasher`], integers are written as their bytes in the machine's
/// order, which is [`Hasher`]'s default, and `finish` is
/// [`finish64`](Xxh3::finish64).
///
/// ```
/// use stridewise_kernels::{Level, hash::{Xxh3, xxh3_64, xxh3_128}};
/// let level = Level::detect();
/// let mut hasher = Xxh3::new(level);
/// hasher.update(b"strided ");
/// hasher.update(b"memory");
/// assert_eq!(hasher.finish64(), xxh3_64(level, 0, b"strided memory"));
/// assert_eq!(hasher.finish128(), xxh3_128(level, 0, b"strided memory"));
/// ```
#[derive(Clone)]
pub struct Xxh3 {
    level: Level,
    seed: u64,
    secret: Secret,
    sums: Sums,
    /// Bytes seen, modulo 2^64.
    len: u64,
    /// The newest `held` bytes are at the front and not yet in `sums`. While
    /// they are fewer than a stripe and `sums` is not new, the stripe before
    /// them is at the back.
    buffer: [u8; BUFFER],
    /// 0 before the first byte and never after.
    held: usize,
}

impl Xxh3 {
    /// A stream with seed 0.
    #[must_use]
    pub fn new(level: Level) -> Xxh3 {
        Xxh3::with_seed(level, 0)
    }

    /// A stream with a seed.
    ///
    /// ```
    /// use stridewise_kernels::{Level, hash::{Xxh3, xxh3_64}};
    /// let mut hasher = Xxh3::with_seed(Level::SCALAR, 42);
    /// hasher.update(b"bytes");
    /// assert_eq!(hasher.finish64(), xxh3_64(Level::SCALAR, 42, b"bytes"));
    /// ```
    #[must_use]
    pub fn with_seed(level: Level, seed: u64) -> Xxh3 {
        Xxh3 {
            level,
            seed,
            secret: Secret::derive(seed),
            sums: Sums::NEW,
            len: 0,
            buffer: [0; BUFFER],
            held: 0,
        }
    }

    /// Adds bytes to the stream.
    pub fn update(&mut self, mut bytes: &[u8]) {
        self.len = self.len.wrapping_add(bytes.len() as u64);
        let room = &mut self.buffer[self.held..];
        if bytes.len() <= room.len() {
            room[..bytes.len()].copy_from_slice(bytes);
            self.held += bytes.len();
            return;
        }
        // From here on at least one byte follows a full buffer.
        if self.held > 0 {
            let (head, rest) = bytes.split_at(room.len());
            room.copy_from_slice(head);
            self.sums.absorb(self.level, &self.secret, self.buffer.as_chunks().0, None);
            bytes = rest;
        }
        if bytes.len() > BUFFER {
            let (stripes, _) = bytes[..bytes.len() - 1].as_chunks::<STRIPE>();
            self.sums.absorb(self.level, &self.secret, stripes, None);
            bytes = &bytes[STRIPE * stripes.len()..];
            if let Some(before) = stripes.last() {
                self.buffer[BUFFER - STRIPE..].copy_from_slice(before);
            }
        }
        self.buffer[..bytes.len()].copy_from_slice(bytes);
        self.held = bytes.len();
    }

    /// Adds whole blocks by their sums, and one more by its bytes: the end of an input
    /// is read twice, so that the newest bytes must be at hand. See
    /// [`block_sums`](super::block_sums).
    ///
    /// # Panics
    ///
    /// If the seed is not 0, or what has been added before is not whole blocks.
    pub fn update_blocks(&mut self, sums: &[BlockSums], last: &[u8; BLOCK_BYTES]) {
        assert!(self.seed == 0, "sums are of seed 0, not {}", self.seed);
        assert!(self.len.is_multiple_of(BLOCK_BYTES as u64), "{} bytes before blocks", self.len);
        let (held, _) = self.buffer[..self.held].as_chunks();
        self.sums.absorb(self.level, &self.secret, held, None);
        self.held = 0;
        self.sums.chain(self.level, &self.secret, sums);
        self.len = self.len.wrapping_add(sums.len() as u64 * BLOCK_BYTES as u64);
        self.update(last);
    }

    /// XXH3-64 of all bytes so far.
    #[must_use]
    pub fn finish64(&self) -> u64 {
        if self.len <= short::MAX as u64 {
            return short::hash64(self.seed, &self.buffer[..self.held]);
        }
        self.all_sums().merge64(&self.secret, self.len)
    }

    /// XXH3-128 of all bytes so far.
    #[must_use]
    pub fn finish128(&self) -> u128 {
        if self.len <= short::MAX as u64 {
            return short::hash128(self.seed, &self.buffer[..self.held]);
        }
        self.all_sums().merge128(&self.secret, self.len)
    }

    /// The sums as if the stream ended here.
    fn all_sums(&self) -> Sums {
        let mut sums = self.sums.clone();
        let held = &self.buffer[..self.held];
        if let last @ Some(_) = held.last_chunk() {
            let (stripes, _) = held[..held.len() - 1].as_chunks();
            sums.absorb(self.level, &self.secret, stripes, last);
        } else {
            let mut last = [0; STRIPE];
            let (before, newest) = last.split_at_mut(STRIPE - held.len());
            before.copy_from_slice(&self.buffer[BUFFER - before.len()..]);
            newest.copy_from_slice(held);
            sums.absorb(self.level, &self.secret, &[], Some(&last));
        }
        sums
    }
}

impl Hasher for Xxh3 {
    fn write(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }

    fn finish(&self) -> u64 {
        self.finish64()
    }
}

impl fmt::Debug for Xxh3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Xxh3")
            .field("level", &self.level)
            .field("seed", &self.seed)
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}
