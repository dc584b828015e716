//! Items behind pointers: where one lies, and arrays that own both.

use super::{AnyView, AnyViewMut, Strided, StridedMut, sealed};
use crate::element::ElementType;
use crate::error::{Error, LayoutError, MismatchError};
use crate::layout::Layout;
use alloc::vec::Vec;

/// The pointer that lies at an address, aligned or not.
///
/// # Safety
/// One lies there.
#[inline]
pub(crate) unsafe fn pointer_at(address: *const u8) -> *const u8 {
    // SAFETY: the caller's.
    unsafe { address.cast::<*const u8>().read_unaligned() }
}

/// Where the item at an index lies, if it is inside.
///
/// # Safety
/// All pointers of the layout may be followed from `start`.
pub(crate) unsafe fn locate(
    layout: &Layout,
    start: *const u8,
    index: &[usize],
) -> Option<*const u8> {
    if !layout.is_indirect() {
        return Some(start.wrapping_offset(layout.item_offset(index)?));
    }
    let inside =
        index.len() == layout.ndim() && index.iter().zip(layout.shape()).all(|(i, n)| i < n);
    if !inside {
        return None;
    }
    let mut at = start.wrapping_offset(layout.offset());
    for (axis, (&i, &stride)) in index.iter().zip(layout.strides()).enumerate() {
        // Of a unit axis the stride may be anything.
        at = at.wrapping_offset(stride.wrapping_mul(i as isize));
        if let Some(suboffset) = layout.suboffset(axis) {
            // SAFETY: an index of a table, whose pointers the caller vouches for.
            at = unsafe { pointer_at(at) }.wrapping_offset(suboffset);
        }
    }
    Some(at)
}

/// Parts of one shape, wherever each lies: a table of pointers to them, which
/// is one more axis in front of theirs.
///
/// The parts are arrays or views, also indirect ones, so that there may be
/// any number of tables. All that they borrow stays borrowed.
///
/// ```
/// use stridewise::{Array, IndirectArray, Order, View, copy, equal, to_contiguous_any, xxh3_64};
/// // Three planes, of which each has memory of its own.
/// let plane = |first: u16| Array::new((first..first + 6).collect(), &[2, 3]);
/// let mut planes = IndirectArray::new(vec![plane(10)?, plane(20)?, plane(30)?])?;
/// assert_eq!(planes.shape(), [3, 2, 3]);
///
/// let dense = to_contiguous_any(&planes, Order::C)?;
/// assert!(equal(&planes, &dense)?);
/// assert_eq!(xxh3_64(&planes)?, xxh3_64(&dense)?);
/// let lines = planes.view().index(1, -1)?;
/// assert_eq!(lines.item(&[2, 0]), Some(&33u16.to_ne_bytes()[..]));
///
/// copy(&mut planes, &View::new(&[7u16; 18], &[3, 2, 3])?)?;
/// assert_eq!(planes.into_parts()[1].as_slice(), [7; 6]);
/// # Ok::<(), stridewise::Error>(())
/// ```
#[derive(Debug)]
pub struct IndirectArray<A> {
    /// Where the bytes of each part start.
    table: Vec<*const u8>,
    layout: Layout,
    element: ElementType,
    parts: Vec<A>,
}

// SAFETY: the pointers are those of the parts, which it owns.
unsafe impl<A: Send> Send for IndirectArray<A> {}
// SAFETY: as above; they are written by who has it exclusively.
unsafe impl<A: Sync> Sync for IndirectArray<A> {}

impl<A: Strided> IndirectArray<A> {
    /// Parts of one shape, of the same strides and type.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] for a part that is unlike the first;
    /// [`LayoutError::NoParts`] without any; and [`LayoutError::RankTooLarge`]
    /// or [`LayoutError::ExtentOverflow`] if all are more than a layout holds.
    pub fn new(parts: Vec<A>) -> Result<Self, Error> {
        let Some(first) = parts.first() else { return Err(LayoutError::NoParts.into()) };
        for part in &parts {
            check_like(first, part)?;
        }
        let (like, element) = (first.layout(), first.element());
        let head = |first: isize, rest: &[isize]| -> Vec<isize> {
            core::iter::once(first).chain(rest.iter().copied()).collect()
        };
        let shape: Vec<usize> =
            core::iter::once(parts.len()).chain(like.shape().iter().copied()).collect();
        let strides = head(size_of::<*const u8>() as isize, like.strides());
        // Pointers lead to the first byte of a part, and on to its index 0.
        let inside = if like.is_empty() { 0 } else { like.offset() - like.span().start };
        let mut suboffsets = head(inside, like.suboffsets());
        suboffsets.resize(shape.len(), -1);
        let layout = Layout::indirect(&shape, &strides, &suboffsets, like.itemsize(), 0)?;
        let table = parts.iter().map(|part| part.origin().wrapping_offset(-inside)).collect();
        Ok(IndirectArray { table, layout, element, parts })
    }

    /// A view of all items.
    #[must_use]
    pub fn view(&self) -> AnyView<'_> {
        let start = self.table.as_ptr().cast();
        AnyView::of_pointers(start, self.element, self.layout.clone())
    }

    /// The extents: the number of parts, then theirs.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        self.layout.shape()
    }

    /// The parts.
    #[must_use]
    pub fn parts(&self) -> &[A] {
        &self.parts
    }

    /// The parts, without a copy.
    #[must_use]
    pub fn into_parts(self) -> Vec<A> {
        self.parts
    }
}

impl<A: StridedMut> IndirectArray<A> {
    /// A mutable view of all items.
    #[must_use]
    pub fn view_mut(&mut self) -> AnyViewMut<'_> {
        let start = self.start_mut();
        AnyViewMut::of_pointers(start, self.element, self.layout.clone())
    }
}

/// Whether a part can stand in a table with the first.
fn check_like(first: &impl Strided, part: &impl Strided) -> Result<(), MismatchError> {
    let (dst, src) = (first.layout(), part.layout());
    crate::ops::check_pair(dst, src)?;
    if first.element() != part.element() {
        return Err(MismatchError::Type { dst: first.element(), src: part.element() });
    }
    if dst.strides() != src.strides() || dst.suboffsets() != src.suboffsets() {
        let (first, part) = (dst.clone().into(), src.clone().into());
        return Err(MismatchError::Parts { first, part });
    }
    Ok(())
}

impl<A> sealed::Sealed for IndirectArray<A> {}

impl<A: Strided> Strided for IndirectArray<A> {
    fn layout(&self) -> &Layout {
        &self.layout
    }
    fn element(&self) -> ElementType {
        self.element
    }
    fn start(&self) -> *const u8 {
        self.table.as_ptr().cast()
    }
}

impl<A: StridedMut> StridedMut for IndirectArray<A> {
    fn start_mut(&mut self) -> *mut u8 {
        // Pointers to write, where there were pointers to read.
        let inside = self.layout.suboffset(0).unwrap_or(0);
        for (pointer, part) in self.table.iter_mut().zip(&mut self.parts) {
            *pointer = part.origin_mut().wrapping_offset(-inside);
        }
        self.table.as_mut_ptr().cast()
    }
}
