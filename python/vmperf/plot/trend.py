"""The chart of a history: what the page of `vmperf trend` and notebooks draw of a series.

O(points); no shared state. Levels are medians between changes, from `vmperf.stats`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _core
from .._extras import require
from .._history.series import Series
from . import charts

if TYPE_CHECKING:
    import altair as alt

__all__ = ["datasets", "label", "spec", "trend_chart"]

_QUANTITY = {"ratio": "time ÷ time of the reference", "minimum": "least time per op, ns"}
_WORD = 12  # letters of a revision that are shown


def label(series: Series) -> str:
    """Return the point of a series in words."""
    return " ".join(f"{axis}={value}" for axis, value in series.params.items())


def datasets(series: Series) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the chart: points, levels between changes, and the changes."""
    points = [
        {
            "index": index,
            "value": value,
            "low": 1 + row["low"] if series.on == "ratio" else value,
            "high": 1 + row["high"] if series.on == "ratio" else value,
            "revision": row["revision"][:_WORD] or "unknown",
            "date": row["date"],
            "verdict": row["verdict"],
        }
        for index, (row, value) in enumerate(zip(series.points, series.values, strict=True))
    ]
    starts = [0, *(change["index"] for change in series.changes)]
    ends = [*starts[1:], len(points)]
    levels = [
        {"from": start - 0.5, "to": end - 0.5, "level": _level(series.values[start:end])}
        for start, end in zip(starts, ends, strict=True)
        if end > start
    ]
    changes = [
        {
            "at": change["index"] - 0.5,
            "text": f"{100 * (change['ratio'] - 1):+.1f} %",
            "p": change["p"],
            "revision": change["revision"][:_WORD] or "unknown",
            "date": change["date"],
        }
        for change in series.changes
    ]
    return {"points": points, "levels": levels, "changes": changes}


def spec(series: Series, *, mode: charts.Mode = "light") -> dict[str, Any]:
    """Return the finished specification of one series' chart."""
    rows = datasets(series)
    words = {"quantity": _QUANTITY[series.on], "axis": "B"}
    made = charts.fill("trend", rows, designs=[], mode=mode, **words)
    # An empty layer would have an infinite extent.
    made["layer"] = [one for one in made["layer"] if rows[one["data"]["name"]]]
    return made


def trend_chart(series: Series, *, mode: charts.Mode = "light") -> alt.LayerChart:
    """Return the chart of a series for a notebook.

    Parameters
    ----------
    series : Series
        One of `History.series`.
    mode : {"light", "dark"}
        Background that the colours suit.

    Returns
    -------
    altair.LayerChart
        Points with intervals, levels, and changes with their size.

    Raises
    ------
    UnsupportedError
        Altair is not installed.

    Examples
    --------
    >>> core = f"path:{vmperf._core.__file__}"
    >>> _ = vmperf.compare(core, core, benchmarks="bench/selftest/one_cycle", budget_s=1, pairs=6,
    ...                    history="history.db")
    >>> (one,) = vmperf.History("history.db").series()
    >>> type(vmperf.plot.trend_chart(one)).__name__
    'LayerChart'
    """
    made: alt.LayerChart = require("altair", "report").Chart.from_dict(spec(series, mode=mode))
    return made


def _level(values: tuple[float, ...]) -> float:
    import numpy as np

    return float(_core.stats.median(np.asarray(values, dtype=np.float64)))
