"""A self-check: `python -m stridewise`.

Prints the level of the kernels, a plan, and how fast this package is beside
what else is installed. Ends with an error if a result is wrong.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import stridewise

EXTENT = 2048


def milliseconds(run: Callable[[], object]) -> float:
    """The least of some runs, which take a quarter of a second together."""
    best = float("inf")
    end = time.perf_counter() + 0.25
    while True:
        start = time.perf_counter()
        run()
        now = time.perf_counter()
        best = min(best, now - start)
        if now > end:
            return best * 1e3


def installed(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        return None


def square(extent: int) -> tuple[bytes, memoryview[float], memoryview[float]]:
    """Random-looking bytes as a square of floats, and room for another."""
    data = b"".join(i.to_bytes(4, "little") for i in range(1 << 16))
    data *= extent * extent * 4 // len(data)
    shape = (extent, extent)
    return (
        data,
        memoryview(data).cast("f", shape),
        memoryview(bytearray(len(data))).cast("f", shape),
    )


def checks() -> list[tuple[str, bool]]:
    """What must hold on every machine."""
    small = memoryview(bytes(range(24))).cast("B", (4, 6))
    turned = bytes(small[i, j] for j in range(6) for i in range(4))
    columns = stridewise.contiguous(small, "F")
    overlapped = bytearray(b"abcdef")
    stridewise.copyto(memoryview(overlapped)[2:], memoryview(overlapped)[:4])
    changed = memoryview(bytes(range(23)) + b"!").cast("B", (4, 6))
    return [
        ("tobytes in F order", stridewise.tobytes(small, "F") == turned),
        ("contiguous keeps the items", memoryview(columns).tolist() == small.tolist()),
        ("equal across layouts", stridewise.equal(small, columns)),
        ("the first mismatch", stridewise.first_mismatch(small, changed) == (3, 5)),
        ("an overlapping copy", overlapped == b"ababcd"),
        ("a known hash", stridewise.xxh3_64(b"") == 0x2D06800538D394C2),
        ("a hash across layouts", stridewise.xxh3_64(columns) == stridewise.xxh3_64(small)),
        ("Python's own hash", stridewise.hash_bytes(columns) == hash(small.tobytes())),
    ]


def rows() -> list[tuple[str, float, dict[str, float]]]:
    """Times, with those of the peers that are installed."""
    data, floats, room = square(EXTENT)
    other = memoryview(bytearray(data)).cast("f", (EXTENT, EXTENT))
    columns = stridewise.contiguous(floats, "F")
    foreign = memoryview(columns)
    numpy, cv2 = installed("numpy"), installed("cv2")
    transposed: dict[str, float] = {}
    same: dict[str, float] = {"memoryview ==": milliseconds(lambda: floats == other)}
    if numpy:
        a, b, c = (numpy.asarray(view) for view in (floats, columns, room))
        bits = (numpy.asarray(view).view("i4") for view in (floats, other))
        i, j = bits
        transposed["numpy.copyto"] = milliseconds(lambda: numpy.copyto(c, b))
        same["numpy.array_equal"] = milliseconds(lambda: numpy.array_equal(i, j))
        if cv2:
            t = numpy.empty((EXTENT, EXTENT), "f4")
            transposed["cv2.transpose"] = milliseconds(lambda: cv2.transpose(a, t))
    return [
        ("copyto, transposed", milliseconds(lambda: stridewise.copyto(room, columns)), transposed),
        (
            "tobytes, transposed",
            milliseconds(lambda: stridewise.tobytes(columns)),
            {"memoryview.tobytes": milliseconds(foreign.tobytes)},
        ),
        ("equal", milliseconds(lambda: stridewise.equal(floats, other, "bits")), same),
        (
            "xxh3_64, transposed",
            milliseconds(lambda: stridewise.xxh3_64(columns)),
            {"hash(tobytes())": milliseconds(lambda: hash(foreign.tobytes()))},
        ),
    ]


def main() -> int:
    print(f"level {stridewise.level()}, {stridewise.threads()} threads\n")

    failed = [name for name, holds in checks() if not holds]
    for name in failed:
        print(f"WRONG: {name}")
    print(f"checks: {'failed' if failed else 'all passed'}\n")

    _, floats, _ = square(256)
    print("plan of a transpose of 256 x 256 floats:")
    print(stridewise.plan(floats, stridewise.contiguous(floats, "F")), "\n")

    print(f"milliseconds for {EXTENT} x {EXTENT} floats:")
    for name, ours, peers in rows():
        print(f"  {name:<22}{ours:8.2f}")
        for peer, theirs in peers.items():
            print(f"    {peer:<20}{theirs:8.2f}  {theirs / ours:6.1f} times as long")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
