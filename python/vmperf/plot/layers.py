"""What the charts' templates have in common: layers over named data, colours, numbers, zoom."""

from __future__ import annotations

from typing import Any

__all__ = ["ZOOM", "colour", "finish", "number", "over", "picked"]

ZOOM = "wheel![event.ctrlKey || event.metaKey]"


def picked() -> Any:
    """The designs that were clicked in the legend."""
    import altair as alt

    return alt.selection_point(name="picked", fields=["design"], bind="legend")


def over(name: str) -> Any:
    """A chart over named data, without the designs that the legend or `hidden` leaves out."""
    import altair as alt

    chart = alt.Chart(alt.NamedData(name))
    return chart.transform_filter("indexof(hidden, datum.design) < 0").transform_filter(picked())


def finish(layers: list[Any], *, zoom: list[Any], height: Any, main: int = 0) -> Any:
    """One chart of layers; the main one, which has all zoomed channels, holds the zoom."""
    import altair as alt

    hidden = alt.param(name="hidden", value=[])
    if zoom:
        view = alt.selection_interval(name="view", bind="scales", encodings=zoom, zoom=ZOOM)
        layers[main] = layers[main].add_params(view)
    chart = alt.layer(*layers).add_params(picked(), hidden)
    return chart.properties(width="container", height=height)


def colour() -> Any:
    """A colour for each design."""
    import altair as alt

    scale = alt.Scale(domain=["@designs"], range=["@colours"])
    return alt.Color("design:N", title=None, scale=scale)


def number(name: str, *, title: str | None = None, style: str = ".4~r") -> Any:
    """A number of a tooltip."""
    import altair as alt

    return alt.Tooltip(f"{name}:Q", format=style, title=title or name)
