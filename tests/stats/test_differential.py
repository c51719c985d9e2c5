"""Every statistic against NumPy, SciPy or an independent re-implementation."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats as oracle

from vmperf import _core

Floats = NDArray[np.float64]

stats = _core.stats

pytestmark = pytest.mark.differential

TOLERANCE = 1e-12
WEYL = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1


def close(expected: object, *, tolerance: float = TOLERANCE) -> object:
    return pytest.approx(expected, rel=tolerance, abs=tolerance * 1e-3)


def samples() -> list[Floats]:
    """Shapes that timings take: symmetric, skewed, two modes, quantised, tiny, far from 0."""
    rng = np.random.default_rng(20240501)
    return [
        rng.normal(10, 1, 100),
        rng.lognormal(0, 1, 101),
        np.where(rng.random(57) < 0.3, rng.normal(10, 1, 57), rng.normal(20, 2, 57)),
        np.round(rng.normal(100, 5, 64) / 10) * 10,
        rng.random(2),
        1e9 + rng.random(33),
        rng.normal(0, 1e-9, 1000),
    ]


@pytest.fixture(params=range(7), ids=lambda i: f"sample{i}")
def values(request: pytest.FixtureRequest) -> Floats:
    return samples()[request.param]


def test_location_and_spread_agree_with_numpy(values: Floats) -> None:
    assert stats.minimum(values) == values.min()
    assert stats.maximum(values) == values.max()
    assert stats.mean(values) == close(values.mean())
    assert stats.std(values) == close(values.std(ddof=1))
    assert stats.median(values) == close(np.median(values))
    assert stats.mad(values) == close(oracle.median_abs_deviation(values))


@pytest.mark.parametrize("trim", [0.0, 0.1, 0.2, 0.25, 0.49])
def test_trimmed_mean_agrees_with_scipy(values: Floats, trim: float) -> None:
    assert stats.trimmed_mean(values, trim=trim) == close(oracle.trim_mean(values, trim))


def test_quantiles_agree_with_numpy(values: Floats) -> None:
    probabilities = np.linspace(0, 1, 41)
    expected = np.quantile(values, probabilities)
    assert stats.quantiles(values, probabilities).tolist() == close(expected.tolist())
    assert [stats.quantile(values, p) for p in probabilities] == close(expected.tolist())


def test_line_agrees_with_linregress(values: Floats) -> None:
    x = np.sqrt(np.arange(1.0, len(values) + 1)) * 1e4
    fit = stats.fit_line(x, values)
    expected = oracle.linregress(x, values)
    scale = np.abs(values).max()
    assert fit["intercept"] == pytest.approx(expected.intercept, abs=TOLERANCE * scale)
    assert fit["slope"] * x[-1] == pytest.approx(expected.slope * x[-1], abs=TOLERANCE * scale)
    assert fit["r_squared"] == pytest.approx(expected.rvalue**2, abs=1e-10)


def test_origin_fit_agrees_with_least_squares() -> None:
    rng = np.random.default_rng(3)
    x = np.arange(1.0, 101.0) * 1000
    y = 1.25 * x + rng.normal(0, 500, 100)
    fit = stats.fit_through_origin(x, y)
    slope, residual = np.linalg.lstsq(x[:, None], y, rcond=None)[:2]
    assert fit["slope"] == close(slope[0])
    assert fit["r_squared"] == close(1 - residual[0] / np.sum((y - y.mean()) ** 2))


def test_tukey_classes_agree_with_fences(values: Floats) -> None:
    q1, q3 = np.quantile(values, [0.25, 0.75])
    iqr = q3 - q1
    expected = np.zeros(len(values), dtype=np.int8)
    expected[values > q3 + 1.5 * iqr] = 1
    expected[values > q3 + 3 * iqr] = 2
    expected[values < q1 - 1.5 * iqr] = -1
    expected[values < q1 - 3 * iqr] = -2
    classes = stats.tukey_classes(values)
    assert classes.dtype == np.int8
    assert classes.tolist() == expected.tolist()


@pytest.mark.parametrize("dof", [1, 1.5, 2, 3, 4, 5, 9, 29.5, 99, 1000.5, 1e4])
@pytest.mark.parametrize("p", [1e-30, 1e-9, 0.005, 0.025, 0.1, 0.3, 0.45, 0.6, 0.975, 0.9999])
def test_t_quantile_agrees_with_scipy(p: float, dof: float) -> None:
    t = stats.student_t_quantile(p, dof)
    assert t == pytest.approx(oracle.t.ppf(p, dof), rel=TOLERANCE)
    assert stats.student_t_cdf(t, dof) == pytest.approx(p, rel=TOLERANCE)


@pytest.mark.parametrize("dof", [1, 4, 29, 1000])
@pytest.mark.parametrize("t", [-1e5, -30.0, -2.0, -0.1, 0.0, 0.3, 2.7, 50.0])
def test_t_cdf_agrees_with_scipy(t: float, dof: float) -> None:
    assert stats.student_t_cdf(t, dof) == pytest.approx(oracle.t.cdf(t, dof), rel=TOLERANCE)


def test_t_quantile_near_the_centre_is_a_straight_line() -> None:
    # SciPy loses ten digits here, so the oracle is t = (p - 1/2) / pdf(0).
    for dof in (1.0, 3.0, 4.0, 9.0):
        expected = (0.5 - 2.0**-40 - 0.5) / oracle.t.pdf(0, dof)
        assert stats.student_t_quantile(0.5 - 2.0**-40, dof) == close(expected)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
def test_t_interval_agrees_with_scipy(values: Floats, confidence: float) -> None:
    low, high = oracle.t.interval(
        confidence, len(values) - 1, loc=values.mean(), scale=oracle.sem(values)
    )
    got = stats.t_interval(values, confidence=confidence)
    assert (got["estimate"], got["low"], got["high"]) == close((values.mean(), low, high))


def test_kde_agrees_with_scipy(values: Floats) -> None:
    x, density = stats.kde(values, 301)
    bandwidth = stats.kde_bandwidth(values)
    expected = oracle.gaussian_kde(values, bw_method=bandwidth / values.std(ddof=1))
    # SciPy divides by the bandwidth before it subtracts, which costs digits far from 0.
    lost = np.abs(values).max() / bandwidth * 1e-15
    peak = density.max()
    assert density / peak == pytest.approx(expected(x) / peak, abs=TOLERANCE + 10 * lost)
    kernels = np.exp(-0.5 * ((x[:, None] - values) / bandwidth) ** 2)
    direct = kernels.mean(axis=1) / (bandwidth * np.sqrt(2 * np.pi))
    assert density.tolist() == pytest.approx(direct.tolist(), rel=1e-11, abs=TOLERANCE * peak)
    ends = (values.min() - 3 * bandwidth, values.max() + 3 * bandwidth)
    assert x.tolist() == close(np.linspace(*ends, 301).tolist())


def test_bandwidth_is_silvermans(values: Floats) -> None:
    spread = values.std(ddof=1)
    iqr = np.subtract(*np.quantile(values, [0.75, 0.25]))
    robust = min(spread, iqr / 1.34) if iqr > 0 else spread
    assert stats.kde_bandwidth(values) == close(0.9 * robust * len(values) ** -0.2)


# The bootstrap, re-implemented: the same counter-based generator, sorting instead of counting.


def mix64(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def one(x: int) -> NDArray[np.uint64]:
    return np.array([x & MASK], dtype=np.uint64)


def resample(values: Floats, seed: int, stream: int) -> Floats:
    n = len(values)
    key = mix64(one(seed + WEYL)) ^ mix64(one(stream * WEYL + 1))
    position = np.arange(n, dtype=np.uint64) * np.uint64(WEYL)
    raw = mix64(mix64(position + key) ^ key)
    return np.sort(values)[((raw >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32)]


def expanded(resampled: list[float], n: int, confidence: float) -> list[float]:
    reach = np.sqrt(n / (n - 1)) * oracle.t.ppf((1 + confidence) / 2, n - 1)
    tail = oracle.norm.sf(reach)
    return np.quantile(resampled, [tail, 1 - tail]).tolist()


@pytest.mark.parametrize("seed", [0, 7, 2**64 - 1])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_bootstrap_agrees_draw_by_draw(values: Floats, seed: int, confidence: float) -> None:
    got = stats.bootstrap(values, confidence=confidence, resamples=40, seed=seed)
    drawn = [resample(values, seed, 2 * r) for r in range(40)]
    for name, statistic in (("median", np.median), ("mean", np.mean)):
        low, high = expanded([float(statistic(d)) for d in drawn], len(values), confidence)
        estimate = float(statistic(values))
        expected = (estimate, min(low, estimate), max(high, estimate))
        found = (got[name]["estimate"], got[name]["low"], got[name]["high"])
        assert found == close(expected)


def test_ratio_resamples_both_sets_independently() -> None:
    rng = np.random.default_rng(5)
    a, b = rng.lognormal(1, 0.2, 40), rng.lognormal(0, 0.2, 31)
    zeros = np.zeros(40, dtype=np.int64)
    got = stats.ratio(a, zeros, b, zeros[:31], resamples=60, seed=9)
    ratios = [
        float(np.median(resample(a, 9, 2 * r)) / np.median(resample(b, 9, 2 * r + 1)))
        for r in range(60)
    ]
    assert got["ratio"] == close(np.median(a) / np.median(b))
    assert [got["low"], got["high"]] == close(expanded(ratios, 31, 0.95))


def test_bootstrap_agrees_with_scipy_in_distribution() -> None:
    values = np.random.default_rng(11).lognormal(0, 0.5, 60)
    reach = np.sqrt(60 / 59) * oracle.t.ppf(0.975, 59)
    expected = oracle.bootstrap(
        (values,),
        np.mean,
        n_resamples=40_000,
        confidence_level=1 - 2 * oracle.norm.sf(reach),
        method="percentile",
        rng=np.random.default_rng(12),
    ).confidence_interval
    got = stats.bootstrap(values, resamples=40_000, seed=1)["mean"]
    width = expected.high - expected.low
    assert got["low"] == pytest.approx(expected.low, abs=0.02 * width)
    assert got["high"] == pytest.approx(expected.high, abs=0.02 * width)


def grouped(values: Floats, process: NDArray[np.int64]) -> list[Floats]:
    return [values[process == p] for p in np.unique(process)]


def test_several_processes_give_t_over_their_statistics() -> None:
    rng = np.random.default_rng(13)
    process = rng.integers(-2, 3, 200)
    values = rng.lognormal(0, 0.3, 200) + 0.2 * process
    got = stats.location_intervals(values, process, confidence=0.9)
    for name, statistic in (("median", np.median), ("mean", np.mean)):
        each = [float(statistic(g)) for g in grouped(values, process)]
        low, high = oracle.t.interval(0.9, 4, loc=np.mean(each), scale=oracle.sem(each))
        estimate = float(statistic(values))
        assert low < estimate < high
        assert got[name] == close({"estimate": estimate, "low": low, "high": high})


def test_paired_ratio_is_t_over_log_medians() -> None:
    rng = np.random.default_rng(17)
    process = np.repeat(np.arange(6), 11)
    b = rng.lognormal(0, 0.5, 66)
    a = b * rng.lognormal(0.1, 0.05, 66)
    logs = [float(np.log(np.median(g))) for g in grouped(a / b, process)]
    low, high = oracle.t.interval(0.95, 5, loc=np.mean(logs), scale=oracle.sem(logs))
    expected = {"ratio": np.exp(np.mean(logs)), "low": np.exp(low), "high": np.exp(high)}
    assert stats.paired_ratio(a, b, process) == close(expected)


@pytest.mark.parametrize(("n_a", "n_b", "equal_var"), [(5, 4, False), (6, 1, True), (1, 3, True)])
def test_ratio_over_processes_is_welch_or_pooled(n_a: int, n_b: int, equal_var: bool) -> None:
    rng = np.random.default_rng(19)
    process_a, process_b = np.repeat(np.arange(n_a), 7), np.repeat(np.arange(n_b), 9)
    a, b = rng.lognormal(0.3, 0.1, 7 * n_a), rng.lognormal(0, 0.3, 9 * n_b)
    logs_a = [float(np.log(np.median(g))) for g in grouped(a, process_a)]
    logs_b = [float(np.log(np.median(g))) for g in grouped(b, process_b)]
    test = oracle.ttest_ind(logs_a, logs_b, equal_var=equal_var)
    low, high = test.confidence_interval(0.95)
    ratio = np.exp(np.mean(logs_a) - np.mean(logs_b))
    got = stats.ratio(a, process_a, b, process_b)
    assert got == close({"ratio": ratio, "low": np.exp(low), "high": np.exp(high)})


def test_summary_is_made_of_the_single_statistics() -> None:
    rng = np.random.default_rng(23)
    iterations = np.arange(1, 61, dtype=np.int64) * 50
    ns_total = (iterations * rng.lognormal(1, 0.1, 60)).astype(np.int64)
    process = np.zeros(60, dtype=np.int64)
    values = ns_total / iterations
    got = stats.summarize(ns_total, iterations, process, resamples=500, seed=3)
    interval = stats.bootstrap(values, resamples=500, seed=3)
    slope = stats.fit_through_origin(iterations.astype(float), ns_total.astype(float))
    q1, q3 = np.quantile(values, [0.25, 0.75])
    classes = stats.tukey_classes(values)
    assert got.pop("outliers") == {
        "low_severe": int((classes == -2).sum()),
        "low_mild": int((classes == -1).sum()),
        "high_mild": int((classes == 1).sum()),
        "high_severe": int((classes == 2).sum()),
    }
    assert got == close(
        {
            "n": 60,
            "n_clusters": 1,
            "min": values.min(),
            "q1": q1,
            "median": np.median(values),
            "q3": q3,
            "max": values.max(),
            "mean": values.mean(),
            "std": values.std(ddof=1),
            "trimmed_mean": oracle.trim_mean(values, 0.2),
            "slope": slope["slope"],
            "r_squared": slope["r_squared"],
            "low": interval["median"]["low"],
            "high": interval["median"]["high"],
            "mean_low": interval["mean"]["low"],
            "mean_high": interval["mean"]["high"],
            "ops_per_s": 1e9 / np.median(values),
        }
    )
