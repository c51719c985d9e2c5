"""Theme, colours and filled templates of all charts, and the charts of samples.

`templates` holds one specification per kind of chart; here they get a theme, colours and
data, the same in the report and in notebooks. Charts over axes are in `over_axes`.
Colours come from theme.css, figures from `vmperf._core.stats` and `Results.rows()`.
Altair and NumPy are imported on first use. O(samples); no shared state but caches.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from .. import _core
from .._errors import invalid
from .._extras import require
from .templates import HEIGHT, template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import altair as alt
    from numpy.typing import NDArray

    from .._results.results import CaseRecord, Results

Mode = Literal["light", "dark"]
Rows = list[dict[str, Any]]
FLAG_BITS = {"switch": 1, "fault": 2, "steal": 4}
SAMPLE_KINDS = ("strip", "shape", "order")
N_COLOURS = 32  # the first ten by hand, the others each as far from all before as can be
N_DENSITY = 64
ROW_PIXELS = {
    "strip": 38,
    "shape": 38,
    "overview": 26,
    "heat": 26,
}  # charts whose height goes by rows
LOG_FROM_RATIO = 4.0  # a scale is logarithmic where its values span more than this
_THEME = Path(__file__).with_name("theme.css")
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
_UNITS = ((1.0, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s"))


class Series(NamedTuple):
    """The samples of one design at one point of the axes, in the order taken."""

    design: str
    median: float
    low: float
    high: float
    position: NDArray[Any]  # among all samples of the point, alike for all designs
    time_ns: NDArray[Any]
    flags: NDArray[Any]
    placement: NDArray[Any]
    process: NDArray[Any]


# ---- theme ---------------------------------------------------------------------------------


@cache
def palette(mode: Mode) -> dict[str, str]:
    """The named colours of theme.css in one mode, without the leading dashes."""
    found = re.findall(r"--([\w-]+):\s*light-dark\(([^,]+),\s*([^)]+)\);", _THEME.read_text())
    return {name: (light, dark)[mode == "dark"] for name, light, dark in found}


def colour_names(designs: Sequence[str]) -> list[str]:
    """The designs' colours by their names in theme.css; `naive` is always the grey one."""
    others = [design for design in designs if design != "naive"]
    names = {design: f"series-{i % N_COLOURS}" for i, design in enumerate(others)}
    return [names.get(design, "series-naive") for design in designs]


def heat_colours(mode: Mode) -> list[str]:
    """The colours of the tones -1, 0 and 1 of a heat map: faster, alike, slower."""
    return [palette(mode)[f"heat-{name}"] for name in ("faster", "alike", "slower")]


def theme(mode: Mode = "light") -> dict[str, Any]:
    """The one Vega-Lite configuration."""
    ink = palette(mode)
    text = {"labelColor": ink["ink-2"], "titleColor": ink["ink-3"], "labelFontSize": 11}
    lines = {"domainColor": ink["line"], "gridColor": ink["grid"], "tickColor": ink["line"]}
    titles = {"titleFontWeight": "normal", "titleFontSize": 11, "titlePadding": 8}
    return {
        "background": "transparent",
        "font": _FONT,
        "view": {"stroke": None},
        "axis": text | lines | titles,
        "axisY": {"domain": False, "ticks": False, "labelPadding": 8},
        "legend": text | {"symbolOpacity": 1},  # not that of a band
        "range": {"category": [ink[f"series-{i}"] for i in range(N_COLOURS)]},
        "style": {
            "band": {"color": ink["band"]},
            "guide": {"color": ink["ink-3"], "strokeWidth": 1, "strokeDash": [3, 3]},
            "interval": {"color": ink["ink"], "strokeWidth": 4, "opacity": 0.8},
            "median": {"color": ink["ink"], "thickness": 2},
            "label": {"color": ink["ink-2"], "fontSize": 11},
            "value": {"color": ink["ink"], "fontSize": 11, "fontWeight": 600},
            "level": {"color": ink["ink-2"], "strokeWidth": 2},
            "change": {"color": ink["bad"], "strokeWidth": 2, "strokeDash": [5, 3]},
            "cell": {"stroke": ink["card"], "strokeWidth": 2},
            "inside": {"color": ink["ink"], "fontSize": 11},
        },
    }


# ---- data ----------------------------------------------------------------------------------


def unit_of(times_ns: Sequence[float]) -> tuple[float, str]:
    """Divisor and name of the unit that suits the smallest of some times."""
    least = min(times_ns, default=1.0)
    return next((u for u in reversed(_UNITS) if least >= 10 * u[0]), _UNITS[0])


def scale_of(values: Sequence[float]) -> str:
    """Scale type: logarithmic where positive values span more than LOG_FROM_RATIO."""
    least, most = min(values, default=1.0), max(values, default=1.0)
    return "log" if 0 < least * LOG_FROM_RATIO < most else "linear"


def point_of(params: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """A point of the axes as a key: the parameters but the design."""
    return tuple((name, value) for name, value in params.items() if name != "design")


def series(rows: Rows, cases: Sequence[CaseRecord]) -> list[Series]:
    """The samples of every measured row of one point; indices agree across designs."""
    import numpy as np

    longest: dict[int, int] = {}
    for case in cases:
        longest[case.process] = max(longest.get(case.process, 0), len(case.ns_total))
    order = sorted(longest)
    start = {process: sum(longest[p] for p in order[:i]) for i, process in enumerate(order)}
    found = []
    for row in rows:
        design, figures = row["params"]["design"], row["ns_per_op"]
        own = [c for c in cases if c.params["design"] == design and len(c.ns_total)]
        if not own or not figures or figures["median"] is None:
            continue
        own.sort(key=lambda case: case.process)
        columns = (
            [start[c.process] + np.arange(len(c.ns_total)) for c in own],
            [c.ns_total / c.iterations for c in own],
            [c.flags for c in own],
            [c.placement for c in own],
            [np.full(len(c.ns_total), c.process) for c in own],
        )
        joined = [np.concatenate(parts) for parts in columns]
        median, low, high = (float(figures[name]) for name in ("median", "low", "high"))
        found.append(Series(design, median, low, high, *joined))
    return sorted(found, key=lambda one: one.median)


def density(one: Series) -> tuple[float, float, list[float]]:
    """First and last u and the density, peak 1, of u = sign(d) log(1 + |d|), d in per cent."""
    import numpy as np

    deviation = (one.time_ns / one.median - 1) * 100
    u, height = _core.stats.kde(np.sign(deviation) * np.log1p(np.abs(deviation)), N_DENSITY)
    peak = float(np.max(height))
    return float(u[0]), float(u[-1]), [float(h) / peak for h in height]


def flag_text(bits: int) -> str:
    """The names of the set flags, or an empty text."""
    return ", ".join(name for name, bit in FLAG_BITS.items() if bits & bit)


def placement_runs(one: Series) -> list[tuple[int, int, int, int]]:
    """Runs of samples in one placement of one process: first, last, placement, process."""
    runs: list[tuple[int, int, int, int]] = []
    for i, where, process in zip(one.position, one.placement, one.process, strict=True):
        if runs and runs[-1][2:] == (where, process):
            runs[-1] = (runs[-1][0], int(i), int(where), int(process))
        else:
            runs.append((int(i), int(i), int(where), int(process)))
    return runs


# ---- filled charts -------------------------------------------------------------------------


def fill(
    kind: str,
    datasets: Mapping[str, Rows],
    *,
    designs: Sequence[str],
    order: Sequence[str] = (),
    x: str = "linear",
    y: str = "linear",
    unit: str = "ns",
    axis: str = "",
    other: str = "",
    quantity: str = "",
    mode: Mode = "light",
) -> dict[str, Any]:
    """The finished specification of one chart with its data and theme."""
    colours = [palette(mode)[name] for name in colour_names(designs)]
    lists = {"@designs": designs, "@colours": colours, "@order": order or designs}
    lists["@heat"] = heat_colours(mode)
    text = template(kind)
    for token, values in lists.items():
        text = text.replace(f'"{token}"', json.dumps(list(values))[1:-1])
    for token, scale in (('"@x"', x), ('"@y"', y)):
        text = text.replace(token, '"log"' if scale == "log" else '"linear","zero":false')
    text = text.replace(f'"height":{HEIGHT}', f'"height":{ROW_PIXELS.get(kind, 0) * len(order)}')
    words = {"unit": unit, "axis": axis, "other": other, "quantity": quantity}
    for word, value in words.items():
        text = text.replace(f"{{{word}}}", json.dumps(value)[1:-1])
    spec: dict[str, Any] = json.loads(text)
    if not datasets.get("limits", True):  # an empty layer would have an infinite extent
        spec["layer"] = [one for one in spec["layer"] if one["data"]["name"] != "limits"]
    return spec | {"datasets": dict(datasets), "config": theme(mode)}


def enable_offline(width: int = 720) -> None:
    """Make notebooks show charts without a network: interactive where they can, else as a picture.

    Parameters
    ----------
    width : int
        Of the picture, in pixels, for charts that take the width of the page.

    Raises
    ------
    UnsupportedError
        Altair or vl-convert is not installed.

    Examples
    --------
    >>> vmperf.plot.enable_offline()
    >>> import altair
    >>> altair.renderers.active
    'vmperf'
    >>> _ = altair.renderers.enable("default")
    """
    altair, convert = require("altair", "report"), require("vl_convert", "report")

    def both(spec: dict[str, Any]) -> dict[str, Any]:
        wide = spec | {"width": width} if spec.get("width") == "container" else spec
        major = altair.SCHEMA_VERSION.lstrip("v").partition(".")[0]
        bundle = {f"application/vnd.vegalite.v{major}+json": wide}
        return bundle | {"image/svg+xml": convert.vegalite_to_svg(wide)}

    altair.renderers.register("vmperf", both)
    altair.renderers.enable("vmperf")


def _one_point(results: Results, id: str, params: Mapping[str, Any]) -> list[Series]:
    rows = [r for r in results.rows() if r["id"] == id]
    points = {point_of(r["params"]): None for r in rows}
    wanted = [p for p in points if all(dict(p).get(name) == v for name, v in params.items())]
    if len(wanted) != 1:
        raise invalid("params", dict(params), f"what names one of {[dict(p) for p in points]}")
    cases = [c for c in results.cases if c.id == id and point_of(c.params) == wanted[0]]
    return series([r for r in rows if point_of(r["params"]) == wanted[0]], cases)


def _sample_rows(found: Sequence[Series], divisor: float) -> dict[str, Rows]:
    summary = [
        {"design": s.design, "row": row}
        | {"median": s.median / divisor, "low": s.low / divisor, "high": s.high / divisor}
        for row, s in enumerate(found)
    ]
    samples = []
    for s in found:
        columns = (s.position, s.time_ns, s.flags, s.placement, s.process)
        for i, time_ns, bits, where, process in zip(*columns, strict=True):
            flag = flag_text(int(bits))
            mark = "several" if "," in flag else flag
            samples.append(
                {"design": s.design, "index": int(i), "time": float(time_ns) / divisor}
                | {"flag": flag, "mark": mark, "placement": int(where), "process": int(process)}
            )
    runs = placement_runs(max(found, key=lambda s: len(s.position))) if found else []
    bands = [{"from": a - 0.5, "to": b + 0.5} for a, b, _, _ in runs[1::2]]
    return {"samples": samples, "summary": summary, "placements": bands, "zero": [{"deviation": 0}]}


def samples(
    results: Results, id: str, kind: str = "strip", *, mode: Mode = "light", **params: Any
) -> alt.LayerChart:
    """A chart of all samples of one benchmark at one point of its axes.

    Parameters
    ----------
    results : Results
        What was measured.
    id : str
        Benchmark, e.g. ``"pool/cycle"``.
    kind : {"strip", "shape", "order"}
        Times per design; densities around each design's own median; times in sampling order.
    mode : {"light", "dark"}
        Background that the colours suit.
    **params
        Axis values that name one point, where several were measured.

    Returns
    -------
    altair.LayerChart
        Click a design in the legend to see it alone; Ctrl and the wheel zoom.

    Raises
    ------
    InvalidArgumentError
        Unknown kind; the parameters name no point, or more than one.
    UnsupportedError
        Altair is not installed.

    Notes
    -----
    O(samples). All samples of accepted designs are drawn, flagged ones included.

    Examples
    --------
    >>> results = vmperf.run("bench/selftest/one_cycle", budget_s=0.5)
    >>> chart = vmperf.plot.samples(results, "bench/selftest/one_cycle", "order")
    >>> type(chart).__name__
    'LayerChart'
    """
    altair = require("altair", "report")
    if kind not in SAMPLE_KINDS:
        raise invalid("kind", repr(kind), ", ".join(SAMPLE_KINDS))
    found = _one_point(results, id, params)
    divisor, unit = unit_of([s.median for s in found])
    data = _sample_rows(found, divisor)
    if kind == "shape":
        data["density"] = []
        for row, s in enumerate(found):
            first, last, heights = density(s)
            step = (last - first) / (N_DENSITY - 1)
            data["density"] += [
                {"design": s.design, "row": row, "u": first + i * step, "density": h}
                for i, h in enumerate(heights)
            ]
    names = [s.design for s in found]
    spans = [float(t) for s in found for t in (s.time_ns.min(), s.time_ns.max())]
    spec = fill(kind, data, designs=names, order=names, x=scale_of(spans), unit=unit, mode=mode)
    chart: alt.LayerChart = altair.Chart.from_dict(spec)
    return chart
