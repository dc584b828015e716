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

/// Suboffsets of a layout, or none: six of them need no heap.
pub(super) type Suboffsets = Axes<isize, 6>;

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

/// Nothing if no axis has a suboffset, else one number per axis: -1 for none.
fn canonical(suboffsets: &[isize]) -> Suboffsets {
    if suboffsets.iter().all(|&suboffset| suboffset < 0) {
        return Suboffsets::new();
    }
    suboffsets.iter().map(|&suboffset| suboffset.max(-1)).collect()
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
        let layout = Layout {
            shape: Axes::from_slice(shape),
            strides: Axes::from_slice(strides),
            suboffsets: canonical(suboffsets),
            itemsize,
            offset,
        };
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
        &self.suboffsets
    }

    /// Whether some axis ends in pointers. See [`indirect`](Layout::indirect)
    /// for an example.
    #[inline]
    #[must_use]
    pub fn is_indirect(&self) -> bool {
        !self.suboffsets.is_empty()
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
        self.suboffsets.get(axis).copied().filter(|&suboffset| suboffset >= 0)
    }

    /// The last axis before `axis` that ends in pointers.
    #[inline]
    pub(super) fn pointer_before(&self, axis: usize) -> Option<usize> {
        let suboffsets = self.suboffsets.get(..axis).unwrap_or(&[]);
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

    /// How many pointers lead to an axis.
    #[inline]
    pub(super) fn depth(&self, axis: usize) -> usize {
        let suboffsets = self.suboffsets.get(..axis).unwrap_or(&[]);
        suboffsets.iter().filter(|&&suboffset| suboffset >= 0).count()
    }

    /// The axes from `first` on, behind all pointers, from their first item.
    pub(crate) fn core(&self, first: usize) -> Layout {
        debug_assert!(first >= self.tables());
        Layout {
            shape: Axes::from_slice(&self.shape[first..]),
            strides: Axes::from_slice(&self.strides[first..]),
            suboffsets: Suboffsets::new(),
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
        layout.shape.remove(0);
        layout.strides.remove(0);
        layout.offset = layout.suboffsets.remove(0);
        layout.suboffsets = canonical(&layout.suboffsets);
        Ok((slot, layout))
    }

    /// Takes out the suboffset of an axis that goes. An axis before it, of the
    /// same segment, ends in its pointers then; without one, only they can
    /// tell what is behind them.
    pub(super) fn remove_suboffset(&mut self, axis: usize) -> Result<(), LayoutError> {
        if !self.is_indirect() {
            return Ok(());
        }
        let suboffset = self.suboffsets.remove(axis);
        if suboffset >= 0 {
            match axis.checked_sub(1) {
                Some(before) if self.suboffsets[before] < 0 => self.suboffsets[before] = suboffset,
                _ if self.is_empty() => self.suboffsets = canonical(&self.suboffsets),
                _ => return Err(LayoutError::PointerNeeded { axis, suboffset }),
            }
        }
        Ok(())
    }

    /// Puts other axes in the place of some, of which only the last may end
    /// in pointers, as the last of the new ones then does.
    pub(super) fn replace_suboffsets(&mut self, axes: Range<usize>, count: usize) {
        if self.is_indirect() {
            let (head, tail) = (&self.suboffsets[..axes.start], &self.suboffsets[axes.end..]);
            let last = self.suboffset(axes.end.wrapping_sub(1)).filter(|_| !axes.is_empty());
            let mut new = Suboffsets::filled(count, -1);
            if let (Some(place), Some(suboffset)) = (new.last_mut(), last) {
                *place = suboffset;
            }
            let all: Suboffsets = head.iter().chain(&new).chain(tail).copied().collect();
            self.suboffsets = canonical(&all);
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
                strides: Axes::from_slice(&self.strides[axes]),
                suboffsets: Suboffsets::new(),
                itemsize: size,
                offset: base,
            };
            segment.self_overlap() != Overlap::No
        };
        if self.segments().any(overlaps) { Overlap::Yes } else { Overlap::Unknown }
    }
}
