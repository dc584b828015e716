//! Hashes of the C-order bytes, without making them.

use crate::errors::raise;
use crate::operand::Operand;
use crate::threads::run;
use pyo3::prelude::*;
use stridewise::{Error, raw};

/// A function of [`raw`]: shape, itemsize, memory, strides.
type Hash<R> = unsafe fn(&[usize], usize, *const u8, &[isize]) -> Result<R, Error>;

/// Hashes the items of an object.
fn hash<R: Send>(object: &Bound<'_, PyAny>, by: Hash<R>) -> PyResult<R> {
    let src = Operand::to_read(object)?;
    run(object.py(), src.nbytes(), || {
        let layout = &src.layout;
        // SAFETY: the exporter keeps the items.
        unsafe { by(layout.shape(), layout.itemsize(), src.start(), layout.strides()) }
    })?
    .map_err(raise)
}

/// XXH3-64 with seed 0 of the bytes in C order: that of `tobytes(obj)`.
///
/// >>> import stridewise
/// >>> stridewise.xxh3_64(b'abc')
/// 8696274497037089104
#[pyfunction]
#[pyo3(signature = (obj, /))]
pub fn xxh3_64(obj: &Bound<'_, PyAny>) -> PyResult<u64> {
    hash(obj, raw::xxh3_64)
}

/// XXH3-128 with seed 0 of the bytes in C order: that of `tobytes(obj)`.
///
/// >>> import stridewise
/// >>> hex(stridewise.xxh3_128(b''))
/// '0x99aa06d3014798d86001c324468d497f'
#[pyfunction]
#[pyo3(signature = (obj, /))]
pub fn xxh3_128(obj: &Bound<'_, PyAny>) -> PyResult<u128> {
    hash(obj, raw::xxh3_128)
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
    hash(obj, raw::tree_hash)
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
