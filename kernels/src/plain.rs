//! Plain loops: for so few items that to choose a kernel costs more than they do.

use crate::copy::Axis;
use crate::item::{Any, Item, Sized};

/// The most axes that [`plain`] walks.
pub const PLAIN_AXES: usize = 3;

/// Moves the items of up to [`PLAIN_AXES`] axes, outermost first, one by one;
/// rows that are gapless in both operands as one.
///
/// # Safety
///
/// K2, K3 and K4 for the extents, strides and item size.
///
/// # Panics
///
/// If there are more axes.
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
    let axes = match *axes {
        [] => [Axis::UNIT; 3],
        [c] => [Axis::UNIT, Axis::UNIT, c],
        [b, c] => [Axis::UNIT, b, c],
        [a, b, c] => [a, b, c],
        _ => panic!("{} axes", axes.len()),
    };
    // SAFETY: handed on.
    unsafe {
        match item {
            1 => walk::<Sized<1>>(dst, src, item, axes),
            2 => walk::<Sized<2>>(dst, src, item, axes),
            4 => walk::<Sized<4>>(dst, src, item, axes),
            8 => walk::<Sized<8>>(dst, src, item, axes),
            16 => walk::<Sized<16>>(dst, src, item, axes),
            _ => walk::<Any>(dst, src, item, axes),
        }
    }
}

/// # Safety
/// As [`plain`].
#[inline(always)]
unsafe fn walk<I: Item>(dst: *mut u8, src: *const u8, item: usize, [a, b, c]: [Axis; 3]) {
    let step = item as isize;
    let gapless = c.dst == step && c.src == step;
    let (mut dst, mut src) = (dst, src);
    for _ in 0..a.extent {
        let (mut to, mut from) = (dst, src);
        for _ in 0..b.extent {
            // SAFETY: K2, K3: one row. Only after the last step of a loop
            // are its pointers those of no item (K4).
            unsafe {
                if gapless {
                    Any::copy(to, from, item * c.extent);
                } else {
                    let (mut to, mut from) = (to, from);
                    for _ in 0..c.extent {
                        I::copy(to, from, item);
                        (to, from) = (to.wrapping_offset(c.dst), from.wrapping_offset(c.src));
                    }
                }
            }
            (to, from) = (to.wrapping_offset(b.dst), from.wrapping_offset(b.src));
        }
        (dst, src) = (dst.wrapping_offset(a.dst), src.wrapping_offset(a.src));
    }
}
