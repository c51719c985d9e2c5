"""Every benchmark of collectors runs every one that there is, and short runs are void."""

from __future__ import annotations

from typing import Any

import pytest

from house import native_build
from house.weather import PROVED
from vmperf import _core

QUICK: dict[str, Any] = {
    "warm_up_ns": 0,
    "measurement_ns": 1_000_000,
    "n_samples": 2,
    "sampling": "flat",
    "n_placements": 1,
    "seed": 3,
    "process": 0,
    "count_instructions": False,
}
IDS = [b["id"] for b in _core.bench.catalog() if "gen-immix" in b["axes"][0]["values"]]
OURS = ["gen-immix", "sticky-immix", "immix", "mark-sweep", "semispace", "naive"]


def measure(benchmark: str, designs: list[str], **changed: Any) -> dict[str, Any]:
    entry = next(b for b in _core.bench.catalog() if b["id"] == benchmark)
    params = {a["name"]: a["defaults"][0] for a in entry["axes"][1:]} | changed
    known = [d for d in designs if d in entry["axes"][0]["values"]]
    return {c.design: c for c in _core.bench.measure(benchmark, params, known, **QUICK)}


@pytest.mark.parametrize("name", IDS)
def test_every_design_is_proved_or_void(name: str) -> None:
    """A run of a millisecond may be too short for ten collections, and says so."""
    others = ["libc", "mimalloc", *(() if native_build.sanitized() else ("boehm",))]
    found = measure(name, [*OURS, *others])
    assert set(OURS) <= set(found)
    for design, case in found.items():
        if case.status == "not_installed":
            continue
        void = case.status == "unverified" and case.reason.startswith("void: ")
        assert case.status in PROVED or void, (design, case.status, case.reason)


def test_a_heap_in_which_nothing_is_collected_voids_the_row() -> None:
    (case,) = measure("gc/binary_trees", ["naive"], heap_kib=262144, depth=8).values()
    assert case.status == "unverified"
    assert case.reason.startswith("void: 0 collections")


def test_a_row_has_its_heap_and_its_pauses() -> None:
    (case,) = measure("gc/minor_pause", ["gen-immix"], objects=1000).values()
    metrics = dict(case.metrics)
    assert metrics["heap_limit_bytes"][0] == 65536 * 1024
    assert metrics["collections"][0] > 0
