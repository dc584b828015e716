"""The class: what the builtin does, and what it does not."""

import array
import copy
import ctypes
import gc
import itertools
import operator
import random
import struct
import sys
import threading
import time
import weakref

import numpy as np
import pytest

import stridewise
from stridewise import memoryview as View

builtin = memoryview


def outcome(run):
    """A result that can be compared, or the exception's class and text."""
    try:
        result = run()
    except Exception as error:
        return type(error), str(error)
    if isinstance(result, (View, builtin)):
        return described(result)
    return result


def described(view):
    attributes = ("nbytes", "itemsize", "format", "ndim", "shape", "strides", "suboffsets")
    flags = ("readonly", "c_contiguous", "f_contiguous", "contiguous")
    return [getattr(view, name) for name in attributes + flags] + [view.tobytes()]


def pair(memory, cast=None):
    views = View(memory), builtin(memory)
    return tuple(view.cast(*cast) for view in views) if cast else views


KEYS = [
    0, -1, 5, 6, -7, 2**70, True, 1.0, "a", None, ..., (), (0,), (1, 2), (0, 0, 0),
    slice(None), slice(1, 4), slice(None, None, -2), slice(4, 1), slice(0, 9, 0),
    slice(0, 2**70), (slice(0, 1), {}), ({},),
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS, ids=repr)
@pytest.mark.parametrize("cast", [None, ("H",), ("B", (2, 3)), ("f", ())], ids=str)
def test_subscripts_are_the_builtins(key, cast):
    size = 4 if cast == ("f", ()) else 6
    ours, theirs = pair(bytes(range(size)), cast)
    beyond = cast == ("B", (2, 3)) and (key is ... or isinstance(key, tuple) and {} not in key)
    if not (beyond and key is ...) and not (ours.ndim == 1 and key is ...):
        assert outcome(lambda: ours[key]) == outcome(lambda: theirs[key])


@pytest.mark.parametrize("key", KEYS, ids=repr)
@pytest.mark.parametrize("value", [7, 300, b"x", b"abc", [1], None, 2.5], ids=repr)
@pytest.mark.parametrize("cast", [None, ("H",), ("c",), ("?",)], ids=str)
def test_assignments_are_the_builtins(key, value, cast):
    a, b = bytearray(range(6)), bytearray(range(6))
    ours, theirs = View(a), builtin(b)
    if cast:
        ours, theirs = ours.cast(*cast), theirs.cast(*cast)
    if key is not ...:
        mine = outcome(lambda: operator.setitem(ours, key, value))
        yours = outcome(lambda: operator.setitem(theirs, key, value))
        assert mine == yours
        assert a == b


def test_read_only_and_deletion_are_the_builtins():
    for memory in (b"abc", bytearray(b"abc")):
        ours, theirs = pair(memory)
        for run in (lambda m: operator.setitem(m, 0, 1), lambda m: operator.delitem(m, 0)):
            assert outcome(lambda: run(ours)) == outcome(lambda: run(theirs))


@pytest.mark.parametrize("code", "cbBhHiIlLqQnNfd?P")
def test_values_of_native_formats_are_the_builtins(code):
    size = struct.calcsize(code)
    edges = [0, 1, -1, 255, 256, 2**31, -(2**31), 2**63 - 1, 2**64 - 1, 2**64, -(2**63) - 1]
    values = [*edges, 0.5, 1e300, float("inf"), b"x", b"", "x", None, [], 3j, True, 10**400]
    for value in values:
        a, b = bytearray(2 * size), bytearray(2 * size)
        ours, theirs = View(a).cast(code), builtin(b).cast(code)
        mine = outcome(lambda: operator.setitem(ours, 1, value))
        assert mine == outcome(lambda: operator.setitem(theirs, 1, value))
        assert a == b
        assert ours.tolist() == theirs.tolist() and list(ours) == list(theirs)


CASTS = [
    ("B",), ("@B",), ("H",), ("d",), ("c",), ("x",), ("<B",), ("BB",), ("",), ("B", [6]), ("B", (2, 3)),
    ("B", (3, 1, 2)), ("B", [2, 2]), ("B", [0]), ("B", [-1]), ("B", ["2"]), ("B", [2**70]), ("B", {}),
    ("H", [3]), ("H", [3, 1]), ("B", [2**40, 2**40]), ("B", [1] * 65), ("B", []), (7,), (), ("I", []),
]  # fmt: skip


@pytest.mark.parametrize("cast", CASTS, ids=str)
def test_casts_are_the_builtins(cast):
    for first in (None, ("H",), ("B", (3, 2)), ("c",)):
        ours, theirs = pair(bytes(range(6)), first)
        mine, yours = outcome(lambda: ours.cast(*cast)), outcome(lambda: theirs.cast(*cast))
        if isinstance(mine, tuple) and mine[0] is TypeError and len(cast) in (0,) or cast == (7,):
            mine, yours = mine[0], yours[0]
        assert mine == yours
    ours, theirs = pair(bytes(6))
    assert outcome(lambda: ours[::2].cast("B")) == outcome(lambda: theirs[::2].cast("B"))


def test_constructor_is_the_builtins():
    for wrong in ({}, 7, "abc", None):
        assert outcome(lambda: View(wrong)) == outcome(lambda: builtin(wrong))
    with pytest.raises(TypeError):
        View()
    with pytest.raises(TypeError):
        View(b"", b"")
    with pytest.raises(TypeError):
        class Derived(View):
            pass


def test_orders_of_bytes():
    ours, theirs = pair(bytes(range(24)), ("H", (3, 4)))
    for order in (None, "C", "F", "A"):
        assert ours.tobytes(order) == theirs.tobytes(order)
        assert ours.tobytes(order=order) == theirs.tobytes(order=order)
    assert outcome(lambda: ours.tobytes("K")) == outcome(lambda: theirs.tobytes("K"))
    f = View(np.asfortranarray(np.arange(12, dtype="i2").reshape(3, 4)))
    assert f.tobytes("A") == f.tobytes("F") != f.tobytes("C")
    for args in ((), ("-",), (b":", 2), (":", -3)):
        assert ours.hex(*args) == theirs.hex(*args)


def test_equality_is_the_builtins_for_formats_of_struct():
    random.seed(5)
    formats = ["b", "B", "<h", ">h", "@i", "=I", "q", "f", "<d", ">d", "?", "c", "2h", "hb", "<3s", "xb", "p", "e"]
    for a, b in itertools.product(formats, repeat=2):
        data = bytes(random.choice((0, 1)) for _ in range(48))
        left = field(a, data[: 4 * struct.calcsize(a)])
        right = field(b, data[: 4 * struct.calcsize(b)])
        assert (View(left) == right) == (builtin(left) == right), (a, b)
        assert (View(left) != View(right)) == (builtin(left) != builtin(right)), (a, b)


def field(format, data):
    """An exporter of four items of a format."""
    _testbuffer = pytest.importorskip("_testbuffer")
    items = list(struct.iter_unpack(format, data))
    items = [item[0] if len(item) == 1 else item for item in items]
    return _testbuffer.ndarray(items, shape=[len(items)], format=format)


def test_comparisons_that_are_not_equality():
    ours = View(b"abc")
    assert ours.__lt__(b"abc") is NotImplemented
    with pytest.raises(TypeError):
        ours < ours
    assert ours != "abc" and ours != [97, 98, 99]
    assert ours == b"abc" and b"abc" == ours and ours == builtin(b"abc") == ours
    nan = View(array.array("d", [float("nan")]))
    assert nan != nan


def test_hashes_are_the_builtins():
    for memory in (b"", b"abc", bytes(1000)):
        assert hash(View(memory)) == hash(builtin(memory)) == hash(memory)
    assert hash(View(bytes(range(9)))[::-2]) == hash(bytes(range(9))[::-2])
    for memory in (bytearray(3), array.array("b", [1])):
        assert outcome(lambda: hash(View(memory))) == outcome(lambda: hash(builtin(memory)))
    assert outcome(lambda: hash(View(b"ab").cast("H"))) == outcome(lambda: hash(builtin(b"ab").cast("H")))


def test_released_views_refuse_everything():
    for view in pair(bytearray(b"abc")):
        other = view[1:]
        with view as entered:
            assert entered is view
        for run in (
            lambda: view[0], lambda: view[:], lambda: len(view), lambda: view.tobytes(),
            lambda: view.tolist(), lambda: view.cast("b"), lambda: hash(view), lambda: view.obj,
            lambda: bytes(view), lambda: view.toreadonly(), lambda: list(view), lambda: view.hex(),
            lambda: operator.setitem(view, 0, 1), lambda: view.__enter__(), lambda: type(view)(view),
        ):  # fmt: skip
            assert outcome(run) == (ValueError, "operation forbidden on released memoryview object")
        assert "released memory" in repr(view) and view == view and view != b"abc"
        view.release()
        assert other.tobytes() == b"bc"


def test_views_of_views_count_together():
    memory = bytearray(b"abc")
    a = View(memory)
    b = View(a)
    with pytest.raises(BufferError):
        memory.append(1)
    a.release()
    with pytest.raises(BufferError):
        memory.append(1)
    c = builtin(b)
    with pytest.raises(BufferError, match="1 exported buffer"):
        b.release()
    c.release()
    b.release()
    memory.append(1)
    d = View(memory)
    del d
    memory.append(1)


def test_cycles_and_weak_references():
    class Memory(bytearray):
        pass

    memory = Memory(b"abc")
    memory.view = View(memory)
    memory.iterator = iter(memory.view[1:])
    gone = weakref.ref(memory)
    view_gone = weakref.ref(memory.view)
    del memory
    gc.collect()
    assert gone() is None and view_gone() is None


def test_pattern_matching_and_abstract_classes():
    from collections.abc import Sequence

    assert issubclass(View, Sequence)
    match View(b"ab"):
        case [97, 98]:
            pass
        case _:
            pytest.fail("not a sequence")
    for protocol in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            protocol(View(b""))


def test_count_and_index():
    m = View(array.array("d", [1, 2, 1, float("nan")]))
    assert m.count(1) == 2 and m.count(7) == 0 and 2 in m and 7 not in m
    assert m.index(1) == 0 and m.index(1, 1) == 2 and m.index(1, -3, 3) == 2
    with pytest.raises(ValueError, match="not found"):
        m.index(1, 1, 2)


# ---- Beyond the builtin.


def parts(random, extent):
    kind = random.randrange(4)
    if kind == 0:
        return random.randrange(-extent, extent)
    if kind == 1:
        return slice(None)
    bound = lambda: random.choice([None, random.randrange(-extent - 1, extent + 2)])
    return slice(bound(), bound(), random.choice([None, 1, 2, -1, -3]))


def test_subviews_of_several_axes_are_numpys():
    draw = random.Random(7)
    for _ in range(2000):
        shape = tuple(draw.randrange(1, 5) for _ in range(draw.randrange(1, 5)))
        a = np.arange(np.prod(shape), dtype="i4").reshape(shape).transpose(draw.sample(range(len(shape)), len(shape)))
        key = [parts(draw, extent) for extent in a.shape[: draw.randrange(1, a.ndim + 1)]]
        if draw.randrange(3) == 0:
            # Behind it the axes are others.
            key = [min(part, 0) if isinstance(part, int) and part > 0 else part for part in key]
            key = [max(part, -1) if isinstance(part, int) else part for part in key]
            key.insert(draw.randrange(len(key) + 1), ...)
        key = tuple(key)
        view, expected = View(a, extended=True)[key], a[key]
        if isinstance(expected, np.ndarray) and expected.ndim:
            assert view.shape == expected.shape
            assert view.tolist() == expected.tolist()
            if expected.size:
                assert np.shares_memory(np.asarray(view), a)
        elif ... in key:
            assert view[()] == expected
        else:
            assert view == expected


def test_assignments_of_several_axes_are_numpys():
    draw = random.Random(8)
    for _ in range(2000):
        shape = tuple(draw.randrange(1, 6) for _ in range(draw.randrange(1, 4)))
        ours = np.arange(np.prod(shape), dtype="i2").reshape(shape)
        theirs = ours.copy()
        to = tuple(slice(0, e - e // 2) for e in shape)
        from_ = tuple(slice(e // 2, e) for e in shape)
        from_ = tuple(draw.choice([s, slice(s.stop - 1, s.start - 1 if s.start else None, -1)]) for s in from_)
        theirs[to] = theirs[from_]
        m = View(ours)
        m[to] = m[from_]
        assert np.array_equal(ours, theirs)


def test_parts_that_do_not_fit():
    m = View(bytearray(12)).cast("B", (3, 4))
    for key, error in [
        ((0, 0, slice(None)), TypeError),
        ((..., ...), TypeError),
        ((slice(None),) * 3, NotImplementedError),
        ((3, slice(None)), IndexError),
        ((0, slice(0, 1, 0)), NotImplementedError),
        ((0, "a"), TypeError),
    ]:
        with pytest.raises(error):
            m[key]
    with pytest.raises(ValueError, match="different structures"):
        m[:, :2] = m[:, :3]
    with pytest.raises(NotImplementedError):
        m[:, :2] = b"abcdef"


def test_an_assignment_with_items_that_overlap():
    memory = bytearray(6)
    shared = np.lib.stride_tricks.as_strided(np.frombuffer(memory, "u1"), (4,), (1,))
    ours = View(np.lib.stride_tricks.as_strided(np.frombuffer(memory, "u1"), (3, 2), (1, 1)))
    ours[...] = np.arange(1, 7, dtype="u1").reshape(3, 2)
    assert memory[:4] == bytes([1, 3, 5, 6])
    assert shared.base is not None


@pytest.mark.parametrize("code", ["<h", ">h", "=I", "!q", ">f", "<d", ">e", "Zf", "Zd", "<Zd", ">?", "e"])
def test_scalars_of_every_order_of_bytes(code):
    dtype = np.dtype(code.replace("Zf", "c8").replace("Zd", "c16").replace("!", ">").replace("I", "u4").replace("e", "f2"))
    a = np.array([[1, 0, 1], [0, 0, 1]], dtype)
    m = View(a)
    assert m.tolist() == a.tolist()
    m[1, 1] = 1
    assert a[1, 1] == 1
    assert m[0, 0] == a[0, 0]


def test_extended_views_know_every_format():
    a = np.array([(1, 2.5, b"ab"), (3, 4.5, b"c")], [("x", "i1"), ("y", "<f8"), ("s", "S3")])
    plain, extended = View(a), View(a, extended=True)
    for run in (plain.tolist, lambda: plain[0], lambda: iter(plain)):
        with pytest.raises(NotImplementedError, match="not supported"):
            run()
    assert plain != plain
    assert extended == extended
    assert extended[0] == (1, 2.5, b"ab\0")
    extended[1] = (-5, 0.25, b"xyz")
    assert a[1].tolist() == (-5, 0.25, b"xyz")
    assert extended.tolist() == [(1, 2.5, b"ab\0"), (-5, 0.25, b"xyz")]
    for wrong, error in [((1, 2), ValueError), ((1000, 1.0, b""), ValueError), (("a", 1.0, b""), TypeError), (7, TypeError)]:
        with pytest.raises(error):
            extended[0] = wrong
    assert extended[0] == (1, 2.5, b"ab\0")


def test_extended_views_have_subviews_by_one_index():
    a = np.arange(24, dtype="u1").reshape(2, 3, 4)
    m = View(a, extended=True)
    assert [[row.tolist() for row in plane] for plane in m] == a.tolist()
    assert m[1].shape == (3, 4) and m[1, 2].tolist() == a[1, 2].tolist() and m[()] == a
    assert m[1][0][3] == a[1, 0, 3]
    m[0] = m[1]
    assert (a[0] == a[1]).all()
    assert m.toreadonly()[0].cast("B").tolist() == a[0].ravel().tolist()


def test_extended_hashes_agree_with_equality():
    a = np.arange(6, dtype=">i4").reshape(2, 3)
    b = np.asfortranarray(a.astype("f8"))
    x, y = (View(array, extended=True).toreadonly() for array in (a, b))
    assert x == y and hash(x) == hash(y)
    assert hash(View(b"abc", extended=True)) == hash(b"abc")
    with pytest.raises(ValueError, match="writable"):
        hash(View(a, extended=True))


def test_first_mismatch():
    a = np.zeros((3, 4))
    b = np.zeros((3, 4), "i2")
    b[1, 2] = 1
    assert View(a).first_mismatch(b) == (1, 2)
    assert View(a).first_mismatch(a) is None


def test_fields_of_ctypes():
    class Point(ctypes.BigEndianStructure):
        _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_int)]

    point = Point(-3, 7)
    m = View(point, extended=True)
    assert m.format == "T{>i:x:>i:y:}"
    assert m[()] == (-3, 7)
    m[()] = (1, -2)
    assert (point.x, point.y) == (1, -2)
    assert m.tobytes() == bytes(point)


def test_a_view_is_not_released_while_a_verb_runs():
    size = 8 << 20
    refused = released = 0
    done = threading.Event()
    memory = bytearray(size)

    def disturb():
        nonlocal refused, released
        while not done.is_set():
            try:
                view.release()
                released += 1
            except BufferError:
                refused += 1
            try:
                memory.append(1)
                del memory[size:]
            except BufferError:
                refused += 1

    view = View(memory)
    thread = threading.Thread(target=disturb)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    thread.start()
    try:
        for _ in range(40):
            try:
                view = View(memory)
                assert view == memory
                # Another thread may just have added one.
                assert len(view.tobytes("F")) - size in (0, 1)
                view[1:] = view[:-1]
            except (ValueError, BufferError):
                pass
            # A moment in which nothing runs on it.
            time.sleep(0.001)
    finally:
        done.set()
        thread.join()
        sys.setswitchinterval(interval)
    assert refused and released
