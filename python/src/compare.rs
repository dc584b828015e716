//! Equality.

use crate::errors::{raise, tuple};
use crate::operand::{Operand, Quoted};
use crate::threads::run;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use stridewise::{ElementType, Mode, raw};

/// A mode by its name.
fn mode(name: &str) -> PyResult<Mode> {
    Ok(match name {
        "values" => Mode::Values,
        "bits" => Mode::Bits,
        "nan-equal" => Mode::NanEqual,
        _ => {
            let text = format!("mode must be 'values', 'bits' or 'nan-equal', not '{name}'");
            return Err(PyValueError::new_err(text));
        }
    })
}

/// How items of both operands are compared.
fn element(a: &Operand, b: &Operand, mode: Mode) -> PyResult<ElementType> {
    let cannot = || {
        let (a, b) = (Quoted(a.format()), Quoted(b.format()));
        PyValueError::new_err(format!("cannot compare items of format {a} to items of format {b}"))
    };
    if mode == Mode::Bits {
        let itemsize = a.layout.itemsize();
        return if itemsize == b.layout.itemsize() {
            Ok(ElementType::bytes(itemsize))
        } else {
            Err(cannot())
        };
    }
    match (a.known_format(), b.known_format()) {
        (Some(one), Some(other)) if ElementType::from(&one) == ElementType::from(&other) => {
            Ok((&one).into())
        }
        _ => Err(cannot()),
    }
}

/// Whether two objects have the same shape and equal items.
///
/// By 'values', the `mode` to begin with, floats are equal as IEEE says: NaN
/// to nothing, `-0.0` to `0.0`. By 'bits' all items are equal that have the
/// same bytes. By 'nan-equal' a NaN is equal to a NaN.
///
/// Stops at the first difference that it meets.
///
/// Raises `ValueError` for formats that cannot be compared.
///
/// >>> import stridewise
/// >>> rows = memoryview(b'abcd').cast('B', (2, 2))
/// >>> stridewise.equal(rows, rows)
/// True
/// >>> stridewise.equal(rows, b'abcd')
/// False
#[pyfunction]
#[pyo3(signature = (a, b, /, mode="values"))]
pub fn equal(a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>, mode: &str) -> PyResult<bool> {
    let mode = self::mode(mode)?;
    let py = a.py();
    let (a, b) = (Operand::to_read(a)?, Operand::to_read(b)?);
    let element = element(&a, &b, mode)?;
    if a.layout.shape() != b.layout.shape() {
        return Ok(false);
    }
    run(py, a.nbytes(), || {
        let (shape, strides, other) = (a.layout.shape(), a.layout.strides(), b.layout.strides());
        // SAFETY: both exporters keep the items.
        unsafe { raw::equal(shape, element, a.start(), strides, b.start(), other, mode) }
    })?
    .map_err(raise)
}

/// The first index, in C order, at which two objects of one shape differ;
/// `None` if they are equal. See `equal` for the modes.
///
/// Raises `ValueError` if the shapes differ, or for formats that cannot be
/// compared.
///
/// >>> import stridewise
/// >>> a, b = (memoryview(x).cast('B', (2, 3)) for x in (b'abcdef', b'abcdeg'))
/// >>> stridewise.first_mismatch(a, b)
/// (1, 2)
#[pyfunction]
#[pyo3(signature = (a, b, /, mode="values"))]
pub fn first_mismatch<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    mode: &str,
) -> PyResult<Option<Bound<'py, PyTuple>>> {
    let mode = self::mode(mode)?;
    let py = a.py();
    let (a, b) = (Operand::to_read(a)?, Operand::to_read(b)?);
    let element = element(&a, &b, mode)?;
    if a.layout.shape() != b.layout.shape() {
        let (a, b) = (tuple(a.layout.shape()), tuple(b.layout.shape()));
        return Err(PyValueError::new_err(format!("cannot compare shape {a} to shape {b}")));
    }
    let found = run(py, a.nbytes(), || {
        let (shape, strides, other) = (a.layout.shape(), a.layout.strides(), b.layout.strides());
        // SAFETY: both exporters keep the items.
        unsafe { raw::first_mismatch(shape, element, a.start(), strides, b.start(), other, mode) }
    })?;
    found.map_err(raise)?.map(|index| PyTuple::new(py, index)).transpose()
}
