"""The charts' specifications: one Altair builder per kind of chart, over named data without rows.

`template(kind)` is the finished text. It is filled by replacing text only (`charts.fill` here, the
script of the report in a browser): scale types `@x` and `@y`, lists `@designs`, `@colours`,
`@order` and `@heat`, the words `{unit}`, `{axis}`, `{other}` and `{quantity}`, the height HEIGHT.
All time, about 50 ms, is spent once per kind. Expressions keep to what Vega's interpreter knows,
since the report forbids eval.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from . import detail_templates
from .layers import ZOOM, colour, finish, number, over

if TYPE_CHECKING:
    from collections.abc import Callable

HEIGHT = 999
_PERCENT = [-90, -50, -20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000]
_MARKS = {"switch": "triangle-up", "fault": "square", "steal": "diamond", "several": "cross"}


def _interval_tooltip(*first: Any) -> list[Any]:
    return [*first, number("median", title="median, {unit}"), number("low"), number("high")]


def _percent_axis() -> Any:
    import altair as alt

    text = "(datum.value > 0 ? '+' : '') + datum.value + ' %'"
    return alt.Axis(values=_PERCENT, labelExpr=text, labelOverlap=True)


def _strip() -> Any:
    """Every sample, the median and its interval, one row per design, fastest first."""
    import altair as alt

    def at(field: str) -> Any:
        scale = alt.Scale(type="linear", zero=False, nice=False, padding=16)
        return alt.X(f"{field}:Q", title="time per op, {unit}", scale=scale)

    y = alt.Y("design:N", title=None, sort=["@order"])
    samples = over("samples").transform_calculate(jitter="(datum.index * 0.618034) % 1")
    samples = samples.mark_circle(size=20, opacity=0.45).encode(
        x=at("time"),
        y=y,
        yOffset=alt.YOffset("jitter:Q", scale=alt.Scale(domain=[-0.9, 1.3])),
        color=colour(),
        tooltip=[
            "design:N",
            number("time", title="{unit} per op"),
            number("index", title="sample"),
            alt.Tooltip("flag:N", title="flags"),
        ],
    )
    summary = over("summary").encode(y=y, tooltip=_interval_tooltip("design:N"))
    rule = summary.mark_rule(style="interval").encode(x=at("low"), x2="high:Q")
    tick = summary.mark_tick(style="median", height=18).encode(x=at("median"))
    text = alt.Text("median:Q", format=".3~r")
    label = summary.mark_text(style="value", dy=-14).encode(x=at("median"), text=text)
    return finish([samples, rule, tick, label], zoom=["x"], height=HEIGHT)


def _shape() -> Any:
    """Densities of the deviation from each design's own median, one ridge per design.

    The density is over u = sign(d) log(1 + |d|) of the deviation d in per cent, the axis likewise,
    so that spreads of 0.1 % and of 100 % are both readable.
    """
    import altair as alt

    x = alt.X(
        "deviation:Q",
        title="deviation from the design's own median",
        scale=alt.Scale(type="symlog", constant=1, nice=False),
        axis=_percent_axis(),
    )
    y = alt.Y("base:Q", axis=None, scale=alt.Scale(nice=False, zero=False, padding=6))
    area = over("density").transform_calculate(
        deviation="(datum.u < 0 ? -1 : 1) * (exp(abs(datum.u)) - 1)",
        base="-datum.row",
        top="-datum.row + 0.9 * datum.density",
    )
    area = area.mark_area(opacity=0.6).encode(x=x, y=y, y2="top:Q", color=colour())
    zero = alt.Chart(alt.NamedData("zero")).mark_rule(style="guide").encode(x=x)
    names = over("summary").transform_calculate(base="-datum.row")
    names = names.mark_text(style="label", align="left", dx=2, dy=-7)
    names = names.encode(x=alt.value(0), y=y, text="design:N")
    return finish([zero, area, names], zoom=["x"], height=HEIGHT, main=1)


def _order() -> Any:
    """Samples in the order taken: drift, flagged samples, placements shaded by turns."""
    import altair as alt

    title = "sample, in the order taken"
    x = alt.X("index:Q", title=title, scale=alt.Scale(nice=False, padding=8))
    y = alt.Y(
        "deviation:Q",
        title="deviation from own median",
        scale=alt.Scale(type="symlog", constant=1, nice=False, padding=10),
        axis=_percent_axis(),
    )
    tip = [
        "design:N",
        number("time", title="{unit} per op"),
        number("deviation", title="deviation, %", style="+.2f"),
        number("index", title="sample"),
        "placement:Q",
        "process:Q",
        alt.Tooltip("flag:N", title="flags"),
    ]
    bands = alt.Chart(alt.NamedData("placements")).mark_rect(style="band")
    bands = bands.encode(x=alt.X("from:Q", title=title), x2="to:Q")
    summary = alt.LookupData(alt.NamedData("summary"), key="design", fields=["median"])
    samples = over("samples").transform_lookup(lookup="design", from_=summary)
    samples = samples.transform_calculate(deviation="(datum.time / datum.median - 1) * 100")
    samples = samples.encode(x=x, y=y, color=colour())
    line = samples.mark_line(strokeWidth=1, opacity=0.6).encode(detail="process:N")
    dots = samples.mark_circle(size=14).encode(tooltip=tip)
    shapes = alt.Scale(domain=list(_MARKS), range=list(_MARKS.values()))
    marked = samples.transform_filter("datum.mark != ''").mark_point(size=80, filled=False)
    marked = marked.encode(tooltip=tip, shape=alt.Shape("mark:N", title=None, scale=shapes))
    return finish([bands, line, dots, marked], zoom=["x", "y"], height=260, main=1)


def _curve() -> Any:
    """Median against a numeric axis, with the interval as a band, and limits as lines."""
    import altair as alt

    def at(field: str) -> Any:
        scale = alt.Scale(type="linear", zero=False, nice=False, padding=12)
        return alt.Y(f"{field}:Q", title="{quantity}", scale=scale)

    scale = alt.Scale(type="linear", nice=False, padding=10, zero=False)
    data = over("curve").encode(x=alt.X("value:Q", title="{axis}", scale=scale), color=colour())
    band = data.mark_area(opacity=0.2).encode(y=at("low"), y2="high:Q")
    line = data.mark_line(strokeWidth=2).encode(y=at("median"))
    tip = _interval_tooltip("design:N", number("value", title="{axis}"))
    dots = data.mark_circle(size=44, opacity=1).encode(y=at("median"), tooltip=tip)
    limits = alt.Chart(alt.NamedData("limits")).encode(y=at("limit"))
    rule = limits.mark_rule(style="guide").encode(tooltip=["label:N", number("limit")])
    label = limits.mark_text(style="label", align="right", dx=-4, dy=-6)
    label = label.encode(x=alt.value("width"), text="label:N")
    return finish([band, rule, label, line, dots], zoom=["x", "y"], height=280)


def _heat() -> Any:
    """One cell per value of two axes, a block of rows per design; tones run from -1 to 1."""
    import altair as alt

    x = alt.X("x:O", title="{axis}", axis=alt.Axis(labelAngle=0, orient="top", domain=False))
    y = alt.Y("row:N", title="design, {other}", sort=None, axis=alt.Axis(labelLimit=220))
    at = [alt.Tooltip("x:O", title="{axis}"), alt.Tooltip("y:O", title="{other}")]
    found = [alt.Tooltip("said:N", title="compared"), alt.Tooltip("time:N", title="median")]
    data = over("heat").encode(x=x, y=y, tooltip=["design:N", *at, *found])
    scale = alt.Scale(type="linear", domain=[-1, 0, 1], range=["@heat"])
    cells = data.mark_rect(style="cell").encode(color=alt.Color("tone:Q", scale=scale, legend=None))
    texts = data.mark_text(style="inside").encode(text="text:N")
    return finish([cells, texts], zoom=[], height=HEIGHT)


def _overview() -> Any:
    """Every design's figure relative to the reference's, one row per case, logarithmic."""
    import altair as alt

    def at(field: str) -> Any:
        return alt.X(
            f"{field}:Q",
            title="{quantity}",
            scale=alt.Scale(type="log", padding=16, nice=False),
            axis=alt.Axis(orient="top", labelExpr="format(datum.value, '~r') + '×'", tickCount=6),
        )

    y = alt.Y("case:N", title=None, sort=None, axis=alt.Axis(labelLimit=320, grid=True))
    data = over("overview").encode(y=y, color=colour())
    one = alt.Chart(alt.NamedData("one")).mark_rule(style="guide").encode(x=at("ratio"))
    rule = data.mark_rule(strokeWidth=2).encode(x=at("low"), x2="high:Q")
    tip = ["case:N", "design:N", alt.Tooltip("text:N", title="compared")]
    dots = data.mark_circle(size=90, opacity=0.95).encode(x=at("ratio"), tooltip=tip)
    return finish([one, rule, dots], zoom=["x"], height=HEIGHT, main=2)


def _trend() -> Any:
    """A figure over the comparisons of a history: points, intervals, levels and their changes."""
    import altair as alt

    x = alt.X("index:Q", title="comparison, in order of time",
              scale=alt.Scale(nice=False, padding=14), axis=alt.Axis(tickMinStep=1))  # fmt: skip

    def at(field: str) -> Any:
        return alt.Y(f"{field}:Q", title="{quantity}", scale=alt.Scale(zero=False, padding=14))

    def over(name: str) -> Any:
        return alt.Chart(alt.NamedData(name)).transform_calculate(series="'{axis}'")

    colour = alt.Color("series:N", legend=None)
    tip = [
        number("value", title="{quantity}"),
        number("low"),
        number("high"),
        alt.Tooltip("revision:N"),
        alt.Tooltip("date:N"),
        alt.Tooltip("verdict:N"),
    ]
    points = over("points").encode(x=x, color=colour)
    band = points.mark_rule(strokeWidth=2, opacity=0.4).encode(y=at("low"), y2="high:Q")
    dots = points.mark_circle(size=48, opacity=1).encode(y=at("value"), tooltip=tip)
    level = over("levels").mark_rule(style="level")
    level = level.encode(x=alt.X("from:Q"), x2="to:Q", y=at("level"))
    changes = over("changes").encode(x=alt.X("at:Q"))
    found = [alt.Tooltip("text:N", title="change"), number("p", style=".2~r")]
    rule = changes.mark_rule(style="change").encode(
        tooltip=[*found, alt.Tooltip("revision:N"), alt.Tooltip("date:N")]
    )
    label = changes.mark_text(style="label", align="left", dx=4, dy=8)
    label = label.encode(y=alt.value(0), text="text:N")
    view = alt.selection_interval(name="view", bind="scales", encodings=["x", "y"], zoom=ZOOM)
    layers = [band.add_params(view), level, dots, rule, label]
    return alt.layer(*layers).properties(width="container", height=220)


def _front() -> Any:
    """Allocators by time and memory, named, and a step line through those that nothing beats."""
    import altair as alt

    def at(field: str) -> Any:
        return alt.X(f"{field}:Q", title="{axis}", scale=alt.Scale(zero=False, padding=24))

    y = alt.Y("memory:Q", title="{quantity}", scale=alt.Scale(zero=False, padding=24))
    tip = ["design:N", *(number(name) for name in ("time", "low", "high", "memory"))]
    data = over("front").encode(y=y, color=colour(), tooltip=tip)
    rule = data.mark_rule(strokeWidth=2, opacity=0.5).encode(x=at("low"), x2="high:Q")
    dots = data.mark_circle(size=90, opacity=1).encode(x=at("time"))
    names = data.mark_text(style="label", align="left", dx=9, dy=-9)
    names = names.encode(x=at("time"), text="design:N", color=alt.value("gray"))
    line = alt.Chart(alt.NamedData("line")).mark_line(interpolate="step-after", opacity=0.5)
    line = line.encode(x=at("time"), y=y, order="rank:Q", color=alt.value("gray"))
    return finish([rule, dots, names, line], zoom=["x", "y"], height=320)


def _memory() -> Any:
    """Resident memory of a program over time, as the stack of whose it is."""
    import altair as alt

    x = alt.X("time:Q", title="{axis}", scale=alt.Scale(nice=False))
    y = alt.Y("value:Q", title="{quantity}", stack="zero")
    parts = over("parts").encode(x=x, y=y, color=colour(), order="rank:Q")
    area = parts.mark_area(opacity=0.75).encode(tooltip=["design:N", number("value")])
    line = alt.Chart(alt.NamedData("counted")).mark_line(strokeWidth=1.5, strokeDash=[4, 3])
    line = line.encode(x=x, y=alt.Y("value:Q", title="{quantity}"), tooltip=[number("value")])
    return finish([area, line], zoom=["x"], height=280)


_BUILDERS: dict[str, Callable[[], Any]] = {
    "strip": _strip,
    "shape": _shape,
    "order": _order,
    "curve": _curve,
    "percentile": detail_templates.percentile,
    "histogram": detail_templates.histogram,
    "events": detail_templates.events,
    "series": detail_templates.series,
    "heat": _heat,
    "overview": _overview,
    "trend": _trend,
    "front": _front,
    "memory": _memory,
}
KINDS = tuple(_BUILDERS)


def _open_scales(node: Any) -> Any:
    """Turns the linear scale of a value axis into the text that a filling replaces.

    `zero` goes too, which a logarithmic scale does not have; a filling adds it to linear ones.
    """
    if isinstance(node, list):
        return [_open_scales(value) for value in node]
    if not isinstance(node, dict):
        return node
    opened = {key: _open_scales(value) for key, value in node.items()}
    for channel in ("x", "y"):
        if isinstance(opened.get(channel), dict):
            scale = opened[channel].get("scale") or {}
            if scale.get("type") == "linear":
                scale["type"] = f"@{channel}"
                scale.pop("zero", None)
    return opened


@cache
def template(kind: str) -> str:
    """The specification of one kind of chart as JSON text, still to be filled."""
    spec = _BUILDERS[kind]().to_dict()
    for key in ("$schema", "config"):
        spec.pop(key, None)
    return json.dumps(_open_scales(spec), separators=(",", ":"), ensure_ascii=False)
