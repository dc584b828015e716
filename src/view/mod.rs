//! Views: a layout over memory that is known to hold it.
//!
//! A view is made from a slice and a [`Layout`] that has been validated
//! against it, so whatever a verb does with a view stays inside. The
//! constructors here and [`crate::raw`] are the only doors for pointers.
//!
//! Typed views are dense. Erased ones may have pointers between axes: whoever
//! made them by `from_raw` has vouched for these, or they are those of an
//! [`IndirectArray`], which holds what they lead to.

mod array;
mod erased;
mod indirect;
mod typed;

use crate::axes::Axes;
use crate::element::{Element, ElementType};
use crate::error::LayoutError;
use crate::layout::Layout;

pub use array::{AnyArray, Array};
pub use erased::{AnyView, AnyViewMut};
pub use indirect::IndirectArray;
#[cfg(feature = "std")]
pub(crate) use indirect::locate;
pub(crate) use indirect::pointer_at;
pub use typed::{View, ViewMut};

/// Anything that has strided items: the source of a copy, an operand of a
/// comparison, what is hashed.
///
/// Implemented by [`View`], [`ViewMut`], [`AnyView`], [`AnyViewMut`],
/// [`Array`], [`AnyArray`] and [`IndirectArray`]; sealed, because the verbs
/// rely on it.
pub trait Strided: sealed::Sealed {
    /// Where the items are. See [`Layout`] for what it tells.
    fn layout(&self) -> &Layout;
    /// What the items are.
    fn element(&self) -> ElementType;
    /// The start of the memory that the layout's offset counts from.
    #[doc(hidden)]
    fn start(&self) -> *const u8;

    /// The item at index 0 of every axis, if there is any item; the first
    /// pointer that leads to it, if the layout is indirect.
    #[doc(hidden)]
    fn origin(&self) -> *const u8 {
        self.start().wrapping_offset(self.layout().offset())
    }
}

/// Strided items that may be written, none of them twice: the destination of
/// a copy.
///
/// Implemented by [`ViewMut`], [`AnyViewMut`], [`Array`], [`AnyArray`] and
/// [`IndirectArray`].
pub trait StridedMut: Strided {
    /// The start of the memory that the layout's offset counts from.
    #[doc(hidden)]
    fn start_mut(&mut self) -> *mut u8;

    /// [`origin`](Strided::origin), to write.
    #[doc(hidden)]
    fn origin_mut(&mut self) -> *mut u8 {
        let offset = self.layout().offset();
        self.start_mut().wrapping_offset(offset)
    }
}

mod sealed {
    pub trait Sealed {}
}

/// The byte layout of element strides.
fn in_bytes<T: Element>(
    shape: &[usize],
    strides: &[isize],
    offset: usize,
) -> Result<Layout, LayoutError> {
    let itemsize = size_of::<T>();
    let size = itemsize as isize;
    let overflow = || LayoutError::SpanOverflow {
        shape: shape.to_vec(),
        strides: strides.to_vec(),
        offset: isize::try_from(offset).unwrap_or(isize::MAX),
    };
    let mut bytes = Axes::<isize>::from_slice(strides);
    for (at, stride) in bytes.iter_mut().enumerate() {
        // The stride of an axis that is not walked means nothing.
        let walked = shape.get(at).is_none_or(|&extent| extent > 1) && !shape.contains(&0);
        *stride = match stride.checked_mul(size) {
            Some(bytes) => bytes,
            None if walked => return Err(overflow()),
            None => 0,
        };
    }
    let offset = isize::try_from(offset).ok().and_then(|offset| offset.checked_mul(size));
    Layout::new(shape, &bytes, itemsize, offset.ok_or_else(overflow)?)
}

/// Whether items of `T` lie aligned in memory that starts at `start`.
fn check_alignment<T: Element>(start: *const T, layout: &Layout) -> Result<(), LayoutError> {
    let align = align_of::<T>();
    if layout.is_empty() {
        return Ok(());
    }
    // The item at index 0, and the next along each axis.
    let origin = start.wrapping_byte_offset(layout.offset()).addr();
    let steps = layout.loops().map(|(_, stride)| origin.wrapping_add_signed(stride));
    match core::iter::once(origin).chain(steps).find(|address| address % align != 0) {
        None => Ok(()),
        Some(address) => Err(LayoutError::Misaligned { address, align }),
    }
}

/// The transformations of [`Layout`] that give a view of some of the same
/// items, for a view type with a field `layout` and a method `with` for another.
macro_rules! rearrangements {
    // `&Self` for views that are shared, `Self` for those that are not.
    ($by:ty) => {
        /// Some items of one axis; see [`Layout::slice`].
        ///
        /// # Errors
        ///
        /// Those of [`Layout::slice`].
        pub fn slice(self: $by, axis: usize, slice: impl Into<Slice>) -> Result<Self, LayoutError> {
            let layout = self.layout.slice(axis, slice)?;
            Ok(self.with(layout))
        }

        /// The axes in another order; see [`Layout::permute`].
        ///
        /// # Errors
        ///
        /// Those of [`Layout::permute`].
        pub fn permute(self: $by, axes: &[usize]) -> Result<Self, LayoutError> {
            let layout = self.layout.permute(axes)?;
            Ok(self.with(layout))
        }

        /// One axis backwards; see [`Layout::reverse`].
        ///
        /// # Errors
        ///
        /// Those of [`Layout::reverse`].
        pub fn reverse(self: $by, axis: usize) -> Result<Self, LayoutError> {
            let layout = self.layout.reverse(axis)?;
            Ok(self.with(layout))
        }

        /// The same items in another shape; see [`Layout::reshape`].
        ///
        /// # Errors
        ///
        /// Those of [`Layout::reshape`].
        pub fn reshape(self: $by, shape: &[usize]) -> Result<Self, LayoutError> {
            let layout = self.layout.reshape(shape)?;
            Ok(self.with(layout))
        }

        /// The extents.
        #[must_use]
        pub fn shape(&self) -> &[usize] {
            self.layout.shape()
        }
    };
}
use rearrangements;

/// More of them, for views that are always dense.
macro_rules! dense_rearrangements {
    ($by:ty) => {
        /// The items at one index of an axis; see [`Layout::index`].
        ///
        /// # Errors
        ///
        /// Those of [`Layout::index`].
        pub fn index(self: $by, axis: usize, index: isize) -> Result<Self, LayoutError> {
            let layout = self.layout.index(axis, index)?;
            Ok(self.with(layout))
        }

        /// The axes in opposite order; see [`Layout::transpose`].
        #[must_use]
        pub fn transpose(self: $by) -> Self {
            let layout = self.layout.transposed();
            self.with(layout)
        }
    };
}
use dense_rearrangements;

/// The same, for views that may have pointers between axes, and have a method
/// `follow` for another layout behind the one at an offset.
macro_rules! indirect_rearrangements {
    ($by:ty) => {
        /// The items at one index of an axis; see [`Layout::index`]. If the
        /// first axis is a table of pointers by itself, the one at the index
        /// is followed.
        ///
        /// # Errors
        ///
        /// Those of [`Layout::index`].
        pub fn index(self: $by, axis: usize, index: isize) -> Result<Self, LayoutError> {
            match self.layout.index(axis, index) {
                Err(LayoutError::PointerNeeded { axis: 0, .. }) => {
                    let (slot, layout) = self.layout.follow(index)?;
                    Ok(self.follow(slot, layout))
                }
                layout => Ok(self.with(layout?)),
            }
        }

        /// The axes in opposite order; see [`Layout::transpose`].
        ///
        /// # Errors
        ///
        /// Those of [`Layout::transpose`]: none for a dense view.
        pub fn transpose(self: $by) -> Result<Self, LayoutError> {
            let layout = self.layout.transpose()?;
            Ok(self.with(layout))
        }
    };
}
use indirect_rearrangements;
