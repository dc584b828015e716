//! Other shapes for the same items in the same C order, without a copy.
//!
//! A run of axes can become any other run of equal size if one stride walks
//! it, and only then. So a reshape first merges the axes into the longest
//! such runs, and then cuts the new axes off the runs, from the last one on.

use super::contiguity::{pack, times};
use super::{Layout, validate};
use crate::axes::Axes;
use crate::error::LayoutError;
use core::ops::Range;

/// One stride that walks an axis, or several that merge.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    extent: usize,
    stride: isize,
}

impl Run {
    /// Adds a loop outside, if it continues the run.
    fn grow(&mut self, extent: usize, stride: isize) -> bool {
        if self.extent == 1 {
            *self = Run { extent, stride };
        } else if self.stride.checked_mul(self.extent as isize) == Some(stride) {
            self.extent *= extent;
        } else {
            return false;
        }
        true
    }

    /// Takes an axis off the inside, if one fits, and returns its stride.
    fn cut(&mut self, extent: usize) -> Option<isize> {
        if extent == 0 || !self.extent.is_multiple_of(extent) {
            return None;
        }
        let stride = self.stride;
        *self = Run { extent: self.extent / extent, stride: times(stride, extent) };
        Some(stride)
    }
}

/// The product, unless it overflows; 0 if there is a 0, whatever the others.
fn product(extents: &[usize]) -> Option<usize> {
    if extents.contains(&0) {
        return Some(0);
    }
    extents.iter().try_fold(1usize, |product, &extent| product.checked_mul(extent))
}

impl Layout {
    /// Replaces one axis by several that count through it in C order.
    ///
    /// # Errors
    ///
    /// [`LayoutError::AxisOutside`]; [`LayoutError::CannotSplit`] unless the
    /// extents multiply to that of the axis; [`LayoutError::RankTooLarge`];
    /// [`LayoutError::PointerNeeded`] if none are to replace an axis that ends
    /// in pointers.
    ///
    /// ```
    /// use stridewise::Layout;
    ///
    /// let down = Layout::new(&[6], &[-4], 4, 20)?;
    /// assert_eq!(down.split(0, &[2, 3])?.strides(), [-12, -4]);
    /// assert!(down.split(0, &[2, 2]).is_err());
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    pub fn split(&self, axis: usize, into: &[usize]) -> Result<Layout, LayoutError> {
        self.check_axis(axis)?;
        let extent = self.shape[axis];
        validate::rank((self.ndim() - 1).saturating_add(into.len()))?;
        if product(into) != Some(extent) {
            return Err(LayoutError::CannotSplit { axis, extent, into: into.to_vec() });
        }
        if let (true, Some(suboffset)) = (into.is_empty(), self.suboffset(axis)) {
            return Err(LayoutError::PointerNeeded { axis, suboffset });
        }
        let mut strides: Axes<isize> = Axes::filled(into.len(), 0);
        let mut stride = self.steps[axis];
        for (place, &extent) in strides.iter_mut().zip(into).rev() {
            *place = stride;
            stride = times(stride, extent);
        }
        Ok(self.with_axes(axis..axis + 1, into, &strides))
    }

    /// Splits each item into parts of `size` bytes, along one more axis, the
    /// last.
    ///
    /// So byte order is a matter of layout: parts of one byte, backwards, are
    /// the item in the other byte order, and are copied with the shuffle that
    /// turns them.
    ///
    /// # Errors
    ///
    /// [`LayoutError::CannotSplitItem`] unless `size` divides the item's;
    /// [`LayoutError::RankTooLarge`].
    ///
    /// ```
    /// use stridewise::{AnyView, AnyViewMut, ElementType, Layout, Order, copy};
    ///
    /// // Big-endian in Fortran order to the native order in C order.
    /// let big = [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6];
    /// let from = Layout::contiguous(&[2, 3], 2, Order::F)?.split_item(1)?;
    /// let from = if cfg!(target_endian = "little") { from.reverse(2)? } else { from };
    /// let to = Layout::contiguous(&[2, 3], 2, Order::C)?.split_item(1)?;
    ///
    /// let mut native = [0; 12];
    /// let byte = ElementType::bytes(1);
    /// copy(&mut AnyViewMut::new(&mut native, byte, to)?, &AnyView::new(&big, byte, from)?)?;
    /// let items: Vec<_> = native.chunks(2).map(|two| u16::from_ne_bytes([two[0], two[1]])).collect();
    /// assert_eq!(items, [1, 3, 5, 2, 4, 6]);
    /// # Ok::<(), stridewise::Error>(())
    /// ```
    pub fn split_item(&self, size: usize) -> Result<Layout, LayoutError> {
        let itemsize = self.itemsize;
        if size == 0 || !itemsize.is_multiple_of(size) {
            return Err(LayoutError::CannotSplitItem { itemsize, size });
        }
        validate::rank(self.ndim() + 1)?;
        let ndim = self.ndim();
        // An item's bytes fit `isize`, as the layout's do.
        let layout = self.with_axes(ndim..ndim, &[itemsize / size], &[size as isize]);
        Ok(Layout { itemsize: size, ..layout })
    }

    /// Replaces neighbouring axes by one that counts through them in C order.
    ///
    /// A range of none inserts an axis of extent 1.
    ///
    /// # Errors
    ///
    /// [`LayoutError::AxesOutside`]; [`LayoutError::CannotMerge`] unless one
    /// stride walks them all, without pointers in between; [`LayoutError::ExtentOverflow`], which only a
    /// layout without items can cause; [`LayoutError::RankTooLarge`].
    ///
    /// ```
    /// use stridewise::{Layout, Order};
    ///
    /// let image = Layout::contiguous(&[480, 640, 3], 1, Order::C)?;
    /// assert_eq!(image.merge(0..2)?.strides(), [3, 1]);
    /// assert!(image.transpose()?.merge(0..2).is_err());
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    pub fn merge(&self, axes: Range<usize>) -> Result<Layout, LayoutError> {
        let (ndim, Range { start, end }) = (self.ndim(), axes.clone());
        if start > end || end > ndim {
            return Err(LayoutError::AxesOutside { start, end, ndim });
        }
        validate::rank(ndim - (end - start) + 1)?;
        let (shape, strides) = (&self.shape[axes.clone()], &self.steps[axes.clone()]);
        let Some(extent) = product(shape) else {
            let shape = shape.to_vec();
            return Err(LayoutError::ExtentOverflow { shape, itemsize: self.itemsize });
        };
        let last = strides.last().copied().unwrap_or(self.itemsize as isize);
        let mut run = Run { extent: 1, stride: last };
        let refused =
            || LayoutError::CannotMerge { shape: shape.to_vec(), strides: strides.to_vec() };
        if !self.is_empty() {
            if self.has_pointers(start..end.saturating_sub(1)) {
                return Err(refused());
            }
            for (&extent, &stride) in shape.iter().zip(strides).rev() {
                if extent > 1 && !run.grow(extent, stride) {
                    return Err(refused());
                }
            }
        }
        Ok(self.with_axes(axes, &[extent], &[run.stride]))
    }

    /// Another shape for the same items in the same C order.
    ///
    /// For Fortran's order, transpose before and after. Axes that end in
    /// pointers, and those before them, stay as they are.
    ///
    /// # Errors
    ///
    /// [`LayoutError::SizeMismatch`] unless the shapes hold equally many
    /// items; [`LayoutError::CannotReshape`] if items would have to move; or
    /// those of L1 and L2 for the new shape.
    ///
    /// ```
    /// use stridewise::{Layout, Order};
    ///
    /// let layout = Layout::contiguous(&[4, 6], 1, Order::C)?;
    /// assert_eq!(layout.reshape(&[2, 3, 4])?.strides(), [12, 4, 1]);
    /// assert!(layout.transpose()?.reshape(&[24]).is_err());
    /// # Ok::<(), stridewise::LayoutError>(())
    /// ```
    pub fn reshape(&self, shape: &[usize]) -> Result<Layout, LayoutError> {
        validate::rank(shape.len())?;
        validate::size(shape, self.itemsize)?;
        if product(shape) != Some(self.len()) {
            let (from, to) = (self.shape.to_vec(), shape.to_vec());
            return Err(LayoutError::SizeMismatch { from, to });
        }
        let mut strides: Axes<isize> = Axes::filled(shape.len(), 0);
        if self.is_empty() {
            pack(shape, &mut strides, self.itemsize, (0..shape.len()).rev());
            return Ok(Layout {
                shape: Axes::from_slice(shape),
                steps: strides,
                indirect: false,
                ..*self
            });
        }
        let refused = || LayoutError::CannotReshape {
            shape: self.shape.to_vec(),
            strides: self.strides().to_vec(),
            to: shape.to_vec(),
        };
        if self.is_indirect() {
            let first = self.tables();
            let core = match shape.split_at_checked(first) {
                Some((kept, new)) if *kept == self.shape[..first] => self.core(first).reshape(new),
                _ => return Err(refused()),
            };
            let core = core.map_err(|_| refused())?;
            return Ok(self.with_axes(first..self.ndim(), &core.shape, &core.steps));
        }
        let mut runs = self.runs();
        let mut run = runs.next().unwrap_or(Run { extent: 1, stride: self.itemsize as isize });
        for (axis, &extent) in shape.iter().enumerate().rev() {
            if run.extent == 1 && extent > 1 {
                // Equal sizes: while an axis is left, so is a run.
                run = runs.next().unwrap_or(run);
            }
            strides[axis] = run.cut(extent).ok_or_else(refused)?;
        }
        Ok(self.with_axes(0..self.ndim(), shape, &strides))
    }

    /// The axes merged as far as they go, from the last one on.
    fn runs(&self) -> impl Iterator<Item = Run> + '_ {
        let mut loops = self.loops().rev().peekable();
        core::iter::from_fn(move || {
            let (extent, stride) = loops.next()?;
            let mut run = Run { extent, stride };
            while loops.next_if(|&(extent, stride)| run.grow(extent, stride)).is_some() {}
            Some(run)
        })
    }

    /// This layout with some axes replaced by others; if the last of some ends
    /// in pointers, the last of the others does.
    fn with_axes(&self, axes: Range<usize>, shape: &[usize], strides: &[isize]) -> Layout {
        let chain = |old: &[usize]| -> Axes<usize> {
            let (head, tail) = (&old[..axes.start], &old[axes.end..]);
            head.iter().chain(shape).chain(tail).copied().collect()
        };
        let (head, tail) = (&self.strides()[..axes.start], &self.strides()[axes.end..]);
        let steps = head.iter().chain(strides).chain(tail).copied().collect();
        let mut layout = Layout { shape: chain(&self.shape), steps, ..*self };
        layout.carry_suboffsets(self, axes, shape.len());
        layout
    }
}
