//! The arithmetic that all length classes of XXH3 share.

pub(crate) const PRIME32_1: u32 = 0x9E37_79B1;
pub(super) const PRIME32_2: u32 = 0x85EB_CA77;
pub(super) const PRIME32_3: u32 = 0xC2B2_AE3D;
pub(super) const PRIME64_1: u64 = 0x9E37_79B1_85EB_CA87;
pub(super) const PRIME64_2: u64 = 0xC2B2_AE3D_27D4_EB4F;
pub(super) const PRIME64_3: u64 = 0x1656_67B1_9E37_79F9;
pub(super) const PRIME64_4: u64 = 0x85EB_CA77_C2B2_AE63;
pub(super) const PRIME64_5: u64 = 0x27D4_EB2F_1656_67C5;
const PRIME_MX1: u64 = 0x1656_6791_9E37_79F9;
pub(super) const PRIME_MX2: u64 = 0x9FB2_1C65_1E98_DF25;

/// The little-endian word at `bytes[at..at + 8]`.
#[inline(always)]
pub(super) fn word(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

/// The little-endian half word at `bytes[at..at + 4]`.
#[inline(always)]
pub(super) fn half(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

/// Low and high half of the product.
#[inline(always)]
pub(super) fn multiply(a: u64, b: u64) -> (u64, u64) {
    let product = u128::from(a) * u128::from(b);
    (product as u64, (product >> 64) as u64)
}

/// The halves of the product, xored.
#[inline(always)]
pub(super) fn fold(a: u64, b: u64) -> u64 {
    let (low, high) = multiply(a, b);
    low ^ high
}

/// The final mix of XXH3.
#[inline(always)]
pub(super) fn avalanche(x: u64) -> u64 {
    let x = (x ^ (x >> 37)).wrapping_mul(PRIME_MX1);
    x ^ (x >> 32)
}

/// The final mix of XXH64, for up to three bytes.
#[inline(always)]
pub(super) fn avalanche_xxh64(x: u64) -> u64 {
    let x = (x ^ (x >> 33)).wrapping_mul(PRIME64_2);
    let x = (x ^ (x >> 29)).wrapping_mul(PRIME64_3);
    x ^ (x >> 32)
}

/// A 128-bit hash of its halves.
#[inline(always)]
pub(super) fn join(low: u64, high: u64) -> u128 {
    u128::from(high) << 64 | u128::from(low)
}
