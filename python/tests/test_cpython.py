"""CPython's own tests of buffers, with our classes in place of its own.

Each run is an interpreter of its own: `python test_cpython.py CLASSES`, where
CLASSES are `memoryview`, `ndarray` or both. It imports `test.test_memoryview` and
`test.test_buffer` of the standard library and sets their globals.
"""

import importlib
import json
import os
import subprocess
import sys
import unittest
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

MODULES = ("test.test_memoryview", "test.test_buffer")

# Tests and classes of them that assert an implementation detail of CPython, by name.
EXCLUDED = {
    "test_memoryview_sizeof": "the size of the C struct",
    # From 3.12 on.
    "TestPythonBufferProtocol": "`__buffer__` of a class in Python must return the C type itself",
}

RUNS = {
    "our memoryview": ("memoryview",),
    "our ndarray": ("ndarray",),
    "our memoryview of our ndarray": ("memoryview", "ndarray"),
}


def substitute(module, classes):
    import stridewise

    if "memoryview" in classes:
        module.memoryview = stridewise.memoryview
    if "ndarray" in classes and hasattr(module, "ndarray"):
        import stridewise.testing

        for name in stridewise.testing.__all__:
            assert hasattr(module, name), f"{name} is not in _testbuffer"
            setattr(module, name, getattr(stridewise.testing, name))


def cases(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from cases(test)
        else:
            yield test


def main(classes):
    # They compare with NumPy where it is installed, by methods it no longer has.
    sys.modules["numpy"] = None
    report = {}
    for name in MODULES:
        module = importlib.import_module(name)
        substitute(module, classes)
        suite, excluded = unittest.TestSuite(), []
        for test in cases(unittest.defaultTestLoader.loadTestsFromModule(module)):
            names = EXCLUDED.keys() & set(test.id().split("."))
            if "memoryview" in classes and names:
                excluded += names
            else:
                suite.addTest(test)
        result = unittest.TextTestRunner(stream=sys.stderr).run(suite)
        report[name] = {
            "run": result.testsRun,
            "skipped": len(result.skipped),
            "failed": sorted({test.id() for test, _ in result.failures + result.errors}),
            "excluded": excluded,
        }
    print(json.dumps(report))


@pytest.fixture(scope="module")
def runs():
    """All runs at once."""
    pytest.importorskip("_testbuffer")
    pytest.importorskip("test.test_buffer")
    with ThreadPoolExecutor() as pool:
        yield {classes: pool.submit(run, classes) for classes in RUNS.values()}


def run(classes):
    command = [sys.executable, __file__, *classes]
    return subprocess.run(command, capture_output=True, text=True, cwd=os.path.dirname(__file__))


@pytest.mark.parametrize("classes", RUNS.values(), ids=RUNS)
def test_cpython(classes, runs, capsys):
    run = runs[classes].result()
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout.splitlines()[-1])
    with capsys.disabled():
        for name, of in report.items():
            print(f"\n  {name}, {' and '.join(classes)}: {of['run']} run", end="")
            print(f", {of['skipped']} skipped, {len(of['failed'])} failed", end="")
            for test, count in Counter(of["excluded"]).items():
                print(f"\n    excluded: {test}, {count} ({EXCLUDED[test]})", end="")
        print()
    assert len(EXCLUDED) <= 6
    failed = [test for of in report.values() for test in of["failed"]]
    assert not failed, run.stderr
    assert report["test.test_memoryview"]["run"] > 100
    assert report["test.test_buffer"]["run"] > 50


if __name__ == "__main__":
    main(sys.argv[1:])
