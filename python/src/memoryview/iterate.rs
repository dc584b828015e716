//! Iteration over the first axis.

use super::MemoryView;
use core::sync::atomic::{AtomicIsize, Ordering::Relaxed};
use pyo3::exceptions::{PyNotImplementedError, PyTypeError, PyValueError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

/// An iterator over the items, or the sub-views, of a view.
#[pyclass(frozen, module = "stridewise", name = "_MemoryItems")]
pub struct Items {
    view: Py<MemoryView>,
    next: AtomicIsize,
    len: isize,
}

#[pymethods]
impl Items {
    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let index = self.next.load(Relaxed);
        if index >= self.len {
            return Ok(None);
        }
        self.next.store(index + 1, Relaxed);
        MemoryView::along(self.view.bind(py), index).map(Some)
    }

    fn __length_hint__(&self) -> isize {
        self.len - self.next.load(Relaxed)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.view)
    }
}

#[pymethods]
impl MemoryView {
    fn __iter__(slf: Bound<'_, Self>) -> PyResult<Items> {
        let view = slf.get();
        let Some(&len) = view.region.shape.first() else {
            return Err(PyTypeError::new_err("invalid indexing of 0-dim memory"));
        };
        if view.region.ndim() > 1 && !view.extended {
            let text = "multi-dimensional sub-views are not implemented";
            return Err(PyNotImplementedError::new_err(text));
        }
        view.region.format.check_items(view.extended)?;
        Ok(Items { view: slf.unbind(), next: AtomicIsize::new(0), len })
    }

    /// How many items along the first axis are equal to a value.
    #[pyo3(signature = (value, /))]
    fn count(slf: Bound<'_, Self>, value: &Bound<'_, PyAny>) -> PyResult<usize> {
        let mut count = 0;
        for item in slf.as_any().try_iter()? {
            let item = item?;
            if item.is(value) || item.eq(value)? {
                count += 1;
            }
        }
        Ok(count)
    }

    /// The first index along the first axis, from `start` and below `stop`,
    /// of an item that is equal to a value; `ValueError` if there is none.
    #[pyo3(signature = (value, start=0, stop=isize::MAX, /))]
    fn index(
        slf: &Bound<'_, Self>,
        value: &Bound<'_, PyAny>,
        start: isize,
        stop: isize,
    ) -> PyResult<isize> {
        let view = slf.get();
        view.check()?;
        let len = match view.region.shape.first() {
            None => return Err(PyTypeError::new_err("invalid lookup on 0-dim memory")),
            Some(_) if view.region.ndim() > 1 && !view.extended => {
                let text = "multi-dimensional lookup is not implemented";
                return Err(PyNotImplementedError::new_err(text));
            }
            Some(&len) => len,
        };
        view.region.format.check_items(view.extended)?;
        let counted = |index: isize| if index < 0 { (index + len).max(0) } else { index.min(len) };
        for index in counted(start)..counted(stop) {
            let item = MemoryView::along(slf, index)?;
            if item.is(value) || item.eq(value)? {
                return Ok(index);
            }
        }
        Err(PyValueError::new_err("memoryview.index(x): x not found"))
    }
}
