//! Arrays: a layout and the memory that it owns.

use super::{AnyView, AnyViewMut, Strided, StridedMut, View, ViewMut, sealed};
use crate::element::{Element, ElementType};
use crate::error::Error;
use crate::layout::Layout;
use alloc::vec::Vec;

/// Items of type `T` that own their memory: what `to_contiguous` gives.
///
/// ```
/// use stridewise::{Array, Order, to_contiguous};
/// let rows = Array::new(vec![1u32, 2, 3, 4, 5, 6], &[2, 3])?;
/// let columns = to_contiguous(&rows.view(), Order::F)?;
/// assert_eq!(columns.into_vec(), [1, 4, 2, 5, 3, 6]);
/// # Ok::<(), stridewise::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Array<T> {
    data: Vec<T>,
    layout: Layout,
}

/// Items of a type that is known at run time only, which own their memory.
///
/// ```
/// use stridewise::{AnyView, Format, Layout, Order, to_contiguous_any};
/// let layout = Layout::contiguous(&[2, 2], 1, Order::C)?.transpose()?;
/// let view = AnyView::new(&[1, 2, 3, 4], Format::parse("B")?, layout)?;
/// assert_eq!(to_contiguous_any(&view, Order::C)?.into_bytes(), [1, 3, 2, 4]);
/// # Ok::<(), stridewise::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AnyArray {
    bytes: Vec<u8>,
    layout: Layout,
    element: ElementType,
}

impl<T: Element> Array<T> {
    /// The items of a vector in C order; see [`View::new`].
    ///
    /// # Errors
    ///
    /// Those of [`View::new`].
    pub fn new(data: Vec<T>, shape: &[usize]) -> Result<Self, Error> {
        let layout = View::new(&data, shape)?.layout().clone();
        Ok(Array { data, layout })
    }

    /// The items of a vector at strides in elements; see
    /// [`ViewMut::with_strides`].
    ///
    /// # Errors
    ///
    /// Those of [`ViewMut::with_strides`].
    pub fn with_strides(
        mut data: Vec<T>,
        shape: &[usize],
        strides: &[isize],
        offset: usize,
    ) -> Result<Self, Error> {
        let layout = ViewMut::with_strides(&mut data, shape, strides, offset)?.layout().clone();
        Ok(Array { data, layout })
    }

    /// `layout` holds the items of `data`, none twice.
    pub(crate) fn from_parts(data: Vec<T>, layout: Layout) -> Self {
        debug_assert!(layout.validate_mut(size_of_val(&data[..])).is_ok());
        Array { data, layout }
    }

    /// A view of all items.
    #[must_use]
    pub fn view(&self) -> View<'_, T> {
        View::of_validated(&self.data, self.layout.clone())
    }

    /// A mutable view of all items.
    #[must_use]
    pub fn view_mut(&mut self) -> ViewMut<'_, T> {
        ViewMut::of_validated(&mut self.data, self.layout.clone())
    }

    /// The memory, in the order in which it holds the items.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.data
    }

    /// The memory, without a copy.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.data
    }

    /// The extents.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        self.layout.shape()
    }
}

impl AnyArray {
    /// `layout` holds the items of `bytes`, none twice.
    pub(crate) fn from_parts(bytes: Vec<u8>, layout: Layout, element: ElementType) -> Self {
        debug_assert!(layout.validate_mut(bytes.len()).is_ok());
        AnyArray { bytes, layout, element: element.of_bytes() }
    }

    /// A view of all items.
    #[must_use]
    pub fn view(&self) -> AnyView<'_> {
        AnyView::of_validated(&self.bytes, self.element, self.layout.clone())
    }

    /// A mutable view of all items.
    #[must_use]
    pub fn view_mut(&mut self) -> AnyViewMut<'_> {
        AnyViewMut::of_validated(&mut self.bytes, self.element, self.layout.clone())
    }

    /// The memory, in the order in which it holds the items.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The memory, without a copy.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The extents.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        self.layout.shape()
    }
}

impl<T> sealed::Sealed for Array<T> {}
impl sealed::Sealed for AnyArray {}

impl<T: Element> Strided for Array<T> {
    fn layout(&self) -> &Layout {
        &self.layout
    }
    fn element(&self) -> ElementType {
        T::TYPE
    }
    fn start(&self) -> *const u8 {
        self.data.as_ptr().cast()
    }
}

impl<T: Element> StridedMut for Array<T> {
    fn start_mut(&mut self) -> *mut u8 {
        self.data.as_mut_ptr().cast()
    }
}

impl Strided for AnyArray {
    fn layout(&self) -> &Layout {
        &self.layout
    }
    fn element(&self) -> ElementType {
        self.element
    }
    fn start(&self) -> *const u8 {
        self.bytes.as_ptr()
    }
}

impl StridedMut for AnyArray {
    fn start_mut(&mut self) -> *mut u8 {
        self.bytes.as_mut_ptr()
    }
}
