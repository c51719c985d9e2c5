"""Records of claims: rows as JSON, each with the machine and the date of its measurement."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import _core
from .._errors import invalid, trace_format
from .._machine import brief, label
from .._results.results import Results

__all__ = ["check_place", "make_record", "read_record", "read_records"]

_KEYS = ("id", "benchmark", "params", "design", "versus", "kind", "bound", "target", "ratio", "low")
_ROW = {*_KEYS, "high", "status", "met", "reason", "versions", "machine", "date"}
_WHAT = "an existing JSON file of 'vmperf claims --record', or a folder of such"


def check_place(path: Path, fingerprint: dict[str, Any]) -> dict[str, Any] | None:
    """Return the record that a file holds already; None where there is no file.

    Raises
    ------
    InvalidArgumentError
        It holds figures of another machine, which the new ones would mix with or wipe out.
    """
    if not path.exists():
        return None
    kept = read_record(path)
    here = brief(fingerprint)
    if any(kept["machine"][key] != here[key] for key in ("cpu", "microarchitecture")):
        allowed = f"a new file: that one is of {label(kept['machine'])}, this is {label(here)}"
        raise invalid("record", path, allowed)
    return kept


def make_record(
    rows: Sequence[Mapping[str, Any]],
    results: Results,
    kept: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return rows with what one has to know to judge them, ready for JSON.

    Rows of `kept`, the record of an earlier measurement of other claims, stay with their own date.
    """
    machine = results.machine
    merged = {row["id"]: dict(row) for row in (kept or {"claims": ()})["claims"]}
    merged |= {row["id"]: dict(row) for row in rows}
    return {
        "machine": brief(machine),
        "vmperf": _core.__version__,
        "revision": (machine["git"] or {}).get("revision"),
        "command": results.command,
        "claims": [*merged.values()],
    }


def read_record(path: Path) -> dict[str, Any]:
    """Return what `make_record` made; TraceFormatError where the file is something else."""
    if not path.is_file():
        raise invalid("record", path, _WHAT)
    try:
        record: Any = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise trace_format(path, getattr(error, "pos", 0), f"not JSON: {error}") from error
    whole = isinstance(record, dict) and isinstance(record.get("claims"), list)
    if not whole or not all(isinstance(r, dict) and r.keys() >= _ROW for r in record["claims"]):
        raise trace_format(path, 0, "not a record of 'vmperf claims --record'")
    if not isinstance(record.get("machine"), dict):
        raise trace_format(path, 0, "rows without the machine of their measurement")
    return dict(record)


def read_records(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Return the records in files and in folders, those of a folder in the order of their names."""
    found = []
    for path in paths:
        files = sorted(path.glob("*.json")) if path.is_dir() else [path]
        if not files:
            raise invalid("record", path, _WHAT)
        found += [read_record(file) for file in files]
    return found
