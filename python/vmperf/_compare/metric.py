"""A metric in place of the time: which cases have it, and what a pair of processes says of it.

A pair gives one number, the log ratio of the values that both sides report at its end. Where one is
not above 0 there is no ratio, unless both are the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from .. import _core
from .._catalog import Benchmark
from .._errors import invalid, near
from .._metrics import shape_of_one
from .._quantities import Metric
from .cases import Case

__all__ = ["choose_metric", "take_values", "value_of", "words_of"]


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
        None of the benchmarks has it on either side, or it has a value per sample.
    """
    both = [{id: of.quantities.all_metrics() for id, of in catalog.items()} for catalog in catalogs]
    known = {one for side in both for case in cases for one in side.get(case.id, ())}
    if name not in known:
        raise invalid("metric", repr(name), near(name, sorted(known)))
    for case in cases:
        if case.status != "ok":
            continue
        found = [side[case.id].get(name) for side in both]
        if any(metric is not None and metric.scope == "sample" for metric in found):
            raise invalid("metric", repr(name), "a metric of scope case: it has a value per sample")
        case.metric = found[0] or found[1]
        if None in found:
            side = "neither side" if found == [None, None] else f"only {'BA'[found.index(None)]}"
            case.status, case.reason = "one_sided", f"{side} delivers {name}"


def words_of(metric: Metric) -> str:
    """Return what a side is asked for: the metric, and the distribution that it is of."""
    return f"m {metric.name} {metric.distribution}".rstrip()


def value_of(metric: Metric, answer: Any) -> float | None:
    """Return a value from a side's answer: a number, none, or the bytes of a distribution."""
    if not isinstance(answer, bytes):
        return None if answer is None or not math.isfinite(answer) else float(answer)
    histogram = _core.stats.Histogram.from_bytes(answer)
    return shape_of_one(histogram)[metric.figure][0]


def take_values(case: Case, values: tuple[float | None, float | None], build: int) -> None:
    """Add what a pair found to the evidence of its case."""
    assert case.metric is not None
    name = case.metric.name
    missing = [side for side, value in zip("AB", values, strict=True) if value is None]
    a, b = values
    if missing or a is None or b is None:
        why = ": too few records lie beyond it" if case.metric.distribution else ""
        case.status, case.reason = "not_delivered", f"side {missing[0]} delivered no {name}{why}"
        return
    case.evidence.better = case.metric.better
    case.values.append((a, b))
    if a == b:
        case.evidence.effects.append(0.0)
    elif a > 0 and b > 0:
        case.evidence.effects.append(math.log(b / a))
    else:
        case.evidence.no_ratio = case.reason = (
            f"{name} is {a:g} on side A and {b:g} on side B: no ratio"
        )
        return
    case.evidence.builds.append(build)
