//! Equality by value, and hashes.

use super::MemoryView;
use crate::compare;
use crate::hash;
use crate::lease::Lease;
use crate::operand::Operand;
use crate::siphash;
use crate::small::{self, Parts};
use core::sync::atomic::Ordering::Relaxed;
use pyo3::basic::CompareOp;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyTuple};
use stridewise::Mode;

#[pymethods]
impl MemoryView {
    fn __richcmp__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        op: CompareOp,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let not_implemented = || Ok(py.NotImplemented().into_bound(py));
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return not_implemented();
        }
        let equal = match MemoryView::equal(slf, other)? {
            Some(equal) => equal,
            None => return not_implemented(),
        };
        Ok(PyBool::new(py, equal == matches!(op, CompareOp::Eq)).to_owned().into_any())
    }

    /// `hash(tobytes())` of a read-only view of bytes; of an extended view of
    /// any format, a hash that equal views have in common.
    fn __hash__(slf: &Bound<'_, Self>) -> PyResult<isize> {
        let view = slf.get();
        let known = view.hash.load(Relaxed);
        if known != -1 {
            return Ok(known);
        }
        view.check()?;
        if !view.readonly {
            return Err(PyValueError::new_err("cannot hash writable memoryview object"));
        }
        let bytes = view.region.format.native().is_some_and(|native| native.is_byte());
        if view.extended && !bytes {
            let hash = siphash::signed(hash::of_values(slf.py(), &Operand::of_view(slf)?)?);
            view.hash.store(hash, Relaxed);
            return Ok(hash);
        }
        if !bytes {
            let text = "memoryview: hashing is restricted to formats 'B', 'b' or 'c'";
            return Err(PyValueError::new_err(text));
        }
        // An exporter that cannot be hashed may be written by others.
        if let Some(exporter) = view.hold.exporter(slf.py()) {
            exporter.bind(slf.py()).hash()?;
            view.check()?;
        }
        let hash = siphash::of(slf.py(), &Operand::of_view(slf)?)?;
        view.hash.store(hash, Relaxed);
        Ok(hash)
    }

    /// The first index, in C order, at which `other` differs from this view;
    /// `None` if they are equal. See `stridewise.first_mismatch`.
    #[pyo3(signature = (other, /, mode="values"))]
    fn first_mismatch<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        mode: &str,
    ) -> PyResult<Option<Bound<'py, PyTuple>>> {
        compare::first_mismatch(slf.as_any(), other, mode)
    }
}

impl MemoryView {
    /// None if the other object has no buffers.
    fn equal(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Option<bool>> {
        let (py, view) = (slf.py(), slf.get());
        let same = || Ok(Some(slf.as_any().is(other)));
        if view.is_released() {
            return same();
        }
        // Of natives, whatever `extended` is.
        let brief = |theirs: Option<Parts<'_>>| match (Parts::of_view(view), theirs) {
            (Some(a), Some(b)) if view.region.format.native().is_some() => {
                small::equal_parts(&a, &b, Mode::Values)
            }
            _ => Ok(None),
        };
        let (theirs, extended) = match other.cast_exact::<MemoryView>() {
            Ok(other) if other.get().is_released() => return same(),
            Ok(other) => {
                if let Some(same) = brief(Parts::of_view(other.get()))? {
                    return Ok(Some(same));
                }
                (Operand::of_view(other)?, other.get().extended)
            }
            Err(_) => match Lease::new(other, pyo3::ffi::PyBUF_FULL_RO) {
                Ok(lease) => {
                    if let Some(same) = brief(Parts::of_lease(&lease))? {
                        return Ok(Some(same));
                    }
                    (Operand::of_buffer(lease)?, false)
                }
                Err(_) => return Ok(None),
            },
        };
        let ours = Operand::of_view(slf)?;
        if !same_shape(ours.layout.shape(), theirs.layout.shape()) {
            return Ok(Some(false));
        }
        if ours.layout.is_empty() {
            return Ok(Some(true));
        }
        let understood = view.extended || extended || (ours.is_struct() && theirs.is_struct());
        match (understood, ours.known_format(), theirs.known_format()) {
            (true, Some(a), Some(b)) => {
                compare::values(py, &ours, &a, &theirs, &b, Mode::Values).map(Some)
            }
            _ => Ok(Some(false)),
        }
    }
}

/// Whether two shapes are the same, up to the first extent of 0.
fn same_shape(a: &[usize], b: &[usize]) -> bool {
    let walked = |shape: &[usize]| {
        shape.iter().position(|&extent| extent == 0).map_or(shape.len(), |at| at + 1)
    };
    a.len() == b.len() && a[..walked(a)] == b[..walked(b)]
}
