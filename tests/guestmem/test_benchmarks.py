"""Every benchmark of guest memory runs every design it can find, verified, at all its points."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from house import native_build
from house.weather import PROVED
from vmperf import _core

QUICK: dict[str, Any] = {
    "warm_up_ns": 0,
    "measurement_ns": 200_000,
    "n_samples": 2,
    "sampling": "flat",
    "n_placements": 2,
    "seed": 3,
    "process": 0,
    "count_instructions": False,
}
SCALARS = {"flat", "chunks", "chunks_call", "search", "naive"}
DESIGNS = {
    "guestmem/read": SCALARS,
    "guestmem/write": SCALARS,
    "guestmem/bulk_read": {"chunks", "search", "naive", "libc"},
    "guestmem/bulk_write": {"chunks", "search", "naive", "libc"},
    "guestmem/gather": {"chunks", "search", "naive"},
    "guestmem/python_read": {"best", "range", "naive", "empty_call"},
}
POINTS = [
    (name, axis)
    for name in ("guestmem/read", "guestmem/write")
    for axis in ("size_bytes", "layout", "working_set_bytes")
] + [
    ("guestmem/bulk_read", "size_bytes"),
    ("guestmem/bulk_write", "size_bytes"),
    ("guestmem/gather", "batch"),
]


def entry(benchmark_id: str) -> dict[str, Any]:
    return next(b for b in _core.bench.catalog() if b["id"] == benchmark_id)


def expect_fine(benchmark_id: str, **changed: Any) -> None:
    found = entry(benchmark_id)
    params = {a["name"]: a["defaults"][-1] for a in found["axes"][1:]} | changed
    designs = sorted(DESIGNS[benchmark_id])
    cases = _core.bench.measure(benchmark_id, params, designs, **QUICK)
    for case in cases:
        assert case.status in PROVED, f"{case.design} {changed}: {case.status}: {case.reason}"


@pytest.mark.parametrize("benchmark_id", DESIGNS)
def test_declared_wholly(benchmark_id: str) -> None:
    found = entry(benchmark_id)
    assert {d["name"] for d in found["designs"]} == DESIGNS[benchmark_id] | {"unicorn"}
    assert len(found["fooled_by"]) >= 1
    assert [d["name"] for d in found["designs"] if d["peer"]] == ["unicorn"]


@pytest.mark.parametrize("benchmark_id", DESIGNS)
def test_designs_agree_and_are_verified(benchmark_id: str) -> None:
    expect_fine(benchmark_id)


@pytest.mark.parametrize(("benchmark_id", "axis"), POINTS)
def test_every_value_of_an_axis(benchmark_id: str, axis: str) -> None:
    values = next(a["values"] for a in entry(benchmark_id)["axes"] if a["name"] == axis)
    for value in values[:: 3 if native_build.sanitized() else 1]:
        expect_fine(benchmark_id, **{axis: value})


@pytest.mark.parametrize(
    ("benchmark_id", "changed", "word"),
    [
        ("guestmem/read", {"size_bytes": 3}, "1, 2, 4, 8"),
        ("guestmem/write", {"size_bytes": 16}, "size_bytes"),
        ("guestmem/read", {"layout": "none"}, "layout"),
        ("guestmem/bulk_read", {"size_bytes": 100}, "powers of two"),
        ("guestmem/gather", {"batch": 0}, "batch"),
    ],
)
def test_bad_point_names_the_axis(benchmark_id: str, changed: dict[str, Any], word: str) -> None:
    params = {a["name"]: a["defaults"][0] for a in entry(benchmark_id)["axes"][1:]} | changed
    with pytest.raises(_core.InvalidArgumentError, match=word):
        _core.bench.measure(benchmark_id, params, ["chunks"], **QUICK)


def test_workloads_refuse_broken_designs(
    program: Callable[..., Path],
    run_binary: Callable[..., subprocess.CompletedProcess[str]],
    repo_root: Path,
) -> None:
    layout = repo_root / "cpp" / "guestmem" / "api_layout.cpp"
    assert run_binary(program("workloads", layout)).stdout == "ok\n"
