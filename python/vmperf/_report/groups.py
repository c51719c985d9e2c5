"""Results put in the order of the page: benchmarks, points of their axes, designs.

All figures come from `Results.rows()`; ratios are `_core.stats.paired_ratio` over the samples that
two designs took in the same rounds, once for each pair of which one is a reference, the other
direction being its reciprocal. At most MOST_REFERENCES a row, of O(resamples x samples) each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .._errors import invalid, near
from .._results.estimates import paired
from ..plot.charts import point_of, series
from .model import Point, Row, Section
from .words import Ratio, params_text

if TYPE_CHECKING:
    from .._results.results import CaseRecord, Results

MOST_REFERENCES = 6  # of one point; more would cost ratios with the square of its designs


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
    return Row(design, role_of(design, entry), declared["summary"], row, n_flagged, _notes(cases))


def _notes(cases: list[CaseRecord]) -> list[str]:
    """What the evidence says of the figures' limits, and of what the design did to others."""
    found: dict[str, None] = {}
    for case in cases:
        found |= dict.fromkeys(map(str, case.evidence.get("notes", ())))
        changed = case.evidence.get("disturbs", ())
        found |= dict.fromkeys(f"disturbs its neighbours: {one}" for one in changed)
    return [*found]


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
