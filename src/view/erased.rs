//! Views whose element type is known at run time only.

use super::indirect::{locate, pointer_at};
use super::{Strided, StridedMut, View, ViewMut, indirect_rearrangements, rearrangements, sealed};
use crate::element::{Element, ElementType};
use crate::error::{Error, LayoutError};
use crate::layout::{Layout, Slice};
use core::marker::PhantomData;

/// Strided items in borrowed bytes, of any alignment, or behind pointers.
///
/// ```
/// use stridewise::{AnyView, Format, Layout, Order, View, equal};
/// let bytes: Vec<u8> = [1.5f32, 2.5].iter().flat_map(|x| x.to_ne_bytes()).collect();
/// let layout = Layout::contiguous(&[2], 4, Order::C)?;
/// let view = AnyView::new(&bytes, Format::parse("f")?, layout)?;
/// assert!(equal(&view, &View::new(&[1.5f32, 2.5], &[2])?)?);
/// # Ok::<(), stridewise::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AnyView<'a> {
    start: *const u8,
    layout: Layout,
    element: ElementType,
    memory: PhantomData<&'a [u8]>,
}

/// Strided items in mutably borrowed bytes, of any alignment, or behind
/// pointers; no byte belongs to two of them. See [`AnyView`] for an example of the one to read.
#[derive(Debug)]
pub struct AnyViewMut<'a> {
    start: *mut u8,
    layout: Layout,
    element: ElementType,
    memory: PhantomData<&'a mut [u8]>,
}

// SAFETY: a view is a shared slice of bytes with a layout, or several behind
// pointers that are never written.
unsafe impl Send for AnyView<'_> {}
// SAFETY: as above.
unsafe impl Sync for AnyView<'_> {}
// SAFETY: a mutable view is an exclusive slice of bytes with a layout, or
// several behind pointers that are never written.
unsafe impl Send for AnyViewMut<'_> {}
// SAFETY: as above.
unsafe impl Sync for AnyViewMut<'_> {}

/// Bytes are no witness that a `bool` is valid.
fn of_bytes(element: impl Into<ElementType>, layout: &Layout) -> Result<ElementType, Error> {
    let element = element.into().of_bytes();
    layout.check_itemsize(element.itemsize())?;
    Ok(element)
}

impl<'a> AnyView<'a> {
    /// Items of a type, mostly a [`Format`](crate::Format), at a layout.
    ///
    /// # Errors
    ///
    /// [`LayoutError`] if an item would lie outside the bytes, or if the
    /// itemsize is not that of the type.
    pub fn new(
        bytes: &'a [u8],
        element: impl Into<ElementType>,
        layout: Layout,
    ) -> Result<Self, Error> {
        let element = of_bytes(element, &layout)?;
        layout.validate(bytes.len())?;
        Ok(AnyView::of_validated(bytes, element, layout))
    }

    /// `layout` fulfils what [`new`](AnyView::new) checks.
    pub(super) fn of_validated(bytes: &'a [u8], element: ElementType, layout: Layout) -> Self {
        AnyView { start: bytes.as_ptr(), layout, element, memory: PhantomData }
    }

    /// Items at a layout that is counted from `start`, and may be indirect.
    ///
    /// # Errors
    ///
    /// [`LayoutError`] if the itemsize is not that of the type.
    ///
    /// # Safety
    ///
    /// For `'a`, at each index of the layout, and of a part of its axes that
    /// leads to pointers:
    ///
    /// - the item, or the pointer, lies in memory that may be read from
    ///   `start`, or from the pointer before it, and that is initialized;
    /// - nobody writes it, except through this view's copies of the pointers;
    /// - the same holds for the bytes between two items of an axis, since
    ///   several items may be read at once.
    ///
    /// ```
    /// use stridewise::{AnyView, ElementType, Layout, Order, to_contiguous_any};
    /// let (upper, lower) = ([1u8, 2, 3], [4u8, 5, 6]);
    /// let rows = [upper.as_ptr(), lower.as_ptr()];
    /// let pointer = size_of::<*const u8>() as isize;
    /// let layout = Layout::indirect(&[2, 3], &[pointer, 1], &[0, -1], 1, 0)?;
    /// // SAFETY: two pointers to three bytes each, all borrowed until the end.
    /// let view = unsafe { AnyView::from_raw(rows.as_ptr().cast(), ElementType::of::<u8>(), layout)? };
    /// assert_eq!(to_contiguous_any(&view, Order::C)?.into_bytes(), [1, 2, 3, 4, 5, 6]);
    /// assert_eq!(view.index(0, -1)?.item(&[2]), Some(&[6][..]));
    /// # Ok::<(), stridewise::Error>(())
    /// ```
    pub unsafe fn from_raw(
        start: *const u8,
        element: impl Into<ElementType>,
        layout: Layout,
    ) -> Result<Self, Error> {
        let element = of_bytes(element, &layout)?;
        Ok(AnyView { start, layout, element, memory: PhantomData })
    }

    /// The bytes of the item at an index, if it is inside.
    ///
    /// See [`from_raw`](AnyView::from_raw) for an example.
    #[must_use]
    pub fn item(&self, index: &[usize]) -> Option<&'a [u8]> {
        // SAFETY: the view's validation, or who vouched for its pointers.
        unsafe {
            let item = locate(&self.layout, self.start, index)?;
            Some(core::slice::from_raw_parts(item, self.layout.itemsize()))
        }
    }

    /// Who calls vouches for the pointers.
    pub(super) fn of_pointers(start: *const u8, element: ElementType, layout: Layout) -> Self {
        AnyView { start, layout, element, memory: PhantomData }
    }

    /// This view stretched to a shape; see [`Layout::broadcast_to`].
    ///
    /// # Errors
    ///
    /// Those of [`Layout::broadcast_to`].
    pub fn broadcast_to(&self, shape: &[usize]) -> Result<Self, LayoutError> {
        Ok(self.with(self.layout.broadcast_to(shape)?))
    }

    /// The same memory under another layout of some of its items.
    fn with(&self, layout: Layout) -> Self {
        Self { layout, ..*self }
    }

    /// Items behind the pointer that lies at an offset.
    fn follow(&self, slot: isize, layout: Layout) -> Self {
        // SAFETY: who made the view has vouched for its pointers.
        let start = unsafe { pointer_at(self.start.wrapping_offset(slot)) };
        Self { start, layout, ..*self }
    }

    rearrangements!(&Self);
    indirect_rearrangements!(&Self);
}

impl<'a> AnyViewMut<'a> {
    /// Items of a type, mostly a [`Format`](crate::Format), at a layout.
    ///
    /// # Errors
    ///
    /// Those of [`AnyView::new`], and [`LayoutError::SelfOverlap`] if two
    /// indices would share a byte.
    pub fn new(
        bytes: &'a mut [u8],
        element: impl Into<ElementType>,
        layout: Layout,
    ) -> Result<Self, Error> {
        let element = of_bytes(element, &layout)?;
        layout.validate_mut(bytes.len())?;
        Ok(AnyViewMut::of_validated(bytes, element, layout))
    }

    /// `layout` fulfils what [`new`](AnyViewMut::new) checks.
    pub(super) fn of_validated(bytes: &'a mut [u8], element: ElementType, layout: Layout) -> Self {
        AnyViewMut { start: bytes.as_mut_ptr(), layout, element, memory: PhantomData }
    }

    /// Items at a layout that is counted from `start`, and may be indirect.
    ///
    /// # Errors
    ///
    /// [`LayoutError`] if the itemsize is not that of the type, and
    /// [`LayoutError::SelfOverlap`] if two indices would share a byte, or a
    /// pointer.
    ///
    /// # Safety
    ///
    /// For `'a`, at each index of the layout, and of a part of its axes that
    /// leads to pointers:
    ///
    /// - the item lies in memory that may be read and written from `start`, or
    ///   from the pointer before it, that is initialized, and that nobody else
    ///   reads or writes;
    /// - the pointer lies in memory that may be read in the same way, and that
    ///   nobody writes;
    /// - no two pointers lead to the same item's bytes, and none to a pointer's.
    ///
    /// ```
    /// use stridewise::{AnyViewMut, ElementType, Layout, View, copy};
    /// let (mut upper, mut lower) = ([0u8; 3], [0u8; 3]);
    /// let mut rows = [upper.as_mut_ptr(), lower.as_mut_ptr()];
    /// let pointer = size_of::<*mut u8>() as isize;
    /// let layout = Layout::indirect(&[2, 3], &[pointer, 1], &[0, -1], 1, 0)?;
    /// // SAFETY: two pointers to three bytes each, nobody else's until the end.
    /// let mut view =
    ///     unsafe { AnyViewMut::from_raw(rows.as_mut_ptr().cast(), ElementType::of::<u8>(), layout)? };
    /// copy(&mut view, &View::new(&[1u8, 2, 3, 4, 5, 6], &[2, 3])?)?;
    /// view.item_mut(&[0, 0]).map(|item| item[0] = 9);
    /// assert_eq!((upper, lower), ([9, 2, 3], [4, 5, 6]));
    /// # Ok::<(), stridewise::Error>(())
    /// ```
    pub unsafe fn from_raw(
        start: *mut u8,
        element: impl Into<ElementType>,
        layout: Layout,
    ) -> Result<Self, Error> {
        let element = of_bytes(element, &layout)?;
        layout.check_overlap()?;
        Ok(AnyViewMut { start, layout, element, memory: PhantomData })
    }

    /// Who calls vouches for the pointers.
    pub(super) fn of_pointers(start: *mut u8, element: ElementType, layout: Layout) -> Self {
        AnyViewMut { start, layout, element, memory: PhantomData }
    }

    /// The bytes of the item at an index, if it is inside.
    ///
    /// See [`from_raw`](AnyViewMut::from_raw) for an example. Of a typed view
    /// of `bool` it gives none, since not every byte is one.
    #[must_use]
    pub fn item_mut(&mut self, index: &[usize]) -> Option<&mut [u8]> {
        if self.element != self.element.of_bytes() {
            return None;
        }
        // SAFETY: the view's validation, or who vouched for its pointers; no
        // other item has these bytes.
        unsafe {
            let item = locate(&self.layout, self.start, index)?;
            Some(core::slice::from_raw_parts_mut(item.cast_mut(), self.layout.itemsize()))
        }
    }

    /// The same items for a shorter time, so that this view can be used again.
    #[must_use]
    pub fn reborrow(&mut self) -> AnyViewMut<'_> {
        AnyViewMut {
            start: self.start,
            layout: self.layout.clone(),
            element: self.element,
            memory: PhantomData,
        }
    }

    /// The same items, only to read.
    #[must_use]
    pub fn view(&self) -> AnyView<'_> {
        AnyView {
            start: self.start,
            layout: self.layout.clone(),
            element: self.element,
            memory: PhantomData,
        }
    }

    /// The same memory under another layout of some of its items.
    fn with(self, layout: Layout) -> Self {
        Self { layout, ..self }
    }

    /// Items behind the pointer that lies at an offset.
    fn follow(self, slot: isize, layout: Layout) -> Self {
        // SAFETY: who made the view has vouched for its pointers.
        let start = unsafe { pointer_at(self.start.wrapping_offset(slot)) };
        Self { start: start.cast_mut(), layout, ..self }
    }

    rearrangements!(Self);
    indirect_rearrangements!(Self);
}

impl<'a, T: Element> From<View<'a, T>> for AnyView<'a> {
    fn from(view: View<'a, T>) -> Self {
        let (start, layout) = (view.start(), view.layout().clone());
        AnyView { start, layout, element: T::TYPE, memory: PhantomData }
    }
}

impl<'a, T: Element> From<ViewMut<'a, T>> for AnyViewMut<'a> {
    fn from(mut view: ViewMut<'a, T>) -> Self {
        let (start, layout) = (view.start_mut(), view.layout().clone());
        AnyViewMut { start, layout, element: T::TYPE, memory: PhantomData }
    }
}

impl sealed::Sealed for AnyView<'_> {}
impl sealed::Sealed for AnyViewMut<'_> {}

impl Strided for AnyView<'_> {
    fn layout(&self) -> &Layout {
        &self.layout
    }
    fn element(&self) -> ElementType {
        self.element
    }
    fn start(&self) -> *const u8 {
        self.start
    }
}

impl Strided for AnyViewMut<'_> {
    fn layout(&self) -> &Layout {
        &self.layout
    }
    fn element(&self) -> ElementType {
        self.element
    }
    fn start(&self) -> *const u8 {
        self.start
    }
}

impl StridedMut for AnyViewMut<'_> {
    fn start_mut(&mut self) -> *mut u8 {
        self.start
    }
}
