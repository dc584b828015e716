//! Codes: each value as 64 bits, which are the same for equal values.

use super::lanes::{EXACT, Half, Parts, Raw, Truth};
use super::parts::{Num, Number, Part};
use crate::axes::Axes;
use stridewise_kernels::Level;
use stridewise_kernels::hash::xxh3_64;

/// Steps over bytes and over codes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Steps {
    pub(super) extent: usize,
    pub(super) bytes: usize,
    pub(super) codes: usize,
}

/// The steps with neighbours that are one.
pub(super) fn merged(around: &[Steps]) -> Axes<Steps> {
    let mut merged: Axes<Steps> = Axes::new();
    for steps in around {
        match merged.last_mut() {
            Some(last)
                if last.bytes == steps.bytes * steps.extent
                    && last.codes == steps.codes * steps.extent =>
            {
                *last = Steps { extent: last.extent * steps.extent, ..*steps };
            }
            _ => merged.push(*steps),
        }
    }
    merged
}

/// Makes the codes of a part for all steps.
pub(super) fn put(part: Part, bytes: &[u8], around: &[Steps], codes: &mut [[u8; 8]], level: Level) {
    match around {
        [outer, inner @ ..] if !inner.is_empty() => {
            for step in 0..outer.extent {
                let (bytes, codes) =
                    (&bytes[step * outer.bytes..], &mut codes[step * outer.codes..]);
                put(part, bytes, inner, codes, level);
            }
        }
        [steps] => run(part, bytes, *steps, codes, level),
        _ => run(part, bytes, Steps { extent: 1, bytes: 0, codes: 1 }, codes, level),
    }
}

/// Makes the codes of a part for the steps of one loop.
fn run(part: Part, bytes: &[u8], steps: Steps, codes: &mut [[u8; 8]], level: Level) {
    match part {
        Part::Number(Number { kind, swapped: false }) => {
            numbers::<false>(kind, bytes, steps, codes)
        }
        Part::Number(Number { kind, swapped: true }) => numbers::<true>(kind, bytes, steps, codes),
        Part::Text(len) | Part::Pascal(len) | Part::Opaque(len) => {
            for step in 0..steps.extent {
                let item = &bytes[step * steps.bytes..][..len];
                codes[step * steps.codes] = of_text(part.text(item), level).to_le_bytes();
            }
        }
    }
}

/// Makes the codes of numbers, whose bytes are swapped or not.
fn numbers<const SWAPPED: bool>(kind: Num, bytes: &[u8], steps: Steps, codes: &mut [[u8; 8]]) {
    /// Of numbers that an `f64` holds.
    macro_rules! floats {
        ($type:ty) => {
            each::<SWAPPED, { size_of::<$type>() }, { size_of::<$type>() }>(
                bytes,
                steps,
                codes,
                |bytes| of_float(f64::from(<$type as Raw<_>>::of(bytes))),
            )
        };
    }
    match kind {
        Num::Bool => floats!(Truth),
        Num::I8 => floats!(i8),
        Num::I16 => floats!(i16),
        Num::I32 => floats!(i32),
        Num::U8 => floats!(u8),
        Num::U16 => floats!(u16),
        Num::U32 => floats!(u32),
        Num::F16 => floats!(Half),
        Num::F32 => floats!(f32),
        Num::F64 => floats!(f64),
        Num::I64 => each::<SWAPPED, 8, 8>(bytes, steps, codes, |bytes| of_int(i64::of(bytes))),
        Num::U64 => {
            each::<SWAPPED, 8, 8>(bytes, steps, codes, |bytes| of_uint(u64::from_ne_bytes(bytes)));
        }
        Num::C32 => each::<SWAPPED, 8, 4>(bytes, steps, codes, |bytes| of_complex(Raw::of(bytes))),
        Num::C64 => each::<SWAPPED, 16, 8>(bytes, steps, codes, |bytes| of_complex(Raw::of(bytes))),
    }
}

/// The codes of numbers of `N` bytes, whose bytes are swapped by units of
/// `UNIT`.
#[inline(always)]
fn each<const SWAPPED: bool, const N: usize, const UNIT: usize>(
    bytes: &[u8],
    steps: Steps,
    codes: &mut [[u8; 8]],
    code: impl Fn([u8; N]) -> u64,
) {
    let ordered = |mut bytes: [u8; N]| {
        if SWAPPED {
            bytes.as_chunks_mut::<UNIT>().0.iter_mut().for_each(|unit| unit.reverse());
        }
        code(bytes).to_le_bytes()
    };
    if steps.bytes == N && steps.codes == 1 {
        let (numbers, _) = bytes.as_chunks();
        for (code, bytes) in codes[..steps.extent].iter_mut().zip(numbers) {
            *code = ordered(*bytes);
        }
    } else {
        for step in 0..steps.extent {
            if let Some((bytes, _)) = bytes[step * steps.bytes..].split_first_chunk() {
                codes[step * steps.codes] = ordered(*bytes);
            }
        }
    }
}

/// The code of all NaNs.
const NAN: u64 = 0x7ff8 << 48;
/// What the rest of an integer is spread by, and an imaginary part.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// That of an integer, if it is one.
fn of_float(float: f64) -> u64 {
    // Which turns -0.0 into 0.0.
    let bits = (float + 0.0).to_bits();
    if float.is_nan() { NAN } else { bits }
}

/// That of the nearest float, and of what is left, which is 0 if it is one.
fn of_int(int: i64) -> u64 {
    let float = int as f64;
    if int.unsigned_abs() <= EXACT {
        return float.to_bits();
    }
    // The one float that is no `i64`, but near some.
    let beyond = i64::from(float == (1u64 << 63) as f64);
    let rest = int.wrapping_sub((float as i64).wrapping_add(beyond));
    float.to_bits().wrapping_add(rest.cast_unsigned().wrapping_mul(SPREAD))
}

fn of_uint(int: u64) -> u64 {
    let float = int as f64;
    if int <= EXACT {
        return float.to_bits();
    }
    let beyond = u64::from(float == 2.0 * (1u64 << 63) as f64);
    let rest = int.wrapping_sub((float as u64).wrapping_add(beyond));
    float.to_bits().wrapping_add(rest.wrapping_mul(SPREAD))
}

/// That of the real part, if there is no other.
fn of_complex((re, im): Parts) -> u64 {
    let code = of_float(re) ^ of_float(im).wrapping_mul(SPREAD);
    if re.is_nan() | im.is_nan() { NAN } else { code }
}

/// That of bytes: of a few themselves with their number.
fn of_text(text: &[u8], level: Level) -> u64 {
    if text.len() > 7 {
        return xxh3_64(level, SPREAD, text);
    }
    let mut few = [0; 8];
    few[..text.len()].copy_from_slice(text);
    few[7] = text.len() as u8;
    u64::from_le_bytes(few)
}
