"""A series of a history: its values and where their level changed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .. import _core
from .._errors import invalid

__all__ = ["ON", "Series", "make_series"]

ON = ("ratio", "minimum")


@dataclass(frozen=True, slots=True)
class Series:
    """One benchmark at one point of its axes on one machine, in order of time.

    Attributes
    ----------
    segment : int
        `Segment.number`.
    id, params
        The benchmark and its point.
    on : {"ratio", "minimum"}
        What `values` are: B over the reference, or B's least time in ns per op.
    points : tuple of dict
        Rows of the history.
    values : tuple of float
        One per point.
    changes : tuple of dict
        ``index, revision, date, p, ratio``: the point that begins another level, and the ratio of
        the levels.
    """

    segment: int
    id: str
    params: dict[str, Any]
    on: str
    points: tuple[dict[str, Any], ...]
    values: tuple[float, ...]
    changes: tuple[dict[str, Any], ...]


def make_series(segment: int, points: list[dict[str, Any]], on: str | None) -> Series:
    """Return the series of some rows of one benchmark on one machine, in order of time.

    Raises
    ------
    InvalidArgumentError
        Ratios are wanted, and the rows have several reference builds.
    """
    references = {row["reference"] for row in points}
    first = points[0]
    if on == "ratio" and len(references) > 1:
        what = f"minimum: {first['id']} was compared with {len(references)} reference builds"
        raise invalid("on", "'ratio'", what)
    chosen = on or ("ratio" if len(references) == 1 else "minimum")
    pairs = [(row, _value(row, chosen)) for row in points]
    kept = [(row, value) for row, value in pairs if value > 0 and math.isfinite(value)]
    values = tuple(value for _, value in kept)
    rows = tuple(row for row, _ in kept)
    return Series(
        segment, first["id"], first["params"], chosen, rows, values, _changes(rows, values)
    )


def _value(row: dict[str, Any], on: str) -> float:
    if on == "ratio":
        return 1.0 + float(row["effect"])
    return float(row["min_b_ns"] if row["min_b_ns"] is not None else math.nan)


def _changes(
    rows: tuple[dict[str, Any], ...], values: tuple[float, ...]
) -> tuple[dict[str, Any], ...]:
    import numpy as np

    if not values:
        return ()
    return tuple(
        {
            "index": found["index"],
            "revision": rows[found["index"]]["revision"],
            "date": rows[found["index"]]["date"],
            "p": found["p"],
            "ratio": found["ratio"],
        }
        for found in _core.stats.change_points(np.asarray(values, dtype=np.float64))
    )
