"""Templates of what one point delivers beside its time: distributions and series."""

from __future__ import annotations

import json
from typing import Any

from .layers import colour, finish, number, over

__all__ = ["events", "histogram", "percentile", "series"]

_NINES = [0, 0.30103, 1, 2, 3, 4, 5, 6, 7, 8, 9]  # of axis labels: 0 %, 50 %, 90 %, 99 %


def percentile() -> Any:
    """Values of a distribution over its percentiles, whose tail takes as much room as its middle.

    x counts nines: 1 is 90 %, 2 is 99 %. The diamond is the greatest value.
    """
    import altair as alt

    names = json.dumps([f"{100 - 10 ** (2 - n):.12g} %" for n in _NINES[2:]]).replace('"', "'")
    text = f"datum.value < 0.2 ? '0 %' : datum.value < 0.5 ? '50 %' : {names}[datum.value - 1]"
    x = alt.X("nines:Q", title="percentile", scale=alt.Scale(nice=False, padding=8),
              axis=alt.Axis(values=_NINES, labelExpr=text, labelOverlap=True))  # fmt: skip
    scale = alt.Scale(type="linear", zero=False, nice=False, padding=12)
    y = alt.Y("value:Q", title="{quantity}", scale=scale)
    tip = [
        "design:N",
        alt.Tooltip("at:N", title="percentile"),
        number("value", title="{quantity}"),
    ]
    curve = over("percentiles").encode(x=x, y=y, color=colour(), tooltip=tip)
    line = curve.mark_line(strokeWidth=2)
    dots = curve.mark_circle(size=60, opacity=0)  # something to point at
    greatest = over("greatest").mark_point(shape="diamond", size=70)
    greatest = greatest.encode(x=x, y=y, color=colour(), tooltip=tip)
    return finish([line, dots, greatest], zoom=["x", "y"], height=280)


def histogram() -> Any:
    """Share of the records of each design in bins that are even on a logarithmic scale."""
    import altair as alt

    x = alt.X("at:Q", title="{quantity}", scale=alt.Scale(type="log", nice=False, padding=8))
    scale = alt.Scale(type="linear", nice=False, zero=False, padding=8)
    y = alt.Y("share:Q", title="share of the records, %", scale=scale)
    tip = ["design:N", number("at", title="from"), number("to"), number("share", title="%")]
    bins = over("bins").encode(x=x, y=y, color=colour(), tooltip=tip)
    area = bins.mark_area(interpolate="step-after", opacity=0.15)
    line = bins.mark_line(interpolate="step-after", strokeWidth=1.5)
    dots = bins.mark_circle(size=60, opacity=0)  # something to point at
    return finish([area, line, dots], zoom=["x"], height=240)


def events() -> Any:
    """What took how long when: a point for each, over even time."""
    import altair as alt

    x = alt.X("x:Q", title="{axis}", scale=alt.Scale(nice=False, padding=10))
    y = alt.Y("y:Q", title="{quantity}", scale=alt.Scale(type="linear", zero=False, padding=10))
    tip = ["design:N", number("x", title="{axis}"), number("y", title="{quantity}"),
           "placement:Q", "process:Q"]  # fmt: skip
    dots = over("series").mark_circle(size=22, opacity=0.55)
    dots = dots.encode(x=x, y=y, color=colour(), tooltip=tip)
    return finish([dots], zoom=["x", "y"], height=240)


def series() -> Any:
    """Values over what they were recorded against, a line for each placement."""
    import altair as alt

    scale = alt.Scale(type="linear", zero=False, nice=False, padding=10)
    x = alt.X("x:Q", title="{axis}", scale=scale)
    y = alt.Y("y:Q", title="{quantity}", scale=scale)
    tip = ["design:N", number("x", title="{axis}"), number("y", title="{quantity}"),
           "placement:Q", "process:Q"]  # fmt: skip
    data = over("series").encode(x=x, y=y, color=colour(), tooltip=tip)
    line = data.mark_line(strokeWidth=1.5, opacity=0.8)
    line = line.encode(detail=["process:N", "placement:N"], order="index:Q")
    dots = data.mark_circle(size=40, opacity=0)
    return finish([line, dots], zoom=["x", "y"], height=280)
