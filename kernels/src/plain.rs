//! Plain loops: for so few items that to choose a kernel costs more than they do.

use crate::copy::Axis;
use crate::item::{Any, Item, Sized};

/// Moves the items of some axes, outermost first, one by one; rows that are
/// gapless in both operands as one.
///
/// # Safety
///
/// K2, K3 and K4 for the extents, strides and item size.
///
/// ```
/// use stridewise_kernels::copy::{Axis, plain};
/// let (src, mut dst) = ([1u16, 2, 3, 4, 5, 6], [0u16; 6]);
/// // Two rows of three to three rows of two.
/// let axes = [Axis { extent: 3, dst: 4, src: 2 }, Axis { extent: 2, dst: 2, src: 6 }];
/// // SAFETY: K2 to K4 by the extents and strides above.
/// unsafe { plain(dst.as_mut_ptr().cast(), src.as_ptr().cast(), 2, &axes) };
/// assert_eq!(dst, [1, 4, 2, 5, 3, 6]);
/// ```
pub unsafe fn plain(dst: *mut u8, src: *const u8, item: usize, axes: &[Axis]) {
    // SAFETY: handed on.
    unsafe {
        match item {
            1 => walk::<Sized<1>>(dst, src, item, axes),
            2 => walk::<Sized<2>>(dst, src, item, axes),
            4 => walk::<Sized<4>>(dst, src, item, axes),
            8 => walk::<Sized<8>>(dst, src, item, axes),
            16 => walk::<Sized<16>>(dst, src, item, axes),
            ..=64 => walk::<Any>(dst, src, item, axes),
            _ => walk::<Long>(dst, src, item, axes),
        }
    }
}

/// A run that is worth a call.
struct Long;

impl Item for Long {
    #[inline(always)]
    unsafe fn copy(dst: *mut u8, src: *const u8, size: usize) {
        // SAFETY: K2, K3.
        unsafe { core::ptr::copy_nonoverlapping(src, dst, size) }
    }

    #[inline(always)]
    fn size(size: usize) -> usize {
        size
    }
}

/// # Safety
/// As [`plain`].
unsafe fn walk<I: Item>(dst: *mut u8, src: *const u8, item: usize, axes: &[Axis]) {
    // SAFETY: K2 to K4 for the items, the rows, and each step of other axes.
    unsafe {
        match *axes {
            [] => I::copy(dst, src, item),
            [row] => rows::<I>(dst, src, item, Axis::UNIT, row),
            [outer, row] => rows::<I>(dst, src, item, outer, row),
            [outer, ref inside @ ..] => {
                each(dst, src, outer, |dst, src| walk::<I>(dst, src, item, inside));
            }
        }
    }
}

/// # Safety
/// As [`plain`].
#[inline(always)]
unsafe fn rows<I: Item>(dst: *mut u8, src: *const u8, item: usize, outer: Axis, row: Axis) {
    let step = item as isize;
    // SAFETY: K2 to K4 for each row.
    unsafe {
        match row.extent {
            extent if (row.dst, row.src) == (step, step) => {
                let bytes = item * extent;
                each(dst, src, outer, |dst, src| Any::copy(dst, src, bytes));
            }
            // Loops of so few steps take longer to end than to run.
            2 => each(dst, src, outer, |dst, src| some::<I, 2>(dst, src, item, row)),
            3 => each(dst, src, outer, |dst, src| some::<I, 3>(dst, src, item, row)),
            4 => each(dst, src, outer, |dst, src| some::<I, 4>(dst, src, item, row)),
            _ => each(dst, src, outer, |dst, src| {
                each(dst, src, row, |dst, src| I::copy(dst, src, item));
            }),
        }
    }
}

/// `N` items of a row.
///
/// # Safety
/// K2 to K4.
#[inline(always)]
unsafe fn some<I: Item, const N: usize>(dst: *mut u8, src: *const u8, item: usize, row: Axis) {
    for i in 0..N as isize {
        // SAFETY: an item of the row.
        unsafe { I::copy(dst.offset(i * row.dst), src.offset(i * row.src), item) }
    }
}

/// Calls `step` with the operands of each step of an axis.
///
/// # Safety
/// K4.
#[inline(always)]
unsafe fn each(dst: *mut u8, src: *const u8, axis: Axis, step: impl Fn(*mut u8, *const u8)) {
    let (mut dst, mut src) = (dst, src);
    for _ in 0..axis.extent {
        step(dst, src);
        // Only after the last step are these no item's.
        (dst, src) = (dst.wrapping_offset(axis.dst), src.wrapping_offset(axis.src));
    }
}
