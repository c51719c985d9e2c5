"""Figures as text: units, digits that suit a column, ratios with their interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

MINUS = "\u2212"


def decimals(values: Iterable[float | None], *, digits: int = 3) -> int:
    """Places after the point that show the smallest value with `digits` digits, 0 to 4."""
    least = min((abs(v) for v in values if v), default=1.0)
    return max(0, min(4, digits - 1 - math.floor(math.log10(least))))


def fixed(value: float | None, places: int) -> str:
    """A number with a fixed number of places; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:,.{places}f}".replace("-", MINUS)


def factor(value: float) -> str:
    """A factor of at least about 1 with three digits: 1.004, 2.31, 15.7, 120."""
    places = 3 if value < 1.1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{places}f}"


class Ratio(NamedTuple):
    """Time of one design over that of another in the same rounds, with its interval."""

    ratio: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """`faster`, `slower`, or `equal` where the interval holds 1."""
        return "faster" if self.high < 1 else "slower" if self.low > 1 else "equal"

    @property
    def text(self) -> str:
        """How many times, in the direction of the ratio itself."""
        return factor(self.ratio if self.ratio >= 1 else 1 / self.ratio) + "×"

    @property
    def interval(self) -> str:
        """The interval in the same direction as the text."""
        ends = (self.low, self.high) if self.ratio >= 1 else (1 / self.high, 1 / self.low)
        return f"{factor(ends[0])}–{factor(ends[1])}"

    @property
    def reverse(self) -> Ratio:
        """The same comparison seen from the other design."""
        return Ratio(1 / self.ratio, 1 / self.high, 1 / self.low)


def count(number: int, singular: str, plural: str = "") -> str:
    """`1 case`, `2 cases`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def params_text(params: Iterable[tuple[str, object]]) -> str:
    """`item_size_bytes=64, capacity=100`."""
    return ", ".join(f"{name}={value}" for name, value in params)


def flags_text(flags: dict[str, int]) -> str:
    """`2 switch, 1 fault`; empty where none is set."""
    return ", ".join(f"{number} {name}" for name, number in flags.items() if number)
