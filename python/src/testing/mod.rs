//! `stridewise.testing`: an exporter that libraries test themselves with.
//!
//! [`NdArray`] exports memory of every structure that the protocol allows,
//! also of those that are rare (pointers, gaps, exports that change), and
//! refuses on request. The functions look at buffers by the protocol's
//! definitions, not by the kernels.

mod attributes;
mod base;
mod functions;
mod items;
mod ndarray;
mod static_array;
mod subscript;

use pyo3::ffi;
use pyo3::prelude::*;

/// Flags of an `ndarray`; the last ones are not for its makers.
pub mod flags {
    pub const VAREXPORT: i32 = 0x001;
    pub const WRITABLE: i32 = 0x002;
    pub const FORTRAN: i32 = 0x004;
    pub const SCALAR: i32 = 0x008;
    pub const PIL: i32 = 0x010;
    pub const REDIRECT: i32 = 0x020;
    pub const GETBUF_FAIL: i32 = 0x040;
    pub const GETBUF_UNDEFINED: i32 = 0x080;
    pub const C: i32 = 0x100;
}

/// The most dimensions of an `ndarray`: twice those of the protocol.
pub const MAX_NDIM: usize = 128;

/// The compiled part of `stridewise.testing`.
#[pymodule(submodule)]
pub mod testing {
    use super::{MAX_NDIM, ffi, flags};
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::functions::{
        cmp_contig, get_contiguous, get_pointer, get_sizeof_void_p, is_contiguous,
        py_buffer_to_contiguous, slice_indices,
    };
    #[pymodule_export]
    use super::ndarray::NdArray;
    #[pymodule_export]
    use super::static_array::StaticArray;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("ND_MAX_NDIM", MAX_NDIM)?;
        for (name, value) in [
            ("ND_VAREXPORT", flags::VAREXPORT),
            ("ND_WRITABLE", flags::WRITABLE),
            ("ND_FORTRAN", flags::FORTRAN),
            ("ND_SCALAR", flags::SCALAR),
            ("ND_PIL", flags::PIL),
            ("ND_REDIRECT", flags::REDIRECT),
            ("ND_GETBUF_FAIL", flags::GETBUF_FAIL),
            ("ND_GETBUF_UNDEFINED", flags::GETBUF_UNDEFINED),
            ("PyBUF_SIMPLE", ffi::PyBUF_SIMPLE),
            ("PyBUF_WRITABLE", ffi::PyBUF_WRITABLE),
            ("PyBUF_FORMAT", ffi::PyBUF_FORMAT),
            ("PyBUF_ND", ffi::PyBUF_ND),
            ("PyBUF_STRIDES", ffi::PyBUF_STRIDES),
            ("PyBUF_C_CONTIGUOUS", ffi::PyBUF_C_CONTIGUOUS),
            ("PyBUF_F_CONTIGUOUS", ffi::PyBUF_F_CONTIGUOUS),
            ("PyBUF_ANY_CONTIGUOUS", ffi::PyBUF_ANY_CONTIGUOUS),
            ("PyBUF_INDIRECT", ffi::PyBUF_INDIRECT),
            ("PyBUF_CONTIG", ffi::PyBUF_CONTIG),
            ("PyBUF_CONTIG_RO", ffi::PyBUF_CONTIG_RO),
            ("PyBUF_STRIDED", ffi::PyBUF_STRIDED),
            ("PyBUF_STRIDED_RO", ffi::PyBUF_STRIDED_RO),
            ("PyBUF_RECORDS", ffi::PyBUF_RECORDS),
            ("PyBUF_RECORDS_RO", ffi::PyBUF_RECORDS_RO),
            ("PyBUF_FULL", ffi::PyBUF_FULL),
            ("PyBUF_FULL_RO", ffi::PyBUF_FULL_RO),
            ("PyBUF_READ", ffi::PyBUF_READ),
            ("PyBUF_WRITE", ffi::PyBUF_WRITE),
        ] {
            module.add(name, value)?;
        }
        Ok(())
    }
}
