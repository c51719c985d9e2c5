"""Results worked out by hand, conventions, ownership of arrays, threads."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.integrate import trapezoid

from vmperf import _core

stats = _core.stats

pytestmark = pytest.mark.differential

ZEROS = np.zeros(1000, dtype=np.int64)


def test_location_by_hand() -> None:
    values = np.array([7.0, 1.0, 3.0, 100.0, 5.0])
    assert stats.minimum(values) == 1
    assert stats.maximum(values) == 100
    assert stats.mean(values) == pytest.approx(23.2)
    assert stats.median(values) == 5
    assert stats.mad(values) == 2
    assert stats.trimmed_mean(values) == 5
    assert stats.std(np.array([1.0, 2.0, 3.0])) == 1


def test_quantiles_reach_both_ends_and_keep_the_order_asked() -> None:
    values = np.array([4.0, 1.0, 3.0, 2.0])
    assert stats.quantiles(values, np.array([1.0, 0.0, 0.5])).tolist() == [4.0, 1.0, 2.5]
    assert stats.quantile(values, 1 / 3) == pytest.approx(2.0)
    assert stats.quantiles(values, np.array([])).shape == (0,)


def test_trim_drops_the_floor_of_the_share() -> None:
    values = np.array([0.0, 1.0, 2.0, 90.0])
    assert stats.trimmed_mean(values, trim=0.2) == 23.25
    assert stats.trimmed_mean(values, trim=0.25) == 1.5


def test_tukey_fences_belong_to_the_inside() -> None:
    # quartiles of 0..8 are 2 and 6: fences -4, -10 below, 12, 18 above
    body = [float(v) for v in range(9)]
    assert stats.tukey_classes(np.array(body)).tolist() == [0] * 9
    middle = np.array([2.0] * 5 + [6.0] * 5)
    for value, expected in ((12.0, 0), (12.1, 1), (18.0, 1), (18.1, 2)):
        assert stats.tukey_classes(np.append(middle, [value, 8 - value]))[-2:].tolist() == [
            expected,
            -expected,
        ]


def test_where_quartiles_coincide_every_other_value_is_severe() -> None:
    assert stats.tukey_classes(np.array([5.0] * 9 + [5.1])).tolist() == [0] * 9 + [2]


def test_origin_fit_of_constant_totals_explains_nothing() -> None:
    fit = stats.fit_through_origin(np.full(4, 100.0), np.full(4, 130.0))
    assert fit["slope"] == pytest.approx(1.3)
    assert fit["r_squared"] == 0


def test_origin_fit_can_be_worse_than_a_constant() -> None:
    fit = stats.fit_through_origin(np.array([1.0, 2.0, 3.0]), np.array([3.0, 2.0, 1.0]))
    assert fit["slope"] == pytest.approx(10 / 14)
    assert fit["r_squared"] < 0


def test_line_separates_the_batch_cost_from_the_op() -> None:
    x = np.arange(1.0, 11.0)
    fit = stats.fit_line(x, 30 + 1.25 * x)
    assert (fit["intercept"], fit["slope"]) == pytest.approx((30, 1.25))
    assert fit["r_squared"] == pytest.approx(1)
    assert stats.fit_line(x, np.full(10, 2.0))["r_squared"] == 0


def test_line_stays_exact_far_from_the_origin() -> None:
    x = 1e12 + np.arange(10.0)
    assert stats.fit_line(x, 1e9 + 3 * np.arange(10.0))["slope"] == pytest.approx(3, rel=1e-12)


@pytest.mark.parametrize(
    ("probability", "dof", "t"),
    # Tables: Abramowitz and Stegun, 26.10
    [(0.975, 1, 12.706), (0.975, 4, 2.776), (0.995, 10, 3.169), (0.9, 30, 1.310), (0.5, 7, 0.0)],
)
def test_t_quantile_of_the_tables(probability: float, dof: float, t: float) -> None:
    assert stats.student_t_quantile(probability, dof) == pytest.approx(t, abs=5e-4)
    assert stats.student_t_quantile(1 - probability, dof) == pytest.approx(-t, abs=5e-4)


def test_t_cdf_at_its_ends() -> None:
    assert stats.student_t_cdf(float("inf"), 3) == 1
    assert stats.student_t_cdf(float("-inf"), 3) == 0
    assert stats.student_t_cdf(1.0, 1) == pytest.approx(0.75, rel=1e-14)


def test_bandwidth_of_equal_values_is_a_thousandth() -> None:
    assert stats.kde_bandwidth(np.full(5, 4.0)) == pytest.approx(4e-3)
    assert stats.kde_bandwidth(np.zeros(5)) == 1
    x, density = stats.kde(np.full(5, 4.0), 501)
    assert float(trapezoid(density, x)) == pytest.approx(0.9973, abs=1e-4)  # 3 sigma each side


def test_kde_takes_a_range_and_a_bandwidth() -> None:
    x, density = stats.kde(np.array([0.0]), 3, low=-1.0, high=1.0, bandwidth=0.5)
    assert x.tolist() == [-1, 0, 1]
    peak = 1 / (0.5 * np.sqrt(2 * np.pi))
    assert density.tolist() == pytest.approx([peak * np.exp(-2), peak, peak * np.exp(-2)])


def test_summary_by_hand() -> None:
    ns_total = np.array([100, 400, 900, 1600], dtype=np.int64)
    iterations = np.array([100, 200, 300, 400], dtype=np.int64)
    got = stats.summarize(ns_total, iterations, ZEROS[:4])
    assert got["n"] == 4
    assert got["n_clusters"] == 1
    assert [got[k] for k in ("min", "q1", "median", "q3", "max")] == [1, 1.75, 2.5, 3.25, 4]
    assert got["slope"] == pytest.approx(1_000_000 / 300_000)
    assert got["ops_per_s"] == pytest.approx(4e8)
    assert isinstance(got["n"], int)
    assert isinstance(got["outliers"]["high_mild"], int)


def test_summary_of_instant_batches_has_infinite_throughput() -> None:
    got = stats.summarize(ZEROS[:3], np.array([1, 2, 3]), ZEROS[:3])
    assert got["median"] == 0
    assert got["ops_per_s"] == float("inf")


def test_summary_cuts_the_interval_at_zero() -> None:
    ns_total, iterations = np.array([1, 1000], dtype=np.int64), np.array([1, 1], dtype=np.int64)
    got = stats.summarize(ns_total, iterations, np.array([0, 1]))
    assert got["n_clusters"] == 2
    assert got["low"] == got["mean_low"] == 0
    assert got["high"] > 1000


def test_process_numbers_are_only_names() -> None:
    values = np.random.default_rng(2).normal(5, 1, 40)
    a = stats.location_intervals(values, np.repeat(np.arange(4), 10))
    b = stats.location_intervals(values, np.repeat(np.array([9, -4, 2**62, 0]), 10))
    assert b["median"] == pytest.approx(a["median"], rel=1e-14)


def test_processes_widen_what_one_process_cannot_see() -> None:
    rng = np.random.default_rng(4)
    process = np.repeat(np.arange(5), 30)
    values = 100 + 3.0 * process + rng.normal(0, 0.1, 150)
    naive = stats.bootstrap(values)["median"]
    honest = stats.location_intervals(values, process)["median"]
    assert honest["high"] - honest["low"] > 1.5 * (naive["high"] - naive["low"])


def test_interval_is_widened_to_its_estimate() -> None:
    # The pooled median is 1, those of the processes are 1, 9 and 9: a narrow interval misses it.
    values = np.array([1.0] * 9 + [9.0, 9.0])
    process = np.array([0] * 9 + [1, 2])
    median = stats.location_intervals(values, process, confidence=0.1)["median"]
    assert median["low"] == median["estimate"] == 1
    assert median["high"] < 9


def test_one_resample_still_contains_its_estimate() -> None:
    got = stats.bootstrap(np.arange(10.0), resamples=1)["mean"]
    assert got["low"] <= got["estimate"] <= got["high"]


def test_a_geomean_weighs_points_alike_whatever_their_rounds() -> None:
    # Process 0 has ratios 2 (three rounds) and 8, so 4; process 1 has 1 and 4 (two rounds), so 2.
    ratios = np.array([2.0, 2.0, 2.0, 8.0, 1.0, 4.0, 4.0])
    process = np.array([0, 0, 0, 0, 1, 1, 1])
    point = np.array([5, 5, 5, 9, 5, 9, 9])
    b = np.array([1.0, 7.0, 3.0, 1.0, 2.0, 9.0, 1.0])
    found = stats.paired_geomean(ratios * b, b, process, point)
    assert found["ratio"] == pytest.approx(8**0.5)
    reach = stats.student_t_quantile(0.975, 1) * np.std(np.log([4.0, 2.0]), ddof=1) / 2**0.5
    assert found["high"] == pytest.approx(8**0.5 * np.exp(reach))
    assert found["low"] == pytest.approx(8**0.5 / np.exp(reach))


def test_paired_ratio_cancels_what_disturbs_a_round() -> None:
    rng = np.random.default_rng(6)
    b = rng.lognormal(0, 1, 99)
    a = 1.01 * b * rng.normal(1, 1e-4, 99)
    zeros = ZEROS[:99]
    paired = stats.paired_ratio(a, b, zeros)
    assert 1.0095 < paired["low"] <= paired["ratio"] <= paired["high"] < 1.0105
    loose = stats.ratio(a, zeros, rng.permutation(b), zeros)
    assert loose["high"] - loose["low"] > 100 * (paired["high"] - paired["low"])


def test_ratio_of_identical_processes_is_a_point() -> None:
    two = np.array([0, 0, 1, 1])
    values = np.full(4, 3.0)
    assert stats.ratio(values, two, values, two) == {"ratio": 1, "low": 1, "high": 1}


def test_arrays_out_own_the_native_buffer() -> None:
    for array in (
        stats.quantiles(np.arange(5.0), np.array([0.5])),
        stats.tukey_classes(np.arange(5.0)),
        stats.per_op(ZEROS[:3], np.array([1, 1, 1])),
        *stats.kde(np.arange(5.0)),
    ):
        assert not array.flags.owndata
        assert type(array.base).__name__ == "PyCapsule"
        assert array.flags.c_contiguous


def test_inputs_are_left_as_they_were() -> None:
    values = np.array([3.0, 1.0, 2.0])
    values.flags.writeable = False
    stats.median(values)
    stats.bootstrap(values)
    stats.mad(values)
    assert values.tolist() == [3, 1, 2]


def test_result_is_the_same_on_any_number_of_threads() -> None:
    values = np.random.default_rng(8).lognormal(0, 0.4, 200)
    alone = [stats.bootstrap(values, seed=s, resamples=300) for s in range(16)]
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(stats.bootstrap, values, seed=s, resamples=300) for s in range(16)]
        together = [future.result() for future in futures]
    assert together == alone


def test_seeds_differ() -> None:
    values = np.random.default_rng(9).normal(0, 1, 50)
    lows = {stats.bootstrap(values, seed=s, resamples=50)["mean"]["low"] for s in range(20)}
    assert len(lows) == 20


def test_gil_is_released() -> None:
    values = np.arange(2000.0)
    started = threading.Event()

    def work() -> None:
        started.set()
        stats.bootstrap(values, resamples=50_000)  # some hundred ms

    thread = threading.Thread(target=work)
    thread.start()
    started.wait()
    turns = 0
    while thread.is_alive():
        turns += 1
    assert turns > 1000  # with the GIL held this loop would turn a few times at most
