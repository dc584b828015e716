//! Assigning one view to another.

use super::MemoryView;
use crate::buffer::Memory;
use crate::error::{BufferError, MismatchError};
use crate::layout::{Layout, Order, Overlap};
use crate::level::level;
use crate::ops::{copy, pair, to_contiguous_any, within};
use crate::view::{AnyView, AnyViewMut, Strided};
use alloc::string::ToString;
use alloc::sync::Arc;

impl MemoryView {
    /// Copies the items of another view to the same indices of this one, as
    /// if all had been read before anything was written.
    ///
    /// If several indices of this view share bytes, they hold what was
    /// written last, in C order of the indices.
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`], [`BufferError::ReadOnly`],
    /// [`BufferError::FormatMismatch`], [`MismatchError`] unless the shapes
    /// are the same, [`AllocError`](crate::AllocError). Nothing has been
    /// written then. See [`MemoryView`] for an example.
    pub fn assign(&self, src: &MemoryView) -> Result<(), BufferError> {
        let (hold, src_hold) = (self.hold()?, src.hold()?);
        if self.readonly {
            return Err(BufferError::ReadOnly);
        }
        if self.format != src.format {
            let (dst, src) = (self.format.to_string(), src.format.to_string());
            return Err(BufferError::FormatMismatch { dst, src });
        }
        if !same_shape(&self.layout, &src.layout) {
            let (dst, src) = (self.layout.shape().to_vec(), src.layout.shape().to_vec());
            return Err(MismatchError::Shape { dst, src }.into());
        }
        if self.layout.is_empty() {
            return Ok(());
        }
        let (to, from) = (hold.memory()?, src_hold.memory()?);
        let _locks = Memory::lock_to_copy(to, from)?;
        if self.overlaps_itself() {
            // SAFETY: locked; nobody has a reference to the bytes.
            return unsafe { self.write_in_turn(&src.items()?) };
        }
        if !Arc::ptr_eq(to, from) {
            // SAFETY: locked, and no two items overlap.
            return unsafe { Ok(copy(&mut self.items_mut()?, &src.items()?)?) };
        }
        if self.layout.is_indirect() || src.layout.is_indirect() {
            // SAFETY: as above; nobody has the copy.
            return unsafe {
                let between = to_contiguous_any(&src.items()?, Order::C)?;
                Ok(copy(&mut self.items_mut()?, &between)?)
            };
        }
        // SAFETY: as above; there are no views of both, only pointers.
        unsafe { self.write_within(src) }
    }

    /// Whether two indices may share a byte.
    pub(super) fn overlaps_itself(&self) -> bool {
        !self.distinct && self.layout.self_overlap() != Overlap::No
    }

    /// The items, which the caller has locked to write.
    ///
    /// # Safety
    /// Nobody else reads or writes the memory as long as the view lives; no
    /// two items overlap.
    unsafe fn items_mut(&self) -> Result<AnyViewMut<'_>, BufferError> {
        // SAFETY: the layout's items lie in the memory, by construction.
        Ok(unsafe {
            AnyViewMut::from_raw(self.start.0, &self.format, Layout::clone(&self.layout))?
        })
    }

    /// # Safety
    /// That of [`items_mut`](MemoryView::items_mut), for both views.
    unsafe fn write_within(&self, src: &MemoryView) -> Result<(), BufferError> {
        let nest = pair(&self.layout, &src.layout)?;
        let level = level()?;
        let at = |view: &MemoryView| view.start.0.wrapping_offset(view.layout.offset());
        // SAFETY: K2 and K4 as the layouts' items lie in the memory.
        unsafe { Ok(within::overlapping(nest, at(self), at(src), level)?) }
    }

    /// Writes a copy of `src`, one item after the other in C order.
    ///
    /// # Safety
    /// Nobody else reads or writes the memory.
    unsafe fn write_in_turn(&self, src: &AnyView<'_>) -> Result<(), BufferError> {
        let bytes = to_contiguous_any(src, Order::C)?.into_bytes();
        let mut items = bytes.chunks_exact(self.layout.itemsize());
        // SAFETY: only to find the items.
        let all = unsafe { self.items()? };
        each(&all, &mut |item| {
            if let Some(bytes) = items.next() {
                let place = item.origin().cast_mut();
                // SAFETY: an item of this view, to write, and fresh memory.
                unsafe { place.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
            }
        })
    }
}

/// Calls `visit` with each item in C order.
fn each(items: &AnyView<'_>, visit: &mut impl FnMut(&AnyView<'_>)) -> Result<(), BufferError> {
    match items.layout().shape().first() {
        None => visit(items),
        Some(&extent) => {
            for index in 0..extent {
                each(&items.index(0, index as isize)?, visit)?;
            }
        }
    }
    Ok(())
}

/// Whether two layouts have the same shape, up to the first extent of 0.
pub(super) fn same_shape(a: &Layout, b: &Layout) -> bool {
    let (a, b) = (a.shape(), b.shape());
    let walked =
        |shape: &[usize]| shape.iter().position(|&extent| extent == 0).unwrap_or(shape.len());
    a.len() == b.len() && walked(a) == walked(b) && a[..walked(a)] == b[..walked(a)]
}
