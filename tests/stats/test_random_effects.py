"""Levels of a comparison over salted builds, and what the relink floor finds, by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats as oracle

from vmperf import _core

stats = _core.stats

pytestmark = pytest.mark.differential

DRAWS = 20_000
ALPHA = 0.01
SLACK = 3 * np.sqrt(ALPHA * (1 - ALPHA) / DRAWS)
PER_GROUP = 8


def draw(
    rng: np.random.Generator, n_groups: int, between: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Values of builds whose layouts differ by `between` standard errors of a build's mean."""
    group = np.repeat(np.arange(n_groups), PER_GROUP)
    effect = rng.normal(0, between / np.sqrt(PER_GROUP), n_groups)
    return effect[group] + rng.normal(0, 1, len(group)), group


@pytest.mark.slow
@pytest.mark.parametrize("n_groups", [3, 6])
@pytest.mark.parametrize("between", [0.0, 1.0, 5.0])
def test_level_over_salted_builds(n_groups: int, between: float) -> None:
    rng = np.random.default_rng(307)
    alarms = pooled = 0
    for _ in range(DRAWS):
        values, group = draw(rng, n_groups, between)
        found = stats.random_effects(values, group, confidence=1 - ALPHA, side="lower")
        alarms += found["low"] > 0
        pooled += stats.trimmed_test(values)["above"] <= ALPHA
    assert alarms / DRAWS <= ALPHA + SLACK
    if between == 5.0:
        assert pooled / DRAWS > 0.1  # what taking all pairs as independent would give
        assert alarms / DRAWS >= ALPHA / 4  # conservative where noise hides small spreads


@pytest.mark.slow
def test_leaving_out_an_effect_that_is_not_visible_would_alarm_too_often() -> None:
    # The reason for G - 1 degrees of freedom even where noise explains the spread.
    rng = np.random.default_rng(311)
    alarms = 0
    for _ in range(DRAWS):
        values, group = draw(rng, 3, 2.0)
        found = stats.random_effects(values, group, confidence=1 - ALPHA, side="lower")
        t = found["mean"] / (found["within_std"] / np.sqrt(3))
        df = 3 * (PER_GROUP - 2 - 1) if found["between_std"] == 0 else 2
        if found["between_std"] == 0:
            alarms += oracle.t.sf(t, df) <= ALPHA
        else:
            alarms += found["low"] > 0
    assert alarms / DRAWS > 1.5 * ALPHA


@pytest.mark.slow
@pytest.mark.parametrize("n_groups", [1, 3])
def test_level_with_a_known_floor(n_groups: int) -> None:
    rng = np.random.default_rng(313)
    alarms = 0
    between = 3.0
    for _ in range(DRAWS):
        values, group = draw(rng, n_groups, between)
        other = rng.normal(0, between / np.sqrt(PER_GROUP), 12)
        found = stats.random_effects(
            values,
            group,
            confidence=1 - ALPHA,
            side="lower",
            known_std=float(other.std(ddof=1)),
            known_df=11,
        )
        alarms += found["low"] > 0
    assert alarms / DRAWS <= ALPHA + SLACK


def test_one_group_is_its_trimmed_mean() -> None:
    values = np.random.default_rng(317).normal(0, 1, 20)
    got = stats.random_effects(values, np.zeros(20, dtype=np.int64))
    alone = stats.trimmed(values)
    assert {k: got[k] for k in alone} == alone
    assert got["within_std"] == alone["std_error"]
    assert np.isnan(got["between_std"])
    interval = stats.trimmed_interval(values)
    assert (got["low"], got["high"]) == (interval["low"], interval["high"])


def test_one_group_with_a_known_floor_is_wider() -> None:
    values = np.random.default_rng(317).normal(0, 1, 20)
    group = np.zeros(20, dtype=np.int64)
    alone = stats.trimmed(values)
    got = stats.random_effects(values, group, known_std=0.3, known_df=5)
    variances = np.array([0.3**2, alone["std_error"] ** 2])
    assert got["std_error"] == pytest.approx(np.sqrt(variances.sum()), rel=1e-12)
    df = variances.sum() ** 2 / (variances**2 / [5, alone["df"]]).sum()
    assert got["df"] == pytest.approx(df, rel=1e-12)
    assert stats.random_effects(values, group, known_std=0.0)["std_error"] == pytest.approx(
        alone["std_error"], rel=1e-12
    )


@pytest.mark.parametrize("n_groups", [3, 4, 8, 20])
def test_layout_floor_finds_the_spread(n_groups: int) -> None:
    rng = np.random.default_rng(331)
    found = []
    for _ in range(4000):
        values, group = draw(rng, n_groups, 5.0)
        found.append(stats.layout_floor(values, group)["std"])
    assert np.mean(found) == pytest.approx(5 / np.sqrt(PER_GROUP), rel=0.08)


def test_layout_floor_survives_a_wild_build() -> None:
    rng = np.random.default_rng(337)
    values, group = draw(rng, 8, 0.0)
    values[group == 3] += 1000
    assert stats.layout_floor(values, group)["std"] < 1
