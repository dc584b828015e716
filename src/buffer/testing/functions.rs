//! Plain means to look at what an exporter has.

use crate::buffer::{Access, Exporter, MemoryView};
use crate::error::{BufferError, LayoutError};
use crate::format::Value;
use crate::layout::{Order, Slice};
use alloc::sync::Arc;

/// First index, end, step and number of indices of a slice of an axis; the
/// end is -1 for a slice that walks down to index 0.
///
/// # Errors
///
/// [`LayoutError::StepZero`].
///
/// ```
/// use stridewise::Slice;
/// use stridewise::buffer::testing::slice_indices;
/// assert_eq!(slice_indices(Slice::from(-3..), 10)?, (7, 10, 1, 3));
/// assert_eq!(slice_indices(Slice::new(None, None, -4), 10)?, (9, -1, -4, 3));
/// # Ok::<(), stridewise::LayoutError>(())
/// ```
pub fn slice_indices(
    slice: Slice,
    extent: usize,
) -> Result<(isize, isize, isize, usize), LayoutError> {
    let Some((_, len)) = slice.resolve(extent) else {
        return Err(LayoutError::StepZero { axis: 0 });
    };
    let (down, extent) = (slice.step < 0, isize::try_from(extent).unwrap_or(isize::MAX));
    let (lowest, highest) = if down { (-1, extent - 1) } else { (0, extent) };
    let place = |bound: isize| {
        let bound = if bound < 0 { bound.saturating_add(extent) } else { bound };
        bound.clamp(lowest, highest)
    };
    let (first, last) = if down { (highest, lowest) } else { (lowest, highest) };
    let (start, stop) = (slice.start.map_or(first, place), slice.stop.map_or(last, place));
    Ok((start, stop, slice.step, len))
}

/// The item at an index, by the definition of where it is: step by step along
/// each axis, following pointers where there are some.
///
/// # Errors
///
/// What the exporter says to a request for all; [`BufferError::IndexCount`];
/// [`LayoutError::IndexOutside`], also for negative numbers.
pub fn get_pointer(exporter: Arc<dyn Exporter>, index: &[isize]) -> Result<Value, BufferError> {
    let view = MemoryView::from_exporter(exporter)?;
    let shape = view.shape()?;
    for (axis, (&index, &extent)) in index.iter().zip(shape).enumerate() {
        if index < 0 {
            return Err(LayoutError::IndexOutside { axis, index, extent }.into());
        }
    }
    view.get(index)
}

/// What an exporter has as a contiguous view; see
/// [`MemoryView::get_contiguous`].
///
/// # Errors
///
/// What the exporter says to a request for all, and those of
/// [`MemoryView::get_contiguous`].
pub fn get_contiguous(
    exporter: Arc<dyn Exporter>,
    access: Access,
    order: Order,
) -> Result<MemoryView, BufferError> {
    MemoryView::from_exporter(exporter)?.get_contiguous(access, order)
}

/// Whether the items of an exporter follow one another in an order.
///
/// # Errors
///
/// What the exporter says to a request for all.
pub fn is_contiguous(exporter: Arc<dyn Exporter>, order: Order) -> Result<bool, BufferError> {
    Ok(MemoryView::from_exporter(exporter)?.layout()?.is_contiguous(order))
}

/// Whether the memory of two exporters is the same: the same bytes in the
/// same layout, contiguous, of the same format.
///
/// # Errors
///
/// What the exporters say to a request for all.
pub fn cmp_contig(a: Arc<dyn Exporter>, b: Arc<dyn Exporter>) -> Result<bool, BufferError> {
    let (a, b) = (MemoryView::from_exporter(a)?, MemoryView::from_exporter(b)?);
    let order = |order| Ok::<_, BufferError>(is(&a, order)? && is(&b, order)?);
    let order = match (order(Order::C)?, order(Order::F)?) {
        (true, _) => Order::C,
        (_, true) => Order::F,
        _ => return Ok(false),
    };
    let same = a.format()? == b.format()? && a.shape()? == b.shape()?;
    Ok(same && a.tobytes(order)? == b.tobytes(order)?)
}

fn is(view: &MemoryView, order: Order) -> Result<bool, BufferError> {
    Ok(view.layout()?.is_contiguous(order))
}
