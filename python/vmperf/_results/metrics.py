"""Metrics of a row: one figure over placements and processes, with an interval where there is one.

The unit of independence is the outermost one that varies: the process where there are several, else
the placement. The mean of those has a t interval; for min, max and last, low and high are the range
of the units' own figures; a sum has none. Quantiles are of the distribution merged over all units;
their interval is the t interval over the units' own quantiles, or, of a single unit, the binomial
one over ranks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .. import _core
from .._catalog.quantities import QUANTILES, Metric, Quantities
from .arrays import doubles
from .delivered import Histograms, histograms, merged, sample_values

if TYPE_CHECKING:
    from .delivered import Doubles
    from .journal import Key
    from .records import CaseRecord

__all__ = [
    "LEAST_TAIL",
    "Delivery",
    "Figure",
    "estimate",
    "read_delivery",
    "row_metrics",
    "shape_of_one",
]

Figure: TypeAlias = tuple[float | None, float | None, float | None]  # value, low, high
Placements: TypeAlias = Sequence[Sequence[float]]  # values of each placement of a process

_NOTHING: Figure = (None, None, None)
LEAST_TAIL = 10  # records beyond a quantile; fewer do not carry it


@dataclass(frozen=True, slots=True)
class Delivery:
    """What rows need of a benchmark's details.

    Attributes
    ----------
    distributions : dict
        Name -> histograms by case, one per placement.
    samples : dict
        Case and metric -> values by sample.
    """

    distributions: dict[str, Histograms]
    samples: dict[tuple[Key, str], Doubles]


def read_delivery(path: Path, benchmark: str, quantities: Quantities) -> Delivery:
    """Read what the metrics of one benchmark rest on; nothing where it declares none such."""
    by_sample = any(metric.scope == "sample" for metric in quantities.metrics)
    return Delivery(
        {one.name: histograms(path, benchmark, one.name) for one in quantities.distributions},
        sample_values(path, benchmark) if by_sample else {},
    )


def row_metrics(
    quantities: Quantities, cases: Sequence[CaseRecord], delivery: Delivery
) -> dict[str, dict[str, Any]]:
    """Return name -> ``value``, ``low``, ``high``, ``unit``, ``better``, ``provenance`` of one row.

    `cases` are those of one design at one point, a process each. Figures are None where a case is
    not ok, and where none was delivered.
    """
    is_ok = all(case.status == "ok" for case in cases)
    found = {}
    shapes: dict[str, dict[str, Figure]] = {}
    for name, metric in quantities.all_metrics().items():
        figure = _NOTHING
        if is_ok and metric.distribution:
            if metric.distribution not in shapes:
                by_case = delivery.distributions[metric.distribution]
                shapes[metric.distribution] = _shape([by_case.get(c.key, []) for c in cases])
            figure = shapes[metric.distribution][metric.figure]
        elif is_ok:
            figure = estimate(metric.merge, [_values(metric, c, delivery) for c in cases])
        value, low, high = figure
        found[name] = {
            "value": value, "low": low, "high": high,
            "unit": metric.unit, "better": metric.better, "provenance": metric.provenance,
        }  # fmt: skip
    return found


def estimate(merge: str, processes: Sequence[Placements]) -> Figure:
    """Return the figure of values by process and placement; those that are not finite are none.

    Parameters
    ----------
    merge : {"mean", "sum", "min", "max", "last"}
        What several values come to.
    processes : sequence of sequences
        Values of each placement of each process.

    Returns
    -------
    tuple of float or None
        Value, low and high; None where there is nothing to say.
    """
    found = [
        [_merge(merge, whole) for values in placements if (whole := _finite(values))]
        for placements in processes
    ]
    found = [placements for placements in found if placements]
    if not found:
        return _NOTHING
    units = found[0] if len(found) == 1 else [_merge(merge, one) for one in found]
    value = _merge(merge, units)
    if merge == "mean":
        return value, *_t_interval(units)
    if merge == "sum" or len(units) < 2:
        return value, None, None
    return value, min(units), max(units)


def _merge(merge: str, values: Sequence[float]) -> float:
    if merge == "mean":
        return float(_core.stats.mean(doubles(values)))
    if merge == "last":
        return values[-1]
    if merge == "sum":
        return math.fsum(values)
    return min(values) if merge == "min" else max(values)


def _t_interval(units: Sequence[float]) -> tuple[float | None, float | None]:
    if len(units) < 2:
        return None, None
    found = _core.stats.t_interval(doubles(units))
    return found["low"], found["high"]


_GREATEST = 1e150  # squares of more are not finite


def _finite(values: Sequence[float]) -> list[float]:
    return [float(value) for value in values if abs(value) <= _GREATEST]  # NaN is not


def _values(metric: Metric, case: CaseRecord, delivery: Delivery) -> Placements:
    samples = delivery.samples.get((case.key, metric.name))
    if samples is None or len(samples) != len(case.placement):
        return [[value] for value in case.metrics.get(metric.name, ()) if value is not None]
    return [samples[case.placement == placement] for placement in _distinct(case.placement)]


def _distinct(placement: Any) -> list[int]:
    return [*dict.fromkeys(placement.tolist())]


def shape_of_one(histogram: Any) -> dict[str, Figure]:
    """Return quantiles, max, mean and count of a single distribution."""
    return _shape([[histogram]])


def _shape(processes: Sequence[Sequence[Any]]) -> dict[str, Figure]:
    """Return quantiles, max, mean and count of distributions by process and placement."""
    found = [[part for part in parts if part.count] for parts in processes]
    found = [parts for parts in found if parts]
    if not found:
        return dict.fromkeys((*QUANTILES, "max", "mean", "count"), _NOTHING)
    units = found[0] if len(found) == 1 else [merged(parts) for parts in found]
    whole = merged(units)
    greatest = [float(unit.max) for unit in units]
    return {
        **{name: _quantile(whole, units, share) for name, share in QUANTILES.items()},
        "max": (float(whole.max), *((min(greatest), max(greatest)) if len(units) > 1 else _NONE)),
        "mean": _around(whole.mean, _t_interval([unit.mean for unit in units])),
        "count": (float(whole.count), None, None),
    }


_NONE = (None, None)


def _quantile(whole: Any, units: Sequence[Any], share: float) -> Figure:
    if not _carries(whole, share):
        return _NOTHING
    if not all(_carries(unit, share) for unit in units):
        return float(whole.quantile(share)), None, None
    found = _core.stats.unit_quantile_interval(units, share)
    return _around(found["quantile"], (found["low"], found["high"]))


def _carries(histogram: Any, share: float) -> bool:
    return bool(round(histogram.count * (1 - share), 6) >= LEAST_TAIL)  # 0.1 is not 1 - 0.9


def _around(value: float, interval: tuple[float | None, float | None]) -> Figure:
    """Return a figure whose interval holds it: units of unlike counts may have another middle."""
    low, high = interval
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return value, None, None
    return value, min(low, value), max(high, value)
