"""Charts of what one point delivers beside its time: distributions and series of each design.

The same templates as in the report, over `Results`. Figures are those of the histograms; metrics
over axes are drawn by `over_axes`. Altair and NumPy are imported on first use. O(points drawn).

Both take the results, the name of what is drawn, the id of the benchmark where results hold
several, ``light`` or ``dark``, and values of the axes where several were measured.
InvalidArgumentError names what leaves several points open, what is not known, and what was not
delivered there; UnsupportedError says that Altair is not installed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .._catalog.quantities import quantities_of
from .._errors import invalid, near
from .._extras import require
from .charts import Mode, fill, scale_of

if TYPE_CHECKING:
    import altair as alt
    from numpy.typing import NDArray

    from .._results.results import Results

__all__ = [
    "are_events",
    "curve_of",
    "percentiles",
    "series",
    "shapes_of",
    "thinned",
    "titled",
    "unit_for",
]

LEAST_TAIL = 10  # records beyond a percentile; fewer do not carry it
MOST_LINES = 3  # placements of one design in a chart of series
_CURVE_POINTS, _LINE_POINTS = 200, 500
_UNITS = {
    "ns": ((1.0, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s")),
    "B": ((1.0, "B"), (2.0**10, "KiB"), (2.0**20, "MiB"), (2.0**30, "GiB")),
}


def percentiles(
    results: Results, name: str, *, id: str | None = None, mode: Mode = "light", **params: Any
) -> alt.LayerChart:
    """A distribution of each design over its percentiles, the tail as wide as the middle.

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
        Curves up to the percentile that has ten records beyond it; a diamond is the greatest.

    Raises
    ------
    InvalidArgumentError
        Unknown id; nothing of that name was delivered there.
    UnsupportedError
        Altair is not installed.

    Examples
    --------
    >>> found = vmperf.run("bench/selftest/latency", budget_s=1)
    >>> type(vmperf.plot.percentiles(found, "latency")).__name__
    'LayerChart'
    """
    altair = require("altair", "report")
    unit, shapes = shapes_of(results, name, id, params)
    curves = {design: curve_of(shape, _CURVE_POINTS) for design, shape in shapes.items()}
    divisor, unit = unit_for(unit, [most for _, _, most, _ in curves.values()])
    data = _percentile_rows(curves, divisor)
    heights = [row["value"] for some in data.values() for row in some]
    spec = fill("percentile", data, designs=[*curves], y=scale_of(heights), unit=unit,
                quantity=titled(name, unit), mode=mode)  # fmt: skip
    chart: alt.LayerChart = altair.Chart.from_dict(spec)
    return chart


def series(
    results: Results, name: str, *, id: str | None = None, mode: Mode = "light", **params: Any
) -> alt.LayerChart:
    """A series of each design, a line for each of up to three placements.

    Times over time are drawn as points: each is an event.

    Parameters
    ----------
    results : Results
        A run.
    name : str
        Of the series.
    id : str, optional
        Benchmark, where results hold several.
    mode : {"light", "dark"}
        Background that the colours suit.
    **params
        Values of axes; else the first point that is ok.

    Returns
    -------
    altair.LayerChart
        At most 500 points of each line, extremes among them.

    Raises
    ------
    InvalidArgumentError
        Unknown id; nothing of that name was delivered there.
    UnsupportedError
        Altair is not installed.

    Examples
    --------
    >>> found = vmperf.run("bench/selftest/report", budget_s=0.5)
    >>> type(vmperf.plot.series(found, "squares")).__name__
    'LayerChart'
    """
    altair = require("altair", "report")
    benchmark = _benchmark(results, id)
    points = [row["params"] for row in _one_point(results, benchmark, params)]
    lines: dict[str, list[Any]] = {}
    for one in results.series(name, benchmark):
        if one["params"] in points and len(one["x"]):
            lines.setdefault(one["params"]["design"], []).append(one)
    drawn = [one for own in lines.values() for one in own[:MOST_LINES]]
    if not drawn:
        raise invalid("params", params, "a point where the series was delivered")
    (units,) = ((s.x_unit, s.y_unit) for s in quantities_of(results.benchmarks[benchmark]).series
                if s.name == name)  # fmt: skip
    scales = [unit_for(u, [float(max(abs(one[k]))) for one in drawn])
              for u, k in zip(units, "xy", strict=True)]  # fmt: skip
    rows = [row for one in drawn for row in _line_rows(one, *(s for s, _ in scales))]
    x, y = (scale_of([row[key] for row in rows]) for key in "xy")
    kind = "events" if are_events(units) else "series"
    spec = fill(kind, {"series": rows}, designs=[*lines], x=x, y=y, mode=mode,
                axis=titled("x", scales[0][1]), quantity=titled(name, scales[1][1]))  # fmt: skip
    chart: alt.LayerChart = altair.Chart.from_dict(spec)
    return chart


# ---- what is drawn -------------------------------------------------------------------------


def shapes_of(
    results: Results, name: str, id: str | None, params: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """The unit of a distribution and its histogram by design, at one point.

    InvalidArgumentError where nothing of that name was delivered there.
    """
    benchmark = _benchmark(results, id)
    declared = {d.name: d for d in quantities_of(results.benchmarks[benchmark]).distributions}
    shapes = {
        row["params"]["design"]: results.distribution(name, benchmark, **row["params"])
        for row in _one_point(results, benchmark, params)
        if row["metrics"].get(f"{name}_count", {}).get("value")
    }
    if not shapes:
        wanted = f"delivered at a point that is ok; declared: {', '.join(declared) or 'none'}"
        raise invalid("distribution", repr(name), wanted)
    return declared[name].unit, shapes


def are_events(units: Sequence[str]) -> bool:
    """Whether a series is of events: it has times over time, which no line goes through."""
    times = {"us", *(unit for _, unit in _UNITS["ns"])}
    return all(unit in times for unit in units)


def curve_of(shape: Any, n: int) -> tuple[float, float, float, list[float]]:
    """A histogram over nines, -log10(1 - q): the last one, that of the greatest, it, the values.

    The nines are even from 0 on. The last has LEAST_TAIL records beyond it; with fewer records than
    twice that there is no curve.
    """
    import numpy as np

    last, whole = math.log10(shape.count / LEAST_TAIL), math.log10(shape.count)
    if shape.count < 2 * LEAST_TAIL:
        return 0.0, whole, float(shape.max), []
    shares = 1 - 10 ** -np.linspace(0, last, n)
    return last, whole, float(shape.max), [float(v) for v in shape.quantiles(shares)]


def thinned(y: NDArray[Any], most: int) -> NDArray[Any]:
    """Positions of at most so many values, ascending: the least and greatest of even parts."""
    import numpy as np

    if len(y) <= most:
        return np.arange(len(y))
    edges = [int(edge) for edge in np.linspace(0, len(y), most // 2)]
    kept = {0, len(y) - 1}
    for first, last in pairwise(edges):
        part = y[first:last]
        kept |= {first + int(part.argmin()), first + int(part.argmax())}
    return np.array(sorted(kept))


def unit_for(unit: str, values: Sequence[float]) -> tuple[float, str]:
    """Divisor and name of the unit that suits some values; none for counts and shares."""
    known = _UNITS.get("B" if unit == "bytes" else unit)
    if known is None:
        return 1.0, "" if unit == "1" else unit
    least = min((value for value in values if value > 0), default=0.0)
    return next((u for u in reversed(known) if least >= u[0]), known[0])


def titled(name: str, unit: str) -> str:
    """A name with its unit, said once: rss_bytes in MiB is rss, MiB."""
    for end in ("_ns", "_us", "_ms", "_s", "_bytes"):
        name = name.removesuffix(end) if unit else name
    return f"{name}, {unit}" if unit else name


def _percentile_rows(curves: Mapping[str, Any], divisor: float) -> dict[str, list[dict[str, Any]]]:
    greatest = [{"design": design, "nines": nines, "value": most / divisor, "at": "the greatest"}
                for design, (_, nines, most, _) in curves.items()]  # fmt: skip
    rows = []
    for design, (last, _, _, values) in curves.items():
        for i, value in enumerate(values):
            nines = last * i / (len(values) - 1)
            places = max(0, math.ceil(nines) - 1)
            at = f"{100 * (1 - 10**-nines):.{places}f} %"
            rows.append({"design": design, "nines": nines, "value": value / divisor, "at": at})
    return {"percentiles": rows, "greatest": greatest}


def _line_rows(one: Mapping[str, Any], x_size: float, y_size: float) -> list[dict[str, Any]]:
    import numpy as np

    finite = np.isfinite(one["x"]) & np.isfinite(one["y"])
    x, y = one["x"][finite], one["y"][finite]
    where = {"design": one["params"]["design"]}
    where |= {"process": one["process"], "placement": one["placement"]}
    return [
        {**where, "index": i, "x": float(x[at]) / x_size, "y": float(y[at]) / y_size}
        for i, at in enumerate(thinned(y, _LINE_POINTS))
    ]


# ---- what was asked for --------------------------------------------------------------------


def _benchmark(results: Results, id: str | None) -> str:
    known = [*dict.fromkeys(case.id for case in results.cases)]
    if id is None and len(known) == 1:
        return known[0]
    if id not in known:
        raise invalid("id", repr(id), near(str(id), known))
    return id


def _fits(row: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    return all(row["params"].get(axis) == value for axis, value in params.items())


def _one_point(results: Results, id: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [row for row in results.rows() if row["id"] == id and _fits(row, params)]
    points = {tuple(v for n, v in row["params"].items() if n != "design") for row in rows}
    if len(points) != 1:
        raise invalid("params", dict(params), f"what names one point; it fits {len(points)}")
    return rows
