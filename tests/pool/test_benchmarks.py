"""Every pool benchmark runs every design it can find, verified, at default and at odd points."""

from __future__ import annotations

from typing import Any

import pytest

from house.weather import PROVED
from vmperf import _core
from vmperf._core import InvalidArgumentError

IDS = ("pool/allocate", "pool/cycle", "pool/churn", "pool/throughput", "pool/sizes")
OWN = ("stack", "stack_indirect", "checked", "shared", "thread_local", "naive", "libc")
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


def entry(benchmark: str) -> dict[str, Any]:
    return next(b for b in _core.bench.catalog() if b["id"] == benchmark)


def measure(benchmark: str, designs: tuple[str, ...], **changed: Any) -> list[Any]:
    params = {a["name"]: a["defaults"][0] for a in entry(benchmark)["axes"][1:]} | changed
    return _core.bench.measure(benchmark, params, list(designs), **QUICK)


WITH_EVERY_DESIGN = ("pool/preallocation", "pool/bulk", "pool/bulk_write")
OF_SOME_DESIGNS = {
    "pool/lease": ("lease", "bulk", "naive"),
    "pool/stats_overhead": ("stack", "counted", "silent"),
    "pool/checked": ("stack", "checked", "naive", "libc"),
}


@pytest.mark.parametrize("benchmark_id", WITH_EVERY_DESIGN)
@pytest.mark.parametrize("changed", [{}, {"item_size_bytes": 24, "batch": 7}])
def test_rows_and_lives_are_verified(benchmark_id: str, changed: dict[str, int]) -> None:
    for case in measure(benchmark_id, (*OWN, "intrusive"), **changed):
        assert case.status in PROVED, f"{case.design}: {case.status}: {case.reason}"


@pytest.mark.parametrize("preallocate", [0, 50, 100])
def test_what_was_preallocated_is_there(preallocate: int) -> None:
    for case in measure("pool/preallocation", (*OWN, "intrusive"), preallocate=preallocate):
        assert case.status in PROVED, f"{case.design}: {case.status}: {case.reason}"


@pytest.mark.parametrize(("benchmark_id", "designs"), OF_SOME_DESIGNS.items())
def test_comparisons_are_verified(benchmark_id: str, designs: tuple[str, ...]) -> None:
    found = entry(benchmark_id)
    assert tuple(sorted(d["name"] for d in found["designs"])) == tuple(sorted(designs))
    for name in ("work", "state"):
        for value in next((a["values"] for a in found["axes"] if a["name"] == name), ()):
            for case in measure(benchmark_id, designs, **{name: value}):
                assert case.status in PROVED, f"{case.design}: {case.status}: {case.reason}"


@pytest.mark.parametrize("pools", [1, 33, 200])
def test_many_pools_are_verified(pools: int) -> None:
    designs = ("shared", "thread_local", "naive", "libc")
    for case in measure("pool/many", designs, pools=pools):
        assert case.status in PROVED, f"{case.design}: {case.status}: {case.reason}"


def test_limit_of_bulk_write_is_verified() -> None:
    for case in measure("pool/bulk_write", ("plain_stores",), item_size_bytes=24):
        assert case.status in PROVED, case.reason


@pytest.mark.parametrize("benchmark_id", IDS)
def test_declared_wholly(benchmark_id: str) -> None:
    found = entry(benchmark_id)
    assert found["axes"][0]["name"] == "design"
    assert set(OWN) <= {d["name"] for d in found["designs"]}
    item_size = next(a for a in found["axes"] if a["name"] == "item_size_bytes")
    assert item_size["defaults"] == [64]
    assert len(found["fooled_by"]) >= 2


@pytest.mark.parametrize("benchmark_id", IDS)
@pytest.mark.parametrize("changed", [{}, {"item_size_bytes": 24}, {"item_size_bytes": 1024}])
def test_own_designs_are_verified(benchmark_id: str, changed: dict[str, int]) -> None:
    for case in measure(benchmark_id, OWN, **changed):
        assert case.status in PROVED, f"{case.design}: {case.status}: {case.reason}"


@pytest.mark.parametrize("benchmark_id", IDS)
@pytest.mark.parametrize("axis", ["touch", "order", "drop", "state"])
def test_every_word_of_every_axis(benchmark_id: str, axis: str) -> None:
    values = [a["values"] for a in entry(benchmark_id)["axes"] if a["name"] == axis]
    for value in values[0] if values else ():
        for case in measure(benchmark_id, OWN, **{axis: value}):
            assert case.status in PROVED, f"{case.design} {value}: {case.status}: {case.reason}"


@pytest.mark.parametrize(
    ("benchmark_id", "changed", "argument"),
    [
        ("pool/cycle", {"item_size_bytes": 0}, "item_size_bytes"),
        ("pool/cycle", {"item_size_bytes": 2**40}, "item_size_bytes"),
        ("pool/cycle", {"state": "global"}, "state"),
        ("pool/churn", {"capacity": 0}, "capacity"),
        ("pool/churn", {"touch": "none"}, "touch"),
        ("pool/churn", {"order": "sorted"}, "order"),
        ("pool/sizes", {"capacity": 9}, "capacity"),
        ("pool/throughput", {"batch": 2**40}, "batch"),
        ("pool/allocate", {"drop": "never"}, "drop"),
        ("pool/preallocation", {"preallocate": -1}, "preallocate"),
        ("pool/checked", {"work": "none"}, "work"),
    ],
)
def test_bad_point_names_the_axis(
    benchmark_id: str, changed: dict[str, Any], argument: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=argument):
        raise_of(measure(benchmark_id, ("stack",), **changed))


def raise_of(cases: list[Any]) -> None:
    """What goes wrong within one design is its status: raise it as the call would."""
    for case in cases:
        if case.status != "ok":
            name = case.reason.split()[0]
            raise InvalidArgumentError(f"{name}: {case.status}: {case.reason}")
