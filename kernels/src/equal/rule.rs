//! When items are equal, and how a block of them is compared.

use core::marker::PhantomData;
use core::ops::BitOrAssign;

/// When two items are equal.
pub(super) trait Rule {
    /// The carrier of an item.
    type Item: Carrier;
    /// Items of equal bytes are equal, so it pays to compare bytes first.
    const REFLEXIVE: bool;

    /// Whether two items differ.
    fn differ(a: Self::Item, b: Self::Item) -> bool;

    /// Whether an item in the `N` bytes at `a` and `b` differs, without a
    /// branch per item. Nothing differs in less than an item.
    ///
    /// # Safety
    /// K2: `N` bytes, a power of two, are readable at `a` and at `b`.
    #[inline(always)]
    unsafe fn differs<const N: usize>(a: *const u8, b: *const u8) -> bool {
        // SAFETY: K2.
        unsafe {
            (!Self::REFLEXIVE || bytes_differ::<N>(a, b))
                && any::<Self::Item, N>(a, b, |a, b| Self::Item::mask(Self::differ(a, b)))
        }
    }
}

/// An unsigned integer of the size of an item.
pub(super) trait Carrier: Copy + Default + PartialEq + BitOrAssign {
    /// All ones or all zeros.
    fn mask(ones: bool) -> Self;
}

/// A carrier that can hold a float.
pub(super) trait Float: Carrier {
    /// Whether it is a NaN.
    fn is_nan(self) -> bool;
    /// Whether the values differ by IEEE; a NaN differs from everything.
    fn differ(self, other: Self) -> bool;
}

/// A carrier that can hold two floats, in whatever order.
pub(super) trait Pair: Carrier {
    /// The carrier of a part.
    type Part: Float;
    /// Both parts.
    fn parts(self) -> [Self::Part; 2];
}

/// The items at `a` and `b` are equal by their bytes.
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
    const REFLEXIVE: bool = true;

    #[inline(always)]
    fn differ(a: u8, b: u8) -> bool {
        a != b
    }

    #[inline(always)]
    unsafe fn differs<const N: usize>(a: *const u8, b: *const u8) -> bool {
        // SAFETY: K2.
        unsafe { bytes_differ::<N>(a, b) }
    }
}

impl Rule for Bool {
    type Item = u8;
    const REFLEXIVE: bool = true;

    #[inline(always)]
    fn differ(a: u8, b: u8) -> bool {
        (a == 0) != (b == 0)
    }
}

impl<T: Float> Rule for Value<T> {
    type Item = T;
    const REFLEXIVE: bool = false;

    #[inline(always)]
    fn differ(a: T, b: T) -> bool {
        a.differ(b)
    }
}

impl<T: Float> Rule for Same<T> {
    type Item = T;
    const REFLEXIVE: bool = true;

    #[inline(always)]
    fn differ(a: T, b: T) -> bool {
        a.differ(b) & !(a.is_nan() & b.is_nan())
    }
}

impl<T: Pair> Rule for SamePair<T> {
    type Item = T;
    const REFLEXIVE: bool = true;

    #[inline(always)]
    fn differ(a: T, b: T) -> bool {
        let ([a, c], [b, d]) = (a.parts(), b.parts());
        let both_nan = (a.is_nan() | c.is_nan()) & (b.is_nan() | d.is_nan());
        (a.differ(b) | c.differ(d)) & !both_nan
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
            8.. => any::<u64, N>(a, b, |a, b| a ^ b),
            4.. => any::<u32, N>(a, b, |a, b| a ^ b),
            2.. => any::<u16, N>(a, b, |a, b| a ^ b),
            _ => any::<u8, N>(a, b, |a, b| a ^ b),
        }
    }
}

/// Whether `differ` is not 0 for any of the items in `N` bytes.
///
/// The differences are as wide as the items, so that they stay in the lanes
/// of a register that the items came in.
///
/// # Safety
/// K2: `N` bytes are readable at `a` and at `b`.
#[inline(always)]
unsafe fn any<T: Carrier, const N: usize>(
    a: *const u8,
    b: *const u8,
    differ: impl Fn(T, T) -> T,
) -> bool {
    let mut any = T::default();
    for i in 0..N / size_of::<T>() {
        // SAFETY: K2, item `i` ends within the `N` bytes; K5.
        let (x, y) = unsafe {
            (a.cast::<T>().add(i).read_unaligned(), b.cast::<T>().add(i).read_unaligned())
        };
        any |= differ(x, y);
    }
    any != T::default()
}

macro_rules! carrier {
    ($($int:ident)*) => {$(
        impl Carrier for $int {
            #[inline(always)]
            fn mask(ones: bool) -> $int {
                $int::from(ones).wrapping_neg()
            }
        }
    )*};
}

carrier!(u8 u16 u32 u64 u128);

/// Binary16 has no stable Rust type, and most levels no instructions for it.
impl Float for u16 {
    #[inline(always)]
    fn is_nan(self) -> bool {
        self & 0x7fff > 0x7c00
    }

    #[inline(always)]
    fn differ(self, other: u16) -> bool {
        let zeros = (self | other) & 0x7fff == 0;
        self.is_nan() | ((self != other) & !zeros)
    }
}

macro_rules! float {
    ($($int:ident $float:ident)*) => {$(
        impl Float for $int {
            #[inline(always)]
            fn is_nan(self) -> bool {
                $float::from_bits(self).is_nan()
            }

            #[inline(always)]
            fn differ(self, other: $int) -> bool {
                $float::from_bits(self) != $float::from_bits(other)
            }
        }
    )*};
}

float!(u32 f32 u64 f64);

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
