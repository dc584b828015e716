//! All items at once: lists, bytes, digits.

use super::{MemoryView, Region};
use crate::copy::packed_bytes;
use crate::operand::Operand;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple};
use stridewise::Order;

impl Region {
    /// The items of some axes and the further ones, as lists in lists.
    ///
    /// # Safety
    /// The items from `at` on may be read.
    unsafe fn list<'py>(
        &self,
        py: Python<'py>,
        axis: usize,
        at: *mut u8,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(&extent) = self.shape.get(axis) else {
            // SAFETY: the caller's.
            return unsafe { self.format.read(py, at, self.itemsize) };
        };
        let stride = self.strides[axis];
        let list = PyList::empty(py);
        for index in 0..extent {
            // SAFETY: the caller's; an index that is inside.
            let item = unsafe {
                let at = self.step(axis, at.wrapping_offset(index * stride));
                self.list(py, axis + 1, at)?
            };
            list.append(item)?;
        }
        Ok(list.into_any())
    }
}

#[pymethods]
impl MemoryView {
    /// All items, as lists in lists; the item itself if there are no axes.
    fn tolist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.check()?;
        self.region.format.check_items(self.extended)?;
        // As long as objects are made, the collector may run anything.
        self.lend()?;
        // SAFETY: all items of a view that cannot be released.
        let list = unsafe { self.region.list(py, 0, self.region.start) };
        self.give_back();
        list
    }

    /// All items as bytes, in 'C' order, 'F' order, or 'A': in the order in
    /// which they are.
    #[pyo3(signature = (order=Some("C")))]
    fn tobytes<'py>(slf: &Bound<'py, Self>, order: Option<&str>) -> PyResult<Bound<'py, PyBytes>> {
        slf.get().check()?;
        let order = match order {
            None | Some("C") => Order::C,
            Some("F") => Order::F,
            Some("A") => Order::A,
            Some(_) => return Err(PyValueError::new_err("order must be 'C', 'F' or 'A'")),
        };
        packed_bytes(slf.py(), &Operand::of_view(slf)?, order)
    }

    /// The digits of `tobytes()`; see `bytes.hex`.
    #[pyo3(signature = (*args, **kwargs))]
    fn hex<'py>(
        slf: &Bound<'py, Self>,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let bytes = MemoryView::tobytes(slf, None)?;
        bytes.call_method("hex", args, kwargs)
    }
}
