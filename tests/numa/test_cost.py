"""Modelled costs and shares: closed forms, what must change them, and what must not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numa_oracle import permuted, random_model, ring
from scipy.optimize import linprog
from vmperf.numa import NumaAllocator, Topology, modelled_cost, share_bandwidth


def test_interleaving_costs_the_mean_latency() -> None:
    rng = np.random.default_rng(1)
    for n in (1, 2, 4, 8):
        model = random_model(rng, n)
        assert model.latency_ns is not None
        allocator = NumaAllocator(model, "interleave", mode="model")
        page = allocator.page_bytes
        block = allocator.allocate(64 * n * page, align=page)
        pages = allocator.nodes_of(block + page * np.arange(64 * n))
        cost = modelled_cost(model, np.zeros_like(pages), pages)
        assert cost["mean_ns"] == pytest.approx(model.latency_ns[0].mean(), rel=1e-9)


@settings(max_examples=40)
@given(st.integers(1, 6), st.integers(0, 2**32 - 1), st.integers(0, 500))
def test_cost_is_the_sum_over_the_matrix(n: int, seed: int, accesses: int) -> None:
    rng = np.random.default_rng(seed)
    model = random_model(rng, n)
    assert model.latency_ns is not None
    cpus, pages = rng.integers(0, n, (2, accesses))
    cost = modelled_cost(model, cpus, pages)
    assert cost["modelled_ns"] == pytest.approx(model.latency_ns[cpus, pages].sum(), abs=1e-6)
    assert cost["accesses"] == accesses == cost["pairs"].sum()
    assert cost["provenance"] == "modelled"


@settings(max_examples=40)
@given(st.integers(2, 8), st.integers(0, 2**32 - 1))
def test_other_numbers_give_exactly_the_same(n: int, seed: int) -> None:
    """New node i is old node order[i]: costs and shares do not change by one bit."""
    rng = np.random.default_rng(seed)
    model, order = random_model(rng, n), rng.permutation(n)
    other, new = permuted(model, order), np.argsort(order)
    cpus, pages = rng.integers(0, n, (2, 300))
    one, two = modelled_cost(model, cpus, pages), modelled_cost(other, new[cpus], new[pages])
    assert one["modelled_ns"] == two["modelled_ns"]
    assert (two["pairs"] == one["pairs"][np.ix_(order, order)]).all()
    streams = 12
    spread = rng.integers(0, 4, (streams, n)).astype(float)
    spread[:, 0] += 1
    spread /= 2.0 ** np.ceil(np.log2(spread.sum(axis=1)))[:, None]  # sums stay exact
    spread[:, 0] += 1 - spread.sum(axis=1)
    cpus, demand = rng.integers(0, n, streams), rng.uniform(1, 30, streams)
    one = share_bandwidth(model, cpus, spread, demand_gbs=demand)
    two = share_bandwidth(other, new[cpus], spread[:, order], demand_gbs=demand)
    assert (one["modelled_gbs"] == two["modelled_gbs"]).all()
    assert one["total_modelled_gbs"] == two["total_modelled_gbs"]
    assert (two["controller_gbs"] == one["controller_gbs"][order]).all()


def test_one_entry_changes_what_goes_that_way_alone() -> None:
    base = np.array([[90.0, 150.0], [150.0, 90.0]])
    cpus, pages = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    before = modelled_cost(Topology.model(ring(2), latency_ns=base), cpus, pages)["modelled_ns"]
    for row, column in np.ndindex(2, 2):
        changed = base.copy()
        changed[row, column] += 7
        after = modelled_cost(Topology.model(ring(2), latency_ns=changed), cpus, pages)
        assert after["modelled_ns"] == before + 7


def two_nodes(way: float = 16, own: float = 40) -> Topology:
    return Topology.model(
        ring(2), bandwidth_gbs=[[own, way], [way, own]], controller_gbs=[own, own]
    )


@pytest.mark.parametrize("streams", [1, 2, 5, 16])
def test_one_full_way_is_shared_alike(streams: int) -> None:
    shares = share_bandwidth(two_nodes(), [0] * streams, [[0, 1]] * streams)
    assert shares["modelled_gbs"] == pytest.approx([16 / streams] * streams)
    assert shares["total_modelled_gbs"] == pytest.approx(16)
    assert shares["limits"] == [("way", 0, 1)] * streams


def test_interleaved_streams_go_at_the_slowest_ways_pace() -> None:
    """Half of it goes over a way of 16: 32, and both controllers give 16 of their 40."""
    shares = share_bandwidth(two_nodes(), [0], [[0.5, 0.5]])
    assert shares["modelled_gbs"].tolist() == [32.0]
    assert shares["controller_gbs"].tolist() == [16.0, 16.0]
    both = share_bandwidth(two_nodes(way=30), [0, 1], [[0.5, 0.5]] * 2)
    assert both["modelled_gbs"].tolist() == [40.0, 40.0]
    assert both["limits"][0][0] == "controller"


def test_who_wants_less_leaves_it_to_others() -> None:
    shares = share_bandwidth(two_nodes(), [0, 0, 0], [[1, 0]] * 3, demand_gbs=[4, 100, 100])
    assert shares["modelled_gbs"].tolist() == [4.0, 18.0, 18.0]
    assert shares["limits"][0] == ("demand",)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(1, 10), st.integers(0, 2**32 - 1))
def test_shares_against_a_linear_program(n: int, streams: int, seed: int) -> None:
    """Max-min fair by definition: raise the least rate as far as it goes, fix it, go on."""
    rng = np.random.default_rng(seed)
    model = random_model(rng, n)
    assert model.bandwidth_gbs is not None
    assert model.controller_gbs is not None
    cpus = rng.integers(0, n, streams)
    spread = rng.dirichlet(np.ones(n), streams)
    spread /= spread.sum(axis=1, keepdims=True)
    demand = rng.uniform(1, 40, streams)
    found = share_bandwidth(model, cpus, spread, demand_gbs=demand)["modelled_gbs"]
    use = np.zeros((n * n + n, streams))
    for stream, cpu in enumerate(cpus):
        use[cpu * n + np.arange(n), stream] = spread[stream]
        use[n * n + np.arange(n), stream] = spread[stream]
    room = np.concatenate([model.bandwidth_gbs.ravel(), model.controller_gbs])
    assert (use @ found <= room * (1 + 1e-9)).all()
    assert (found <= demand * (1 + 1e-9)).all()
    for stream in range(streams):  # more for it, and nobody with no more than it has loses
        poorer = (found <= found[stream] * (1 + 1e-9)) & (np.arange(streams) != stream)
        low = np.where(poorer, found * (1 - 1e-9), 0)
        bounds = list(zip(low, np.maximum(low, demand), strict=True))
        bounds[stream] = (0, demand[stream])
        best = linprog(-np.eye(streams)[stream], A_ub=use, b_ub=room, bounds=bounds)
        assert best.status == 0
        assert -best.fun <= found[stream] * (1 + 1e-5)
