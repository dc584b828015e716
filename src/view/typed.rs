//! Views whose element type is known when compiled.

use super::{
    Strided, StridedMut, check_alignment, dense_rearrangements, in_bytes, rearrangements, sealed,
};
use crate::element::{Element, ElementType};
use crate::error::{Error, LayoutError};
use crate::layout::{Layout, Order, Slice};
use core::marker::PhantomData;

/// Strided items of type `T` in borrowed memory.
///
/// ```
/// use stridewise::{Slice, View};
/// let data = [0, 1, 2, 3, 4, 5];
/// let rows = View::new(&data, &[2, 3])?;
/// assert_eq!(rows.get(&[1, 0]), Some(3));
/// // Every second column, from the last.
/// let view = rows.slice(1, Slice { start: None, stop: None, step: -2 })?;
/// assert_eq!((view.shape(), view.get(&[1, 1])), (&[2, 2][..], Some(3)));
/// # Ok::<(), stridewise::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct View<'a, T> {
    start: *const T,
    layout: Layout,
    memory: PhantomData<&'a [T]>,
}

/// Strided items of type `T` in mutably borrowed memory, no byte of which
/// belongs to two of them.
///
/// ```
/// use stridewise::{View, ViewMut, copy};
/// let mut data = [0u8; 6];
/// let mut columns = ViewMut::with_strides(&mut data, &[2, 3], &[1, 2], 0)?;
/// copy(&mut columns, &View::new(&[1u8, 2, 3, 4, 5, 6], &[2, 3])?)?;
/// assert_eq!(data, [1, 4, 2, 5, 3, 6]);
/// # Ok::<(), stridewise::Error>(())
/// ```
#[derive(Debug)]
pub struct ViewMut<'a, T> {
    start: *mut T,
    layout: Layout,
    memory: PhantomData<&'a mut [T]>,
}

// SAFETY: a view is a shared slice with a layout.
unsafe impl<T: Sync> Send for View<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for View<'_, T> {}
// SAFETY: a mutable view is an exclusive slice with a layout.
unsafe impl<T: Send> Send for ViewMut<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for ViewMut<'_, T> {}

impl<'a, T: Element> View<'a, T> {
    /// The items of a slice in C order, the last axis contiguous.
    ///
    /// # Errors
    ///
    /// [`LayoutError`] if the slice has fewer items than the shape, or the
    /// shape too many axes or items.
    pub fn new(data: &'a [T], shape: &[usize]) -> Result<Self, Error> {
        View::with_layout(data, Layout::contiguous(shape, size_of::<T>(), Order::C)?)
    }

    /// The items of a slice at the given strides, in elements, counted from
    /// the element at `offset`.
    ///
    /// # Errors
    ///
    /// [`LayoutError`] if an item would lie outside the slice.
    ///
    /// ```
    /// use stridewise::View;
    /// let diagonal = View::with_strides(&[1, 2, 3, 4, 5, 6, 7, 8, 9], &[3], &[4], 0)?;
    /// assert_eq!(diagonal.get(&[2]), Some(9));
    /// assert!(View::with_strides(&[1, 2, 3], &[2], &[3], 0).is_err());
    /// # Ok::<(), stridewise::Error>(())
    /// ```
    pub fn with_strides(
        data: &'a [T],
        shape: &[usize],
        strides: &[isize],
        offset: usize,
    ) -> Result<Self, Error> {
        View::with_layout(data, in_bytes::<T>(shape, strides, offset)?)
    }

    /// The items of a slice at a layout, which counts bytes.
    ///
    /// # Errors
    ///
    /// [`LayoutError`] if an item would lie outside the slice or unaligned,
    /// or if the itemsize is not that of `T`.
    pub fn with_layout(data: &'a [T], layout: Layout) -> Result<Self, Error> {
        layout.check_itemsize(size_of::<T>())?;
        layout.validate(size_of_val(data))?;
        check_alignment(data.as_ptr(), &layout)?;
        Ok(View::of_validated(data, layout))
    }

    /// `layout` fulfils what [`with_layout`](View::with_layout) checks.
    pub(super) fn of_validated(data: &'a [T], layout: Layout) -> Self {
        View { start: data.as_ptr(), layout, memory: PhantomData }
    }

    /// This view stretched to a shape; see [`Layout::broadcast_to`].
    ///
    /// # Errors
    ///
    /// Those of [`Layout::broadcast_to`].
    pub fn broadcast_to(&self, shape: &[usize]) -> Result<Self, LayoutError> {
        Ok(self.with(self.layout.broadcast_to(shape)?))
    }

    /// The item at an index, if it is inside.
    #[must_use]
    pub fn get(&self, index: &[usize]) -> Option<T> {
        let at = self.layout.item_offset(index)?;
        // SAFETY: L3, the item is inside; aligned by `check_alignment`.
        Some(unsafe { self.start.byte_offset(at).read() })
    }

    /// The same memory under another layout of some of its items.
    fn with(&self, layout: Layout) -> Self {
        Self { layout, ..*self }
    }

    rearrangements!(&Self);
    dense_rearrangements!(&Self);
}

impl<'a, T: Element> ViewMut<'a, T> {
    /// The items of a slice in C order; see [`View::new`].
    ///
    /// # Errors
    ///
    /// Those of [`View::new`].
    pub fn new(data: &'a mut [T], shape: &[usize]) -> Result<Self, Error> {
        ViewMut::with_layout(data, Layout::contiguous(shape, size_of::<T>(), Order::C)?)
    }

    /// The items of a slice at strides in elements; see
    /// [`View::with_strides`].
    ///
    /// # Errors
    ///
    /// Those of [`View::with_strides`], and [`LayoutError::SelfOverlap`] if
    /// two indices would share an element.
    pub fn with_strides(
        data: &'a mut [T],
        shape: &[usize],
        strides: &[isize],
        offset: usize,
    ) -> Result<Self, Error> {
        ViewMut::with_layout(data, in_bytes::<T>(shape, strides, offset)?)
    }

    /// The items of a slice at a layout, which counts bytes; see
    /// [`View::with_layout`].
    ///
    /// # Errors
    ///
    /// Those of [`View::with_layout`], and [`LayoutError::SelfOverlap`] if
    /// two indices would share a byte.
    pub fn with_layout(data: &'a mut [T], layout: Layout) -> Result<Self, Error> {
        layout.check_itemsize(size_of::<T>())?;
        layout.validate_mut(size_of_val(data))?;
        check_alignment(data.as_ptr(), &layout)?;
        Ok(ViewMut::of_validated(data, layout))
    }

    /// `layout` fulfils what [`with_layout`](ViewMut::with_layout) checks.
    pub(super) fn of_validated(data: &'a mut [T], layout: Layout) -> Self {
        ViewMut { start: data.as_mut_ptr(), layout, memory: PhantomData }
    }

    /// The same items, only to read.
    #[must_use]
    pub fn view(&self) -> View<'_, T> {
        View { start: self.start, layout: self.layout.clone(), memory: PhantomData }
    }

    /// The same items for a shorter time, so that this view can be used again.
    #[must_use]
    pub fn reborrow(&mut self) -> ViewMut<'_, T> {
        ViewMut { start: self.start, layout: self.layout.clone(), memory: PhantomData }
    }

    /// The same memory under another layout of some of its items.
    fn with(self, layout: Layout) -> Self {
        Self { layout, ..self }
    }

    rearrangements!(Self);
    dense_rearrangements!(Self);
}

impl<T> sealed::Sealed for View<'_, T> {}
impl<T> sealed::Sealed for ViewMut<'_, T> {}

impl<T: Element> Strided for View<'_, T> {
    #[inline]
    fn layout(&self) -> &Layout {
        &self.layout
    }
    #[inline]
    fn element(&self) -> ElementType {
        T::TYPE
    }
    #[inline]
    fn start(&self) -> *const u8 {
        self.start.cast()
    }
}

impl<T: Element> Strided for ViewMut<'_, T> {
    #[inline]
    fn layout(&self) -> &Layout {
        &self.layout
    }
    #[inline]
    fn element(&self) -> ElementType {
        T::TYPE
    }
    #[inline]
    fn start(&self) -> *const u8 {
        self.start.cast()
    }
}

impl<T: Element> StridedMut for ViewMut<'_, T> {
    #[inline]
    fn start_mut(&mut self) -> *mut u8 {
        self.start.cast()
    }
}
