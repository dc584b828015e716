//! Subscripts: items, slices and sub-views, to read and to assign.

use super::subview::{Part, slice};
use super::{MemoryView, Region};
use crate::copy::assign;
use crate::operand::Operand;
use core::mem::MaybeUninit;
use pyo3::exceptions::{PyIndexError, PyNotImplementedError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyEllipsis, PySlice, PyTuple};
use stridewise::MAX_NDIM;

fn not_implemented<T>(text: &'static str) -> PyResult<T> {
    Err(PyNotImplementedError::new_err(text))
}

fn wrong_type<T>(text: &'static str) -> PyResult<T> {
    Err(PyTypeError::new_err(text))
}

/// What a subscript asks for.
enum Subscript<'a, 'py> {
    /// `()` or `...`, of a view without axes.
    Scalar,
    /// One index.
    Index(&'a Bound<'py, PyAny>),
    /// One slice.
    Slice(&'a Bound<'py, PyAny>),
    /// As many indices as there are axes, or fewer.
    Indices(&'a Bound<'py, PyTuple>),
    /// Slices, indices and an ellipsis.
    Parts(Vec<Bound<'py, PyAny>>),
}

/// Whether an object is the index of something.
fn is_index(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: an object.
    unsafe { ffi::PyIndex_Check(object.as_ptr()) != 0 }
}

fn is_slice(object: &Bound<'_, PyAny>) -> bool {
    object.is_instance_of::<PySlice>()
}

fn is_ellipsis(object: &Bound<'_, PyAny>) -> bool {
    object.is_instance_of::<PyEllipsis>()
}

impl<'a, 'py> Subscript<'a, 'py> {
    fn new(key: &'a Bound<'py, PyAny>, ndim: usize) -> PyResult<Subscript<'a, 'py>> {
        let tuple = key.cast::<PyTuple>().ok();
        if ndim == 0 {
            let whole = is_ellipsis(key) || tuple.is_some_and(|tuple| tuple.is_empty());
            if whole {
                return Ok(Subscript::Scalar);
            }
            return wrong_type("invalid indexing of 0-dim memory");
        }
        if is_index(key) {
            return Ok(Subscript::Index(key));
        }
        if is_slice(key) {
            return Ok(Subscript::Slice(key));
        }
        let Some(tuple) = tuple else {
            if is_ellipsis(key) {
                return Ok(Subscript::Parts(vec![key.clone()]));
            }
            return wrong_type("memoryview: invalid slice key");
        };
        if tuple.iter().all(|part| is_index(&part)) {
            return Ok(Subscript::Indices(tuple));
        }
        let parts: Vec<_> = tuple.iter().collect();
        let axes = parts.iter().filter(|part| !is_ellipsis(part)).count();
        let known = parts.iter().all(|part| is_index(part) || is_slice(part) || is_ellipsis(part));
        if !known || parts.len() > axes + 1 {
            return wrong_type("memoryview: invalid slice key");
        }
        if axes > ndim {
            if parts.iter().all(is_slice) {
                return not_implemented("memoryview: more slices than dimensions");
            }
            return Err(too_many(ndim, axes));
        }
        Ok(Subscript::Parts(parts))
    }
}

#[cold]
fn too_many(ndim: usize, given: usize) -> PyErr {
    let text = format!("cannot index {ndim}-dimension view with {given}-element tuple");
    PyTypeError::new_err(text)
}

/// An index as a number.
fn number(index: &Bound<'_, PyAny>) -> PyResult<isize> {
    // SAFETY: an object and a class.
    let number = unsafe { ffi::PyNumber_AsSsize_t(index.as_ptr(), ffi::PyExc_IndexError) };
    match PyErr::take(index.py()) {
        Some(error) if number == -1 => Err(error),
        _ => Ok(number),
    }
}

/// An index that may count from the end, counted from the start.
fn inside(index: isize, extent: isize, axis: usize) -> PyResult<isize> {
    let counted = if index < 0 { index.wrapping_add(extent) } else { index };
    if (0..extent).contains(&counted) {
        return Ok(counted);
    }
    let text = format!("index out of bounds on dimension {}", axis + 1);
    Err(PyIndexError::new_err(text))
}

impl MemoryView {
    /// Where the item is that some indices lead to; evaluating them may run
    /// anything.
    fn item_at(&self, indices: &[Bound<'_, PyAny>]) -> PyResult<*mut u8> {
        let mut index = [MaybeUninit::<isize>::uninit(); MAX_NDIM];
        for (axis, one) in indices.iter().enumerate() {
            let extent = self.region.shape[axis];
            index[axis].write(inside(number(one)?, extent, axis)?);
        }
        self.check()?;
        // SAFETY: so many have been written, and are inside.
        unsafe {
            let index = core::slice::from_raw_parts(index.as_ptr().cast(), indices.len());
            Ok(self.region.item(index))
        }
    }

    /// The builtin complains of the format first.
    fn not_writable(&self) -> PyResult<()> {
        self.check_items()?;
        wrong_type("cannot modify read-only memory")
    }

    fn check_items(&self) -> PyResult<()> {
        self.region.format.check_items(self.extended)
    }

    fn read<'py>(&self, py: Python<'py>, at: *const u8) -> PyResult<Bound<'py, PyAny>> {
        // SAFETY: an item of a view that is not released.
        unsafe { self.region.format.read(py, at, self.region.itemsize) }
    }

    /// The parts of axes that a tuple asks for.
    fn parts(&self, keys: &[Bound<'_, PyAny>]) -> PyResult<Vec<Part>> {
        let skipped = self.region.ndim() + 1 - keys.len();
        let mut parts = Vec::with_capacity(self.region.ndim());
        for key in keys {
            let axis = parts.len();
            if is_ellipsis(key) {
                parts.resize(axis + skipped, Part::All);
                continue;
            }
            let extent = self.region.shape[axis];
            parts.push(match is_slice(key) {
                true => slice(key, extent).map_err(|error| {
                    // As the builtin, which knows no slices of several axes.
                    let zero = error.is_instance_of::<PyValueError>(key.py());
                    if zero { PyNotImplementedError::new_err("slice step zero") } else { error }
                })?,
                false => Part::At(inside(number(key)?, extent, axis)?),
            });
        }
        Ok(parts)
    }

    /// The region that a subscript gives, if it does not give an item.
    fn sub(&self, subscript: &Subscript<'_, '_>) -> PyResult<Region> {
        let parts = match subscript {
            Subscript::Scalar => Vec::new(),
            Subscript::Index(index) => {
                vec![Part::At(inside(number(index)?, self.region.shape[0], 0)?)]
            }
            Subscript::Slice(key) => vec![slice(key, self.region.shape[0])?],
            Subscript::Indices(indices) => self.parts(&indices.iter().collect::<Vec<_>>())?,
            Subscript::Parts(keys) => self.parts(keys)?,
        };
        // SAFETY: the caller holds the buffer.
        unsafe { self.region.part(&parts) }
    }

    /// The item or sub-view at an index of the first axis.
    pub fn along<'py>(slf: &Bound<'py, Self>, index: isize) -> PyResult<Bound<'py, PyAny>> {
        let (py, view) = (slf.py(), slf.get());
        view.check()?;
        if view.region.ndim() == 1 {
            // SAFETY: the caller's index is inside.
            let at = unsafe { view.region.item(&[index]) };
            return view.read(py, at);
        }
        let hold = view.hold.again()?;
        // SAFETY: held.
        let region = unsafe { view.region.part(&[Part::At(index)])? };
        Ok(Bound::new(py, view.with(hold, region))?.into_any())
    }
}

#[pymethods]
impl MemoryView {
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.check()?;
        match self.region.shape.first() {
            Some(&extent) => Ok(extent as usize),
            None if py.version_info() < (3, 12) => Ok(1),
            None => wrong_type("0-dim memory has no length"),
        }
    }

    fn __getitem__<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, view) = (slf.py(), slf.get());
        view.check()?;
        let ndim = view.region.ndim();
        let subscript = Subscript::new(key, ndim)?;
        match &subscript {
            Subscript::Scalar if is_ellipsis(key) => return Ok(slf.clone().into_any()),
            Subscript::Scalar => {
                view.check_items()?;
                return view.read(py, view.region.start);
            }
            Subscript::Index(index) if ndim == 1 => {
                view.check_items()?;
                return view.read(py, view.item_at(&[(*index).clone()])?);
            }
            Subscript::Indices(indices) if indices.len() == ndim => {
                view.check_items()?;
                let indices: Vec<_> = indices.iter().collect();
                return view.read(py, view.item_at(&indices)?);
            }
            Subscript::Indices(indices) if indices.len() > ndim => {
                return Err(too_many(ndim, indices.len()));
            }
            Subscript::Index(index) if !view.extended => {
                number(index)?;
                return not_implemented("multi-dimensional sub-views are not implemented");
            }
            Subscript::Indices(_) if !view.extended => {
                return not_implemented("sub-views are not implemented");
            }
            _ => {}
        }
        // Before slices are evaluated, which may release this view.
        let hold = view.hold.again()?;
        let region = view.sub(&subscript)?;
        Ok(Bound::new(py, view.with(hold, region))?.into_any())
    }

    fn __setitem__(&self, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        self.check()?;
        if self.readonly {
            return self.not_writable();
        }
        let ndim = self.region.ndim();
        let subscript = Subscript::new(key, ndim)?;
        let at = match &subscript {
            Subscript::Scalar => Some(Vec::new()),
            Subscript::Index(index) if ndim == 1 => Some(vec![(*index).clone()]),
            Subscript::Indices(indices) if indices.len() == ndim => Some(indices.iter().collect()),
            Subscript::Indices(indices) if indices.len() > ndim => {
                return Err(too_many(ndim, indices.len()));
            }
            Subscript::Index(_) | Subscript::Indices(_) if !self.extended => {
                return not_implemented("sub-views are not implemented");
            }
            _ => None,
        };
        match at {
            Some(indices) => self.write(&indices, value),
            None => self.write_all(&subscript, value),
        }
    }

    fn __delitem__(&self, _key: &Bound<'_, PyAny>) -> PyResult<()> {
        self.check()?;
        if self.readonly {
            return self.not_writable();
        }
        wrong_type("cannot delete memory")
    }
}

impl MemoryView {
    fn write(&self, indices: &[Bound<'_, PyAny>], value: &Bound<'_, PyAny>) -> PyResult<()> {
        self.check_items()?;
        let at = self.item_at(indices)?;
        let packed = self.region.format.pack(value, self.region.itemsize)?;
        // What made the value may have released the view.
        self.check()?;
        let bytes = packed.bytes();
        // SAFETY: an item of a view that is not released, and bytes of our own.
        unsafe { at.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        Ok(())
    }

    /// Assigns the items of another exporter.
    fn write_all(&self, subscript: &Subscript<'_, '_>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let src = Operand::of_exporter(value)?;
        let region = self.sub(subscript)?;
        if self.region.ndim() > 1 && src.layout.ndim() != region.ndim() {
            return not_implemented(
                "memoryview slice assignments are restricted to values of as many dimensions",
            );
        }
        let layout = region.layout()?;
        let alike = equivalent(region.format.text().to_bytes(), src.format().to_bytes());
        if !alike
            || layout.itemsize() != src.layout.itemsize()
            || layout.shape() != src.layout.shape()
        {
            let text = "memoryview assignment: lvalue and rvalue have different structures";
            return Err(PyValueError::new_err(text));
        }
        // Held until it is done; other threads may run meanwhile.
        self.lend()?;
        let done = assign(value.py(), &region, &layout, &src);
        self.give_back();
        done
    }
}

/// Whether two formats are the same but for an `@` in front.
fn equivalent(a: &[u8], b: &[u8]) -> bool {
    a.strip_prefix(b"@").unwrap_or(a) == b.strip_prefix(b"@").unwrap_or(b)
}
