"""A metric in place of the time: which cases have it, and what a pair of processes says of it.

A pair gives one number, the log ratio of the values that both sides report at its end, or of what
the values of their batches come to where there is one a sample. Where one is not above 0 there is
no ratio, unless both are the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from .. import _core
from .._catalog.catalog import Benchmark
from .._catalog.quantities import Metric
from .._errors import invalid, near
from .._results.metrics import estimate, shape_of_one
from .cases import Case

__all__ = ["choose_metric", "delivered", "log_ratio", "take_values", "value_of", "words_of"]


def choose_metric(
    name: str,
    cases: Sequence[Case],
    catalogs: tuple[Mapping[str, Benchmark], Mapping[str, Benchmark]],
) -> None:
    """Give each case the metric; those that one side alone delivers get that as their status.

    Parameters
    ----------
    name : str
        Of a metric or a quantile.
    cases : sequence of Case
        Of the comparison.
    catalogs : tuple of mapping
        Id -> benchmark of each side.

    Raises
    ------
    InvalidArgumentError
        None of the benchmarks has it on either side.
    """
    both = [{id: of.quantities.all_metrics() for id, of in catalog.items()} for catalog in catalogs]
    known = {one for side in both for case in cases for one in side.get(case.id, ())}
    if name not in known:
        raise invalid("metric", repr(name), near(name, sorted(known)))
    for case in cases:
        if case.status != "ok":
            continue
        found = [side[case.id].get(name) for side in both]
        case.metric = found[0] or found[1]
        if None in found:
            side = "neither side" if found == [None, None] else f"only {'BA'[found.index(None)]}"
            case.status, case.reason = "one_sided", f"{side} delivers {name}"


def words_of(metric: Metric) -> str:
    """Return what a side is asked for: the metric, and the distribution that it is of."""
    return f"m {metric.name} {metric.distribution}".rstrip()


def value_of(metric: Metric, answer: Any) -> float | None:
    """Return a value from a side's answer.

    That is a number, none, the bytes of a distribution, or a list of numbers and none by sample,
    which come to one as those of a row do.
    """
    if isinstance(answer, list):
        return estimate(metric.merge, [[[v for v in answer if v is not None]]])[0]
    if not isinstance(answer, bytes):
        return None if answer is None or not math.isfinite(answer) else float(answer)
    histogram = _core.stats.Histogram.from_bytes(answer)
    return shape_of_one(histogram)[metric.figure][0]


def delivered(
    metric: Metric, values: tuple[float | None, float | None]
) -> tuple[float, float] | str:
    """Return the values of both sides, or why there are not both."""
    a, b = values
    if a is not None and b is not None:
        return a, b
    why = ": too few records lie beyond it" if metric.distribution else ""
    return f"side {'A' if a is None else 'B'} delivered no {metric.name}{why}"


def log_ratio(metric: Metric, a: float, b: float) -> float | str:
    """Return log(b / a), or why there is none."""
    if a == b:
        return 0.0
    if a > 0 and b > 0:
        return math.log(b / a)
    return f"{metric.name} is {a:g} on side A and {b:g} on side B: no ratio"


def take_values(case: Case, values: tuple[float | None, float | None], build: int) -> None:
    """Add what a pair found to the evidence of its case."""
    assert case.metric is not None
    both = delivered(case.metric, values)
    if isinstance(both, str):
        case.status, case.reason = "not_delivered", both
        case.failed = "".join(side for side, v in zip("AB", values, strict=True) if v is None)
        return
    case.evidence.better = case.metric.better
    case.values.append(both)
    effect = log_ratio(case.metric, *both)
    if isinstance(effect, str):
        case.evidence.no_ratio = case.reason = effect
        return
    case.evidence.effects.append(effect)
    case.evidence.builds.append(build)
