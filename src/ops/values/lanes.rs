//! Lanes: numbers of two kinds, converted to one that holds both exactly and
//! compared there.
//!
//! Each number is loaded into the narrowest lane that will do, a few hundred
//! at a time, by plain loops that become vector code. No kind holds all `i64`
//! or `u64` and all floats, so these pairs have a test of their own.

use super::parts::Num;
use crate::format::of_half;
use core::ops::BitOr;
use stridewise_kernels::equal::Mode;

/// Numbers that are looked at between two tests for an early exit.
const LANES: usize = 128;

/// Converts numbers from their bytes.
pub(super) type Load<T> = fn(&[u8], &mut [T]);

/// Real and imaginary part.
pub(super) type Parts = (f64, f64);

/// How numbers of two kinds are compared.
#[derive(Clone, Copy, Debug)]
enum Lanes {
    I32(Load<i32>, Load<i32>),
    F32(Load<f32>, Load<f32>),
    F64(Load<f64>, Load<f64>),
    I64(Load<i64>, Load<i64>),
    /// An `u64` with what an `i64` holds.
    Mixed(Load<i64>, Load<i64>),
    /// An `i64` with a float.
    Signed(Load<i64>, Load<f64>),
    /// An `u64` with a float.
    Unsigned(Load<i64>, Load<f64>),
    /// Real and imaginary parts.
    Complex(Load<Parts>, Load<Parts>),
    /// An `i64` with real and imaginary parts.
    SignedComplex(Load<i64>, Load<Parts>),
    /// An `u64` with real and imaginary parts.
    UnsignedComplex(Load<i64>, Load<Parts>),
}

/// A comparison of numbers of two kinds, both in the order of the target.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    lanes: Lanes,
    /// Whether the operands have changed places.
    swapped: bool,
    nan_equal: bool,
    sizes: [usize; 2],
}

impl Numbers {
    pub(super) fn new(a: Num, b: Num, mode: Mode) -> Numbers {
        let nan_equal = mode == Mode::NanEqual;
        let there = |swapped, lanes| {
            let sizes = if swapped { [b.size(), a.size()] } else { [a.size(), b.size()] };
            Numbers { lanes, swapped, nan_equal, sizes }
        };
        match (choose(a, b), choose(b, a)) {
            (Some(lanes), _) => there(false, lanes),
            (_, Some(lanes)) => there(true, lanes),
            // All pairs have lanes one way round, as a test over all says.
            _ => unreachable!("numbers without a common lane"),
        }
    }

    /// Whether all numbers are equal.
    pub(super) fn run(&self, a: &[u8], b: &[u8]) -> bool {
        let (a, b) = if self.swapped { (b, a) } else { (a, b) };
        let two = Two { a, b, sizes: self.sizes };
        let nan = self.nan_equal;
        match self.lanes {
            Lanes::I32(a, b) => two.equal(a, b, |a, b| ones32(a != b)),
            Lanes::I64(a, b) => two.equal(a, b, |a, b| a ^ b),
            Lanes::Mixed(a, b) => two.equal(a, b, |a, b| a ^ b | b >> 63),
            Lanes::F32(a, b) => two.equal(a, b, |a, b| {
                let both = ones32(a.is_nan()) & ones32(b.is_nan()) & ones32(nan);
                ones32(a != b) & !both
            }),
            Lanes::F64(a, b) => two.equal(a, b, |a, b| {
                let both = ones64(a.is_nan()) & ones64(b.is_nan()) & ones64(nan);
                ones64(a != b) & !both
            }),
            Lanes::Signed(a, b) => two.equal(a, b, |a, b| ones64(!signed(a, b))),
            Lanes::Unsigned(a, b) => two.equal(a, b, |a, b| ones64(!unsigned(a, b))),
            Lanes::Complex(a, b) => two.equal(a, b, |(a, i), (b, j)| {
                let both = (a.is_nan() | i.is_nan()) & (b.is_nan() | j.is_nan()) & nan;
                ones64(!both & ((a != b) | (i != j)))
            }),
            Lanes::SignedComplex(a, b) => {
                two.equal(a, b, |a, (b, j)| ones64(!signed(a, b) | (j != 0.0)))
            }
            Lanes::UnsignedComplex(a, b) => {
                two.equal(a, b, |a, (b, j)| ones64(!unsigned(a, b) | (j != 0.0)))
            }
        }
    }
}

/// The bytes of numbers of two kinds, and of one number.
struct Two<'a> {
    a: &'a [u8],
    b: &'a [u8],
    sizes: [usize; 2],
}

impl Two<'_> {
    /// Whether `differ` is 0 for all numbers; no branch per number.
    #[inline(always)]
    fn equal<T, U, D>(&self, a: Load<T>, b: Load<U>, differ: impl Fn(T, U) -> D) -> bool
    where
        T: Copy + Default,
        U: Copy + Default,
        D: Default + PartialEq + BitOr<Output = D>,
    {
        let (mut lanes_a, mut lanes_b) = ([T::default(); LANES], [U::default(); LANES]);
        let chunks = self.a.chunks(LANES * self.sizes[0]);
        chunks.zip(self.b.chunks(LANES * self.sizes[1])).all(|(bytes_a, bytes_b)| {
            let n = bytes_a.len() / self.sizes[0];
            let (lanes_a, lanes_b) = (&mut lanes_a[..n], &mut lanes_b[..n]);
            a(bytes_a, lanes_a);
            b(bytes_b, lanes_b);
            let pairs = lanes_a.iter().zip(lanes_b);
            pairs.fold(D::default(), |any, (a, b)| any | differ(*a, *b)) == D::default()
        })
    }
}

/// The lanes for numbers in this order, if there are some.
fn choose(a: Num, b: Num) -> Option<Lanes> {
    if let (Some(a), Some(b)) = (i32s(a), i32s(b)) {
        return Some(Lanes::I32(a, b));
    }
    if let (Some(a), Some(b)) = (f32s(a), f32s(b)) {
        return Some(Lanes::F32(a, b));
    }
    if let (Some(a), Some(b)) = (i64s(a), i64s(b)) {
        return Some(Lanes::I64(a, b));
    }
    if let (Some(a), Some(b)) = (f64s(a), f64s(b)) {
        return Some(Lanes::F64(a, b));
    }
    let bits: Load<i64> = |bytes, out| each(bytes, out, i64::from_ne_bytes);
    match (a, b) {
        (Num::U64, Num::U64) => Some(Lanes::I64(bits, bits)),
        (Num::U64, _) if i64s(b).is_some() => Some(Lanes::Mixed(bits, i64s(b)?)),
        (Num::I64, Num::C32 | Num::C64) => Some(Lanes::SignedComplex(bits, parts(b)?)),
        (Num::U64, Num::C32 | Num::C64) => Some(Lanes::UnsignedComplex(bits, parts(b)?)),
        (Num::I64, _) => Some(Lanes::Signed(bits, f64s(b)?)),
        (Num::U64, _) => Some(Lanes::Unsigned(bits, f64s(b)?)),
        _ => Some(Lanes::Complex(parts(a)?, parts(b)?)),
    }
}

/// Up to here all integers are floats.
pub(super) const EXACT: u64 = 1 << 53;

/// Whether an integer is a float.
fn signed(int: i64, float: f64) -> bool {
    // Conversion to an integer stops at the greatest one, which is no `f64`.
    let exact = || float as i64 == int && float != (1u64 << 63) as f64;
    int as f64 == float && (int.unsigned_abs() <= EXACT || exact())
}

/// The same for an `u64` in the bits of an `i64`.
fn unsigned(int: i64, float: f64) -> bool {
    let int = int.cast_unsigned();
    let exact = || float as u64 == int && float != 2.0 * (1u64 << 63) as f64;
    int as f64 == float && (int <= EXACT || exact())
}

fn ones32(truth: bool) -> i32 {
    -i32::from(truth)
}

fn ones64(truth: bool) -> i64 {
    -i64::from(truth)
}

/// Converts numbers of `N` bytes.
#[inline(always)]
fn each<T, const N: usize>(bytes: &[u8], out: &mut [T], convert: impl Fn([u8; N]) -> T) {
    for (out, bytes) in out.iter_mut().zip(bytes.as_chunks::<N>().0) {
        *out = convert(*bytes);
    }
}

/// A number of `N` bytes in the order of the target.
pub(super) trait Raw<const N: usize> {
    fn of(bytes: [u8; N]) -> Self;
}

/// A byte that is true unless 0.
pub(super) struct Truth(bool);

impl Raw<1> for Truth {
    fn of([byte]: [u8; 1]) -> Truth {
        Truth(byte != 0)
    }
}

/// The bits of a half.
pub(super) struct Half(u16);

impl Raw<2> for Half {
    fn of(bytes: [u8; 2]) -> Half {
        Half(u16::from_ne_bytes(bytes))
    }
}

impl Raw<8> for Parts {
    fn of(bytes: [u8; 8]) -> Parts {
        let part = |at: usize| f32::of([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        (part(0).into(), part(4).into())
    }
}

impl Raw<16> for Parts {
    fn of(bytes: [u8; 16]) -> Parts {
        let (parts, _) = bytes.as_chunks::<8>();
        (f64::of(parts[0]), f64::of(parts[1]))
    }
}

/// What the language has for its numbers.
macro_rules! raw {
    ($($type:ty)*) => {$(
        impl Raw<{ size_of::<$type>() }> for $type {
            fn of(bytes: [u8; size_of::<$type>()]) -> $type {
                <$type>::from_ne_bytes(bytes)
            }
        }

        impl From<Truth> for $type {
            fn from(Truth(truth): Truth) -> $type {
                u8::from(truth) as $type
            }
        }
    )*};
}

raw!(i8 i16 i32 i64 u8 u16 u32 f32 f64);

impl From<Half> for f32 {
    fn from(Half(half): Half) -> f32 {
        of_half(half)
    }
}

impl From<Half> for f64 {
    fn from(half: Half) -> f64 {
        f32::from(half).into()
    }
}

/// The loader of a kind, if it is one of those with a type:
/// `loads!(num => i64::from; I8 i8, U8 u8)` is
///
/// ```text
/// match num {
///     Num::I8 => Some(|bytes, out| each(bytes, out, |bytes| i64::from(<i8 as Raw<_>>::of(bytes)))),
///     Num::U8 => ..,
///     _ => None,
/// }
/// ```
macro_rules! loads {
    ($num:expr => $convert:expr; $($kind:ident $type:ty),*) => {
        match $num {
            $(Num::$kind => Some(|bytes, out| {
                each(bytes, out, |bytes| $convert(<$type as Raw<_>>::of(bytes)));
            }),)*
            _ => None,
        }
    };
}

/// Numbers that an `i32` holds.
fn i32s(num: Num) -> Option<Load<i32>> {
    loads!(num => i32::from; Bool Truth, I8 i8, I16 i16, I32 i32, U8 u8, U16 u16)
}

/// Numbers that an `i64` holds.
fn i64s(num: Num) -> Option<Load<i64>> {
    loads!(num => i64::from;
        Bool Truth, I8 i8, I16 i16, I32 i32, I64 i64, U8 u8, U16 u16, U32 u32)
}

/// Numbers that an `f32` holds.
fn f32s(num: Num) -> Option<Load<f32>> {
    loads!(num => f32::from; Bool Truth, I8 i8, I16 i16, U8 u8, U16 u16, F16 Half, F32 f32)
}

/// Numbers that an `f64` holds.
pub(super) fn f64s(num: Num) -> Option<Load<f64>> {
    loads!(num => f64::from;
        Bool Truth, I8 i8, I16 i16, I32 i32, U8 u8, U16 u16, U32 u32, F16 Half, F32 f32, F64 f64)
}

fn real(re: impl Into<f64>) -> Parts {
    (re.into(), 0.0)
}

/// Numbers that two `f64` hold.
pub(super) fn parts(num: Num) -> Option<Load<Parts>> {
    match num {
        Num::C32 => Some(|bytes, out| each(bytes, out, <Parts as Raw<8>>::of)),
        Num::C64 => Some(|bytes, out| each(bytes, out, <Parts as Raw<16>>::of)),
        _ => loads!(num => real;
            Bool Truth, I8 i8, I16 i16, I32 i32, U8 u8, U16 u16, U32 u32, F16 Half, F32 f32,
            F64 f64),
    }
}
