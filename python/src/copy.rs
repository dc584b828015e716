//! Copies: into memory that is there, and into fresh memory.

use crate::array::Array;
use crate::errors::{raise, tuple};
use crate::memory::{Fresh, bytes_of, vec_of};
use crate::operand::{Operand, Quoted, same_items};
use crate::threads::run;
use pyo3::exceptions::{PyBufferError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use stridewise::{Layout, Order, raw};

/// Copies all items of `src` to the same indices of `dst`.
///
/// Both may have any strides. If they overlap, the result is as if all of
/// `src` had been read before anything was written.
///
/// With `broadcast`, axes of `src` that are missing or of extent 1 are
/// repeated, as NumPy does it.
///
/// Raises `ValueError` if shapes or formats differ, `BufferError` if `dst`
/// is read-only, `TypeError` for an object without a buffer. Nothing has been
/// written then.
///
/// >>> import stridewise
/// >>> picture = bytearray(b'rgbRGB')
/// >>> planes = bytearray(6)
/// >>> pixels = memoryview(picture).cast('B', (2, 3))
/// >>> stridewise.copyto(memoryview(planes).cast('B', (2, 3)), pixels)
/// >>> planes
/// bytearray(b'rgbRGB')
#[pyfunction]
#[pyo3(signature = (dst, src, /, *, broadcast=false))]
pub fn copyto(dst: &Bound<'_, PyAny>, src: &Bound<'_, PyAny>, broadcast: bool) -> PyResult<()> {
    let py = dst.py();
    let (dst, src) = (Operand::to_write(dst)?, Operand::to_read(src)?);
    if !same_items(&dst, &src) {
        let (to, from) = (Quoted(dst.format()), Quoted(src.format()));
        let text = format!("cannot copy items of format {from} to items of format {to}");
        return Err(PyValueError::new_err(text));
    }
    let stretched;
    let from = if dst.layout.shape() == src.layout.shape() {
        &src.layout
    } else if broadcast {
        stretched = src.layout.broadcast_to(dst.layout.shape()).map_err(raise)?;
        &stretched
    } else {
        return Err(misfit(&dst.layout, &src.layout));
    };
    if dst.readonly {
        return Err(PyBufferError::new_err("the destination is read-only"));
    }
    if dst.layout.overlaps_itself() {
        let shape = tuple(dst.layout.shape());
        let text = format!(
            "the destination of shape {shape} and strides {:?} has items that overlap",
            dst.layout.strides()
        );
        return Err(PyValueError::new_err(text));
    }
    run(py, dst.nbytes(), || {
        let (shape, itemsize) = (dst.layout.shape(), dst.layout.itemsize());
        // SAFETY: both exporters keep the items; those of `dst` are to be
        // written and do not overlap each other.
        unsafe {
            let (to, to_strides) = (dst.start(), dst.layout.strides());
            raw::copy(shape, itemsize, to, to_strides, src.start(), from.strides())
        }
    })?
    .map_err(raise)
}

#[cold]
fn misfit(dst: &Layout, src: &Layout) -> PyErr {
    let (to, from) = (tuple(dst.shape()), tuple(src.shape()));
    PyValueError::new_err(format!("cannot copy shape {from} to shape {to}"))
}

/// An order by its letter.
pub fn order(letter: &str) -> PyResult<Order> {
    Ok(match letter {
        "C" => Order::C,
        "F" => Order::F,
        "A" => Order::A,
        "K" => Order::K,
        _ => {
            let text = format!("order must be 'C', 'F', 'A' or 'K', not '{letter}'");
            return Err(PyValueError::new_err(text));
        }
    })
}

/// Copies all items to fresh memory, which has room for just them in an order.
pub fn pack(py: Python<'_>, src: &Operand, to: &Layout, fresh: Fresh) -> PyResult<()> {
    debug_assert_eq!(fresh.len, to.nbytes());
    run(py, fresh.len, || {
        let fresh = fresh;
        let (shape, itemsize) = (to.shape(), to.itemsize());
        // SAFETY: the exporter keeps the items; the memory has room for all of
        // the gapless layout, and nobody else has it.
        unsafe {
            let (from, from_strides) = (src.start(), src.layout.strides());
            raw::copy(shape, itemsize, fresh.start, to.strides(), from, from_strides)
        }
    })?
    .map_err(raise)
}

/// All items as bytes, in an order: 'C', 'F', 'A' or 'K', as for `contiguous`.
///
/// >>> import stridewise
/// >>> columns = memoryview(b'abcdef').cast('B', (2, 3))
/// >>> stridewise.tobytes(columns, 'F')
/// b'adbecf'
#[pyfunction]
#[pyo3(signature = (obj, /, order="C"))]
pub fn tobytes<'py>(obj: &Bound<'py, PyAny>, order: &str) -> PyResult<Bound<'py, PyBytes>> {
    let order = self::order(order)?;
    let src = Operand::to_read(obj)?;
    let to = src.layout.contiguous_like(order);
    bytes_of(obj.py(), to.nbytes(), |fresh| pack(obj.py(), &src, &to, fresh))
}

/// The items of an object without gaps, in an order: 'C' (the last axis is
/// innermost), 'F' (the first is), 'A' ('F' if `obj` is F- and not
/// C-contiguous, else 'C') or 'K' (the axes as they are in `obj`).
///
/// The result exports its memory, so that `numpy.asarray(result)` and
/// `memoryview(result)` have it without a copy. If `obj` has the order already,
/// the result is a view of its memory, else a copy.
///
/// >>> import stridewise
/// >>> rows = memoryview(b'abcdef').cast('B', (2, 3))
/// >>> columns = stridewise.contiguous(rows, 'F')
/// >>> columns.shape, columns.strides
/// ((2, 3), (1, 2))
/// >>> memoryview(columns).tolist()
/// [[97, 98, 99], [100, 101, 102]]
#[pyfunction]
#[pyo3(signature = (obj, /, order="C"))]
pub fn contiguous(obj: &Bound<'_, PyAny>, order: &str) -> PyResult<Array> {
    let order = self::order(order)?;
    let src = Operand::to_read(obj)?;
    if src.layout.is_contiguous(order) {
        return Ok(Array::lent(src));
    }
    let to = src.layout.contiguous_like(order);
    let bytes = vec_of(to.nbytes(), |fresh| pack(obj.py(), &src, &to, fresh))?;
    Ok(Array::owned(bytes, &to, src.format()))
}
