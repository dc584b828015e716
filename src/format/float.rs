//! Floats by their bits: halves, and NaNs that keep their payload.

/// Bits of an `f64` that the parts of a half are shifted by.
const SHIFT: u32 = 52 - 10;
/// The exponent of 1 in an `f64`, less that in a half.
const BIAS: u64 = 1023 - 15;
const INFINITY: u64 = 0x7ff << 52;

/// The value of a half; of a NaN the bits.
///
/// Without a branch, so that a loop becomes vector code.
#[inline]
pub(crate) fn of_half(half: u16) -> f32 {
    const EXPONENT: u32 = 0x7c00 << 13;
    let (sign, rest) = (u32::from(half >> 15) << 31, u32::from(half & 0x7fff) << 13);
    // Exact, with the exponent of 1 less that of a half's 1.
    let scaled = (f32::from_bits(rest) * (1u128 << (127 - 15)) as f32).to_bits();
    // But for infinity and NaN.
    let whole = if rest >= EXPONENT { rest | f32::INFINITY.to_bits() } else { scaled };
    f32::from_bits(sign | whole)
}

/// The half nearest to a float, even if two are, or none if it is beyond all.
pub(super) fn to_half(float: f64) -> Option<u16> {
    let sign = (float.to_bits() >> 63 << 15) as u16;
    let bits = float.to_bits() & (u64::MAX >> 1);
    let float = f64::from_bits(bits);
    let magnitude = if bits >= INFINITY {
        let quiet = u64::from(bits > INFINITY && bits << 12 >> 12 >> SHIFT == 0) << 9;
        0x7c00 | bits << 12 >> 12 >> SHIFT | quiet
    } else if float >= 65520.0 {
        return None;
    } else if float < 1.0 / f64::from(1 << 14) {
        // Adding 2^52 leaves no bits below 1.
        (float * f64::from(1 << 24) + (1u64 << 52) as f64).to_bits() & 0x7ff
    } else {
        let even = bits >> SHIFT & 1;
        ((bits + (1 << (SHIFT - 1)) - 1 + even) >> SHIFT) - (BIAS << 10)
    };
    Some(sign | magnitude as u16)
}

/// Bits of an `f64`'s fraction that an `f32` has no room for.
const NARROW: u32 = 52 - 23;

/// The value of an `f32`; of a NaN the bits.
pub(super) fn of_single(single: f32) -> f64 {
    if !single.is_nan() {
        return single.into();
    }
    let bits = u64::from(single.to_bits());
    f64::from_bits(bits >> 31 << 63 | INFINITY | (bits & 0x7f_ffff) << NARROW)
}

/// The `f32` nearest to a float, infinite if it is beyond all; of a NaN the
/// bits that there is room for.
pub(super) fn to_single(float: f64) -> f32 {
    if !float.is_nan() {
        return float as f32;
    }
    let bits = float.to_bits();
    let payload = (bits << 12 >> 12 >> NARROW) as u32;
    let quiet = u32::from(payload == 0) << 22;
    f32::from_bits((bits >> 63 << 31) as u32 | f32::INFINITY.to_bits() | payload | quiet)
}
