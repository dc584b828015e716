//! Subscripts of the array: items, parts, and assignment to them.

use super::base::{Base, Keeper};
use super::flags;
use super::ndarray::NdArray;
use crate::lease::Lease;
use crate::memoryview::{Part, Region, slice};
use pyo3::exceptions::{PyIndexError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PySlice, PyTuple};
use std::sync::Arc;

impl NdArray {
    /// A consumer of some of the items of another array.
    fn part(slf: &Bound<'_, Self>, parts: &[Part]) -> PyResult<NdArray> {
        let lease = Arc::new(Lease::new(slf.as_any(), ffi::PyBUF_FULL_RO)?);
        // SAFETY: the array keeps its pointers.
        let region = unsafe { Region::of_buffer(lease.buffer()).part(parts)? };
        let readonly = lease.readonly();
        let kept = if readonly { 0 } else { flags::WRITABLE };
        let base = Base::of(region, Keeper::Lease(lease), -1, kept, readonly);
        Ok(NdArray::of(base, true, false))
    }
}

#[pymethods]
impl NdArray {
    fn __getitem__<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, base) = (slf.py(), slf.get().head());
        let region = base.region();
        let Some(&extent) = region.shape.first() else {
            if key.is_instance_of::<PyTuple>() && is_scalar_key(key) {
                // SAFETY: the one item.
                return unsafe { base.read(py, region.start) };
            }
            if is_scalar_key(key) {
                return Ok(slf.clone().into_any());
            }
            return Err(PyTypeError::new_err("invalid indexing of scalar"));
        };
        let parts = if is_index(key) {
            let index = index_of(key, extent)?;
            if region.ndim() == 1 {
                // SAFETY: an index that is inside.
                return unsafe { base.read(py, region.item(&[index])) };
            }
            vec![Part::At(index)]
        } else {
            // Refused before the slices are looked at.
            Lease::new(slf.as_any(), ffi::PyBUF_FULL_RO)?;
            slices(key, &region.shape)?
        };
        Ok(Bound::new(py, NdArray::part(slf, &parts)?)?.into_any())
    }

    fn __setitem__(
        slf: &Bound<'_, Self>,
        key: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let base = slf.get().head();
        if base.buffer.readonly != 0 {
            return Err(PyTypeError::new_err("ndarray is not writable"));
        }
        let region = base.region();
        let Some(&extent) = region.shape.first() else {
            if is_scalar_key(key) {
                return base.write(value, region.start);
            }
            return Err(PyTypeError::new_err("invalid indexing of scalar"));
        };
        if region.ndim() == 1 && is_index(key) {
            // SAFETY: an index that is inside.
            let at = unsafe { region.item(&[index_of(key, extent)?]) };
            return base.write(value, at);
        }
        let src = Lease::new(value, ffi::PyBUF_FULL_RO)?;
        let parts = match is_index(key) {
            true => vec![Part::At(index_of(key, extent)?)],
            false => slices(key, &region.shape)?,
        };
        // Held, as the consumer that the reference makes of it.
        let _held = Lease::new(slf.as_any(), ffi::PyBUF_FULL_RO)?;
        // SAFETY: the array keeps its pointers.
        let part = unsafe { region.part(&parts)? };
        let from = Region::of_buffer(src.buffer());
        let same = base.text() == src.format() && part.itemsize == from.itemsize;
        if !same || !same_shape(&part.shape, &from.shape) {
            let text = "ndarray assignment: lvalue and rvalue have different structures";
            return Err(PyValueError::new_err(text));
        }
        // SAFETY: items of the array, to be written, and of a buffer that is lent.
        unsafe { copy_rows(&part, part.start, &from, from.start, 0) };
        Ok(())
    }

    fn __delitem__(&self, _key: &Bound<'_, PyAny>) -> PyResult<()> {
        if self.head().buffer.readonly != 0 {
            return Err(PyTypeError::new_err("ndarray is not writable"));
        }
        Err(PyTypeError::new_err("ndarray data cannot be deleted"))
    }
}

fn index_of(key: &Bound<'_, PyAny>, extent: isize) -> PyResult<isize> {
    let index = key.extract::<isize>()?;
    let counted = if index < 0 { index + extent } else { index };
    if (0..extent).contains(&counted) {
        return Ok(counted);
    }
    Err(PyIndexError::new_err("index out of bounds"))
}

fn is_index(key: &Bound<'_, PyAny>) -> bool {
    // SAFETY: an object.
    unsafe { ffi::PyIndex_Check(key.as_ptr()) != 0 }
}

fn is_scalar_key(key: &Bound<'_, PyAny>) -> bool {
    key.is(key.py().Ellipsis().bind(key.py()))
        || key.cast::<PyTuple>().is_ok_and(|tuple| tuple.is_empty())
}

/// The slices of a subscript.
fn slices(key: &Bound<'_, PyAny>, shape: &[isize]) -> PyResult<Vec<Part>> {
    let keys: Vec<_> = match key.cast::<PyTuple>() {
        Ok(tuple) => tuple.iter().collect(),
        Err(_) => vec![key.clone()],
    };
    if keys.len() > shape.len() {
        let text = format!("{} slices for {} dimensions", keys.len(), shape.len());
        return Err(PyTypeError::new_err(text));
    }
    let each = keys.iter().zip(shape).map(|(key, &extent)| {
        if !key.is_instance_of::<PySlice>() {
            let class = key.get_type().name()?;
            return Err(PyTypeError::new_err(format!("cannot index memory using \"{class}\"")));
        }
        slice(key, extent)
    });
    each.collect()
}

/// Whether two shapes are the same up to the first extent of 0.
fn same_shape(a: &[isize], b: &[isize]) -> bool {
    let walked = |shape: &[isize]| {
        shape.iter().position(|&extent| extent == 0).map_or(shape.len(), |at| at + 1)
    };
    a.len() == b.len() && a[..walked(a)] == b[..walked(b)]
}

/// Copies row after row, each read whole before it is written: what the
/// reference promises of arrays that overlap.
///
/// # Safety
/// The items of the further axes may be written and read.
unsafe fn copy_rows(to: &Region, dst: *mut u8, from: &Region, src: *mut u8, axis: usize) {
    let (extent, size) = (to.shape[axis], to.itemsize as usize);
    // SAFETY: the caller's; an index that is inside.
    let at = |region: &Region, start: *mut u8, index: isize| unsafe {
        region.step(axis, start.wrapping_offset(index * region.strides[axis]))
    };
    if axis + 1 < to.ndim() {
        for index in 0..extent {
            // SAFETY: the caller's.
            unsafe { copy_rows(to, at(to, dst, index), from, at(from, src, index), axis + 1) };
        }
        return;
    }
    let mut row = Vec::with_capacity(extent as usize * size);
    for index in 0..extent {
        // SAFETY: the caller's.
        row.extend_from_slice(unsafe { crate::memory::bytes_at(at(from, src, index), size) });
    }
    for (index, item) in row.chunks_exact(size).enumerate() {
        // SAFETY: the caller's; memory of our own.
        unsafe { at(to, dst, index as isize).copy_from_nonoverlapping(item.as_ptr(), size) };
    }
}
