//! Python's hash of bytes.

use crate::copy::packed_bytes;
use crate::errors::raise;
use crate::memory::bytes_at;
use crate::operand::Operand;
use crate::threads::run;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::sync::OnceLock;
use stridewise::{Order, View, siphash13};

/// `hash(bytes)` of the items in C order.
pub fn of(py: Python<'_>, src: &Operand) -> PyResult<isize> {
    if src.nbytes() == 0 {
        return Ok(0);
    }
    let Some((key0, key1)) = keys(py) else { return by_interpreter(py, src) };
    let hash = run(py, src.nbytes(), || siphash13(&src.bytes()?, key0, key1))?;
    Ok(signed(hash.map_err(raise)?))
}

/// A hash as the interpreter wants it, to whom -1 means an error.
pub fn signed(hash: u64) -> isize {
    match hash as isize {
        -1 => -2,
        hash => hash,
    }
}

/// The keys of this process, if it hashes by SipHash-1-3 and shows them.
fn keys(py: Python<'_>) -> Option<(u64, u64)> {
    static KEYS: OnceLock<Option<(u64, u64)>> = OnceLock::new();
    *KEYS.get_or_init(|| {
        let keys = shown()?;
        // Whatever is shown: what counts is that the hashes agree.
        [&b"\x07"[..], b"stridewise", b"0123456789abcdef0123456789abcdef"]
            .iter()
            .all(|&text| {
                let view = View::new(text, &[text.len()]);
                let ours = view.and_then(|view| siphash13(&view, keys.0, keys.1));
                let theirs = PyBytes::new(py, text).hash();
                matches!((ours, theirs), (Ok(ours), Ok(theirs)) if signed(ours) == theirs)
            })
            .then_some(keys)
    })
}

/// What the interpreter exports as its keys.
#[cfg(unix)]
fn shown() -> Option<(u64, u64)> {
    // SAFETY: a look at a symbol of the interpreter, which has two keys first.
    unsafe {
        let symbol = libc::dlsym(libc::RTLD_DEFAULT, c"_Py_HashSecret".as_ptr());
        (!symbol.is_null()).then(|| symbol.cast::<(u64, u64)>().read_unaligned())
    }
}

#[cfg(not(unix))]
fn shown() -> Option<(u64, u64)> {
    None
}

/// The interpreter's own hash, of the bytes where they are or else packed.
fn by_interpreter(py: Python<'_>, src: &Operand) -> PyResult<isize> {
    let packed;
    let bytes = if src.layout.is_contiguous(Order::C) {
        // SAFETY: the exporter keeps the items.
        unsafe { bytes_at(src.start(), src.nbytes()) }
    } else {
        packed = packed_bytes(py, src, Order::C)?;
        packed.as_bytes()
    };
    // SAFETY: a view of these bytes, which ends before they do.
    unsafe {
        let start = bytes.as_ptr().cast_mut().cast();
        let view = ffi::PyMemoryView_FromMemory(start, bytes.len() as isize, ffi::PyBUF_READ);
        Bound::from_owned_ptr_or_err(py, view)?.hash()
    }
}
