//! Attributes, all of which a released view refuses.

use super::MemoryView;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use stridewise::Order;

fn tuple<'py>(py: Python<'py>, numbers: &[isize]) -> PyResult<Bound<'py, PyTuple>> {
    PyTuple::new(py, numbers)
}

#[pymethods]
impl MemoryView {
    /// The underlying object of the memoryview.
    #[getter]
    fn obj(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        self.check()?;
        Ok(self.hold.exporter(py))
    }

    /// The bytes of all items, as `tobytes()` would have.
    #[getter]
    fn nbytes(&self) -> PyResult<isize> {
        Ok(self.region()?.nbytes())
    }

    /// Whether the memory must not be written.
    #[getter]
    fn readonly(&self) -> PyResult<bool> {
        self.check()?;
        Ok(self.readonly)
    }

    /// Bytes of an item.
    #[getter]
    fn itemsize(&self) -> PyResult<isize> {
        Ok(self.region()?.itemsize)
    }

    /// What the items are, as the `struct` module writes it.
    #[getter]
    fn format(&self) -> PyResult<String> {
        Ok(self.region()?.format.text().to_string_lossy().into_owned())
    }

    /// The number of dimensions.
    #[getter]
    fn ndim(&self) -> PyResult<usize> {
        Ok(self.region()?.ndim())
    }

    /// The extent of each dimension.
    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        tuple(py, &self.region()?.shape)
    }

    /// The bytes from one index of each dimension to the next.
    #[getter]
    fn strides<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        tuple(py, &self.region()?.strides)
    }

    /// What is added behind the pointers of each dimension, -1 if it has
    /// none; empty if no dimension has.
    #[getter]
    fn suboffsets<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        tuple(py, self.region()?.suboffsets.as_deref().unwrap_or_default())
    }

    /// Whether the items are in C order without gaps.
    #[getter]
    fn c_contiguous(&self) -> PyResult<bool> {
        Ok(self.region()?.is_contiguous(Order::C))
    }

    /// Whether the items are in Fortran's order without gaps.
    #[getter]
    fn f_contiguous(&self) -> PyResult<bool> {
        Ok(self.region()?.is_contiguous(Order::F))
    }

    /// Whether the items are in C or in Fortran's order without gaps.
    #[getter]
    fn contiguous(&self) -> PyResult<bool> {
        let region = self.region()?;
        Ok(region.is_contiguous(Order::C) || region.is_contiguous(Order::F))
    }

    /// The same memory, only to read.
    fn toreadonly(&self) -> PyResult<MemoryView> {
        self.check()?;
        let hold = self.hold.again()?;
        Ok(MemoryView::new(hold, self.region.clone(), true, self.extended))
    }
}
