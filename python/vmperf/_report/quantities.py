"""What cases deliver beside their time, for the page: figures, curves, bins, series, tables.

Figures and their intervals are those of `Results.rows()`, percentiles those of the histograms. All
is thinned to budgets over the whole page; the journal keeps the rest, and the page says so. Each
detail is read once. O(rows + points of the series).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from .._catalog.quantities import BUILT_IN, Metric, quantities_of
from .._results.delivered import histograms, merged
from ..plot.bins import bins_of
from ..plot.charts import point_of
from ..plot.details import MOST_LINES, are_events, curve_of, thinned
from .model import Point, Section

if TYPE_CHECKING:
    from .._results.results import Results

# Headings of a selector, each with its options: what they stand for, their text.
Groups: TypeAlias = list[tuple[str, list[tuple[int | str, str]]]]
PAGE_PERCENTILES, LEAST_PERCENTILES, MOST_PERCENTILES = 60_000, 24, 200
PAGE_LINE_POINTS, LEAST_LINE_POINTS, MOST_LINE_POINTS = 40_000, 40, 500
MOST_TABLE_ROWS = 40


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one benchmark: some of its rows at one point."""

    name: str
    columns: list[tuple[str, str, bool]]  #: name, unit, whether it holds numbers
    rows: list[tuple[str, list[str]]]  #: the design, then the cells
    n_rows: int
    at: str


@dataclass(slots=True)
class Extras:
    """What one benchmark has beside its time; curves and lines by name, point and design."""

    metrics: list[Metric]
    curves: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    bins: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    lines: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    units: dict[str, tuple[str, str]] = field(default_factory=dict)  #: name -> of x and of y
    tables: list[Table] = field(default_factory=list)

    def events(self) -> list[str]:
        """The series that are times over time."""
        return [name for name in self.lines if are_events(self.units[name])]

    def groups(self) -> Groups:
        """The numbers of the metrics and their names, under a heading each, for a selector."""
        return _grouped([*enumerate(self.metrics)])


def choices(some: Sequence[Extras]) -> Groups:
    """The metrics that some of these benchmarks have, each by its name, for a selector."""
    known = {metric.name: metric for extras in some for metric in extras.metrics}
    return _grouped([*known.items()])


def _grouped(metrics: Sequence[tuple[int | str, Metric]]) -> Groups:
    headings: dict[str, list[tuple[int | str, str]]] = {}
    for value, metric in metrics:
        own = f"distribution {metric.distribution}" if metric.distribution else "metrics"
        own += " of a model" if metric.provenance == "modelled" else ""
        heading = "of every case" if metric.name in BUILT_IN else own
        headings.setdefault(heading, []).append((value, metric.name))
    last = headings.pop("of every case", [])
    return [*headings.items(), *([("of every case", last)] if last else [])]


def extras_of(results: Results, sections: Sequence[Section]) -> dict[str, Extras]:
    """Anchor of a benchmark -> what it delivered."""
    found = {section.anchor: Extras(_metrics(section)) for section in sections}
    shapes = {s.anchor: _shapes(results, s) for s in sections}
    n_shapes = sum(len(rows) for one in shapes.values() for at in one.values()
                   for rows in at.values())  # fmt: skip
    n = _share(PAGE_PERCENTILES, n_shapes, LEAST_PERCENTILES, MOST_PERCENTILES)
    lines = {s.anchor: _lines(results, s) for s in sections}
    n_lines = sum(len(runs) for one in lines.values() for at in one.values()
                  for rows in at.values() for runs in rows.values())  # fmt: skip
    most = _share(PAGE_LINE_POINTS, n_lines, LEAST_LINE_POINTS, MOST_LINE_POINTS)
    for section in sections:
        extras = found[section.anchor]
        extras.curves = _each(shapes[section.anchor], lambda shape: percentiles(shape, n))
        extras.bins = _each(shapes[section.anchor], steps)
        extras.lines = _each(lines[section.anchor], lambda runs: [_short(r, most) for r in runs])
        quantities = quantities_of(section.entry)
        extras.units = {d.name: ("", d.unit) for d in quantities.distributions}
        extras.units |= {s.name: (s.x_unit, s.y_unit) for s in quantities.series}
        extras.tables = [*_tables(results, section)]
    return found


def _share(page: int, n: int, least: int, most: int) -> int:
    return max(least, min(most, page // max(n, 1)))


def _each(found: Mapping[str, Any], made: Any) -> dict[str, dict[int, dict[str, Any]]]:
    return {
        name: {i: {d: made(one) for d, one in rows.items()} for i, rows in at.items()}
        for name, at in found.items()
    }


def _metrics(section: Section) -> list[Metric]:
    """The metrics that have a value in some row: the benchmark's own, then those of every case."""
    known = quantities_of(section.entry)
    rows = [row.figures.get("metrics", {}) for row in section.rows]
    return [
        known.metric(name)
        for name in known.in_order()
        if any(row.get(name, {}).get("value") is not None for row in rows)
    ]


def figures(point: Point, metrics: Sequence[Metric]) -> dict[str, list[Any]]:
    """Design -> for each metric None, its value, or value, low and high."""
    found = {}
    for row in point.accepted:
        known = row.figures.get("metrics", {})
        found[row.design] = [_figure(known.get(metric.name)) for metric in metrics]
    return found


def _figure(found: Mapping[str, Any] | None) -> Any:
    if found is None or found["value"] is None or not math.isfinite(found["value"]):
        return None
    ends = [found["low"], found["high"]]
    if None in ends or not all(map(math.isfinite, ends)):
        return rounded(found["value"])
    return [rounded(v) for v in (found["value"], *ends)]


def rounded(value: float) -> float:
    """A number with six digits."""
    return float(f"{value:.6g}")


# ---- distributions -------------------------------------------------------------------------


def _shapes(results: Results, section: Section) -> dict[str, dict[int, dict[str, Any]]]:
    """Name -> point -> design -> histogram over all placements and processes; accepted rows."""
    names = [one.name for one in quantities_of(section.entry).distributions]
    places = {point.params: i for i, point in enumerate(section.points)}
    accepted = {(i, row.design) for i, p in enumerate(section.points) for row in p.accepted}
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for name in names:
        known = histograms(results.path, section.id, name)
        parts: dict[tuple[int, str], list[Any]] = {}
        for case in results.cases:
            at = places.get(point_of(case.params)) if case.id == section.id else None
            if at is not None and (at, case.design) in accepted:
                parts.setdefault((at, case.design), []).extend(known.get(case.key, ()))
        for (at, design), some in parts.items():
            if some and (whole := merged(some)).count:
                found.setdefault(name, {}).setdefault(at, {})[design] = whole
    return found


def percentiles(shape: Any, n: int) -> list[Any]:
    """A percentile curve as `curve_of` gives it, its numbers short."""
    last, whole, greatest, values = curve_of(shape, n)
    return [rounded(last), rounded(whole), greatest, [rounded(v) for v in values]]


def steps(shape: Any) -> list[Any]:
    """The bins of a histogram as `bins_of` gives them, their numbers short."""
    first, shares = bins_of(shape)
    return [first, [float(f"{share:.3g}") for share in shares]]


# ---- series --------------------------------------------------------------------------------


def _lines(results: Results, section: Section) -> dict[str, dict[int, dict[str, Any]]]:
    """Name -> point -> design -> series of some placements; accepted rows."""
    places = {point.params: i for i, point in enumerate(section.points)}
    accepted = {(i, row.design) for i, p in enumerate(section.points) for row in p.accepted}
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for name in [one.name for one in quantities_of(section.entry).series]:
        for one in results.series(name, section.id):
            at, design = places.get(point_of(one["params"])), one["params"]["design"]
            if at is None or (at, design) not in accepted or not len(one["x"]):
                continue
            runs = found.setdefault(name, {}).setdefault(at, {}).setdefault(design, [])
            if len(runs) < MOST_LINES:
                runs.append(one)
    return found


def _short(one: Mapping[str, Any], most: int) -> list[Any]:
    """Process, placement, x and y of the points that are drawn."""
    import numpy as np

    finite = np.isfinite(one["x"]) & np.isfinite(one["y"])
    x, y = one["x"][finite], one["y"][finite]
    at = thinned(y, most)
    ends = [[rounded(v) for v in values[at]] for values in (x, y)]
    return [one["process"], one["placement"], *ends]


# ---- tables --------------------------------------------------------------------------------


def _tables(results: Results, section: Section) -> Iterator[Table]:
    """The tables of the point that is shown first, as many rows of each accepted design."""
    point = section.points[section.start]
    accepted = {row.design for row in point.accepted}
    for declared in quantities_of(section.entry).tables:
        rows = results.table(declared.name, section.id)
        names = ["process", "placement", *(column.name for column in declared.columns)]
        at = {n: v for n, v in point.params if n not in names}
        by_design: dict[str, list[Any]] = {design: [] for design in section.designs}
        for row in rows:
            if str(row["design"]) in accepted and at.items() <= row.items():
                by_design[str(row["design"])].append(row)
        found = [own for own in by_design.values() if own]
        share = max(1, MOST_TABLE_ROWS // max(len(found), 1))
        shown = [row for own in found for row in own[:share]][:MOST_TABLE_ROWS]
        units = ["", "", *("" if c.unit == "1" else c.unit for c in declared.columns)]
        numeric = [all(isinstance(row[n], int | float | None) for row in shown) for n in names]
        cells = [(str(row["design"]), [text(row[n]) for n in names]) for row in shown]
        if shown:
            columns = [*zip(names, units, numeric, strict=True)]
            yield Table(declared.name, columns, cells, len(rows), point.label)


def text(value: Any) -> str:
    """A cell of a table."""
    if value is None:
        return "–"
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.4g}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,.0f}"
    return str(value)
