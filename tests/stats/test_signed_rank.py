"""The signed-rank test: against SciPy, against all flips of signs, and its level under mixtures."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmperf import InvalidArgumentError, stats

oracle = pytest.importorskip("scipy.stats")


def _by_flips(values: list[float], shift: float) -> tuple[float, float]:
    """All 2^n signs over the ranks of the magnitudes; ties share theirs, zeros keep one."""
    off = [value - shift for value in values]
    ranks = oracle.rankdata([abs(one) for one in off])
    signed = [rank for rank, one in zip(ranks, off, strict=True) if one != 0]
    above = sum(rank for rank, one in zip(ranks, off, strict=True) if one > 0)
    below = sum(rank for rank, one in zip(ranks, off, strict=True) if one < 0)
    sums = [
        sum(rank for rank, plus in zip(signed, signs, strict=True) if plus)
        for signs in itertools.product([False, True], repeat=len(signed))
    ]
    found = [sum(s >= w - 1e-9 for s in sums) / len(sums) for w in (above, below)]
    return found[0], found[1]


@pytest.mark.differential
@given(
    st.lists(st.sampled_from([-0.2, -0.1, 0.0, 0.1, 0.2, 0.35]), min_size=1, max_size=9),
    st.sampled_from([0.0, 0.1, -0.05]),
)
def test_it_counts_the_flips(values: list[float], shift: float) -> None:
    found = stats.signed_rank(np.array(values), shift=shift)
    above, below = _by_flips(values, shift)
    assert found["above"] == pytest.approx(above, abs=1e-12)
    assert found["below"] == pytest.approx(below, abs=1e-12)


@pytest.mark.differential
@pytest.mark.parametrize("n", [5, 24, 100, 101, 3000])
def test_it_is_scipys(n: int) -> None:
    values = np.random.default_rng(n).normal(0.1, 1.0, n)
    found = stats.signed_rank(values)
    for side, name in (("greater", "above"), ("less", "below")):
        method = "exact" if n <= 100 else "approx"
        expected = oracle.wilcoxon(
            values, alternative=side, method=method, correction=n > 100
        ).pvalue
        assert found[name] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("n", [1, 3, 7, 60])
def test_agreement_by_chance_is_as_likely_as_it_is(n: int) -> None:
    assert stats.signed_rank(np.full(n, 0.1))["above"] == pytest.approx(2.0**-n)
    assert stats.signed_rank(np.full(n, -0.1))["below"] == pytest.approx(2.0**-n)
    assert stats.signed_rank(np.full(n, 0.1), shift=0.1) == {"above": 1.0, "below": 1.0}


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30))
def test_it_mirrors(values: list[float]) -> None:
    found, mirrored = (stats.signed_rank(np.array(v)) for v in (values, [-one for one in values]))
    assert found["above"] == mirrored["below"]
    assert 2.0 ** -len(values) * (1 - 1e-9) <= found["above"] <= 1


@pytest.mark.parametrize("noise", ["two modes", "outlying", "opposite"])
def test_its_level_holds_under_mixtures(noise: str) -> None:
    rng = np.random.default_rng(17)
    draws = {
        "two modes": lambda: 0.1 * (rng.integers(0, 2, 8) - rng.integers(0, 2, 8)),
        "outlying": lambda: rng.standard_cauchy(8),
        "opposite": lambda: 0.1 * rng.choice([-1, 1], 8),
    }
    jitter = [stats.signed_rank(draws[noise]() + rng.normal(0, 1e-4, 8)) for _ in range(4000)]
    for side in ("above", "below"):
        alarms = sum(one[side] <= 0.01 for one in jitter)
        assert alarms <= 40 + 4 * math.sqrt(40)


def test_a_shift_must_be_a_number() -> None:
    with pytest.raises(InvalidArgumentError, match="shift"):
        stats.signed_rank(np.array([1.0]), shift=math.nan)
