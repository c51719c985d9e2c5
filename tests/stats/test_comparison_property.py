"""Laws of a comparison's statistics that hold for any sample."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from vmperf import _core

stats = _core.stats

pytestmark = pytest.mark.property

Floats = NDArray[np.float64]

NUMBERS = st.floats(-1e9, 1e9).map(lambda v: 0.0 if abs(v) < 1e-100 else v)
TRIMS = st.sampled_from([0.0, 0.1, 0.2, 0.25])
ALPHAS = st.floats(1e-6, 0.4)
SPENDINGS = st.sampled_from(["obrien_fleming", "pocock"])


def arrays(
    elements: st.SearchStrategy[float] = NUMBERS, least: int = 4
) -> st.SearchStrategy[Floats]:
    return hnp.arrays(np.float64, st.integers(least, 40), elements=elements)


@given(arrays(), TRIMS, st.floats(0.5, 0.999))
def test_bounds_surround_the_mean(values: Floats, trim: float, confidence: float) -> None:
    two = stats.trimmed_interval(values, trim=trim, confidence=confidence)
    lower = stats.trimmed_interval(values, trim=trim, confidence=confidence, side="lower")
    upper = stats.trimmed_interval(values, trim=trim, confidence=confidence, side="upper")
    assert two["low"] <= lower["low"] <= two["mean"] <= upper["high"] <= two["high"]
    assert values.min() <= two["mean"] <= values.max()


@given(arrays(), TRIMS)
def test_directions_mirror_each_other(values: Floats, trim: float) -> None:
    there, back = stats.trimmed_test(values, trim=trim), stats.trimmed_test(-values, trim=trim)
    assert there["above"] == pytest.approx(back["below"], rel=1e-9, abs=1e-300)
    assert 0 <= there["above"] <= 1
    if stats.trimmed(values, trim=trim)["std_error"] > 0:
        assert there["above"] + there["below"] == pytest.approx(1)


@given(arrays(), st.integers(0, 3))
def test_a_wild_value_moves_a_trimmed_mean_no_further_than_the_others(
    values: Floats, place: int
) -> None:
    assume(len(values) >= 5)
    wild = values.copy()
    wild[place] = 1e100
    assert stats.trimmed(wild)["mean"] <= np.delete(values, place).max()


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 200), min_size=1, max_size=12, unique=True).map(sorted),
    ALPHAS,
    SPENDINGS,
)
def test_levels_spend_no_more_than_alpha(looks: list[int], alpha: float, spending: str) -> None:
    levels = stats.sequential_levels(np.array(looks), alpha=alpha, spending=spending)
    assert (levels >= 0).all()
    assert (levels <= alpha * (1 + 1e-9)).all()
    # The looks together spend alpha, so their levels cannot sum to less.
    assert levels.sum() >= alpha * (1 - 1e-6)


@settings(deadline=None, max_examples=25)
@given(st.floats(1, 1e4), st.floats(1e-4, 0.3), st.floats(0.5, 0.99), st.floats(1e-6, 1e6))
def test_detectable_grows_with_what_is_asked(
    df: float, alpha: float, power: float, std_error: float
) -> None:
    effect = stats.detectable(std_error, df, alpha=alpha, power=power)
    assert effect > 0
    assert stats.detectable(std_error, df, alpha=alpha / 2, power=power) > effect
    assert stats.detectable(std_error, df, alpha=alpha, power=(1 + power) / 2) > effect
    assert stats.detectable(std_error, 2 * df, alpha=alpha, power=power) < effect * (1 + 1e-9)
    assert stats.detectable(2 * std_error, df, alpha=alpha, power=power) == pytest.approx(
        2 * effect
    )


@given(arrays(st.floats(0, 1), least=1))
def test_adjusted_p_values_keep_their_order(p: Floats) -> None:
    hochberg, holm = stats.benjamini_hochberg(p), stats.holm(p)
    order = np.argsort(p, kind="stable")
    for adjusted in (hochberg, holm):
        assert (np.diff(adjusted[order]) >= 0).all()
        assert (adjusted >= p).all()
        assert (adjusted <= 1).all()
    assert (hochberg <= holm * (1 + 1e-12)).all()


@given(st.integers(1, 10**9), st.floats(0, 1), st.floats(0.01, 0.999))
def test_binomial_bounds_surround_the_share(n: int, share: float, confidence: float) -> None:
    k = round(share * n)
    found = stats.binomial_bound(k, n, confidence=confidence, side="two")
    assert 0 <= found["low"] <= 1
    assert 0 <= found["high"] <= 1
    if confidence >= 0.5:
        assert found["low"] <= k / n <= found["high"]
    mirrored = stats.binomial_bound(n - k, n, confidence=confidence, side="two")
    assert mirrored["low"] == pytest.approx(1 - found["high"], abs=1e-12)


@given(arrays(least=1), arrays(least=1))
def test_two_samples_mirror_each_other(a: Floats, b: Floats) -> None:
    there, back = stats.mann_whitney(a, b), stats.mann_whitney(b, a)
    assert there["u"] + back["u"] == len(a) * len(b)
    assert there["p"] == pytest.approx(back["p"], rel=1e-9)
    greater = stats.mann_whitney(a, b, side="greater")["p"]
    assert greater == pytest.approx(stats.mann_whitney(b, a, side="less")["p"], rel=1e-9)
    shift = stats.hodges_lehmann_shift(a, b)
    assert shift == pytest.approx(-stats.hodges_lehmann_shift(b, a), rel=1e-12, abs=1e-99)
    assert a.min() - b.max() <= shift <= a.max() - b.min()
    assert a.min() <= stats.hodges_lehmann(a) <= a.max()


@given(arrays(), st.integers(2, 4), st.floats(0.5, 0.999))
def test_group_effects_never_claim_less_than_noise(
    values: Floats, n_groups: int, confidence: float
) -> None:
    group = np.arange(len(values)) % n_groups
    assume(len(values) >= 2 * n_groups)
    found = stats.random_effects(values, group, confidence=confidence)
    assert found["low"] <= found["mean"] <= found["high"]
    assert found["std_error"] * np.sqrt(n_groups) >= found["within_std"] * (1 - 1e-12)
    floor = stats.layout_floor(values, group)
    assert 0 <= floor["std"] <= floor["spread"]
    assert floor["groups"] == n_groups


@settings(deadline=None)
@given(arrays(st.floats(1e-3, 1e6), least=1), st.integers(0, 2**64 - 1))
def test_change_points_are_apart(values: Floats, seed: int) -> None:
    found = stats.change_points(values, significance=0.1, permutations=19, seed=seed)
    edges = [0, *(point["index"] for point in found), len(values)]
    assert not found or min(np.diff(edges)) >= 5
    assert all(0 < point["p"] <= 0.1 and point["ratio"] > 0 for point in found)


@given(arrays(st.floats(1e-3, 1e6)), arrays(st.floats(1e-3, 1e6)))
def test_peers_rules_agree_with_themselves(a: Floats, b: Floats) -> None:
    found = stats.rule_criterion(a, b, resamples=50)
    assert found["low"] <= found["high"]
    assert 0 <= found["p"] <= 1
    assert found["alarm"] is (found["p"] < 0.05 and found["low"] > 0.01)
    for statistic in ("mean", "median", "min"):
        one = stats.rule_threshold(a, b, statistic=statistic, threshold=0.05)
        assert one["alarm"] is (one["change"] > 0.05)
