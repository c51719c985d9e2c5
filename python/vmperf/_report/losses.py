"""Where own designs are behind rivals: our best one first, the others apart. O(rows x rivals)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .model import Point, Row, Section
from .words import Ratio


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
        """Whether some rival is ahead by more than the noise, or has no ratio to tell by."""
        return any(ratio is None or ratio.verdict == "slower" for _, ratio in self.rivals)

    @property
    def matters(self) -> bool:
        """Whether even our best design is clearly behind here."""
        return self.fastest_own and self.clear


def losses(found: Iterable[Section]) -> list[Loss]:
    """Every own design that is slower than a peer or than naive; those that matter, then the worst.

    A rival whose ratio to the design was not computed counts by the medians.
    """
    lost = []
    for section in found:
        for point in section.points:
            best = point.best("own")
            ranked = point.ranked
            for row in ranked:
                ahead = [r for r in ranked if r.role != "own" and _slower(row, r)]
                if row.role == "own" and ahead:
                    rivals = [(r, row.ratios.get(r.design)) for r in ahead]
                    lost.append(Loss(section, point, row, rivals, row is best))
    return sorted(lost, key=lambda one: (not one.matters, -_worst(one)))


def _slower(row: Row, rival: Row) -> bool:
    ratio = row.ratios.get(rival.design)
    if ratio:
        return ratio.ratio > 1
    return (row.median or 0) > (rival.median or 0)


def _worst(loss: Loss) -> float:
    return max((ratio.ratio for _, ratio in loss.rivals if ratio), default=1.0)
