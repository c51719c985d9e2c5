"""All public names have complete numpydoc docstrings, and their examples run."""

from __future__ import annotations

import doctest
import types
from pathlib import Path

import numpy as np
import pytest

import vmperf
from house import docstrings, expect_none, fair_weather
from vmperf import _core, plot

NAMES = [*docstrings.walk(vmperf, _core), *docstrings.walk(plot, None)]
EXAMPLES = [one for one in NAMES if ">>>" in one.doc]


def test_docstrings_are_complete() -> None:
    expect_none([fault for one in NAMES for fault in docstrings.faults(one)])


def test_public_names_are_found() -> None:
    names = {one.name for one in NAMES}
    assert {"vmperf.run", "vmperf.InvalidArgumentError", "vmperf._core.stats.summarize"} <= names
    assert {"vmperf.plot.curve", "vmperf.plot.Conclusion"} <= names


@pytest.mark.parametrize("one", EXAMPLES, ids=lambda one: one.name)
def test_examples_run(
    one: docstrings.Public, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VMPERF_STORE", raising=False)
    fair_weather.setup(monkeypatch)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    test = doctest.DocTestParser().get_doctest(
        one.doc, {"vmperf": vmperf, "np": np}, one.name, None, 0
    )
    report: list[str] = []
    doctest.DocTestRunner(optionflags=flags, verbose=False).run(test, out=report.append)
    assert not report, "".join(report)


GOOD = """Halve a size.

Parameters
----------
size_bytes : int
    Size in bytes, at least 0.

Returns
-------
int
    Half of it, in bytes.

Raises
------
ValueError
    Where size_bytes is negative.

Examples
--------
>>> 4 // 2
2
"""


def _function(doc: str) -> docstrings.Public:
    package = types.ModuleType("package")

    def halve(size_bytes: int) -> int:
        if size_bytes < 0:
            raise ValueError(size_bytes)
        return size_bytes // 2

    halve.__doc__ = doc
    package.halve = halve  # type: ignore[attr-defined]
    package.__all__ = ["halve"]  # type: ignore[attr-defined]
    (one,) = docstrings.walk(package, None)
    return one


def test_complete_docstring_passes() -> None:
    assert docstrings.faults(_function(GOOD)) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (GOOD, "", "no docstring"),
        ("size_bytes : int", "bytes : int", "parameter 'size_bytes' is not"),
        ("size_bytes : int", "size_bytes : int\n    x\nmore : int", "names 'more'"),
        ("Returns\n-------", "Gives\n-------", "no Returns"),
        ("Raises\n------", "Notes\n-----", "no Raises"),
        (">>> 4 // 2", "4 // 2", "no Examples"),
    ],
)
def test_planted_gap_is_found(old: str, new: str, said: str) -> None:
    found = docstrings.faults(_function(GOOD.replace(old, new)))
    assert any(said in line for line in found), found


@pytest.mark.parametrize(
    ("line", "names", "returns"),
    [
        ("f(a: int, *, b: float = 0.5) -> dict[str, int]", ["a", "b"], True),
        ("f(self: vmperf._core.pool.StackPool) -> None", [], False),
        ("f(x: Mode = <Mode.flat: 0>, y: str = 'a') -> int", ["x", "y"], True),
        ("f(*args, **kwargs) -> int", [], True),
    ],
)
def test_native_signature(line: str, names: list[str], returns: bool) -> None:
    assert docstrings.native_signature(line) == (names, returns)
