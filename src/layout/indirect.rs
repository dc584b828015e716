//! Suboffsets: axes whose steps end in pointers.
//!
//! From the offset on, each axis adds its index times its stride; an axis that
//! has a suboffset then reads the pointer that lies there, and goes on from
//! what it points to plus the suboffset. So pointers cut the axes into
//! segments: all but the last are *tables* of pointers, the last is the
//! *core*, which has the items. Each segment starts at its own base, the
//! offset or the suboffset before it, and is dense in itself: L2 holds for
//! every one.

use super::{Layout, Overlap, validate};
use crate::axes::Axes;
use crate::error::LayoutError;
use core::ops::Range;

/// Bytes of what a table holds.
const POINTER: usize = size_of::<*const u8>();

/// Neighbouring axes without a pointer between them.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) axes: Range<usize>,
    /// Where it starts, from the offset's origin or from a pointer.
    pub(super) base: isize,
    /// Bytes of what lies at each index: a pointer, or an item.
    pub(super) size: usize,
}

impl Layout {
    /// A layout with pointers between axes.
    ///
    /// The address of the item at an index is found axis by axis: the index
    /// times the stride is added, and if the axis's suboffset is not
    /// negative, the pointer that lies there is followed and the suboffset
    /// added. `offset` leads to where the first axis starts. No suboffsets at
    /// all, or only negative ones, make a dense layout.
    ///
    /// # Errors
    ///
    /// [`LayoutError::SuboffsetMismatch`], and those of
    /// [`new`](Layout::new), where the span is that of each table of
    /// pointers, and that of the items behind the last pointer.
    ///
    /// ```
    /// use stridewise::{Layout, LayoutError, Slice};
    ///
    /// // `char (*v[2])[4][3]`: two pointers to four lines of three.
    /// let pointer = size_of::<usize>() as isize;
    /// let planes = Layout::indirect(&[2, 4, 3], &[pointer, 3, 1], &[0, -1, -1], 1, 0)?;
    /// assert!(planes.is_indirect());
    ///
    /// // Where a slice behind a pointer starts is a matter of its suboffset.
    /// let lower = planes.slice(1, Slice::from(2..))?;
    /// assert_eq!((lower.suboffsets(), lower.offset()), (&[6, -1, -1][..], 0));
    /// let second = planes.slice(0, Slice::from(1..))?;
    /// assert_eq!((second.suboffsets(), second.offset()), (&[0, -1, -1][..], pointer));
    /// # Ok::<(), LayoutError>(())
    /// ```
    pub fn indirect(
        shape: &[usize],
        strides: &[isize],
        suboffsets: &[isize],
        itemsize: usize,
        offset: isize,
    ) -> Result<Layout, LayoutError> {
        validate::ranks(shape, strides)?; // L1
        if !suboffsets.is_empty() && suboffsets.len() != shape.len() {
            let (shape, suboffsets) = (shape.len(), suboffsets.len());
            return Err(LayoutError::SuboffsetMismatch { shape, suboffsets });
        }
        validate::size(shape, itemsize)?; // L2, the items
        let mut layout = Layout {
            shape: Axes::from_slice(shape),
            steps: Axes::from_slice(strides),
            indirect: false,
            itemsize,
            offset,
        };
        layout.put_suboffsets(suboffsets.iter().copied());
        if !layout.is_empty() {
            for Segment { axes, base, size } in layout.segments() {
                validate::span(&shape[axes.clone()], &strides[axes], size, base)?; // L2, the distances
            }
        }
        Ok(layout)
    }

    /// Bytes from a pointer to where the next axis starts, per axis; negative
    /// for an axis that has no pointers, and empty if none has. See
    /// [`indirect`](Layout::indirect) for an example.
    #[inline]
    #[must_use]
    pub fn suboffsets(&self) -> &[isize] {
        if self.indirect { &self.steps[self.ndim()..] } else { &[] }
    }

    /// Whether some axis ends in pointers. See [`indirect`](Layout::indirect)
    /// for an example.
    #[inline]
    #[must_use]
    pub fn is_indirect(&self) -> bool {
        self.indirect
    }

    /// The number of axes up to the last that ends in pointers; those after
    /// it are the core.
    #[inline]
    pub(crate) fn tables(&self) -> usize {
        self.pointer_before(self.ndim()).map_or(0, |axis| axis + 1)
    }

    /// The suboffset of an axis, if it has one.
    #[inline]
    pub(crate) fn suboffset(&self, axis: usize) -> Option<isize> {
        self.suboffsets().get(axis).copied().filter(|&suboffset| suboffset >= 0)
    }

    /// The last axis before `axis` that ends in pointers.
    #[inline]
    pub(super) fn pointer_before(&self, axis: usize) -> Option<usize> {
        let suboffsets = self.suboffsets().get(..axis).unwrap_or(&[]);
        suboffsets.iter().rposition(|&suboffset| suboffset >= 0)
    }

    /// The runs of axes that pointers cut, the core last.
    pub(super) fn segments(&self) -> impl Iterator<Item = Segment> + '_ {
        let (mut at, mut base) = (0, Some(self.offset));
        core::iter::from_fn(move || {
            let (start, from) = (at, base?);
            let table = (start..self.ndim()).find(|&axis| self.suboffset(axis).is_some());
            base = table.and_then(|axis| self.suboffset(axis));
            at = table.map_or(self.ndim(), |axis| axis + 1);
            let size = if table.is_some() { POINTER } else { self.itemsize };
            Some(Segment { axes: start..at, base: from, size })
        })
    }

    /// Shape, strides and itemsize of the first pointers, if there are any to
    /// be looked at.
    #[inline]
    pub(super) fn first_table(&self) -> Option<(&[usize], &[isize], usize)> {
        let indirect = self.is_indirect() && !self.is_empty();
        let Segment { axes, size, .. } =
            if indirect { self.segments().next()? } else { return None };
        Some((&self.shape[axes.clone()], &self.steps[axes], size))
    }

    /// The error of those who take bytes alone.
    #[cold]
    pub(super) fn refused_pointers(&self) -> LayoutError {
        let axis = self.tables().saturating_sub(1);
        LayoutError::Indirect { axis, suboffset: self.suboffset(axis).unwrap_or(-1) }
    }

    /// How many pointers lead to an axis.
    #[inline]
    pub(super) fn depth(&self, axis: usize) -> usize {
        let suboffsets = self.suboffsets().get(..axis).unwrap_or(&[]);
        suboffsets.iter().filter(|&&suboffset| suboffset >= 0).count()
    }

    /// The axes from `first` on, behind all pointers, from their first item.
    pub(crate) fn core(&self, first: usize) -> Layout {
        debug_assert!(first >= self.tables());
        Layout {
            shape: Axes::from_slice(&self.shape[first..]),
            steps: Axes::from_slice(&self.strides()[first..]),
            indirect: false,
            itemsize: self.itemsize,
            offset: 0,
        }
    }

    /// Of a layout whose first axis ends in pointers: where the pointer of an
    /// index lies, and what is left behind it.
    pub(crate) fn follow(&self, index: isize) -> Result<(isize, Layout), LayoutError> {
        let mut layout = self.clone();
        layout.advance(0, self.resolve_index(0, index)?)?;
        let slot = layout.offset;
        layout.offset = self.suboffset(0).unwrap_or(slot);
        layout.drop_axis(0);
        Ok((slot, layout))
    }

    /// Takes out an axis. If it ends in pointers, so does one before it of the
    /// same segment then; without one, only they can tell what is behind them.
    pub(super) fn remove_axis(&mut self, axis: usize) -> Result<(), LayoutError> {
        if let Some(suboffset) = self.suboffset(axis) {
            let before = axis.checked_sub(1).filter(|&before| self.suboffset(before).is_none());
            match before {
                Some(before) => *self.suboffset_mut(before) = suboffset,
                // Nothing is followed where nothing is.
                None if self.is_empty() => {}
                None => return Err(LayoutError::PointerNeeded { axis, suboffset }),
            }
        }
        self.drop_axis(axis);
        Ok(())
    }

    /// Takes out an axis and all that it has.
    fn drop_axis(&mut self, axis: usize) {
        let suboffsets = self.is_indirect().then(|| Axes::<isize>::from(self.suboffsets()));
        self.shape.remove(axis);
        self.steps.remove(axis);
        if let Some(suboffsets) = suboffsets {
            let (head, tail) = (&suboffsets[..axis], &suboffsets[axis + 1..]);
            self.put_suboffsets(head.iter().chain(tail).copied());
        }
    }

    /// The suboffset of an axis of an indirect layout.
    pub(super) fn suboffset_mut(&mut self, axis: usize) -> &mut isize {
        let ndim = self.ndim();
        &mut self.steps[ndim + axis]
    }

    /// Puts suboffsets, one per axis, in the place of those there are; none if
    /// all are negative.
    pub(super) fn put_suboffsets(&mut self, suboffsets: impl Iterator<Item = isize> + Clone) {
        self.steps.truncate(self.ndim());
        self.indirect = suboffsets.clone().any(|suboffset| suboffset >= 0);
        if self.indirect {
            self.steps.extend(suboffsets.map(|suboffset| suboffset.max(-1)));
        }
    }

    /// Puts the suboffsets of `from`, of which `count` axes have taken the
    /// place of some. If the last of these ends in pointers, the last of the
    /// new ones does; the others do not.
    pub(super) fn carry_suboffsets(&mut self, from: &Layout, axes: Range<usize>, count: usize) {
        if from.is_indirect() {
            let (head, tail) = (&from.suboffsets()[..axes.start], &from.suboffsets()[axes.end..]);
            let last = axes.last().and_then(|axis| from.suboffset(axis));
            let new = (1..=count).map(|k| last.filter(|_| k == count).unwrap_or(-1));
            let all = head.iter().copied().chain(new).chain(tail.iter().copied());
            self.put_suboffsets(all);
        }
    }

    /// Whether an axis of these ends in pointers.
    pub(super) fn has_pointers(&self, axes: Range<usize>) -> bool {
        axes.into_iter().any(|axis| self.suboffset(axis).is_some())
    }

    /// Condition L4, negated, as far as the numbers tell: whether the indices
    /// of a table share a pointer, or those of the core a byte. Where the
    /// pointers lead is not known.
    pub(super) fn overlap_of_segments(&self) -> Overlap {
        if self.is_empty() {
            return Overlap::No;
        }
        let overlaps = |Segment { axes, base, size }: Segment| {
            let segment = Layout {
                shape: Axes::from_slice(&self.shape[axes.clone()]),
                steps: Axes::from_slice(&self.steps[axes]),
                indirect: false,
                itemsize: size,
                offset: base,
            };
            segment.self_overlap() != Overlap::No
        };
        if self.segments().any(overlaps) { Overlap::Yes } else { Overlap::Unknown }
    }
}
