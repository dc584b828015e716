//! Do two items share a byte? Within a layout, or between two in the same
//! allocation.
//!
//! Almost always the strides tell at a glance: sorted, each is at least as
//! long as all that lies inside it, or the spans are apart. The rest goes to
//! [`Question`].

use super::Layout;
use super::diophantine::{Question, WORK};
use crate::axes::Axes;

/// Whether something overlaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overlap {
    Yes,
    No,
    /// Not found out with bounded work.
    Unknown,
}

impl Layout {
    /// Whether two indices share a byte: condition L4, negated.
    ///
    /// The answer is exact for all but contrived strides, many of them without
    /// common divisors. Then it is not known within bounded work, and `true`.
    /// So it is for items behind pointers, which may lead anywhere.
    ///
    /// ```
    /// use stridewise::Layout;
    ///
    /// assert!(!Layout::new(&[3, 2], &[2, 3], 1, 0)?.overlaps_itself());
    /// // Three along the first axis is two along the second.
    /// assert!(Layout::new(&[4, 3], &[2, 3], 1, 0)?.overlaps_itself());
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn overlaps_itself(&self) -> bool {
        self.self_overlap() != Overlap::No
    }

    /// Whether an item of this layout and one of the other share a byte, both
    /// being in the same allocation.
    ///
    /// As exact as [`overlaps_itself`](Layout::overlaps_itself); for items
    /// behind pointers not known, and `true`.
    ///
    /// ```
    /// use stridewise::Layout;
    ///
    /// let even = Layout::new(&[5], &[2], 1, 0)?;
    /// let odd = Layout::new(&[5], &[2], 1, 1)?;
    /// assert!(!even.overlaps(&odd));
    /// assert!(even.overlaps(&even));
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn overlaps(&self, other: &Layout) -> bool {
        self.overlap(other) != Overlap::No
    }

    /// [`overlaps_itself`](Layout::overlaps_itself), with the doubt shown.
    #[inline]
    pub(crate) fn self_overlap(&self) -> Overlap {
        let size = self.itemsize;
        if self.is_indirect() {
            return self.overlap_of_segments();
        }
        if self.is_empty() || is_nested(size, self.loops().rev()) || is_nested(size, self.loops()) {
            return Overlap::No;
        }
        self.self_overlap_by_search()
    }

    fn self_overlap_by_search(&self) -> Overlap {
        let order = self.outermost_first();
        let mut loops: Axes<(usize, usize)> =
            order.iter().map(|&axis| (self.shape[axis], self.steps[axis].unsigned_abs())).collect();
        if loops.last().is_some_and(|&(_, stride)| stride < self.itemsize) {
            return Overlap::Yes;
        }
        // Outer loops that nest play no part.
        let mut inner = self.itemsize;
        let mut clashes = 0;
        for (k, &(extent, stride)) in loops.iter().rev().enumerate() {
            if stride < inner {
                clashes = k + 1;
            }
            // Below the span, which fits.
            inner += (extent - 1) * stride;
        }
        loops.reverse();
        loops.truncate(clashes);
        loops.reverse();

        // Two indices first differ along some axis, by 1 or more without loss
        // of generality, and along the further ones by anything.
        let window = self.itemsize as i128 - 1;
        let mut work = WORK;
        let mut sure = true;
        for (k, &(extent, stride)) in loops.iter().enumerate() {
            let mut question = Question::new(-window, window);
            question.shift(stride as i128);
            question.add(stride as i128, extent as i128 - 2);
            for &(extent, stride) in &loops[k + 1..] {
                question.add_both_ways(stride as i128, extent as i128 - 1);
            }
            match question.answer(&mut work) {
                Overlap::Yes => return Overlap::Yes,
                Overlap::No => {}
                Overlap::Unknown => sure = false,
            }
        }
        if sure { Overlap::No } else { Overlap::Unknown }
    }

    /// [`overlaps`](Layout::overlaps), with the doubt shown.
    pub(crate) fn overlap(&self, other: &Layout) -> Overlap {
        if self.is_indirect() || other.is_indirect() {
            let nothing = self.is_empty() || other.is_empty();
            return if nothing { Overlap::No } else { Overlap::Unknown };
        }
        let (a, b) = (self.span(), other.span());
        if a.is_empty() || b.is_empty() || a.end <= b.start || b.end <= a.start {
            return Overlap::No;
        }
        // Offset of an item here less that of one there.
        let mut question = Question::new(1 - self.itemsize as i128, other.itemsize as i128 - 1);
        question.shift(self.offset as i128 - other.offset as i128);
        for (extent, stride) in self.loops() {
            question.add(stride as i128, extent as i128 - 1);
        }
        for (extent, stride) in other.loops() {
            question.add(-(stride as i128), extent as i128 - 1);
        }
        question.answer(&mut WORK.clone())
    }
}

/// Whether each stride, from the innermost out, spans all that is inside it.
#[inline]
fn is_nested(itemsize: usize, loops: impl Iterator<Item = (usize, isize)>) -> bool {
    let mut inner = itemsize;
    for (extent, stride) in loops {
        let stride = stride.unsigned_abs();
        if stride < inner {
            return false;
        }
        inner += (extent - 1) * stride;
    }
    true
}
