"""Copy, compare and hash any memory that Python can share, at its speed.

Every function takes any objects that export their memory: NumPy arrays,
`bytes`, `bytearray`, `array`, `mmap`, `ctypes`, `memoryview`, pictures of PIL,
and, by DLPack, tensors of torch and jax that are in the CPU's memory. Shapes,
strides and formats may be any.

>>> import stridewise
>>> pixels = memoryview(b'rgbRGB').cast('B', (2, 3))
>>> stridewise.tobytes(pixels, 'F')
b'rRgGbB'
"""

from collections.abc import Sequence

from ._stridewise import (
    Array,
    Plan,
    contiguous,
    copyto,
    equal,
    first_mismatch,
    hash_bytes,
    level,
    memoryview,
    plan,
    set_threads,
    threads,
    tobytes,
    tree_hash,
    value_hash,
    xxh3_64,
    xxh3_128,
)

# As the builtin class is, so that `match` takes it for one.
Sequence.register(memoryview)

__all__ = [
    "Array",
    "Plan",
    "contiguous",
    "copyto",
    "equal",
    "first_mismatch",
    "hash_bytes",
    "level",
    "memoryview",
    "plan",
    "set_threads",
    "threads",
    "tobytes",
    "tree_hash",
    "value_hash",
    "xxh3_64",
    "xxh3_128",
]
