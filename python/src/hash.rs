//! Hashes of the C-order bytes, without making them.

use crate::errors::raise;
use crate::operand::{Operand, Quoted};
use crate::threads::run;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use stridewise::{AnyView, ElementType, Error};

/// Hashes the items of an object.
fn hash<R: Send>(
    object: &Bound<'_, PyAny>,
    by: fn(&AnyView<'_>) -> Result<R, Error>,
) -> PyResult<R> {
    let src = Operand::to_read(object)?;
    run(object.py(), src.nbytes(), || by(&src.bytes()?))?.map_err(raise)
}

/// XXH3-64 with seed 0 of the bytes in C order: that of `tobytes(obj)`.
///
/// >>> import stridewise
/// >>> stridewise.xxh3_64(b'abc')
/// 8696274497037089104
#[pyfunction]
#[pyo3(signature = (obj, /))]
pub fn xxh3_64(obj: &Bound<'_, PyAny>) -> PyResult<u64> {
    hash(obj, |items| stridewise::xxh3_64(items))
}

/// XXH3-128 with seed 0 of the bytes in C order: that of `tobytes(obj)`.
///
/// >>> import stridewise
/// >>> hex(stridewise.xxh3_128(b''))
/// '0x99aa06d3014798d86001c324468d497f'
#[pyfunction]
#[pyo3(signature = (obj, /))]
pub fn xxh3_128(obj: &Bound<'_, PyAny>) -> PyResult<u128> {
    hash(obj, |items| stridewise::xxh3_128(items))
}

/// A 128-bit hash of the bytes in C order that runs on all threads. It
/// depends on these bytes alone, not on layout or threads, and is another
/// than `xxh3_128`.
///
/// >>> import stridewise
/// >>> rows = memoryview(b'abcd').cast('B', (2, 2))
/// >>> stridewise.tree_hash(rows) == stridewise.tree_hash(b'abcd')
/// True
#[pyfunction]
#[pyo3(signature = (obj, /))]
pub fn tree_hash(obj: &Bound<'_, PyAny>) -> PyResult<u128> {
    hash(obj, |items| stridewise::tree_hash(items))
}

/// A hash of shape and values: objects that `equal` holds to be equal have
/// the same, whatever their formats and layouts.
///
/// Raises `ValueError` for items of a format that is not understood.
///
/// >>> import array, stridewise
/// >>> stridewise.value_hash(array.array('d', [1, 2])) == stridewise.value_hash(bytes([1, 2]))
/// True
#[pyfunction]
#[pyo3(signature = (obj, /))]
pub fn value_hash(obj: &Bound<'_, PyAny>) -> PyResult<u64> {
    of_values(obj.py(), &Operand::to_read(obj)?)
}

/// [`value_hash`] of an operand.
pub fn of_values(py: Python<'_>, src: &Operand) -> PyResult<u64> {
    let Some(format) = src.known_format() else {
        let text = format!("cannot hash items of format {}", Quoted(src.format()));
        return Err(PyValueError::new_err(text));
    };
    let element = ElementType::from(&format);
    run(py, src.nbytes(), || stridewise::value_hash(&src.view(element)?, &format))?.map_err(raise)
}

/// Python's hash of the bytes in C order: that of `hash(tobytes(obj))`.
///
/// >>> import stridewise
/// >>> stridewise.hash_bytes(memoryview(b'abc')[::-1]) == hash(b'cba')
/// True
#[pyfunction]
#[pyo3(signature = (obj, /))]
pub fn hash_bytes(obj: &Bound<'_, PyAny>) -> PyResult<isize> {
    crate::siphash::of(obj.py(), &Operand::to_read(obj)?)
}
