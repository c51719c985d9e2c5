"""Consoles and tables: plain text of full width where the output is not a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from vmperf._results import Results

__all__ = ["console", "count", "duration", "point", "rate", "results_tables", "say", "table"]

_PLAIN_WIDTH = 160


def console(*, stderr: bool = False) -> Console:
    """Return a console; without colour and wide where it is no terminal."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _PLAIN_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False)


def say(out: Console, part: Table | str) -> None:
    """Print a table, or a line that is not wrapped."""
    out.print(part, soft_wrap=isinstance(part, str))


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "") -> Table:
    """Return a table; headers that start with ``>`` are right-aligned columns."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    made = Table(box=SIMPLE_HEAD, title=Text(title), title_justify="left", pad_edge=False)
    for header in headers:
        right = header.startswith(">")
        made.add_column(header.removeprefix(">"), justify="right" if right else "left")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made


def duration(ns: float | None) -> str:
    """Return a time with a unit from ps to s and three digits or more."""
    return _scaled(ns, (("ps", 1e-3), ("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)))


def rate(per_s: float | None) -> str:
    """Return a rate with a unit from /s to G/s."""
    return _scaled(per_s, (("/s", 1.0), ("K/s", 1e3), ("M/s", 1e6), ("G/s", 1e9)))


def count(value: float | None) -> str:
    """Return a count of cycles or instructions; a dash where there is none."""
    if value is None:
        return "-"
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def _scaled(value: float | None, units: Sequence[tuple[str, float]]) -> str:
    if value is None:
        return "-"
    unit, size = units[0]
    for name, step in units:
        if abs(value) >= step:
            unit, size = name, step
    number = value / size
    digits = 2 if number < 10 else 1 if number < 100 else 0
    return f"{number:.{digits}f} {unit}"


def point(params: dict[str, Any]) -> str:
    """Return axes and values as text, without the design."""
    return " ".join(f"{axis}={value}" for axis, value in params.items() if axis != "design")


def results_tables(results: Results) -> Iterable[Table | str]:
    """Yield one table per benchmark and, after it, what was refused and why."""
    rows = results.rows()
    for id in dict.fromkeys(row["id"] for row in rows):
        mine = [row for row in rows if row["id"] == id]
        entry = results.benchmarks[id]
        axes = [axis for axis in mine[0]["params"] if axis != "design"]
        yield table(
            [
                *(f">{axis}" for axis in axes),
                "design",
                ">per op",
                "95 % interval",
                ">min",
                ">cycles/op",
                ">instr/op",
                ">empty loop",
                ">ops",
                ">switch/fault/steal",
                "status",
            ],
            (_cells(row, axes) for row in mine),
            title=f"{id}: {entry['summary']} (one op: {entry['op']})",
        )
        for row in mine:
            if row["status"] != "ok":
                where = " ".join(filter(None, [row["params"]["design"], point(row["params"])]))
                yield f"  {where}: {row['status']}: {row['reason']}"


def _cells(row: dict[str, Any], axes: Sequence[str]) -> list[str]:
    ns = row["ns_per_op"]
    interval = "-"
    if ns["low"] is not None:
        interval = f"{duration(ns['low'])} to {duration(ns['high'])}"
    counted = row["instr_per_op"] is not None or not row["instr_status"]
    flags = row["flags"]
    disturbed = f"{flags['switch']}/{flags['fault']}/{flags['steal']} of {row['samples']}"
    return [
        *(str(row["params"][axis]) for axis in axes),
        row["params"]["design"] + (f" {row['version']}" if row["version"] else ""),
        duration(ns["median"]),
        interval,
        duration(ns["min"]),
        count(row["cycles_per_op"]),
        count(row["instr_per_op"]) if counted else row["instr_status"],
        duration(row["empty_ns_per_op"]) if row["samples"] else "-",
        rate(row["ops_per_s"]),
        disturbed if row["samples"] else "-",
        row["status"],
    ]
