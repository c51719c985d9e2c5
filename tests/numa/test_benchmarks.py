"""Every design of every benchmark is verified, and modelled figures follow their axes alone."""

from __future__ import annotations

from typing import Any

import pytest

from house.weather import PROVED
from vmperf import _core
from vmperf._core import InvalidArgumentError

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
    *(("policy_decision", {"nodes": n}) for n in (2, 4, 8)),
    *(("local_alloc", {"nodes": n}) for n in (2, 8)),
    ("local_alloc", {"size_bytes": 4096}),
    ("remote_access", {"size_kib": 1024}),
    ("bandwidth", {"size_kib": 1024}),
    ("bandwidth", {"size_kib": 1024, "threads": 2, "order": "random"}),
    *(("aware_vs_uniform", {"size_bytes": size}) for size in (1024, 262144)),
    ("rebalance", {"pages": 1000, "nodes": 2}),
    ("rebalance", {"pages": 10000}),
    ("share_bandwidth", {"streams": 8}),
]


def entries() -> dict[str, dict[str, Any]]:
    return {b["id"]: b for b in _core.bench.catalog() if b["id"].startswith("numa/")}


def measure(name: str, **changed: Any) -> dict[str, Any]:
    entry = entries()[f"numa/{name}"]
    params = {axis["name"]: axis["defaults"][0] for axis in entry["axes"][1:]} | changed
    designs = [design["name"] for design in entry["designs"]]
    found = _core.bench.measure(f"numa/{name}", params, designs, **QUICK)
    return {case.design: case for case in found}


def test_each_benchmark_is_run_here() -> None:
    assert {f"numa/{name}" for name, _ in POINTS} == set(entries())


@pytest.mark.parametrize(("name", "changed"), POINTS, ids=str)
def test_every_design_is_verified(name: str, changed: dict[str, Any]) -> None:
    for case in measure(name, **changed).values():
        fine = case.status in PROVED or case.status == "unsupported"
        assert fine, f"{case.design}: {case.status}: {case.reason}"


def modelled(name: str, **changed: Any) -> dict[str, float]:
    cases = measure(name, **changed)
    return {
        design: dict(case.metrics)["modelled_ns"][0]
        for design, case in cases.items()
        if "modelled_ns" in dict(case.metrics)
    }


@pytest.mark.parametrize("nodes", [2, 4, 8])
def test_modelled_latency_is_the_closed_form(nodes: int) -> None:
    found = modelled("remote_access", size_kib=1024, nodes=nodes, local_ns=80, remote_ns=200)
    wanted = {"local": 80, "interleave": (80 + (nodes - 1) * 200) / nodes, "remote": 200}
    assert found == pytest.approx({design: wanted[design] for design in found})


def test_modelled_bandwidth_is_the_closed_form() -> None:
    """A line of 64 bytes at 50 GB/s; interleaved over two nodes the way of 10 halves 20."""
    found = modelled("bandwidth", size_kib=1024, nodes=2, local_gbs=50, remote_gbs=10)
    wanted = {"local": 64 / 50, "interleave": 64 / 20, "remote": 64 / 10}
    assert found == pytest.approx({design: wanted[design] for design in found})


@pytest.mark.parametrize("size", [1024, 16384])
def test_modelled_nearness_is_the_closed_form(size: int) -> None:
    accesses = 2 * size / 64
    found = modelled("aware_vs_uniform", size_bytes=size, nodes=4, local_ns=80, remote_ns=200)
    assert found["aware"] == pytest.approx(accesses * 80)
    assert found["naive"] == pytest.approx(accesses * (80 + 3 * 200) / 4)
    assert accesses * 80 <= found["uniform"] <= accesses * 200


def test_plans_are_no_worse_than_naive_ones() -> None:
    found = modelled("rebalance", pages=3000)
    assert found["exact"] <= found["naive"]
    shares = measure("share_bandwidth")
    total = {name: dict(case.metrics)["modelled_gbs"][0] for name, case in shares.items()}
    assert total["fair"] >= total["naive"]


def test_axes_out_of_range_are_refused() -> None:
    out_of_range: list[tuple[str, dict[str, Any]]] = [
        ("policy_decision", {"nodes": 0}),
        ("remote_access", {"size_kib": 1}),
        ("aware_vs_uniform", {"remote_ns": 0}),
        ("bandwidth", {"order": "backwards"}),
    ]
    for name, wrong in out_of_range:
        if all(case.status == "unsupported" for case in measure(name).values()):
            continue  # no design reads its axes here
        with pytest.raises(InvalidArgumentError):
            measure(name, **wrong)
