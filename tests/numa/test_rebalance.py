"""The assignment against brute force and SciPy, and what capacity and hysteresis do to it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numa_oracle import permuted, random_model, ring
from scipy.optimize import linear_sum_assignment
from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance

Case = tuple[Topology, np.ndarray, np.ndarray, np.ndarray]


def draw(seed: int, n: int, pages: int, slack: int) -> Case:
    rng = np.random.default_rng(seed)
    heat = rng.integers(0, 50, (pages, n)) * rng.integers(0, 2, (pages, n))
    now = rng.integers(0, n, pages)
    capacity = np.bincount(rng.integers(0, n, pages + slack), minlength=n)
    return random_model(rng, n), heat, now, capacity


def costs_of(model: Topology, heat: np.ndarray, now: np.ndarray, penalty_ns: float) -> np.ndarray:
    """Of each page on each node, with the penalty of a move."""
    assert model.latency_ns is not None
    away: np.ndarray = np.arange(heat.shape[1]) != now[:, None]
    costs: np.ndarray = heat @ model.latency_ns + penalty_ns * away
    return costs


def check(case: Case, move_cost_us: float, factor: float) -> float:
    """The plan keeps to the capacity and adds up; its cost with the penalties of its moves."""
    model, heat, now, capacity = case
    assert model.latency_ns is not None
    plan = rebalance(model, heat, now, capacity=capacity, move_cost_us=move_cost_us, factor=factor)
    target, rows = plan["target"], np.arange(len(now))
    assert (np.bincount(target, minlength=len(capacity)) <= capacity).all()
    assert plan["moved"].tolist() == np.flatnonzero(target != now).tolist()
    access = heat @ model.latency_ns
    assert plan["before_modelled_ns"] == pytest.approx(access[rows, now].sum())
    assert plan["after_modelled_ns"] == pytest.approx(access[rows, target].sum())
    assert plan["move_modelled_ns"] == pytest.approx(len(plan["moved"]) * move_cost_us * 1000)
    assert plan["provenance"] == "modelled"
    with_moves = costs_of(model, heat, now, move_cost_us * 1000 * factor)
    return float(with_moves[rows, target].sum())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 4), st.sampled_from([0.0, 0.2, 1.0]))
def test_eight_pages_on_three_nodes_against_brute_force(seed: int, slack: int, us: float) -> None:
    case = draw(seed, 3, 8, slack)
    model, heat, now, capacity = case
    costs = costs_of(model, heat, now, us * 1000 * 1.5)
    every = np.array(list(itertools.product(range(3), repeat=8)))
    fits = np.all([(every == node).sum(axis=1) <= capacity[node] for node in range(3)], axis=0)
    best = costs[np.arange(8), every[fits]].sum(axis=1).min()
    assert check(case, us, 1.5) == pytest.approx(best, rel=1e-9)


@pytest.mark.differential
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(1, 120), st.integers(0, 30))
def test_against_scipys_assignment(seed: int, n: int, pages: int, slack: int) -> None:
    case = draw(seed, n, pages, slack)
    model, heat, now, capacity = case
    costs = costs_of(model, heat, now, 400.0)
    rows, places = linear_sum_assignment(np.repeat(costs, capacity, axis=1))
    best = np.repeat(costs, capacity, axis=1)[rows, places].sum()
    assert check(case, 0.2, 2.0) == pytest.approx(best, rel=1e-9)


@pytest.mark.differential
@pytest.mark.parametrize("alike", [False, True])
def test_many_pages_are_assigned_as_well(alike: bool) -> None:
    """Above 65536 pages prices come from a sample: the sum must be the linear program's."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    rng = np.random.default_rng(11)
    n, kinds, each = 4, 50, 1500
    some = rng.integers(0, 1000, (kinds, n))
    heat = np.repeat(some, each, axis=0)
    if not alike:  # 75 000 pages that all differ; the program is told of each kind's mean
        heat = heat + rng.integers(0, 2, heat.shape)
    now, capacity = np.zeros(kinds * each, int), np.full(n, kinds * each // n + 7)
    found = check((random_model(np.random.default_rng(2), n), heat, now, capacity), 2.0, 2.0)
    costs = costs_of(random_model(np.random.default_rng(2), n), heat, now, 4000.0)
    grouped = costs.reshape(kinds, each, n).mean(axis=1)
    row, column = np.divmod(np.arange(kinds * n), n)
    ones = np.ones(kinds * n)
    best = linprog(
        grouped.ravel(),
        A_eq=coo_array((ones, (row, np.arange(kinds * n)))).tocsr(),
        b_eq=np.full(kinds, each),
        A_ub=coo_array((ones, (column, np.arange(kinds * n)))).tocsr(),
        b_ub=capacity,
    )
    assert found == pytest.approx(best.fun, rel=1e-9 if alike else 2e-3)
    assert found <= best.fun * (1 + 1e-9)  # pages that differ leave more to gain


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_other_numbers_of_nodes_give_the_same_sum(seed: int, n: int) -> None:
    model, heat, now, capacity = draw(seed, n, 40, 5)
    order = np.random.default_rng(seed).permutation(n)
    new = np.argsort(order)
    one = check((model, heat, now, capacity), 0.5, 1.0)
    other = (permuted(model, order), heat[:, order], new[now], capacity[order])
    assert check(other, 0.5, 1.0) == pytest.approx(one, rel=1e-12)


def test_hysteresis_is_exact() -> None:
    """A gain of 60 ns an access: 100 of them gain 6 us, which 2 us x 3 do not exceed."""
    two = Topology.model(ring(2), latency_ns=[[90, 150], [150, 90]])
    for accesses, moved in ((99, []), (100, []), (101, [0])):
        plan = rebalance(two, [[0, accesses]], [0], move_cost_us=2.0, factor=3.0)
        assert plan["moved"].tolist() == moved


def test_a_plan_is_carried_out_by_the_allocator() -> None:
    rng = np.random.default_rng(3)
    model = random_model(rng, 4)
    with NumaAllocator(model, "interleave", mode="model") as allocator:
        page = allocator.page_bytes
        pages = allocator.allocate(64 * page, align=page) + page * np.arange(64)
        heat = rng.integers(0, 1000, (64, 4))
        plan = rebalance(model, heat, allocator.nodes_of(pages), move_cost_us=0.1)
        moved = plan["moved"]
        allocator.move(pages[moved], plan["target"][moved])
        cpus = np.tile(np.arange(4), 64)
        cpus, touched = np.repeat(cpus, heat.ravel()), np.repeat(pages, heat.sum(axis=1))
        cost = modelled_cost(model, cpus, allocator.nodes_of(touched))
        assert cost["modelled_ns"] == pytest.approx(plan["after_modelled_ns"])
        assert plan["after_modelled_ns"] < plan["before_modelled_ns"]
