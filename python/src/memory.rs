//! Fresh memory: never zeroed, in large pages where it is large.

use core::slice;
use pyo3::exceptions::PyMemoryError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Bytes from which on large pages are asked for.
const LARGE: usize = 4 << 20;

/// A `bytes` object of so many bytes, which `fill` writes all of unless it
/// fails.
pub fn bytes_of<'py>(
    py: Python<'py>,
    len: usize,
    fill: impl FnOnce(Fresh) -> PyResult<()>,
) -> PyResult<Bound<'py, PyBytes>> {
    let too_many = || PyMemoryError::new_err(format!("allocation of {len} bytes failed"));
    let size = isize::try_from(len).map_err(|_| too_many())?;
    // SAFETY: a new object, without contents yet, which nobody else has.
    let bytes: Bound<'py, PyBytes> = unsafe {
        let new = ffi::PyBytes_FromStringAndSize(core::ptr::null(), size);
        Bound::from_owned_ptr_or_err(py, new)?.cast_into_unchecked()
    };
    // SAFETY: the object's own memory.
    let start = unsafe { ffi::PyBytes_AsString(bytes.as_ptr()) }.cast::<u8>();
    advise(start, len);
    fill(Fresh { start, len })?;
    Ok(bytes)
}

/// Memory that nobody else has, whose bytes are not initialised yet.
pub struct Fresh {
    pub start: *mut u8,
    pub len: usize,
}

// SAFETY: nobody else has it.
unsafe impl Send for Fresh {}

/// Asks for large pages; the system may have none.
#[cfg(target_os = "linux")]
fn advise(start: *mut u8, len: usize) {
    /// A multiple of every size of small pages, to which advice is rounded.
    const GRAIN: usize = 64 << 10;
    if len < LARGE {
        return;
    }
    let skip = start.align_offset(GRAIN);
    let Some(rest) = len.checked_sub(skip) else { return };
    // SAFETY: whole pages inside memory that nobody else has; the advice
    // changes neither their contents nor who may use them.
    unsafe {
        let start = start.add(skip).cast();
        libc::madvise(start, rest / GRAIN * GRAIN, libc::MADV_HUGEPAGE);
    }
}

#[cfg(not(target_os = "linux"))]
fn advise(_: *mut u8, _: usize) {}

/// The bytes at a pointer.
///
/// # Safety
/// They are initialised and stay as they are for `'a`, if there are any.
pub unsafe fn bytes_at<'a>(start: *const u8, len: usize) -> &'a [u8] {
    if len == 0 {
        return &[];
    }
    // SAFETY: the caller's.
    unsafe { slice::from_raw_parts(start, len) }
}
