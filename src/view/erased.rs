//! Views whose element type is known at run time only.

use super::{Strided, StridedMut, View, ViewMut, rearrangements, sealed};
use crate::element::{Element, ElementType};
use crate::error::{Error, LayoutError};
use crate::layout::{Layout, Slice};
use core::marker::PhantomData;

/// Strided items in borrowed bytes, of any alignment.
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

/// Strided items in mutably borrowed bytes, of any alignment; no byte belongs
/// to two of them. See [`AnyView`] for an example of the one to read.
#[derive(Debug)]
pub struct AnyViewMut<'a> {
    start: *mut u8,
    layout: Layout,
    element: ElementType,
    memory: PhantomData<&'a mut [u8]>,
}

// SAFETY: a view is a shared slice of bytes with a layout.
unsafe impl Send for AnyView<'_> {}
// SAFETY: as above.
unsafe impl Sync for AnyView<'_> {}
// SAFETY: a mutable view is an exclusive slice of bytes with a layout.
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

    rearrangements!(&Self);
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

    rearrangements!(Self);
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
