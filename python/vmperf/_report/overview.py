"""The overview: one part per component, with the cases of its headline chart.

A component's chart holds its headline benchmarks alone, and of a long sweep a few points, so that
eleven components stay one page that is read from top to bottom. O(points).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .colours import N_COLOURS
from .model import Section
from .summary import Verdict

MOST_HEADLINES = 4
MOST_CASES = 24  # rows of one headline chart
MOST_ROWS = 4  # rows of one benchmark in the table; the benchmark's own section has all


@dataclass(frozen=True, slots=True)
class Lines:
    """One benchmark in the overview's table: some of its points, and how many are left out."""

    section: Section
    verdicts: list[Verdict]
    n_more: int


@dataclass(frozen=True, slots=True)
class Component:
    """One component's part of the overview."""

    name: str
    anchor: str
    sections: list[Section]
    headline: list[Section]
    cases: list[tuple[Section, int]]  #: points of the headline chart
    designs: list[str]  #: that have a figure in the chart
    lines: list[Lines]  #: of the headline benchmarks
    others: list[Lines]  #: of the other benchmarks
    n_fastest: int  #: points where an own design is fastest
    n_measured: int


def components(
    sections: Sequence[Section], verdicts: Sequence[Verdict], order: Sequence[str]
) -> list[Component]:
    """The components in the order of the results; `order` is that of all designs."""
    grouped: dict[str, list[Section]] = {}
    for section in sections:
        grouped.setdefault(section.entry["component"], []).append(section)
    of_section: dict[str, list[Verdict]] = {}
    for one in verdicts:
        of_section.setdefault(one.section.anchor, []).append(one)
    return [
        _component(f"c{number}", name, group, of_section, order)
        for number, (name, group) in enumerate(grouped.items())
    ]


def _component(
    anchor: str,
    name: str,
    group: list[Section],
    verdicts: dict[str, list[Verdict]],
    order: Sequence[str],
) -> Component:
    headline = headlines(group)
    share = max(1, MOST_CASES // len(headline))
    cases = [(section, i) for section in headline for i in spread(section, share)]
    present = {row.design for section, i in cases for row in section.points[i].accepted}
    measured = [one.fastest for s in group for one in verdicts[s.anchor] if one.fastest]
    return Component(
        name,
        anchor,
        group,
        headline,
        cases,
        [design for design in order if design in present],
        [_lines(section, verdicts[section.anchor]) for section in headline],
        [_lines(s, verdicts[s.anchor]) for s in group if s not in headline],
        sum(row.role == "own" for row in measured),
        len(measured),
    )


def headlines(group: Sequence[Section]) -> list[Section]:
    """The benchmarks of a component's chart: tagged headline, else reference, else the first ones.

    No more than have colours of their own for all their designs, but always one.
    """
    measured = [section for section in group if section.measured] or list(group)
    tagged = (
        [section for section in measured if tag in section.entry["tags"]]
        for tag in ("headline", "reference")
    )
    wanted = next((found for found in tagged if found), measured)
    kept: list[Section] = []
    designs: set[str] = set()
    for section in wanted[:MOST_HEADLINES]:
        if not kept or len(designs | section.measured) <= N_COLOURS:
            kept.append(section)
            designs |= section.measured
    return kept


def spread(section: Section, most: int) -> list[int]:
    """At most so many points of a benchmark, even over their order; the first and the last too."""
    n = len(section.points)
    if n <= most:
        return list(range(n))
    if most == 1:
        return [section.start]
    return sorted({round(i * (n - 1) / (most - 1)) for i in range(most)})


def _lines(section: Section, verdicts: list[Verdict]) -> Lines:
    n = len(verdicts)
    shown = [verdicts[i] for i in spread(section, n if n == MOST_ROWS + 1 else MOST_ROWS)]
    return Lines(section, shown, n - len(shown))
