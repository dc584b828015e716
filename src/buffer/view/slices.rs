//! Some of a view's items, as a view.

use super::{MemoryView, Start};
use crate::error::{BufferError, LayoutError};
use crate::layout::{Layout, Slice};
use crate::view::{AnyView, Strided};
use core::ops::{Range, RangeFrom, RangeFull, RangeTo};

/// One index of an axis, or some of them; see [`MemoryView::select`] for an
/// example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Index {
    /// One index; a negative one counts from the end. The axis goes away.
    At(isize),
    /// Some indices; the axis stays.
    Slice(Slice),
}

impl From<isize> for Index {
    fn from(index: isize) -> Index {
        Index::At(index)
    }
}

macro_rules! from_slices {
    ($($type:ty)*) => {$(
        impl From<$type> for Index {
            fn from(slice: $type) -> Index {
                Index::Slice(slice.into())
            }
        }
    )*};
}

from_slices! { Slice RangeFull Range<isize> RangeFrom<isize> RangeTo<isize> }

impl MemoryView {
    /// A view of some items of one axis; see [`Slice`].
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`], or those of
    /// [`Layout::slice`](crate::Layout::slice).
    pub fn slice(&self, axis: usize, slice: impl Into<Slice>) -> Result<MemoryView, BufferError> {
        self.check()?;
        // In place: a layout is large to move.
        let mut layout = Layout::clone(&self.layout);
        layout.narrow(axis, slice.into())?;
        self.with(self.start, layout, self.format.clone())
    }

    /// A view of the items at one index of an axis, which goes away.
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`], or those of
    /// [`Layout::index`](crate::Layout::index).
    pub fn index(&self, axis: usize, index: isize) -> Result<MemoryView, BufferError> {
        self.part(|items| items.index(axis, index))
    }

    /// A view of the items at these indices of the first axes, of all items
    /// if there is no index, of one item if there are as many as axes.
    ///
    /// # Errors
    ///
    /// Those of [`select`](MemoryView::select).
    ///
    /// ```
    /// use stridewise::buffer::{Buffer, MemoryView};
    /// let grid = MemoryView::from_buffer(Buffer::from(vec![1, 2, 3, 4])).cast("B", None)?.cast("i", Some(&[2, 2]))?;
    /// assert_eq!(grid.sub(&[-1])?.tolist()?.to_string(), "[3, 4]");
    /// assert_eq!(grid.sub(&[1, 0])?.ndim()?, 0);
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn sub(&self, indices: &[isize]) -> Result<MemoryView, BufferError> {
        self.check_count(indices.len())?;
        self.part(|items| {
            let mut items = items.clone();
            for (at, &index) in indices.iter().enumerate() {
                items = items.index(0, index).map_err(|error| of_axis(error, at))?;
            }
            Ok(items)
        })
    }

    /// A view of some items of the first axes: as Python's `view[1, 2:, ::-1]`.
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`]; [`BufferError::IndexCount`] for more
    /// indices than axes; [`LayoutError::IndexOutside`],
    /// [`LayoutError::StepZero`].
    ///
    /// ```
    /// use stridewise::Slice;
    /// use stridewise::buffer::{Buffer, MemoryView};
    /// let cube = MemoryView::from_buffer(Buffer::from((0..24u8).collect::<Vec<_>>()));
    /// let cube = cube.cast("B", Some(&[2, 3, 4]))?;
    /// let part = cube.select(&[1.into(), (1..).into(), Slice::new(None, None, -2).into()])?;
    /// assert_eq!(part.tolist()?.to_string(), "[[19, 17], [23, 21]]");
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn select(&self, indices: &[Index]) -> Result<MemoryView, BufferError> {
        self.check_count(indices.len())?;
        self.part(|items| {
            let mut items = items.clone();
            let mut axis = 0;
            for (at, &index) in indices.iter().enumerate() {
                let part = match index {
                    Index::At(index) => items.index(axis, index),
                    Index::Slice(slice) => {
                        axis += 1;
                        items.slice(axis - 1, slice)
                    }
                };
                items = part.map_err(|error| of_axis(error, at))?;
            }
            Ok(items)
        })
    }

    fn check_count(&self, given: usize) -> Result<(), BufferError> {
        let ndim = self.ndim()?;
        if given <= ndim { Ok(()) } else { Err(BufferError::IndexCount { given, ndim }) }
    }

    /// A view of a part of the items, for which no more than pointers, which
    /// nobody writes, are read.
    fn part(
        &self,
        part: impl for<'v> FnOnce(&AnyView<'v>) -> Result<AnyView<'v>, LayoutError>,
    ) -> Result<MemoryView, BufferError> {
        let _hold = self.hold()?;
        // SAFETY: no item is read.
        let items = unsafe { self.items()? };
        let part = part(&items)?;
        let (start, layout) = (Start(part.start().cast_mut()), part.layout().clone());
        self.with(start, layout, self.format.clone())
    }
}

/// An error of an axis that was another one before earlier ones went away.
fn of_axis(error: LayoutError, axis: usize) -> LayoutError {
    match error {
        LayoutError::IndexOutside { index, extent, .. } => {
            LayoutError::IndexOutside { axis, index, extent }
        }
        LayoutError::StepZero { .. } => LayoutError::StepZero { axis },
        error => error,
    }
}
