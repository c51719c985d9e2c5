"""Laws that hold for any sample: order, symmetry, scale, containment."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy.integrate import trapezoid

from vmperf import _core

stats = _core.stats

pytestmark = pytest.mark.property

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Nothing so small that scaling by 2**-30 or a difference would leave the normal range.
NUMBERS = st.floats(-1e12, 1e12).map(lambda v: 0.0 if abs(v) < 1e-200 else v)
TIMES = st.floats(1e-3, 1e9)
RESAMPLES = st.integers(1, 60)
SEEDS = st.integers(0, 2**64 - 1)
CONFIDENCES = st.floats(0.01, 0.999)


def arrays(elements: st.SearchStrategy[float], least: int = 1) -> st.SearchStrategy[Floats]:
    return hnp.arrays(np.float64, st.integers(least, 60), elements=elements)


@st.composite
def batches(draw: st.DrawFn) -> tuple[Ints, Ints, Ints]:
    n = draw(st.integers(2, 40))
    ns = draw(hnp.arrays(np.int64, n, elements=st.integers(0, 2**62)))
    ops = draw(hnp.arrays(np.int64, n, elements=st.integers(1, 2**62)))
    process = draw(hnp.arrays(np.int64, n, elements=st.integers(-2, 2)))
    return ns, ops, process


@given(arrays(NUMBERS), st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_quantiles_rise_within_the_range(values: Floats, probabilities: list[float]) -> None:
    found = stats.quantiles(values, np.array([0.0, *sorted(probabilities), 1.0]))
    assert np.all(np.diff(found) >= 0)
    assert found[0] == values.min()
    assert found[-1] == values.max()


@given(arrays(NUMBERS), st.randoms(use_true_random=False))
def test_order_of_samples_does_not_matter(values: Floats, random: object) -> None:
    shuffled = values.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for statistic in (stats.median, stats.mad, stats.minimum, stats.trimmed_mean):
        assert statistic(shuffled) == statistic(values)
    if len(values) > 1:
        assert stats.bootstrap(shuffled, resamples=20) == stats.bootstrap(values, resamples=20)


@given(arrays(NUMBERS), st.integers(-30, 30))
def test_a_power_of_two_scales_exactly(values: Floats, exponent: int) -> None:
    scale = 2.0**exponent
    for statistic in (stats.median, stats.mad, stats.mean, stats.trimmed_mean):
        assert statistic(values * scale) == statistic(values) * scale
    assert stats.tukey_classes(values * scale).tolist() == stats.tukey_classes(values).tolist()


@given(arrays(NUMBERS), st.floats(0, 0.499))
def test_locations_lie_within_the_range(values: Floats, trim: float) -> None:
    for found in (stats.mean(values), stats.median(values), stats.trimmed_mean(values, trim=trim)):
        assert values.min() <= found <= values.max()


@given(arrays(NUMBERS, 2), CONFIDENCES, RESAMPLES, SEEDS)
def test_bootstrap_contains_its_estimate(
    values: Floats, confidence: float, resamples: int, seed: int
) -> None:
    found = stats.bootstrap(values, confidence=confidence, resamples=resamples, seed=seed)
    slack = 1e-12 * np.abs(values).max()
    for one in found.values():
        assert one["low"] <= one["estimate"] <= one["high"]
        assert values.min() - slack <= one["low"]
        assert one["high"] <= values.max() + slack


@given(arrays(NUMBERS, 2), RESAMPLES, SEEDS)
def test_more_confidence_is_never_narrower(values: Floats, resamples: int, seed: int) -> None:
    narrow, wide = (
        stats.bootstrap(values, confidence=c, resamples=resamples, seed=seed)["median"]
        for c in (0.5, 0.95)
    )
    assert wide["low"] <= narrow["low"]
    assert narrow["high"] <= wide["high"]


@given(batches(), SEEDS)
def test_summary_is_in_order(samples: tuple[Ints, Ints, Ints], seed: int) -> None:
    found = stats.summarize(*samples, resamples=20, seed=seed)
    order = [found[k] for k in ("min", "q1", "median", "q3", "max")]
    assert order == sorted(order)
    assert 0 <= found["low"] <= found["median"] <= found["high"]
    assert 0 <= found["mean_low"] <= found["mean"] <= found["mean_high"]
    assert found["min"] <= found["trimmed_mean"] <= found["max"]
    assert found["n_clusters"] == len(set(samples[2].tolist()))
    assert 0 <= sum(found["outliers"].values()) <= found["n"] == len(samples[0])
    assert found["r_squared"] <= 1
    assert not any(math.isnan(v) for v in found.values() if isinstance(v, float))


@given(arrays(TIMES, 2), st.integers(1, 5), SEEDS)
def test_paired_ratio_of_a_design_with_itself_is_one(
    times: Floats, n_processes: int, seed: int
) -> None:
    process = np.arange(len(times)) % n_processes
    found = stats.paired_ratio(times, times, process, resamples=10, seed=seed)
    assert found == {"ratio": 1, "low": 1, "high": 1}


@given(
    st.lists(st.tuples(TIMES, TIMES, TIMES), min_size=2, max_size=6),
    st.floats(0.5, 0.99),
)
def test_swapping_the_sides_inverts_the_ratio(
    rounds: list[tuple[float, float, float]], confidence: float
) -> None:
    # three rounds in each process: an odd number, whose median inverts exactly
    a = np.array(rounds).ravel()
    b = np.roll(a, 1)
    process = np.repeat(np.arange(len(rounds)), 3)
    for call in (
        lambda x, y: stats.paired_ratio(x, y, process, confidence=confidence),
        lambda x, y: stats.ratio(x, process, y, process, confidence=confidence),
    ):
        there, back = call(a, b), call(b, a)
        assert there["low"] <= there["ratio"] <= there["high"]
        assert math.log(there["ratio"]) == pytest.approx(-math.log(back["ratio"]), abs=1e-9)
        if there["low"] > 0 and there["high"] < math.inf and back["high"] < math.inf:
            assert math.log(there["low"]) == pytest.approx(-math.log(back["high"]), abs=1e-7)


@given(arrays(TIMES, 2), st.floats(-0.4, 0.4), SEEDS)
def test_a_constant_factor_is_read_exactly(times: Floats, log: float, seed: int) -> None:
    factor = math.exp(log)
    zeros = np.zeros(len(times), dtype=np.int64)
    found = stats.paired_ratio(times * factor, times, zeros, resamples=10, seed=seed)
    assert list(found.values()) == pytest.approx([factor] * 3, rel=1e-12)


@given(arrays(st.floats(-1e6, 1e6)), st.integers(2, 80))
def test_density_is_not_negative_and_its_grid_rises(values: Floats, n_points: int) -> None:
    x, density = stats.kde(values, n_points)
    assert len(x) == len(density) == n_points
    assert np.all(density >= 0)
    assert np.all(np.diff(x) >= 0)
    assert x[0] <= values.min() <= values.max() <= x[-1]


@given(arrays(st.floats(0, 100), 5))
@settings(max_examples=50)
def test_density_holds_one(values: Floats) -> None:
    width = stats.kde_bandwidth(values)
    n_points = int(min(20_000, 16 * (np.ptp(values) / width + 6)))
    x, density = stats.kde(values, n_points)
    if (x[1] - x[0]) < width / 4:
        assert float(trapezoid(density, x)) == pytest.approx(1, abs=4e-3)


@given(st.floats(1e-12, 1 - 1e-12), st.floats(1, 1e4))
def test_t_quantile_inverts_the_cdf(p: float, dof: float) -> None:
    t = stats.student_t_quantile(p, dof)
    assert stats.student_t_cdf(t, dof) == pytest.approx(p, rel=1e-12)


@given(st.floats(0.501, 0.9999), st.floats(1, 999))
def test_t_quantile_falls_with_the_degrees_of_freedom(p: float, dof: float) -> None:
    assert stats.student_t_quantile(p, dof) > stats.student_t_quantile(p, dof * 1.01)
