//! Equality.

use crate::errors::{raise, tuple};
use crate::operand::{Loan, Operand, Quoted, is_number};
use crate::small;
use crate::threads::run;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use stridewise::{
    ElementType, Format, Mode, equal_values, equal_with, first_mismatch_with, first_value_mismatch,
};

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

#[cold]
fn cannot(a: &Operand, b: &Operand) -> PyErr {
    let (a, b) = (Quoted(a.format()), Quoted(b.format()));
    PyValueError::new_err(format!("cannot compare items of format {a} to items of format {b}"))
}

/// How items are compared.
enum By {
    /// Those of one type, which needs no plan.
    Element(ElementType),
    Formats(Format, Format),
}

fn by(a: &Operand, b: &Operand, mode: Mode) -> PyResult<By> {
    let itemsize = a.layout.itemsize();
    if mode == Mode::Bits {
        // Whatever they are.
        let alike = itemsize == b.layout.itemsize();
        return if alike {
            Ok(By::Element(ElementType::bytes(itemsize)))
        } else {
            Err(cannot(a, b))
        };
    }
    let (Some(one), Some(other)) = (a.known_format(), b.known_format()) else {
        return Err(cannot(a, b));
    };
    let element = ElementType::from(&one);
    if one == other && is_number(&one) {
        return Ok(By::Element(element));
    }
    Ok(By::Formats(one, other))
}

/// Whether the items of two operands of one shape have equal values.
pub fn values(
    py: Python<'_>,
    a: &Operand,
    a_format: &Format,
    b: &Operand,
    b_format: &Format,
    mode: Mode,
) -> PyResult<bool> {
    let elements = (ElementType::from(a_format), ElementType::from(b_format));
    run(py, a.nbytes().max(b.nbytes()), || {
        let (a, b) = (a.view(elements.0)?, b.view(elements.1)?);
        equal_values(&a, a_format, &b, b_format, mode)
    })?
    .map_err(raise)
}

/// Whether two objects have the same shape and equal items.
///
/// By 'values', the `mode` to begin with, numbers of all formats are equal by
/// their exact values, floats as IEEE says: NaN to nothing, `-0.0` to `0.0`;
/// structs are equal field by field, whatever their padding. By 'bits' items
/// are equal that have the same bytes. By 'nan-equal' a NaN is equal to a NaN.
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
    let (a, b) = (Loan::to_read(a)?, Loan::to_read(b)?);
    if let Some(same) = small::equal(&a, &b, mode)? {
        a.give_back(py);
        b.give_back(py);
        return Ok(same);
    }
    let (a, b) = (Operand::of(a)?, Operand::of(b)?);
    let by = by(&a, &b, mode)?;
    if a.layout.shape() != b.layout.shape() {
        return Ok(false);
    }
    let element = match by {
        By::Element(element) => element,
        By::Formats(one, other) => return values(py, &a, &one, &b, &other, mode),
    };
    run(py, a.nbytes(), || equal_with(&a.view(element)?, &b.view(element)?, mode))?.map_err(raise)
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
    let by = by(&a, &b, mode)?;
    if a.layout.shape() != b.layout.shape() {
        let (a, b) = (tuple(a.layout.shape()), tuple(b.layout.shape()));
        return Err(PyValueError::new_err(format!("cannot compare shape {a} to shape {b}")));
    }
    let found = run(py, a.nbytes().max(b.nbytes()), || match &by {
        By::Element(element) => first_mismatch_with(&a.view(*element)?, &b.view(*element)?, mode),
        By::Formats(one, other) => {
            let (a, b) = (a.view(one.into())?, b.view(other.into())?);
            first_value_mismatch(&a, one, &b, other, mode)
        }
    })?;
    found.map_err(raise)?.map(|index| PyTuple::new(py, index)).transpose()
}
