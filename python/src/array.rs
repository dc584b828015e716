//! Results: gapless items that export their memory.

use crate::dlpack;
use crate::export::Exported;
use crate::operand::Operand;
use core::ffi::{CStr, c_int};
use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::ffi::CString;
use stridewise::{Layout, Order};

/// Items without gaps: what `contiguous` gives.
///
/// Exports its memory by the buffer protocol and by DLPack.
#[pyclass(frozen, module = "stridewise", weakref)]
pub struct Array {
    keeper: Keeper,
    start: *mut u8,
    readonly: bool,
    nbytes: isize,
    itemsize: isize,
    format: CString,
    shape: Box<[isize]>,
    strides: Box<[isize]>,
    c_contiguous: bool,
    f_contiguous: bool,
}

/// Who has the memory.
enum Keeper {
    Owned(#[allow(dead_code, reason = "kept")] Vec<u8>),
    Lent(Box<Operand>),
}

// SAFETY: memory that the keeper keeps, like a slice.
unsafe impl Send for Array {}
// SAFETY: as above.
unsafe impl Sync for Array {}

impl Array {
    /// Bytes that hold all of a gapless layout.
    pub fn owned(mut bytes: Vec<u8>, layout: &Layout, format: &CStr) -> Array {
        let start = bytes.as_mut_ptr();
        Array::new(Keeper::Owned(bytes), start, false, layout, format)
    }

    /// The memory of another object, which is gapless.
    pub fn lent(operand: Operand) -> Array {
        let (layout, format) = (operand.layout.clone(), operand.format().to_owned());
        let (start, readonly) = (operand.start(), operand.readonly);
        Array::new(Keeper::Lent(operand.into()), start, readonly, &layout, &format)
    }

    fn new(
        keeper: Keeper,
        start: *mut u8,
        readonly: bool,
        layout: &Layout,
        format: &CStr,
    ) -> Array {
        Array {
            keeper,
            start,
            readonly,
            nbytes: layout.nbytes() as isize,
            itemsize: layout.itemsize() as isize,
            format: format.to_owned(),
            shape: layout.shape().iter().map(|&extent| extent as isize).collect(),
            strides: layout.strides().into(),
            c_contiguous: layout.is_contiguous(Order::C),
            f_contiguous: layout.is_contiguous(Order::F),
        }
    }

    fn exported(&self) -> Exported<'_> {
        Exported {
            start: self.start,
            nbytes: self.nbytes,
            itemsize: self.itemsize,
            readonly: self.readonly,
            format: &self.format,
            shape: &self.shape,
            strides: &self.strides,
            ndim: self.shape.len(),
            suboffsets: None,
            c_contiguous: self.c_contiguous,
            f_contiguous: self.f_contiguous,
            pointers: false,
        }
    }
}

#[pymethods]
impl Array {
    /// The extent of each axis.
    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.shape[..])
    }

    /// The bytes from one index of each axis to the next.
    #[getter]
    fn strides<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.strides[..])
    }

    /// The number of axes.
    #[getter]
    fn ndim(&self) -> usize {
        self.shape.len()
    }

    /// Bytes of an item.
    #[getter]
    fn itemsize(&self) -> isize {
        self.itemsize
    }

    /// Bytes of all items.
    #[getter]
    fn nbytes(&self) -> isize {
        self.nbytes
    }

    /// What the items are made of, as the `struct` module writes it.
    #[getter]
    fn format(&self) -> String {
        self.format.to_string_lossy().into_owned()
    }

    /// Whether nobody may write the memory.
    #[getter]
    fn readonly(&self) -> bool {
        self.readonly
    }

    /// The object whose memory this is; `None` if it is a copy.
    #[getter]
    fn obj(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        match &self.keeper {
            Keeper::Owned(_) => None,
            Keeper::Lent(operand) => operand.exporter().map(|exporter| exporter.clone_ref(py)),
        }
    }

    fn __len__(&self) -> PyResult<usize> {
        match self.shape.first() {
            Some(&extent) => Ok(extent as usize),
            None => Err(PyTypeError::new_err("an array without axes has no length")),
        }
    }

    fn __repr__(&self) -> String {
        let shape: Vec<_> = self.shape.iter().map(|&extent| extent as usize).collect();
        format!(
            "<stridewise.Array of shape {}, format '{}'>",
            crate::errors::tuple(&shape),
            self.format()
        )
    }

    // SAFETY: as the interpreter calls it.
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        buffer: *mut ffi::Py_buffer,
        request: c_int,
    ) -> PyResult<()> {
        // SAFETY: a consumer's buffer; the array lives as long as its owner.
        unsafe {
            slf.get().exported().answer("stridewise.Array", buffer, request)?;
            (*buffer).obj = slf.into_ptr();
        }
        Ok(())
    }

    /// The memory as a DLPack capsule.
    #[pyo3(signature = (*, stream=None, max_version=None, dl_device=None, copy=None))]
    fn __dlpack__<'py>(
        slf: Bound<'py, Self>,
        stream: Option<Bound<'py, PyAny>>,
        max_version: Option<(u32, u32)>,
        dl_device: Option<(i32, i32)>,
        copy: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        dlpack::check_asked(stream, dl_device, copy)?;
        let array = slf.get();
        let versioned = max_version.is_some_and(|(major, _)| major >= 1);
        dlpack::export(slf.as_any(), &array.exported(), versioned)
    }

    /// Where the memory is, as DLPack numbers it: in that of the CPU.
    fn __dlpack_device__(&self) -> (i32, i32) {
        dlpack::CPU
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match &self.keeper {
            Keeper::Owned(_) => Ok(()),
            Keeper::Lent(operand) => visit.call(operand.exporter()),
        }
    }
}
