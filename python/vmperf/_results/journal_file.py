"""The file of a journal: its schema, what kind of file it is, what is damaged, older schemas.

A file of an older schema is read as it is, also where it cannot be written; only a writer brings it
up to date, in one transaction.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from .._errors import invalid, trace_format

__all__ = ["SCHEMA", "SCHEMA_VERSION", "damaged", "migrate", "open_to_read", "version_of"]

APPLICATION_ID = 0x766D7066  # "vmpf"
SCHEMA_VERSION = 2
_OLDEST_VERSION = 1
_HEADER_BYTES = 100

_DETAILS = """
CREATE TABLE details (
    benchmark TEXT NOT NULL,
    design TEXT NOT NULL,
    params TEXT NOT NULL,
    process INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    placement INTEGER NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (benchmark, design, params, process, kind, name, placement)
)"""
_METRICS = "metrics TEXT NOT NULL DEFAULT '{}'"
SCHEMA = f"""
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
    {_METRICS},
    UNIQUE (benchmark, design, params, process)
);
{_DETAILS};
"""
# What makes schema N + 1 of schema N.
_STEPS = {1: (f"ALTER TABLE cases ADD COLUMN {_METRICS}", _DETAILS)}


def version_of(db: sqlite3.Connection) -> int:
    """Return the schema of an open journal."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(path: Path) -> None:
    """Bring a journal to the schema of today, wholly or not at all; its writer alone may.

    TraceFormatError where its tables are not those of its schema.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        try:
            first = version_of(db)
            if first == SCHEMA_VERSION:
                return
            db.execute("BEGIN IMMEDIATE")
            for version in range(first, SCHEMA_VERSION):
                for statement in _STEPS[version]:
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            db.execute("COMMIT")
        except sqlite3.Error as error:  # closing takes back what was begun
            raise damaged(path, error) from error


def open_to_read(path: Path) -> sqlite3.Connection:
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
        raise damaged(path, error) from error
    try:
        _check_kind(path, db)
    except BaseException:
        db.close()
        raise
    return db


def _check_kind(path: Path, db: sqlite3.Connection) -> None:
    try:
        (application,) = db.execute("PRAGMA application_id").fetchone()
        schema = version_of(db)
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        (page_bytes,) = db.execute("PRAGMA page_size").fetchone()
    except (sqlite3.Error, ValueError) as error:  # its words may quote bytes that are no text
        raise damaged(path, error) from error
    if application != APPLICATION_ID:
        raise trace_format(path, 68, "not a vmperf journal")
    if not _OLDEST_VERSION <= schema <= SCHEMA_VERSION:
        known = f"{_OLDEST_VERSION} to {SCHEMA_VERSION}"
        raise trace_format(path, 60, f"schema {schema}; this vmperf reads {known}")
    size = path.stat().st_size
    # SQLite reads a last page that is cut as zeros. With a log beside it, pages may be there.
    if size < pages * page_bytes and not _log(path).exists():
        raise trace_format(path, size, f"truncated; {pages * page_bytes} bytes expected")


def _log(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def damaged(path: Path, error: Exception) -> Exception:
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
