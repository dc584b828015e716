//! Operands: memory that an object has lent, and what is in it.

use crate::dlpack::Tensor;
use crate::errors::raise;
use crate::format::{fitted, is_struct};
use crate::lease::Lease;
use crate::memoryview::MemoryView;
use core::ffi::CStr;
use core::fmt;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use stridewise::{AnyView, ElementType, Error, Format, Layout, MAX_NDIM, Order};

/// The memory of an object, by the buffer protocol or by DLPack. Its owner
/// keeps it as it is until the operand is dropped.
pub struct Operand {
    loan: Loan,
    start: *mut u8,
    pub layout: Layout,
    pub readonly: bool,
}

/// Memory that is lent, before anything is made of what its owner says of it.
pub enum Loan {
    Buffer(Lease),
    Tensor(Tensor),
    View(Lent),
}

/// A view of ours that cannot be released meanwhile.
pub struct Lent(Py<MemoryView>);

impl Lent {
    fn of(view: &Bound<'_, MemoryView>) -> PyResult<Lent> {
        view.get().lend()?;
        Ok(Lent(view.clone().unbind()))
    }

    pub fn view(&self) -> &MemoryView {
        self.0.get()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.0.get().give_back();
    }
}

impl Loan {
    /// The memory of an object, to read.
    pub fn to_read(object: &Bound<'_, PyAny>) -> PyResult<Loan> {
        Loan::of(object, Lease::to_read)
    }

    /// The memory of an object, to write unless that is read-only.
    pub fn to_write(object: &Bound<'_, PyAny>) -> PyResult<Loan> {
        Loan::of(object, Lease::to_write)
    }

    fn of(
        object: &Bound<'_, PyAny>,
        lease: fn(&Bound<'_, PyAny>) -> PyResult<Option<Lease>>,
    ) -> PyResult<Loan> {
        if let Ok(view) = object.cast_exact::<MemoryView>() {
            return Lent::of(view).map(Loan::View);
        }
        match lease(object)? {
            Some(lease) => Ok(Loan::Buffer(lease)),
            None => Loan::of_tensor(object),
        }
    }

    /// Gives the memory back: a drop, for who has the interpreter's lock.
    pub fn give_back(self, py: Python<'_>) {
        if let Loan::Buffer(lease) = self {
            lease.give_back(py);
        }
    }

    fn of_tensor(object: &Bound<'_, PyAny>) -> PyResult<Loan> {
        if let Some(tensor) = Tensor::of(object)? {
            return Ok(Loan::Tensor(tensor));
        }
        let class = object.get_type().name()?;
        let text = format!("a buffer or a tensor is required, not '{class}'");
        Err(PyTypeError::new_err(text))
    }
}

// SAFETY: memory that its owner keeps, like a slice.
unsafe impl Send for Operand {}
// SAFETY: as above.
unsafe impl Sync for Operand {}

impl Operand {
    /// The memory of an object, to read.
    pub fn to_read(object: &Bound<'_, PyAny>) -> PyResult<Operand> {
        Operand::of(Loan::to_read(object)?)
    }

    /// The memory of an object, to write unless that is `readonly`.
    pub fn to_write(object: &Bound<'_, PyAny>) -> PyResult<Operand> {
        Operand::of(Loan::to_write(object)?)
    }

    /// The memory of an object with the buffer protocol, to read; the
    /// exporter's own error if there is none.
    pub fn of_exporter(object: &Bound<'_, PyAny>) -> PyResult<Operand> {
        match object.cast_exact::<MemoryView>() {
            Ok(view) => Operand::of_view(view),
            Err(_) => Operand::of_buffer(Lease::new(object, ffi::PyBUF_FULL_RO)?),
        }
    }

    pub fn of_buffer(lease: Lease) -> PyResult<Operand> {
        Operand::of(Loan::Buffer(lease))
    }

    /// The memory of a view of ours.
    pub fn of_view(view: &Bound<'_, MemoryView>) -> PyResult<Operand> {
        Operand::of(Loan::View(Lent::of(view)?))
    }

    /// What is lent, understood.
    pub fn of(loan: Loan) -> PyResult<Operand> {
        let (start, layout, readonly) = match &loan {
            Loan::Buffer(lease) => (lease.buffer().buf.cast(), layout_of(lease)?, lease.readonly()),
            Loan::Tensor(tensor) => (tensor.start(), tensor.layout()?, tensor.readonly()),
            Loan::View(lent) => {
                let region = lent.view().region()?;
                (region.start, region.layout()?, lent.view().is_readonly())
            }
        };
        Ok(Operand { loan, start, layout, readonly })
    }

    /// Where the layout counts from: the item at index 0 of each axis, if
    /// there are items.
    pub fn start(&self) -> *mut u8 {
        self.start
    }

    /// What the items are made of, as its owner says.
    pub fn format(&self) -> &CStr {
        match &self.loan {
            Loan::Buffer(lease) => lease.format(),
            Loan::Tensor(tensor) => tensor.format(),
            Loan::View(view) => view.view().item_format().text(),
        }
    }

    /// Whether the format is one of the `struct` module.
    pub fn is_struct(&self) -> bool {
        is_struct(self.format().to_bytes())
    }

    /// What the items are made of, if that is known.
    pub fn known_format(&self) -> Option<Format> {
        match &self.loan {
            Loan::View(view) => view.view().item_format().format().cloned(),
            _ => fitted(self.format(), self.layout.itemsize()),
        }
    }

    /// The object that the buffer is of, to be visited by the collector.
    pub fn exporter(&self) -> Option<&Py<PyAny>> {
        match &self.loan {
            Loan::Buffer(lease) => lease.exporter(),
            _ => None,
        }
    }

    /// Whether no byte is also one of another operand, in this layout of it;
    /// behind pointers, one may be.
    pub fn is_apart_from(&self, other: &Operand, layout: &Layout) -> bool {
        if self.layout.is_indirect() || layout.is_indirect() {
            return false;
        }
        let at = |start: *mut u8, layout: &Layout| {
            let span = layout.span();
            let at = |offset| start.wrapping_offset(offset).addr();
            at(span.start)..at(span.end)
        };
        let (a, b) = (at(self.start, &self.layout), at(other.start, layout));
        a.end <= b.start || b.end <= a.start
    }

    /// The items, as those of a type of their size.
    pub fn view(&self, element: ElementType) -> Result<AnyView<'_>, Error> {
        // SAFETY: the exporter keeps the items, and what leads to them.
        unsafe { AnyView::from_raw(self.start, element, self.layout.clone()) }
    }

    /// The items, as bytes.
    pub fn bytes(&self) -> Result<AnyView<'_>, Error> {
        self.view(ElementType::bytes(self.layout.itemsize()))
    }

    /// The bytes of all items.
    pub fn nbytes(&self) -> usize {
        self.layout.nbytes()
    }
}

fn layout_of(lease: &Lease) -> PyResult<Layout> {
    let ffi::Py_buffer { len, itemsize, ndim, .. } = *lease.buffer();
    let made_up;
    let shape = match lease.shape() {
        Some(shape) => shape,
        None if ndim == 0 => &[],
        None => {
            made_up = [len.checked_div(itemsize).unwrap_or(0)];
            &made_up[..]
        }
    };
    layout(shape, lease.strides(), lease.suboffsets(), itemsize)
}

/// The layout of numbers that an exporter gives, counted from its pointer.
pub fn layout(
    shape: &[isize],
    strides: Option<&[isize]>,
    suboffsets: Option<&[isize]>,
    itemsize: isize,
) -> PyResult<Layout> {
    let negative = |what: &str, number: isize| {
        PyValueError::new_err(format!("the exporter has a negative {what}: {number}"))
    };
    let itemsize = usize::try_from(itemsize).map_err(|_| negative("itemsize", itemsize))?;
    let mut extents = [0; MAX_NDIM];
    if shape.len() > MAX_NDIM {
        // Says so.
        return Layout::contiguous(&vec![1; shape.len()], 1, Order::C).map_err(raise);
    }
    for (extent, &given) in extents.iter_mut().zip(shape) {
        *extent = usize::try_from(given).map_err(|_| negative("extent", given))?;
    }
    let extents = &extents[..shape.len()];
    match (strides, suboffsets) {
        (Some(strides), None) => Layout::new(extents, strides, itemsize, 0),
        (Some(strides), Some(suboffsets)) => {
            Layout::indirect(extents, strides, suboffsets, itemsize, 0)
        }
        (None, _) => Layout::contiguous(extents, itemsize, Order::C),
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

fn element(format: &Format) -> ElementType {
    format.into()
}

/// Whether a format is that of a number in the order of bytes of this machine.
pub fn is_number(format: &Format) -> bool {
    element(format) != ElementType::bytes(format.itemsize())
}

/// A format between quotes.
pub struct Quoted<'a>(pub &'a CStr);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.to_string_lossy())
    }
}
