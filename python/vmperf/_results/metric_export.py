"""Metrics and distributions as variables of a Dataset and as columns of tables.

A metric has the name that it was declared with; where an axis or a variable of the samples has that
name already (``threads``), it is followed by ``_metric``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from .._catalog.quantities import QUANTILES, Distribution, Metric, quantities_of
from .delivered import sample_values
from .metrics import read_delivery, row_metrics
from .rows import gather

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .delivered import Doubles
    from .journal import Key
    from .records import CaseRecord
    from .results import Results

    Variable: TypeAlias = tuple[tuple[str, ...], NDArray[np.float64], dict[str, str]]

__all__ = [
    "PERCENTILES",
    "PLACEMENT",
    "column",
    "csv_columns",
    "csv_header",
    "sample_columns",
    "variables",
]

PLACEMENT = "at_placement"  # the dim of metrics; `placement` is that of each sample
Place: TypeAlias = tuple[int, ...]
PERCENTILES = {**{name: 100 * share for name, share in QUANTILES.items()}, "max": 100.0}
_FIGURES = {"": "value", "_low": "low", "_high": "high"}  # suffix -> of a row's metric


def column(name: str, taken: Collection[str]) -> str:
    """Return the name of a metric beside other names."""
    return f"{name}_metric" if name in taken else name


def variables(
    results: Results,
    id: str,
    dims: Sequence[str],
    shape: Sequence[int],
    places: Sequence[tuple[CaseRecord, Place]],
    taken: Collection[str],
) -> tuple[dict[str, Variable], dict[str, list[float]]]:
    """Return the variables of one benchmark and the coordinates of their own dims.

    Parameters
    ----------
    results : Results
        Of which this is.
    id : str
        The benchmark.
    dims, shape : sequence
        Of cases: axes, then ``process``.
    places : sequence of (CaseRecord, tuple)
        Each case and where it lies.
    taken : collection of str
        Names of the Dataset's other variables and coordinates.

    Returns
    -------
    variables, coordinates : dict
        Metrics over dims and ``at_placement`` or ``sample``; distributions over dims without
        ``process`` and ``percentile``, with ``_low``, ``_high``, ``_mean`` and ``_count``. NaN:
        not delivered, or fewer than ten records beyond the percentile.
    """
    quantities = quantities_of(results.benchmarks.get(id, {}))
    found: dict[str, Variable] = {}
    coords: dict[str, list[float]] = {}
    n_placements = max((len(v) for c, _ in places for v in c.metrics.values()), default=0)
    samples = sample_values(results.path, id) if _by_sample(quantities.metrics) else {}
    for metric in quantities.metrics:
        name = column(metric.name, taken)
        if metric.scope == "sample" and samples:
            n = max(len(case.ns_total) for case, _ in places)
            by_case = {at: samples.get((case.key, metric.name), ()) for case, at in places}
            found[name] = _filled((*dims, "sample"), (*shape, n), by_case, metric)
        elif any(metric.name in case.metrics for case, _ in places):
            parts = {at: _given(case.metrics.get(metric.name, ())) for case, at in places}
            whole = (*shape, n_placements)
            found[name] = _filled((*dims, PLACEMENT), whole, parts, metric)
            coords[PLACEMENT] = [*range(n_placements)]
    if quantities.distributions:
        coords["percentile"] = [*PERCENTILES.values()]
        rows = _rows(results, id, places)
        for distribution in quantities.distributions:
            found |= _quantiles(distribution, dims[:-1], shape[:-1], rows, taken)
    return found, coords


def _by_sample(metrics: Sequence[Metric]) -> bool:
    return any(metric.scope == "sample" for metric in metrics)


def _given(values: Sequence[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]


def _filled(
    dims: tuple[str, ...], shape: tuple[int, ...], parts: Mapping[Place, Any], metric: Metric
) -> Variable:
    import numpy as np

    array = np.full(shape, np.nan)
    for at, values in parts.items():
        array[at][: len(values)] = values
    attrs = {"unit": metric.unit, "better": metric.better, "merge": metric.merge}
    attrs["provenance"] = metric.provenance
    return dims, array, attrs


def _rows(
    results: Results, id: str, places: Sequence[tuple[CaseRecord, Place]]
) -> list[tuple[Place, Mapping[str, Any]]]:
    """Return the metrics of each row, with its place without the process."""
    quantities = quantities_of(results.benchmarks[id])
    delivery = read_delivery(results.path, id, quantities)
    at = {case.key: place for case, place in places}
    return [
        (at[cases[0].key][:-1], row_metrics(quantities, cases, delivery))
        for cases in gather(case for case, _ in places)
    ]


def _quantiles(
    distribution: Distribution,
    dims: Sequence[str],
    shape: Sequence[int],
    rows: Sequence[tuple[Place, Mapping[str, Any]]],
    taken: Collection[str],
) -> dict[str, Variable]:
    import numpy as np

    name = column(distribution.name, taken)
    attrs = {"unit": distribution.unit, "better": distribution.better}
    of = {m.figure: m.name for m in distribution.metrics() if m.name.startswith(distribution.name)}
    found: dict[str, Variable] = {}
    for suffix, figure in _FIGURES.items():
        array = np.full((*shape, len(PERCENTILES)), np.nan)
        for at, metrics in rows:
            array[at] = _given([metrics[of[each]][figure] for each in PERCENTILES])
        found[name + suffix] = ((*dims, "percentile"), array, attrs)
    for figure in ("mean", "count"):
        array = np.full((*shape,), np.nan)
        for at, metrics in rows:
            (array[at],) = _given([metrics[of[figure]]["value"]])
        found[f"{name}_{figure}"] = ((*dims,), array, attrs if figure == "mean" else {"unit": ""})
    return found


def sample_columns(
    results: Results, cache: dict[str, Mapping[tuple[Key, str], Doubles]], case: CaseRecord
) -> dict[str, Doubles]:
    """Return metric -> value by sample of one case, for tables of samples."""
    quantities = quantities_of(results.benchmarks.get(case.id, {}))
    if not _by_sample(quantities.metrics):
        return {}
    if case.id not in cache:
        cache[case.id] = sample_values(results.path, case.id)
    values = {m.name: cache[case.id].get((case.key, m.name)) for m in quantities.metrics}
    return {
        name: found
        for name, found in values.items()
        if found is not None and len(found) == len(case.ns_total)
    }


def csv_header(rows: Sequence[Mapping[str, Any]], taken: Collection[str]) -> dict[str, list[str]]:
    """Return metric -> its three columns, of all metrics that any row has."""
    names = dict.fromkeys(name for row in rows for name in row["metrics"])
    return {name: [column(name, taken) + suffix for suffix in _FIGURES] for name in names}


def csv_columns(row: Mapping[str, Any], names: Collection[str]) -> list[Any]:
    """Return value, low and high of each metric; empty where there is none."""
    figures = [row["metrics"].get(name, {}).get(f) for name in names for f in _FIGURES.values()]
    return ["" if figure is None else figure for figure in figures]
