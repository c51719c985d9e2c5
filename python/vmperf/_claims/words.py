"""Claims in words: what one states, and its figure with the unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._catalog.quantities import with_unit
from .claim import BEST, PROOF

__all__ = ["figure", "fixed", "says", "target"]

_UNITS = {
    **{"ratio": "x", "cycles": " cycles", "ns": " ns", "percent": " %", PROOF: " ops"},
    **{"alarms": " %", "found": " %", "off": " points", "counted": " %", "miscounted": " %"},
}
_COMPARED = {
    "alarms": "at most {} % of comparisons say slower",
    "found": "at least {} % of comparisons say slower",
    "off": "the mean effect at most {} points off",
    "counted": "at least {} % of comparisons see it in instructions",
    "miscounted": "at most {} % of comparisons see a difference in instructions",
}


def fixed(row: Mapping[str, Any]) -> str:
    """Return the axes with one value: ``capacity=10 touch=all``."""
    return " ".join(f"{a}={v}" for a, v in row["params"].items() if not isinstance(v, list))


def _varied(row: Mapping[str, Any]) -> str:
    """Return the axes with several values: ``capacity 10, 50``."""
    lists = {a: v for a, v in row["params"].items() if isinstance(v, list)}
    return " and ".join(f"{axis} {', '.join(map(str, v))}" for axis, v in lists.items())


_OVER = {"": "{}", "geomean": "{} in the geometric mean over {}", "worst": "{} at each of {}"}


def says(row: Mapping[str, Any]) -> str:
    """Return a claim as a sentence."""
    target, design, versus = f"{row['target']:g}", row["design"], row["versus"]
    versus = "the best peer" if versus == BEST else versus
    if row["kind"] in _COMPARED:
        return f"{row['id'].partition('/')[2]}: {_COMPARED[row['kind']].format(target)}"
    if row["kind"] == PROOF:
        return f"{design} passes its proof over at least {row['target']:,.0f} ops"
    if row.get("metric"):
        return _says_of_metric(row, target)
    if versus is None and row["kind"] != "percent":
        return f"{design} at most {target}{_UNITS[row['kind']]} per op"
    if versus is None:
        return f"{design} varies by at most {target} % over {_varied(row)}"
    if row["kind"] == "percent":
        text = f"{design} at most {target} % slower than {versus}"
    elif row["bound"] == "at_least":
        text = f"{design} at least {target}x as fast as {versus}"
    else:
        text = f"{design} takes at most {target}x the time of {versus}"
    if row.get("on"):
        text += f" on {', '.join(row['on'])}"
    return _OVER[row.get("over", "")].format(text, _varied(row))


def _says_of_metric(row: Mapping[str, Any], target: str) -> str:
    bound = row["bound"].replace("_", " ")
    mine, other = (f"{row['metric']} of {row[key]}" for key in ("design", "versus"))
    if row["versus"] is None:
        return f"{mine} {bound} {with_unit(target, row['unit'])}"
    if row["better"] != "neither" and (row["better"] == "lower") == (row["bound"] == "at_least"):
        return f"{other} {bound} {target}x that of {row['design']}"
    return f"{mine} {bound} {target}x that of {row['versus']}"


def figure(row: Mapping[str, Any], name: str) -> str:
    """Return ``ratio``, ``low`` or ``high`` of a row with its unit; a dash where there is none."""
    value = row[name]
    if value is None:
        return "-"
    if row["kind"] == PROOF:
        return f"{value:,.0f}{_UNITS[PROOF]}"
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return _with_unit(
        row, f"{value:,.{digits}f}" if row["kind"] == "value" else f"{value:.{digits}f}"
    )


def _with_unit(row: Mapping[str, Any], number: str) -> str:
    if row["kind"] == "value":
        return with_unit(number, row["unit"])
    return f"{number}{_UNITS[row['kind']]}"


def target(row: Mapping[str, Any]) -> str:
    """Return the target of a row with its side and unit: ``>= 12x``."""
    sign = "≥" if row["bound"] == "at_least" else "≤"
    return f"{sign} {_with_unit(row, format(row['target'], ',g'))}"
