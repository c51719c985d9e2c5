"""Histograms of distributions: the records of each design in bins even on a logarithmic scale.

A bin is an eighth of a decade, the same for all designs, so that their steps can be compared; what
is below 1 counts into the bin from 1 on. O(buckets of the recorded histograms). Altair and NumPy
are imported on first use.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._extras import require
from .charts import Mode, fill
from .details import shapes_of, titled, unit_for

if TYPE_CHECKING:
    import altair as alt

    from .._results.results import Results

__all__ = ["BINS_A_DECADE", "bin_rows", "bins_of", "histogram"]

BINS_A_DECADE = 8


def histogram(
    results: Results, name: str, *, id: str | None = None, mode: Mode = "light", **params: Any
) -> alt.LayerChart:
    """A distribution of each design as steps: which share of the records is how large.

    Parameters
    ----------
    results : Results
        A run.
    name : str
        Of the distribution.
    id : str, optional
        Benchmark, where results hold several.
    mode : {"light", "dark"}
        Background that the colours suit.
    **params
        Values of axes; else the first point that is ok.

    Returns
    -------
    altair.LayerChart
        Eight bins a decade; each design's shares add up to 100 %.

    Raises
    ------
    InvalidArgumentError
        Unknown id; nothing of that name was delivered there.
    UnsupportedError
        Altair is not installed.

    Examples
    --------
    >>> found = vmperf.run("bench/selftest/latency", budget_s=1)
    >>> type(vmperf.plot.histogram(found, "latency")).__name__
    'LayerChart'
    """
    altair = require("altair", "report")
    unit, shapes = shapes_of(results, name, id, params)
    divisor, unit = unit_for(unit, [float(shape.quantile(0.5)) for shape in shapes.values()])
    rows = bin_rows({design: bins_of(shape) for design, shape in shapes.items()}, divisor)
    spec = fill("histogram", {"bins": rows}, designs=[*shapes], mode=mode,
                quantity=titled(name, unit))  # fmt: skip
    chart: alt.LayerChart = altair.Chart.from_dict(spec)
    return chart


def bins_of(shape: Any) -> tuple[int, list[float]]:
    """The number of the first bin with a record, and the per cent of each up to the last one.

    Bin i holds values from 10 ** (i / 8) up to 10 ** ((i + 1) / 8).
    """
    import numpy as np

    values, counts = shape.buckets()
    places = np.floor(np.log10(np.maximum(values, 1)) * BINS_A_DECADE).astype(np.int64)
    first = int(places.min())
    shares = np.bincount(places - first, weights=counts) * (100 / counts.sum())
    return first, [float(share) for share in shares]


def bin_rows(
    bins: Mapping[str, tuple[int, list[float]]], divisor: float
) -> list[dict[str, str | float]]:
    """What the steps are drawn of; the last one of a design goes down to nothing."""
    rows: list[dict[str, str | float]] = []
    for design, (first, shares) in bins.items():
        edges = [10 ** ((first + i) / BINS_A_DECADE) / divisor for i in range(len(shares) + 2)]
        for i, share in enumerate([*shares, 0.0]):
            rows.append({"design": design, "at": edges[i], "to": edges[i + 1], "share": share})
    return rows
