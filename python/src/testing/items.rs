//! Items of any format, as objects.

use super::base::Base;
use crate::errors::raise;
use crate::format::{fitted, parsed};
use crate::memory::bytes_at;
use crate::memoryview::Region;
use crate::value;
use core::ffi::CStr;
use pyo3::exceptions::{PyNotImplementedError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyFloat, PyInt, PyList, PyTuple};
use stridewise::Format;

/// The exception of the `struct` module.
fn struct_error(py: Python<'_>, text: &str) -> PyErr {
    let class = py.import("struct").and_then(|module| module.getattr("error"));
    match class.and_then(|class| class.call1((text,))) {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

/// A format to make items of.
pub struct Maker {
    format: Format,
    /// Values of an item.
    values: usize,
}

impl Maker {
    pub fn new(py: Python<'_>, text: &CStr) -> PyResult<Maker> {
        let Some(format) = parsed(text) else {
            let text = text.to_string_lossy();
            return Err(struct_error(py, &format!("bad char in format '{text}'")));
        };
        let fields: usize = format.fields().map(|field| field.count()).sum();
        let several = format.fields().next().is_some();
        Ok(Maker { values: if several { fields } else { 1 }, format })
    }

    pub fn itemsize(&self) -> usize {
        self.format.itemsize()
    }

    /// Writes an item: one value, or a list or tuple of all of them.
    pub fn pack(&self, item: &Bound<'_, PyAny>, bytes: &mut [u8]) -> PyResult<()> {
        let py = item.py();
        let several = item.is_instance_of::<PyList>() || item.is_instance_of::<PyTuple>();
        let single = item.is_instance_of::<PyBytes>()
            || item.is_instance_of::<PyInt>()
            || item.is_instance_of::<PyFloat>();
        let fits = if several { item.len()? == self.values } else { single && self.values == 1 };
        // What a sub-array takes is a list by itself.
        let array = several && self.format.sub_array().is_some();
        if !(fits || array) {
            let text = "mismatch between initializer element and format string";
            return Err(PyValueError::new_err(text));
        }
        let only = several && !array && self.values == 1;
        let item = if only { &item.get_item(0)? } else { item };
        let value = value::from_python(item, &self.format)
            .map_err(|error| struct_error(py, &error.value(py).to_string()))?;
        self.format.pack(&value, bytes).map_err(|error| struct_error(py, &error.to_string()))
    }
}

/// The object that an item is.
///
/// # Safety
/// So many bytes may be read there.
pub unsafe fn unpack<'py>(
    py: Python<'py>,
    text: &CStr,
    at: *const u8,
    itemsize: isize,
) -> PyResult<Bound<'py, PyAny>> {
    let Some(format) = fitted(text, itemsize as usize) else {
        let text = format!("format {} is not understood", text.to_string_lossy());
        return Err(PyNotImplementedError::new_err(text));
    };
    // SAFETY: the caller's.
    let bytes = unsafe { bytes_at(at, itemsize as usize) };
    value::to_python(py, &format.unpack(bytes).map_err(raise)?)
}

impl Base {
    /// The format, which is that of bytes if it is not told.
    pub fn text(&self) -> &CStr {
        self.format().unwrap_or(c"B")
    }

    /// The item at a place.
    ///
    /// # Safety
    /// An item is there.
    pub unsafe fn read<'py>(&self, py: Python<'py>, at: *const u8) -> PyResult<Bound<'py, PyAny>> {
        // Without a format, bytes.
        let itemsize = if self.format().is_some() { self.buffer.itemsize } else { 1 };
        // SAFETY: the caller's.
        unsafe { unpack(py, self.text(), at, itemsize) }
    }

    /// Writes an item.
    pub fn write(&self, value: &Bound<'_, PyAny>, at: *mut u8) -> PyResult<()> {
        let maker = Maker::new(value.py(), self.text())?;
        let mut bytes = vec![0; maker.itemsize()];
        maker.pack(value, &mut bytes)?;
        // SAFETY: an item of the array, to be written, and fresh memory.
        unsafe { at.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        Ok(())
    }

    /// The items of an axis and the further ones, as lists in lists.
    ///
    /// # Safety
    /// The items of the further axes are there.
    pub unsafe fn list<'py>(
        &self,
        py: Python<'py>,
        region: &Region,
        axis: usize,
        at: *mut u8,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(&extent) = region.shape.get(axis) else {
            // SAFETY: the caller's.
            return unsafe { self.read(py, at) };
        };
        let list = PyList::empty(py);
        for index in 0..extent {
            // SAFETY: the caller's; an index that is inside.
            list.append(unsafe {
                let at = at.wrapping_offset(index * region.strides[axis]);
                self.list(py, region, axis + 1, region.step(axis, at))?
            })?;
        }
        Ok(list.into_any())
    }
}
