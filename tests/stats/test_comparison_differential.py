"""The statistics of a comparison against SciPy or an independent re-implementation."""

from __future__ import annotations

import inspect
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats as oracle
from scipy.stats.mstats import winsorize

from vmperf import _core

Floats = NDArray[np.float64]

stats = _core.stats

pytestmark = pytest.mark.differential

TOLERANCE = 1e-12


def close(expected: object, *, tolerance: float = TOLERANCE) -> object:
    return pytest.approx(expected, rel=tolerance, abs=tolerance * 1e-3)


def draws(seed: int, n: int) -> Floats:
    rng = np.random.default_rng(seed)
    return rng.standard_t(3, n) * 0.01 + 0.002


# --- trimmed mean --------------------------------------------------------------------------------


@pytest.mark.parametrize("trim", [0.0, 0.1, 0.2, 0.25, 0.4])
@pytest.mark.parametrize("n", [4, 5, 6, 24, 97])
def test_trimmed_is_yuens(n: int, trim: float) -> None:
    values = draws(n, n)
    cut = int(trim * n)
    if n - 2 * cut < 2:
        with pytest.raises(ValueError, match="values is of length 5"):
            stats.trimmed(values, trim=trim)
        return
    got = stats.trimmed(values, trim=trim)
    kept = n - 2 * cut
    squares = np.sum((w := np.asarray(winsorize(values, limits=(cut / n, cut / n)))) ** 2)
    squares -= n * w.mean() ** 2
    assert got["mean"] == close(oracle.trim_mean(values, trim))
    assert got["std_error"] == close(np.sqrt(squares / (kept * (kept - 1))), tolerance=1e-10)
    assert got["df"] == kept - 1


@pytest.mark.filterwarnings("ignore:Precision loss")  # the constant sample, on purpose
@pytest.mark.parametrize("trim", [0.0, 0.1, 0.2, 0.25])
@pytest.mark.parametrize("n", [4, 5, 24, 97])
def test_trimmed_test_is_scipys_against_a_constant(n: int, trim: float) -> None:
    # The two-sample test with a sample that has no variance is the one-sample test.
    values = draws(n, n)
    constant = np.full(50, 0.003)
    for side, name in (("greater", "above"), ("less", "below")):
        expected = oracle.ttest_ind(
            values, constant, equal_var=False, trim=trim, alternative=side
        ).pvalue
        assert stats.trimmed_test(values, shift=0.003, trim=trim)[name] == close(
            expected, tolerance=1e-11
        )


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_trimmed_interval_is_the_test_turned_round(confidence: float) -> None:
    values = draws(3, 24)
    lower = stats.trimmed_interval(values, confidence=confidence, side="lower")
    upper = stats.trimmed_interval(values, confidence=confidence, side="upper")
    two = stats.trimmed_interval(values, confidence=2 * confidence - 1 or 0.5)
    assert (lower["high"], upper["low"]) == (np.inf, -np.inf)
    assert stats.trimmed_test(values, shift=lower["low"])["above"] == close(1 - confidence)
    assert stats.trimmed_test(values, shift=upper["high"])["below"] == close(1 - confidence)
    if confidence > 0.5:
        assert (two["low"], two["high"]) == close((lower["low"], upper["high"]))


def test_values_without_spread() -> None:
    same = np.full(10, 0.1)
    assert stats.trimmed(same) == {"mean": 0.1, "std_error": 0.0, "df": 5.0}
    assert stats.trimmed_test(same) == {"above": 0.0, "below": 1.0}
    assert stats.trimmed_test(same, shift=0.1) == {"above": 1.0, "below": 1.0}
    assert stats.trimmed_test(same, shift=0.2) == {"above": 1.0, "below": 0.0}


# --- alpha spending ------------------------------------------------------------------------------

# One-sided 0.025 (two-sided 0.05), five equal looks: the boundaries that the programs of Reboussin,
# DeMets, Kim, Lan (Controlled Clinical Trials 21, 2000) print for the two spending functions.
PUBLISHED = {
    "obrien_fleming": [4.8769, 3.3569, 2.6803, 2.2898, 2.0310],
    "pocock": [2.4380, 2.4268, 2.4101, 2.3966, 2.3859],
}


@pytest.mark.parametrize("spending", PUBLISHED)
def test_published_boundaries(spending: str) -> None:
    levels = stats.sequential_levels(np.arange(1, 6), alpha=0.025, spending=spending)
    assert oracle.norm.isf(levels).tolist() == pytest.approx(PUBLISHED[spending], abs=1.5e-4)


SEEDED = "rng" in inspect.signature(oracle.multivariate_normal.cdf).parameters


@pytest.mark.parametrize("spending", PUBLISHED)
@pytest.mark.parametrize(
    "looks", [[1, 2], [6, 7, 30], [6, 12, 24], [10, 11, 12, 13]], ids=lambda looks: str(looks)
)
def test_what_is_spent_agrees_with_the_multivariate_normal(spending: str, looks: list[int]) -> None:
    alpha, n = 0.05, np.array(looks, dtype=np.int64)
    share = n / n[-1]
    levels = stats.sequential_levels(n, alpha=alpha, spending=spending)
    bounds = oracle.norm.isf(levels)
    cov = np.sqrt(np.minimum.outer(n, n) / np.maximum.outer(n, n))
    for k in range(1, len(looks) + 1):
        wanted = (
            2 * oracle.norm.sf(oracle.norm.isf(alpha / 2) / np.sqrt(share[k - 1]))
            if spending == "obrien_fleming"
            else alpha * np.log(1 + (np.e - 1) * share[k - 1])
        )
        points = {"rng": np.random.default_rng(1)} if SEEDED else {}  # it draws where it samples
        precise = {"maxpts": 10_000_000, "abseps": 1e-9, "releps": 1e-9, **points}
        crossed = 1 - oracle.multivariate_normal.cdf(bounds[:k], 0 * n[:k], cov[:k, :k], **precise)
        assert crossed == pytest.approx(wanted, abs=2e-7)


def test_one_look_costs_nothing() -> None:
    assert stats.sequential_levels(np.array([24]), alpha=0.01)[0] == close(0.01)


def test_a_reserve_is_alpha_not_spent() -> None:
    kept = stats.sequential_levels(np.array([6, 12, 24]), alpha=0.01, reserve=0.25)
    assert kept.tolist() == close(
        stats.sequential_levels(np.array([6, 12, 24]), alpha=0.0075).tolist()
    )


def test_looks_too_early_to_spend_anything_never_stop() -> None:
    levels = stats.sequential_levels(np.arange(1, 101), alpha=0.01)
    assert levels[0] == 0
    assert (np.diff(levels) >= 0).all()
    without = stats.sequential_levels(np.arange(1, 101)[levels > 0], alpha=0.01)
    assert levels[levels > 0].tolist() == pytest.approx(without.tolist(), rel=1e-7)


# --- power ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("df", [1, 2.5, 3, 13, 100, 1e4])
@pytest.mark.parametrize("alpha", [1e-3, 0.01, 0.2])
@pytest.mark.parametrize("power", [0.5, 0.95, 0.99])
def test_detectable_is_noncentral_t(df: float, alpha: float, power: float) -> None:
    effect = stats.detectable(0.5, df, alpha=alpha, power=power)
    reached = oracle.nct.sf(oracle.t.isf(alpha, df), df, effect / 0.5)
    assert reached == pytest.approx(power, abs=1e-9)


def test_required_pairs_is_the_first_that_shows_it() -> None:
    for std, effect, trim in ((0.016, 0.01, 0.2), (0.001, 0.01, 0.2), (0.03, 0.01, 0.0)):
        found = stats.required_pairs(std, effect, alpha=0.01, trim=trim)

        def seen(n: int, std: float = std, trim: float = trim) -> float:
            df = n - 2 * int(trim * n) - 1
            return stats.detectable(std / np.sqrt(n), df, alpha=0.01) if df >= 1 else np.inf

        assert seen(found) <= effect
        assert all(seen(n) > effect for n in range(2, found))


def test_power_by_simulation() -> None:
    rng = np.random.default_rng(41)
    n = stats.required_pairs(1.0, 1.0, alpha=0.01, power=0.9, trim=0.0)
    hits = sum(
        stats.trimmed_test(rng.normal(1, 1, n), trim=0.0)["above"] <= 0.01 for _ in range(4000)
    )
    exact = oracle.nct.sf(oracle.t.isf(0.01, n - 1), n - 1, np.sqrt(n))
    assert exact >= 0.9
    assert hits / 4000 == pytest.approx(exact, abs=4 * np.sqrt(0.09 / 4000))


# --- several benchmarks --------------------------------------------------------------------------


def test_benjamini_hochberg_is_scipys() -> None:
    rng = np.random.default_rng(43)
    for n in (1, 2, 3, 10, 60):
        p = rng.random(n) ** 3
        expected = oracle.false_discovery_control(p)
        assert stats.benjamini_hochberg(p).tolist() == close(expected.tolist())
    tied = np.array([0.01, 0.5, 0.01, 1.0, 0.0, 0.5])
    assert stats.benjamini_hochberg(tied).tolist() == close(
        oracle.false_discovery_control(tied).tolist()
    )


def test_holm_is_its_definition() -> None:
    rng = np.random.default_rng(47)
    for n in (1, 2, 3, 10, 60):
        p = rng.random(n) ** 3
        order = np.argsort(p)
        running = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(n, 0, -1)))
        expected = np.empty(n)
        expected[order] = running
        assert stats.holm(p).tolist() == close(expected.tolist())


# --- a share -------------------------------------------------------------------------------------


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
@pytest.mark.parametrize(
    ("k", "n"), [(0, 1), (1, 1), (0, 300), (3, 300), (12, 1000), (500, 1000), (1000, 1000),
                 (7, 1_000_000), (333_333, 1_000_000)]
)  # fmt: skip
def test_binomial_bound_is_clopper_pearson(k: int, n: int, confidence: float) -> None:
    tail = (1 - confidence) / 2
    expected_low = oracle.beta.ppf(tail, k, n - k + 1) if k > 0 else 0.0
    expected_high = oracle.beta.isf(tail, k + 1, n - k) if k < n else 1.0
    got = stats.binomial_bound(k, n, confidence=confidence, side="two")
    assert got == {
        "share": k / n,
        "low": pytest.approx(expected_low, rel=1e-10, abs=1e-300),
        "high": pytest.approx(expected_high, rel=1e-10),
    }
    # SciPy's own bounds come from a root finder of few digits.
    exact = oracle.binomtest(k, n).proportion_ci(confidence, method="exact")
    assert (got["low"], got["high"]) == pytest.approx((exact.low, exact.high), abs=1e-7)
    # One-sided bounds leave the whole of the error on one side.
    upper = stats.binomial_bound(k, n, confidence=confidence, side="upper")
    lower = stats.binomial_bound(k, n, confidence=confidence, side="lower")
    high = oracle.beta.ppf(confidence, k + 1, n - k) if k < n else 1.0
    low = oracle.beta.ppf(1 - confidence, k, n - k + 1) if k > 0 else 0.0
    assert (upper["low"], upper["high"]) == (0.0, pytest.approx(high, rel=1e-10))
    assert (lower["low"], lower["high"]) == (pytest.approx(low, rel=1e-10), 1.0)


# --- two samples ---------------------------------------------------------------------------------


def naive_walsh(values: Floats) -> float:
    n = len(values)
    return float(np.median([(values[i] + values[j]) / 2 for i in range(n) for j in range(i, n)]))


@pytest.mark.parametrize("n", [1, 2, 3, 24, 61])
def test_hodges_lehmann_is_the_median_of_averages(n: int) -> None:
    values = draws(n, n)
    assert stats.hodges_lehmann(values) == close(naive_walsh(values))
    other = draws(n + 100, 2 * n + 1)
    shift = float(np.median(np.subtract.outer(values, other)))
    assert stats.hodges_lehmann_shift(values, other) == close(shift)


SIDES = {"two": "two-sided", "greater": "greater", "less": "less"}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("n_a", "n_b", "round_to", "method"),
    [(3, 4, 0, "exact"), (8, 30, 0, "exact"), (30, 8, 0, "exact"), (1, 1, 0, "exact"),
     (8, 8, 1, "normal"), (9, 9, 0, "normal"), (40, 55, 0, "normal"), (40, 55, 0.5, "normal")],
)  # fmt: skip
def test_mann_whitney_is_scipys(
    n_a: int, n_b: int, round_to: float, method: str, side: str
) -> None:
    rng = np.random.default_rng(n_a * 100 + n_b)
    a, b = rng.normal(0.5, 1, n_a), rng.normal(0, 1, n_b)
    if round_to:
        a, b = np.round(a / round_to) * round_to, np.round(b / round_to) * round_to
    expected = oracle.mannwhitneyu(
        a, b, alternative=SIDES[side], method="exact" if method == "exact" else "asymptotic"
    )
    got = stats.mann_whitney(a, b, side=side)
    assert got["method"] == method
    assert got["u"] == expected.statistic
    assert got["p"] == close(expected.pvalue)


def test_mann_whitney_of_one_value_everywhere() -> None:
    same = np.full(5, 3.0)
    assert stats.mann_whitney(same, same) == {"u": 12.5, "p": 1.0, "method": "normal"}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("n_a", "n_b"), [(2, 2), (5, 30), (40, 55)])
def test_welch_is_scipys(n_a: int, n_b: int, side: str) -> None:
    rng = np.random.default_rng(n_a * 100 + n_b)
    a, b = rng.normal(0.5, 1, n_a), rng.normal(0, 3, n_b)
    expected = oracle.ttest_ind(a, b, equal_var=False, alternative=SIDES[side])
    got = stats.welch(a, b, side=side)
    assert (got["t"], got["df"], got["p"]) == close(
        (expected.statistic, expected.df, expected.pvalue)
    )
    assert got["difference"] == close(a.mean() - b.mean())


def test_welch_without_spread() -> None:
    a, b = np.full(3, 2.0), np.full(4, 1.0)
    assert stats.welch(a, b)["p"] == 0.0
    assert stats.welch(a, b, side="less")["p"] == 1.0
    assert stats.welch(a, a)["p"] == 1.0


# --- peers' rules --------------------------------------------------------------------------------


def test_threshold_rule_is_pytest_benchmarks() -> None:
    a, b = np.array([1.0, 2.0, 6.0]), np.array([1.1, 2.2, 6.3])
    for statistic, change in (("mean", 9.6 / 9 - 1), ("median", 0.1), ("min", 0.1)):
        got = stats.rule_threshold(a, b, statistic=statistic, threshold=0.08)
        assert got == {"change": close(change), "alarm": change > 0.08}
    assert not stats.rule_threshold(a, a, statistic="mean", threshold=0.0)["alarm"]


def test_criterion_rule_agrees_in_distribution() -> None:
    rng = np.random.default_rng(53)
    a, b = rng.lognormal(0, 0.1, 40), rng.lognormal(0.03, 0.1, 50)
    got = stats.rule_criterion(a, b, resamples=40_000, seed=1)
    n = 40_000
    change = rng.choice(b, (n, 50)).mean(1) / rng.choice(a, (n, 40)).mean(1) - 1
    low, high = np.quantile(change, [0.025, 0.975])
    assert got["change"] == close(b.mean() / a.mean() - 1)
    assert got["low"] == pytest.approx(low, abs=0.03 * (high - low))
    assert got["high"] == pytest.approx(high, abs=0.03 * (high - low))

    def t(x: Floats, y: Floats) -> Floats:
        spread = x.var(-1, ddof=1) / x.shape[-1] + y.var(-1, ddof=1) / y.shape[-1]
        return np.asarray((x.mean(-1) - y.mean(-1)) / np.sqrt(spread))

    pooled = rng.choice(np.concatenate([a, b]), (n, 90))
    below = float(np.mean(t(pooled[:, 50:], pooled[:, :50])[:n] < t(a, b)))
    assert got["p"] == pytest.approx(2 * min(below, 1 - below), abs=0.015)
    for slow, verdict in ((1.0, False), (1.2, True)):
        found = stats.rule_criterion(a, a * slow, resamples=2000)
        assert found["alarm"] is verdict
    assert not stats.rule_criterion(a, a * 0.8, resamples=2000)["alarm"]
    # Significant, but inside the threshold.
    inside = stats.rule_criterion(a, a * 1.2, resamples=2000, noise_threshold=0.5)
    assert inside["p"] < 0.05
    assert not inside["alarm"]


# --- builds as a random effect -------------------------------------------------------------------


def test_random_effects_is_t_over_the_groups() -> None:
    rng = np.random.default_rng(59)
    group = np.repeat(np.arange(5), 8)
    values = 0.01 + rng.normal(0, 0.02, 5)[group] + rng.normal(0, 0.003, 40)
    each = [stats.trimmed(values[group == g]) for g in range(5)]
    means = np.array([one["mean"] for one in each])
    within = float(np.mean([one["std_error"] ** 2 for one in each]))
    low, high = oracle.t.interval(0.95, 4, loc=means.mean(), scale=oracle.sem(means))
    got = stats.random_effects(values, group)
    assert got == close(
        {
            "mean": means.mean(),
            "std_error": oracle.sem(means),
            "df": 4.0,
            "low": low,
            "high": high,
            "between_std": np.sqrt(means.var(ddof=1) - within),
            "within_std": np.sqrt(within),
        }
    )


def test_pairwise_consistency_of_layout_floor() -> None:
    rng = np.random.default_rng(61)
    group = np.repeat(np.arange(7), 10)
    values = rng.normal(0, 0.02, 7)[group] + rng.normal(0, 0.002, 70)
    each = [stats.trimmed(values[group == g]) for g in range(7)]
    means = np.array([one["mean"] for one in each])
    spread = float(oracle.median_abs_deviation(means)) / oracle.norm.ppf(0.75) * 1.140
    noise = float(np.sqrt(np.median([one["std_error"] ** 2 for one in each])))
    got = stats.layout_floor(values, group)
    expected = {
        "std": np.sqrt(spread**2 - noise**2),
        "spread": spread,
        "noise": noise,
        "groups": 7.0,
    }
    assert got == close(expected)


def test_sorted_groups_do_not_matter() -> None:
    rng = np.random.default_rng(67)
    group = np.repeat(np.arange(4), 6)
    values = rng.normal(0, 1, 24)
    order = rng.permutation(24)
    assert stats.random_effects(values, group) == close(
        stats.random_effects(values[order], group[order])
    )
    assert all(x < y for x, y in pairwise(sorted({*group.tolist()})))
