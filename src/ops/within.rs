//! Copy within one buffer: as if the source had been read first.

#![allow(unsafe_code, reason = "hands validated layouts to a plan")]

use super::{Options, pair};
use crate::axes::Axes;
use crate::element::Element;
use crate::error::Error;
use crate::layout::{Direction, Layout, Order, direction};
use crate::memory;
use crate::plan::coalesce::coalesce;
use crate::plan::loop_nest::LoopNest;
use crate::plan::normalize::{Traversal, normalize};
use crate::plan::order::order;
use crate::plan::{Schedule, loop_nest::Loop};
use stridewise_kernels::Level;
use stridewise_kernels::copy::walk;

/// Copies the items at `src` to the items at `dst` in one buffer; both
/// layouts count bytes. The result is as if all of the source had been read
/// before anything was written, however they overlap.
///
/// Layouts that share no byte are copied like any others. If one direction
/// of traversal does, it is taken; only otherwise is there a temporary.
///
/// # Errors
///
/// [`LayoutError`](crate::LayoutError) if an item lies outside the buffer or
/// two indices of `dst` share a byte, [`MismatchError`](crate::MismatchError)
/// if shapes or itemsizes differ, [`AllocError`](crate::AllocError) if there is no memory for
/// the temporary, and [`LevelError`](crate::LevelError) from
/// [`level()`](crate::level()). The buffer is untouched then.
///
/// ```
/// use stridewise::{Layout, copy_within};
/// let mut data = [1u8, 2, 3, 4, 5, 6];
/// let forward = Layout::new(&[4], &[1], 1, 0)?;
/// let shifted = Layout::new(&[4], &[1], 1, 2)?;
/// copy_within(&mut data, &shifted, &forward)?;
/// assert_eq!(data, [1, 2, 1, 2, 3, 4]);
/// // In place, the other way round.
/// copy_within(&mut data, &forward, &forward.reverse(0)?)?;
/// assert_eq!(data, [2, 1, 2, 1, 3, 4]);
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn copy_within<T: Element>(data: &mut [T], dst: &Layout, src: &Layout) -> Result<(), Error> {
    // Any bytes may be moved: of the elements only `bool` has invalid ones,
    // and its items are single bytes.
    dst.validate_mut(size_of_val(data))?;
    src.validate(size_of_val(data))?;
    let nest = pair(dst, src)?;
    let level = Options::default().level()?;
    let start = data.as_mut_ptr().cast::<u8>();
    // SAFETY: K2, K4 by the validation of both layouts, from one pointer.
    unsafe {
        let (to, from) = (start.wrapping_offset(dst.offset()), start.wrapping_offset(src.offset()));
        overlapping(nest, to, from, level)
    }
}

/// Copies as if the source had been read first.
///
/// # Safety
/// K2 and K4 for `nest` from these pointers; no two items of the destination
/// overlap each other.
pub(crate) unsafe fn overlapping(
    mut nest: LoopNest,
    dst: *mut u8,
    src: *const u8,
    level: Level,
) -> Result<(), Error> {
    let shared = nest.clone();
    normalize(&mut nest, Traversal::Free);
    order(&mut nest);
    coalesce(&mut nest);
    match direction_of(&nest, dst, src) {
        Direction::Disjoint => {
            // What lies between the source's items is read with them, which
            // no other thread may write meanwhile.
            let chunks = interleave(&nest, dst, src).then_some(1);
            // SAFETY: handed on; K3 because no byte is shared.
            unsafe { Schedule::new(nest, level, None, chunks).run(dst, src) }
        }
        // SAFETY: handed on.
        Direction::Ascending => unsafe { one_by_one(&nest, dst, src) },
        Direction::Descending => {
            for at in 0..nest.loops.len() {
                nest.flip(at);
            }
            // SAFETY: handed on; the same items in opposite order.
            unsafe { one_by_one(&nest, dst, src) }
        }
        // SAFETY: handed on.
        Direction::Neither => unsafe { by_temporary(&shared, dst, src, level)? },
    }
    Ok(())
}

/// In which order the loops of `nest` may run.
fn direction_of(nest: &LoopNest, dst: *const u8, src: *const u8) -> Direction {
    let shape: Axes<usize> = nest.loops.iter().map(|l| l.extent).collect();
    let side = |step: fn(&Loop) -> isize, offset: isize| {
        let strides: Axes<isize> = nest.loops.iter().map(step).collect();
        Layout::new(&shape, &strides, nest.item, offset)
    };
    let apart = (src.addr() as isize).checked_sub(dst.addr() as isize);
    let offset = apart.and_then(|apart| apart.checked_add(nest.src));
    let Some(offset) = offset else { return Direction::Disjoint };
    match (side(|l| l.dst, nest.dst), side(|l| l.src, offset)) {
        (Ok(dst), Ok(src)) => direction(&dst, &src),
        // Further apart than any allocation is long.
        _ => Direction::Disjoint,
    }
}

/// Whether the operands' spans share bytes.
fn interleave(nest: &LoopNest, dst: *const u8, src: *const u8) -> bool {
    let span = |first: usize, step: fn(&Loop) -> isize| {
        let mut span = (first, first.wrapping_add(nest.item));
        for l in nest.loops.iter() {
            let last = step(l).wrapping_mul(l.extent as isize - 1);
            span.0 = span.0.wrapping_add_signed(last.min(0));
            span.1 = span.1.wrapping_add_signed(last.max(0));
        }
        span
    };
    let to = span(dst.addr().wrapping_add_signed(nest.dst), |l| l.dst);
    let from = span(src.addr().wrapping_add_signed(nest.src), |l| l.src);
    to.0 < from.1 && from.0 < to.1
}

/// Each item read whole before it is written, in the order of the loops.
///
/// # Safety
/// K2, K4 for `nest`.
unsafe fn one_by_one(nest: &LoopNest, dst: *mut u8, src: *const u8) {
    if nest.is_empty() {
        return;
    }
    // SAFETY: handed on.
    unsafe {
        walk(&nest.loops, dst.offset(nest.dst), src.offset(nest.src), &|dst, src| {
            core::ptr::copy(src, dst, nest.item);
            true
        });
    }
}

/// # Safety
/// K2, K4 for `nest`, which has no offsets yet.
unsafe fn by_temporary(
    nest: &LoopNest,
    dst: *mut u8,
    src: *const u8,
    level: Level,
) -> Result<(), Error> {
    let bytes = nest.bytes();
    let mut temporary = memory::reserve::<u8>(bytes)?;
    let between = temporary.as_mut_ptr();
    let shape: Axes<usize> = nest.loops.iter().map(|l| l.extent).collect();
    let dense = Layout::contiguous(&shape, nest.item, Order::C)?;
    let with = |to: fn(&Loop, isize) -> Loop| {
        let mut nest = nest.clone();
        for (l, &stride) in nest.loops.iter_mut().zip(dense.strides()) {
            *l = to(l, stride);
        }
        Schedule::new(nest, level, None, None)
    };
    // SAFETY: K2 for `nest` by the caller and for the temporary by its size;
    // K3 because that is new.
    unsafe {
        with(|l, dense| Loop { dst: dense, ..*l }).run(between, src);
        with(|l, dense| Loop { src: dense, ..*l }).run(dst, between);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_interleave_and_halves_do_not() {
        let at = core::ptr::without_provenance::<u8>;
        let columns = LoopNest::new(&[1000], 4, &[12], &[12]);
        assert!(interleave(&columns, at(0x1004), at(0x1000)));
        assert!(!interleave(&columns, at(0x1000), at(0x1000 + 12 * 999 + 4)));
        let back = LoopNest::new(&[1000], 4, &[4], &[-4]);
        assert!(!interleave(&back, at(0x2000), at(0x1ffc)));
        assert!(interleave(&back, at(0x2000), at(0x2000)));
    }
}
