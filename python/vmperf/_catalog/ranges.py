"""Ranges of a sweep file: a table of ends and a spacing becomes a list of numbers.

``{from, to, step}`` counts up, ``{from, to, factor}`` multiplies, ``{from, to, points}`` divides
evenly, with ``scale = "log"`` by equal factors. Each value is computed from the start alone, so
that nothing adds up. O(values).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .._errors import invalid, near

__all__ = ["MOST_VALUES", "RANGE_KEYS", "expand"]

RANGE_KEYS = ("from", "to", "step", "factor", "points", "scale")
MOST_VALUES = 1000  # of one axis
_SPACINGS = ("step", "factor", "points")
_SCALES = ("linear", "log")
_SLACK = 1e-9  # of a step: what rounding may add to the last value


def expand(table: Mapping[str, Any]) -> list[int | float]:
    """Return the values of a range, ascending, without duplicates.

    Parameters
    ----------
    table : mapping
        ``from`` and ``to``, both included where the spacing hits them, and one of ``step``,
        ``factor`` and ``points``; with points also ``scale``, linear or log.

    Returns
    -------
    list of int or float
        Whole numbers where both ends are, but for what a step with a fraction hits.

    Raises
    ------
    InvalidArgumentError
        An unknown or missing key; ends or a spacing that make no range, or one of more than
        `MOST_VALUES` values. The error's argument is the key.
    """
    for key in table:
        if key not in RANGE_KEYS:
            raise invalid(key, repr(table[key]), f"a key of a range: {near(key, RANGE_KEYS)}")
    for key in ("from", "to"):
        _number(table, key)
    start, end = table["from"], table["to"]
    if start > end:
        raise invalid("to", end, f">= from, which is {start}")
    given = [key for key in _SPACINGS if key in table]
    if len(given) != 1:
        raise invalid("range", " and ".join(given) or "without spacing", f"one of {_SPACINGS}")
    if "scale" in table and given != ["points"]:
        raise invalid("scale", repr(table["scale"]), f"none with {given[0]}")
    values = {"step": _steps, "factor": _factors, "points": _points}[given[0]](table, start, end)
    if isinstance(start, int) and isinstance(end, int):
        exact = given == ["step"]  # a step that is not whole is a mistake to be seen, not rounded
        values = [v if exact and v != round(v) else round(v) for v in values]
    return [*dict.fromkeys(values)]


def _number(table: Mapping[str, Any], key: str) -> int | float:
    if key not in table:
        raise invalid(key, "missing", "a range has from, to and one of step, factor, points")
    value: int | float = table[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise invalid(key, repr(value), "a finite number")
    return value


def _counted(key: str, value: int | float, n: float) -> int:
    if not n < MOST_VALUES:
        raise invalid(key, value, f"what gives at most {MOST_VALUES} values")
    return math.floor(n) + 1


def _steps(table: Mapping[str, Any], start: float, end: float) -> list[float]:
    step = _number(table, "step")
    if step <= 0:
        raise invalid("step", step, "> 0")
    n = _counted("step", step, (end - start) / step + _SLACK)
    return [min(start + i * step, end) for i in range(n)]


def _factors(table: Mapping[str, Any], start: float, end: float) -> list[float]:
    factor = _number(table, "factor")
    if factor <= 1:
        raise invalid("factor", factor, "> 1")
    _positive(start, "factor")
    n = _counted("factor", factor, (math.log(end) - math.log(start)) / math.log(factor) + _SLACK)
    return [min(start * factor**i, end) for i in range(n)]


def _points(table: Mapping[str, Any], start: float, end: float) -> list[float]:
    n, scale = table["points"], table.get("scale", "linear")
    if isinstance(n, bool) or not isinstance(n, int) or not 2 <= n <= MOST_VALUES:
        raise invalid("points", repr(n), f"a whole number from 2 to {MOST_VALUES}")
    if scale not in _SCALES:
        raise invalid("scale", repr(scale), near(str(scale), _SCALES))
    inner = range(1, n - 1)
    if scale == "linear":
        return [start, *(start + (end - start) * (i / (n - 1)) for i in inner), end]
    _positive(start, "scale log")
    between = [start * math.exp(math.log(end / start) * (i / (n - 1))) for i in inner]
    return [start, *between, end]


def _positive(start: float, what: str) -> None:
    if start <= 0:
        raise invalid("from", start, f"> 0 with {what}")
