//! Copies: into memory that is there, and into fresh memory.

use crate::array::Array;
use crate::errors::{raise, tuple};
use crate::memory::{Fresh, bytes_of};
use crate::memoryview::Region;
use crate::operand::{Loan, Operand, Quoted, same_items};
use crate::small;
use crate::threads::run;
use pyo3::exceptions::{PyBufferError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use stridewise::{CopyPlan, CopyValuesPlan, Error, Layout, Order, raw, to_contiguous_any};

/// Copies all items of `src` to the same indices of `dst`.
///
/// Both may have any strides. If they overlap, the result is as if all of
/// `src` had been read before anything was written. Formats may differ in
/// byte order, names and padding.
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
    let (dst, src) = (Loan::to_write(dst)?, Loan::to_read(src)?);
    if small::copy(&dst, &src)? {
        src.give_back(py);
        dst.give_back(py);
        return Ok(());
    }
    let (dst, src) = (Operand::of(dst)?, Operand::of(src)?);
    let by_value = !same_items(&dst, &src);
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
    if by_value {
        return copy_values(py, &dst, &src, from);
    }
    // SAFETY: the exporter keeps the items of `dst`, which are to be written
    // and do not overlap each other.
    unsafe { copy(py, &dst.layout, dst.start(), &src, from) }
}

/// Copies all items of an operand, in this layout of it, to memory that may
/// overlap it.
///
/// # Safety
/// The items of `to` from `dst` may be written, and do not overlap each other.
unsafe fn copy(
    py: Python<'_>,
    to: &Layout,
    dst: *mut u8,
    src: &Operand,
    from: &Layout,
) -> PyResult<()> {
    let dst = Memory(dst);
    if !to.is_indirect() && !from.is_indirect() {
        return run(py, to.nbytes(), || {
            let (shape, itemsize, dst) = (to.shape(), to.itemsize(), dst.start());
            // SAFETY: the caller's; the exporter keeps the items of `src`.
            unsafe { raw::copy(shape, itemsize, dst, to.strides(), src.start(), from.strides()) }
        })?
        .map_err(raise);
    }
    // Pointers may lead from anywhere to anywhere.
    let (dense, bytes) = apart(py, src)?;
    let stretched = dense.broadcast_to(to.shape()).map_err(raise)?;
    let plan = CopyPlan::new(to, &stretched).map_err(raise)?;
    // SAFETY: the caller's; fresh memory.
    run(py, to.nbytes(), || unsafe { plan.run_raw(dst.start(), bytes.as_ptr()) })
}

/// Memory that the caller keeps.
struct Memory(*mut u8);

// SAFETY: whoever uses it vouches for it.
unsafe impl Sync for Memory {}

impl Memory {
    fn start(&self) -> *mut u8 {
        self.0
    }
}

/// A copy of all items in C order, and where they are in it.
fn apart(py: Python<'_>, src: &Operand) -> PyResult<(Layout, Vec<u8>)> {
    let copy = run(py, src.nbytes(), || to_contiguous_any(&src.bytes()?, Order::C))?;
    let dense = src.layout.contiguous_like(Order::C);
    Ok((dense, copy.map_err(raise)?.into_bytes()))
}

/// Copies values to another format of the same parts.
fn copy_values(py: Python<'_>, dst: &Operand, src: &Operand, from: &Layout) -> PyResult<()> {
    let differ = || {
        let (to, from) = (Quoted(dst.format()), Quoted(src.format()));
        let text = format!("cannot copy items of format {from} to items of format {to}");
        PyValueError::new_err(text)
    };
    let (Some(to), Some(format)) = (dst.known_format(), src.known_format()) else {
        return Err(differ());
    };
    let plan = |from: &Layout| {
        CopyValuesPlan::new(&dst.layout, &to, from, &format).map_err(|error| match error {
            Error::Mismatch(_) => differ(),
            error => raise(error),
        })
    };
    if dst.layout.is_empty() {
        return plan(from).map(drop);
    }
    if dst.is_apart_from(src, from) {
        let plan = plan(from)?;
        let bytes = dst.nbytes().max(from.nbytes());
        // SAFETY: both exporters keep the items, which do not overlap.
        return run(py, bytes, || unsafe { plan.run_raw(dst.start(), src.start()) });
    }
    let (dense, bytes) = apart(py, src)?;
    let dense = dense.broadcast_to(dst.layout.shape()).map_err(raise)?;
    let plan = plan(&dense)?;
    // SAFETY: the exporter keeps the items; fresh memory.
    run(py, dst.nbytes().max(dense.nbytes()), || unsafe {
        plan.run_raw(dst.start(), bytes.as_ptr())
    })
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
        let from = &src.layout;
        // SAFETY: the exporter keeps the items; the memory has room for all of
        // the gapless layout, and nobody else has it.
        unsafe {
            if from.is_indirect() {
                CopyPlan::new(to, from)?.run_raw(fresh.start, src.start());
                return Ok(());
            }
            raw::copy(shape, itemsize, fresh.start, to.strides(), src.start(), from.strides())
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
    packed_bytes(obj.py(), &Operand::to_read(obj)?, order)
}

/// All items as bytes, in an order.
pub fn packed_bytes<'py>(
    py: Python<'py>,
    src: &Operand,
    order: Order,
) -> PyResult<Bound<'py, PyBytes>> {
    let to = src.layout.contiguous_like(order);
    bytes_of(py, to.nbytes(), |fresh| pack(py, src, &to, fresh))
}

/// Copies all items to a region of the same structure, which the caller
/// holds. If that overlaps itself, what is last in C order stays.
pub fn assign(py: Python<'_>, to: &Region, layout: &Layout, src: &Operand) -> PyResult<()> {
    if !layout.overlaps_itself() {
        // SAFETY: held, to be written; the items do not overlap each other.
        return unsafe { copy(py, layout, to.start, src, &src.layout) };
    }
    let (shape, itemsize) = (layout.shape(), layout.itemsize());
    let (_, bytes) = apart(py, src)?;
    let mut index = vec![0; shape.len()];
    for item in bytes.chunks_exact(itemsize) {
        // SAFETY: held, to be written; fresh memory.
        unsafe { to.item(&index).copy_from_nonoverlapping(item.as_ptr(), itemsize) };
        for (at, &extent) in index.iter_mut().zip(shape).rev() {
            *at += 1;
            if *at < extent as isize {
                break;
            }
            *at = 0;
        }
    }
    Ok(())
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
    let copy = run(obj.py(), src.nbytes(), || to_contiguous_any(&src.bytes()?, order))?;
    let bytes = copy.map_err(raise)?.into_bytes();
    Ok(Array::owned(bytes, &src.layout.contiguous_like(order), src.format()))
}
