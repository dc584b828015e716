"""The examples of the docstrings and of the README, and the stubs."""

import doctest
import inspect
import pathlib
import re
import subprocess
import sys

import pytest

import stridewise
import stridewise.testing
from stridewise import _stridewise

ROOT = pathlib.Path(__file__).resolve().parent.parent


def test_docstrings():
    """As doctest finds no functions that are not written in Python."""
    finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner()
    documented = 0
    things = [("stridewise", stridewise), ("stridewise.testing", stridewise.testing)]
    things += [(name, getattr(stridewise, name)) for name in stridewise.__all__]
    for name, thing in things:
        assert thing.__doc__, f"{name} has no docstring"
        test = doctest.DocTestParser().get_doctest(thing.__doc__, {}, name, None, 0)
        documented += bool(test.examples)
        runner.run(test)
    assert runner.failures == 0
    functions = [name for name in stridewise.__all__ if inspect.isbuiltin(getattr(stridewise, name))]
    assert documented >= len(functions)


def test_readme():
    examples = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    assert examples
    for example in examples:
        exec(compile(example, "README.md", "exec"), {})


def test_everything_is_exported_and_typed():
    package = pathlib.Path(stridewise.__file__).parent
    for module, public, stub in [
        (_stridewise, stridewise, "_stridewise.pyi"),
        (_stridewise.testing, stridewise.testing, "testing.pyi"),
    ]:
        names = {name for name in dir(module) if not name.startswith("_")} - {"testing"}
        assert names == set(public.__all__)
        text = (package / stub).read_text()
        for name in names:
            assert re.search(rf"^((def|class) {name}\b|{name}:)", text, re.M), f"{name} has no stub"


def test_types():
    """The package's own, and those of what uses it."""
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--strict", "tests/typed.py", "package/stridewise"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stdout + run.stderr


def test_self_check():
    run = subprocess.run([sys.executable, "-m", "stridewise"], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"level {stridewise.level()}" in run.stdout and "all passed" in run.stdout
