"""Recorded claims: rows with machine and date as JSON, and the table that README.md shows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import _core
from ._claims_proofs import KIND as PROOF
from ._errors import invalid, trace_format
from ._journal import read_meta
from ._machine import brief
from ._results import Results
from ._whole_file import write_whole

__all__ = ["BEGIN", "END", "figure", "make_record", "markdown", "read_record", "rewrite", "says"]

BEGIN, END = "<!-- claims:begin -->", "<!-- claims:end -->"
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
_KEYS = ("id", "benchmark", "params", "design", "versus", "kind", "bound", "target", "ratio", "low")
_ROW = {*_KEYS, "high", "status", "met", "reason", "versions"}


def make_record(rows: Sequence[Mapping[str, Any]], results: Results) -> dict[str, Any]:
    """Return rows with what one has to know to judge them, ready for JSON."""
    machine = results.machine
    return {
        "date": read_meta(results.path)["created"][:10],
        "machine": brief(machine),
        "vmperf": _core.__version__,
        "revision": (machine["git"] or {}).get("revision"),
        "command": results.command,
        "claims": [dict(row) for row in rows],
    }


def read_record(path: Path) -> dict[str, Any]:
    """Return what `make_record` made; TraceFormatError where the file is something else."""
    if not path.is_file():
        raise invalid("record", path, "an existing JSON file of 'vmperf claims --record'")
    try:
        record: Any = json.loads(path.read_text())
    except ValueError as error:
        raise trace_format(path, getattr(error, "pos", 0), f"not JSON: {error}") from error
    whole = isinstance(record, dict) and isinstance(record.get("claims"), list)
    if not whole or not all(isinstance(r, dict) and r.keys() >= _ROW for r in record["claims"]):
        raise trace_format(path, 0, "not a record of 'vmperf claims --record'")
    if record["claims"] and not (record.get("date") and isinstance(record.get("machine"), dict)):
        raise trace_format(path, 0, "rows without the machine and date of their measurement")
    return dict(record)


def markdown(record: Mapping[str, Any]) -> str:
    """Return the table of a record; a sentence where nothing is recorded."""
    rows = record["claims"]
    if not rows:
        return "No figures are recorded: `vmperf claims` measures them on your machine."
    machine = record["machine"]
    cpu = machine["cpu"] + (
        f" ({machine['microarchitecture']})" if machine["microarchitecture"] else ""
    )
    guest = ", virtual machine" if machine["hypervisor"] else ""
    versions = {name: text for row in rows for name, text in row["versions"].items()}
    peers = ", ".join(f"{name} {text}" for name, text in versions.items() if name != "libc")
    lines = [
        f"Recorded {record['date']} on {cpu}{guest}, {machine['n_online']} cores, "
        f"{machine['libc']}{', ' + peers if peers else ''}; `vmperf claims` measures them anew.",
        "",
        "| benchmark | claim | measured | interval | |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        where = f"`{row['benchmark']}` {_fixed(row)}"
        span = f"{figure(row, 'low')} to {figure(row, 'high')}" if row["ratio"] is not None else "-"
        cells = [where, says(row), figure(row, "ratio"), span, row["status"].replace("_", " ")]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _fixed(row: Mapping[str, Any]) -> str:
    return " ".join(f"{a}={v}" for a, v in row["params"].items() if not isinstance(v, list))


def _varied(row: Mapping[str, Any]) -> str:
    """Return the axes with several values: ``capacity 10, 50``."""
    lists = {a: v for a, v in row["params"].items() if isinstance(v, list)}
    return " and ".join(f"{axis} {', '.join(map(str, v))}" for axis, v in lists.items())


_OVER = {"": "{}", "geomean": "{} in the geometric mean over {}", "worst": "{} at each of {}"}


def says(row: Mapping[str, Any]) -> str:
    """Return a claim as a sentence."""
    target, design, versus = f"{row['target']:g}", row["design"], row["versus"]
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
    return _OVER[row.get("over", "")].format(text, _varied(row))


def _says_of_metric(row: Mapping[str, Any], target: str) -> str:
    bound = row["bound"].replace("_", " ")
    mine, other = (f"{row['metric']} of {row[key]}" for key in ("design", "versus"))
    if row["versus"] is None:
        return f"{mine} {bound} {target} {row['unit']}".rstrip()
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
    if row["kind"] == "value":
        return f"{value:,.{digits}f} {row['unit']}".rstrip()
    return f"{value:.{digits}f}{_UNITS[row['kind']]}"


def rewrite(path: Path, record: Mapping[str, Any]) -> Path:
    """Put the table of a record between the two markers of a file.

    InvalidArgumentError where the file has not exactly one pair of markers.
    """
    text = path.read_text() if path.is_file() else ""
    begin, end = text.find(BEGIN), text.find(END)
    if not 0 <= begin < end or text.count(BEGIN) != 1 or text.count(END) != 1:
        raise invalid("readme", path, f"a file with one line {BEGIN} and, after it, one {END}")
    whole = f"{text[:begin]}{BEGIN}\n{markdown(record)}\n{text[end:]}"
    write_whole(path, whole)
    return path
