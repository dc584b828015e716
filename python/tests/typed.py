"""Uses everything by its types; mypy reads this, nobody runs it."""

from array import array
from typing import assert_type

import numpy as np

import stridewise
from stridewise import testing


def use(memory: bytearray, matrix: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
    assert_type(stridewise.copyto(memory, b"abc"), None)
    assert_type(stridewise.copyto(matrix, matrix, broadcast=True), None)
    result = stridewise.contiguous(matrix, "F")
    assert_type(result, stridewise.Array)
    assert_type(result.shape, tuple[int, ...])
    assert_type(memoryview(result).nbytes, int)
    assert_type(np.from_dlpack(result).ndim, int)
    assert_type(stridewise.tobytes(array("d", [1.0]), order="K"), bytes)
    assert_type(stridewise.equal(memory, memoryview(b""), mode="bits"), bool)
    assert_type(stridewise.first_mismatch(matrix, result), tuple[int, ...] | None)
    for function in (stridewise.value_hash, stridewise.xxh3_64, stridewise.xxh3_128, stridewise.tree_hash, stridewise.hash_bytes):
        assert_type(function(result), int)
    plan = stridewise.plan(matrix, matrix.T)
    assert_type(plan, stridewise.Plan)
    assert_type((plan.level, plan.chunks), tuple[str, int])
    assert_type(stridewise.level(), str)
    stridewise.set_threads(2)
    stridewise.set_threads(None)
    assert_type(stridewise.threads(), int)


def view(memory: bytearray) -> None:
    with stridewise.memoryview(memory, extended=True) as m:
        assert_type(m, stridewise.memoryview)
        assert_type(m.cast("B", (2, 3)).toreadonly(), stridewise.memoryview)
        assert_type(m.shape + m.strides + m.suboffsets, tuple[int, ...])
        assert_type(m.tobytes("F"), bytes)
        m[1:, ..., 0] = m[0]
        assert_type(m.index(3) + m.count(3) + len(m) + hash(m), int)
        assert_type(m == memory, bool)
        assert_type(m.hex("-"), str)
        assert_type(m.first_mismatch(b"abc"), tuple[int, ...] | None)
        assert_type(bytes(m), bytes)
    m.release()


def exporter() -> None:
    rows = testing.ndarray([1, 2, 3, 4], shape=[2, 2], format="<h", flags=testing.ND_PIL)
    rows.push([5], (1,))
    assert_type(rows.suboffsets, tuple[int, ...])
    assert_type(stridewise.tobytes(rows), bytes)
    assert_type(testing.get_contiguous(rows, testing.PyBUF_READ, "F"), stridewise.memoryview)
    assert_type(testing.is_contiguous(testing.staticarray(), "C"), bool)


def refused() -> None:
    stridewise.tobytes([1, 2])  # type: ignore[arg-type]
    stridewise.contiguous(b"", "X")  # type: ignore[arg-type]
