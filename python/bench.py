"""This package beside NumPy, OpenCV and the builtin memoryview, in one process.

    pip install "./python[bench]" && python python/bench.py

A row is one piece of work. What each engine makes of it is checked once, then all
engines take turns, and the least time of each counts. NumPy and the builtin run on
one thread; this package and OpenCV on one and two.
"""

import argparse
import datetime
import gc
import json
import os
import pathlib
import platform
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from time import perf_counter_ns
from typing import Any

import cv2
import numpy as np

import stridewise

OURS = "stridewise"
LARGE = 1 << 20
Call = Callable[[], Any]
Engine = tuple[str, int]


@dataclass
class Row:
    """A piece of work, and what does it."""

    nbytes: int
    ours: Call
    peers: dict[str, Call]
    # What counts, of what a call returned and where it wrote.
    result: Callable[[Any], Any]
    # How many times as long the peers must take, where more than once.
    bounds: dict[str, float] = field(default_factory=dict)
    clear: Call = lambda: None


@dataclass
class Times:
    """The least nanoseconds of each engine, for one row."""

    name: str
    nbytes: int
    bounds: dict[str, float]
    least: dict[Engine, float]

    def threads(self) -> list[int]:
        return [threads for engine, threads in self.least if engine == OURS]

    def peers(self) -> list[str]:
        return list(dict.fromkeys(name for name, _ in self.least if name != OURS))

    def of(self, engine: str, threads: int) -> float:
        return self.least.get((engine, threads), self.least[engine, 1])

    def gain(self, peer: str, threads: int) -> float:
        """How many times as long a peer takes."""
        return self.of(peer, threads) / self.of(OURS, threads)

    def misses(self) -> Iterator[str]:
        for peer in self.peers():
            bound = self.bounds.get(peer, 1.0)
            for threads in self.threads():
                gain = self.gain(peer, threads)
                if gain < bound:
                    of = f"{threads} thread{'s' * (threads > 1)}"
                    yield f"{self.name}: {gain:.2f} times {peer} on {of}, must be {bound:g}"


# ---- What rows are made of.

RANDOM = np.random.default_rng(5)


def filled(shape: tuple[int, ...], dtype: str) -> Any:
    """Any numbers, but no NaN."""
    if np.dtype(dtype).kind in "fc":
        return RANDOM.integers(0, 1000, shape, "u2").astype(dtype)
    return RANDOM.integers(0, 256, shape, "u1").astype(dtype)


def copied(src: Any, dst: Any = None, cv: Any = None, least: float = 1.0) -> Row:
    """`src` into memory that is there; by OpenCV, what `cv` makes of it."""
    dst = np.empty(src.shape, src.dtype) if dst is None else dst
    stretched = dst.shape != src.shape
    ours = partial(stridewise.copyto, dst, src, **({"broadcast": True} if stretched else {}))
    peers = {"np.copyto": partial(np.copyto, dst, src)} | (cv(dst) if cv else {})
    bounds = {"np.copyto": least}
    return Row(dst.nbytes, ours, peers, lambda _: dst.tobytes("A"), bounds, partial(dst.fill, 0))


def transposed(shape: tuple[int, int], dtype: str) -> Row:
    src = filled(shape, dtype)
    # OpenCV has no complex numbers, but pairs.
    numbers = dtype.replace("c16", "2f8")

    def cv(dst: Any) -> dict[str, Call]:
        a, b = (x.view(numbers[-2:]).reshape(*x.shape, -1) for x in (src, dst))
        return {"cv2.transpose": partial(cv2.transpose, a, b)}

    big = dtype in ("u1", "u2", "f4") and src.nbytes > LARGE
    return copied(src.T, cv=cv, least=10.0 if big else 1.0)


def to_planes(shape: tuple[int, ...], dtype: str) -> Row:
    src = filled(shape, dtype)

    def cv(dst: Any) -> dict[str, Call]:
        images = [(image, list(planes)) for image, planes in zip(src, dst)]
        return {"cv2.split": lambda: [cv2.split(*image) for image in images]}

    return copied(src.transpose(0, 3, 1, 2), cv=cv)


def to_pixels(shape: tuple[int, ...], dtype: str) -> Row:
    src = filled(shape, dtype)

    def cv(dst: Any) -> dict[str, Call]:
        images = [(list(planes), image) for planes, image in zip(src, dst)]
        return {"cv2.merge": lambda: [cv2.merge(*image) for image in images]}

    return copied(src.transpose(0, 2, 3, 1), cv=cv)


def flipped(shape: tuple[int, ...], dtype: str) -> Row:
    """The last axis but channels, reversed."""
    src = filled(shape, dtype)
    cv = lambda dst: {"cv2.flip": partial(cv2.flip, src, 1, dst)}
    return copied(src[:, ::-1], cv=cv)


def permuted(shape: tuple[int, ...], dtype: str, axes: str) -> Row:
    return copied(filled(shape, dtype).transpose([int(axis) for axis in axes]))


def part(shape: tuple[int, ...], dtype: str, key: Any) -> Row:
    return copied(filled(shape, dtype)[key])


def stretched(shape: tuple[int, ...], to: tuple[int, ...]) -> Row:
    return copied(filled(shape, "f4"), np.empty(to, "f4"))


def into_columns(shape: tuple[int, int]) -> Row:
    return copied(filled(shape, "f4"), np.empty(shape, "f4", "F"), least=10.0)


def swapped(count: int) -> Row:
    return copied(filled((count,), ">f4"), np.empty(count, "<f4"))


def fresh(shape: tuple[int, ...], dtype: str, axes: str, least: float = 1.0) -> Row:
    """Into fresh memory."""
    src = filled(shape, dtype).transpose([int(axis) for axis in axes])
    name = "np.ascontiguousarray"
    peers = {name: partial(np.ascontiguousarray, src)}
    ours = partial(stridewise.contiguous, src)
    return Row(src.nbytes, ours, peers, lambda out: np.asarray(out).tobytes(), {name: least})


def compared(a: Any, b: Any) -> Row:
    peers = {"np.array_equal": partial(np.array_equal, a, b)}
    return Row(a.nbytes, partial(stridewise.equal, a, b), peers, bool)


def compared_parts(shape: tuple[int, ...], dtype: str, key: Any = ...) -> Row:
    a = filled(shape, dtype)
    return compared(a[key], a.copy()[key])


def compared_transposed(shape: tuple[int, int], dtype: str) -> Row:
    a = filled(shape, dtype)
    return compared(a.T, a.T.copy())


def views(a: Any, of: Callable[[Any], Call], what: str, least: float = 1.0) -> Row:
    """What both classes do."""
    name = f"memoryview {what}"
    return Row(
        a.nbytes, of(stridewise.memoryview), {name: of(memoryview)}, lambda out: out, {name: least}
    )


def views_equal(count: int, dtype: str, least: float = 1.0) -> Row:
    a = filled((count,), dtype)
    b = a.copy()
    return views(a, lambda view: partial(view(a).__eq__, view(b)), "==", least)


def views_packed(shape: tuple[int, int], dtype: str) -> Row:
    a = filled(shape, dtype).T
    return views(a, lambda view: view(a).tobytes, "tobytes")


class Hashable(np.ndarray):
    """A view has a hash if its exporter has one."""

    def __hash__(self) -> int:  # type: ignore[override]
        return 1


def views_hashed(shape: tuple[int, int], transpose: bool) -> Row:
    a = filled(shape, "u1").view(Hashable)
    a.flags.writeable = False
    a = a.T if transpose else a
    # A view remembers its hash.
    return views(a, lambda view: lambda: hash(view(a)), "hash")


def tiny(dtype: str, ours: Callable[[Any, Any], Any], result: Any) -> Row:
    """Calls that are all overhead, beside NumPy's copy."""
    a, b = filled((16,), dtype), filled((16,), dtype)
    np.copyto(b, a)
    peers = {"np.copyto": partial(np.copyto, b, a)}
    return Row(a.nbytes, partial(ours, b, a), peers, lambda _: b.tobytes())


def rows() -> Iterator[tuple[str, Callable[[], Row]]]:
    def row(name: str, make: Callable[..., Row], *of: Any) -> tuple[str, Callable[[], Row]]:
        return name, partial(make, *of)

    square, step = (4096, 4096), np.s_
    yield row("transpose-u8-8192x8192", transposed, (8192, 8192), "u1")
    yield row("transpose-u16-8192x4096", transposed, (8192, 4096), "u2")
    yield row("transpose-f32-4096x4096", transposed, square, "f4")
    yield row("transpose-f64-4096x4096", transposed, square, "f8")
    yield row("transpose-c128-2048x4096", transposed, (2048, 4096), "c16")
    yield row("transpose-odd-f32-4099x4093", transposed, (4099, 4093), "f4")
    yield row("transpose-f32-256x256", transposed, (256, 256), "f4")
    yield row("dst-strided-f32-4096x4096", into_columns, square)
    for kind, dtype in (("u8", "u1"), ("f32", "f4")):
        yield row(f"nhwc-to-nchw-{kind}", to_planes, (32, 224, 224, 3), dtype)
        yield row(f"nchw-to-nhwc-{kind}", to_pixels, (32, 3, 224, 224), dtype)
    yield row("nhwc-to-nchw-u8-1x64x64x3", to_planes, (1, 64, 64, 3), "u1")
    yield row("reverse-1d-f32-16Mi", flipped, (1, 16 << 20), "f4")
    yield row("reverse-1d-u8-64Mi", flipped, (1, 64 << 20), "u1")
    yield row("mirrored-rgb-u8", flipped, (2160, 3840, 3), "u1")
    yield row("contig-64MiB-u8", part, (64 << 20,), "u1", ...)
    yield row("rows-sliced-f32", part, square, "f4", step[:, :4000])
    yield row("step2-f32-32Mi", part, (32 << 20,), "f4", step[::2])
    yield row("step3-u8-64Mi", part, (64 << 20,), "u1", step[::3])
    yield row("gaps-5d-f64", part, (20, 30, 40, 25, 16), "f8", step[::2, 1:, ::3, :-1, ::2])
    yield row("broadcast-row-f32", stretched, (1, 4096), square)
    yield row("broadcast-col-f32", stretched, (4096, 1), square)
    yield row("c-to-f-3d-f64-256", permuted, (256, 256, 256), "f8", "210")
    yield row("perm-6d-f32-520413", permuted, (16, 12, 14, 10, 18, 12), "f4", "520413")
    for axes in ("3210", "0213", "2301"):
        yield row(f"perm-4d-f32-{axes}", permuted, (64, 48, 40, 36), "f4", axes)
    for axes in ("3210", "0213"):
        yield row(f"perm-4d-large-f32-{axes}", permuted, (96, 72, 60, 36), "f4", axes)
    yield row("byteswap-f32-16Mi", swapped, 16 << 20)
    yield row("fresh-transpose-f32-4096x4096", fresh, square, "f4", "10", 10.0)
    yield row("fresh-nhwc-to-nchw-u8", fresh, (32, 224, 224, 3), "u1", "0312")
    yield row("eq-contig-f64-64MiB", compared_parts, (8 << 20,), "f8")
    yield row("eq-contig-u8-64MiB", compared_parts, (64 << 20,), "u1")
    yield row("eq-step2-f32-32Mi", compared_parts, (32 << 20,), "f4", step[::2])
    yield row("eq-transposed-f32-4096x4096", compared_transposed, square, "f4")
    yield row("view-eq-u8-64MiB", views_equal, 64 << 20, "u1", 10.0)
    yield row("view-eq-f64-64MiB", views_equal, 8 << 20, "f8")
    yield row("view-tobytes-transposed-u8", views_packed, (8192, 8192), "u1")
    yield row("view-tobytes-transposed-f32", views_packed, square, "f4")
    yield row("view-hash-transposed-u8", views_hashed, (8192, 8192), True)
    yield row("view-hash-contig-u8", views_hashed, (8192, 8192), False)
    for dtype in ("u1", "f4"):
        yield row(f"tiny-copyto-16-{dtype}", tiny, dtype, stridewise.copyto, None)
        yield row(f"tiny-equal-16-{dtype}", tiny, dtype, stridewise.equal, None)


# ---- Running them.


def measured(name: str, row: Row, seconds: float) -> Times:
    calls: dict[Engine, Call] = {(OURS, 1): row.ours}
    calls |= {(peer, 1): call for peer, call in row.peers.items()}
    if row.nbytes > LARGE:
        calls[OURS, 2] = row.ours
        calls |= {(peer, 2): call for peer, call in row.peers.items() if peer.startswith("cv2")}
    results = {}
    for engine, call in calls.items():
        on(engine)
        row.clear()
        results[engine] = row.result(call())
    for engine, result in results.items():
        assert result == results[OURS, 1], f"{name}: {engine} has another result"
    del results

    least, spent = dict.fromkeys(calls, float("inf")), dict.fromkeys(calls, 0)
    turns = dict.fromkeys(calls, 0)
    share = seconds * 1e9 / len(calls)
    while waiting := [engine for engine in calls if spent[engine] < share or turns[engine] < 3]:
        for engine in waiting:
            on(engine)
            took = turn(calls[engine])
            least[engine] = min(least[engine], *took)
            spent[engine] += sum(took)
            turns[engine] += 1
    return Times(name, row.nbytes, row.bounds, least)


def turn(call: Call) -> list[float]:
    """Nanoseconds of one call or, for a few milliseconds, of more."""
    times: list[float] = []
    count, end = 1, perf_counter_ns() + TURN
    while not times or perf_counter_ns() < end:
        start = perf_counter_ns()
        for _ in repeat(None, count):
            call()
        times.append((perf_counter_ns() - start) / count)
        # The clock takes its time, too.
        count = 1000 if times[0] < 1e4 else 1
    return times


# Nanoseconds.
TURN = 12_000_000
WARM = np.zeros(2 * LARGE, "u1"), np.ones(2 * LARGE, "u1")


def on(engine: Engine) -> None:
    """Sets the number of threads, and starts them."""
    name, threads = engine
    if name == OURS and stridewise.threads() != threads:
        stridewise.set_threads(threads)
        stridewise.copyto(*WARM)
    elif name.startswith("cv2") and cv2.getNumThreads() != threads:
        cv2.setNumThreads(threads)


# ---- Telling of it.


def duration(nanos: float) -> str:
    for unit, of in (("ms", 1e6), ("µs", 1e3)):
        if nanos >= of:
            return f"{nanos / of:.3g} {unit}"
    return f"{nanos:.3g} ns"


HEADER = ("workload", "1 thread", "2 threads", "peer", "its 1", "its 2", "gain 1", "gain 2")


def cells(of: Times) -> Iterator[tuple[str, ...]]:
    """A line for each peer."""
    two = 2 in of.threads()
    for peer in of.peers():
        its = [duration(of.least[peer, n]) if (peer, n) in of.least else "-" for n in (1, 2)]
        ours = [duration(of.least[OURS, n]) if n in of.threads() else "-" for n in (1, 2)]
        gain = [f"{of.gain(peer, n):.2f}" if n == 1 or two else "-" for n in (1, 2)]
        yield of.name, *ours, peer, *its, *gain


def facts() -> dict[str, str]:
    info = pathlib.Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", info.read_text()) if info.exists() else None
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}"
    return {
        "CPU": f"{found[1] if found else platform.processor()}, {os.cpu_count()} CPUs",
        "Level": stridewise.level(),
        "Versions": f"{versions}, OpenCV {cv2.__version__}",
        "Date": datetime.date.today().isoformat(),
        "Load": f"{os.getloadavg()[1]:.2f} over the last five minutes, this benchmark included",
    }


BEGIN, END = "<!-- python/bench.py: begin -->", "<!-- python/bench.py: end -->"


def markdown(path: pathlib.Path, all_times: list[Times], command: str, svg: str | None) -> None:
    """Puts the section into a file, in place of the one before or at the end."""
    lines = [BEGIN, "## Python", ""]
    lines += [f"- {name}: {fact}" for name, fact in facts().items()]
    lines += [f"- Command: `{command}`", "", "The package beside NumPy, OpenCV and the builtin"]
    lines += ["`memoryview`, in one process, each engine's best time. A gain is a peer's time by", "ours."]
    lines += ["", "| " + " | ".join(HEADER) + " |", "| --- " * len(HEADER) + "|"]
    lines += [f"| {' | '.join(line)} |" for times in all_times for line in cells(times)]
    misses = [miss for times in all_times for miss in times.misses()]
    if misses:
        lines += ["", "What falls short:", ""] + [f"- {miss}" for miss in misses]
    if svg:
        lines += ["", f"![The gains]({os.path.relpath(svg, path.parent)})"]
    section = "\n".join([*lines, END])
    text = path.read_text() if path.exists() else ""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(before.rstrip("\n") + "\n\n" + section + (after or "\n"))


def chart(path: str, all_times: list[Times]) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams |= {"svg.hashsalt": "stridewise", "svg.fonttype": "none"}
    import matplotlib.pyplot as plt

    bars = [(f"{t.name} / {peer}", peer, t.gain(peer, 1)) for t in all_times for peer in t.peers()]
    colours = {"np": "tab:blue", "cv2": "tab:orange", "memoryview": "tab:green"}
    kinds = [re.split(r"[. ]", peer)[0] for _, peer, _ in bars]
    figure, axes = plt.subplots(figsize=(9, 0.19 * len(bars) + 1), layout="constrained")
    axes.barh([bar[0] for bar in bars], [bar[2] for bar in bars], color=[colours[k] for k in kinds])
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.invert_yaxis()
    axes.margins(y=0.005)
    axes.tick_params(labelsize=7)
    axes.set_xlabel("times as long as stridewise takes, on one thread")
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description="Speeds beside those of other libraries.")
    parser.add_argument("--rows", default="", help="those whose name this expression matches")
    parser.add_argument("--seconds", type=float, default=0.5, help="of each row (%(default)s)")
    parser.add_argument("--json", metavar="FILE", help="writes the times, in nanoseconds")
    parser.add_argument("--markdown", metavar="FILE", help="writes the section into a document")
    parser.add_argument("--svg", metavar="FILE", help="writes a chart")
    asked = parser.parse_args()

    gc.disable()
    widths = (30, 9, 9, 20, 9, 9, 7, 7)
    line = lambda of: "  ".join(cell.ljust(width) for cell, width in zip(of, widths)).rstrip()
    print(line(HEADER))
    all_times = []
    for name, make in rows():
        if re.search(asked.rows, name):
            times = measured(name, make(), asked.seconds)
            all_times.append(times)
            for row in cells(times):
                print(line(row), flush=True)
    for times in all_times:
        for miss in times.misses():
            print(miss)

    if asked.json:
        times_of = lambda t: {f"{engine} {threads}T": ns for (engine, threads), ns in t.least.items()}
        table = {t.name: {"bytes": t.nbytes, "nanoseconds": times_of(t)} for t in all_times}
        text = json.dumps({"facts": facts(), "rows": table}, indent=1, ensure_ascii=False)
        pathlib.Path(asked.json).write_text(text + "\n")
    if asked.svg:
        chart(asked.svg, all_times)
    if asked.markdown:
        command = " ".join(["python", *sys.argv])
        markdown(pathlib.Path(asked.markdown), all_times, command, asked.svg)


if __name__ == "__main__":
    main()
