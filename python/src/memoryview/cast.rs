//! Casts: the same bytes as other items in another shape.

use super::{MemoryView, Region, packed};
use crate::format::{ItemFormat, Native};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyList, PyTuple};
use std::ffi::CString;
use stridewise::{MAX_NDIM, Order};

fn type_error<T>(text: &'static str) -> PyResult<T> {
    Err(PyTypeError::new_err(text))
}

fn value_error<T>(text: &'static str) -> PyResult<T> {
    Err(PyValueError::new_err(text))
}

/// Extents whose product does not overflow with the itemsize.
fn extents(shape: &Bound<'_, PyAny>, itemsize: isize) -> PyResult<Box<[isize]>> {
    let mut bytes = itemsize;
    let mut extents = Vec::new();
    for extent in shape.try_iter()? {
        let extent = extent?;
        if !extent.is_instance_of::<PyInt>() {
            return type_error("memoryview.cast(): elements of shape must be integers");
        }
        // SAFETY: an integer.
        let extent = match unsafe { ffi::PyLong_AsSsize_t(extent.as_ptr()) } {
            -1 => PyErr::take(extent.py()).map_or(Ok(-1), Err)?,
            extent => extent,
        };
        if extent <= 0 {
            return value_error("memoryview.cast(): elements of shape must be integers > 0");
        }
        let Some(product) = bytes.checked_mul(extent) else {
            return value_error("memoryview.cast(): product(shape) > SSIZE_MAX");
        };
        bytes = product;
        extents.push(extent);
    }
    Ok(extents.into())
}

#[pymethods]
impl MemoryView {
    /// The bytes of a C-contiguous view as items of another format, or in
    /// another shape.
    ///
    /// From or to bytes, from or to one dimension.
    #[pyo3(signature = (format, shape=None))]
    fn cast(&self, format: &str, shape: Option<&Bound<'_, PyAny>>) -> PyResult<MemoryView> {
        self.check()?;
        let ndim = match shape {
            None => 1,
            Some(shape) => {
                if !shape.is_instance_of::<PyList>() && !shape.is_instance_of::<PyTuple>() {
                    return type_error("shape must be a list or a tuple");
                }
                shape.len()?
            }
        };
        let region = &self.region;
        if !region.is_contiguous(Order::C) {
            return type_error("memoryview: casts are restricted to C-contiguous views");
        }
        if (shape.is_some() || region.ndim() != 1)
            && (region.shape.contains(&0) || region.strides.contains(&0))
        {
            return type_error("memoryview: cannot cast view with zeros in shape or strides");
        }
        if ndim > MAX_NDIM {
            return value_error("memoryview: number of dimensions must not exceed 64");
        }
        if region.ndim() != 1 && ndim != 1 {
            return type_error("memoryview: cast must be 1D -> ND or ND -> 1D");
        }
        let text = CString::new(format)?;
        let Some(native) = Native::of(text.to_bytes()) else {
            return value_error(
                "memoryview: destination format must be a native single character format \
                 prefixed with an optional '@'",
            );
        };
        if !native.is_byte() && !region.format.native().is_some_and(Native::is_byte) {
            return type_error("memoryview: cannot cast between two non-byte formats");
        }
        let (nbytes, itemsize) = (region.nbytes(), native.itemsize() as isize);
        let format = ItemFormat::new(&text, itemsize);
        if nbytes % itemsize != 0 {
            return type_error("memoryview: length is not a multiple of itemsize");
        }
        let shape = match shape {
            None => [nbytes / itemsize].into(),
            Some(shape) => extents(shape, itemsize)?,
        };
        if shape.iter().fold(itemsize, |bytes, extent| bytes * extent) != nbytes {
            return type_error("memoryview: product(shape) * itemsize != buffer size");
        }
        let strides = packed(&shape, itemsize);
        let start = region.start;
        let hold = self.hold.again()?;
        Ok(self.with(hold, Region { start, itemsize, format, shape, strides, suboffsets: None }))
    }
}
