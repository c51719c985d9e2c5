"""The checked-in stubs are what the built module says."""

from __future__ import annotations

import types
from pathlib import Path

import pytest

from house import stubs
from vmperf import _core

HOW = "run: python tests/architecture/update_stubs.py"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return stubs.generate(tmp_path_factory.mktemp("stubs"))


def test_stubs_are_current(fresh: dict[str, str], repo_root: Path) -> None:
    assert stubs.differences(fresh, stubs.read(repo_root / stubs.STUBS)) == [], HOW


def test_every_submodule_has_a_stub(fresh: dict[str, str]) -> None:
    submodules = {n for n, v in vars(_core).items() if isinstance(v, types.ModuleType)}
    assert {name.split("/")[0].removesuffix(".pyi") for name in fresh} == submodules | {"__init__"}


def test_planted_differences_are_found() -> None:
    fresh = {"a.pyi": "x: int\n", "b.pyi": "y: int\n"}
    kept = {"a.pyi": "x: str\n", "c.pyi": ""}
    assert [line.split(": ")[1] for line in stubs.differences(fresh, kept)] == [
        "missing",
        "left over",
        "stale",
    ]
