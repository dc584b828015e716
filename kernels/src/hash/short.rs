//! XXH3 of at most 240 bytes: one class of lengths per function, no levels.
//!
//! Every class reads the input once from both ends towards the middle, with
//! overlap where the length is odd, so none loops over single bytes.

use super::mix::*;
use super::secret::DEFAULT;

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
    word(&DEFAULT.0, at)
}

/// Two neighbouring words of the default secret, xored.
#[inline(always)]
fn flip(at: usize) -> u64 {
    secret(at) ^ secret(at + 8)
}

/// Two neighbouring half words of the default secret, xored.
#[inline(always)]
fn flip32(at: usize) -> u64 {
    u64::from(half(&DEFAULT.0, at) ^ half(&DEFAULT.0, at + 4))
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

/// Sixteen bytes mixed with sixteen of the secret.
#[inline(always)]
fn step(seed: u64, bytes: &[u8], at: usize, key: usize) -> u64 {
    let low = word(bytes, at) ^ secret(key).wrapping_add(seed);
    let high = word(bytes, at + 8) ^ secret(key + 8).wrapping_sub(seed);
    fold(low, high)
}

/// Two 16-byte pieces, each mixed into one sum and added to the other.
#[inline(always)]
fn step2(sums: &mut [u64; 2], seed: u64, bytes: &[u8], at: [usize; 2], key: usize) {
    let plain = at.map(|i| word(bytes, i).wrapping_add(word(bytes, i + 8)));
    sums[0] = sums[0].wrapping_add(step(seed, bytes, at[0], key)) ^ plain[1];
    sums[1] = sums[1].wrapping_add(step(seed, bytes, at[1], key + 16)) ^ plain[0];
}

fn hash64_17_to_128(seed: u64, bytes: &[u8]) -> u64 {
    let n = bytes.len();
    let mut sum = (n as u64).wrapping_mul(PRIME64_1);
    for i in (0..=(n - 1) / 32).rev() {
        sum = sum.wrapping_add(step(seed, bytes, 16 * i, 32 * i));
        sum = sum.wrapping_add(step(seed, bytes, n - 16 * i - 16, 32 * i + 16));
    }
    avalanche(sum)
}

fn hash128_17_to_128(seed: u64, bytes: &[u8]) -> u128 {
    let n = bytes.len();
    let mut sums = [(n as u64).wrapping_mul(PRIME64_1), 0];
    for i in (0..=(n - 1) / 32).rev() {
        step2(&mut sums, seed, bytes, [16 * i, n - 16 * i - 16], 32 * i);
    }
    join_sums(seed, n, sums)
}

fn hash64_129_to_240(seed: u64, bytes: &[u8]) -> u64 {
    let n = bytes.len();
    let mut sum = (n as u64).wrapping_mul(PRIME64_1);
    for i in 0..8 {
        sum = sum.wrapping_add(step(seed, bytes, 16 * i, 16 * i));
    }
    sum = avalanche(sum);
    for i in 8..n / 16 {
        sum = sum.wrapping_add(step(seed, bytes, 16 * i, 16 * (i - 8) + 3));
    }
    avalanche(sum.wrapping_add(step(seed, bytes, n - 16, 119)))
}

fn hash128_129_to_240(seed: u64, bytes: &[u8]) -> u128 {
    let n = bytes.len();
    let mut sums = [(n as u64).wrapping_mul(PRIME64_1), 0];
    for i in 0..4 {
        step2(&mut sums, seed, bytes, [32 * i, 32 * i + 16], 32 * i);
    }
    sums = sums.map(avalanche);
    for i in 4..n / 32 {
        step2(&mut sums, seed, bytes, [32 * i, 32 * i + 16], 32 * (i - 4) + 3);
    }
    step2(&mut sums, seed.wrapping_neg(), bytes, [n - 16, n - 32], 103);
    join_sums(seed, n, sums)
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
