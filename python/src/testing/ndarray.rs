//! The array: its bases, requests to it, subscripts.

use super::base::{Base, Keeper, Structure};
use super::flags;
use crate::copy::packed_bytes;
use crate::export::Exported;
use crate::lease::Lease;
use crate::memoryview::MemoryView;
use crate::operand::Operand;
use core::ffi::c_int;
use core::sync::atomic::Ordering::Relaxed;
use pyo3::exceptions::{PyBufferError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::ffi::CString;
use std::sync::{Arc, Mutex, PoisonError};
use stridewise::Order;

/// An exporter of arrays for tests, of any structure.
///
/// `ndarray(items, shape, strides=[], offset=0, format='B', flags=0)` puts items
/// into memory of its own; `ndarray(exporter, getbuf=PyBUF_FULL_RO, flags=0)` has
/// what an exporter answers to a request, however little that tells.
#[pyclass(frozen, weakref, module = "stridewise.testing", name = "ndarray")]
pub struct NdArray {
    /// The last one is exported; a consumer has one.
    bases: Mutex<Vec<Arc<Base>>>,
    consumer: bool,
    varexport: bool,
}

impl NdArray {
    pub fn of(base: Base, consumer: bool, varexport: bool) -> NdArray {
        NdArray { bases: Mutex::new(vec![Arc::new(base)]), consumer, varexport }
    }

    fn with<R>(&self, then: impl FnOnce(&mut Vec<Arc<Base>>) -> R) -> R {
        then(&mut self.bases.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is exported now.
    pub fn head(&self) -> Arc<Base> {
        self.with(|bases| Arc::clone(&bases[bases.len() - 1]))
    }

    /// Whether what is exported now is contiguous in an order.
    pub fn is_contiguous(&self, order: u8) -> bool {
        self.head().is_contiguous(order)
    }

    fn check_mutable(&self) -> PyResult<()> {
        if self.consumer {
            let text = "structure of re-exporting object is immutable";
            return Err(PyBufferError::new_err(text));
        }
        Ok(())
    }
}

/// An argument that is a format.
fn format_of(format: Option<&Bound<'_, PyAny>>) -> PyResult<CString> {
    let Some(format) = format else { return Ok(c"B".to_owned()) };
    match format.extract::<String>() {
        Ok(format) => Ok(CString::new(format)?),
        Err(_) => Ok(CString::new(
            format
                .extract::<Vec<u8>>()
                .map_err(|_| PyTypeError::new_err("format must be a str or bytes object"))?,
        )?),
    }
}

#[pymethods]
impl NdArray {
    #[new]
    #[pyo3(signature = (obj, shape=None, strides=None, offset=0, format=None, flags=0, getbuf=None))]
    #[allow(clippy::too_many_arguments, reason = "those of the reference")]
    fn create(
        obj: &Bound<'_, PyAny>,
        shape: Option<&Bound<'_, PyAny>>,
        strides: Option<&Bound<'_, PyAny>>,
        offset: isize,
        format: Option<&Bound<'_, PyAny>>,
        flags: i32,
        getbuf: Option<c_int>,
    ) -> PyResult<NdArray> {
        // SAFETY: an object.
        let exporter = unsafe { ffi::PyObject_CheckBuffer(obj.as_ptr()) != 0 };
        if exporter && shape.is_none() {
            let known = flags == 0 || flags == flags::REDIRECT;
            if strides.is_some() || offset != 0 || format.is_some() || !known {
                let text = "construction from exporter object only takes 'obj', 'getbuf' and 'flags' arguments";
                return Err(PyTypeError::new_err(text));
            }
            let lease = Lease::new(obj, getbuf.unwrap_or(ffi::PyBUF_FULL_RO))?;
            return Ok(NdArray::of(Base::of_lease(lease, flags), true, false));
        }
        if getbuf.is_some() {
            let text = "getbuf argument only valid for construction from exporter object";
            return Err(PyTypeError::new_err(text));
        }
        let Some(shape) = shape else {
            let text = "shape is a required argument when constructing from list, tuple or scalar";
            return Err(PyTypeError::new_err(text));
        };
        let (varexport, flags) = (flags & flags::VAREXPORT != 0, flags & !flags::VAREXPORT);
        let format = &format_of(format)?;
        let of = Structure { items: obj, shape, strides, offset, format, flags };
        Ok(NdArray::of(Base::new(obj.py(), &of)?, false, varexport))
    }

    /// Puts another base on top, which is then exported.
    #[pyo3(signature = (items, shape, strides=None, offset=0, format=None, flags=0))]
    fn push(
        &self,
        items: &Bound<'_, PyAny>,
        shape: &Bound<'_, PyAny>,
        strides: Option<&Bound<'_, PyAny>>,
        offset: isize,
        format: Option<&Bound<'_, PyAny>>,
        flags: i32,
    ) -> PyResult<()> {
        if flags & flags::VAREXPORT != 0 {
            let text = "ND_VAREXPORT flag can only be used during object creation";
            return Err(PyValueError::new_err(text));
        }
        self.check_mutable()?;
        if !self.varexport {
            check_exports(&self.head())?;
        }
        let format = &format_of(format)?;
        let of = Structure { items, shape, strides, offset, format, flags };
        let base = Arc::new(Base::new(items.py(), &of)?);
        self.with(|bases| bases.push(base));
        Ok(())
    }

    /// Takes the base off that is exported.
    fn pop(&self) -> PyResult<()> {
        self.check_mutable()?;
        check_exports(&self.head())?;
        self.with(|bases| match bases.len() {
            1 => Err(PyBufferError::new_err("list only has a single base")),
            _ => {
                bases.pop();
                Ok(())
            }
        })
    }

    /// All items, as lists in lists.
    fn tolist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let base = self.head();
        if base.format().is_none() {
            return Err(PyValueError::new_err("tolist() requires a format"));
        }
        let region = base.region();
        // SAFETY: the base has all of its items.
        unsafe { base.list(py, &region, 0, region.start) }
    }

    /// The bytes of all items in C order.
    fn tobytes<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyBytes>> {
        let base = slf.get().head();
        if base.flags & (flags::C | flags::SCALAR) != 0 {
            let ffi::Py_buffer { buf, len, .. } = base.buffer;
            // SAFETY: gapless memory that the base has.
            let bytes = unsafe { crate::memory::bytes_at(buf.cast(), len as usize) };
            return Ok(PyBytes::new(slf.py(), bytes));
        }
        let lease = Lease::kept(base.buffer, base);
        packed_bytes(slf.py(), &Operand::of_buffer(lease)?, Order::C)
    }

    /// Adds suboffsets below 0, which change nothing.
    fn add_suboffsets(&self) -> PyResult<()> {
        let base = self.head();
        if !base.buffer.suboffsets.is_null() {
            return Err(PyTypeError::new_err("cannot add suboffsets to PIL-style array"));
        }
        if base.buffer.strides.is_null() {
            return Err(PyTypeError::new_err("cannot add suboffsets to array without strides"));
        }
        let base = Arc::new(base.with_suboffsets());
        self.with(|bases| {
            bases.pop();
            bases.push(base);
        });
        Ok(())
    }

    /// A view of the memory that is from no exporter.
    fn memoryview_from_buffer(slf: &Bound<'_, Self>) -> PyResult<MemoryView> {
        let base = slf.get().head();
        let first = match &base.keeper {
            Keeper::Memory(_) => true,
            Keeper::Lease(lease) => lease.exporter().is_some_and(|exporter| {
                let exporter = exporter.bind(slf.py()).cast::<NdArray>();
                exporter.is_ok_and(|exporter| !exporter.get().consumer)
            }),
        };
        if !first {
            let text = "memoryview_from_buffer(): ndarray must be original exporter or \
                        consumer from ndarray/original exporter";
            return Err(PyTypeError::new_err(text));
        }
        if base.text().count_bytes() > super::MAX_NDIM {
            let text = "memoryview_from_buffer: format is limited to 128 characters";
            return Err(PyTypeError::new_err(text));
        }
        MemoryView::of_lease(slf.py(), Lease::kept(base.buffer, base))
    }

    fn __hash__(slf: &Bound<'_, Self>) -> PyResult<isize> {
        if slf.get().head().buffer.readonly == 0 {
            return Err(PyValueError::new_err("cannot hash writable ndarray object"));
        }
        if let Some(exporter) = slf.get().obj(slf.py()) {
            exporter.bind(slf.py()).hash()?;
        }
        NdArray::tobytes(slf)?.hash()
    }

    // SAFETY: as the interpreter calls it.
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        buffer: *mut ffi::Py_buffer,
        request: c_int,
    ) -> PyResult<()> {
        let base = slf.get().head();
        let refuse = |text: &'static str| Err(PyBufferError::new_err(text));
        if base.flags & flags::REDIRECT != 0
            && let Some(exporter) = slf.get().obj(slf.py())
        {
            // SAFETY: a consumer's buffer.
            return match unsafe { ffi::PyObject_GetBuffer(exporter.as_ptr(), buffer, request) } {
                0 => Ok(()),
                _ => Err(PyErr::fetch(slf.py())),
            };
        }
        let asks = |flag: c_int| request & flag == flag;
        let lacks = |flag: c_int, has: *const isize| asks(flag) && has.is_null();
        let raw = base.buffer;
        if raw.ndim != 0
            && (lacks(ffi::PyBUF_ND, raw.shape) || lacks(ffi::PyBUF_STRIDES, raw.strides))
        {
            return refuse("re-exporter does not provide format, shape or strides");
        }
        if base.flags & flags::GETBUF_FAIL != 0 {
            return refuse("ND_GETBUF_FAIL: forced test exception");
        }
        let axes = |numbers: *const isize| match numbers.is_null() {
            true => &[][..],
            // SAFETY: one number per axis.
            false => unsafe { core::slice::from_raw_parts(numbers, raw.ndim as usize) },
        };
        let exported = Exported {
            start: raw.buf.cast(),
            nbytes: raw.len,
            itemsize: raw.itemsize,
            readonly: raw.readonly != 0,
            format: base.text(),
            shape: axes(raw.shape),
            strides: axes(raw.strides),
            ndim: raw.ndim as usize,
            suboffsets: (!raw.suboffsets.is_null()).then(|| axes(raw.suboffsets)),
            c_contiguous: base.flags & (flags::C | flags::SCALAR) != 0,
            f_contiguous: base.flags & (flags::FORTRAN | flags::SCALAR) != 0,
            pointers: base.flags & flags::PIL != 0,
        };
        // SAFETY: a consumer's buffer; the base lives as long as it, by a
        // reference of its own.
        unsafe {
            exported.answer("ndarray", buffer, request)?;
            base.exports.fetch_add(1, Relaxed);
            (*buffer).internal = Arc::into_raw(base).cast_mut().cast();
            (*buffer).obj = slf.into_ptr();
        }
        Ok(())
    }

    // SAFETY: as the interpreter calls it.
    unsafe fn __releasebuffer__(&self, buffer: *mut ffi::Py_buffer) {
        // SAFETY: put there by `__getbuffer__`.
        let base = unsafe { Arc::from_raw((*buffer).internal.cast::<Base>()) };
        if base.exports.fetch_sub(1, Relaxed) == 1 {
            // One that is no longer exported goes.
            self.with(|bases| {
                let last = bases.len() - 1;
                if let Some(at) = bases.iter().position(|one| Arc::ptr_eq(one, &base))
                    && at != last
                {
                    bases.remove(at);
                }
            });
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Ok(bases) = self.bases.try_lock() else { return Ok(()) };
        for base in bases.iter() {
            if let Keeper::Lease(lease) = &base.keeper {
                visit.call(lease.exporter())?;
            }
        }
        Ok(())
    }
}

fn check_exports(base: &Base) -> PyResult<()> {
    match base.exports.load(Relaxed) {
        0 => Ok(()),
        exports => {
            let s = if exports == 1 { "" } else { "s" };
            let text = format!("cannot change structure: {exports} exported buffer{s}");
            Err(PyBufferError::new_err(text))
        }
    }
}
