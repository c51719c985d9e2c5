"""Every refusal: the class, and a message that names argument, value and what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from vmperf import InvalidArgumentError, _core

stats = _core.stats

GOOD = np.array([1.0, 2.0, 3.0, 4.0])
INTS = np.array([1, 2, 3, 4], dtype=np.int64)
EMPTY = np.array([], dtype=np.float64)
NO_INTS = np.array([], dtype=np.int64)
NAN = float("nan")
INF = float("inf")

OF_VALUES: dict[str, Callable[[Any], object]] = {
    "minimum": stats.minimum,
    "maximum": stats.maximum,
    "mean": stats.mean,
    "std": stats.std,
    "trimmed_mean": stats.trimmed_mean,
    "median": stats.median,
    "mad": stats.mad,
    "quantile": lambda v: stats.quantile(v, 0.5),
    "quantiles": lambda v: stats.quantiles(v, np.array([0.5])),
    "tukey_classes": stats.tukey_classes,
    "kde": stats.kde,
    "kde_bandwidth": stats.kde_bandwidth,
    "bootstrap": stats.bootstrap,
    "t_interval": stats.t_interval,
    "location_intervals": lambda v: stats.location_intervals(v, np.zeros(len(v), np.int64)),
}


def refused(call: Callable[[], object], argument: str, value: str, allowed: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        call()
    error = caught.value
    assert (error.argument, error.value) == (argument, value)
    assert allowed in error.allowed
    assert str(error) == f"{argument} is {error.value}; allowed: {error.allowed}"
    assert isinstance(error, ValueError)


@pytest.mark.parametrize("name", OF_VALUES)
def test_values_must_be_there_and_finite(name: str) -> None:
    call = OF_VALUES[name]
    refused(lambda: call(EMPTY), "values", "empty", "or more")
    for bad, text in ((NAN, "nan"), (INF, "inf"), (-INF, "-inf"), (2e150, "2e+150")):
        values = np.array([1.0, 2.0, bad])
        refused(partial(call, values), "values", f"{text} at index 2", "finite")


@pytest.mark.parametrize("name", [n for n in OF_VALUES if n != "location_intervals"])
def test_values_must_have_one_dimension(name: str) -> None:
    call = OF_VALUES[name]
    refused(lambda: call(np.ones((2, 2))), "values", "an array of 2 dimensions", "one dimension")
    refused(lambda: call(np.array(1.0)), "values", "an array of 0 dimensions", "one dimension")


@pytest.mark.parametrize("name", OF_VALUES)
@pytest.mark.parametrize(
    "values",
    [
        np.arange(8.0)[::2],
        np.arange(8.0)[::-1],
        np.arange(4, dtype=np.int64),
        np.arange(4, dtype=np.float32),
        np.arange(4.0).astype(">f8"),
        np.arange(4.0).astype(object),
        [1.0, 2.0],
        np.frombuffer(b"\0" * 33, dtype=np.uint8)[1:].view(np.float64),
    ],
    ids=["strided", "reversed", "int64", "float32", "swapped", "object", "list", "unaligned"],
)
def test_values_of_another_layout_are_a_type_error(name: str, values: Any) -> None:
    with pytest.raises(TypeError):
        OF_VALUES[name](values)


@pytest.mark.parametrize("name", ["std", "bootstrap", "t_interval", "location_intervals"])
def test_spread_needs_two_values(name: str) -> None:
    refused(lambda: OF_VALUES[name](GOOD[:1]), "values", "of length 1", "length 2 or more")


RESAMPLED: dict[str, Callable[..., object]] = {
    "bootstrap": lambda **o: stats.bootstrap(GOOD, **o),
    "location_intervals": lambda **o: stats.location_intervals(GOOD, INTS, **o),
    "summarize": lambda **o: stats.summarize(INTS, INTS, INTS, **o),
    "paired_ratio": lambda **o: stats.paired_ratio(GOOD, GOOD, INTS, **o),
    "ratio": lambda **o: stats.ratio(GOOD, INTS, GOOD, INTS, **o),
}


@pytest.mark.parametrize("name", RESAMPLED)
def test_resampling_options(name: str) -> None:
    call = RESAMPLED[name]
    for bad, text in ((0.0, "0"), (1.0, "1"), (-0.5, "-0.5"), (95.0, "95"), (NAN, "nan")):
        refused(partial(call, confidence=bad), "confidence", text, "between 0 and 1")
    for count in (0, -1, 10_000_001, 2**62):
        refused(partial(call, resamples=count), "resamples", str(count), "1 to 10000000")
    for wrong in ({"seed": -1}, {"seed": 2**64}, {"seed": 0.5}, {"resamples": 10.5}):
        with pytest.raises(TypeError):
            call(**wrong)


def test_t_interval_confidence() -> None:
    refused(lambda: stats.t_interval(GOOD, confidence=1.0), "confidence", "1", "between 0 and 1")


@pytest.mark.parametrize(("trim", "text"), [(-0.1, "-0.1"), (0.5, "0.5"), (NAN, "nan")])
def test_trim(trim: float, text: str) -> None:
    refused(lambda: stats.trimmed_mean(GOOD, trim=trim), "trim", text, "0 to 0.5")


@pytest.mark.parametrize(("p", "text"), [(-1e-9, "-1e-09"), (1.5, "1.5"), (NAN, "nan")])
def test_probability(p: float, text: str) -> None:
    refused(lambda: stats.quantile(GOOD, p), "probability", text, "0 to 1")
    refused(lambda: stats.quantiles(GOOD, np.array([p])), "probabilities", text, "0 to 1")


def test_student_t_ranges() -> None:
    for p, text in ((0.0, "0"), (1.0, "1"), (1e-101, "1e-101"), (NAN, "nan")):
        refused(partial(stats.student_t_quantile, p, 3), "probability", text, "1e-100 to 1")
    for dof, text in ((0.5, "0.5"), (0.0, "0"), (-1.0, "-1"), (2e6, "2e+06"), (NAN, "nan")):
        refused(partial(stats.student_t_quantile, 0.1, dof), "dof", text, "1 to 1000000")
        refused(partial(stats.student_t_cdf, 0.1, dof), "dof", text, "1 to 1000000")
    refused(lambda: stats.student_t_cdf(NAN, 3), "t", "NaN", "any number")


@pytest.mark.parametrize("fit", [stats.fit_through_origin, stats.fit_line])
def test_regression_pairs(fit: Callable[..., object]) -> None:
    refused(lambda: fit(EMPTY, EMPTY), "x", "empty", "or more")
    refused(lambda: fit(GOOD, GOOD[:3]), "y", "of length 3", "length 4, as x")
    refused(lambda: fit(GOOD, np.array([1.0, NAN, 1.0, 1.0])), "y", "nan at index 1", "finite")
    with pytest.raises(TypeError):
        fit(GOOD, np.arange(8.0)[::2])


def test_regression_needs_information_in_x() -> None:
    zeros = np.zeros(3)
    refused(lambda: stats.fit_through_origin(zeros, GOOD[:3]), "x", "0 everywhere", "other than 0")
    sevens = np.full(3, 7.0)
    refused(lambda: stats.fit_line(sevens, GOOD[:3]), "x", "7 everywhere", "two distinct values")


def test_kde_options() -> None:
    for n in (1, 0, -5, 1_000_001):
        refused(partial(stats.kde, GOOD, n), "n_points", str(n), "2 to 1000000")
    for width, text in ((0.0, "0"), (-1.0, "-1"), (NAN, "nan"), (INF, "inf")):
        refused(partial(stats.kde, GOOD, bandwidth=width), "bandwidth", text, "positive")
    refused(lambda: stats.kde(GOOD, low=NAN), "low", "nan", "finite")
    refused(lambda: stats.kde(GOOD, low=3.0, high=3.0), "high", "3", "above low, 3")
    refused(lambda: stats.kde(GOOD, high=NAN), "high", "nan", "finite")


def test_batches() -> None:
    for call in (stats.per_op, lambda n, i: stats.summarize(n, i, INTS)):
        refused(partial(call, INTS, INTS[:3]), "iterations", "of length 3", "length 4")
        for bad in (0, -7):
            ops = np.array([1, bad, 1, 1], dtype=np.int64)
            refused(partial(call, INTS, ops), "iterations", f"{bad} at index 1", "1 or more")
        ns = np.array([1, 1, -1, 1], dtype=np.int64)
        refused(partial(call, ns, INTS), "ns_total", "-1 at index 2", "0 or more")
        for wrong in (GOOD, INTS.astype(np.int32), INTS[::2], INTS.astype(np.uint64)):
            with pytest.raises(TypeError):
                call(wrong, INTS)


def test_summary_needs_two_samples_and_their_processes() -> None:
    empty = "length 2 or more"
    refused(lambda: stats.summarize(NO_INTS, NO_INTS, NO_INTS), "ns_total", "empty", empty)
    one = INTS[:1]
    refused(lambda: stats.summarize(one, one, one), "ns_total", "of length 1", empty)
    short = INTS[:2]
    refused(lambda: stats.summarize(INTS, INTS, short), "cluster", "of length 2", "as ns_total")


def test_ratios() -> None:
    for bad, text in ((0.0, "0"), (-1.0, "-1"), (NAN, "nan"), (1e-151, "1e-151"), (INF, "inf")):
        values = np.array([1.0, bad, 1.0, 1.0])
        where = f"{text} at index 1"
        refused(partial(stats.paired_ratio, values, GOOD, INTS), "a", where, "positive")
        refused(partial(stats.paired_ratio, GOOD, values, INTS), "b", where, "positive")
        refused(partial(stats.ratio, values, INTS, GOOD, INTS), "a", where, "positive")
        refused(partial(stats.ratio, GOOD, INTS, values, INTS), "b", where, "positive")
    refused(lambda: stats.paired_ratio(GOOD, GOOD[:3], INTS), "b", "of length 3", "as a")
    refused(lambda: stats.paired_ratio(GOOD, GOOD, INTS[:3]), "cluster", "of length 3", "as a")
    refused(lambda: stats.paired_ratio(EMPTY, EMPTY, NO_INTS), "a", "empty", "1 or more")
    refused(lambda: stats.ratio(GOOD, INTS[:3], GOOD, INTS), "cluster_a", "of length 3", "as a")
    refused(lambda: stats.ratio(GOOD, INTS, GOOD, INTS[:3]), "cluster_b", "of length 3", "as b")


def test_geomeans_of_ratios() -> None:
    point = np.array([0, 1, 0, 1])
    process = np.array([0, 0, 1, 1])
    call = stats.paired_geomean
    assert call(GOOD, GOOD, process, point)["ratio"] == 1
    refused(lambda: call(GOOD, GOOD[:3], process, point), "b", "of length 3", "as a")
    refused(lambda: call(GOOD, GOOD, process[:3], point), "cluster", "of length 3", "as a")
    refused(lambda: call(GOOD, GOOD, process, point[:3]), "point", "of length 3", "as a")
    refused(lambda: call(-GOOD, GOOD, process, point), "a", "-1 at index 0", "positive")
    refused(lambda: call(GOOD, GOOD, point * 0, point), "cluster", "1 distinct number", "2 or more")
    lacking = np.array([0, 1, 0, 0])
    refused(lambda: call(GOOD, GOOD, process, lacking), "point", "1 in cluster 1", "all 2 in every")
    refused(
        lambda: call(GOOD, GOOD, process, point, confidence=1.0), "confidence", "1", "between 0"
    )


def test_one_process_needs_two_samples() -> None:
    value, process = GOOD[:1], INTS[:1]
    two = "length 2 or more"
    refused(lambda: stats.paired_ratio(value, value, process), "a", "of length 1", two)
    zeros = np.zeros(4, dtype=np.int64)
    refused(lambda: stats.ratio(GOOD, zeros, value, process), "b", "of length 1", two)


def test_process_of_another_dtype_is_a_type_error() -> None:
    for wrong in (GOOD, INTS.astype(np.int32), np.arange(8)[::2]):
        with pytest.raises(TypeError):
            stats.location_intervals(GOOD, wrong)
        with pytest.raises(TypeError):
            stats.paired_ratio(GOOD, GOOD, wrong)
    refused(lambda: stats.location_intervals(GOOD, INTS[:2]), "cluster", "of length 2", "as values")
