//! To contiguous: allocate, then copy.

#![allow(unsafe_code, reason = "fills memory that is not initialised yet")]

use super::{Options, pair};
use crate::element::Element;
use crate::error::Error;
use crate::layout::{Layout, Order};
use crate::memory;
use crate::plan::Schedule;
use crate::plan::hops::{Hops, Share};
use crate::view::{AnyArray, Array, Strided, View};
use alloc::vec::Vec;
use stridewise_kernels::transpose::Distance;

/// A gapless copy of a view in the given order: `C` has the last axis
/// contiguous, `F` the first, `A` is `F` if the view is F- and not
/// C-contiguous and else `C`, `K` keeps the order of the view's strides.
///
/// The memory is never zeroed first. Where Linux has large pages for those
/// who ask, large results are in such pages.
///
/// # Errors
///
/// [`AllocError`](crate::AllocError) if there is no memory for it, and
/// [`LevelError`](crate::LevelError) from [`level()`](crate::level()).
///
/// ```
/// use stridewise::{Order, View, to_contiguous};
/// let view = View::new(&[1, 2, 3, 4, 5, 6], &[2, 3])?.transpose();
/// assert_eq!(to_contiguous(&view, Order::C)?.as_slice(), [1, 4, 2, 5, 3, 6]);
/// assert_eq!(to_contiguous(&view, Order::K)?.as_slice(), [1, 2, 3, 4, 5, 6]);
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn to_contiguous<T: Element>(view: &View<'_, T>, order: Order) -> Result<Array<T>, Error> {
    let (data, layout) = packed::<T>(view, order)?;
    Ok(Array::from_parts(data, layout))
}

/// [`to_contiguous`] for views of any kind; the result is bytes and an
/// element type.
///
/// # Errors
///
/// Those of [`to_contiguous`].
///
/// See [`AnyArray`] for an example.
pub fn to_contiguous_any(view: &impl Strided, order: Order) -> Result<AnyArray, Error> {
    let (bytes, layout) = packed::<u8>(view, order)?;
    Ok(AnyArray::from_parts(bytes, layout, view.element()))
}

/// The items of `view` in a vector of `T`, which divides the itemsize.
fn packed<T: Element>(view: &impl Strided, order: Order) -> Result<(Vec<T>, Layout), Error> {
    let layout = view.layout().contiguous_like(order);
    let Share { pieces, caches, chunks } = Share::new(&layout, view.layout(), None, None);
    let level = Options::default().level()?;
    let mut schedule = Schedule::new(pair(&layout, view.layout())?, level, caches, chunks);
    let bytes = layout.nbytes();
    if memory::is_fresh(bytes) && schedule.how.distance < Distance::FollowedMemory {
        schedule.how.stream = false;
        // Zeroed lines are in the caches: there larger items gain no scratch.
        if layout.itemsize() > 2 {
            schedule.how.distance = schedule.how.distance.min(Distance::Caches);
        }
    }
    let mut data = memory::reserve::<T>(bytes / size_of::<T>())?;
    // SAFETY: the new memory has room for all of the gapless layout, which
    // the copy writes whole before the length says so; K3 because it is new.
    unsafe {
        let (dst, src) = (data.as_mut_ptr().cast(), view.origin());
        match Hops::new(&layout, view.layout()) {
            None => schedule.run(dst, src),
            Some(hops) => hops.copy(pieces, &schedule, dst, src),
        }
        data.set_len(bytes / size_of::<T>());
    }
    Ok((data, layout))
}
