//! Comparing items where they lie, one by one, at any strides.
//!
//! No level does this faster than another: it is for few items, for the
//! first few of many, and for those of a size that registers cannot gather.

use super::rule::{Bits, Bool, Rule, Same, SamePair, Value};
use super::{Class, Equal, Mode, Run};
use crate::copy::Block;
use crate::scalar::Scalar;

impl Equal {
    /// Whether all items of a block are equal; `a` stands in the
    /// destination's place.
    ///
    /// # Safety
    /// K2, K4 for the block from `a` and `b`, both only read.
    ///
    /// ```
    /// use stridewise_kernels::{Level, copy::{Axis, Block}, equal::{Class, Equal, Mode}};
    /// let block = Block {
    ///     item: 1,
    ///     outer: Axis { extent: 2, dst: 3, src: 1 },
    ///     inner: Axis { extent: 3, dst: 1, src: 2 },
    /// };
    /// let bytes = Equal::new(Level::detect(), Class::Bits, Mode::Values);
    /// // SAFETY: K2, two rows of three against three of two.
    /// assert!(unsafe { bytes.block(b"abcdef".as_ptr(), b"adbecf".as_ptr(), &block) });
    /// ```
    #[must_use]
    pub unsafe fn block(self, a: *const u8, b: *const u8, block: &Block) -> bool {
        self.check(block.item);
        // SAFETY: K2, K4 are the caller's.
        unsafe {
            match (self.mode, self.class, block.item) {
                (Mode::Bits, _, _) | (_, Class::Bits, _) => bits(a, b, block),
                (Mode::Values, Class::F32, 4) => sized::<Value<u32>, 4>(a, b, block),
                (Mode::Values, Class::F64, 8) => sized::<Value<u64>, 8>(a, b, block),
                (_, Class::Bool, _) => any::<Bool>(a, b, block),
                (Mode::Values, Class::F16, _) => any::<Value<u16>>(a, b, block),
                (Mode::Values, Class::F32 | Class::C32, _) => any::<Value<u32>>(a, b, block),
                (Mode::Values, Class::F64 | Class::C64, _) => any::<Value<u64>>(a, b, block),
                (Mode::NanEqual, Class::F16, _) => any::<Same<u16>>(a, b, block),
                (Mode::NanEqual, Class::F32, _) => any::<Same<u32>>(a, b, block),
                (Mode::NanEqual, Class::F64, _) => any::<Same<u64>>(a, b, block),
                (Mode::NanEqual, Class::C32, _) => any::<SamePair<u64>>(a, b, block),
                (Mode::NanEqual, Class::C64, _) => any::<SamePair<u128>>(a, b, block),
            }
        }
    }
}

/// By bytes.
///
/// # Safety
/// K2, K4 for the block.
unsafe fn bits(a: *const u8, b: *const u8, block: &Block) -> bool {
    macro_rules! by_size {
        ($($n:literal)*) => {
            match block.item {
                // SAFETY: the caller's.
                $($n => unsafe { sized::<Bits, $n>(a, b, block) },)*
                // SAFETY: the caller's.
                _ => unsafe { any::<Bits>(a, b, block) },
            }
        };
    }
    by_size!(1 2 3 4 5 6 7 8 10 12 16 24 32)
}

/// Items of `N` bytes.
///
/// # Safety
/// K2, K4 for the block.
#[inline(always)]
unsafe fn sized<R: Rule, const N: usize>(a: *const u8, b: *const u8, block: &Block) -> bool {
    // SAFETY: the caller's.
    unsafe {
        each(
            a,
            b,
            block,
            #[inline(always)]
            |a, b| !Run { a, b, bytes: N }.short_differs::<R>(),
        )
    }
}

/// Items of any size.
///
/// # Safety
/// K2, K4 for the block.
#[inline(never)]
unsafe fn any<R: Rule>(a: *const u8, b: *const u8, block: &Block) -> bool {
    // SAFETY: the caller's.
    unsafe {
        each(
            a,
            b,
            block,
            #[inline(always)]
            |a, b| !Run { a, b, bytes: block.item }.differs::<Scalar, R>(),
        )
    }
}

/// Whether all pairs of items are `same`.
///
/// # Safety
/// K4 for the block.
#[inline(always)]
unsafe fn each(
    a: *const u8,
    b: *const u8,
    block: &Block,
    same: impl Fn(*const u8, *const u8) -> bool,
) -> bool {
    let Block { outer, inner, .. } = *block;
    for o in 0..outer.extent as isize {
        // SAFETY: K4, the first items of row `o`.
        let (a, b) = unsafe { (a.offset(o * outer.dst), b.offset(o * outer.src)) };
        for i in 0..inner.extent as isize {
            // SAFETY: K4 for item (o, i).
            if !unsafe { same(a.offset(i * inner.dst), b.offset(i * inner.src)) } {
                return false;
            }
        }
    }
    true
}
