//! SipHash-1-3: one round per word, three at the end.
//!
//! Written from the paper, <https://www.aumasson.jp/siphash/siphash.pdf>.
//! Kept here rather than taken from a crate because this crate depends on
//! nothing but `pulp`.

use core::fmt;
use core::hash::Hasher;

/// SipHash-1-3 of a stream of bytes.
///
/// CPython hashes `bytes` and `memoryview` with it; under
/// `PYTHONHASHSEED=0` both keys are 0. What CPython does to the result, 0
/// for no bytes and -2 for -1, is left to the caller.
///
/// As a [`Hasher`], integers are written as their bytes in the machine's
/// order, which is [`Hasher`]'s default.
///
/// ```
/// use stridewise_kernels::hash::SipHasher13;
/// let mut hasher = SipHasher13::new(0, 0);
/// hasher.update(&[7]);
/// assert_eq!(hasher.finish() as i64, -3400736038611009);
/// ```
#[derive(Clone)]
pub struct SipHasher13 {
    v: [u64; 4],
    /// The bytes since the last whole word, little-endian.
    tail: u64,
    /// Bytes seen, modulo 2^64.
    len: u64,
}

impl SipHasher13 {
    /// A stream under two keys.
    #[must_use]
    pub fn new(k0: u64, k1: u64) -> SipHasher13 {
        let v = [
            k0 ^ 0x736f_6d65_7073_6575,
            k1 ^ 0x646f_7261_6e64_6f6d,
            k0 ^ 0x6c79_6765_6e65_7261,
            k1 ^ 0x7465_6462_7974_6573,
        ];
        SipHasher13 { v, tail: 0, len: 0 }
    }

    /// Adds bytes to the stream.
    pub fn update(&mut self, mut bytes: &[u8]) {
        let held = (self.len % 8) as usize;
        self.len = self.len.wrapping_add(bytes.len() as u64);
        if held > 0 {
            let (head, rest) = bytes.split_at(bytes.len().min(8 - held));
            self.tail |= partial_word(head) << (8 * held);
            if held + head.len() < 8 {
                return;
            }
            self.v = absorb(self.v, self.tail);
            bytes = rest;
        }
        let (words, tail) = bytes.as_chunks();
        self.v = words.iter().fold(self.v, |v, word| absorb(v, u64::from_le_bytes(*word)));
        self.tail = partial_word(tail);
    }

    /// The hash of all bytes so far.
    #[must_use]
    pub fn finish(&self) -> u64 {
        let mut v = absorb(self.v, self.len << 56 | self.tail);
        v[2] ^= 0xff;
        let v = round(round(round(v)));
        v[0] ^ v[1] ^ v[2] ^ v[3]
    }
}

/// Up to seven bytes as a little-endian number.
#[inline(always)]
fn partial_word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

#[inline(always)]
fn absorb(mut v: [u64; 4], word: u64) -> [u64; 4] {
    v[3] ^= word;
    v = round(v);
    v[0] ^= word;
    v
}

#[inline(always)]
fn round([v0, v1, v2, v3]: [u64; 4]) -> [u64; 4] {
    let v0 = v0.wrapping_add(v1);
    let v2 = v2.wrapping_add(v3);
    let v1 = v1.rotate_left(13) ^ v0;
    let v3 = v3.rotate_left(16) ^ v2;
    let v2 = v2.wrapping_add(v1);
    let v0 = v0.rotate_left(32).wrapping_add(v3);
    let v1 = v1.rotate_left(17) ^ v2;
    let v3 = v3.rotate_left(21) ^ v0;
    [v0, v1, v2.rotate_left(32), v3]
}

impl Hasher for SipHasher13 {
    fn write(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }

    fn finish(&self) -> u64 {
        SipHasher13::finish(self)
    }
}

/// Tells the length only: the words would give the keys away.
impl fmt::Debug for SipHasher13 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SipHasher13").field("len", &self.len).finish_non_exhaustive()
    }
}
