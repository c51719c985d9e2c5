"""E-divisive: against a naive model, how often it cries wolf, and what it finds."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vmperf import _core

Floats = NDArray[np.float64]

stats = _core.stats

pytestmark = pytest.mark.differential


def naive_best(x: Floats, least: int) -> tuple[float, int]:
    """The largest scaled energy distance over all splits and ends, from its definition."""
    best = (-1.0, 0)
    for end in range(2 * least, len(x) + 1):
        for t in range(least, end - least + 1):
            a, b = x[:t], x[t:end]
            m, n = len(a), len(b)
            energy = (
                2 * np.abs(np.subtract.outer(a, b)).mean()
                - np.abs(np.subtract.outer(a, a)).sum() / (m * (m - 1))
                - np.abs(np.subtract.outer(b, b)).sum() / (n * (n - 1))
            )
            gain = energy * m * n / (m + n)
            if gain > best[0] + 1e-12:
                best = (gain, t)
    return best


@pytest.mark.parametrize("least", [2, 5])
@pytest.mark.parametrize("seed", range(6))
def test_the_split_is_the_naive_models(seed: int, least: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.exp(rng.normal(0, 0.01, 36))
    values[rng.integers(8, 29) :] *= 1.1
    _, at = naive_best(np.log(values), least)
    found = stats.change_points(values, min_segment=least)
    assert at in [point["index"] for point in found]


def test_several_changes_with_their_ratios() -> None:
    rng = np.random.default_rng(1)
    levels = np.repeat([1.0, 1.05, 1.05 * 1.1, 1.05], [20, 25, 15, 20])
    exact = 0
    for seed in range(40):
        found = stats.change_points(levels * np.exp(rng.normal(0, 0.003, 80)), seed=seed)
        if [point["index"] for point in found] == [20, 45, 60]:
            exact += 1
            ratios = [point["ratio"] for point in found]
            assert ratios == pytest.approx([1.05, 1.1, 1 / 1.1], abs=0.006)
            assert all(point["p"] == 0.001 for point in found)
    assert exact >= 38  # each of four tests finds another one in half a percent


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gaussian", "heavy", "skewed"])
def test_false_changes_of_unchanged_histories(kind: str) -> None:
    rng = np.random.default_rng(409)
    n_series = 3000
    alarms = 0
    for seed in range(n_series):
        noise = {
            "gaussian": rng.normal(0, 0.01, 60),
            "heavy": rng.standard_t(2, 60) * 0.01,
            "skewed": np.log1p(rng.exponential(0.02, 60)),
        }[kind]
        alarms += bool(stats.change_points(np.exp(noise), seed=seed))
    assert stats.binomial_bound(alarms, n_series)["high"] <= 0.01


@pytest.mark.slow
def test_a_step_of_five_percent_is_found_where_it_is() -> None:
    rng = np.random.default_rng(419)
    near = extra = 0
    for seed in range(400):
        values = np.exp(rng.normal(0, 0.01, 60))
        at = int(rng.integers(5, 56))
        values[at:] *= 1.05
        found = [point["index"] for point in stats.change_points(values, seed=seed)]
        hits = [index for index in found if abs(index - at) <= 3]
        near += bool(hits)
        extra += len(found) > len(hits[:1])
    assert near / 400 >= 0.9
    assert extra / 400 <= 0.03


def test_short_or_constant_histories_have_no_change() -> None:
    assert stats.change_points(np.full(50, 3.0)) == []
    assert stats.change_points(np.array([1.0])) == []
    assert stats.change_points(np.array([1.0] * 4 + [2.0] * 5)) == []  # no room for two segments


def test_the_seed_decides() -> None:
    values = np.exp(np.random.default_rng(7).normal(0, 0.01, 40))
    values[20:] *= 1.012
    runs = [stats.change_points(values, significance=0.2, seed=s) for s in (1, 1, 2)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2] or runs[0] == []
