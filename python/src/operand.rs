//! Operands: memory that an object has lent, and what is in it.

use crate::dlpack::Tensor;
use crate::errors::raise;
use crate::lease::Lease;
use core::ffi::CStr;
use core::fmt;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use stridewise::{Format, Layout, MAX_NDIM, Order};

/// The memory of an object, by the buffer protocol or by DLPack. Its owner
/// keeps it as it is until the operand is dropped.
pub struct Operand {
    lender: Lender,
    start: *mut u8,
    pub layout: Layout,
    pub readonly: bool,
}

enum Lender {
    Buffer(Lease),
    Tensor(Tensor),
}

// SAFETY: memory that its owner keeps, like a slice.
unsafe impl Send for Operand {}
// SAFETY: as above.
unsafe impl Sync for Operand {}

impl Operand {
    /// The memory of an object, to read.
    pub fn to_read(object: &Bound<'_, PyAny>) -> PyResult<Operand> {
        match Lease::to_read(object)? {
            Some(lease) => Operand::of_buffer(lease),
            None => Operand::of_tensor(object),
        }
    }

    /// The memory of an object, to write unless that is `readonly`.
    pub fn to_write(object: &Bound<'_, PyAny>) -> PyResult<Operand> {
        match Lease::to_write(object)? {
            Some(lease) => Operand::of_buffer(lease),
            None => Operand::of_tensor(object),
        }
    }

    fn of_buffer(lease: Lease) -> PyResult<Operand> {
        let layout = layout_of(&lease)?;
        let ffi::Py_buffer { buf, .. } = *lease.buffer();
        let readonly = lease.readonly();
        Ok(Operand { lender: Lender::Buffer(lease), start: buf.cast(), layout, readonly })
    }

    fn of_tensor(object: &Bound<'_, PyAny>) -> PyResult<Operand> {
        let Some(tensor) = Tensor::of(object)? else {
            let class = object.get_type().name()?;
            let text = format!("a buffer or a tensor is required, not '{class}'");
            return Err(PyTypeError::new_err(text));
        };
        let (start, layout, readonly) = (tensor.start(), tensor.layout()?, tensor.readonly());
        Ok(Operand { lender: Lender::Tensor(tensor), start, layout, readonly })
    }

    /// Where the layout counts from: the item at index 0 of each axis, if
    /// there are items.
    pub fn start(&self) -> *mut u8 {
        self.start
    }

    /// What the items are made of, as its owner says.
    pub fn format(&self) -> &CStr {
        match &self.lender {
            Lender::Buffer(lease) => lease.format(),
            Lender::Tensor(tensor) => tensor.format(),
        }
    }

    /// What the items are made of, if that is known.
    pub fn known_format(&self) -> Option<Format> {
        let format = parse(self.format())?;
        (format.itemsize() == self.layout.itemsize()).then_some(format)
    }

    /// The object that the buffer is of, to be visited by the collector.
    pub fn exporter(&self) -> Option<&Py<PyAny>> {
        match &self.lender {
            Lender::Buffer(lease) => lease.exporter(),
            Lender::Tensor(_) => None,
        }
    }

    /// The bytes of all items.
    pub fn nbytes(&self) -> usize {
        self.layout.nbytes()
    }
}

/// A format that is understood.
fn parse(format: &CStr) -> Option<Format> {
    match format.to_bytes() {
        [code] => Format::from_code(char::from(*code)),
        _ => Format::parse(format.to_str().ok()?).ok(),
    }
}

fn layout_of(lease: &Lease) -> PyResult<Layout> {
    let buffer = lease.buffer();
    let negative = |what: &str, number: isize| {
        PyValueError::new_err(format!("the exporter has a negative {what}: {number}"))
    };
    let itemsize =
        usize::try_from(buffer.itemsize).map_err(|_| negative("itemsize", buffer.itemsize))?;
    let mut extents = [0; MAX_NDIM];
    let extents = match lease.shape() {
        Some(shape) => {
            if shape.len() > MAX_NDIM {
                // Says so.
                return Layout::contiguous(&vec![1; shape.len()], 1, Order::C).map_err(raise);
            }
            for (extent, &given) in extents.iter_mut().zip(shape) {
                *extent = usize::try_from(given).map_err(|_| negative("extent", given))?;
            }
            &extents[..shape.len()]
        }
        None if buffer.ndim == 0 => &[][..],
        None => {
            let len = usize::try_from(buffer.len).map_err(|_| negative("size", buffer.len))?;
            extents[0] = len.checked_div(itemsize).unwrap_or(0);
            &extents[..1]
        }
    };
    let indirect = lease.suboffsets().is_some_and(|all| all.iter().any(|&one| one >= 0));
    if indirect {
        return Err(pyo3::exceptions::PyBufferError::new_err(
            "memory behind pointers is not understood yet",
        ));
    }
    match lease.strides() {
        Some(strides) => Layout::new(extents, strides, itemsize, 0),
        None => Layout::contiguous(extents, itemsize, Order::C),
    }
    .map_err(raise)
}

/// Whether items of two operands may be copied as they are.
pub fn same_items(a: &Operand, b: &Operand) -> bool {
    if a.layout.itemsize() != b.layout.itemsize() {
        return false;
    }
    if a.format() == b.format() {
        return true;
    }
    match (a.known_format(), b.known_format()) {
        (Some(a), Some(b)) => a == b || is_number(&a) && element(&a) == element(&b),
        _ => false,
    }
}

fn element(format: &Format) -> stridewise::ElementType {
    format.into()
}

fn is_number(format: &Format) -> bool {
    element(format) != stridewise::ElementType::bytes(format.itemsize())
}

/// A format between quotes.
pub struct Quoted<'a>(pub &'a CStr);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.to_string_lossy())
    }
}
