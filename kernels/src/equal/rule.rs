//! When items are equal, and how a block of them is compared.

use core::marker::PhantomData;
use core::ops::{BitAnd, BitOr, Not};

/// When two items are equal.
pub(super) trait Rule {
    /// The carrier of an item.
    type Item: Copy;
    /// What [`differ`](Rule::differ) answers.
    type Difference: Carrier;
    /// Items of equal bytes are equal, so it pays to compare bytes first.
    const REFLEXIVE: bool;

    /// Not 0 if the items differ.
    fn differ(a: Self::Item, b: Self::Item) -> Self::Difference;

    /// Whether an item in the `N` bytes at `a` and `b` differs, without a
    /// branch per item. Nothing differs in less than an item.
    ///
    /// # Safety
    /// K2: `N` bytes, a power of two, are readable at `a` and at `b`.
    #[inline(always)]
    unsafe fn differs<const N: usize>(a: *const u8, b: *const u8) -> bool {
        // SAFETY: K2.
        unsafe {
            (!Self::REFLEXIVE || bytes_differ::<N>(a, b)) && any::<_, _, N>(a, b, Self::differ)
        }
    }
}

/// An unsigned integer.
pub(super) trait Carrier: Copy + Default + PartialEq + BitOr<Output = Self> {}

/// A carrier that can hold a float.
pub(super) trait Float: Carrier + BitAnd<Output = Self> + Not<Output = Self> {
    /// All ones if it is a NaN, or else 0.
    fn nan(self) -> Self;
    /// Not 0 if the values differ; whatever it may be if both are NaN.
    fn differ(self, other: Self) -> Self;
    /// Not 0 if the values differ; a NaN differs from everything.
    fn differ_or_nan(self, other: Self) -> Self;
}

/// A carrier that can hold two floats, in whatever order.
pub(super) trait Pair: Copy {
    /// The carrier of a part.
    type Part: Float;
    /// Both parts.
    fn parts(self) -> [Self::Part; 2];
}

/// By their bytes.
pub(super) struct Bits;
/// By truth.
pub(super) struct Bool;
/// Floats by value; NaN differs from NaN.
pub(super) struct Value<T>(PhantomData<T>);
/// Floats by value; NaN equals NaN.
pub(super) struct Same<T>(PhantomData<T>);
/// Complex numbers by value; NaN equals NaN.
pub(super) struct SamePair<T>(PhantomData<T>);

impl Rule for Bits {
    type Item = u8;
    type Difference = u8;
    const REFLEXIVE: bool = true;

    #[inline(always)]
    fn differ(a: u8, b: u8) -> u8 {
        a ^ b
    }

    #[inline(always)]
    unsafe fn differs<const N: usize>(a: *const u8, b: *const u8) -> bool {
        // SAFETY: K2.
        unsafe { bytes_differ::<N>(a, b) }
    }
}

impl Rule for Bool {
    type Item = u8;
    type Difference = u8;
    const REFLEXIVE: bool = true;

    #[inline(always)]
    fn differ(a: u8, b: u8) -> u8 {
        // The top bit tells the truth.
        let truth = |byte: u8| ((byte & 0x7f) + 0x7f) | byte;
        (truth(a) ^ truth(b)) & 0x80
    }
}

impl<T: Float> Rule for Value<T> {
    type Item = T;
    type Difference = T;
    const REFLEXIVE: bool = false;

    #[inline(always)]
    fn differ(a: T, b: T) -> T {
        a.differ_or_nan(b)
    }
}

impl<T: Float> Rule for Same<T> {
    type Item = T;
    type Difference = T;
    const REFLEXIVE: bool = true;

    #[inline(always)]
    fn differ(a: T, b: T) -> T {
        a.differ(b) & !(a.nan() & b.nan())
    }
}

impl<T: Pair> Rule for SamePair<T> {
    type Item = T;
    type Difference = T::Part;
    const REFLEXIVE: bool = true;

    #[inline(always)]
    fn differ(a: T, b: T) -> T::Part {
        let ([a, c], [b, d]) = (a.parts(), b.parts());
        (a.differ(b) | c.differ(d)) & !((a.nan() | c.nan()) & (b.nan() | d.nan()))
    }
}

/// Whether any of `N` bytes differ, by the largest words that fit.
///
/// # Safety
/// K2: `N` bytes, a power of two, are readable at `a` and at `b`.
#[inline(always)]
unsafe fn bytes_differ<const N: usize>(a: *const u8, b: *const u8) -> bool {
    // SAFETY: K2.
    unsafe {
        match N {
            8.. => any::<u64, u64, N>(a, b, |a, b| a ^ b),
            4.. => any::<u32, u32, N>(a, b, |a, b| a ^ b),
            2.. => any::<u16, u16, N>(a, b, |a, b| a ^ b),
            _ => any::<u8, u8, N>(a, b, |a, b| a ^ b),
        }
    }
}

/// Whether `differ` is not 0 for any of the items in `N` bytes.
///
/// The differences are as wide as the items, so that they stay in the lanes
/// of the registers that the items came in.
///
/// # Safety
/// K2: `N` bytes are readable at `a` and at `b`.
#[inline(always)]
unsafe fn any<T: Copy, D: Carrier, const N: usize>(
    a: *const u8,
    b: *const u8,
    differ: impl Fn(T, T) -> D,
) -> bool {
    let mut any = D::default();
    for i in 0..N / size_of::<T>() {
        // SAFETY: K2, item `i` ends within the `N` bytes; K5.
        let (x, y) = unsafe {
            (a.cast::<T>().add(i).read_unaligned(), b.cast::<T>().add(i).read_unaligned())
        };
        any = any | differ(x, y);
    }
    any != D::default()
}

impl Carrier for u8 {}

/// A float in the carrier `$int`: the bits of its infinity, and
/// [`Float::differ_or_nan`].
///
/// The rest is arithmetic: the single bits that comparisons answer are not
/// kept in vectors once two of them are combined (2 GB/s for 30).
///
/// `float!(u16 0x7c00, |a, b| a.differ(b) | a.nan());` expands to
///
/// ```text
/// impl Carrier for u16 {}
/// impl Float for u16 {
///     fn nan(self) -> u16 { .. }     // with 0x7c00
///     fn differ(self, other: u16) -> u16 { .. }
///     fn differ_or_nan(self, other: u16) -> u16 {
///         let (a, b) = (self, other);
///         a.differ(b) | a.nan()
///     }
/// }
/// ```
macro_rules! float {
    ($int:ident $infinity:expr, |$a:ident, $b:ident| $differ:expr) => {
        impl Carrier for $int {}

        impl Float for $int {
            #[inline(always)]
            fn nan(self) -> $int {
                let above = ($infinity as $int).wrapping_sub(self & ($int::MAX >> 1));
                (above.cast_signed() >> ($int::BITS - 1)).cast_unsigned()
            }

            #[inline(always)]
            fn differ(self, other: $int) -> $int {
                // Two zeros may differ in the sign bit, nothing else may.
                let magnitudes = (self | other) & ($int::MAX >> 1);
                (self ^ other) & (($int::MAX >> 1) | magnitudes.wrapping_neg())
            }

            #[inline(always)]
            fn differ_or_nan(self, other: $int) -> $int {
                let ($a, $b) = (self, other);
                $differ
            }
        }
    };
}

// Binary16 has no stable type, nor instructions at most levels.
float!(u16 0x7c00, |a, b| a.differ(b) | a.nan());
float!(u32 f32::INFINITY.to_bits(), |a, b| {
    u32::from(f32::from_bits(a) != f32::from_bits(b)).wrapping_neg()
});
float!(u64 f64::INFINITY.to_bits(), |a, b| {
    u64::from(f64::from_bits(a) != f64::from_bits(b)).wrapping_neg()
});

/// `pair!(u64 u32)`: an `u64` holds two floats in `u32`.
macro_rules! pair {
    ($($pair:ident $part:ident)*) => {$(
        impl Pair for $pair {
            type Part = $part;

            #[inline(always)]
            fn parts(self) -> [$part; 2] {
                [self as $part, (self >> $part::BITS) as $part]
            }
        }
    )*};
}

pair!(u64 u32 u128 u64);
