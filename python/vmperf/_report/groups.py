"""Results put in the order of the page: benchmarks, points of their axes, designs.

All figures come from `Results.rows()`; ratios are `_core.stats.paired_ratio` over the samples that
two designs took in the same rounds, once for each pair of which one is a reference, the other
direction being its reciprocal. At most MOST_REFERENCES a row, of O(resamples x samples) each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

from .._charts import Series, point_of, series, unit_of
from .._errors import invalid, near
from .._estimates import paired
from .words import Ratio, params_text

if TYPE_CHECKING:
    from .._results import CaseRecord, Results

MOST_REFERENCES = 6  # of one point; more would cost ratios with the square of its designs
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
    series: list[Series]
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


def role_of(design: str, entry: Mapping[str, Any]) -> str:
    """Own, peer, limit or naive, as the catalog entry of the benchmark declares the design."""
    if design == "naive":
        return "naive"
    declared: Mapping[str, Any] = next(
        (one for one in entry["designs"] if one["name"] == design), {}
    )
    return next((role for role in ("peer", "limit") if declared.get(role)), "own")


def _paired(a: list[CaseRecord], b: list[CaseRecord]) -> Ratio | None:
    """Ratio over the rounds that both designs have, process by process."""
    mine, other = ({c.process: c.ns_total / c.iterations for c in cases} for cases in (a, b))
    found = paired(mine, other, {c.process: c.placement for c in a})
    return Ratio(found["ratio"], found["low"], found["high"]) if found else None


def references(rows: list[Row], reference: str) -> list[str]:
    """The designs that all others of a point are compared with: so many at most.

    The first reference, our best, the best peer and naive, then others as declared.
    """
    accepted = sorted((row for row in rows if row.accepted), key=lambda row: row.median or 0)
    best = [next((r.design for r in accepted if r.role == role), "") for role in
            ("own", "peer", "naive")]  # fmt: skip
    others = [row.design for row in rows if row.accepted]
    known = dict.fromkeys(name for name in [reference, *best, *others] if name)
    return [*known][:MOST_REFERENCES]


def _compare(rows: list[Row], cases: Mapping[str, list[CaseRecord]], against: list[str]) -> None:
    """Fills in the ratios of every accepted row to the references, and theirs to it."""
    named = {row.design: row for row in rows if row.accepted}
    for i, reference in enumerate(against):
        a = named[reference]
        for b in named.values():
            if b.design not in against[: i + 1]:
                ratio = _paired(cases[a.design], cases[b.design])
                if ratio:
                    a.ratios[b.design], b.ratios[a.design] = ratio, ratio.reverse


def _row(row: dict[str, Any], entry: Mapping[str, Any], cases: list[CaseRecord]) -> Row:
    design = row["params"]["design"]
    declared = next((d for d in entry["designs"] if d["name"] == design), {"summary": ""})
    n_flagged = sum(int((case.flags != 0).sum()) for case in cases)
    return Row(design, role_of(design, entry), declared["summary"], row, n_flagged)


def _rank(row: Row, reference: str) -> tuple[bool, float, float]:
    """Sort by the paired ratio to the reference, not by medians that drift can turn round."""
    if row.median is None:
        return True, 0.0, 0.0
    ratio = row.ratios.get(reference)
    return False, ratio.ratio if ratio else 1.0, row.median


def _point(
    rows: list[dict[str, Any]],
    cases: list[CaseRecord],
    entry: Mapping[str, Any],
    wanted: str | None,
) -> Point:
    by_design: dict[str, list[CaseRecord]] = {}
    for case in cases:
        by_design.setdefault(case.params["design"], []).append(case)
    found = [_row(row, entry, by_design[row["params"]["design"]]) for row in rows]
    accepted = [row.design for row in found if row.accepted]
    own = [row.design for row in found if row.accepted and row.role == "own"]
    reference = next(iter([d for d in accepted if d == wanted] + own + accepted), "")
    against = references(found, reference)
    _compare(found, by_design, against)
    found.sort(key=lambda row: _rank(row, reference))
    return Point(point_of(rows[0]["params"]), found, series(rows, cases), reference, against)


def sections(results: Results, reference: str | None = None) -> list[Section]:
    """Everything that was measured, in the order of the results.

    Raises InvalidArgumentError where there are none, or none has the wanted reference design.
    """
    rows = results.rows()
    if not rows:
        raise invalid("results", "empty", "at least one finished case")
    known = dict.fromkeys(row["params"]["design"] for row in rows)
    if reference is not None and reference not in known:
        raise invalid("reference", repr(reference), near(reference, known))
    grouped: dict[str, dict[Any, list[dict[str, Any]]]] = {}
    for row in rows:
        grouped.setdefault(row["id"], {}).setdefault(point_of(row["params"]), []).append(row)
    cases: dict[Any, list[CaseRecord]] = {}
    for case in results.cases:
        cases.setdefault((case.id, point_of(case.params)), []).append(case)
    found = [
        Section(
            id,
            f"b{number}",
            results.benchmarks[id],
            [
                _point(group, cases[id, key], results.benchmarks[id], reference)
                for key, group in points.items()
            ],
        )
        for number, (id, points) in enumerate(grouped.items())
    ]
    for section in found:
        for point in section.points:
            point.label = params_text((n, v) for n, v in point.params if n in section.varying)
    return found


def designs_of(found: Iterable[Section]) -> list[str]:
    """All designs of the page in the order of their declaration, which decides their colours."""
    present = {row.design: None for section in found for row in section.rows}
    declared = [d["name"] for section in found for d in section.entry["designs"]]
    return [name for name in dict.fromkeys([*declared, *present]) if name in present]
