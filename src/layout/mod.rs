//! Where the items of a strided array lie: arithmetic over shapes and byte
//! strides, without a pointer.
//!
//! A layout is valid for some memory under five numbered conditions, which
//! the rest of the crate cites:
//!
//! - **L1** Shape and strides name the same axes, [`MAX_NDIM`] at most.
//! - **L2** The size fits `isize`: the bytes of all items together, the bytes
//!   from the first to the last one touched, and the distance of both from
//!   the start of the allocation. So no arithmetic on a layout can overflow.
//! - **L3** Every byte touched is inside the allocation.
//! - **L4** No two indices of a writable view share a byte.
//! - **L5** The itemsize is that of the element type.
//!
//! L1 and L2 are facts about the numbers alone, and hold for every
//! [`Layout`] that exists. L3 to L5 depend on what the layout is used for:
//! [`Layout::validate`], [`Layout::validate_mut`], [`Layout::check_itemsize`].
//!
//! Two things are never looked at: the stride of a unit axis, and, if some
//! extent is 0, all strides, suboffsets and the offset.
//!
//! Of a layout with pointers between its axes (`indirect`) the numbers tell
//! less: it is valid where an unsafe constructor of a view says so, L3 and L4
//! with it.

mod contiguity;
mod diophantine;
mod direction;
mod indirect;
mod overlap;
mod rearrange;
mod reshape;
mod slice;
mod validate;

#[cfg(test)]
mod tests;

use crate::axes::Axes;
use crate::error::LayoutError;

pub use contiguity::Order;
#[cfg(test)]
pub(crate) use direction::direction_of;
pub(crate) use direction::{Direction, direction};
pub(crate) use overlap::Overlap;
pub use slice::Slice;
pub(crate) use validate::spans;

/// The most axes that a layout can have: the limit of the buffer protocol.
///
/// ```
/// use stridewise::{Layout, LayoutError, MAX_NDIM, Order};
///
/// assert!(Layout::contiguous(&[1; MAX_NDIM], 8, Order::C).is_ok());
/// assert!(Layout::contiguous(&[1; MAX_NDIM + 1], 8, Order::C).is_err());
/// ```
pub const MAX_NDIM: usize = 64;

/// Shape, byte strides, itemsize and offset: where each item lies; with
/// suboffsets, if pointers lead there.
///
/// The item at index `[i, j, ..]` occupies `itemsize` bytes from
/// `offset + i * strides[0] + j * strides[1] + ..`, counted from the start of
/// an allocation that the layout knows nothing about. Strides may be any
/// integers, 0 and negative included, and need not be multiples of anything.
/// An [`indirect`](Layout::indirect) layout has pointers on the way.
///
/// Up to eight axes, or four with pointers, a layout never allocates.
///
/// ```
/// use stridewise::{Layout, Order, Slice};
///
/// let image = Layout::contiguous(&[480, 640, 3], 1, Order::C)?;
/// assert_eq!(image.strides(), [1920, 3, 1]);
///
/// // Planes of every second line, upside down.
/// let planes = image.slice(0, Slice::new(None, None, -2))?.permute(&[2, 0, 1])?;
/// assert_eq!(planes.shape(), [3, 240, 640]);
/// assert_eq!(planes.strides(), [1, -3840, 3]);
/// assert_eq!(planes.offset(), 479 * 1920);
/// assert!(planes.validate(480 * 640 * 3).is_ok());
/// # Ok::<(), stridewise::LayoutError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    shape: Axes<usize>,
    /// The strides, then the suboffsets, if there are any: one per axis, -1
    /// or not negative. So a dense layout has no room for them to move.
    steps: Axes<isize>,
    indirect: bool,
    itemsize: usize,
    offset: isize,
}

impl Layout {
    /// A layout from its parts; `offset` is that of the item at index 0.
    ///
    /// # Errors
    ///
    /// Refuses an itemsize of 0 and numbers that break L1 or L2: see
    /// [`LayoutError`]. Whether there is memory behind them is for
    /// [`validate`](Layout::validate) to say.
    ///
    /// ```
    /// use stridewise::{Layout, LayoutError};
    ///
    /// let reversed = Layout::new(&[5], &[-4], 4, 16)?;
    /// assert_eq!(reversed.span(), 0..20);
    /// // Nothing is touched, whatever the strides.
    /// assert!(Layout::new(&[usize::MAX, 0], &[isize::MIN, 1], 4, 0).is_ok());
    /// # Ok::<(), LayoutError>(())
    /// ```
    #[inline]
    pub fn new(
        shape: &[usize],
        strides: &[isize],
        itemsize: usize,
        offset: isize,
    ) -> Result<Layout, LayoutError> {
        validate::ranks(shape, strides)?; // L1
        validate::size(shape, itemsize)?; // L2, the items
        validate::span(shape, strides, itemsize, offset)?; // L2, the distances
        let (shape, steps) = (Axes::from_slice(shape), Axes::from_slice(strides));
        Ok(Layout { shape, steps, indirect: false, itemsize, offset })
    }

    /// The gapless layout of this shape from offset 0 on.
    ///
    /// `F` has the first axis innermost, `C` the last. `A` and `K` ask for the
    /// order of a source; here is none, so they mean `C`. See
    /// [`contiguous_like`](Layout::contiguous_like) for one that has it.
    ///
    /// # Errors
    ///
    /// As [`new`](Layout::new).
    ///
    /// ```
    /// use stridewise::{Layout, Order};
    ///
    /// assert_eq!(Layout::contiguous(&[2, 3], 4, Order::C)?.strides(), [12, 4]);
    /// assert_eq!(Layout::contiguous(&[2, 3], 4, Order::F)?.strides(), [4, 8]);
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    #[inline]
    pub fn contiguous(
        shape: &[usize],
        itemsize: usize,
        order: Order,
    ) -> Result<Layout, LayoutError> {
        validate::rank(shape.len())?;
        validate::size(shape, itemsize)?;
        let mut steps = Axes::filled(shape.len(), 0);
        match order {
            Order::F => contiguity::pack(shape, &mut steps, itemsize, 0..shape.len()),
            _ => contiguity::pack(shape, &mut steps, itemsize, (0..shape.len()).rev()),
        }
        // No item lies beyond the sum of all items, so the span fits too.
        let shape = Axes::from_slice(shape);
        Ok(Layout { shape, steps, indirect: false, itemsize, offset: 0 })
    }

    /// The extent of each axis; see [`Layout`] for an example.
    #[inline]
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The bytes from one index to the next, per axis; see [`Layout`] for an
    /// example.
    #[inline]
    #[must_use]
    pub fn strides(&self) -> &[isize] {
        if self.indirect { &self.steps[..self.ndim()] } else { &self.steps }
    }

    /// Bytes per item, at least 1.
    ///
    /// ```
    /// # use stridewise::{Layout, Order};
    /// assert_eq!(Layout::contiguous(&[2, 3], 4, Order::C)?.itemsize(), 4);
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn itemsize(&self) -> usize {
        self.itemsize
    }

    /// Bytes from the start of the allocation to the item at index 0; see
    /// [`Layout`] for an example.
    ///
    /// Only a layout that is nowhere valid can have a negative one. Means
    /// nothing if there are no items.
    #[inline]
    #[must_use]
    pub fn offset(&self) -> isize {
        self.offset
    }

    /// The number of axes.
    ///
    /// ```
    /// # use stridewise::{Layout, Order};
    /// assert_eq!(Layout::contiguous(&[2, 3], 4, Order::C)?.ndim(), 2);
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn ndim(&self) -> usize {
        self.shape.len()
    }

    /// The number of items: the product of the extents, 1 if there are no axes.
    ///
    /// ```
    /// # use stridewise::{Layout, Order};
    /// assert_eq!(Layout::contiguous(&[2, 3], 4, Order::C)?.len(), 6);
    /// assert_eq!(Layout::contiguous(&[], 4, Order::C)?.len(), 1);
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        // Wrapping, because the product over some of the axes can overflow
        // where another extent is 0; else L2 excludes it.
        self.shape.iter().fold(1, |len: usize, &extent| len.wrapping_mul(extent))
    }

    /// Whether there are no items: some extent is 0.
    ///
    /// ```
    /// # use stridewise::{Layout, Order};
    /// assert!(Layout::contiguous(&[2, 0], 4, Order::C)?.is_empty());
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }

    /// The bytes of all items together, [`len`](Layout::len) times
    /// [`itemsize`](Layout::itemsize): those of a contiguous copy, not those
    /// of the span.
    ///
    /// ```
    /// # use stridewise::{Layout, Order};
    /// assert_eq!(Layout::contiguous(&[2, 3], 4, Order::C)?.nbytes(), 24);
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn nbytes(&self) -> usize {
        self.len() * self.itemsize
    }

    /// Bytes from the start of the allocation to the item at this index, or
    /// `None` if there is no such index, or pointers lead there.
    ///
    /// ```
    /// use stridewise::{Layout, Order};
    ///
    /// let layout = Layout::contiguous(&[2, 3], 4, Order::C)?;
    /// assert_eq!(layout.item_offset(&[1, 2]), Some(20));
    /// assert_eq!(layout.item_offset(&[1, 3]), None);
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    #[must_use]
    pub fn item_offset(&self, index: &[usize]) -> Option<isize> {
        if index.len() != self.ndim() || self.is_indirect() {
            return None;
        }
        let mut offset = self.offset;
        for (axis, &i) in index.iter().enumerate() {
            if i >= self.shape[axis] {
                return None;
            }
            if i > 0 {
                // No overflow by L2, unless another extent is 0.
                offset = offset.wrapping_add(self.steps[axis].wrapping_mul(i as isize));
            }
        }
        (!self.is_empty()).then_some(offset)
    }

    /// Extent and stride of the axes whose stride means something.
    #[inline]
    pub(crate) fn loops(&self) -> impl DoubleEndedIterator<Item = (usize, isize)> + Clone + '_ {
        let pairs = self.shape.iter().copied().zip(self.steps.iter().copied());
        pairs.filter(|&(extent, _)| extent > 1)
    }

    /// Err if there is no such axis.
    #[inline]
    fn check_axis(&self, axis: usize) -> Result<(), LayoutError> {
        let ndim = self.ndim();
        if axis < ndim { Ok(()) } else { Err(LayoutError::AxisOutside { axis, ndim }) }
    }

    /// Moves index 0 along an axis by `steps` indices; a no-op if there are no
    /// items, where the product could overflow and means nothing.
    ///
    /// Behind a pointer, its suboffset tells where index 0 is; Err if it would
    /// be negative, which means none.
    #[inline]
    fn advance(&mut self, axis: usize, steps: usize) -> Result<(), LayoutError> {
        if steps == 0 || self.is_empty() {
            return Ok(());
        }
        // Still the offset of an item or a pointer, so all of it fits (L2).
        let by = self.steps[axis] * steps as isize;
        let Some(pointer) = self.pointer_before(axis) else {
            self.offset += by;
            return Ok(());
        };
        let suboffset = self.suboffset_mut(pointer);
        let moved = *suboffset + by;
        if moved < 0 {
            return Err(LayoutError::NegativeSuboffset { axis: pointer, suboffset: moved });
        }
        *suboffset = moved;
        Ok(())
    }
}
