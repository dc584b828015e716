//! Functions over any exporters, by the definitions of the protocol.

use super::items::unpack;
use super::ndarray::NdArray;
use crate::copy::{order, packed_bytes};
use crate::lease::Lease;
use crate::memoryview::MemoryView;
use crate::operand::Operand;
use core::ffi::c_int;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyInt, PyList, PySlice, PyString, PyTuple};
use stridewise::Order;

/// Start, stop, step and length of a slice of so many items.
#[pyfunction]
#[pyo3(signature = (key, len, /))]
pub fn slice_indices(key: &Bound<'_, PyAny>, len: isize) -> PyResult<(isize, isize, isize, isize)> {
    if !key.is_instance_of::<PySlice>() {
        return Err(PyTypeError::new_err("first argument must be a slice object"));
    }
    let (mut start, mut stop, mut step) = (0, 0, 0);
    // SAFETY: a slice, and room for its numbers.
    if unsafe { ffi::PySlice_Unpack(key.as_ptr(), &mut start, &mut stop, &mut step) } < 0 {
        return Err(PyErr::fetch(key.py()));
    }
    // SAFETY: numbers alone.
    let count = unsafe { ffi::PySlice_AdjustIndices(len, &mut start, &mut stop, step) };
    Ok((start, stop, step, count))
}

/// Bytes of a pointer.
#[pyfunction]
pub fn get_sizeof_void_p() -> usize {
    size_of::<*const ()>()
}

/// The item at a list of indices, by `PyBuffer_GetPointer`.
#[pyfunction]
#[pyo3(signature = (obj, indices, /))]
pub fn get_pointer<'py>(
    obj: &Bound<'py, PyAny>,
    indices: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    if !indices.is_instance_of::<PyList>() && !indices.is_instance_of::<PyTuple>() {
        return Err(PyTypeError::new_err("arg must be a list or a tuple"));
    }
    let lease = Lease::new(obj, ffi::PyBUF_FULL_RO)?;
    let (shape, ndim) = (lease.shape().unwrap_or_default(), lease.ndim());
    if indices.len()? != ndim {
        return Err(PyValueError::new_err("get_pointer(): len(indices) != ndim"));
    }
    let mut index = Vec::with_capacity(ndim);
    for (position, (one, &extent)) in indices.try_iter()?.zip(shape).enumerate() {
        let one = one?.extract::<isize>()?;
        if !(0..extent).contains(&one) {
            let text = format!("get_pointer(): invalid index {one} at position {position}");
            return Err(PyValueError::new_err(text));
        }
        index.push(one);
    }
    // SAFETY: indices that are inside of a buffer that is lent.
    unsafe {
        let at = ffi::PyBuffer_GetPointer(lease.buffer(), index.as_ptr());
        unpack(obj.py(), lease.format(), at.cast(), lease.buffer().itemsize)
    }
}

/// The first character of an order.
fn letter(order: &Bound<'_, PyAny>) -> PyResult<u8> {
    let Ok(order) = order.cast::<PyString>() else {
        return Err(PyTypeError::new_err("order must be a string"));
    };
    let ascii = order.call_method1("encode", ("ascii",))?;
    Ok(ascii.cast::<PyBytes>()?.as_bytes().first().copied().unwrap_or(0))
}

/// The bytes of an exporter in an order, from what it answers to a request.
#[pyfunction]
#[pyo3(signature = (obj, order, request, /))]
pub fn py_buffer_to_contiguous<'py>(
    obj: &Bound<'py, PyAny>,
    order: &str,
    request: c_int,
) -> PyResult<Bound<'py, PyBytes>> {
    let order = self::order(order)?;
    packed_bytes(obj.py(), &Operand::of_buffer(Lease::new(obj, request)?)?, order)
}

/// A contiguous memoryview of an exporter: of its memory if that is so, else,
/// to read, of a copy.
#[pyfunction]
#[pyo3(signature = (obj, buffertype, order, /))]
pub fn get_contiguous(
    obj: &Bound<'_, PyAny>,
    buffertype: &Bound<'_, PyAny>,
    order: &Bound<'_, PyAny>,
) -> PyResult<MemoryView> {
    if !buffertype.is_instance_of::<PyInt>() {
        let text = "buffertype must be PyBUF_READ or PyBUF_WRITE";
        return Err(PyTypeError::new_err(text));
    }
    let access = buffertype.extract::<c_int>()?;
    let letter = letter(order)?;
    if access != ffi::PyBUF_READ && access != ffi::PyBUF_WRITE {
        return Err(PyValueError::new_err("invalid buffer type"));
    }
    let order = match letter {
        b'C' => Order::C,
        b'F' => Order::F,
        b'A' => Order::A,
        _ => return Err(PyValueError::new_err("invalid order, must be C, F or A")),
    };
    MemoryView::contiguous_in(obj, access == ffi::PyBUF_WRITE, order)
}

/// Whether an exporter's memory is contiguous in an order. An `ndarray` that
/// has not been told all of its structure is looked at as it is.
#[pyfunction]
#[pyo3(signature = (obj, order, /))]
pub fn is_contiguous(obj: &Bound<'_, PyAny>, order: &Bound<'_, PyAny>) -> PyResult<bool> {
    if let Ok(array) = obj.cast::<NdArray>() {
        return Ok(array.get().is_contiguous(letter(order)?));
    }
    let lease = Lease::new(obj, ffi::PyBUF_FULL_RO).map_err(|_| {
        PyTypeError::new_err("is_contiguous: object does not implement the buffer protocol")
    })?;
    let letter = letter(order)?;
    // SAFETY: a buffer that is lent.
    Ok(unsafe { ffi::PyBuffer_IsContiguous(lease.buffer(), letter as _) != 0 })
}

/// Whether two exporters have the same bytes in the same contiguous layout.
#[pyfunction]
#[pyo3(signature = (a, b, /))]
pub fn cmp_contig(a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> PyResult<bool> {
    let lease = |object, which| {
        Lease::new(object, ffi::PyBUF_FULL_RO).map_err(|_| {
            let text =
                format!("cmp_contig: {which} argument does not implement the buffer protocol");
            PyTypeError::new_err(text)
        })
    };
    let (a, b) = (lease(a, "first")?, lease(b, "second")?);
    // SAFETY: buffers that are lent.
    let both = |order: u8| unsafe {
        ffi::PyBuffer_IsContiguous(a.buffer(), order as _) != 0
            && ffi::PyBuffer_IsContiguous(b.buffer(), order as _) != 0
    };
    if !both(b'C') && !both(b'F') {
        return Ok(false);
    }
    let described = |lease: &Lease| {
        let ffi::Py_buffer { len, itemsize, ndim, .. } = *lease.buffer();
        (len, itemsize, ndim, lease.format().to_owned())
    };
    // The stride of a single item means nothing.
    let strides = |lease: &Lease| {
        let shape = lease.shape().unwrap_or_default().iter();
        let strides = lease.strides()?.iter().zip(shape);
        Some(
            strides
                .map(|(&stride, &extent)| if extent > 1 { stride } else { 0 })
                .collect::<Vec<_>>(),
        )
    };
    let same = described(&a) == described(&b)
        && a.shape() == b.shape()
        && strides(&a) == strides(&b)
        && a.suboffsets() == b.suboffsets();
    let bytes = |lease: &Lease| {
        let ffi::Py_buffer { buf, len, .. } = *lease.buffer();
        // SAFETY: contiguous memory that is lent.
        unsafe { crate::memory::bytes_at(buf.cast(), len as usize) }.to_vec()
    };
    Ok(same && bytes(&a) == bytes(&b))
}
