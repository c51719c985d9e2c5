"""Results put in the order of the page: benchmarks, points of their axes, designs.

All figures come from `Results.rows()`; ratios are `_core.stats.paired_ratio` over the samples that
two designs took in the same rounds, every pair once, the other direction being its reciprocal.
O(points x designs^2) ratios of O(resamples x samples) each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

from .._charts import Series, point_of, series, unit_of
from .._errors import invalid, near
from .._estimates import paired
from .words import Ratio, params_text

if TYPE_CHECKING:
    from .._results import CaseRecord, Results


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


@dataclass(slots=True)
class Section:
    """One benchmark of the page."""

    id: str
    anchor: str
    entry: Mapping[str, Any]
    points: list[Point]

    @property
    def rows(self) -> list[Row]:
        """All rows of all points."""
        return [row for point in self.points for row in point.rows]

    @property
    def measured(self) -> set[str]:
        """The designs that have a figure somewhere."""
        return {row.design for row in self.rows if row.accepted}

    @property
    def values(self) -> dict[str, set[Any]]:
        """The measured values of each axis but the design."""
        found: dict[str, set[Any]] = {}
        for point in self.points:
            for name, value in point.params:
                found.setdefault(name, set()).add(value)
        return found

    @property
    def swept(self) -> list[str]:
        """Numeric axes measured at several values."""
        several = {name: v for name, v in self.values.items() if len(v) > 1}
        return [name for name, v in several.items() if all(_numeric(x) for x in v)]

    @property
    def crossed(self) -> list[tuple[str, str]]:
        """Pairs of numeric axes that were crossed, the one with more values first."""
        pairs = []
        longest = sorted(self.swept, key=lambda name: -len(self.values[name]))
        for a, b in combinations(longest, 2):
            cells = {(dict(point.params)[a], dict(point.params)[b]) for point in self.points}
            rows = {x: sum(cell[0] == x for cell in cells) for x, _ in cells}
            columns = {y: sum(cell[1] == y for cell in cells) for _, y in cells}
            if sorted(rows.values())[-2] > 1 and sorted(columns.values())[-2] > 1:
                pairs.append((a, b))
        return pairs

    @property
    def start(self) -> int:
        """The point whose charts are shown first: most designs, then most neighbours."""

        def neighbours(point: Point) -> int:
            return sum(len({*point.params} - {*other.params}) == 1 for other in self.points)

        best = max(self.points, key=lambda point: (len(point.series), neighbours(point)))
        return self.points.index(best)

    @property
    def held(self) -> str:
        """The parameters that were the same everywhere, as text."""
        return params_text((name, *v) for name, v in self.values.items() if len(v) == 1)


@dataclass(slots=True)
class Loss:
    """An own design that is slower than rivals at one point."""

    section: Section
    point: Point
    row: Row
    rivals: list[tuple[Row, Ratio | None]]
    fastest_own: bool

    @property
    def clear(self) -> bool:
        """Whether some rival is ahead by more than the noise, or can't be paired at all."""
        return any(ratio is None or ratio.verdict == "slower" for _, ratio in self.rivals)


def _numeric(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


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


def _compare(rows: list[Row], cases: list[CaseRecord]) -> None:
    """Fills in the ratios of every pair of accepted rows."""
    by_design: dict[str, list[CaseRecord]] = {}
    for case in cases:
        by_design.setdefault(case.params["design"], []).append(case)
    for a, b in combinations([row for row in rows if row.accepted], 2):
        ratio = _paired(by_design[a.design], by_design[b.design])
        if ratio:
            a.ratios[b.design], b.ratios[a.design] = ratio, ratio.reverse


def _row(row: dict[str, Any], entry: Mapping[str, Any], cases: list[CaseRecord]) -> Row:
    design = row["params"]["design"]
    summaries = {d["name"]: d["summary"] for d in entry["designs"]}
    mine = (case for case in cases if case.params["design"] == design)
    n_flagged = sum(int((case.flags != 0).sum()) for case in mine)
    return Row(design, role_of(design, entry), summaries.get(design, ""), row, n_flagged)


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
    found = [_row(row, entry, cases) for row in rows]
    accepted = [row.design for row in found if row.accepted]
    own = [row.design for row in found if row.accepted and row.role == "own"]
    reference = next(iter([d for d in accepted if d == wanted] + own + accepted), "")
    _compare(found, cases)
    found.sort(key=lambda row: _rank(row, reference))
    return Point(point_of(rows[0]["params"]), found, series(rows, cases), reference)


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
        several = [name for name, values in section.values.items() if len(values) > 1]
        for point in section.points:
            point.label = params_text((n, v) for n, v in point.params if n in several)
    return found


def designs_of(found: Iterable[Section]) -> list[str]:
    """All designs of the page in the order of their declaration, which decides their colours."""
    present = {row.design: None for section in found for row in section.rows}
    declared = [d["name"] for section in found for d in section.entry["designs"]]
    return [name for name in dict.fromkeys([*declared, *present]) if name in present]


def losses(found: Iterable[Section]) -> list[Loss]:
    """Every own design that is slower than a peer or than naive, the worst first."""
    lost = []
    for section in found:
        for point in section.points:
            best = point.best("own")
            for row in point.accepted:
                ahead = [r for r in point.ranked if r.role != "own" and _slower(row, r)]
                if row.role == "own" and ahead:
                    rivals = [(r, row.ratios.get(r.design)) for r in ahead]
                    lost.append(Loss(section, point, row, rivals, row is best))
    return sorted(lost, key=lambda one: (not (one.clear and one.fastest_own), -_worst(one)))


def _slower(row: Row, rival: Row) -> bool:
    ratio = row.ratios.get(rival.design)
    if ratio:
        return ratio.ratio > 1
    return (row.median or 0) > (rival.median or 0)


def _worst(loss: Loss) -> float:
    return max((ratio.ratio for _, ratio in loss.rivals if ratio), default=1.0)
