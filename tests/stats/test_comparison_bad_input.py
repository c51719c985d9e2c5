"""What the statistics of a comparison refuse, by argument, value and what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from vmperf import InvalidArgumentError, _core

stats = _core.stats

GOOD = np.array([1.0, 2.0, 3.0, 4.0])
GROUPS = np.array([0, 0, 1, 1], dtype=np.int64)
LOOKS = np.array([1, 2, 3], dtype=np.int64)
NAN, INF = float("nan"), float("inf")

# name -> (a call with an array in one place, the argument's name, the fewest values)
OF_ARRAY: dict[str, tuple[Callable[[Any], object], str, int]] = {
    "trimmed": (stats.trimmed, "values", 2),
    "trimmed_interval": (stats.trimmed_interval, "values", 2),
    "trimmed_test": (stats.trimmed_test, "values", 2),
    "hodges_lehmann": (stats.hodges_lehmann, "values", 1),
    "shift a": (lambda v: stats.hodges_lehmann_shift(v, GOOD), "a", 1),
    "shift b": (lambda v: stats.hodges_lehmann_shift(GOOD, v), "b", 1),
    "mann_whitney a": (lambda v: stats.mann_whitney(v, GOOD), "a", 1),
    "mann_whitney b": (lambda v: stats.mann_whitney(GOOD, v), "b", 1),
    "signed_rank": (stats.signed_rank, "values", 1),
    "welch a": (lambda v: stats.welch(v, GOOD), "a", 2),
    "welch b": (lambda v: stats.welch(GOOD, v), "b", 2),
    "benjamini_hochberg": (stats.benjamini_hochberg, "p", 1),
    "holm": (stats.holm, "p", 1),
    "change_points": (stats.change_points, "values", 1),
    "threshold a": (lambda v: stats.rule_threshold(v, GOOD, threshold=0.1), "a", 1),
    "threshold b": (lambda v: stats.rule_threshold(GOOD, v, threshold=0.1), "b", 1),
    "criterion a": (lambda v: stats.rule_criterion(v, GOOD, resamples=5), "a", 2),
    "criterion b": (lambda v: stats.rule_criterion(GOOD, v, resamples=5), "b", 2),
    "random_effects": (
        lambda v: stats.random_effects(v, np.zeros(len(v), np.int64)),
        "values",
        2,
    ),
    "layout_floor": (lambda v: stats.layout_floor(v, GROUPS[: len(v)]), "values", 2),
}


def refused(call: Callable[[], object], argument: str, value: str, allowed: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        call()
    error = caught.value
    assert (error.argument, error.value) == (argument, value)
    assert allowed in error.allowed
    assert str(error) == f"{argument} is {error.value}; allowed: {error.allowed}"


@pytest.mark.parametrize("name", OF_ARRAY)
def test_arrays_must_be_there_and_finite(name: str) -> None:
    call, argument, least = OF_ARRAY[name]
    refused(lambda: call(np.array([])), argument, "empty", f"length {least} or more")
    if least == 2:
        refused(lambda: call(GOOD[:1]), argument, "of length 1", "length 2 or more")
    for bad, text in ((NAN, "nan"), (INF, "inf"), (-INF, "-inf"), (2e150, "2e+150")):
        refused(partial(call, np.array([0.5, bad, 0.5])), argument, f"{text} at index 1", "")


@pytest.mark.parametrize("name", OF_ARRAY)
@pytest.mark.parametrize(
    "values",
    [np.arange(8.0)[::2], np.arange(4, dtype=np.int64), np.arange(4, dtype=np.float32), [1.0, 2.0]],
    ids=["strided", "int64", "float32", "list"],
)
def test_arrays_of_another_layout_are_a_type_error(name: str, values: Any) -> None:
    with pytest.raises(TypeError):
        OF_ARRAY[name][0](values)


def test_trimming_must_leave_two() -> None:
    for call in (stats.trimmed, stats.trimmed_test, stats.trimmed_interval):
        for trim, text in ((-0.1, "-0.1"), (0.5, "0.5"), (NAN, "nan")):
            refused(partial(call, GOOD, trim=trim), "trim", text, "0 to 0.5")
        refused(partial(call, np.arange(51.0), trim=0.499), "values", "of length 51", "two values")


@pytest.mark.parametrize(
    "call",
    [
        partial(stats.trimmed_interval, GOOD),
        partial(stats.random_effects, GOOD, GROUPS),
        partial(stats.binomial_bound, 1, 2),
    ],
)
def test_confidence_and_side(call: Callable[..., object]) -> None:
    for bad, text in ((0.0, "0"), (1.0, "1"), (95.0, "95"), (NAN, "nan")):
        refused(partial(call, confidence=bad), "confidence", text, "between 0 and 1")
    refused(partial(call, side="both"), "side", "both", "two, lower, upper")


def test_shift() -> None:
    for bad, text in ((NAN, "nan"), (INF, "inf"), (2e150, "2e+150")):
        refused(partial(stats.trimmed_test, GOOD, shift=bad), "shift", text, "finite")


@pytest.mark.parametrize("test", [stats.mann_whitney, stats.welch])
def test_side_of_a_test(test: Callable[..., object]) -> None:
    refused(partial(test, GOOD, GOOD, side="lower"), "side", "lower", "two, greater, less")


def test_hodges_lehmann_has_a_limit() -> None:
    many = np.zeros(6000)
    refused(lambda: stats.hodges_lehmann(many), "values", "of length 6000", "2^24 pairs")
    refused(lambda: stats.hodges_lehmann_shift(many, many), "b", "of length 6000", "2^24 pairs")


@pytest.mark.parametrize("adjust", [stats.benjamini_hochberg, stats.holm])
def test_p_values(adjust: Callable[..., object]) -> None:
    for bad, text in ((-1e-9, "-1e-09"), (1.5, "1.5")):
        refused(partial(adjust, np.array([0.5, bad])), "p", f"{text} at index 1", "0 to 1")


def test_looks() -> None:
    call = partial(stats.sequential_levels, alpha=0.01)
    refused(lambda: call(LOOKS[:0]), "looks", "empty", "1 to 1000")
    refused(lambda: call(np.arange(1, 1002)), "looks", "of length 1001", "1 to 1000")
    refused(lambda: call(np.array([0, 1])), "looks", "0 at index 0", "1 or more")
    refused(lambda: call(np.array([-5])), "looks", "-5 at index 0", "1 or more")
    refused(lambda: call(np.array([3, 5, 5])), "looks", "5 at index 2", "above the one before")
    refused(lambda: call(np.ones((2, 2), np.int64)), "looks", "an array of 2 dimensions", "one")
    refused(lambda: call(LOOKS, spending="even"), "spending", "even", "obrien_fleming, pocock")
    for wrong in ([1, 2], np.array([1.0, 2.0]), np.arange(1, 9)[::2], LOOKS.astype(np.int32)):
        with pytest.raises(TypeError):
            call(wrong)
    for bad, text in ((0.0, "0"), (0.5, "0.5"), (1e-13, "1e-13"), (NAN, "nan")):
        refused(partial(stats.sequential_levels, LOOKS, alpha=bad), "alpha", text, "1e-12 to 0.5")

    for bad, text in ((-0.1, "-0.1"), (1.0, "1"), (NAN, "nan")):
        refused(partial(call, LOOKS, reserve=bad), "reserve", text, "0 to 1, 1 excluded")


def test_power_arguments() -> None:
    for bad, text in ((0.0, "0"), (0.5, "0.5"), (1e-7, "1e-07"), (NAN, "nan")):
        refused(partial(stats.detectable, 1.0, 5, alpha=bad), "alpha", text, "1e-6 to 0.5")
        refused(partial(stats.required_pairs, 1.0, 1.0, alpha=bad), "alpha", text, "1e-6 to 0.5")
    for bad, text in ((0.01, "0.01"), (1.0, "1"), (NAN, "nan")):
        refused(
            partial(stats.detectable, 1, 5, alpha=0.01, power=bad), "power", text, "above alpha"
        )
    for bad, text in ((-1.0, "-1"), (INF, "inf"), (NAN, "nan")):
        refused(partial(stats.detectable, bad, 5, alpha=0.01), "std_error", text, "0 to 1e150")
        refused(partial(stats.required_pairs, bad, 1, alpha=0.01), "std", text, "0 to 1e150")
    for bad, text in ((0.5, "0.5"), (2e6, "2e+06"), (NAN, "nan")):
        refused(partial(stats.detectable, 1.0, bad, alpha=0.01), "df", text, "1 to 1000000")
    for bad, text in ((0.0, "0"), (-1.0, "-1"), (NAN, "nan")):
        refused(partial(stats.required_pairs, 1.0, bad, alpha=0.01), "effect", text, "positive")
    refused(
        partial(stats.required_pairs, 1.0, 1e-9, alpha=0.01), "effect", "1e-09", "1000000 pairs"
    )
    refused(partial(stats.required_pairs, 1.0, 1, alpha=0.01, trim=0.5), "trim", "0.5", "0 to 0.5")


def test_binomial_counts() -> None:
    for n in (0, -1, 1_000_000_001):
        refused(partial(stats.binomial_bound, 0, n), "n", str(n), "1 to 1000000000")
    for k in (-1, 11):
        refused(partial(stats.binomial_bound, k, 10), "k", str(k), "0 to n, 10")


@pytest.mark.parametrize("call", [stats.random_effects, stats.layout_floor])
def test_groups(call: Callable[..., object]) -> None:
    refused(partial(call, GOOD, GROUPS[:3]), "group", "of length 3", "as values")
    alone = np.array([0, 0, 0, 1], dtype=np.int64)
    refused(partial(call, GOOD, alone), "group", "a group of 1 value", "2 or more")
    refused(partial(call, GOOD, GROUPS, trim=0.5), "trim", "0.5", "0 to 0.5")
    with pytest.raises(TypeError):
        call(GOOD, GROUPS.astype(np.int32))


def test_known_floor() -> None:
    call = partial(stats.random_effects, GOOD, GROUPS)
    for bad, text in ((-1.0, "-1"), (INF, "inf"), (NAN, "nan")):
        refused(partial(call, known_std=bad), "known_std", text, "0 to 1e150")
    for bad, text in ((0.5, "0.5"), (2e6, "2e+06"), (NAN, "nan")):
        refused(partial(call, known_std=1.0, known_df=bad), "known_df", text, "1 to 1000000")


def test_floor_needs_two_groups() -> None:
    one = np.zeros(4, dtype=np.int64)
    refused(lambda: stats.layout_floor(GOOD, one), "group", "one group", "two groups or more")


def test_change_point_options() -> None:
    call = partial(stats.change_points, GOOD)
    for bad, text in ((0.0, "0"), (1.0, "1"), (NAN, "nan")):
        refused(partial(call, significance=bad), "significance", text, "between 0 and 1")
    for bad in (0, -1, 1_000_001):
        refused(partial(call, permutations=bad), "permutations", str(bad), "1 to 1000000")
    refused(partial(call, permutations=100), "permutations", "100", "significance, 0.005")
    refused(partial(call, min_segment=1), "min_segment", "1", "2 or more")
    many = np.ones(10_001)
    refused(lambda: stats.change_points(many), "values", "of length 10001", "1 to 10000")
    refused(lambda: stats.change_points(np.array([1.0, 0.0])), "values", "0 at index 1", "positive")
    for wrong in ({"seed": -1}, {"seed": 0.5}, {"permutations": 10.5}):
        with pytest.raises(TypeError):
            call(**wrong)


def test_rules() -> None:
    call = partial(stats.rule_criterion, GOOD, GOOD)
    for bad, text in ((-0.1, "-0.1"), (NAN, "nan"), (INF, "inf")):
        refused(partial(call, noise_threshold=bad), "noise_threshold", text, "0 to 1e150")
        refused(
            partial(stats.rule_threshold, GOOD, GOOD, threshold=bad),
            "threshold",
            text,
            "0 to 1e150",
        )
    refused(partial(call, confidence=1.0), "confidence", "1", "between 0 and 1")
    refused(partial(call, resamples=0), "resamples", "0", "1 to 10000000")
    wrong = partial(stats.rule_threshold, GOOD, GOOD, statistic="max", threshold=0.1)
    refused(wrong, "statistic", "max", "mean, median, min")
    refused(lambda: stats.rule_criterion(-GOOD, GOOD), "a", "-1 at index 0", "positive")
