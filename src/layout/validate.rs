//! One function per condition L1 to L5, and the span.

use super::{Layout, MAX_NDIM, Overlap};
use crate::error::LayoutError;
use core::ops::Range;

/// Condition L1 for a shape alone.
#[inline]
pub(super) fn rank(ndim: usize) -> Result<(), LayoutError> {
    if ndim > MAX_NDIM {
        return Err(LayoutError::RankTooLarge { ndim, max: MAX_NDIM });
    }
    Ok(())
}

/// Condition L1.
#[inline]
pub(super) fn ranks(shape: &[usize], strides: &[isize]) -> Result<(), LayoutError> {
    if shape.len() != strides.len() {
        let (shape, strides) = (shape.len(), strides.len());
        return Err(LayoutError::RankMismatch { shape, strides });
    }
    rank(shape.len())
}

/// Condition L2 for the items.
///
/// The itemsize alone must fit too, so that it can always be a stride.
#[inline]
pub(super) fn size(shape: &[usize], itemsize: usize) -> Result<(), LayoutError> {
    if itemsize == 0 {
        return Err(LayoutError::ZeroItemsize);
    }
    let mut bytes = Some(itemsize);
    let mut empty = false;
    for &extent in shape {
        empty |= extent == 0;
        bytes = bytes.and_then(|bytes| bytes.checked_mul(extent));
    }
    // With an extent of 0 the others may be anything.
    let bytes = if empty { Some(itemsize) } else { bytes };
    if bytes.is_some_and(|bytes| bytes <= isize::MAX as usize) {
        return Ok(());
    }
    Err(LayoutError::ExtentOverflow { shape: shape.to_vec(), itemsize })
}

/// Condition L2 for the distances.
#[inline]
pub(super) fn span(
    shape: &[usize],
    strides: &[isize],
    itemsize: usize,
    offset: isize,
) -> Result<(), LayoutError> {
    if reach(shape, strides, itemsize, offset).is_some() {
        return Ok(());
    }
    let (shape, strides) = (shape.to_vec(), strides.to_vec());
    Err(LayoutError::SpanOverflow { shape, strides, offset })
}

/// The first and past the last byte touched, if they and their distance fit.
#[inline]
fn reach(
    shape: &[usize],
    strides: &[isize],
    itemsize: usize,
    offset: isize,
) -> Option<(isize, isize)> {
    if shape.contains(&0) {
        return Some((offset, offset));
    }
    let (mut below, mut above) = (0isize, itemsize as isize);
    for (&extent, &stride) in shape.iter().zip(strides) {
        if extent > 1 {
            // Of the absolute value, so that every stride can be negated.
            let far = stride.checked_abs()?.checked_mul(extent as isize - 1)?;
            let side = if stride < 0 { &mut below } else { &mut above };
            *side = side.checked_add(far)?;
        }
    }
    below.checked_add(above)?;
    Some((offset.checked_sub(below)?, offset.checked_add(above)?))
}

/// The bytes that two layouts of one shape touch, from their items at index
/// 0, if L1 and L2 hold for both; [`Layout::new`] says what does not.
///
/// One pass and no branch but for unit axes: what a small copy can afford.
#[inline]
pub(crate) fn spans(
    shape: &[usize],
    itemsize: usize,
    strides: [&[isize]; 2],
) -> Option<[Range<isize>; 2]> {
    let [a, b] = strides;
    let ndim = shape.len();
    if itemsize == 0 || ndim > MAX_NDIM || a.len() != ndim || b.len() != ndim {
        return None;
    }
    let (mut bytes, mut empty) = (itemsize, false);
    let (mut too_many, mut too_far) = (itemsize > isize::MAX as usize, false);
    let mut ends = [(0isize, itemsize as isize); 2];
    for (&extent, (&a, &b)) in shape.iter().zip(a.iter().zip(b)) {
        let (product, over) = bytes.overflowing_mul(extent);
        (bytes, too_many, empty) = (product, too_many | over, empty | (extent == 0));
        if extent > 1 {
            // Wraps where there are too many items or none.
            let last = (extent as isize).wrapping_sub(1);
            for ((below, above), stride) in ends.iter_mut().zip([a, b]) {
                let (far, over_far) = stride.overflowing_mul(last);
                let (down, over_down) = below.overflowing_sub(far.min(0));
                let (up, over_up) = above.overflowing_add(far.max(0));
                (*below, *above) = (down, up);
                too_far |= over_far | over_down | over_up;
            }
        }
    }
    if itemsize <= isize::MAX as usize && empty {
        return Some([0..0, 0..0]);
    }
    for (below, above) in ends {
        too_far |= below.checked_add(above).is_none();
    }
    if too_many || too_far || bytes > isize::MAX as usize {
        return None;
    }
    Some(ends.map(|(below, above)| -below..above))
}

impl Layout {
    /// The bytes touched, from the first to past the last, relative to the
    /// start of the allocation; empty if there are no items. Of an indirect
    /// layout they are those of its first table of pointers: what is behind
    /// them lies anywhere.
    ///
    /// ```
    /// use stridewise::Layout;
    ///
    /// // Two lines, the second below the first; three items each, backwards.
    /// let layout = Layout::new(&[2, 3], &[100, -4], 4, 8)?;
    /// assert_eq!(layout.span(), 0..112);
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn span(&self) -> Range<isize> {
        let reach = match self.first_table() {
            Some((shape, strides, size)) => reach(shape, strides, size, self.offset),
            None => reach(&self.shape, &self.steps, self.itemsize, self.offset),
        };
        match reach {
            Some((start, end)) => start..end,
            None => unreachable!("L2 holds for every layout"),
        }
    }

    /// Whether the layout may be read in an allocation of `len` bytes:
    /// condition L3.
    ///
    /// A layout without items is inside every allocation.
    ///
    /// # Errors
    ///
    /// [`LayoutError::SpanOutside`], or [`LayoutError::Indirect`]: where
    /// pointers lead is not known.
    ///
    /// ```
    /// use stridewise::Layout;
    ///
    /// let every_second = Layout::new(&[3], &[8], 4, 0)?;
    /// assert!(every_second.validate(20).is_ok());
    /// assert!(every_second.validate(19).is_err());
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    #[inline]
    pub fn validate(&self, len: usize) -> Result<(), LayoutError> {
        if self.is_indirect() {
            return Err(self.refused_pointers());
        }
        let Range { start, end } = self.span();
        if self.is_empty() || (start >= 0 && end as usize <= len) {
            return Ok(());
        }
        Err(LayoutError::SpanOutside { start, end, len })
    }

    /// Whether the layout may be written in an allocation of `len` bytes:
    /// conditions L3 and L4.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Layout::validate), and
    /// [`LayoutError::SelfOverlap`], also for strides so contrived that
    /// [`overlaps_itself`](Layout::overlaps_itself) cannot tell.
    ///
    /// ```
    /// use stridewise::Layout;
    ///
    /// let row = Layout::new(&[4], &[1], 1, 0)?;
    /// assert!(row.validate_mut(4).is_ok());
    /// // Four rows, all the same one.
    /// assert!(row.broadcast_to(&[4, 4])?.validate_mut(4).is_err());
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    #[inline]
    pub fn validate_mut(&self, len: usize) -> Result<(), LayoutError> {
        self.validate(len)?; // L3
        self.check_overlap() // L4
    }

    /// Condition L4; where pointers lead is for others to vouch for.
    #[inline]
    pub(crate) fn check_overlap(&self) -> Result<(), LayoutError> {
        match self.self_overlap() {
            Overlap::No => return Ok(()),
            Overlap::Unknown if self.is_indirect() => return Ok(()),
            _ => {}
        }
        Err(LayoutError::SelfOverlap {
            shape: self.shape.to_vec(),
            strides: self.strides().to_vec(),
            itemsize: self.itemsize,
        })
    }

    /// Whether the items are of the size of the element type: condition L5.
    ///
    /// # Errors
    ///
    /// [`LayoutError::ItemsizeMismatch`].
    ///
    /// ```
    /// use stridewise::{Layout, Order};
    ///
    /// let layout = Layout::contiguous(&[3], 4, Order::C)?;
    /// assert!(layout.check_itemsize(size_of::<f32>()).is_ok());
    /// assert!(layout.check_itemsize(size_of::<f64>()).is_err());
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    #[inline]
    pub fn check_itemsize(&self, element: usize) -> Result<(), LayoutError> {
        if self.itemsize == element {
            return Ok(());
        }
        Err(LayoutError::ItemsizeMismatch { layout: self.itemsize, element })
    }
}
