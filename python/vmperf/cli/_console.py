"""Consoles and tables: plain text of full width where the output is not a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from vmperf._results.results import Results

__all__ = ["console", "count", "duration", "point", "results_tables", "say", "scaled", "table"]

Units: TypeAlias = Sequence[tuple[str, float]]

_PLAIN_WIDTH = 240  # enough for every table: a file is not wrapped
_TIMES = (("ps", 1e-3), ("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9))
_RATES = (("/s", 1.0), ("K/s", 1e3), ("M/s", 1e6), ("G/s", 1e9))


def console(*, stderr: bool = False) -> Console:
    """Return a console; without colour and wide where it is no terminal."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _PLAIN_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False)


def say(out: Console, part: Table | str) -> None:
    """Print a table, or a line that is not wrapped."""
    out.print(part, soft_wrap=isinstance(part, str))


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a table; headers that start with ``>`` are right-aligned columns."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    made = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for header in headers:
        right = header.startswith(">")
        made.add_column(header.removeprefix(">"), justify="right" if right else "left")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made


def duration(ns: float | None) -> str:
    """Return a time with a unit from ps to s and three digits or more."""
    return scaled(ns, _TIMES)


def interval(low: float | None, high: float | None) -> str:
    """Return two times with one unit."""
    if low is None or high is None:
        return "-"
    unit, size = _unit(high, _TIMES)
    return f"{_number(low / size)} to {_number(high / size)} {unit}"


def rate(per_s: float | None) -> str:
    """Return a rate with a unit from /s to G/s."""
    return scaled(per_s, _RATES)


def count(value: float | None) -> str:
    """Return a count of cycles or instructions; a dash where there is none."""
    if value is None:
        return "-"
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def scaled(value: float | None, units: Units) -> str:
    """Return a number in the greatest of some units that is not greater than it."""
    if value is None:
        return "-"
    unit, size = _unit(value, units)
    return f"{_number(value / size)} {unit}"


def _unit(value: float, units: Units) -> tuple[str, float]:
    return max((u for u in units if abs(value) >= u[1]), key=lambda u: u[1], default=units[0])


def _number(value: float) -> str:
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}"


def point(params: dict[str, Any]) -> str:
    """Return axes and values as text, without the design."""
    return " ".join(f"{axis}={value}" for axis, value in params.items() if axis != "design")


def results_tables(results: Results) -> Iterable[Table | str]:
    """Yield title and table of each benchmark, then what was refused and why."""
    rows = results.rows()
    for id in dict.fromkeys(row["id"] for row in rows):
        mine = [row for row in rows if row["id"] == id]
        entry = results.benchmarks[id]
        values: dict[str, dict[Any, None]] = {}
        for row in mine:
            for axis, value in row["params"].items():
                values.setdefault(axis, {})[value] = None
        varying = [axis for axis in values if axis != "design" and len(values[axis]) > 1]
        fixed = {axis: next(iter(found)) for axis, found in values.items() if len(found) == 1}
        yield f"{id}: {entry['summary']}"
        yield f"  one op: {'; '.join(filter(None, [entry['op'], point(fixed)]))}"
        yield table([*(f">{axis}" for axis in varying), *_HEADERS], _lines(mine, varying))
        yield from _remarks(mine, varying)
        if any(row["oversubscribed"] for row in mine):
            yield "  oversubscribed: more threads than the machine had CPUs; they take turns"
    if rows:
        yield "disturbed: samples with a context switch / page fault / stolen time; none is dropped"


_HEADERS = (
    "design",
    ">per op",
    ">95 % interval",
    ">min",
    ">cycles/op",
    ">instr/op",
    ">empty loop",
    ">ops",
    ">samples",
    ">disturbed",
    "status",
)


def _lines(rows: Iterable[dict[str, Any]], axes: Sequence[str]) -> Iterable[list[str]]:
    for row in rows:
        ns = row["ns_per_op"]
        flags = row["flags"]
        yield [
            *(str(row["params"][axis]) for axis in axes),
            row["params"]["design"],
            duration(ns["median"]),
            interval(ns["low"], ns["high"]),
            duration(ns["min"]),
            count(row["cycles_per_op"]),
            count(row["instr_per_op"]),
            duration(row["empty_ns_per_op"] if row["samples"] else None),
            rate(row["ops_per_s"]),
            str(row["samples"] or "-"),
            f"{flags['switch']}/{flags['fault']}/{flags['steal']}" if row["samples"] else "-",
            " ".join([row["status"], *_doubts(row)]),
        ]


def _doubts(row: dict[str, Any]) -> list[str]:
    """Return what a status must not hide."""
    if not row["samples"]:
        return []
    mostly = 2 * max(row["flags"].values()) > row["samples"]
    doubts = {"disturbed": mostly, "oversubscribed": row["oversubscribed"]}
    return [name for name, holds in doubts.items() if holds]


def _remarks(rows: Iterable[dict[str, Any]], axes: Sequence[str]) -> Iterable[str]:
    """Yield each refusal, uncounted instruction, version or note once, with where it applies."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        where = point({axis: row["params"][axis] for axis in axes})
        remarks = []
        if row["status"] != "ok":
            remarks.append(f"{row['status']}: {row['reason']}")
        if row["instr_per_op"] is None and row["instr_status"]:
            remarks.append(f"instructions not counted: {row['instr_status']}")
        if row["version"]:
            remarks.append(f"version {row['version']}")
        remarks += row["notes"]
        for remark in remarks:
            found.setdefault((row["params"]["design"], remark), []).append(where)
    for (design, remark), places in found.items():
        where = places[0] if len(places) == 1 else f"{len(places)} points" if axes else ""
        yield f"  {' '.join(filter(None, [design, where]))}: {remark}"
