//! ndarray on the same memory.

use ndarray::{ArrayView, ArrayViewD, ArrayViewMut, ArrayViewMutD, Axis, IxDyn, ShapeBuilder};
use stridewise::Layout;

/// The layout with all strides forward, and what that adds to the origin.
fn forward<T>(layout: &Layout) -> Option<(ndarray::StrideShape<IxDyn>, isize)> {
    let size = size_of::<T>() as isize;
    if layout.itemsize() != size_of::<T>() || layout.strides().iter().any(|s| s % size != 0) {
        return None;
    }
    let steps: Vec<usize> =
        layout.strides().iter().map(|s| s.unsigned_abs() / size_of::<T>()).collect();
    let back = layout.shape().iter().zip(layout.strides());
    let back = back.map(|(&n, &s)| if s < 0 { (n as isize - 1) * s } else { 0 }).sum();
    Some((IxDyn(layout.shape()).strides(IxDyn(&steps)), back))
}

fn backward(layout: &Layout) -> impl Iterator<Item = Axis> + '_ {
    layout.strides().iter().enumerate().filter(|(_, s)| **s < 0).map(|(axis, _)| Axis(axis))
}

/// The items of a layout, if ndarray can name them.
///
/// # Safety
/// The layout lies in memory that is readable for `'a`.
pub unsafe fn view<'a, T>(layout: &Layout, origin: *const u8) -> Option<ArrayViewD<'a, T>> {
    let (shape, back) = forward::<T>(layout)?;
    let start = origin.wrapping_offset(back).cast::<T>();
    if !start.is_aligned() {
        return None;
    }
    // SAFETY: the caller's.
    let mut view = unsafe { ArrayView::from_shape_ptr(shape, start) };
    backward(layout).for_each(|axis| view.invert_axis(axis));
    Some(view)
}

/// The same to write.
///
/// # Safety
/// The layout lies in memory that is writable for `'a` and nobody else's.
pub unsafe fn view_mut<'a, T>(layout: &Layout, origin: *mut u8) -> Option<ArrayViewMutD<'a, T>> {
    let (shape, back) = forward::<T>(layout)?;
    let start = origin.wrapping_offset(back).cast::<T>();
    if !start.is_aligned() {
        return None;
    }
    // SAFETY: the caller's.
    let mut view = unsafe { ArrayViewMut::from_shape_ptr(shape, start) };
    backward(layout).for_each(|axis| view.invert_axis(axis));
    Some(view)
}
