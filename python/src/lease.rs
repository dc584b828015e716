//! Buffers that exporters lend.

use core::any::Any;
use core::ffi::{CStr, c_int};
use core::slice;
use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use std::sync::Arc;

/// A buffer that goes back to its exporter when it is dropped; until then
/// the exporter keeps the memory as it is.
///
/// In a box, because shape and strides may point into the buffer itself.
pub struct Lease(Box<ffi::Py_buffer>, #[allow(dead_code, reason = "kept")] Keeper);

/// Who has the memory of a buffer that is from no exporter.
type Keeper = Option<Arc<dyn Any + Send + Sync>>;

// SAFETY: what the buffer describes stays the same as long as it is lent, and
// it is given back by whoever has the interpreter's lock.
unsafe impl Send for Lease {}
// SAFETY: as above.
unsafe impl Sync for Lease {}

impl Lease {
    /// What an exporter answers to a request.
    pub fn new(exporter: &Bound<'_, PyAny>, request: c_int) -> PyResult<Lease> {
        // Not all zeros, for which the allocator has a slower way.
        let mut buffer = Box::new(ffi::Py_buffer { ndim: 1, ..ffi::Py_buffer::new() });
        // SAFETY: an object, and room for its buffer.
        if unsafe { ffi::PyObject_GetBuffer(exporter.as_ptr(), &mut *buffer, request) } < 0 {
            return Err(PyErr::fetch(exporter.py()));
        }
        Ok(Lease(buffer, None))
    }

    /// Gives the buffer back: a drop, for who has the interpreter's lock.
    pub fn give_back(mut self, _: Python<'_>) {
        // SAFETY: a buffer that was lent, which is none's from then on.
        unsafe { ffi::PyBuffer_Release(&mut *self.0) };
    }

    /// A buffer that goes back to nobody, of what a keeper keeps.
    pub fn kept(buffer: ffi::Py_buffer, keeper: Arc<dyn Any + Send + Sync>) -> Lease {
        let obj = core::ptr::null_mut();
        Lease(Box::new(ffi::Py_buffer { obj, ..buffer }), Some(keeper))
    }

    /// The buffer of an exporter, to read; none if the object has no buffers.
    pub fn to_read(exporter: &Bound<'_, PyAny>) -> PyResult<Option<Lease>> {
        match Lease::new(exporter, ffi::PyBUF_FULL_RO) {
            Ok(lease) => Ok(Some(lease)),
            Err(error) => has_none(exporter, error),
        }
    }

    /// The buffer of an exporter, to write if that lends one to write.
    pub fn to_write(exporter: &Bound<'_, PyAny>) -> PyResult<Option<Lease>> {
        match Lease::new(exporter, ffi::PyBUF_FULL) {
            Ok(lease) => Ok(Some(lease)),
            Err(_) => Lease::to_read(exporter),
        }
    }

    pub fn buffer(&self) -> &ffi::Py_buffer {
        &self.0
    }

    pub fn ndim(&self) -> usize {
        self.0.ndim as usize
    }

    pub fn shape(&self) -> Option<&[isize]> {
        self.axes(self.0.shape)
    }

    pub fn strides(&self) -> Option<&[isize]> {
        self.axes(self.0.strides)
    }

    pub fn suboffsets(&self) -> Option<&[isize]> {
        self.axes(self.0.suboffsets)
    }

    fn axes(&self, numbers: *const isize) -> Option<&[isize]> {
        if numbers.is_null() {
            return None;
        }
        // SAFETY: an exporter gives none or one per axis.
        Some(unsafe { slice::from_raw_parts(numbers, self.ndim()) })
    }

    /// The format, which is `B` where there is none.
    pub fn format(&self) -> &CStr {
        if self.0.format.is_null() {
            return c"B";
        }
        // SAFETY: a string that lives as long as the buffer.
        unsafe { CStr::from_ptr(self.0.format) }
    }

    /// The object that the buffer is of, which has a reference to it.
    pub fn exporter(&self) -> Option<&Py<PyAny>> {
        // SAFETY: the buffer has the reference as long as it is lent.
        unsafe { &*self.exporter_slot() }.as_ref()
    }

    /// Where that reference is, which does not change until the buffer goes
    /// back.
    pub fn exporter_slot(&self) -> *const Option<Py<PyAny>> {
        // A `Py` is a pointer that is not null.
        (&raw const self.0.obj).cast()
    }

    pub fn readonly(&self) -> bool {
        self.0.readonly != 0
    }
}

/// None for an object without buffers, else its own error.
fn has_none<T>(object: &Bound<'_, PyAny>, error: PyErr) -> PyResult<Option<T>> {
    // SAFETY: an object.
    let exports = unsafe { ffi::PyObject_CheckBuffer(object.as_ptr()) } != 0;
    if exports || !error.is_instance_of::<PyTypeError>(object.py()) { Err(error) } else { Ok(None) }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.0.obj.is_null() {
            return;
        }
        // SAFETY: a buffer that was lent, given back once.
        Python::attach(|_| unsafe { ffi::PyBuffer_Release(&mut *self.0) });
    }
}
