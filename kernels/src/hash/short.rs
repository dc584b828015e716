//! XXH3 of at most 240 bytes: one class of lengths per function, no levels.
//!
//! Every class reads the input once from both ends towards the middle, with
//! overlap where the length is odd, so none loops over single bytes.

use super::mix::*;
use super::secret::{BYTES, DEFAULT};

/// The longest input of this module.
pub(super) const MAX: usize = 240;

/// XXH3-64 of at most [`MAX`] bytes.
#[inline]
pub(super) fn hash64(seed: u64, bytes: &[u8]) -> u64 {
    match bytes.len() {
        0 => avalanche_xxh64(seed ^ secret(56) ^ secret(64)),
        1..=3 => avalanche_xxh64(flip32(0).wrapping_add(seed) ^ u64::from(up_to_3(bytes))),
        4..=8 => hash64_4_to_8(seed, bytes),
        9..=16 => hash64_9_to_16(seed, bytes),
        17..=128 => hash64_17_to_128(seed, bytes),
        _ => hash64_129_to_240(seed, bytes),
    }
}

/// XXH3-128 of at most [`MAX`] bytes.
#[inline]
pub(super) fn hash128(seed: u64, bytes: &[u8]) -> u128 {
    match bytes.len() {
        0 => {
            let low = avalanche_xxh64(seed ^ secret(64) ^ secret(72));
            join(low, avalanche_xxh64(seed ^ secret(80) ^ secret(88)))
        }
        1..=3 => {
            let bits = up_to_3(bytes);
            let low = flip32(0).wrapping_add(seed) ^ u64::from(bits);
            let turned = u64::from(bits.swap_bytes().rotate_left(13));
            let high = flip32(8).wrapping_sub(seed) ^ turned;
            join(avalanche_xxh64(low), avalanche_xxh64(high))
        }
        4..=8 => hash128_4_to_8(seed, bytes),
        9..=16 => hash128_9_to_16(seed, bytes),
        17..=128 => hash128_17_to_128(seed, bytes),
        _ => hash128_129_to_240(seed, bytes),
    }
}

/// The word of the default secret at byte `at`.
#[inline(always)]
fn secret(at: usize) -> u64 {
    word(&BYTES, at)
}

/// Two neighbouring words of the default secret, xored.
#[inline(always)]
fn flip(at: usize) -> u64 {
    secret(at) ^ secret(at + 8)
}

/// Two neighbouring half words of the default secret, xored.
#[inline(always)]
fn flip32(at: usize) -> u64 {
    u64::from(half(&BYTES, at) ^ half(&BYTES, at + 4))
}

/// One to three bytes and their number in 32 bits.
#[inline(always)]
fn up_to_3(bytes: &[u8]) -> u32 {
    let n = bytes.len();
    u32::from_be_bytes([bytes[n >> 1], bytes[0], n as u8, bytes[n - 1]])
}

/// The seed with its low half mirrored into its high half.
#[inline(always)]
fn widen(seed: u64) -> u64 {
    seed ^ u64::from((seed as u32).swap_bytes()) << 32
}

#[inline(always)]
fn hash64_4_to_8(seed: u64, bytes: &[u8]) -> u64 {
    let n = bytes.len();
    let (first, last) = (half(bytes, 0), half(bytes, n - 4));
    let both = u64::from(first) << 32 | u64::from(last);
    let x = flip(8).wrapping_sub(widen(seed)) ^ both;
    let x = (x ^ x.rotate_left(49) ^ x.rotate_left(24)).wrapping_mul(PRIME_MX2);
    let x = (x ^ (x >> 35).wrapping_add(n as u64)).wrapping_mul(PRIME_MX2);
    x ^ (x >> 28)
}

#[inline(always)]
fn hash128_4_to_8(seed: u64, bytes: &[u8]) -> u128 {
    let n = bytes.len();
    let (first, last) = (half(bytes, 0), half(bytes, n - 4));
    let both = u64::from(last) << 32 | u64::from(first);
    let x = flip(16).wrapping_add(widen(seed)) ^ both;
    let (low, high) = multiply(x, PRIME64_1.wrapping_add((n as u64) << 2));
    let high = high.wrapping_add(low << 1);
    let low = low ^ (high >> 3);
    let low = (low ^ (low >> 35)).wrapping_mul(PRIME_MX2);
    join(low ^ (low >> 28), avalanche(high))
}

#[inline(always)]
fn hash64_9_to_16(seed: u64, bytes: &[u8]) -> u64 {
    let n = bytes.len();
    let low = flip(24).wrapping_add(seed) ^ word(bytes, 0);
    let high = flip(40).wrapping_sub(seed) ^ word(bytes, n - 8);
    let sum = (n as u64).wrapping_add(low.swap_bytes()).wrapping_add(high);
    avalanche(sum.wrapping_add(fold(low, high)))
}

#[inline(always)]
fn hash128_9_to_16(seed: u64, bytes: &[u8]) -> u128 {
    let n = bytes.len();
    let (first, last) = (word(bytes, 0), word(bytes, n - 8));
    let a = flip(32).wrapping_sub(seed) ^ first ^ last;
    let b = flip(48).wrapping_add(seed) ^ last;
    let (low, high) = multiply(a, PRIME64_1);
    let low = low.wrapping_add((n as u64 - 1) << 54);
    let spread = u64::from(b as u32).wrapping_mul(u64::from(PRIME32_2 - 1));
    let high = high.wrapping_add(b).wrapping_add(spread);
    let (low, carry) = multiply(low ^ high.swap_bytes(), PRIME64_2);
    let high = carry.wrapping_add(high.wrapping_mul(PRIME64_2));
    join(avalanche(low), avalanche(high))
}

/// The secret in pieces, from byte `SKIP` on.
#[inline(always)]
fn keys<const SKIP: usize>() -> &'static [[u8; 16]] {
    DEFAULT.0[SKIP..].as_chunks().0
}

/// Piece `i` from the front and from the back, and the pair of keys `i`.
#[inline(always)]
fn pair(bytes: &[u8], i: usize) -> ([&[u8; 16]; 2], [&'static [u8; 16]; 2]) {
    let (front, back) = (bytes.as_chunks().0, bytes.as_rchunks().1);
    let keys = keys::<0>();
    ([&front[i], &back[back.len() - 1 - i]], [&keys[2 * i], &keys[2 * i + 1]])
}

/// Sixteen bytes mixed with sixteen of the secret.
#[inline(always)]
fn step(seed: u64, piece: &[u8; 16], key: &[u8; 16]) -> u64 {
    // As one number: apart, compilers put the halves into vector registers
    // and back.
    let key = join(word(key, 0).wrapping_add(seed), word(key, 8).wrapping_sub(seed));
    let mixed = u128::from_le_bytes(*piece) ^ key;
    let (low, high) = (mixed as u64, (mixed >> 64) as u64);
    fold(low, high)
}

/// Two pieces, each mixed into one sum and added to the other.
#[inline(always)]
fn step2(sums: [u64; 2], seed: u64, [a, b]: [&[u8; 16]; 2], keys: [&[u8; 16]; 2]) -> [u64; 2] {
    let plain = |piece| word(piece, 0).wrapping_add(word(piece, 8));
    [
        sums[0].wrapping_add(step(seed, a, keys[0])) ^ plain(b),
        sums[1].wrapping_add(step(seed, b, keys[1])) ^ plain(a),
    ]
}

/// Adds pair `i`.
#[inline(always)]
fn add64(sum: u64, seed: u64, bytes: &[u8], i: usize) -> u64 {
    let ([front, back], [even, odd]) = pair(bytes, i);
    sum.wrapping_add(step(seed, front, even)).wrapping_add(step(seed, back, odd))
}

/// Adds pair `i`.
#[inline(always)]
fn add128(sums: [u64; 2], seed: u64, bytes: &[u8], i: usize) -> [u64; 2] {
    let (pieces, keys) = pair(bytes, i);
    step2(sums, seed, pieces, keys)
}

// The pairs are added from the inmost outwards. The conditions nest instead
// of looping, as known indices need no checks.
#[inline]
fn hash64_17_to_128(seed: u64, bytes: &[u8]) -> u64 {
    let n = bytes.len();
    let mut sum = (n as u64).wrapping_mul(PRIME64_1);
    if n > 32 {
        if n > 64 {
            if n > 96 {
                sum = add64(sum, seed, bytes, 3);
            }
            sum = add64(sum, seed, bytes, 2);
        }
        sum = add64(sum, seed, bytes, 1);
    }
    avalanche(add64(sum, seed, bytes, 0))
}

#[inline]
fn hash128_17_to_128(seed: u64, bytes: &[u8]) -> u128 {
    let n = bytes.len();
    let mut sums = [(n as u64).wrapping_mul(PRIME64_1), 0];
    if n > 32 {
        if n > 64 {
            if n > 96 {
                sums = add128(sums, seed, bytes, 3);
            }
            sums = add128(sums, seed, bytes, 2);
        }
        sums = add128(sums, seed, bytes, 1);
    }
    join_sums(seed, n, add128(sums, seed, bytes, 0))
}

fn hash64_129_to_240(seed: u64, bytes: &[u8]) -> u64 {
    let mix = |sum: u64, (piece, key)| sum.wrapping_add(step(seed, piece, key));
    let start = (bytes.len() as u64).wrapping_mul(PRIME64_1);
    let (head, rest) = bytes.split_at(128);
    let sum = avalanche(head.as_chunks().0.iter().zip(keys::<0>()).fold(start, mix));
    let sum = rest.as_chunks().0.iter().zip(keys::<3>()).fold(sum, mix);
    let last = bytes.last_chunk().expect("129 bytes");
    avalanche(mix(sum, (last, &keys::<119>()[0])))
}

fn hash128_129_to_240(seed: u64, bytes: &[u8]) -> u128 {
    let mix = |sums, (pieces, keys): (&[[u8; 16]; 2], &[[u8; 16]; 2])| {
        step2(sums, seed, pieces.each_ref(), keys.each_ref())
    };
    let start = [(bytes.len() as u64).wrapping_mul(PRIME64_1), 0];
    let (head, rest) = bytes.split_at(128);
    let (head, rest) = (head.as_chunks().0.as_chunks().0, rest.as_chunks().0.as_chunks().0);
    let sums = head.iter().zip(keys::<0>().as_chunks().0).fold(start, mix).map(avalanche);
    let sums = rest.iter().zip(keys::<3>().as_chunks().0).fold(sums, mix);
    // The end in opposite order, under the opposite seed.
    let (_, [.., before, last]) = bytes.as_rchunks() else { unreachable!("129 bytes") };
    let [first, second, ..] = keys::<103>() else { unreachable!("89 bytes") };
    let sums = step2(sums, seed.wrapping_neg(), [last, before], [first, second]);
    join_sums(seed, bytes.len(), sums)
}

/// The end of both 128-bit classes above 16 bytes.
#[inline(always)]
fn join_sums(seed: u64, n: usize, sums: [u64; 2]) -> u128 {
    let low = sums[0].wrapping_add(sums[1]);
    let high = sums[0]
        .wrapping_mul(PRIME64_1)
        .wrapping_add(sums[1].wrapping_mul(PRIME64_4))
        .wrapping_add((n as u64).wrapping_sub(seed).wrapping_mul(PRIME64_2));
    join(avalanche(low), avalanche(high).wrapping_neg())
}
