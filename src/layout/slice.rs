//! Python's slices: fewer indices of one axis.

use super::Layout;
use crate::error::LayoutError;
use core::ops::{Range, RangeFrom, RangeFull, RangeTo};

/// `start:stop:step` with Python's meaning.
///
/// Negative bounds count from the end, bounds beyond the axis are clipped to
/// it, a negative step walks down, and an absent bound is the end that the
/// step makes sense for.
///
/// ```
/// use stridewise::{Layout, Order, Slice};
///
/// let ten = Layout::contiguous(&[10], 1, Order::C)?;
/// let last_three = ten.slice(0, Slice::from(-3..))?;
/// assert_eq!((last_three.shape(), last_three.offset()), (&[3][..], 7));
/// let odd_down = ten.slice(0, Slice::new(None, None, -2))?;
/// assert_eq!((odd_down.shape(), odd_down.offset()), (&[5][..], 9));
/// # Ok::<(), stridewise::LayoutError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slice {
    /// The first index.
    pub start: Option<isize>,
    /// The index before which to end.
    pub stop: Option<isize>,
    /// The distance of the indices, never 0.
    pub step: isize,
}

impl Slice {
    /// The slice `start:stop:step`; see [`Slice`] for an example.
    #[must_use]
    pub const fn new(start: Option<isize>, stop: Option<isize>, step: isize) -> Slice {
        Slice { start, stop, step }
    }

    /// First index and number of indices on an axis of this extent, or `None`
    /// if the step is 0. The first index means nothing if there are none.
    #[inline]
    pub(crate) fn resolve(self, extent: usize) -> Option<(usize, usize)> {
        // No bound, sum or difference of them can overflow i128.
        let (extent, step) = (extent as i128, self.step as i128);
        let (lowest, highest) = match step {
            0 => return None,
            1.. => (0, extent),
            _ => (-1, extent - 1),
        };
        let place = |bound: isize| {
            let bound = bound as i128;
            (if bound < 0 { bound + extent } else { bound }).clamp(lowest, highest)
        };
        let (first, last) = if step > 0 { (lowest, highest) } else { (highest, lowest) };
        let start = self.start.map_or(first, place);
        let stop = self.stop.map_or(last, place);
        let distance = if step > 0 { stop - start } else { start - stop };
        if distance <= 0 {
            return Some((0, 0));
        }
        // Both are at most the extent. Wide sums are cheap, wide quotients are not.
        Some((start as usize, (distance as usize).div_ceil(self.step.unsigned_abs())))
    }
}

/// `:`, the whole axis.
impl Default for Slice {
    fn default() -> Slice {
        Slice::new(None, None, 1)
    }
}

impl From<RangeFull> for Slice {
    fn from(_: RangeFull) -> Slice {
        Slice::default()
    }
}

impl From<Range<isize>> for Slice {
    fn from(range: Range<isize>) -> Slice {
        Slice::new(Some(range.start), Some(range.end), 1)
    }
}

impl From<RangeFrom<isize>> for Slice {
    fn from(range: RangeFrom<isize>) -> Slice {
        Slice::new(Some(range.start), None, 1)
    }
}

impl From<RangeTo<isize>> for Slice {
    fn from(range: RangeTo<isize>) -> Slice {
        Slice::new(None, Some(range.end), 1)
    }
}

impl Layout {
    /// Only the indices of the slice along one axis; see [`Slice`] for an
    /// example.
    ///
    /// # Errors
    ///
    /// [`LayoutError::AxisOutside`] or [`LayoutError::StepZero`]; behind
    /// pointers into the midst of their items,
    /// [`LayoutError::NegativeSuboffset`].
    pub fn slice(&self, axis: usize, slice: impl Into<Slice>) -> Result<Layout, LayoutError> {
        let mut layout = self.clone();
        layout.narrow(axis, slice.into())?;
        Ok(layout)
    }

    /// As [`slice`](Layout::slice), in place; after an error it means nothing.
    #[inline]
    pub(crate) fn narrow(&mut self, axis: usize, slice: Slice) -> Result<(), LayoutError> {
        self.check_axis(axis)?;
        let Some((start, len)) = slice.resolve(self.shape[axis]) else {
            return Err(LayoutError::StepZero { axis });
        };
        self.shape[axis] = len;
        self.advance(axis, start)?;
        // Saturates only where no two indices are left to tell apart.
        self.steps[axis] = self.steps[axis].saturating_mul(slice.step);
        Ok(())
    }

    /// Only one index along one axis, which goes away. A negative index counts
    /// from the end.
    ///
    /// # Errors
    ///
    /// [`LayoutError::AxisOutside`] or [`LayoutError::IndexOutside`]; behind
    /// pointers as [`slice`](Layout::slice); and
    /// [`LayoutError::PointerNeeded`] if the axis is all there is of a table
    /// of pointers. Of the first axis a view can read them.
    ///
    /// ```
    /// use stridewise::{Layout, Order};
    ///
    /// let layout = Layout::contiguous(&[4, 3], 1, Order::C)?;
    /// let last_line = layout.index(0, -1)?;
    /// assert_eq!((last_line.shape(), last_line.offset()), (&[3][..], 9));
    /// assert!(layout.index(0, 4).is_err());
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    pub fn index(&self, axis: usize, index: isize) -> Result<Layout, LayoutError> {
        let steps = self.resolve_index(axis, index)?;
        let mut layout = self.clone();
        layout.advance(axis, steps)?;
        layout.remove_axis(axis)?;
        Ok(layout)
    }

    /// An index of an axis, from its start.
    pub(super) fn resolve_index(&self, axis: usize, index: isize) -> Result<usize, LayoutError> {
        self.check_axis(axis)?;
        let extent = self.shape[axis];
        let steps = match usize::try_from(index) {
            Ok(steps) => Some(steps),
            Err(_) => extent.checked_sub(index.unsigned_abs()),
        };
        let steps = steps.filter(|&steps| steps < extent);
        steps.ok_or(LayoutError::IndexOutside { axis, index, extent })
    }

    /// The same items with one axis running backwards.
    ///
    /// # Errors
    ///
    /// [`LayoutError::AxisOutside`]; behind pointers as
    /// [`slice`](Layout::slice).
    ///
    /// ```
    /// use stridewise::{Layout, Order};
    ///
    /// let layout = Layout::contiguous(&[4, 3], 1, Order::C)?.reverse(1)?;
    /// assert_eq!((layout.strides(), layout.offset()), (&[3, -1][..], 2));
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    pub fn reverse(&self, axis: usize) -> Result<Layout, LayoutError> {
        self.check_axis(axis)?;
        let mut layout = self.clone();
        layout.advance(axis, self.shape[axis].saturating_sub(1))?;
        layout.steps[axis] = self.steps[axis].saturating_neg();
        Ok(layout)
    }
}
