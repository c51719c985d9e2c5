"""The journal of a run: one SQLite file, one row per finished case.

A journal comes into being whole (written under another name, then linked into place), so that no
kill leaves half a schema, and it never replaces a file. Rows of a group are one transaction in
write-ahead mode: kill -9 loses at most the group under way. Samples are little-endian blobs.
One writer at a time (a lock file beside it, freed by the kernel when its holder dies), any number
of readers, also while it is written.
"""

from __future__ import annotations

import glob
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from .._errors import invalid, trace_format
from .._files.kept import make_folder
from .._files.locks import FileLock
from .._files.sqlite_file import insertion, transaction, version_of
from .._measure.measure import FIELDS
from .journal_file import (
    JOURNAL,
    SCHEMA,
    begin_log,
    check_log,
    end_log,
    migrate,
    open_to_read,
)

__all__ = ["Detail", "Journal", "Key", "StoredCase", "read_cases", "read_details", "read_meta"]

_COLUMNS = (
    "benchmark, design, params, process, status, reason, version, checksum, evidence, "
    "ns_total, iterations, flags, placement, metrics"
)
_DETAIL_COLUMNS = "benchmark, design, params, process, kind, name, placement, data"

Key: TypeAlias = tuple[str, str, str, int]
DetailKey: TypeAlias = tuple[str, str, int]  # kind, name, placement


@dataclass(frozen=True, slots=True)
class StoredCase:
    """One finished case as the journal holds it; `params` without the design.

    `metrics` has a value per placement, None where it was not delivered. `details` (distributions,
    series, tables, values by sample) are written with a case, but read by `read_details` alone.
    """

    id: str
    design: str
    params: dict[str, Any]
    process: int
    status: str
    reason: str
    version: str
    checksum: int
    evidence: dict[str, Any]
    blobs: dict[str, bytes]
    metrics: dict[str, list[float | None]] = field(default_factory=dict)
    details: dict[DetailKey, bytes] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """What makes it one case: benchmark, design, params, process."""
        return case_key(self.id, self.design, self.params, self.process)


@dataclass(frozen=True, slots=True)
class Detail:
    """Bytes of a case beside its times; `kind` is distribution, series, table or sample."""

    key: Key
    kind: str
    name: str
    placement: int
    data: bytes


def case_key(id: str, design: str, params: dict[str, Any], process: int) -> Key:
    """Return the key under which a case is stored."""
    return (id, design, json.dumps(params, sort_keys=True), process)


class Journal:
    """The one writer of a journal file.

    Use `create` for a new file and `resume` for one that exists; `close` releases it.
    """

    def __init__(self, path: Path, lock: FileLock) -> None:
        self.path = path
        self._lock = lock
        self._db = JOURNAL.connect(path, writable=True)
        try:
            with JOURNAL.told(path):
                begin_log(self._db)
        except BaseException:
            self._db.close()
            raise

    @classmethod
    def create(cls, path: Path, meta: dict[str, Any]) -> Journal:
        """Create a journal; InvalidArgumentError where the file exists."""
        make_folder(path.parent)
        lock = FileLock(path)
        try:
            _build(path, meta)
            return cls(path, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def resume(cls, path: Path, plan: dict[str, Any]) -> Journal:
        """Open a journal to go on with the same plan; InvalidArgumentError names what differs.

        One of an older schema is brought up to date first.
        """
        lock = FileLock(path)
        try:
            differences = plan_differences(read_meta(path)["plan"], plan)
            if differences:
                raise invalid(
                    "results", path, f"a journal of the same plan; it has {'; '.join(differences)}"
                )
            migrate(path)
            return cls(path, lock)
        except BaseException:
            lock.release()
            raise

    def keys(self) -> set[Key]:
        """Return the keys of all cases that are done."""
        query = "SELECT benchmark, design, params, process FROM cases"
        with JOURNAL.told(self.path):
            return set(self._db.execute(query))

    def forget(self, statuses: Iterable[str]) -> int:
        """Remove all cases of these statuses, so that they are measured again; say how many."""
        wanted = [*statuses]
        places = ", ".join("?" * len(wanted))
        key = "benchmark, design, params, process"
        bad = f"SELECT {key} FROM cases WHERE status IN ({places})"
        with JOURNAL.told(self.path), transaction(self._db):
            self._db.execute(f"DELETE FROM details WHERE ({key}) IN ({bad})", wanted)
            found = self._db.execute(f"DELETE FROM cases WHERE status IN ({places})", wanted)
            return int(found.rowcount)

    def commit(self, cases: Iterable[StoredCase]) -> None:
        """Write cases with their details in one transaction."""
        cases = [*cases]
        rows = [
            (
                *case.key,
                case.status,
                case.reason,
                case.version,
                str(case.checksum),
                json.dumps(case.evidence),
                *(case.blobs[name] for name in FIELDS),
                json.dumps(case.metrics),
            )
            for case in cases
        ]
        details = [
            (*case.key, *which, data) for case in cases for which, data in case.details.items()
        ]
        with JOURNAL.told(self.path), transaction(self._db):
            self._db.executemany(insertion("cases", _COLUMNS), rows)
            self._db.executemany(insertion("details", _DETAIL_COLUMNS), details)

    def close(self) -> None:
        """Fold the write-ahead log into the file, which then stands alone, and release it."""
        with suppress(sqlite3.Error):  # a reader is in it, a disk is full: the log stays beside it
            end_log(self._db)
        self._db.close()
        self._lock.release()


def _build(path: Path, meta: dict[str, Any]) -> None:
    # We hold the lock: these are of builds that were killed, with SQLite's own journal of them.
    for stale in path.parent.glob(f".{glob.escape(path.name)}.*.new*"):
        stale.unlink()
    try:
        with JOURNAL.created(path, SCHEMA) as db, db:
            texts = [(key, json.dumps(value)) for key, value in meta.items()]
            db.executemany(insertion("meta", "key, value"), texts)
    except FileExistsError:
        raise invalid(
            "results", path, "a file that does not exist yet, or resume (--resume) to go on with it"
        ) from None


def plan_differences(stored: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Return what two plans disagree on, as text; empty where they are the same."""
    wanted = json.loads(json.dumps(wanted))
    found = []
    if stored["version"] != wanted["version"]:
        found.append(f"version {stored['version']}, not {wanted['version']}")
    for part in ("machine", "code"):
        if part in stored:  # older journals do not say
            found += _changed(stored[part], wanted.get(part, {}))
    for name in sorted({*stored["settings"], *wanted["settings"]}):
        old, new = stored["settings"].get(name), wanted["settings"].get(name)
        if old != new:
            found.append(f"{name} {old!r}, not {new!r}")
    for id in sorted({*stored["benchmarks"], *wanted["benchmarks"]}):
        old, new = stored["benchmarks"].get(id), wanted["benchmarks"].get(id)
        if old is None or new is None:
            found.append(f"{'no ' if old is None else ''}benchmark {id}")
        elif old != new:
            found += [
                f"{id} {axis} {old.get(axis)}, not {new.get(axis)}"
                for axis in [*dict.fromkeys([*old, *new])]
                if old.get(axis) != new.get(axis)
            ]
    for name, new in wanted.get("own_designs", {}).items():
        old = stored.get("own_designs", {}).get(name)
        if old != new:
            found.append(f"design {name} from {old}, not {new}")
    if not found and stored.get("points") != wanted.get("points"):
        found.append("other points of the same axes")
    return found


def _changed(stored: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    return [
        f"{name} {stored.get(name, 'missing')}, not {wanted.get(name, 'missing')}"
        for name in dict.fromkeys([*stored, *wanted])
        if stored.get(name) != wanted.get(name)
    ]


def read_meta(path: Path) -> dict[str, Any]:
    """Return what a journal says of its run; TraceFormatError where it is not a journal."""
    with closing(open_to_read(path)) as db, JOURNAL.told(path, ValueError, TypeError):
        meta = {key: json.loads(value) for key, value in db.execute("SELECT * FROM meta")}
        check_log(path, meta)
    for key in ("plan", "command", "machine", "catalog"):
        if key not in meta:
            raise trace_format(path, 0, f"no {key!r} in it; an unfinished or damaged journal")
    return meta


def read_cases(path: Path) -> list[StoredCase]:
    """Return all finished cases of a journal without their details, as they were finished."""
    of_content = (ValueError, TypeError, AttributeError)
    with closing(open_to_read(path)) as db, JOURNAL.told(path, *of_content):
        columns = _COLUMNS if version_of(db) > 1 else _COLUMNS.replace("metrics", "'{}'")
        rows = db.execute(f"SELECT {columns} FROM cases ORDER BY rowid").fetchall()
        return [_case(path, row) for row in rows]


def read_details(
    path: Path,
    kind: str,
    *,
    benchmark: str | None = None,
    name: str | None = None,
    case: Key | None = None,
) -> list[Detail]:
    """Return the details of one kind, as they were delivered; none in a journal of schema 1.

    Parameters
    ----------
    path : pathlib.Path
        The journal.
    kind : {"distribution", "series", "table", "sample"}
        Which ones.
    benchmark, name : str, optional
        Only those of one benchmark, only those of one name.
    case : tuple, optional
        Only those of one case, which are found without a look at the others.
    """
    wanted: dict[str, Any] = {"kind": kind, "benchmark": benchmark, "name": name}
    if case is not None:
        wanted |= dict(zip(("benchmark", "design", "params", "process"), case, strict=True))
    given = {column: value for column, value in wanted.items() if value is not None}
    where = " AND ".join(f"{column} = :{column}" for column in given)
    query = f"SELECT {_DETAIL_COLUMNS} FROM details WHERE {where} ORDER BY rowid"
    with closing(open_to_read(path)) as db, JOURNAL.told(path, ValueError):
        rows = db.execute(query, given).fetchall() if version_of(db) > 1 else []
    if not all(isinstance(row[6], int) and isinstance(row[7], bytes) for row in rows):
        raise trace_format(path, 0, f"details of kind {kind} are of another type")
    return [Detail(row[:4], *row[4:]) for row in rows]


def _case(path: Path, row: tuple[Any, ...]) -> StoredCase:
    id, design, params, process, status, reason, version, checksum, evidence = row[:9]
    blobs = dict(zip(FIELDS, row[9 : 9 + len(FIELDS)], strict=True))
    counts = {len(data) / FIELDS[name] for name, data in blobs.items()}
    if len(counts) != 1 or not counts.pop().is_integer():
        raise trace_format(path, 0, f"samples of {id} {design} are of unequal length")
    return StoredCase(
        id,
        design,
        json.loads(params),
        process,
        status,
        reason,
        version,
        int(checksum),
        json.loads(evidence),
        blobs,
        _values(json.loads(row[-1])),
    )


def _values(metrics: Any) -> dict[str, list[float | None]]:
    """Return the metrics of a case; ValueError, TypeError or AttributeError for anything else."""
    return {
        str(name): [None if value is None else float(value) for value in values]
        for name, values in metrics.items()
    }
