//! The axes around a kernel.

use crate::copy::Axis;

/// Calls `leaf` for each step of the axes, outermost first, until it answers
/// `false`; whether it never did.
///
/// ```
/// use std::cell::Cell;
/// use stridewise_kernels::copy::{Axis, walk};
/// let src = [1u8, 2, 3, 4, 5, 6];
/// let axes = [Axis { extent: 2, dst: 0, src: 3 }, Axis { extent: 2, dst: 0, src: 2 }];
/// let sum = Cell::new(0);
/// // SAFETY: K4 by the extents and strides above.
/// let all = unsafe {
///     walk(&axes, std::ptr::null_mut(), src.as_ptr(), &|_, src| {
///         sum.set(sum.get() + *src);
///         true
///     })
/// };
/// assert!(all);
/// assert_eq!(sum.get(), 1 + 3 + 4 + 6);
/// ```
///
/// # Safety
/// K4 for the offsets that the axes visit.
#[inline]
pub unsafe fn walk(
    axes: &[Axis],
    dst: *mut u8,
    src: *const u8,
    leaf: &impl Fn(*mut u8, *const u8) -> bool,
) -> bool {
    let [outer, inside @ ..] = axes else { return leaf(dst, src) };
    for i in 0..outer.extent as isize {
        // SAFETY: K4; below, the rest of the axes from this step.
        let (dst, src) = unsafe { (dst.offset(i * outer.dst), src.offset(i * outer.src)) };
        let goes_on = if inside.is_empty() {
            // Nothing recurs around one axis.
            leaf(dst, src)
        } else {
            // SAFETY: as above.
            unsafe { walk(inside, dst, src, leaf) }
        };
        if !goes_on {
            return false;
        }
    }
    true
}
