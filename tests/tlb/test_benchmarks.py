"""The first level's benchmarks run every design, verified, at default and at odd points."""

from __future__ import annotations

from typing import Any

import pytest

from house.weather import PROVED
from vmperf import _core

QUICK: dict[str, Any] = {
    "warm_up_ns": 0,
    "measurement_ns": 300_000,
    "n_samples": 2,
    "sampling": "flat",
    "n_placements": 1,
    "seed": 3,
    "process": 0,
    "count_instructions": False,
}
POINTS: list[tuple[str, dict[str, Any]]] = [
    ("tlb/lookup", {}),
    ("tlb/lookup", {"pages": 1, "mode": "dependent"}),
    ("tlb/lookup", {"pages": 5000, "mode": "dependent"}),
    ("tlb/cold", {"accesses": 100}),
    ("tlb/cold", {"accesses": 5000}),
    ("tlb/warm", {"accesses": 100}),
    ("tlb/fill", {"pages": 5000}),
    ("tlb/batch", {"batch": 10}),
    ("tlb/batch", {"batch": 77, "pages": 5000, "pattern": "runs"}),
    ("tlb/individual", {"batch": 77}),
    ("tlb/stats_overhead", {}),
    ("tlb/flush", {"kind": "asid", "entries": 64}),
    ("tlb/flush", {"kind": "page", "entries": 4096}),
    ("tlb/concurrent", {"sets": "one"}),
    ("tlb/concurrent", {"sets": "many"}),
]


def measure(benchmark: str, **changed: Any) -> list[Any]:
    entry = next(b for b in _core.bench.catalog() if b["id"] == benchmark)
    axes = entry["axes"][1:]
    params = {axis["name"]: axis["defaults"][0] for axis in axes} | changed
    own = [d["name"] for d in entry["designs"] if not d["peer"]]
    return list(_core.bench.measure(benchmark, params, own, **QUICK))


@pytest.mark.parametrize(("benchmark_id", "changed"), POINTS, ids=str)
def test_every_design_is_verified(benchmark_id: str, changed: dict[str, Any]) -> None:
    for case in measure(benchmark_id, **changed):
        fine = case.status in PROVED or case.status == "unsupported"
        assert fine, f"{case.design}: {case.status}: {case.reason}"


@pytest.mark.parametrize("kind", ["all", "range"])
def test_two_hundred_thousand_flushes_leave_nothing_stale(kind: str) -> None:
    """verify() fills and probes around each of them; the table is emptied when ids run out."""
    for case in measure("tlb/flush", kind=kind, entries=1024):
        assert case.status in PROVED, f"{case.design}: {case.status}: {case.reason}"
