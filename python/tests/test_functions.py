"""The functions, over exporters of the standard library and NumPy."""

import array
import ctypes
import gc
import mmap
import os
import subprocess
import sys
import threading
import time
import weakref
import zlib

import numpy as np
import pytest

import stridewise


def test_exporters_of_the_standard_library():
    data = bytes(range(8))
    mapped = mmap.mmap(-1, 8)
    mapped[:] = data
    exporters = [
        data,
        bytearray(data),
        memoryview(data),
        array.array("B", data),
        (ctypes.c_uint8 * 8)(*data),
        mapped,
        np.frombuffer(data, "u1"),
    ]
    for exporter in exporters:
        assert stridewise.tobytes(exporter) == data
        assert stridewise.equal(exporter, data)
        assert stridewise.xxh3_64(exporter) == stridewise.xxh3_64(data)
        assert stridewise.hash_bytes(exporter) == hash(data)
        room = bytearray(8)
        stridewise.copyto(room, exporter)
        assert room == data


def test_contiguous_is_a_view_if_it_can_be():
    a = np.arange(12, dtype="i4").reshape(3, 4)
    same = stridewise.contiguous(a)
    assert same.obj is a
    b = np.asarray(same)
    b[1, 2] = 77
    assert a[1, 2] == 77
    for order in "AK":
        assert stridewise.contiguous(a.T, order).obj is not None
    copy = stridewise.contiguous(a, "F")
    assert copy.obj is None and not copy.readonly
    assert copy.strides == (4, 12) and copy.shape == (3, 4) and copy.format == "i"
    assert np.array_equal(np.asarray(copy), a)
    assert np.asarray(copy).base is not None


def test_contiguous_of_read_only_memory_is_read_only():
    assert stridewise.contiguous(b"abc").readonly
    assert not np.asarray(stridewise.contiguous(b"abc")).flags.writeable


def test_results_outlive_their_sources():
    views = [np.asarray(stridewise.contiguous(np.full((100, 100), 7)[:, ::2], "F")) for _ in range(9)]
    assert all((view == 7).all() for view in views)
    bytes_ = [memoryview(stridewise.contiguous(bytes([7] * 999))) for _ in range(9)]
    assert all(set(view) == {7} for view in bytes_)


def test_requests_that_an_array_cannot_answer():
    columns = stridewise.contiguous(np.zeros((2, 3)), "F")
    with pytest.raises(BufferError, match="not C-contiguous"):
        zlib.crc32(columns)
    _testbuffer = pytest.importorskip("_testbuffer")
    with pytest.raises(BufferError, match="not writable"):
        _testbuffer.ndarray(stridewise.contiguous(b"abc"), getbuf=_testbuffer.PyBUF_WRITABLE)


@pytest.mark.parametrize("order", "CFAK")
def test_orders_are_those_of_numpy(order):
    base = np.arange(120, dtype="u2").reshape(2, 3, 4, 5)
    for a in (base, base.T, base.transpose(2, 0, 3, 1), base[:, ::2], base[..., ::-1]):
        ours = np.asarray(stridewise.contiguous(a, order))
        assert np.array_equal(ours, a)
        if order != "K":
            theirs = np.array(a, order=order)
            assert ours.strides == theirs.strides
            assert stridewise.tobytes(a, order) == a.tobytes(order)


def test_scalars_and_empty_shapes():
    for a in (np.array(7.5), np.zeros((3, 0, 4)), np.zeros(0)):
        assert stridewise.tobytes(a) == a.tobytes()
        assert np.asarray(stridewise.contiguous(a)).shape == a.shape
        assert stridewise.equal(a, a.copy())
        assert stridewise.first_mismatch(a, a) is None
        assert stridewise.hash_bytes(a) == hash(a.tobytes())
    assert not stridewise.equal(np.zeros((3, 0)), np.zeros((0, 3)))


def test_overlapping_copies():
    for a, b in [(np.s_[:-3], np.s_[3:]), (np.s_[3:], np.s_[:-3]), (np.s_[::-1], np.s_[:])]:
        ours, theirs = np.arange(1000), np.arange(1000)
        stridewise.copyto(ours[a], ours[b])
        np.copyto(theirs[a], theirs[b])
        assert np.array_equal(ours, theirs)
    ours = np.arange(64 * 64).reshape(64, 64)
    theirs = ours.T.copy()
    stridewise.copyto(ours, ours.T)
    assert np.array_equal(ours, theirs)


def test_broadcasting_is_asked_for():
    room = np.zeros((3, 4))
    with pytest.raises(ValueError, match=r"shape \(4,\) to shape \(3, 4\)"):
        stridewise.copyto(room, np.arange(4.0))
    stridewise.copyto(room, np.arange(4.0), broadcast=True)
    assert (room == np.arange(4.0)).all()
    with pytest.raises(ValueError):
        stridewise.copyto(room, np.arange(3.0), broadcast=True)


def test_refusals_leave_everything_as_it_was():
    room = np.arange(6.0).reshape(2, 3)
    before = room.copy()
    for src, error, text in [
        (object(), TypeError, "a buffer or a tensor is required, not 'object'"),
        ([1, 2], TypeError, "'list'"),
        (np.zeros((3, 2)), ValueError, r"shape \(3, 2\) to shape \(2, 3\)"),
        (np.zeros((2, 3), "f4"), ValueError, "format 'f' to items of format 'd'"),
        (np.zeros((2, 3), "i8"), ValueError, "format 'l' to items of format 'd'"),
    ]:
        with pytest.raises(error, match=text):
            stridewise.copyto(room, src)
    assert np.array_equal(room, before)
    with pytest.raises(BufferError, match="read-only"):
        stridewise.copyto(b"abc", b"xyz")
    frozen = np.zeros(3)
    frozen.flags.writeable = False
    with pytest.raises(BufferError, match="read-only"):
        stridewise.copyto(frozen, np.ones(3))
    assert not frozen.any()
    with pytest.raises(TypeError):
        stridewise.copyto(None, b"")
    shared = np.lib.stride_tricks.as_strided(np.zeros(4), (3,), (0,))
    with pytest.raises(ValueError, match="overlap"):
        stridewise.copyto(shared, np.ones(3))
    with pytest.raises(ValueError, match="order must be"):
        stridewise.tobytes(b"", "X")
    with pytest.raises(ValueError, match="mode must be"):
        stridewise.equal(b"", b"", "same")
    with pytest.raises(ValueError, match="shape"):
        stridewise.first_mismatch(b"ab", b"abc")


def test_modes_of_equality():
    nan = np.array([1.0, np.nan, 0.0])
    zero = np.array([1.0, np.nan, -0.0])
    assert not stridewise.equal(nan, nan)
    assert stridewise.equal(nan, nan, "bits")
    assert not stridewise.equal(nan, zero, "bits")
    assert stridewise.equal(nan, zero, mode="nan-equal")
    assert stridewise.first_mismatch(nan, zero) == (1,)
    assert stridewise.first_mismatch(nan, zero, "bits") == (2,)


def test_the_first_mismatch_is_the_first_in_c_order():
    a = np.zeros((300, 400), "u1")
    b = np.asfortranarray(a)
    b[299, 0] = b[17, 399] = b[18, 3] = 1
    assert stridewise.first_mismatch(a, b) == (17, 399)
    assert stridewise.first_mismatch(b.T, a.T) == (0, 299)


def test_a_plan_prints_itself():
    a = np.zeros((64, 64), "f4")
    plan = stridewise.plan(a, a.T)
    assert plan.level == stridewise.level() and plan.chunks == 1
    assert len(str(plan).splitlines()) > 1
    assert plan == stridewise.plan(a, a.T) and plan != stridewise.plan(a, a)
    assert stridewise.plan(b"ab", b"cd").chunks == 1


def test_results_do_not_depend_on_threads():
    a = np.random.default_rng(1).integers(0, 256, (3000, 1100), "u1")
    try:
        results = []
        for count in (1, 2, 3):
            stridewise.set_threads(count)
            assert stridewise.threads() == count
            b = np.asarray(stridewise.contiguous(a.T))
            assert np.array_equal(b, a.T)
            assert stridewise.equal(b, a.T)
            results.append(stridewise.tree_hash(a.T))
        assert len(set(results)) == 1
        with pytest.raises(ValueError, match="not 0"):
            stridewise.set_threads(0)
    finally:
        stridewise.set_threads(None)


def test_threads_survive_a_fork():
    a = np.ones((2000, 2000), "u1")
    expected = stridewise.tree_hash(a.T)
    if not hasattr(os, "fork"):
        pytest.skip("no fork here")
    child = os.fork()
    if child == 0:
        os._exit(0 if stridewise.tree_hash(a.T) == expected else 1)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            assert status == 0
            return
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    pytest.fail("the child did not end")


@pytest.mark.parametrize("kind", [bytearray, memoryview, stridewise.memoryview])
@pytest.mark.parametrize("verb", [stridewise.xxh3_64, stridewise.hash_bytes, stridewise.tobytes])
def test_the_exporter_is_held_while_a_verb_runs(kind, verb):
    """Another thread tries to resize, or to release, what is being used."""
    size = 32 << 20
    expected = verb(bytes(size))
    refused = []
    for _ in range(100):
        memory = bytearray(size)
        used = memory if kind is bytearray else kind(memory)
        running = threading.Event()

        def disturb():
            running.wait()
            try:
                memory.append(1) if kind is bytearray else used.release()
            except BufferError as error:
                refused.append(error)

        thread = threading.Thread(target=disturb)
        thread.start()
        running.set()
        try:
            result = verb(used)
        except ValueError as error:
            # It was released before.
            assert "released" in str(error)
        thread.join()
        if refused:
            assert result == expected
            break
    assert refused
    # Nobody has it any more.
    memory.append(1) if kind is bytearray else used.release()


def test_an_exporter_lives_as_long_as_what_is_made_of_it():
    a = np.arange(6.0)
    # Without a cycle, an object ends with its last reference.
    base = weakref.ref(a)
    lent = stridewise.contiguous(a)
    view = np.asarray(lent)
    array = weakref.ref(lent)
    del a, lent
    assert base() is not None and array() is not None and view[5] == 5
    del view
    assert array() is None and base() is None


def test_cycles_through_arrays_are_collected():
    class Owner(bytearray):
        pass

    owner = Owner(b"abc")
    owner.array = stridewise.contiguous(owner)
    dead = weakref.ref(owner)
    del owner
    gc.collect()
    assert dead() is None


def test_the_interpreter_runs_meanwhile():
    a = np.ones((6000, 6000), "u1")
    ticks, done = 0, threading.Event()

    def tick():
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0)

    thread = threading.Thread(target=tick)
    thread.start()
    while ticks == 0:
        time.sleep(0)
    before = ticks
    stridewise.hash_bytes(a)
    during = ticks - before
    done.set()
    thread.join()
    assert during > 0


def test_a_level_that_is_not_there_is_an_error():
    environment = dict(os.environ, STRIDEWISE_LEVEL="v9")
    code = "import stridewise; stridewise.level()"
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert "RuntimeError" in run.stderr and "v9" in run.stderr
