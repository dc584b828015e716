//! DLPack: tensors of array libraries, in and out, in the CPU's memory.

use crate::errors::raise;
use crate::export::Exported;
use core::ffi::{CStr, c_void};
use core::ptr;
use core::slice;
use pyo3::exceptions::{PyAttributeError, PyBufferError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyCapsule};
use stridewise::{Layout, Order};

/// The type and the number of the device.
pub const CPU: (i32, i32) = (1, 0);

const NAME: &CStr = c"dltensor";
const USED: &CStr = c"used_dltensor";
const VERSIONED_NAME: &CStr = c"dltensor_versioned";
const VERSIONED_USED: &CStr = c"used_dltensor_versioned";
/// The flag of memory that must not be written.
const READ_ONLY: u64 = 1;

#[repr(C)]
struct DataType {
    code: u8,
    bits: u8,
    lanes: u16,
}

#[repr(C)]
struct DlTensor {
    data: *mut c_void,
    device: (i32, i32),
    ndim: i32,
    dtype: DataType,
    shape: *mut i64,
    strides: *mut i64,
    byte_offset: u64,
}

#[repr(C)]
struct Unversioned {
    tensor: DlTensor,
    context: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut Unversioned)>,
}

#[repr(C)]
struct Versioned {
    version: [u32; 2],
    context: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut Versioned)>,
    flags: u64,
    tensor: DlTensor,
}

/// Formats, with DLPack's code and number of bits.
const TYPES: [(u8, u8, &CStr); 14] = [
    (0, 8, c"b"),
    (0, 16, c"h"),
    (0, 32, c"i"),
    (0, 64, c"q"),
    (1, 8, c"B"),
    (1, 16, c"H"),
    (1, 32, c"I"),
    (1, 64, c"Q"),
    (2, 16, c"e"),
    (2, 32, c"f"),
    (2, 64, c"d"),
    (5, 64, c"Zf"),
    (5, 128, c"Zd"),
    (6, 8, c"?"),
];

/// A tensor that another library has lent.
pub struct Tensor {
    managed: Managed,
    format: &'static CStr,
}

enum Managed {
    Unversioned(*mut Unversioned),
    Versioned(*mut Versioned),
}

impl Tensor {
    /// The tensor of an object; none if it is not one.
    pub fn of(object: &Bound<'_, PyAny>) -> PyResult<Option<Tensor>> {
        let py = object.py();
        let device = match object.call_method0("__dlpack_device__") {
            Ok(device) => device.extract::<(i32, i32)>()?,
            Err(error) if error.is_instance_of::<PyAttributeError>(py) => return Ok(None),
            Err(error) => return Err(error),
        };
        if device.0 != CPU.0 {
            let text = format!("the tensor is on a device of type {}, not on the CPU", device.0);
            return Err(PyBufferError::new_err(text));
        }
        let newest = [("max_version", (1, 0))].into_py_dict(py)?;
        let capsule = match object.call_method("__dlpack__", (), Some(&newest)) {
            Err(error) if error.is_instance_of::<PyTypeError>(py) => {
                object.call_method0("__dlpack__")?
            }
            capsule => capsule?,
        };
        let Some(managed) = take(&capsule.cast_into::<PyCapsule>()?)? else {
            return Err(PyBufferError::new_err("__dlpack__ gave a capsule of another kind"));
        };
        // Given back also if it is refused.
        let mut tensor = Tensor { managed, format: c"" };
        tensor.format = tensor.check()?;
        Ok(Some(tensor))
    }

    fn tensor(&self) -> &DlTensor {
        // SAFETY: given back only when the tensor is dropped.
        unsafe {
            match self.managed {
                Managed::Unversioned(managed) => &(*managed).tensor,
                Managed::Versioned(managed) => &(*managed).tensor,
            }
        }
    }

    fn check(&self) -> PyResult<&'static CStr> {
        if let Managed::Versioned(managed) = self.managed {
            // SAFETY: as above.
            let [major, minor] = unsafe { (*managed).version };
            if major != 1 {
                let text = format!("the tensor is of DLPack {major}.{minor}, not 1");
                return Err(PyBufferError::new_err(text));
            }
        }
        let DataType { code, bits, lanes } = self.tensor().dtype;
        let known = TYPES.iter().find(|&&(c, b, _)| lanes == 1 && (c, b) == (code, bits));
        known.map(|&(_, _, format)| format).ok_or_else(|| {
            let text =
                format!("items of DLPack type {code}, {bits} bits, {lanes} lanes have no format");
            PyBufferError::new_err(text)
        })
    }

    pub fn format(&self) -> &'static CStr {
        self.format
    }

    pub fn start(&self) -> *mut u8 {
        let tensor = self.tensor();
        tensor.data.cast::<u8>().wrapping_add(tensor.byte_offset as usize)
    }

    /// Whether the memory must not be written.
    pub fn readonly(&self) -> bool {
        match self.managed {
            Managed::Unversioned(_) => false,
            // SAFETY: as above.
            Managed::Versioned(managed) => unsafe { (*managed).flags & READ_ONLY != 0 },
        }
    }

    pub fn layout(&self) -> PyResult<Layout> {
        let DlTensor { ndim, ref dtype, shape, strides, .. } = *self.tensor();
        let itemsize = usize::from(dtype.bits / 8);
        let numbers = |start: *const i64| match ndim {
            ..=0 => &[],
            // SAFETY: as many as there are axes.
            _ => unsafe { slice::from_raw_parts(start, ndim as usize) },
        };
        let wrong =
            |what: &str| PyBufferError::new_err(format!("the tensor's {what} is too large"));
        let extents = numbers(shape).iter().map(|&extent| usize::try_from(extent));
        let extents: Vec<usize> = extents.collect::<Result<_, _>>().map_err(|_| wrong("shape"))?;
        if strides.is_null() {
            return Layout::contiguous(&extents, itemsize, Order::C).map_err(raise);
        }
        let strides = numbers(strides).iter().map(|&stride| {
            isize::try_from(stride).ok().and_then(|stride| stride.checked_mul(itemsize as isize))
        });
        let strides: Vec<isize> = strides.collect::<Option<_>>().ok_or_else(|| wrong("stride"))?;
        Layout::new(&extents, &strides, itemsize, 0).map_err(raise)
    }
}

impl Drop for Tensor {
    fn drop(&mut self) {
        // SAFETY: taken from its capsule, given back once.
        Python::attach(|_| unsafe {
            match self.managed {
                Managed::Unversioned(managed) => delete(managed, (*managed).deleter),
                Managed::Versioned(managed) => delete(managed, (*managed).deleter),
            }
        });
    }
}

/// # Safety
/// The deleter is that of the tensor, which nobody uses afterwards.
unsafe fn delete<T>(managed: *mut T, deleter: Option<unsafe extern "C" fn(*mut T)>) {
    if let Some(deleter) = deleter {
        // SAFETY: the caller's.
        unsafe { deleter(managed) };
    }
}

/// What is in a capsule, which has it no longer.
fn take(capsule: &Bound<'_, PyCapsule>) -> PyResult<Option<Managed>> {
    let object = capsule.as_ptr();
    // SAFETY: a capsule; its names are static.
    unsafe {
        if ffi::PyCapsule_IsValid(object, VERSIONED_NAME.as_ptr()) != 0 {
            let managed = ffi::PyCapsule_GetPointer(object, VERSIONED_NAME.as_ptr()).cast();
            ffi::PyCapsule_SetName(object, VERSIONED_USED.as_ptr());
            Ok(Some(Managed::Versioned(managed)))
        } else if ffi::PyCapsule_IsValid(object, NAME.as_ptr()) != 0 {
            let managed = ffi::PyCapsule_GetPointer(object, NAME.as_ptr()).cast();
            ffi::PyCapsule_SetName(object, USED.as_ptr());
            Ok(Some(Managed::Unversioned(managed)))
        } else {
            Ok(None)
        }
    }
}

/// Refuses what a consumer may ask for and gets not.
pub fn check_asked(
    stream: Option<Bound<'_, PyAny>>,
    device: Option<(i32, i32)>,
    copy: Option<bool>,
) -> PyResult<()> {
    if stream.is_some() {
        return Err(PyBufferError::new_err("memory of the CPU has no stream"));
    }
    if let Some(device) = device
        && device != CPU
    {
        let text = format!("the memory is on the CPU, not on device {device:?}");
        return Err(PyBufferError::new_err(text));
    }
    if copy == Some(true) {
        return Err(PyBufferError::new_err("the memory is shared, not copied"));
    }
    Ok(())
}

/// What an exported tensor keeps.
struct Context {
    owner: *mut ffi::PyObject,
    numbers: Box<[i64]>,
}

/// A capsule of memory that `owner` keeps.
pub fn export<'py>(
    owner: &Bound<'py, PyAny>,
    exported: &Exported<'_>,
    versioned: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let py = owner.py();
    let refuse = |text: String| PyBufferError::new_err(text);
    if exported.readonly && !versioned {
        return Err(refuse("read-only memory needs max_version=(1, 0)".into()));
    }
    let Some(&(code, bits, _)) = TYPES.iter().find(|(_, _, format)| *format == exported.format)
    else {
        let format = exported.format.to_string_lossy();
        return Err(refuse(format!("DLPack has no type for format '{format}'")));
    };
    let ndim = exported.shape.len();
    let mut numbers: Vec<i64> = exported.shape.iter().map(|&extent| extent as i64).collect();
    for &stride in exported.strides {
        if stride % exported.itemsize != 0 {
            let size = exported.itemsize;
            return Err(refuse(format!("stride {stride} is no multiple of the itemsize {size}")));
        }
        numbers.push((stride / exported.itemsize) as i64);
    }
    let mut context =
        Box::new(Context { owner: owner.clone().into_ptr(), numbers: numbers.into_boxed_slice() });
    let shape = context.numbers.as_mut_ptr();
    let tensor = DlTensor {
        data: exported.start.cast(),
        device: CPU,
        ndim: ndim as i32,
        dtype: DataType { code, bits, lanes: 1 },
        shape,
        strides: shape.wrapping_add(ndim),
        byte_offset: 0,
    };
    let context = Box::into_raw(context).cast();
    // SAFETY: a capsule of a tensor that its destructor, or else a consumer,
    // deletes.
    unsafe {
        let capsule = if versioned {
            let flags = if exported.readonly { READ_ONLY } else { 0 };
            let deleter = Some(delete_versioned as unsafe extern "C" fn(_));
            let managed = Versioned { version: [1, 0], context, deleter, flags, tensor };
            let managed = Box::into_raw(Box::new(managed)).cast();
            ffi::PyCapsule_New(managed, VERSIONED_NAME.as_ptr(), Some(drop_capsule))
        } else {
            let deleter = Some(delete_unversioned as unsafe extern "C" fn(_));
            let managed = Box::into_raw(Box::new(Unversioned { tensor, context, deleter })).cast();
            ffi::PyCapsule_New(managed, NAME.as_ptr(), Some(drop_capsule))
        };
        Bound::from_owned_ptr_or_err(py, capsule)
    }
}

/// A capsule that nobody has taken the tensor of.
unsafe extern "C" fn drop_capsule(capsule: *mut ffi::PyObject) {
    // SAFETY: a capsule that ends; the names tell what is in it, if anything.
    unsafe {
        if ffi::PyCapsule_IsValid(capsule, VERSIONED_NAME.as_ptr()) != 0 {
            delete_versioned(ffi::PyCapsule_GetPointer(capsule, VERSIONED_NAME.as_ptr()).cast());
        } else if ffi::PyCapsule_IsValid(capsule, NAME.as_ptr()) != 0 {
            delete_unversioned(ffi::PyCapsule_GetPointer(capsule, NAME.as_ptr()).cast());
        }
    }
}

unsafe extern "C" fn delete_versioned(managed: *mut Versioned) {
    // SAFETY: made by `export`, deleted once.
    unsafe { drop_context(Box::from_raw(managed).context) };
}

unsafe extern "C" fn delete_unversioned(managed: *mut Unversioned) {
    // SAFETY: made by `export`, deleted once.
    unsafe { drop_context(Box::from_raw(managed).context) };
}

/// # Safety
/// Made by [`export`], dropped once.
unsafe fn drop_context(context: *mut c_void) {
    // SAFETY: the caller's; the owner is a reference of our own.
    unsafe {
        let context = Box::from_raw(context.cast::<Context>());
        // A consumer may be done without the interpreter's lock, or after it.
        if ffi::Py_IsInitialized() != 0 {
            Python::attach(|_| ffi::Py_DECREF(context.owner));
        }
        debug_assert_ne!(context.owner, ptr::null_mut());
    }
}
