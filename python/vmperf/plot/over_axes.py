"""Charts over axes, from xarray: curves, heat maps, ratios to a design, limit lines.

Each takes `Results` or a Dataset as `vmperf.sweep` and `Results.to_xarray` give it, and is the same
chart as in the report. Figures come from `_results.estimates`, templates and theme from `charts`.
Altair, NumPy and xarray are imported on first use. O(samples x resamples); no shared state.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from .._errors import invalid, near
from .._extras import require
from .._results.estimates import Data, at_value, axes_of, cells, on_axes, one_dataset, times
from .._results.estimates import ratios as ratios_of
from .._results.metric_values import metric_values
from .charts import Mode, Rows, fill, scale_of, unit_of
from .details import titled, unit_for
from .limits import limits_near, limits_of

if TYPE_CHECKING:
    import altair as alt
    import xarray as xr

__all__ = ["curve", "heat", "limits_near", "limits_of", "ratios"]

WORDY_COLUMNS = 10  # a heat map with more has figures alone in its cells


def curve(
    data: Data,
    axis: str,
    *,
    id: str | None = None,
    metric: str | None = None,
    reference: str | None = None,
    limits: Mapping[str, float] | None = None,
    mode: Mode = "light",
    **params: Any,
) -> alt.LayerChart:
    """Median time per op or a metric against a numeric axis, with its interval as a band.

    Parameters
    ----------
    data : Results or xarray.Dataset
        What was measured.
    axis : str
        Numeric axis that becomes x.
    id : str, optional
        Benchmark, where results hold several.
    metric : str, optional
        Draw this metric or quantile in place of the time, such as ``"p99_ns"``.
    reference : str, optional
        Draw the ratio to this design in place of the time; not of a metric, which has no pairs.
    limits : mapping, optional
        Label -> ns per op (with `reference`: ratio; with `metric`: in its unit), each drawn as a
        line; see `limits_of`.
    mode : {"light", "dark"}
        Background that the colours suit.
    **params
        Values of the other axes, where they have several.

    Returns
    -------
    altair.LayerChart
        Scales are logarithmic where the values span more than a factor of four.

    Raises
    ------
    InvalidArgumentError
        Unknown id, axis, value, metric or reference; an axis without numbers; another axis left
        open; nothing was measured there.
    UnsupportedError
        Altair is not installed.

    Examples
    --------
    >>> data = vmperf.sweep("pool/sizes", budget_s=2, design=["stack"], item_size_bytes=[64])
    >>> type(vmperf.plot.curve(data, "capacity", limits={"wish": 10.0})).__name__
    'LayerChart'
    """
    altair = require("altair", "report")
    samples = one_dataset(data, id)
    figures = _at(_figures(samples, metric, reference), (axis,), params)
    rows = _curve_rows(figures, axis)
    if not rows:
        raise invalid("params", params, f"a point of {samples.attrs.get('id')} with figures")
    lines = [*(limits or {}).items()]
    divisor, unit, quantity = _words(figures, [row["median"] for row in rows])
    for row in rows:
        row.update({name: row[name] / divisor for name in ("median", "low", "high")})
    heights = [row["median"] for row in rows] + [v / divisor for _, v in lines]
    spec = fill(
        "curve",
        {"curve": rows, "limits": [{"label": n, "limit": v / divisor} for n, v in lines]},
        designs=_designs(samples),
        x=scale_of([row["value"] for row in rows]),
        y=scale_of(heights),
        unit=unit,
        axis=axis,
        quantity=quantity,
        mode=mode,
    )
    chart: alt.LayerChart = altair.Chart.from_dict(spec)
    return chart


def heat(
    data: Data,
    axes: Sequence[str],
    *,
    id: str | None = None,
    metric: str | None = None,
    reference: str | None = None,
    mode: Mode = "light",
    **params: Any,
) -> alt.LayerChart:
    """A heat map over two axes, a block of rows per design.

    Parameters
    ----------
    data : Results or xarray.Dataset
        What was measured.
    axes : sequence of str
        Two axes: columns, then rows.
    id : str, optional
        Benchmark, where results hold several.
    metric : str, optional
        Show this metric or quantile in place of the times; more intense is worse.
    reference : str, optional
        The design that others are compared with; by default the times themselves are shown. Not of
        a metric.
    mode : {"light", "dark"}
        Background that the colours suit.
    **params
        Values of the other axes, where they have several.

    Returns
    -------
    altair.LayerChart
        Cells of the reference hold its time. A cell that was refused or not measured is left out.

    Raises
    ------
    InvalidArgumentError
        Other than two axes; otherwise as `curve`.
    UnsupportedError
        Altair is not installed.

    Examples
    --------
    >>> data = vmperf.sweep("pool/sizes", budget_s=2, design=["stack"], item_size_bytes=[16, 64])
    >>> type(vmperf.plot.heat(data, ["capacity", "item_size_bytes"])).__name__
    'LayerChart'
    """
    altair = require("altair", "report")
    if isinstance(axes, str) or len(axes) != 2 or axes[0] == axes[1]:
        raise invalid("axes", axes, "two different axes: columns and rows")
    samples = one_dataset(data, id)
    _refuse_pairs(metric, reference)
    medians = _at(_values(samples, metric), axes, params, numeric=False)
    compared = None
    if reference is not None:
        compared = _at(ratios_of(samples, reference), axes, params, numeric=False)
    rows = _heat_rows(medians, compared, axes, reference)
    if not rows:
        raise invalid("params", params, f"a point of {samples.attrs.get('id')} with figures")
    spec = fill(
        "heat",
        {"heat": rows},
        designs=_designs(samples),
        order=[*dict.fromkeys(row["row"] for row in rows)],
        axis=axes[0],
        other=axes[1],
        mode=mode,
    )
    chart: alt.LayerChart = altair.Chart.from_dict(spec)
    return chart


def ratios(
    data: Data, reference: str, *, id: str | None = None, mode: Mode = "light"
) -> alt.LayerChart:
    """Every design's time relative to a reference at every point, with its interval.

    Parameters
    ----------
    data : Results or xarray.Dataset
        What was measured.
    reference : str
        The design that the others are compared with.
    id : str, optional
        Benchmark, where results hold several.
    mode : {"light", "dark"}
        Background that the colours suit.

    Returns
    -------
    altair.LayerChart
        One row per point, logarithmic; ratios are taken within rounds.

    Raises
    ------
    InvalidArgumentError
        Unknown id or reference; a reference without figures.
    UnsupportedError
        Altair is not installed.

    Examples
    --------
    >>> data = vmperf.sweep("pool/sizes", budget_s=2, design=["stack", "libc"], capacity=[10],
    ...                     item_size_bytes=[64])
    >>> type(vmperf.plot.ratios(data, "libc")).__name__
    'LayerChart'
    """
    altair = require("altair", "report")
    samples = one_dataset(data, id)
    figures = ratios_of(samples, reference)
    varying = [n for n in axes_of(figures) if len({*figures[n].values.tolist()}) > 1]
    rows: Rows = []
    for design, at, cell in cells(figures):
        ratio, low, high = (float(cell[n]) for n in ("ratio", "low", "high"))
        if not math.isnan(ratio):
            label = ", ".join(f"{n}={at[n]}" for n in varying) or str(samples.attrs.get("id"))
            text = f"{said(ratio)}, against {reference} ({low:.3g} to {high:.3g} of its time)"
            rows.append({"case": label, "design": design, "text": text}
                        | {"ratio": ratio, "low": low, "high": high})  # fmt: skip
    if not rows:
        raise invalid("reference", repr(reference), "a design that has figures")
    cases = [*dict.fromkeys(row["case"] for row in rows)]
    data_sets = {
        "overview": sorted(rows, key=lambda r: cases.index(r["case"])),
        "one": [{"ratio": 1}],
    }
    spec = fill("overview", data_sets, designs=_designs(samples), order=cases, mode=mode,
                quantity="time ÷ time of the reference")  # fmt: skip
    chart: alt.LayerChart = altair.Chart.from_dict(spec)
    return chart


def said(ratio: float) -> str:
    """A time ratio as ``4.31× faster`` or ``1.2× slower``."""
    factor = max(ratio, 1 / ratio)
    places = 3 if factor < 1.1 else 2 if factor < 10 else 1 if factor < 100 else 0
    return f"{factor:,.{places}f}× {'slower' if ratio > 1 else 'faster'}"


# ---- rows ----------------------------------------------------------------------------------


def _designs(data: xr.Dataset) -> list[str]:
    return [str(value) for value in data["design"].values]


def _figures(samples: xr.Dataset, metric: str | None, reference: str | None) -> xr.Dataset:
    """Return ``median``, ``low`` and ``high`` of times, of a metric, or of ratios to a design."""
    if reference is None:
        return _values(samples, metric)
    _refuse_pairs(metric, reference)
    found = ratios_of(samples, reference).rename(ratio="median")
    return found.assign_attrs(quantity=f"time ÷ time of {reference}", unit="×")


def _values(samples: xr.Dataset, metric: str | None) -> xr.Dataset:
    if metric is None:
        return times(samples).assign_attrs(quantity="time per op", unit=None)
    found = metric_values(samples, metric).rename(value="median")
    return found.assign_attrs(quantity=metric, unit=found["median"].attrs["unit"])


def _refuse_pairs(metric: str | None, reference: str | None) -> None:
    if None not in (metric, reference):
        raise invalid("reference", repr(reference), f"none with a metric: {metric} has no pairs")


def _words(figures: xr.Dataset, values: Sequence[float]) -> tuple[float, str, str]:
    """Return divisor and name of the unit that suits some values, and the title with it."""
    name, unit = figures.attrs["quantity"], figures.attrs["unit"]
    if unit == "×":
        return 1.0, unit, name
    divisor, suits = unit_of(values) if unit is None else unit_for(unit, values)
    return divisor, suits, titled(name, suits)


def _curve_rows(figures: xr.Dataset, axis: str) -> Rows:
    """Return the figures along an axis; a median without an interval is its own ends."""
    rows: Rows = []
    for design, x, cell in _cells(figures, axis):
        found = {name: float(cell[name]) for name in ("median", "low", "high")}
        if not math.isnan(found["median"]):
            ends = {n: found["median"] if math.isnan(v) else v for n, v in found.items()}
            rows.append({"design": str(design), "value": x.item(), **ends})
    return rows


def _at(
    figures: xr.Dataset, kept: Sequence[str], params: Mapping[str, Any], *, numeric: bool = True
) -> xr.Dataset:
    """Take one value of every axis but those kept."""
    axes = axes_of(figures)
    for name in kept:
        if name not in axes:
            raise invalid("axis", repr(name), near(name, axes))
        if numeric and figures[name].dtype.kind not in "iuf":
            raise invalid("axis", repr(name), "an axis of numbers")
    for name in params:
        if name not in axes or name in kept:
            raise invalid("axis", repr(name), near(name, [a for a in axes if a not in kept]))
    for name in axes:
        values = [*dict.fromkeys(v.item() for v in figures[name].values)]
        if name in kept or ("point" in figures.dims and name not in params):
            continue
        if name not in params and len(values) > 1:
            raise invalid(name, "open", f"one of {', '.join(map(str, values))}")
        chosen = params.get(name, values[0])
        if chosen not in values:
            raise invalid(name, repr(chosen), near(str(chosen), map(str, values)))
        figures = at_value(figures, name, chosen)
        if name in figures.dims:
            figures = figures.squeeze(name)
    return on_axes(figures, kept)


def _cells(figures: xr.Dataset, *axes: str) -> Iterable[tuple[Any, ...]]:
    for place in product(*(figures[name].values for name in ("design", *axes))):
        yield (*place, figures.sel(dict(zip(("design", *axes), place, strict=True))))


def _heat_rows(
    medians: xr.Dataset, compared: xr.Dataset | None, axes: Sequence[str], reference: str | None
) -> Rows:
    known = medians["median"].values
    known = known[~(known != known)]
    if not len(known):
        return []
    divisor, unit, _ = _words(medians, [float(v) for v in known])
    tone = _tones(float(known.min()), float(known.max()), medians["median"].attrs.get("better"))
    rows: Rows = []
    for design, y, x, cell in _cells(medians, axes[1], axes[0]):
        median = float(cell["median"])
        if math.isnan(median):
            continue
        time = f"{median / divisor:.3g} {unit}".rstrip()
        row = {"design": str(design), "x": x.item(), "y": y.item(), "row": f"{design} · {y}"}
        row |= {"time": time, "text": time, "said": time, "log": 0.0, "tone": 0.0}
        if compared is None:
            row["tone"] = tone(median)
        elif str(design) == reference:
            row["said"] = "reference"
        else:
            at = compared.sel({"design": design, axes[0]: x, axes[1]: y})
            ratio, low, high = (float(at[name]) for name in ("ratio", "low", "high"))
            if math.isnan(ratio):
                continue
            word = "" if low > 1 or high < 1 else ", unclear"
            row |= {"text": said(ratio), "log": math.log(ratio)}
            row["said"] = f"{said(ratio)}{word} ({low:.3g} to {high:.3g} of its time)"
        rows.append(row)
    return _toned(rows, compared is not None)


def _tones(least: float, most: float, better: str | None) -> Callable[[float], float]:
    """Return what takes a value to its tone, 0 for the best; logarithmic where all are above 0."""

    def place(value: float) -> float:
        return math.log(value) if least > 0 else value

    first, last = place(least), place(most)
    if better == "higher":
        first, last = last, first
    return lambda value: (place(value) - first) / ((last - first) or 1.0)


def _toned(rows: Rows, compared: bool) -> Rows:
    """Scale the tones of ratios to the strongest; drop words where columns are narrow."""
    strongest = max((abs(row["log"]) for row in rows), default=0.0) or 1.0
    narrow = len({row["x"] for row in rows}) > WORDY_COLUMNS
    for row in rows:
        log = row.pop("log")
        if compared:
            row["tone"] = log / strongest
        if narrow:
            row["text"] = row["text"].partition(" ")[0]
    return rows
