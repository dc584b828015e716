//! Bases: memory and how it is exported.

use super::flags;
use super::items::Maker;
use crate::format::ItemFormat;
use crate::lease::Lease;
use crate::memoryview::{Region, packed};
use core::ffi::{CStr, c_int};
use core::ptr;
use core::sync::atomic::AtomicIsize;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyList, PyTuple};
use std::ffi::CString;
use std::sync::Arc;

/// What an array exports. The pointers of the buffer are to what the base
/// has itself, or to what its keeper has.
pub struct Base {
    pub buffer: ffi::Py_buffer,
    pub flags: i32,
    /// Bytes from the first item given to the one at index 0; -1 if the
    /// memory is another's.
    pub offset: isize,
    pub exports: AtomicIsize,
    pub keeper: Keeper,
    _arrays: [Option<Box<[isize]>>; 3],
    _format: Option<CString>,
}

/// Who has the memory.
#[derive(Clone)]
pub enum Keeper {
    Memory(#[allow(dead_code, reason = "kept")] Arc<[u8]>),
    Lease(Arc<Lease>),
}

// SAFETY: pointers to memory that the keeper keeps, and to arrays of its own.
unsafe impl Send for Base {}
// SAFETY: as above; written with the interpreter's lock.
unsafe impl Sync for Base {}

/// The arguments that tell the structure of a base.
pub struct Structure<'a, 'py> {
    pub items: &'a Bound<'py, PyAny>,
    pub shape: &'a Bound<'py, PyAny>,
    pub strides: Option<&'a Bound<'py, PyAny>>,
    pub offset: isize,
    pub format: &'a CStr,
    pub flags: i32,
}

/// The elements of a list or a tuple.
fn elements<'py>(sequence: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    if !sequence.is_instance_of::<PyList>() && !sequence.is_instance_of::<PyTuple>() {
        return Err(PyTypeError::new_err("arg must be a list or a tuple"));
    }
    sequence.try_iter()?.collect()
}

fn numbers(elements: &[Bound<'_, PyAny>], what: &str) -> PyResult<Box<[isize]>> {
    let each = elements.iter().map(|element| {
        if !element.is_instance_of::<PyInt>() {
            return Err(PyValueError::new_err(format!("elements of {what} must be integers")));
        }
        element.extract::<isize>()
    });
    each.collect()
}

fn value_error<T>(text: &'static str) -> PyResult<T> {
    Err(PyValueError::new_err(text))
}

/// Err unless all items are inside the memory.
fn verify(
    len: isize,
    itemsize: isize,
    offset: isize,
    shape: &[isize],
    strides: &[isize],
) -> PyResult<()> {
    if strides.iter().any(|stride| stride % itemsize != 0) {
        return value_error("strides must be a multiple of itemsize");
    }
    if shape.contains(&0) {
        return Ok(());
    }
    let (mut least, mut most) = (offset as i128, (offset + itemsize) as i128);
    for (&extent, &stride) in shape.iter().zip(strides) {
        let reach = (extent as i128 - 1) * stride as i128;
        least += reach.min(0);
        most += reach.max(0);
    }
    if least < 0 || most > len as i128 {
        return value_error("invalid combination of buffer, shape and strides");
    }
    Ok(())
}

impl Base {
    /// Items that are put into memory.
    pub fn new(py: Python<'_>, of: &Structure<'_, '_>) -> PyResult<Base> {
        let shape = elements(of.shape)?;
        if shape.len() > super::MAX_NDIM {
            return value_error("ndim must not exceed 128");
        }
        let strides = match of.strides.map(elements).transpose()? {
            Some(strides) if !strides.is_empty() => {
                if of.flags & flags::FORTRAN != 0 {
                    let text = "ND_FORTRAN cannot be used together with strides";
                    return Err(PyTypeError::new_err(text));
                }
                if strides.len() != shape.len() {
                    return value_error("len(shape) != len(strides)");
                }
                Some(strides)
            }
            _ => None,
        };
        let maker = Maker::new(py, of.format)?;
        if maker.itemsize() == 0 {
            return value_error("itemsize must not be zero");
        }
        let itemsize = maker.itemsize() as isize;
        let items = if shape.is_empty() { vec![of.items.clone()] } else { elements(of.items)? };
        if items.is_empty() {
            return value_error("initializer list or tuple must not be empty");
        }
        let len = items.len() as isize * itemsize;
        if of.offset % itemsize != 0 {
            return value_error("offset must be a multiple of itemsize");
        }
        if of.offset < 0 || of.offset + itemsize > len {
            return value_error("offset out of bounds");
        }
        let mut memory = vec![0u8; len as usize];
        for (item, bytes) in items.iter().zip(memory.chunks_exact_mut(itemsize as usize)) {
            maker.pack(item, bytes)?;
        }
        let pil = of.flags & flags::PIL != 0;
        if shape.is_empty() && pil {
            let text = "ndim = 0 cannot be used in conjunction with ND_PIL";
            return Err(PyTypeError::new_err(text));
        }
        let shape = numbers(&shape, "shape")?;
        if shape.iter().any(|&extent| extent < 0) {
            return value_error("elements of shape must be integers >= 0");
        }
        let strides = match strides {
            Some(strides) => numbers(&strides, "strides")?,
            None if of.flags & flags::FORTRAN != 0 => {
                let backwards: Box<[isize]> = shape.iter().rev().copied().collect();
                packed(&backwards, itemsize).iter().rev().copied().collect()
            }
            None => packed(&shape, itemsize),
        };
        verify(len, itemsize, of.offset, &shape, &strides)?;
        let region = |start| Region {
            start,
            itemsize,
            format: ItemFormat::new(of.format, itemsize),
            shape: shape.clone(),
            strides: strides.clone(),
            suboffsets: None,
        };
        let kept = of.flags & !flags::FORTRAN;
        let readonly = of.flags & flags::WRITABLE == 0;
        if pil {
            return Ok(pointers(memory, of.offset, region(ptr::null_mut()), kept, readonly));
        }
        let memory: Arc<[u8]> = memory.into();
        let start = memory.as_ptr().cast_mut().wrapping_offset(of.offset);
        let keeper = Keeper::Memory(memory);
        Ok(Base::of(region(start), keeper, of.offset, kept, readonly))
    }

    /// A region of memory that a keeper has.
    pub fn of(region: Region, keeper: Keeper, offset: isize, flags: i32, readonly: bool) -> Base {
        let nbytes = region.nbytes();
        let Region { start, itemsize, format, shape, strides, suboffsets } = region;
        let format = format.text().to_owned();
        let axes = |numbers: &[isize]| {
            if numbers.is_empty() { ptr::null_mut() } else { numbers.as_ptr().cast_mut() }
        };
        let buffer = ffi::Py_buffer {
            buf: start.cast(),
            obj: ptr::null_mut(),
            len: nbytes,
            itemsize,
            readonly: readonly.into(),
            ndim: shape.len() as c_int,
            format: format.as_ptr().cast_mut(),
            shape: axes(&shape),
            strides: axes(&strides),
            suboffsets: axes(suboffsets.as_deref().unwrap_or_default()),
            internal: ptr::null_mut(),
        };
        let _arrays = [Some(shape), Some(strides), suboffsets];
        let exports = AtomicIsize::new(0);
        Base { buffer, flags, offset, exports, keeper, _arrays, _format: Some(format) }.flagged()
    }

    /// What another exporter has lent, as it has told.
    pub fn of_lease(lease: Lease, extra: i32) -> Base {
        let buffer = ffi::Py_buffer { obj: ptr::null_mut(), ..*lease.buffer() };
        let writable = if lease.readonly() { 0 } else { flags::WRITABLE };
        Base {
            buffer,
            flags: writable | extra,
            offset: -1,
            exports: AtomicIsize::new(0),
            keeper: Keeper::Lease(Arc::new(lease)),
            _arrays: [None, None, None],
            _format: None,
        }
        .flagged()
    }

    /// The same with suboffsets that say that there are no pointers.
    pub fn with_suboffsets(&self) -> Base {
        let suboffsets = vec![-1; self.buffer.ndim as usize].into_boxed_slice();
        let mut base = Base {
            buffer: self.buffer,
            flags: self.flags,
            offset: self.offset,
            exports: AtomicIsize::new(0),
            keeper: self.keeper.clone(),
            _arrays: [None, None, None],
            _format: None,
        };
        let copy = |numbers: *mut isize| {
            // SAFETY: an array of the base, one number per axis.
            let numbers = unsafe { core::slice::from_raw_parts(numbers, suboffsets.len()) };
            Box::<[isize]>::from(numbers)
        };
        let (shape, strides) = (copy(self.buffer.shape), copy(self.buffer.strides));
        base.buffer.shape = shape.as_ptr().cast_mut();
        base.buffer.strides = strides.as_ptr().cast_mut();
        base.buffer.suboffsets = suboffsets.as_ptr().cast_mut();
        base._arrays = [Some(shape), Some(strides), Some(suboffsets)];
        if !self.buffer.format.is_null() {
            // SAFETY: a string of the base.
            let format = unsafe { CStr::from_ptr(self.buffer.format) }.to_owned();
            base.buffer.format = format.as_ptr().cast_mut();
            base._format = Some(format);
        }
        base
    }

    fn flagged(mut self) -> Base {
        let set = |is: bool, flag: i32| if is { flag } else { 0 };
        self.flags |= set(self.buffer.ndim == 0, flags::SCALAR)
            | set(!self.buffer.suboffsets.is_null(), flags::PIL)
            | set(self.is_contiguous(b'C'), flags::C)
            | set(self.is_contiguous(b'F'), flags::FORTRAN);
        self
    }

    pub fn is_contiguous(&self, order: u8) -> bool {
        // SAFETY: a buffer of ours.
        unsafe { ffi::PyBuffer_IsContiguous(&self.buffer, order as _) != 0 }
    }

    /// The format, if it is told.
    pub fn format(&self) -> Option<&CStr> {
        let format = self.buffer.format;
        // SAFETY: a string that the base or its keeper has.
        (!format.is_null()).then(|| unsafe { CStr::from_ptr(format) })
    }

    /// The items, with what is not told made up.
    pub fn region(&self) -> Region {
        Region::of_buffer(&self.buffer)
    }
}

/// An array behind pointers: one for each index of the first axis, in front
/// of the items.
fn pointers(items: Vec<u8>, offset: isize, mut region: Region, flags: i32, readonly: bool) -> Base {
    const SIZE: isize = size_of::<*const u8>() as isize;
    let (extent, stride) = (region.shape[0], region.strides[0]);
    let table = (extent * SIZE) as usize;
    let mut memory: Arc<[u8]> = vec![0; table + items.len()].into();
    let start = memory.as_ptr().cast_mut();
    // From the start of a sub-array to its item at index 0, and from the
    // first of the items to the least start of a sub-array.
    let back = |axis: usize| {
        let (extent, stride) = (region.shape[axis], region.strides[axis]);
        if stride <= 0 { (extent - 1).max(0) * -stride } else { 0 }
    };
    let empty = region.shape.contains(&0);
    let inside: isize = if empty { 0 } else { (1..region.ndim()).map(back).sum() };
    let least = if empty { 0 } else { offset - inside - back(0) };
    if let Some(memory) = Arc::get_mut(&mut memory) {
        let (pointers, rest) = memory.split_at_mut(table);
        rest.copy_from_slice(&items);
        for (n, pointer) in pointers.chunks_exact_mut(SIZE as usize).enumerate() {
            let to = start.wrapping_offset(table as isize + least + n as isize * stride.abs());
            pointer.copy_from_slice(&to.expose_provenance().to_ne_bytes());
        }
    }
    let backwards = stride < 0;
    region.start = start;
    region.strides[0] = if backwards { -SIZE } else { SIZE };
    if backwards && extent > 0 {
        region.start = start.wrapping_offset((extent - 1) * SIZE);
    }
    let mut suboffsets = vec![-1; region.ndim()].into_boxed_slice();
    suboffsets[0] = inside;
    region.suboffsets = Some(suboffsets);
    Base::of(region, Keeper::Memory(memory), 0, flags, readonly)
}
