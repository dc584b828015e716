//! What a failure is in Python.

use pyo3::PyErr;
use pyo3::exceptions::{PyMemoryError, PyRuntimeError, PyValueError};
use stridewise::Error;

/// The exception of a failure; the text is its own.
pub fn raise(error: impl Into<Error>) -> PyErr {
    let error = error.into();
    let text = error.to_string();
    match error {
        Error::Alloc(_) => PyMemoryError::new_err(text),
        Error::Level(_) => PyRuntimeError::new_err(text),
        _ => PyValueError::new_err(text),
    }
}

/// Extents as Python writes them.
pub fn tuple(extents: &[usize]) -> String {
    match extents {
        [one] => format!("({one},)"),
        _ => {
            let all: Vec<_> = extents.iter().map(usize::to_string).collect();
            format!("({})", all.join(", "))
        }
    }
}
