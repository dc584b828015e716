//! The same items under other axes: permuted, inserted, broadcast.

use super::{Layout, validate};
use crate::axes::Axes;
use crate::error::LayoutError;

impl Layout {
    /// The axes in another order: axis `k` of the result is axis `axes[k]`.
    ///
    /// # Errors
    ///
    /// [`LayoutError::NotAPermutation`] unless each axis is named once;
    /// [`LayoutError::PointerOrder`] if an axis would come before a pointer
    /// that leads to it, or the other way round.
    ///
    /// ```
    /// use stridewise::{Layout, Order};
    ///
    /// let image = Layout::contiguous(&[480, 640, 3], 1, Order::C)?;
    /// assert_eq!(image.permute(&[2, 0, 1])?.shape(), [3, 480, 640]);
    /// assert!(image.permute(&[2, 0, 0]).is_err());
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    pub fn permute(&self, axes: &[usize]) -> Result<Layout, LayoutError> {
        let ndim = self.ndim();
        let mut seen = 0u64; // one bit per axis: MAX_NDIM of them
        let mut fresh = |&axis: &usize| {
            let bit = if axis < ndim { 1 << axis } else { 0 };
            let fresh = bit & !seen != 0;
            seen |= bit;
            fresh
        };
        if axes.len() != ndim || !axes.iter().all(&mut fresh) {
            return Err(LayoutError::NotAPermutation { axes: axes.to_vec(), ndim });
        }
        // Pointers stay where they are: the axes of a segment only add up.
        let moves = |(at, &axis)| self.depth(at) != self.depth(axis);
        if self.is_indirect() && axes.iter().enumerate().any(moves) {
            let (axes, suboffsets) = (axes.to_vec(), self.suboffsets().to_vec());
            return Err(LayoutError::PointerOrder { axes, suboffsets });
        }
        let strides = axes.iter().map(|&axis| self.steps[axis]);
        Ok(Layout {
            shape: axes.iter().map(|&axis| self.shape[axis]).collect(),
            steps: strides.chain(self.suboffsets().iter().copied()).collect(),
            ..*self
        })
    }

    /// The axes in reverse order.
    ///
    /// # Errors
    ///
    /// [`LayoutError::PointerOrder`] if there are pointers between axes; a
    /// dense layout is always transposed.
    ///
    /// ```
    /// use stridewise::{Layout, Order};
    ///
    /// let layout = Layout::contiguous(&[2, 3], 4, Order::C)?.transpose()?;
    /// assert_eq!((layout.shape(), layout.strides()), (&[3, 2][..], &[4, 12][..]));
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    pub fn transpose(&self) -> Result<Layout, LayoutError> {
        if self.is_indirect() {
            let reverse: Axes<usize> = (0..self.ndim()).rev().collect();
            return self.permute(&reverse);
        }
        Ok(self.transposed())
    }

    /// [`transpose`](Layout::transpose) of a dense layout.
    pub(crate) fn transposed(&self) -> Layout {
        debug_assert!(!self.is_indirect());
        let mut layout = self.clone();
        layout.shape.reverse();
        layout.steps.reverse();
        layout
    }

    /// One more axis, of extent 1, at place `axis`; `axis == ndim` puts it last.
    ///
    /// Its inverse is `index(axis, 0)`.
    ///
    /// # Errors
    ///
    /// [`LayoutError::AxisOutside`] or [`LayoutError::RankTooLarge`].
    ///
    /// ```
    /// use stridewise::{Layout, Order};
    ///
    /// let layout = Layout::contiguous(&[2, 3], 4, Order::C)?;
    /// assert_eq!(layout.insert_axis(1)?.shape(), [2, 1, 3]);
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    pub fn insert_axis(&self, axis: usize) -> Result<Layout, LayoutError> {
        let ndim = self.ndim();
        if axis > ndim {
            return Err(LayoutError::AxisOutside { axis, ndim });
        }
        validate::rank(ndim + 1)?;
        let mut layout = self.clone();
        layout.shape.insert(axis, 1);
        layout.steps.insert(axis, self.itemsize as isize);
        layout.carry_suboffsets(self, axis..axis, 1);
        Ok(layout)
    }

    /// The items repeated to fill a larger shape, by NumPy's rules: axes are
    /// matched from the last on, and an axis of extent 1, or one that is
    /// missing, takes any extent by stride 0.
    ///
    /// # Errors
    ///
    /// [`LayoutError::CannotBroadcast`], or those of L1 and L2 for the new
    /// shape.
    ///
    /// ```
    /// use stridewise::{Layout, Order};
    ///
    /// let row = Layout::contiguous(&[3], 4, Order::C)?;
    /// let rows = row.broadcast_to(&[5, 3])?;
    /// assert_eq!(rows.strides(), [0, 4]);
    /// assert!(row.broadcast_to(&[3, 5]).is_err());
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    pub fn broadcast_to(&self, shape: &[usize]) -> Result<Layout, LayoutError> {
        validate::rank(shape.len())?;
        let refused =
            || LayoutError::CannotBroadcast { from: self.shape.to_vec(), to: shape.to_vec() };
        let new = shape.len().checked_sub(self.ndim()).ok_or_else(refused)?;
        let mut steps = Axes::filled(shape.len(), 0);
        for axis in 0..self.ndim() {
            let (extent, wanted) = (self.shape[axis], shape[new + axis]);
            if extent == wanted {
                steps[new + axis] = self.steps[axis];
            } else if extent != 1 {
                return Err(refused());
            }
        }
        validate::size(shape, self.itemsize)?;
        // Stride 0 reaches nowhere, so the span is as before.
        let mut layout = Layout { shape: Axes::from_slice(shape), steps, ..*self };
        layout.carry_suboffsets(self, 0..0, new);
        Ok(layout)
    }
}
