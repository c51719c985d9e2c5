"""Fixtures, presets, costs of traces, and advice against brute force."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vmperf.numa import (
    NumaAllocator,
    Topology,
    advise,
    modelled_cost,
    presets,
    share_bandwidth,
    trace_cost,
)

from vmperf import CapacityError, InvalidArgumentError, UnsupportedError

TWO = Topology.model(
    [[10, 21], [21, 10]], latency_ns=[[90, 150], [160, 80]], bandwidth_gbs=[[40, 16], [16, 40]]
)


def test_a_dict_and_back() -> None:
    found = json.loads(json.dumps(TWO.to_dict()))
    assert Topology.from_dict(found).to_dict() == TWO.to_dict()
    here = Topology.real().to_dict()
    assert here["provenance"] == "measured"
    assert Topology.from_dict(here).provenance == "modelled"  # a file of it is not the machine


@pytest.mark.parametrize(
    "wrong", [{}, {"distance": None}, {"distance": [[10]], "x": 1}, {"distance": [[10, 2], [3, 1]]}]
)
def test_a_wrong_dict(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgumentError):
        Topology.from_dict(wrong)


def test_wrong_types() -> None:
    for call in (Topology.from_dict, Topology.hwloc):
        with pytest.raises(TypeError):
            call(7)
    with pytest.raises(TypeError):
        advise(TWO, [[0.5]])


def test_presets_name_their_source_and_predict_what_they_were_not_given() -> None:
    from vmperf._numa.presets import PRESETS

    assert presets() == {name: one.source for name, one in PRESETS.items()}
    for name, one in PRESETS.items():
        model = Topology.preset(name)
        assert model.provenance == "modelled"
        assert len(one.source) > 40
        everywhere = share_bandwidth(model, model.nodes, np.eye(model.n_nodes))
        assert everywhere["total_modelled_gbs"] == pytest.approx(one.total_gbs, rel=0.1)
    with pytest.raises(InvalidArgumentError, match="skylake_2s"):
        Topology.preset("skylake")


def test_cost_of_a_trace() -> None:
    with NumaAllocator(TWO, "interleave", mode="model") as allocator:
        page = allocator.page_bytes
        block = allocator.allocate(8 * page, align=8 * page)
        rng = np.random.default_rng(7)
        offsets = rng.integers(0, 8 * page, 1000)
        threads = rng.integers(0, 2, 1000)
        found = trace_cost(allocator, block + offsets, threads, thread_cpu=[1, 0])
        cpus, pages = 1 - threads, offsets // page % 2
        assert found["modelled_ns"] == pytest.approx(TWO.latency_ns[cpus, pages].sum(), rel=1e-12)
        assert found["modelled_ns"] == modelled_cost(TWO, cpus, pages)["modelled_ns"]
        assert found["provenance"] == found["streams"]["provenance"] == "modelled"
        assert found["streams"]["threads"].tolist() == [0, 1]
        for wrong in ([block, 0], [block + (1 << 40)]):
            with pytest.raises(InvalidArgumentError, match="address"):
                trace_cost(allocator, wrong, thread_cpu=[0])
        with pytest.raises(InvalidArgumentError, match="CPU 9"):
            trace_cost(allocator, [block], thread_cpu=[9])
        with pytest.raises(InvalidArgumentError, match="threads"):
            trace_cost(allocator, [block], [1], thread_cpu=[0])
        with pytest.raises(InvalidArgumentError, match="threads"):
            trace_cost(allocator, [block], [0, 0], thread_cpu=[0])


def _least(heat: np.ndarray, seats: list[int], room: list[int]) -> float:
    """The cost of the best of all placements."""
    nodes = range(2)
    n_threads, n_pages = heat.shape
    best = float("inf")
    for threads in itertools.product(nodes, repeat=n_threads):
        if any(threads.count(node) > seats[node] for node in nodes):
            continue
        for pages in itertools.product(nodes, repeat=n_pages):
            if all(pages.count(node) <= room[node] for node in nodes):
                cost = (heat * TWO.latency_ns[list(threads)][:, list(pages)]).sum()
                best = min(best, float(cost))
    return best


@pytest.mark.property
@given(
    st.lists(st.lists(st.integers(0, 50), min_size=5, max_size=5), min_size=2, max_size=2),
    st.sampled_from([[5, 5], [3, 2], [4, 1], [2, 3]]),
)
@settings(max_examples=30)
def test_advice_obeys_capacities_and_is_never_worse_than_uniform(
    rows: list[list[int]], room: list[int]
) -> None:
    heat = np.array(rows)
    found = advise(TWO, heat, capacity=room)
    threads, pages = found["thread_nodes"], found["page_nodes"]
    assert [(pages == node).sum() <= room[node] for node in (0, 1)] == [True, True]
    assert sorted(threads.tolist()) == [0, 1]  # a CPU each
    cost = float((heat * TWO.latency_ns[threads][:, pages]).sum())
    assert found["aware_modelled_ns"] == pytest.approx(cost, rel=1e-12)
    assert found["aware_modelled_ns"] >= _least(heat, [1, 1], room) * (1 - 1e-12)
    if room == [5, 5]:  # where interleaved pages are allowed, too
        assert found["aware_modelled_ns"] <= found["pages_alone_modelled_ns"]
        assert found["pages_alone_modelled_ns"] <= found["uniform_modelled_ns"]


def test_advice_finds_what_is_plain() -> None:
    heat = np.kron(np.eye(2, dtype=int), np.full((1, 4), 100))  # each thread has pages of its own
    found = advise(TWO, heat)
    assert found["aware_modelled_ns"] == _least(heat, [1, 1], [8, 8])
    assert len(set(found["page_nodes"][:4])) == 1
    assert found["gain"] == pytest.approx(found["uniform_modelled_ns"] / found["aware_modelled_ns"])
    assert found["advice"][0].startswith("modelled: ")


def test_advice_that_cannot_be_given() -> None:
    with pytest.raises(UnsupportedError, match="latency_ns"):
        advise(Topology.model([[10]]), [[1]])
    with pytest.raises(CapacityError):
        advise(TWO, [[1, 1, 1]], capacity=[1, 1])
    for wrong in ([[]], [[-1]], [1]):
        with pytest.raises(InvalidArgumentError, match="accesses"):
            advise(TWO, wrong)
