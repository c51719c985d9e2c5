"""Generators draw what they say: chi-square against the distributions, NumPy for the orders."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytestmark = pytest.mark.differential
chisquare: Any = pytest.importorskip("scipy.stats").chisquare

COUNT = 1_000_000
LEAST_P = 1e-4  # of fixed seeds: what passes once always passes
Drawn = Callable[..., NDArray[np.uint64]]


@pytest.fixture
def drawn(
    compile_cpp: Callable[..., Path], run_binary: Callable[..., subprocess.CompletedProcess[str]]
) -> Drawn:
    """Run the program with some words; its lines of numbers."""
    program = compile_cpp(Path(__file__).parent / "cpp" / "generators.cpp")

    def run(*words: object) -> NDArray[np.uint64]:
        lines = run_binary(program, *map(str, words)).stdout.splitlines()
        return np.array([line.split() for line in lines]).astype(np.uint64)

    return run


def _p_value(pairs: NDArray[np.uint64], expected: NDArray[np.float64]) -> float:
    """Of counts by item against shares; rare items are taken together."""
    found = np.zeros(expected.size)
    found[pairs[:, 0].astype(int)] = pairs[:, 1]
    assert not found[expected == 0].any()
    found, wanted = found[expected > 0], expected[expected > 0] * found.sum()
    # Cells of at least 20 expected draws, from the rare end.
    order = np.argsort(wanted)
    cell = np.floor(np.cumsum(wanted[order]) / 20).astype(int)
    keep = np.unique(cell, return_inverse=True)[1]
    found, wanted = np.bincount(keep, found[order]), np.bincount(keep, wanted[order])
    if found.size > 1:
        found[-2] += found[-1]  # the last may be short
        wanted[-2] += wanted[-1]
        found, wanted = found[:-1], wanted[:-1]
    return 1.0 if found.size == 1 else float(chisquare(found, wanted).pvalue)


def _zipf(n: int, exponent: float) -> NDArray[np.float64]:
    mass = np.arange(1, n + 1, dtype=float) ** -exponent
    return np.asarray(mass / mass.sum())


@pytest.mark.parametrize("n", [1, 2, 3, 10, 1000, 30_000])
@pytest.mark.parametrize("exponent", [0, 0.5, 0.99, 1, 1 + 1e-9, 1.2, 2, 6])
def test_zipf_has_the_exact_distribution(drawn: Drawn, n: int, exponent: float) -> None:
    pairs = drawn("counts", 11, COUNT, "zipf", n, repr(exponent))
    assert int(pairs[:, 1].sum()) == COUNT
    assert pairs[-1, 0] < n
    assert _p_value(pairs, _zipf(n, exponent)) > LEAST_P


@pytest.mark.parametrize(("exponent", "other"), [(0.99, 1.0), (1.0, 0.98), (0.0, 0.05)])
def test_another_exponent_is_told_apart(drawn: Drawn, exponent: float, other: float) -> None:
    pairs = drawn("counts", 11, COUNT, "zipf", 1000, exponent)
    assert _p_value(pairs, _zipf(1000, other)) < 1e-9


def test_zipf_over_more_items_than_could_be_listed(drawn: Drawn) -> None:
    """Shares of the first item and of each power of two, by the integral of the tail."""
    n = 2**50
    pairs = drawn("counts", 5, 200_000, "zipf", n, 0.8)
    items = pairs[:, 0].astype(float) + 1
    assert items.max() <= n
    edges = 2.0 ** np.arange(20, 51)  # mass below is lost in the sum to 2^50
    found, _ = np.histogram(items, edges, weights=pairs[:, 1].astype(float))
    wanted = np.diff(edges**0.2)  # the integral of x^-0.8, up to a factor
    assert chisquare(found, wanted / wanted.sum() * found.sum()).pvalue > LEAST_P


@pytest.mark.parametrize("n", [1, 2, 7, 1000])
def test_uniform(drawn: Drawn, n: int) -> None:
    pairs = drawn("counts", 3, COUNT, "uniform", n)
    assert _p_value(pairs, np.full(n, 1 / n)) > LEAST_P


@pytest.mark.parametrize(("n", "n_hot", "share"), [(100, 10, 0.9), (100, 10, 0.0), (8, 8, 0.25)])
def test_hot_cold(drawn: Drawn, n: int, n_hot: int, share: float) -> None:
    hot = 1.0 if n == n_hot else share
    shares = np.r_[np.full(n_hot, hot / n_hot), np.full(n - n_hot, (1 - hot) / max(n - n_hot, 1))]
    pairs = drawn("counts", 3, COUNT, "hot_cold", n, n_hot, share)
    present = shares > 0
    assert set(pairs[:, 0].tolist()) == set(np.flatnonzero(present).tolist())
    assert _p_value(pairs, shares) > LEAST_P


@pytest.mark.parametrize(
    ("n", "stride", "start"), [(10, 1, 0), (10, 3, 7), (12, 8, 1), (5, 13, 9), (1, 1, 0)]
)
def test_strided(drawn: Drawn, n: int, stride: int, start: int) -> None:
    items = drawn("items", 0, 100, "strided", n, stride, start)[:, 0]
    assert items.tolist() == ((start + stride * np.arange(100)) % n).tolist()


def test_strided_near_the_end_of_the_numbers(drawn: Drawn) -> None:
    n, stride = 2**64 - 1, 2**63
    items = drawn("items", 0, 50, "strided", n, stride, 5)[:, 0]
    assert [int(item) for item in items] == [(5 + stride * i) % n for i in range(50)]


@pytest.mark.parametrize("n", [1, 2, 1000])
def test_permutation_has_every_item_once_a_round(drawn: Drawn, n: int) -> None:
    rounds = drawn("items", 9, 3 * n, "permutation", n)[:, 0].reshape(3, n)
    assert np.sort(rounds[0]).tolist() == list(range(n))
    assert (rounds == rounds[0]).all()
    assert n < 10 or (rounds[0] != np.arange(n)).any()


def test_every_order_is_as_likely(drawn: Drawn) -> None:
    rows = drawn("orders", 4, 24_000, "shuffle")
    assert len(rows) == 24
    assert chisquare(rows[:, -1].astype(float)).pvalue > LEAST_P


def test_every_cycle_is_as_likely_and_goes_through_all(drawn: Drawn) -> None:
    rows = drawn("orders", 5, 24_000, "cycle")
    assert len(rows) == 24  # (n - 1)!
    assert chisquare(rows[:, -1].astype(float)).pvalue > LEAST_P
    for row in rows:
        at, seen = 0, set()
        for _ in range(5):
            at = int(row[at])
            seen.add(at)
        assert seen == set(range(5))


def test_phases_follow_each_other_and_go_on(drawn: Drawn) -> None:
    items = drawn("items", 4, 18, "phases")[:, 0].tolist()
    uniform = drawn("items", 4, 6, "uniform", 1000)[:, 0].tolist()
    assert items == [0, 1, 2, 3, *uniform[:3], 50, 57, 4, 5, 6, 7, *uniform[3:], 64, 71]


@pytest.mark.parametrize(
    "words", [("uniform", 1000), ("zipf", 1000, 1), ("hot_cold", 99, 9, 0.5), ("permutation", 99)]
)
def test_one_seed_one_sequence(drawn: Drawn, words: tuple[object, ...]) -> None:
    one, again, other = (drawn("items", seed, 50, *words).tolist() for seed in (1, 1, 2))
    assert one == again != other


def test_streams_of_one_seed_differ(drawn: Drawn) -> None:
    one, other = (drawn("items", 1, 50, "uniform", 1000, stream) for stream in (0, 1))
    assert (one != other).any()


def test_refusals(drawn: Drawn) -> None:
    assert drawn("refusals").size == 0
