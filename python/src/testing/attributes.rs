//! Attributes of the array that is exported now.

use super::base::{Base, Keeper};
use super::ndarray::NdArray;
use core::ffi::c_int;
use core::slice;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

#[pymethods]
impl NdArray {
    /// How the array was made, and what can be seen of it.
    #[getter]
    fn flags(&self) -> i32 {
        self.head().flags
    }

    /// Bytes from the first item that was given to the one at index 0.
    #[getter]
    fn offset(&self) -> isize {
        self.head().offset
    }

    /// The exporter whose memory this is.
    #[getter]
    pub fn obj(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        match &self.head().keeper {
            Keeper::Memory(_) => None,
            Keeper::Lease(lease) => lease.exporter().map(|exporter| exporter.clone_ref(py)),
        }
    }

    /// Bytes of all items.
    #[getter]
    fn nbytes(&self) -> isize {
        self.head().buffer.len
    }

    /// Whether the items must not be written.
    #[getter]
    fn readonly(&self) -> bool {
        self.head().buffer.readonly != 0
    }

    /// Bytes of an item.
    #[getter]
    fn itemsize(&self) -> isize {
        self.head().buffer.itemsize
    }

    /// What the items are; empty if the array has not been told.
    #[getter]
    fn format(&self) -> String {
        let base = self.head();
        base.format().map_or(String::new(), |format| format.to_string_lossy().into_owned())
    }

    /// The number of dimensions.
    #[getter]
    fn ndim(&self) -> c_int {
        self.head().buffer.ndim
    }

    /// The extents; empty if the array has not been told.
    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        axes(py, |buffer| buffer.shape, &self.head())
    }

    /// The strides; empty if the array has not been told.
    #[getter]
    fn strides<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        axes(py, |buffer| buffer.strides, &self.head())
    }

    /// The suboffsets; empty if there are none.
    #[getter]
    fn suboffsets<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        axes(py, |buffer| buffer.suboffsets, &self.head())
    }

    /// Whether the items are in C order without gaps.
    #[getter]
    fn c_contiguous(&self) -> bool {
        self.head().is_contiguous(b'C')
    }

    /// Whether the items are in Fortran's order without gaps.
    #[getter]
    fn f_contiguous(&self) -> bool {
        self.head().is_contiguous(b'F')
    }

    /// Whether the items are in either order without gaps.
    #[getter]
    fn contiguous(&self) -> bool {
        self.head().is_contiguous(b'A')
    }
}

fn axes<'py>(
    py: Python<'py>,
    of: impl Fn(&ffi::Py_buffer) -> *mut isize,
    base: &Base,
) -> PyResult<Bound<'py, PyTuple>> {
    let numbers = of(&base.buffer);
    if numbers.is_null() {
        return Ok(PyTuple::empty(py));
    }
    // SAFETY: one number per axis.
    PyTuple::new(py, unsafe { slice::from_raw_parts(numbers, base.buffer.ndim as usize) })
}
