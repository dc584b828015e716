"""DLPack, in and out."""

import gc
import sys

import numpy as np
import pytest

import stridewise


class Tensor:
    """Has no buffer, like a tensor of torch."""

    def __init__(self, array, newest=True, device=None):
        self.array, self.newest, self.device = array, newest, device

    def __dlpack_device__(self):
        return self.device or self.array.__dlpack_device__()

    def __dlpack__(self, **asked):
        if not self.newest and "max_version" in asked:
            raise TypeError("unexpected keyword argument")
        return self.array.__dlpack__(**asked)


@pytest.mark.parametrize("newest", [True, False])
def test_tensors_in(newest):
    a = np.arange(24, dtype="f4").reshape(2, 3, 4)
    for array in (a, a.T, a[:, ::2], a[..., ::-1]):
        tensor = Tensor(array, newest)
        assert stridewise.tobytes(tensor) == array.tobytes()
        assert stridewise.equal(tensor, array)
        assert stridewise.xxh3_64(tensor) == stridewise.xxh3_64(array.copy())
    room = Tensor(np.zeros((4, 3, 2), "f4"), newest)
    stridewise.copyto(room, a.T)
    assert np.array_equal(room.array, a.T)


def test_read_only_tensors_stay_so():
    a = np.zeros(3)
    a.flags.writeable = False
    with pytest.raises(BufferError, match="read-only"):
        stridewise.copyto(Tensor(a), np.ones(3))


def test_every_type_goes_out_and_in():
    for code in "bhiqBHIQefdFD?":
        a = np.ones((3, 5), code)
        copy = stridewise.contiguous(a, "F")
        b = np.from_dlpack(copy)
        assert b.dtype == a.dtype and np.array_equal(a, b)
        assert b.ctypes.data == np.asarray(copy).ctypes.data
        assert stridewise.equal(Tensor(a), a)


def test_memory_outlives_the_array():
    b = np.from_dlpack(stridewise.contiguous(np.full((50, 50), 3.0), "F"))
    gc.collect()
    assert (b == 3).all()


def test_capsules_give_back_what_they_keep():
    array = stridewise.contiguous(np.zeros((3, 4)), "F")
    before = sys.getrefcount(array)
    for version in (None, (1, 0)):
        capsule = array.__dlpack__(max_version=version)
        assert sys.getrefcount(array) == before + 1
        del capsule
        assert sys.getrefcount(array) == before
        taken = np.from_dlpack(array)
        del taken
        assert sys.getrefcount(array) == before


def test_what_dlpack_cannot_have():
    frozen = stridewise.contiguous(b"abc")
    with pytest.raises(BufferError, match="read-only"):
        frozen.__dlpack__()
    assert not np.from_dlpack(frozen).flags.writeable
    with pytest.raises(BufferError, match="no type for format"):
        stridewise.contiguous(np.zeros(3, ">f4")).__dlpack__()
    array = stridewise.contiguous(np.zeros(3))
    assert array.__dlpack_device__() == (1, 0)
    for asked in ({"dl_device": (2, 0)}, {"stream": 1}, {"copy": True}):
        with pytest.raises(BufferError):
            array.__dlpack__(**asked)


def test_tensors_elsewhere_are_refused():
    with pytest.raises(BufferError, match="device of type 2"):
        stridewise.tobytes(Tensor(np.zeros(3), device=(2, 0)))
