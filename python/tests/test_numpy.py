"""Random arrays: every function against NumPy, and hashes against xxhash."""

import numpy as np
import pytest
import xxhash
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import stridewise
from stridewise import memoryview as View

SETTINGS = settings(deadline=None, suppress_health_check=list(HealthCheck))

SCALARS = [np.dtype(code) for code in "?bBhHiIlLqQefdFD"] + [np.dtype("S3")]
SWAPPED = [dtype.newbyteorder(order) for dtype in SCALARS for order in "<>"]
scalars = st.sampled_from(SCALARS + SWAPPED)


@st.composite
def structs(draw, align=st.booleans()):
    fields = [
        (f"f{n}", draw(scalars), draw(st.sampled_from([(), (2,), (2, 1)])))
        for n in range(draw(st.integers(1, 4)))
    ]
    return np.dtype(fields, align=draw(align))


dtypes = scalars | structs()
# NumPy leaves open what is in padding.
packed_dtypes = scalars | structs(align=st.just(False))
shapes = st.lists(st.integers(0, 6), max_size=4).map(tuple)


def filled(shape, dtype, seed):
    """Any values, but truths that are 0 or 1; some items are equal."""
    random = np.random.default_rng(seed)
    base = np.zeros(shape, dtype)

    def fill(array):
        if array.dtype.names:
            for name in array.dtype.names:
                fill(array[name])
        elif array.dtype.kind == "b":
            array[...] = random.integers(0, 2, array.shape)
        elif random.integers(2):
            array[...] = random.integers(0, 3, array.shape).astype(array.dtype)
        else:
            count = array.size * array.itemsize
            bytes_ = random.integers(0, 256, count, dtype="u1").tobytes()
            array[...] = np.frombuffer(bytes_, array.dtype).reshape(array.shape)

    fill(base)
    return base


@st.composite
def rearrangements(draw, shape):
    """A key and an order of axes that give a view of an array of some larger
    shape the shape asked for; and that larger shape."""
    order = draw(st.permutations(range(len(shape))))
    larger, key = [0] * len(shape), [slice(None)] * len(shape)
    for position, axis in enumerate(order):
        extent = shape[position]
        step = draw(st.sampled_from([1, 1, 2, 3, -1, -2]))
        before, after = draw(st.integers(0, 2)), draw(st.integers(0, 2))
        span = (extent - 1) * abs(step) + 1 if extent else 0
        larger[axis] = before + span + after
        if step > 0:
            key[axis] = slice(before, before + span, step)
        else:
            stop = before - 1
            key[axis] = slice(before + span - 1, stop if stop >= 0 else None, step)
        if extent == 0:
            key[axis] = slice(0, 0)
    return tuple(larger), tuple(key), order


@st.composite
def views(draw, shape, dtype):
    """A view of this shape, and the array that has its memory."""
    larger, key, order = draw(rearrangements(shape))
    base = filled(larger, dtype, draw(st.integers(0, 2**32 - 1)))
    offset = draw(st.sampled_from([0, 1, 3]))
    memory = np.zeros(base.nbytes + offset, "u1")
    moved = np.ndarray(larger, dtype, memory, offset)
    moved[...] = base
    # An array also without axes.
    return moved[(*key, ...)].transpose(order), memory


@st.composite
def arrays(draw, dtypes=dtypes):
    shape, dtype = draw(shapes), draw(dtypes)
    view, _ = draw(views(shape, dtype))
    if draw(st.booleans()):
        stretched = [draw(st.integers(1, 3)) if extent == 1 else extent for extent in shape]
        view = np.broadcast_to(view, [draw(st.integers(0, 2))] * draw(st.integers(0, 1)) + stretched)
    return view


@SETTINGS
@given(arrays(packed_dtypes))
def test_bytes_and_contiguous(a):
    for order in "CFA":
        assert stridewise.tobytes(a, order) == a.tobytes(order)
        assert View(a).tobytes(order) == a.tobytes(order)
    try:
        np.asarray(memoryview(a))
    except RuntimeError:
        return  # NumPy does not understand all formats that it writes.
    for order in "CFAK":
        ours = np.asarray(stridewise.contiguous(a, order))
        theirs = np.array(a, order=order, copy=True)
        assert ours.dtype == a.dtype and ours.shape == a.shape
        assert ours.tobytes() == a.tobytes()
        if a.size and order != "K":
            assert all(x == y for x, y, e in zip(ours.strides, theirs.strides, a.shape) if e > 1)
        if a.size:
            spread = sorted(s for s, e in zip(ours.strides, ours.shape) if e > 1)
            assert not spread or spread[0] == ours.itemsize


@SETTINGS
@given(st.data(), shapes, packed_dtypes, st.booleans())
def test_copies(data, shape, dtype, swapped):
    dst, memory = data.draw(views(shape, dtype))
    other = dtype.newbyteorder("S") if swapped else dtype
    src, _ = data.draw(views(shape, other))
    expected = memory.copy()
    copy = np.ndarray(dst.shape, dst.dtype, expected, strides=dst.strides, offset=offset_of(dst, memory))
    np.copyto(copy, src)
    stridewise.copyto(dst, src)
    assert memory.tobytes() == expected.tobytes()


def offset_of(view, memory):
    if view.size == 0:
        return 0
    return view.__array_interface__["data"][0] - memory.__array_interface__["data"][0]


@SETTINGS
@given(st.data(), shapes, scalars)
def test_copies_within_one_memory(data, shape, dtype):
    larger, to, to_order = data.draw(rearrangements(shape))
    from_key = []
    for extent, slice_ in zip(larger, to):
        count = len(range(*slice_.indices(extent)))
        start = data.draw(st.integers(0, max(extent - count, 0)))
        key = slice(start, start + count)
        from_key.append(key if data.draw(st.booleans()) else slice(key.stop - 1, key.start - 1 if key.start else None, -1))
    assume(0 not in shape)
    ours = filled(larger, dtype, data.draw(st.integers(0, 99)))
    theirs = ours.copy()
    from_key = tuple(from_key)
    stridewise.copyto(ours[(*to, ...)], ours[(*from_key, ...)])
    theirs[to] = theirs[from_key].copy()
    assert ours.tobytes() == theirs.tobytes()


@SETTINGS
@given(st.data(), shapes, packed_dtypes)
def test_copies_that_broadcast(data, shape, dtype):
    dst, _ = data.draw(views(shape, dtype))
    narrow = [1 if data.draw(st.booleans()) else extent for extent in shape]
    narrow = narrow[data.draw(st.integers(0, len(narrow))) :]
    src, _ = data.draw(views(tuple(narrow), dtype))
    expected = dst.copy()
    np.copyto(expected, src)
    stridewise.copyto(dst, src, broadcast=True)
    assert dst.tobytes() == expected.tobytes()


@SETTINGS
@given(st.data(), shapes, dtypes, st.booleans())
def test_equality(data, shape, dtype, change):
    a, _ = data.draw(views(shape, dtype))
    b, _ = data.draw(views(shape, dtype))
    if data.draw(st.booleans()):
        b[...] = a
        if change and b.size:
            at = data.draw(st.integers(0, b.size - 1))
            b.flat[at] = data.draw(st.sampled_from([b.flat[0], np.zeros((), dtype)[()]]))
    expected = np.array_equal(a, b)
    assert stridewise.equal(a, b) == expected
    assert (View(a, extended=True) == View(b)) == expected
    if dtype.kind in "fc":
        assert stridewise.equal(a, b, "nan-equal") == np.array_equal(a, b, equal_nan=True)
    if not dtype.names:
        differ = np.argwhere(a != b)
        first = tuple(differ[0].tolist()) if len(differ) else None
        assert stridewise.first_mismatch(a, b) == first
    # With the bytes of padding, which NumPy's copies leave open.
    assert stridewise.equal(a, b, "bits") == (bytes(memoryview(a)) == bytes(memoryview(b)))
    if expected:
        assert stridewise.value_hash(a) == stridewise.value_hash(b)


NUMBERS = [dtype for dtype in SCALARS + SWAPPED if dtype.kind != "S"]


@SETTINGS
@given(st.data(), shapes, st.sampled_from(NUMBERS), st.sampled_from(NUMBERS))
def test_equality_across_formats(data, shape, one, other):
    a, _ = data.draw(views(shape, one))
    b, _ = data.draw(views(shape, other))
    if data.draw(st.booleans()):
        with np.errstate(all="ignore"):
            b[...] = a.astype(other) if a.dtype.kind != "c" else a.real.astype(other)
    # Python compares integers and floats exactly, NumPy does not.
    expected = a.tolist() == b.tolist()
    if a.dtype.kind in "fc" and np.isnan(a).any():
        expected = False
    assert stridewise.equal(a, b) == expected
    assert (View(a, extended=True) == View(b, extended=True)) == expected
    if expected:
        assert stridewise.value_hash(a) == stridewise.value_hash(b)


@SETTINGS
@given(arrays(packed_dtypes))
def test_hashes(a):
    bytes_ = a.tobytes()
    assert stridewise.xxh3_64(a) == xxhash.xxh3_64_intdigest(bytes_)
    assert stridewise.xxh3_128(a) == xxhash.xxh3_128_intdigest(bytes_)
    assert stridewise.hash_bytes(a) == hash(bytes_)
    assert stridewise.tree_hash(a) == tree_hash(bytes_)


def tree_hash(bytes_):
    """As docs/tree-hash.md specifies it."""
    leaf = 128 << 10
    root = xxhash.xxh3_128(seed=int.from_bytes(b"treehash", "little"))
    for start in range(0, len(bytes_), leaf):
        hash_ = xxhash.xxh3_128_intdigest(bytes_[start : start + leaf])
        root.update(hash_.to_bytes(16, "little"))
    root.update(len(bytes_).to_bytes(8, "little"))
    return root.intdigest()


@pytest.mark.parametrize("key", [np.s_[:], np.s_[:, ::-1], np.s_[::2, 1:], np.s_[..., 5]], ids=str)
def test_large_arrays(key):
    base = np.random.default_rng(3).integers(0, 256, (300, 70, 90), "u1")
    for a in (base[key], base.T[key]):
        bytes_ = a.tobytes()
        assert stridewise.tobytes(a) == bytes_
        assert stridewise.xxh3_64(a) == xxhash.xxh3_64_intdigest(bytes_)
        assert stridewise.tree_hash(a) == tree_hash(bytes_)
        assert stridewise.hash_bytes(a) == hash(bytes_)
        room = np.zeros(a.shape[::-1], "u1").T
        stridewise.copyto(room, a)
        assert np.array_equal(room, a) and stridewise.equal(room, a)
        room[-1, -1] ^= 1
        assert stridewise.first_mismatch(room, a) == tuple(np.argwhere(room != a)[0])


@pytest.mark.parametrize("dtype", ["u1", "u2", "S3", "f4", "f8", "c16"])
@pytest.mark.parametrize("offset", [0, 1, 16, 48])
def test_large_transposes(dtype, offset):
    """Wherever in a cache line they start."""
    itemsize = np.dtype(dtype).itemsize
    shape = (1 << 12, (1 << 9) // itemsize // 64 * 64)
    memory = np.random.default_rng(4).integers(1, 100, 4 << 20, "u1")
    start = -memory.ctypes.data % 64 + offset
    a = np.ndarray(shape, dtype, memory, start, (512, itemsize))
    for b in (a.T, a[::-1].T, a[:, 3:].T, a.reshape(64, 64, -1).transpose(2, 0, 1)):
        room = np.zeros(b.shape, dtype)
        stridewise.copyto(room, b)
        assert np.array_equal(room, b)
        assert stridewise.tobytes(b) == b.tobytes()
    # With itself.
    square = memory[start : start + (1 << 20)].reshape(1 << 10, 1 << 10)
    expected = square.T.copy()
    stridewise.copyto(square, square.T)
    assert np.array_equal(square, expected)


@SETTINGS
@given(arrays(scalars))
def test_items_of_views(a):
    m = View(a)
    if a.dtype.kind == "S":
        m = View(a, extended=True)
        assert np.array_equal(np.array(m.tolist(), a.dtype).reshape(a.shape), a)
    else:
        expected = a.tolist()
        assert repr(m.tolist()) == repr(expected)
    assert m.shape == a.shape and m.strides == memoryview(a).strides and m.nbytes == a.nbytes
    assert m.c_contiguous == a.flags.c_contiguous and m.f_contiguous == a.flags.f_contiguous
