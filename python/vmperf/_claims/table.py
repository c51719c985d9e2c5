"""Tables of records for README files: the headlines side by side, and all rows by machine.

A table stands between two comments of its file and is never typed::

    <!-- claims:begin headlines -->   one row per headline of the claims file, a column per machine
    <!-- claims:begin -->             a table per machine with each of its rows
    <!-- claims:end -->
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .._errors import invalid
from .._files.whole_file import write_whole
from .claim import Claim
from .words import figure, fixed, says, target

__all__ = ["check_markers", "headlines", "rewrite", "tables"]

Rows = Mapping[str, Mapping[str, Any]]  # id -> row
_NOTHING = "No figures are recorded: `vmperf claims` measures them on your machine."
_BLOCK = re.compile(
    r"(<!-- claims:begin( headlines)? -->\n)(.*?\n)??(<!-- claims:end -->)", re.DOTALL
)
_MARK = re.compile(r"<!-- claims:(begin|end)")


def by_machine(records: Sequence[Mapping[str, Any]]) -> Mapping[str, Rows]:
    """Return the rows of each machine by id; of a claim measured twice there the newer one."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for record in records:
        for row in record["claims"]:
            rows = found.setdefault(row["machine"], {})
            if row["id"] not in rows or row["date"] >= rows[row["id"]]["date"]:
                rows[row["id"]] = row
    return found


def tables(records: Sequence[Mapping[str, Any]]) -> str:
    """Return a table per machine; a sentence where nothing is recorded."""
    parts = [_table(machine, [*rows.values()]) for machine, rows in by_machine(records).items()]
    return "\n\n".join(parts) or _NOTHING


def _table(machine: str, rows: Sequence[Mapping[str, Any]]) -> str:
    versions = dict(item for row in rows for item in row["versions"].items())
    others = ", ".join(text if k == "libc" else f"{k} {text}" for k, text in versions.items())
    n_met = sum(row["met"] is True for row in rows)
    lines = [
        f"**{machine}**; {others}. {n_met} of {len(rows)} are met.",
        "",
        "| benchmark | claim | measured | interval | | on |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        where = f"`{row['benchmark']}` {fixed(row)}".rstrip()
        span = f"{figure(row, 'low')} to {figure(row, 'high')}" if row["ratio"] is not None else "-"
        status = row["status"].replace("_", " ")
        cells = [where, says(row), figure(row, "ratio"), span, status, row["date"]]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def headlines(records: Sequence[Mapping[str, Any]], claims: Sequence[Claim]) -> str:
    """Return the headlines of the claims file: their targets, and what each machine came to."""
    machines = by_machine(records)
    chosen = [claim for claim in claims if claim.headline]
    lines = [f"| | target | {' | '.join(machines)} |", f"|---|---|{'---|' * len(machines)}"]
    for claim in chosen:
        rows = [known.get(claim.id) for known in machines.values()]
        stated = next((target(row) for row in rows if row), "-")
        lines.append(f"| {' | '.join([claim.headline, stated, *map(_cell, rows)])} |")
    return "\n".join(lines) if machines and chosen else _NOTHING


def _cell(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "not measured"
    if row["ratio"] is None:
        return str(row["status"]).replace("_", " ")
    return figure(row, "ratio") if row["met"] else f"{figure(row, 'ratio')}, **missed**"


def check_markers(path: Path) -> str:
    """Return the text of a file for tables.

    InvalidArgumentError where the file has no pair of markers, or half of one.
    """
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    blocks = len(_BLOCK.findall(text))
    if not blocks or len(_MARK.findall(text)) != 2 * blocks:
        allowed = "a file with lines <!-- claims:begin --> and, after each, <!-- claims:end -->"
        raise invalid("readme", path, allowed)
    return text


def rewrite(path: Path, records: Sequence[Mapping[str, Any]], claims: Sequence[Claim]) -> Path:
    """Put tables of records between the markers of a file, which `check_markers` looks for."""
    text = check_markers(path)

    def block(found: re.Match[str]) -> str:
        body = headlines(records, claims) if found[2] else tables(records)
        return f"{found[1]}{body}\n{found[4]}"

    write_whole(path, _BLOCK.sub(block, text))
    return path
