//! Formats of items, and how the interpreter reads and writes them.

use crate::value;
use core::ffi::CStr;
use pyo3::exceptions::{PyNotImplementedError, PyOverflowError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat};
use std::sync::Arc;
use stridewise::{Format, FormatError, Value};

/// A format as it is written, and what is known of it.
#[derive(Clone)]
pub struct ItemFormat {
    text: Arc<CStr>,
    native: Option<Native>,
    format: Option<Format>,
}

/// Scalars in the order of C, which the builtin class knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Native {
    Char,
    Signed(usize),
    Unsigned(usize),
    Bool,
    Float(usize),
    Pointer,
}

impl Native {
    /// What a character, with or without `@` before it, means.
    pub fn of(format: &[u8]) -> Option<Native> {
        use core::ffi::{c_int, c_long, c_longlong, c_short};
        let code = match format {
            [code] | [b'@', code] => *code,
            _ => return None,
        };
        Some(match code {
            b'c' => Native::Char,
            b'b' => Native::Signed(1),
            b'B' => Native::Unsigned(1),
            b'h' => Native::Signed(size_of::<c_short>()),
            b'H' => Native::Unsigned(size_of::<c_short>()),
            b'i' => Native::Signed(size_of::<c_int>()),
            b'I' => Native::Unsigned(size_of::<c_int>()),
            b'l' => Native::Signed(size_of::<c_long>()),
            b'L' => Native::Unsigned(size_of::<c_long>()),
            b'q' => Native::Signed(size_of::<c_longlong>()),
            b'Q' => Native::Unsigned(size_of::<c_longlong>()),
            b'n' => Native::Signed(size_of::<isize>()),
            b'N' => Native::Unsigned(size_of::<usize>()),
            b'?' => Native::Bool,
            b'e' => Native::Float(2),
            b'f' => Native::Float(4),
            b'd' => Native::Float(8),
            b'P' => Native::Pointer,
            _ => return None,
        })
    }

    pub fn itemsize(self) -> usize {
        match self {
            Native::Char | Native::Bool => 1,
            Native::Signed(size) | Native::Unsigned(size) | Native::Float(size) => size,
            Native::Pointer => size_of::<*const ()>(),
        }
    }

    /// `B`, `b` or `c`.
    pub fn is_byte(self) -> bool {
        matches!(self, Native::Char | Native::Signed(1) | Native::Unsigned(1))
    }

    /// # Safety
    /// An item may be read there.
    unsafe fn read<'py>(self, py: Python<'py>, at: *const u8) -> PyResult<Bound<'py, PyAny>> {
        // SAFETY: the caller's.
        unsafe {
            Ok(match self {
                Native::Char => PyBytes::new(py, &[*at]).into_any(),
                Native::Signed(1) => at.cast::<i8>().read_unaligned().into_pyobject(py)?.into_any(),
                Native::Signed(2) => {
                    at.cast::<i16>().read_unaligned().into_pyobject(py)?.into_any()
                }
                Native::Signed(4) => {
                    at.cast::<i32>().read_unaligned().into_pyobject(py)?.into_any()
                }
                Native::Signed(_) => {
                    at.cast::<i64>().read_unaligned().into_pyobject(py)?.into_any()
                }
                Native::Unsigned(1) => (*at).into_pyobject(py)?.into_any(),
                Native::Unsigned(2) => {
                    at.cast::<u16>().read_unaligned().into_pyobject(py)?.into_any()
                }
                Native::Unsigned(4) => {
                    at.cast::<u32>().read_unaligned().into_pyobject(py)?.into_any()
                }
                Native::Unsigned(_) => {
                    at.cast::<u64>().read_unaligned().into_pyobject(py)?.into_any()
                }
                Native::Pointer => {
                    at.cast::<usize>().read_unaligned().into_pyobject(py)?.into_any()
                }
                Native::Bool => PyBool::new(py, *at != 0).to_owned().into_any(),
                Native::Float(8) => PyFloat::new(py, at.cast::<f64>().read_unaligned()).into_any(),
                Native::Float(4) => {
                    PyFloat::new(py, at.cast::<f32>().read_unaligned().into()).into_any()
                }
                Native::Float(_) => return half(py, at),
            })
        }
    }

    /// The bytes of an item, and how many they are.
    fn pack(self, value: &Bound<'_, PyAny>) -> PyResult<[u8; 8]> {
        let mut bytes = [0; 8];
        let mut put = |item: &[u8]| bytes[..item.len()].copy_from_slice(item);
        match self {
            Native::Char => match value.cast::<PyBytes>() {
                Ok(value) => match value.as_bytes() {
                    [byte] => put(&[*byte]),
                    _ => return Err(PyValueError::new_err("")),
                },
                Err(_) => return Err(PyTypeError::new_err("")),
            },
            Native::Bool => put(&[value.is_truthy()?.into()]),
            Native::Float(size) => {
                let float = float(value)?;
                match size {
                    8 => put(&float.to_ne_bytes()),
                    4 => put(&(float as f32).to_ne_bytes()),
                    _ => {
                        let half = half_format()?.pack(&Value::Float(float), &mut bytes[..2]);
                        half.map_err(|_| PyValueError::new_err(""))?;
                    }
                }
            }
            Native::Signed(size) => {
                let int = index(value)?.extract::<i64>()?;
                let unused = 64 - 8 * size as u32;
                if int << unused >> unused != int {
                    return Err(PyValueError::new_err(""));
                }
                put(low(&int.to_ne_bytes(), size));
            }
            Native::Unsigned(size) => {
                let int = index(value)?.extract::<u64>()?;
                if size < 8 && int >> (8 * size) != 0 {
                    return Err(PyValueError::new_err(""));
                }
                put(low(&int.to_ne_bytes(), size));
            }
            Native::Pointer => {
                let int = index(value)?;
                let int = int.extract::<i64>().map(|int| int as u64).or_else(|_| int.extract())?;
                put(low(&int.to_ne_bytes(), self.itemsize()));
            }
        }
        Ok(bytes)
    }
}

fn half_format() -> PyResult<Format> {
    Format::parse("e").map_err(crate::errors::raise)
}

/// # Safety
/// Two bytes may be read there.
unsafe fn half(py: Python<'_>, at: *const u8) -> PyResult<Bound<'_, PyAny>> {
    // SAFETY: the caller's.
    let bytes = unsafe { at.cast::<[u8; 2]>().read() };
    value::to_python(py, &half_format()?.unpack(&bytes).map_err(crate::errors::raise)?)
}

/// The lowest bytes of an integer.
fn low(bytes: &[u8; 8], size: usize) -> &[u8] {
    if cfg!(target_endian = "little") { &bytes[..size] } else { &bytes[8 - size..] }
}

/// The integer that an object is the index of.
fn index<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: an object.
    unsafe { Bound::from_owned_ptr_or_err(value.py(), ffi::PyNumber_Index(value.as_ptr())) }
}

fn float(value: &Bound<'_, PyAny>) -> PyResult<f64> {
    // SAFETY: an object.
    let float = unsafe { ffi::PyFloat_AsDouble(value.as_ptr()) };
    match PyErr::take(value.py()) {
        Some(error) if float == -1.0 => Err(error),
        _ => Ok(float),
    }
}

impl ItemFormat {
    /// A format of items of so many bytes.
    pub fn new(text: &CStr, itemsize: isize) -> ItemFormat {
        // Never more bytes than an item has, whatever an exporter says.
        let native =
            Native::of(text.to_bytes()).filter(|native| native.itemsize() as isize <= itemsize);
        let format = usize::try_from(itemsize).ok().and_then(|itemsize| fitted(text, itemsize));
        ItemFormat { text: text.into(), native, format }
    }

    /// As it is written.
    pub fn text(&self) -> &CStr {
        &self.text
    }

    pub fn native(&self) -> Option<Native> {
        self.native
    }

    /// What the core makes of it.
    pub fn format(&self) -> Option<&Format> {
        self.format.as_ref()
    }

    /// Err unless single items can be read and written.
    pub fn check_items(&self, extended: bool) -> PyResult<()> {
        if self.native.is_some() {
            return Ok(());
        }
        if self.format.is_some() && (extended || self.is_scalar()) {
            return Ok(());
        }
        let text = format!("memoryview: format {} not supported", self.text.to_string_lossy());
        Err(PyNotImplementedError::new_err(text))
    }

    /// One number, in some order of bytes.
    fn is_scalar(&self) -> bool {
        let code = match self.text.to_bytes() {
            [b'<' | b'>' | b'=' | b'!' | b'@', code @ ..] => code,
            code => code,
        };
        let code = code.strip_prefix(b"Z").unwrap_or(code);
        matches!(code, [b'?' | b'b' | b'B' | b'h' | b'H' | b'i' | b'I' | b'l' | b'L'])
            || matches!(code, [b'q' | b'Q' | b'e' | b'f' | b'd' | b'c'])
    }

    /// Reads an item that [`check_items`](ItemFormat::check_items) allows.
    ///
    /// # Safety
    /// So many bytes may be read there.
    pub unsafe fn read<'py>(
        &self,
        py: Python<'py>,
        at: *const u8,
        itemsize: isize,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Some(native) = self.native {
            // SAFETY: the caller's.
            return unsafe { native.read(py, at) };
        }
        let Some(format) = &self.format else {
            return self.check_items(true).map(|()| py.None().into_bound(py));
        };
        // SAFETY: the caller's.
        let bytes = unsafe { crate::memory::bytes_at(at, itemsize as usize) };
        value::to_python(py, &format.unpack(bytes).map_err(crate::errors::raise)?)
    }

    /// The bytes of an item that is a value.
    pub fn pack(&self, value: &Bound<'_, PyAny>, itemsize: isize) -> PyResult<Packed> {
        if let Some(native) = self.native {
            let packed = native.pack(value).map_err(|error| self.fixed(value.py(), error))?;
            return Ok(Packed::Native(packed, native.itemsize()));
        }
        self.check_items(true)?;
        let mut bytes = vec![0; itemsize as usize];
        if let Some(format) = &self.format {
            let value =
                value::from_python(value, format).map_err(|error| self.fixed(value.py(), error))?;
            format.pack(&value, &mut bytes).map_err(|error| match error {
                FormatError::Type { .. } => self.wrong_type(),
                _ => self.wrong_value(),
            })?;
        }
        Ok(Packed::Other(bytes))
    }

    /// The error that a conversion error becomes.
    fn fixed(&self, py: Python<'_>, error: PyErr) -> PyErr {
        if error.is_instance_of::<PyTypeError>(py) {
            self.wrong_type()
        } else if error.is_instance_of::<PyOverflowError>(py)
            || error.is_instance_of::<PyValueError>(py)
        {
            self.wrong_value()
        } else {
            error
        }
    }

    fn wrong_type(&self) -> PyErr {
        let format = self.text.to_string_lossy();
        PyTypeError::new_err(format!("memoryview: invalid type for format '{format}'"))
    }

    fn wrong_value(&self) -> PyErr {
        let format = self.text.to_string_lossy();
        PyValueError::new_err(format!("memoryview: invalid value for format '{format}'"))
    }
}

/// A format that is understood.
pub fn parsed(text: &CStr) -> Option<Format> {
    let scalar = match text.to_bytes() {
        [code] | [b'@', code] => Format::from_code(char::from(*code)),
        _ => None,
    };
    scalar.or_else(|| Format::parse(text.to_str().ok()?).ok())
}

/// A format that is understood, of items of so many bytes.
///
/// NumPy tells nothing of the padding at the end of a struct, neither that
/// it is there nor that it is not.
pub fn fitted(text: &CStr, itemsize: usize) -> Option<Format> {
    let format = parsed(text)?;
    let size = format.itemsize();
    if size == itemsize {
        return Some(format);
    }
    let text = text.to_str().ok()?;
    let fields = text.strip_prefix("T{")?;
    let other = match itemsize.checked_sub(size) {
        Some(padding) => format!("{text}{padding}x"),
        None => fields.strip_suffix('}')?.into(),
    };
    Format::parse(&other).ok().filter(|other| other.itemsize() == itemsize)
}

/// Bytes of an item.
pub enum Packed {
    Native([u8; 8], usize),
    Other(Vec<u8>),
}

impl Packed {
    pub fn bytes(&self) -> &[u8] {
        match self {
            Packed::Native(bytes, len) => &bytes[..*len],
            Packed::Other(bytes) => bytes,
        }
    }
}

/// Whether a format is one of the `struct` module.
pub fn is_struct(format: &[u8]) -> bool {
    let (native, mut rest) = match format {
        [b'@', rest @ ..] => (true, rest),
        [b'<' | b'>' | b'=' | b'!', rest @ ..] => (false, rest),
        rest => (true, rest),
    };
    while let [first, after @ ..] = rest {
        rest = after;
        if first.is_ascii_whitespace() || *first == 0x0b {
            continue;
        }
        let mut code = *first;
        while code.is_ascii_digit() {
            // A count needs a code behind it.
            let [next, after @ ..] = rest else { return false };
            (code, rest) = (*next, after);
        }
        let known = b"xcbB?hHiIlLqQefdsp".contains(&code) || native && b"nNP".contains(&code);
        if !known {
            return false;
        }
    }
    true
}
