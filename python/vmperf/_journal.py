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
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from ._errors import invalid, trace_format
from ._locks import FileLock
from ._measure import FIELDS

__all__ = ["Journal", "Key", "StoredCase", "read_cases", "read_meta"]

APPLICATION_ID = 0x766D7066  # "vmpf"
SCHEMA_VERSION = 1
_HEADER_BYTES = 100

_SCHEMA = f"""
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cases (
    benchmark TEXT NOT NULL,
    design TEXT NOT NULL,
    params TEXT NOT NULL,
    process INTEGER NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    version TEXT NOT NULL,
    checksum TEXT NOT NULL,
    evidence TEXT NOT NULL,
    ns_total BLOB NOT NULL,
    iterations BLOB NOT NULL,
    flags BLOB NOT NULL,
    placement BLOB NOT NULL,
    UNIQUE (benchmark, design, params, process)
);
"""
_COLUMNS = (
    "benchmark, design, params, process, status, reason, version, checksum, evidence, "
    "ns_total, iterations, flags, placement"
)

Key: TypeAlias = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class StoredCase:
    """One finished case as the journal holds it; `params` without the design."""

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

    @property
    def key(self) -> Key:
        """What makes it one case: benchmark, design, params, process."""
        return case_key(self.id, self.design, self.params, self.process)


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
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")

    @classmethod
    def create(cls, path: Path, meta: dict[str, Any]) -> Journal:
        """Create a journal; InvalidArgumentError where the file exists."""
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        try:
            _build(path, meta)
            return cls(path, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def resume(cls, path: Path, plan: dict[str, Any]) -> Journal:
        """Open a journal to go on with the same plan; InvalidArgumentError names what differs."""
        lock = FileLock(path)
        try:
            differences = plan_differences(read_meta(path)["plan"], plan)
            if differences:
                raise invalid(
                    "results", path, f"a journal of the same plan; it has {'; '.join(differences)}"
                )
            return cls(path, lock)
        except BaseException:
            lock.release()
            raise

    def keys(self) -> set[Key]:
        """Return the keys of all cases that are done."""
        return set(self._db.execute("SELECT benchmark, design, params, process FROM cases"))

    def commit(self, cases: Iterable[StoredCase]) -> None:
        """Write cases in one transaction."""
        rows = [
            (
                *case.key,
                case.status,
                case.reason,
                case.version,
                str(case.checksum),
                json.dumps(case.evidence),
                *(case.blobs[name] for name in FIELDS),
            )
            for case in cases
        ]
        places = ", ".join("?" * (9 + len(FIELDS)))
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany(f"INSERT INTO cases ({_COLUMNS}) VALUES ({places})", rows)
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Fold the write-ahead log into the file, which then stands alone, and release it."""
        with suppress(sqlite3.OperationalError):  # a reader is in it: the log stays beside the file
            self._db.execute("PRAGMA journal_mode = DELETE")
        self._db.close()
        self._lock.release()


def _build(path: Path, meta: dict[str, Any]) -> None:
    for stale in path.parent.glob(f".{glob.escape(path.name)}.*.new"):  # we hold the lock
        stale.unlink()
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with closing(sqlite3.connect(draft)) as db:
            db.executescript(_SCHEMA)
            with db:
                db.executemany(
                    "INSERT INTO meta VALUES (?, ?)", [(k, json.dumps(v)) for k, v in meta.items()]
                )
        _place(draft, path)
    except FileExistsError:
        raise invalid(
            "results", path, "a file that does not exist yet, or resume (--resume) to go on with it"
        ) from None
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


def _place(draft: Path, path: Path) -> None:
    """Give the draft its name, never in place of a file."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        path.touch(exist_ok=False)
        draft.replace(path)


def plan_differences(stored: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Return what two plans disagree on, as text; empty where they are the same."""
    wanted = json.loads(json.dumps(wanted))
    found = []
    if stored["version"] != wanted["version"]:
        found.append(f"version {stored['version']}, not {wanted['version']}")
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


def read_meta(path: Path) -> dict[str, Any]:
    """Return what a journal says of its run; TraceFormatError where it is not a journal."""
    with closing(_open(path)) as db:
        try:
            meta = {key: json.loads(value) for key, value in db.execute("SELECT * FROM meta")}
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise _damaged(path, error) from error
    for key in ("plan", "command", "machine", "catalog"):
        if key not in meta:
            raise trace_format(path, 0, f"no {key!r} in it; an unfinished or damaged journal")
    return meta


def read_cases(path: Path) -> list[StoredCase]:
    """Return all finished cases of a journal, in the order in which they were finished."""
    with closing(_open(path)) as db:
        try:
            rows = db.execute(f"SELECT {_COLUMNS} FROM cases ORDER BY rowid").fetchall()
            return [_case(path, row) for row in rows]
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise _damaged(path, error) from error


def _case(path: Path, row: tuple[Any, ...]) -> StoredCase:
    id, design, params, process, status, reason, version, checksum, evidence = row[:9]
    blobs = dict(zip(FIELDS, row[9:], strict=True))
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
    )


def _open(path: Path) -> sqlite3.Connection:
    """Open for reading, after a look at what kind of file it is.

    Through SQLite alone: closing another descriptor of the file would drop the locks of a writer in
    this process.
    """
    if not path.is_file():
        raise invalid("results", path, "an existing journal file")
    # Without a log beside it the file is whole, and a folder that cannot be written must not stop
    # a reader.
    mode = "mode=ro" if _log(path).exists() or os.access(path.parent, os.W_OK) else "immutable=1"
    try:
        db = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True)
    except sqlite3.Error as error:
        raise _damaged(path, error) from error
    try:
        _check_kind(path, db)
    except BaseException:
        db.close()
        raise
    return db


def _check_kind(path: Path, db: sqlite3.Connection) -> None:
    try:
        (application,) = db.execute("PRAGMA application_id").fetchone()
        (schema,) = db.execute("PRAGMA user_version").fetchone()
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        (page_bytes,) = db.execute("PRAGMA page_size").fetchone()
    except (sqlite3.Error, ValueError) as error:  # its words may quote bytes that are no text
        raise _damaged(path, error) from error
    if application != APPLICATION_ID:
        raise trace_format(path, 68, "not a vmperf journal")
    if schema != SCHEMA_VERSION:
        raise trace_format(path, 60, f"schema {schema}; this vmperf reads {SCHEMA_VERSION}")
    size = path.stat().st_size
    # SQLite reads a last page that is cut as zeros. With a log beside it, pages may be there.
    if size < pages * page_bytes and not _log(path).exists():
        raise trace_format(path, size, f"truncated; {pages * page_bytes} bytes expected")


def _log(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _damaged(path: Path, error: Exception) -> Exception:
    """Return the error for a file that SQLite refuses, with the offset where it goes wrong."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    size = path.stat().st_size
    if header[:16] != b"SQLite format 3\0"[: len(header)]:
        return trace_format(path, 0, "not a vmperf journal")
    page_bytes = int.from_bytes(header[16:18]) or 1
    expected = int.from_bytes(header[28:32]) * (65536 if page_bytes == 1 else page_bytes)
    if size < max(expected, _HEADER_BYTES):
        return trace_format(path, size, f"truncated; {expected} bytes expected")
    return trace_format(path, 0, f"damaged: {error}")
