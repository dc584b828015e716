//! Sub-views: indices and slices along some axes.

use super::Region;
use core::ffi::c_int;
use pyo3::exceptions::{PyNotImplementedError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;

/// What is taken of an axis.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    All,
    /// One index, which is inside.
    At(isize),
    Slice {
        start: isize,
        step: isize,
        len: isize,
    },
}

/// A slice of an axis of this extent.
pub fn slice(slice: &Bound<'_, PyAny>, extent: isize) -> PyResult<Part> {
    let (mut start, mut stop, mut step) = (0, 0, 0);
    // SAFETY: a slice, and room for its numbers.
    let status: c_int =
        unsafe { ffi::PySlice_Unpack(slice.as_ptr(), &mut start, &mut stop, &mut step) };
    if status < 0 {
        return Err(PyErr::fetch(slice.py()));
    }
    // SAFETY: numbers alone.
    let len = unsafe { ffi::PySlice_AdjustIndices(extent, &mut start, &mut stop, step) };
    Ok(Part::Slice { start, step, len })
}

impl Region {
    /// Some of the items; axes for which there is no part are taken whole.
    ///
    /// # Safety
    /// The pointers of the region may be read.
    pub unsafe fn part(&self, parts: &[Part]) -> PyResult<Region> {
        let mut sub = Sub::at(self.start);
        let some = !self.shape.contains(&0);
        for axis in 0..self.ndim() {
            let (extent, stride) = (self.shape[axis], self.strides[axis]);
            let pointers = self.suboffsets.as_ref().map_or(-1, |all| all[axis]);
            match parts.get(axis).copied().unwrap_or(Part::All) {
                Part::All => sub.axis(extent, stride, pointers),
                Part::Slice { start, step, len } => {
                    // Where nothing begins means nothing.
                    if some && len > 0 {
                        sub.advance(start.wrapping_mul(stride))?;
                    }
                    sub.axis(len, stride.wrapping_mul(step), pointers);
                }
                Part::At(index) => {
                    if some {
                        sub.advance(index.wrapping_mul(stride))?;
                    }
                    if pointers >= 0 {
                        // SAFETY: the caller's.
                        unsafe { sub.follow(pointers, some)? };
                    }
                }
            }
        }
        let any = self.suboffsets.is_some() && !sub.shape.is_empty();
        Ok(Region {
            start: sub.start,
            itemsize: self.itemsize,
            format: self.format.clone(),
            shape: sub.shape.into(),
            strides: sub.strides.into(),
            suboffsets: any.then(|| sub.suboffsets.into()),
        })
    }

    /// Where an item is.
    ///
    /// # Safety
    /// The pointers of the region may be read, and each index is inside.
    pub unsafe fn item(&self, index: &[isize]) -> *mut u8 {
        let mut at = self.start;
        for (axis, &index) in index.iter().enumerate() {
            // SAFETY: the caller's.
            at = unsafe { self.step(axis, at.wrapping_offset(index * self.strides[axis])) };
        }
        at
    }

    /// Behind the pointer that is at a place of an axis, or the place itself.
    ///
    /// # Safety
    /// The pointer, if there is one, may be read.
    pub unsafe fn step(&self, axis: usize, at: *mut u8) -> *mut u8 {
        match self.suboffset(axis) {
            // SAFETY: the caller's.
            Some(suboffset) => unsafe { behind(at, suboffset) },
            None => at,
        }
    }
}

/// # Safety
/// A pointer may be read there.
unsafe fn behind(at: *mut u8, suboffset: isize) -> *mut u8 {
    // SAFETY: the caller's.
    unsafe { at.cast::<*mut u8>().read_unaligned() }.wrapping_offset(suboffset)
}

/// The axes of a sub-view, as far as they are known.
struct Sub {
    start: *mut u8,
    shape: Vec<isize>,
    strides: Vec<isize>,
    suboffsets: Vec<isize>,
}

impl Sub {
    fn at(start: *mut u8) -> Sub {
        Sub { start, shape: Vec::new(), strides: Vec::new(), suboffsets: Vec::new() }
    }

    fn axis(&mut self, extent: isize, stride: isize, suboffset: isize) {
        self.shape.push(extent);
        self.strides.push(stride);
        self.suboffsets.push(suboffset);
    }

    /// Moves the index 0 of what follows: behind the last pointer so far.
    fn advance(&mut self, bytes: isize) -> PyResult<()> {
        match self.suboffsets.iter_mut().rev().find(|one| **one >= 0) {
            None => self.start = self.start.wrapping_offset(bytes),
            Some(suboffset) => {
                *suboffset = suboffset.wrapping_add(bytes);
                if *suboffset < 0 {
                    let text = format!("the slice needs a suboffset of {suboffset}");
                    return Err(PyValueError::new_err(text));
                }
            }
        }
        Ok(())
    }

    /// Goes behind a pointer of an axis that is no longer there.
    ///
    /// # Safety
    /// If there are `some` items, the pointer may be read.
    unsafe fn follow(&mut self, suboffset: isize, some: bool) -> PyResult<()> {
        match self.suboffsets.last_mut() {
            None if some => {
                // SAFETY: the caller's.
                self.start = unsafe { behind(self.start, suboffset) };
            }
            None => {}
            Some(last) if *last < 0 => *last = suboffset,
            Some(_) => {
                let text = "an index behind pointers that leaves two of them in a row";
                return Err(PyNotImplementedError::new_err(text));
            }
        }
        Ok(())
    }
}
