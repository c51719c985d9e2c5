"""Early stopping on identical code: whoever looks when, alarms stay at alpha.

10000 simulated A/A comparisons per distribution; a look at every pair that is allowed, stop at the
first crossing, each direction a test of its own. The seeds are fixed, so a result repeats.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from vmperf import _core

stats = _core.stats

pytestmark = [pytest.mark.differential, pytest.mark.slow]

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]

PATHS = 10_000
MOST = 48
LOOKS = np.arange(6, MOST + 1)
ALPHA = 0.01
RESERVE = 0.25  # a trimmed t test over few values overspends by about so much
# Three standard errors of a share of 1 % over the paths.
SLACK = 3 * np.sqrt(ALPHA * (1 - ALPHA) / PATHS)


def gaussian(rng: np.random.Generator, n: int) -> Floats:
    return rng.normal(0, 0.01, n)


def heavy(rng: np.random.Generator, n: int) -> Floats:
    return rng.standard_t(2, n) * 0.01


def disturbed(rng: np.random.Generator, n: int) -> Floats:
    """One pair in twenty is hit by a neighbour."""
    return rng.normal(0, 0.01, n) * np.where(rng.random(n) < 0.05, 20, 1)


def skewed_arms(rng: np.random.Generator, n: int) -> Floats:
    """Log ratio of two arms whose times are strongly skewed, as noise only adds time."""
    a, b = 1 + rng.exponential(0.3, n), 1 + rng.exponential(0.3, n)
    return np.log(b / a)


def two_modes(rng: np.random.Generator, n: int) -> Floats:
    """Each arm is in one of two layouts, 5 % apart."""
    return rng.normal(0, 0.003, n) + 0.05 * (rng.integers(0, 2, n) - rng.integers(0, 2, n))


def p_values(draw: Draw, seed: int) -> Floats:
    """Of every look of every path: (path, look, direction)."""
    rng = np.random.default_rng(seed)
    p = np.empty((PATHS, len(LOOKS), 2))
    for path in range(PATHS):
        values = draw(rng, MOST)
        for i, n in enumerate(LOOKS):
            found = stats.trimmed_test(values[:n])
            p[path, i] = found["above"], found["below"]
    return p


@pytest.mark.parametrize("draw", [gaussian, heavy, disturbed, skewed_arms, two_modes])
def test_peeking_keeps_alpha(draw: Draw) -> None:
    p = p_values(draw, 211)
    levels = stats.sequential_levels(LOOKS, alpha=ALPHA, reserve=RESERVE)
    alarms = (p <= levels[:, None]).any(axis=1).mean(axis=0)
    assert (alarms <= ALPHA + SLACK).all(), alarms
    naive = (p <= ALPHA).any(axis=1).mean(axis=0)
    assert (naive >= 3 * ALPHA).all(), naive
    # With fewer looks taken than planned it only gets rarer.
    some = (p[:, 10::8] <= levels[10::8, None]).any(axis=1).mean(axis=0)
    assert (some <= alarms).all()


def test_early_stopping_saves_pairs_and_little_power() -> None:
    rng = np.random.default_rng(223)
    levels = stats.sequential_levels(LOOKS, alpha=ALPHA, reserve=RESERVE)
    found = fixed = used = 0
    for _ in range(1000):
        values = rng.normal(0.01, 0.016, MOST)
        p = np.array([stats.trimmed_test(values[:n])["above"] for n in LOOKS])
        crossed = np.flatnonzero(p <= levels)
        found += crossed.size > 0
        fixed += bool(p[-1] <= ALPHA)
        used += int(LOOKS[crossed[0]]) if crossed.size else MOST
    assert found >= fixed - 50
    assert used / 1000 < 0.8 * MOST


def test_pocock_spends_early() -> None:
    of = stats.sequential_levels(LOOKS, alpha=ALPHA)
    pocock = stats.sequential_levels(LOOKS, alpha=ALPHA, spending="pocock")
    assert pocock[0] > 1000 * of[0]
    assert pocock[-1] < of[-1]
