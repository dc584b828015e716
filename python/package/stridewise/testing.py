"""An exporter of memory of any structure, to test consumers with.

`ndarray`, `staticarray`, the functions and the constants are those of CPython's private
module `_testbuffer`, for formats of all kinds.

>>> from stridewise.testing import ND_PIL, ndarray
>>> rows = ndarray([1, 2, 3, 4, 5, 6], shape=[2, 3], flags=ND_PIL)
>>> rows.suboffsets, rows.tolist()
((0, -1), [[1, 2, 3], [4, 5, 6]])
"""

from ._stridewise import testing as _testing

ND_FORTRAN = _testing.ND_FORTRAN
ND_GETBUF_FAIL = _testing.ND_GETBUF_FAIL
ND_GETBUF_UNDEFINED = _testing.ND_GETBUF_UNDEFINED
ND_MAX_NDIM = _testing.ND_MAX_NDIM
ND_PIL = _testing.ND_PIL
ND_REDIRECT = _testing.ND_REDIRECT
ND_SCALAR = _testing.ND_SCALAR
ND_VAREXPORT = _testing.ND_VAREXPORT
ND_WRITABLE = _testing.ND_WRITABLE
PyBUF_ANY_CONTIGUOUS = _testing.PyBUF_ANY_CONTIGUOUS
PyBUF_CONTIG = _testing.PyBUF_CONTIG
PyBUF_CONTIG_RO = _testing.PyBUF_CONTIG_RO
PyBUF_C_CONTIGUOUS = _testing.PyBUF_C_CONTIGUOUS
PyBUF_FORMAT = _testing.PyBUF_FORMAT
PyBUF_FULL = _testing.PyBUF_FULL
PyBUF_FULL_RO = _testing.PyBUF_FULL_RO
PyBUF_F_CONTIGUOUS = _testing.PyBUF_F_CONTIGUOUS
PyBUF_INDIRECT = _testing.PyBUF_INDIRECT
PyBUF_ND = _testing.PyBUF_ND
PyBUF_READ = _testing.PyBUF_READ
PyBUF_RECORDS = _testing.PyBUF_RECORDS
PyBUF_RECORDS_RO = _testing.PyBUF_RECORDS_RO
PyBUF_SIMPLE = _testing.PyBUF_SIMPLE
PyBUF_STRIDED = _testing.PyBUF_STRIDED
PyBUF_STRIDED_RO = _testing.PyBUF_STRIDED_RO
PyBUF_STRIDES = _testing.PyBUF_STRIDES
PyBUF_WRITABLE = _testing.PyBUF_WRITABLE
PyBUF_WRITE = _testing.PyBUF_WRITE
cmp_contig = _testing.cmp_contig
get_contiguous = _testing.get_contiguous
get_pointer = _testing.get_pointer
get_sizeof_void_p = _testing.get_sizeof_void_p
is_contiguous = _testing.is_contiguous
ndarray = _testing.ndarray
py_buffer_to_contiguous = _testing.py_buffer_to_contiguous
slice_indices = _testing.slice_indices
staticarray = _testing.staticarray

__all__ = [
    "ND_FORTRAN",
    "ND_GETBUF_FAIL",
    "ND_GETBUF_UNDEFINED",
    "ND_MAX_NDIM",
    "ND_PIL",
    "ND_REDIRECT",
    "ND_SCALAR",
    "ND_VAREXPORT",
    "ND_WRITABLE",
    "PyBUF_ANY_CONTIGUOUS",
    "PyBUF_CONTIG",
    "PyBUF_CONTIG_RO",
    "PyBUF_C_CONTIGUOUS",
    "PyBUF_FORMAT",
    "PyBUF_FULL",
    "PyBUF_FULL_RO",
    "PyBUF_F_CONTIGUOUS",
    "PyBUF_INDIRECT",
    "PyBUF_ND",
    "PyBUF_READ",
    "PyBUF_RECORDS",
    "PyBUF_RECORDS_RO",
    "PyBUF_SIMPLE",
    "PyBUF_STRIDED",
    "PyBUF_STRIDED_RO",
    "PyBUF_STRIDES",
    "PyBUF_WRITABLE",
    "PyBUF_WRITE",
    "cmp_contig",
    "get_contiguous",
    "get_pointer",
    "get_sizeof_void_p",
    "is_contiguous",
    "ndarray",
    "py_buffer_to_contiguous",
    "slice_indices",
    "staticarray",
]
