"""What the page shows, in its order: benchmarks, points of their axes, rows of designs.

A point is found by its neighbours in one pass over all points. O(points) each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

from ..plot.charts import SampleSeries, unit_of
from .words import Ratio, params_text

MOST_HEAT_ROWS = 240
MOST_OPEN = 6  # tables of one benchmark that are open from the start


@dataclass(slots=True)
class Row:
    """One design at one point, as `Results.rows()` gives it, with its ratios to the others."""

    design: str
    role: str  # own | peer | naive | limit
    summary: str
    figures: dict[str, Any]
    n_flagged: int
    notes: list[str] = field(default_factory=list)  # limits of its figures, in words
    ratios: dict[str, Ratio] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """Whether its figure may be compared."""
        return self.median is not None

    @property
    def median(self) -> float | None:
        """Median ns per op; None where the row was refused."""
        value = self.figures["ns_per_op"]["median"]
        return None if value is None else float(value)


@dataclass(slots=True)
class Point:
    """One point of a benchmark's axes: rows by ratio to the reference, refused ones last."""

    params: tuple[tuple[str, Any], ...]
    rows: list[Row]
    series: list[SampleSeries]
    reference: str
    against: list[str]  # the designs that the others have ratios to
    label: str = ""  # the parameters that set it apart from the benchmark's other points

    @property
    def accepted(self) -> list[Row]:
        """Rows whose figures may be compared, the fastest first."""
        return [row for row in self.rows if row.accepted]

    @property
    def ranked(self) -> list[Row]:
        """The accepted rows of implementations, the fastest first; a limit is none."""
        return [row for row in self.accepted if row.role != "limit"]

    @property
    def unit(self) -> tuple[float, str]:
        """Divisor and name of the unit that its times are shown in."""
        return unit_of([row.median for row in self.rows if row.median])

    def best(self, *roles: str) -> Row | None:
        """The fastest accepted row of some roles."""
        return next((row for row in self.accepted if row.role in roles), None)


@dataclass(eq=False)
class Section:
    """One benchmark of the page."""

    id: str
    anchor: str
    entry: Mapping[str, Any]
    points: list[Point]

    @cached_property
    def rows(self) -> list[Row]:
        """All rows of all points."""
        return [row for point in self.points for row in point.rows]

    @property
    def designs(self) -> list[str]:
        """All designs that have a row somewhere."""
        return [*dict.fromkeys(row.design for row in self.rows)]

    @property
    def shown(self) -> list[int]:
        """The points whose tables are open; those of `folded` are not."""
        first = max(0, min(self.start - 1, len(self.points) - MOST_OPEN))
        return [*range(len(self.points))][first : first + MOST_OPEN]

    @property
    def folded(self) -> list[int]:
        """The points whose tables are opened on request."""
        shown = {*self.shown}
        return [i for i in range(len(self.points)) if i not in shown]

    @cached_property
    def measured(self) -> set[str]:
        """The designs that have a figure somewhere."""
        return {row.design for row in self.rows if row.accepted}

    @cached_property
    def values(self) -> dict[str, set[Any]]:
        """The measured values of each axis but the design."""
        found: dict[str, set[Any]] = {}
        for point in self.points:
            for name, value in point.params:
                found.setdefault(name, set()).add(value)
        return found

    @cached_property
    def varying(self) -> list[str]:
        """Axes measured at several values."""
        return [name for name, values in self.values.items() if len(values) > 1]

    @cached_property
    def along(self) -> dict[str, list[str]]:
        """Numeric axes that vary -> the axes that go with them, as those of a zip do."""
        return {name: self._follow(name) for name in self.varying if self._is_numeric(name)}

    def _is_numeric(self, name: str) -> bool:
        return all(
            isinstance(v, int | float) and not isinstance(v, bool) for v in self.values[name]
        )

    def _follow(self, name: str) -> list[str]:
        """Axes with one value for each value of this one."""
        found = []
        for other in self.varying:
            pairs = {(dict(p.params)[name], dict(p.params)[other]) for p in self.points}
            if other != name and len(pairs) == len(self.values[name]):
                found.append(other)
        return found

    @cached_property
    def _neighbours(self) -> dict[str, list[int]]:
        """Axis -> for each point, how many differ from it in that axis and its followers alone."""
        found = {}
        for name, others in self.along.items():
            gone = {name, *others}
            keys = [tuple(v for n, v in p.params if n not in gone) for p in self.points]
            counts = Counter(keys)
            found[name] = [counts[key] - 1 for key in keys]
        return found

    @property
    def swept(self) -> list[str]:
        """Numeric axes with a curve through the point that is shown first."""
        return [name for name, counts in self._neighbours.items() if counts[self.start]]

    @property
    def crossed(self) -> list[tuple[str, str]]:
        """Pairs of swept axes that were crossed, the one with more values first.

        A grid that is mostly holes, or higher than a screen is, is none to draw.
        """
        pairs = []
        longest = sorted(self.swept, key=lambda name: -len(self.values[name]))
        for a, b in combinations(longest, 2):
            cells = {(dict(p.params)[a], dict(p.params)[b]) for p in self.points}
            rows, columns = Counter(x for x, _ in cells), Counter(y for _, y in cells)
            crossed = sorted(rows.values())[-2] > 1 and sorted(columns.values())[-2] > 1
            high = len(columns) * len(self.measured) > MOST_HEAT_ROWS
            if crossed and not high and 2 * len(cells) >= len(rows) * len(columns):
                pairs.append((a, b))
        return pairs

    @cached_property
    def start(self) -> int:
        """The point whose charts are shown first: most designs, then most neighbours."""
        near = [sum(counts) for counts in zip(*self._neighbours.values(), strict=True)]
        ranks = [(len(p.series), near[i] if near else 0) for i, p in enumerate(self.points)]
        return ranks.index(max(ranks))

    @property
    def held(self) -> str:
        """The parameters that were the same everywhere, as text."""
        return params_text((name, *v) for name, v in self.values.items() if len(v) == 1)
