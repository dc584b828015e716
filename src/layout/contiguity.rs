//! Orders, gapless layouts, and the question whether a layout is one.

use super::Layout;
use crate::axes::Axes;
use core::cmp::Reverse;

/// The order in which items follow one another in memory.
///
/// ```
/// use stridewise::{Layout, Order};
///
/// let rows = Layout::contiguous(&[2, 3], 4, Order::C)?;
/// let columns = rows.transpose()?;
/// assert_eq!(columns.contiguous_like(Order::C).strides(), [8, 4]);
/// assert_eq!(columns.contiguous_like(Order::F).strides(), [4, 12]);
/// assert_eq!(columns.contiguous_like(Order::A).strides(), [4, 12]);
/// # Ok::<(), stridewise::LayoutError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// The last axis is innermost.
    #[default]
    C,
    /// The first axis is innermost.
    F,
    /// `F` for a source that is F-contiguous and not C-contiguous, else `C`.
    A,
    /// The axes as in the source: the shorter the stride, the further in.
    K,
}

/// Strides without gaps, given the axes from the innermost out.
///
/// They saturate where another extent is 0, and mean nothing there.
#[inline]
pub(super) fn pack(
    shape: &[usize],
    strides: &mut [isize],
    itemsize: usize,
    axes: impl Iterator<Item = usize>,
) {
    let mut stride = itemsize as isize;
    for axis in axes {
        strides[axis] = stride;
        stride = times(stride, shape[axis]);
    }
}

/// `stride * extent`, saturating: where it does, the result means nothing.
#[inline]
pub(super) fn times(stride: isize, extent: usize) -> isize {
    stride.saturating_mul(isize::try_from(extent).unwrap_or(isize::MAX))
}

/// Whether the loops, from the innermost out, leave no gap.
#[inline]
fn is_packed(itemsize: usize, loops: impl Iterator<Item = (usize, isize)>) -> bool {
    let mut expected = itemsize as isize;
    for (extent, stride) in loops {
        if stride != expected {
            return false;
        }
        // Past the last axis it may not fit; no axis is compared with it.
        expected = times(expected, extent);
    }
    true
}

impl Layout {
    /// Whether the items follow one another in this order without gaps.
    ///
    /// Unit axes are ignored, and a layout without items is contiguous in
    /// every order. `A` means `C` or `F`; `K` means in some order of the axes.
    /// An indirect layout is contiguous in none.
    ///
    /// ```
    /// use stridewise::{Layout, Order};
    ///
    /// let rows = Layout::contiguous(&[2, 3], 4, Order::C)?;
    /// assert!(rows.is_contiguous(Order::C) && !rows.is_contiguous(Order::F));
    /// assert!(rows.transpose()?.is_contiguous(Order::A));
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is_contiguous(&self, order: Order) -> bool {
        let c = || is_packed(self.itemsize, self.loops().rev());
        let f = || is_packed(self.itemsize, self.loops());
        if self.is_indirect() {
            return false;
        }
        self.is_empty()
            || match order {
                Order::C => c(),
                Order::F => f(),
                Order::A => c() || f(),
                Order::K => {
                    let order = self.outermost_first();
                    let at = |&axis: &usize| (self.shape[axis], self.steps[axis]);
                    is_packed(self.itemsize, order.iter().rev().map(at))
                }
            }
    }

    /// The gapless layout of the same items, from offset 0 on: where a
    /// contiguous copy of this layout puts them.
    ///
    /// See [`Order`] for what the orders mean. Under `K`, axes of equal
    /// strides stay in C order, reversed ones run forward, and those behind a
    /// pointer are inside those before it.
    ///
    /// ```
    /// use stridewise::{Layout, Order};
    ///
    /// let image = Layout::contiguous(&[480, 640, 3], 1, Order::C)?;
    /// let planes = image.permute(&[2, 0, 1])?;
    /// assert_eq!(planes.contiguous_like(Order::C).strides(), [307200, 640, 1]);
    /// assert_eq!(planes.contiguous_like(Order::K).strides(), planes.strides());
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    #[must_use]
    pub fn contiguous_like(&self, order: Order) -> Layout {
        let ndim = self.ndim();
        let mut strides = Axes::filled(ndim, 0);
        let mut fill = |axes: &mut dyn Iterator<Item = usize>| {
            pack(&self.shape, &mut strides, self.itemsize, axes);
        };
        match order {
            Order::C => fill(&mut (0..ndim).rev()),
            Order::F => fill(&mut (0..ndim)),
            Order::A if self.is_contiguous(Order::F) && !self.is_contiguous(Order::C) => {
                fill(&mut (0..ndim));
            }
            Order::A => fill(&mut (0..ndim).rev()),
            Order::K if self.is_empty() => fill(&mut (0..ndim).rev()),
            Order::K => {
                // Unit axes hold the place that C order gives them.
                fill(&mut (0..ndim).rev());
                fill(&mut self.outermost_first().iter().rev().copied());
            }
        }
        let (shape, steps) = (self.shape.clone(), strides);
        Layout { shape, steps, indirect: false, itemsize: self.itemsize, offset: 0 }
    }

    /// The axes that have a stride, the longest first, equal ones in C order;
    /// those behind fewer pointers before all others.
    pub(crate) fn outermost_first(&self) -> Axes<usize> {
        let mut order: Axes<usize> =
            (0..self.ndim()).filter(|&axis| self.shape[axis] > 1).collect();
        order.sort_unstable_by_key(|&axis| {
            (self.depth(axis), Reverse(self.steps[axis].unsigned_abs()), axis)
        });
        order
    }
}
