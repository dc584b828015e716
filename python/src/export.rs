//! The other side of the buffer protocol: memory of our own, lent to others.

use core::ffi::{CStr, c_int};
use core::ptr;
use pyo3::exceptions::PyBufferError;
use pyo3::ffi;
use pyo3::prelude::*;

/// What there is to lend; shape and strides, one number per axis, stay where
/// they are for as long as it is lent.
pub struct Exported<'a> {
    pub start: *mut u8,
    pub nbytes: isize,
    pub itemsize: isize,
    pub readonly: bool,
    pub format: &'a CStr,
    /// None either if there are no axes, or if that is not known.
    pub shape: &'a [isize],
    pub strides: &'a [isize],
    pub ndim: usize,
    /// None, or one per axis.
    pub suboffsets: Option<&'a [isize]>,
    pub c_contiguous: bool,
    pub f_contiguous: bool,
    /// Whether the suboffsets count, also if they say that there are none.
    pub pointers: bool,
}

/// Whether all bits of a flag are asked for.
fn asks(request: c_int, flag: c_int) -> bool {
    request & flag == flag
}

impl Exported<'_> {
    /// Fills a consumer's buffer, but for its owner, with what it asks for.
    /// `name` goes before the text of refusals.
    ///
    /// # Safety
    /// `buffer` is a consumer's, to be written.
    pub unsafe fn answer(
        &self,
        name: &str,
        buffer: *mut ffi::Py_buffer,
        request: c_int,
    ) -> PyResult<()> {
        let refuse = |text: &str| Err(PyBufferError::new_err(format!("{name}: {text}")));
        let (c, f) = (self.c_contiguous, self.f_contiguous);
        if asks(request, ffi::PyBUF_WRITABLE) && self.readonly {
            return refuse("underlying buffer is not writable");
        }
        if asks(request, ffi::PyBUF_C_CONTIGUOUS) && !c {
            return refuse("underlying buffer is not C-contiguous");
        }
        if asks(request, ffi::PyBUF_F_CONTIGUOUS) && !f {
            return refuse("underlying buffer is not Fortran contiguous");
        }
        if asks(request, ffi::PyBUF_ANY_CONTIGUOUS) && !c && !f {
            return refuse("underlying buffer is not contiguous");
        }
        if !asks(request, ffi::PyBUF_INDIRECT) && self.pointers {
            return refuse("underlying buffer requires suboffsets");
        }
        let strides = asks(request, ffi::PyBUF_STRIDES);
        if !strides && !c {
            return refuse("underlying buffer is not C-contiguous");
        }
        let (shape, format) = (asks(request, ffi::PyBUF_ND), asks(request, ffi::PyBUF_FORMAT));
        if !shape && format {
            return refuse("cannot cast to unsigned bytes if the format flag is present");
        }
        let axes = |asked: bool, numbers: &[isize]| {
            let given = asked && !numbers.is_empty();
            if given { numbers.as_ptr().cast_mut() } else { ptr::null_mut() }
        };
        // SAFETY: the caller's; nothing in it was valid before.
        unsafe {
            buffer.write(ffi::Py_buffer {
                buf: self.start.cast(),
                obj: ptr::null_mut(),
                len: self.nbytes,
                itemsize: self.itemsize,
                readonly: self.readonly.into(),
                ndim: if shape { self.ndim as c_int } else { 1 },
                format: if format { self.format.as_ptr().cast_mut() } else { ptr::null_mut() },
                shape: axes(shape, self.shape),
                strides: axes(strides, self.strides),
                suboffsets: match self.suboffsets {
                    Some(suboffsets) => axes(true, suboffsets),
                    None => ptr::null_mut(),
                },
                internal: ptr::null_mut(),
            });
        }
        Ok(())
    }
}
