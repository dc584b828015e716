//! An exporter of memory that is there for ever.

use core::ffi::c_int;
use core::ptr;
use pyo3::ffi;
use pyo3::prelude::*;

static BYTES: [u8; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
static SHAPE: [isize; 1] = [BYTES.len() as isize];
static STRIDES: [isize; 1] = [1];

/// Twelve bytes, 0 to 11; in `legacy_mode` their buffers have no owner.
#[pyclass(frozen, module = "stridewise.testing", name = "staticarray")]
pub struct StaticArray {
    legacy_mode: bool,
}

#[pymethods]
impl StaticArray {
    #[new]
    #[pyo3(signature = (legacy_mode=false))]
    fn create(legacy_mode: bool) -> StaticArray {
        StaticArray { legacy_mode }
    }

    // SAFETY: as the interpreter calls it.
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        buffer: *mut ffi::Py_buffer,
        _request: c_int,
    ) -> PyResult<()> {
        let owned = !slf.get().legacy_mode;
        // SAFETY: a consumer's buffer; all else is static.
        unsafe {
            buffer.write(ffi::Py_buffer {
                buf: BYTES.as_ptr().cast_mut().cast(),
                obj: if owned { slf.into_ptr() } else { ptr::null_mut() },
                len: BYTES.len() as isize,
                itemsize: 1,
                readonly: 1,
                ndim: 1,
                format: c"B".as_ptr().cast_mut(),
                shape: SHAPE.as_ptr().cast_mut(),
                strides: STRIDES.as_ptr().cast_mut(),
                suboffsets: ptr::null_mut(),
                internal: ptr::null_mut(),
            });
        }
        Ok(())
    }
}
