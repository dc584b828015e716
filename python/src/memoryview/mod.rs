//! `stridewise.memoryview`: today's builtin class, and what it refuses as
//! not implemented.
//!
//! Views made from a view share its [`ManagedBuffer`], which gives the buffer
//! back to the exporter with the last of them. A view that has lent its own
//! memory, to a consumer or to a verb that runs, refuses to be released.

mod attributes;
mod cast;
mod compare;
mod index;
mod items;
mod iterate;
mod managed;
mod subview;

use crate::copy::packed_bytes;
use crate::export::Exported;
use crate::format::ItemFormat;
use crate::lease::Lease;
use crate::operand::Operand;
use core::ffi::{CStr, c_int};
use core::slice;
use core::sync::atomic::{AtomicBool, AtomicIsize, Ordering::Relaxed};
use managed::{Hold, ManagedBuffer};
use pyo3::exceptions::{PyBufferError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use stridewise::{Layout, MAX_NDIM, Order};

pub use subview::{Part, slice};

/// A view of an object's memory.
///
/// Does what the builtin class does, with its exceptions, and more: slices,
/// sub-views and assignments in any number of dimensions (`m[1:, ::2]`,
/// `m[0, ...]`), items of any byte order, `tobytes` and `==` at the speed of
/// memory. An `extended` view, and all views made from it, does also what the
/// builtin refuses by `NotImplementedError`: it reads, writes and compares items of
/// every format, and `m[0]` and iteration give sub-views.
///
/// >>> import stridewise
/// >>> m = stridewise.memoryview(bytearray(b'abcdef')).cast('B', (2, 3))
/// >>> m[:, ::-2].tolist()
/// [[99, 97], [102, 100]]
/// >>> m[:, 1:] = m[:, :2]
/// >>> m.tobytes()
/// b'aabdde'
#[pyclass(frozen, weakref, sequence, module = "stridewise", name = "memoryview")]
pub struct MemoryView {
    hold: Hold,
    region: Region,
    readonly: bool,
    extended: bool,
    /// Consumers that have our buffer, and verbs that run on it.
    exports: AtomicIsize,
    released: AtomicBool,
    /// -1 if there is none yet, as no hash is.
    hash: AtomicIsize,
}

/// Where the items of a view are, and what they are.
#[derive(Clone)]
pub struct Region {
    pub start: *mut u8,
    pub itemsize: isize,
    pub format: ItemFormat,
    pub shape: Box<[isize]>,
    pub strides: Box<[isize]>,
    /// None, or one per axis.
    pub suboffsets: Option<Box<[isize]>>,
}

// SAFETY: memory that the managed buffer keeps, like a slice.
unsafe impl Send for Region {}
// SAFETY: as above.
unsafe impl Sync for Region {}

impl Region {
    /// All that a buffer has; what it leaves out is made up.
    pub fn of(buffer: &Lease) -> PyResult<Region> {
        if buffer.ndim() > MAX_NDIM {
            let text = "memoryview: number of dimensions must not exceed 64";
            return Err(PyValueError::new_err(text));
        }
        Ok(Region::of_buffer(buffer.buffer()))
    }

    /// As [`of`](Region::of), for any number of axes.
    pub fn of_buffer(buffer: &ffi::Py_buffer) -> Region {
        let ffi::Py_buffer { buf, len, itemsize, ndim, format, .. } = *buffer;
        let axes = |numbers: *const isize| {
            // SAFETY: an exporter gives none or one per axis.
            (!numbers.is_null() && ndim > 0)
                .then(|| unsafe { slice::from_raw_parts(numbers, ndim as usize) }.into())
        };
        let shape: Box<[isize]> = axes(buffer.shape).unwrap_or_else(|| match ndim {
            0 => [].into(),
            _ => [len.checked_div(itemsize).unwrap_or(0)].into(),
        });
        let strides = axes(buffer.strides).unwrap_or_else(|| packed(&shape, itemsize));
        let suboffsets = axes(buffer.suboffsets);
        let format = match format.is_null() {
            true => ItemFormat::new(c"B", itemsize),
            // SAFETY: a string that lives as long as the buffer.
            false => ItemFormat::new(unsafe { CStr::from_ptr(format) }, itemsize),
        };
        Region { start: buf.cast(), itemsize, format, shape, strides, suboffsets }
    }

    pub fn ndim(&self) -> usize {
        self.shape.len()
    }

    pub fn nbytes(&self) -> isize {
        self.shape.iter().fold(self.itemsize, |size, &extent| size.wrapping_mul(extent))
    }

    /// The suboffset of an axis that leads to pointers.
    pub fn suboffset(&self, axis: usize) -> Option<isize> {
        self.suboffsets.as_ref().map(|all| all[axis]).filter(|&one| one >= 0)
    }

    /// The layout, counted from the start.
    pub fn layout(&self) -> PyResult<Layout> {
        crate::operand::layout(
            &self.shape,
            Some(&self.strides),
            self.suboffsets.as_deref(),
            self.itemsize,
        )
    }

    /// Whether the items are in this order without gaps, by the rules of the
    /// protocol: never with suboffsets.
    pub fn is_contiguous(&self, order: Order) -> bool {
        if self.suboffsets.is_some() {
            return false;
        }
        if self.shape.contains(&0) {
            return true;
        }
        let mut expected = self.itemsize;
        let mut gapless = |axis: usize| {
            let (extent, stride) = (self.shape[axis], self.strides[axis]);
            let fits = extent <= 1 || stride == expected;
            expected = expected.wrapping_mul(extent);
            fits
        };
        match order {
            Order::F => (0..self.ndim()).all(&mut gapless),
            _ => (0..self.ndim()).rev().all(&mut gapless),
        }
    }
}

/// Strides of C order without gaps.
pub fn packed(shape: &[isize], itemsize: isize) -> Box<[isize]> {
    let mut strides = vec![0; shape.len()].into_boxed_slice();
    let mut stride = itemsize;
    for (at, &extent) in strides.iter_mut().zip(shape).rev() {
        *at = stride;
        stride = stride.wrapping_mul(extent);
    }
    strides
}

impl MemoryView {
    /// A view of all that an object has.
    pub fn of(object: &Bound<'_, PyAny>, extended: bool) -> PyResult<MemoryView> {
        if let Ok(view) = object.cast_exact::<MemoryView>() {
            let view = view.get();
            view.check()?;
            let extended = extended || view.extended;
            let hold = view.hold.again()?;
            return Ok(MemoryView::new(hold, view.region.clone(), view.readonly, extended));
        }
        // SAFETY: an object.
        if unsafe { ffi::PyObject_CheckBuffer(object.as_ptr()) } == 0 {
            let class = object.get_type().name()?;
            let text = format!("memoryview: a bytes-like object is required, not '{class}'");
            return Err(PyTypeError::new_err(text));
        }
        MemoryView::with_request(object, ffi::PyBUF_FULL_RO, extended)
    }

    fn with_request(
        object: &Bound<'_, PyAny>,
        request: c_int,
        extended: bool,
    ) -> PyResult<MemoryView> {
        let lease = Lease::new(object, request)?;
        Ok(MemoryView { extended, ..MemoryView::of_lease(object.py(), lease)? })
    }

    /// A view of all that a lease has.
    pub fn of_lease(py: Python<'_>, lease: Lease) -> PyResult<MemoryView> {
        let (region, readonly) = (Region::of(&lease)?, lease.readonly());
        Ok(MemoryView::new(ManagedBuffer::hold(py, lease)?, region, readonly, false))
    }

    /// A view that is contiguous in an order: of an object's memory if that
    /// is so, else, unless it is to be written, of a copy.
    pub fn contiguous_in(
        object: &Bound<'_, PyAny>,
        write: bool,
        order: Order,
    ) -> PyResult<MemoryView> {
        let py = object.py();
        let view = Bound::new(py, MemoryView::of(object, false)?)?;
        let own = view.get();
        if write && own.readonly {
            return Err(PyBufferError::new_err("underlying buffer is not writable"));
        }
        let (c, f) = (own.region.is_contiguous(Order::C), own.region.is_contiguous(Order::F));
        let is = match order {
            Order::C => c,
            Order::F => f,
            _ => c || f,
        };
        if is {
            return Ok(own.with(own.hold.again()?, own.region.clone()));
        }
        if write {
            let text = "writable contiguous buffer requested for a non-contiguous object.";
            return Err(PyBufferError::new_err(text));
        }
        let bytes = packed_bytes(py, &Operand::of_view(&view)?, order)?;
        let mut region = own.region.clone();
        region.suboffsets = None;
        region.strides = match order {
            Order::F => {
                let backwards: Vec<isize> = region.shape.iter().rev().copied().collect();
                packed(&backwards, region.itemsize).iter().rev().copied().collect()
            }
            _ => packed(&region.shape, region.itemsize),
        };
        region.start = bytes.as_bytes().as_ptr().cast_mut();
        let hold = ManagedBuffer::hold(py, Lease::new(bytes.as_any(), ffi::PyBUF_FULL_RO)?)?;
        Ok(MemoryView::new(hold, region, true, false))
    }

    fn new(hold: Hold, region: Region, readonly: bool, extended: bool) -> MemoryView {
        MemoryView {
            hold,
            region,
            readonly,
            extended,
            exports: AtomicIsize::new(0),
            released: AtomicBool::new(false),
            hash: AtomicIsize::new(-1),
        }
    }

    /// Another view of the same buffer, which is held already.
    fn with(&self, hold: Hold, region: Region) -> MemoryView {
        MemoryView::new(hold, region, self.readonly, self.extended)
    }

    pub fn is_released(&self) -> bool {
        self.released.load(Relaxed) || self.hold.is_released()
    }

    fn check(&self) -> PyResult<()> {
        if self.is_released() { Err(released()) } else { Ok(()) }
    }

    /// The memory to be used as long as the view is not released.
    pub fn region(&self) -> PyResult<&Region> {
        self.check()?;
        Ok(&self.region)
    }

    /// What the items are; also of a released view.
    pub fn item_format(&self) -> &ItemFormat {
        &self.region.format
    }

    pub fn is_readonly(&self) -> bool {
        self.readonly
    }

    fn exported(&self) -> Exported<'_> {
        let Region { start, itemsize, ref format, ref shape, ref strides, ref suboffsets } =
            self.region;
        Exported {
            start,
            nbytes: self.region.nbytes(),
            itemsize,
            readonly: self.readonly,
            format: format.text(),
            shape,
            strides,
            ndim: self.region.ndim(),
            suboffsets: suboffsets.as_deref(),
            c_contiguous: self.region.is_contiguous(Order::C),
            f_contiguous: self.region.is_contiguous(Order::F),
            pointers: suboffsets.is_some(),
        }
    }

    /// Counts a user of our memory.
    pub fn lend(&self) -> PyResult<()> {
        self.check()?;
        self.exports.fetch_add(1, Relaxed);
        Ok(())
    }

    /// Counts one less.
    pub fn give_back(&self) {
        self.exports.fetch_sub(1, Relaxed);
    }

    fn release_now(&self) -> PyResult<()> {
        if self.released.load(Relaxed) {
            return Ok(());
        }
        match self.exports.load(Relaxed) {
            0 => {
                self.released.store(true, Relaxed);
                self.hold.release();
                Ok(())
            }
            exports => {
                let s = if exports == 1 { "" } else { "s" };
                let text = format!("memoryview has {exports} exported buffer{s}");
                Err(PyBufferError::new_err(text))
            }
        }
    }
}

fn released() -> PyErr {
    PyValueError::new_err("operation forbidden on released memoryview object")
}

#[pymethods]
impl MemoryView {
    #[new]
    #[pyo3(signature = (object, *, extended=false))]
    fn create(object: &Bound<'_, PyAny>, extended: bool) -> PyResult<MemoryView> {
        MemoryView::of(object, extended)
    }

    /// What the interpreter's own class has for its tests.
    #[staticmethod]
    fn _from_flags(object: &Bound<'_, PyAny>, flags: c_int) -> PyResult<MemoryView> {
        MemoryView::with_request(object, flags, false)
    }

    /// Gives up the memory; releasing twice is fine.
    ///
    /// Raises `BufferError` while the view's own memory is lent to others.
    fn release(&self) -> PyResult<()> {
        self.release_now()
    }

    fn __enter__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        slf.get().check()?;
        Ok(slf)
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<'_, PyAny>) -> PyResult<()> {
        self.release_now()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> String {
        let released = if slf.get().is_released() { "released " } else { "" };
        format!("<{released}memory at {:p}>", slf.as_ptr())
    }

    // SAFETY: as the interpreter calls it.
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        buffer: *mut ffi::Py_buffer,
        request: c_int,
    ) -> PyResult<()> {
        let view = slf.get();
        view.check()?;
        // SAFETY: a consumer's buffer; the view lives as long as its owner.
        unsafe {
            view.exported().answer("memoryview", buffer, request)?;
            view.exports.fetch_add(1, Relaxed);
            (*buffer).obj = slf.into_ptr();
        }
        Ok(())
    }

    // SAFETY: as the interpreter calls it.
    unsafe fn __releasebuffer__(&self, _buffer: *mut ffi::Py_buffer) {
        self.give_back();
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.hold.traverse(visit)
    }
}
