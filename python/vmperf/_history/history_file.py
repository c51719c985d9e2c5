"""The SQLite file of a history: made whole, looked at before it is used, never replaced.

Write-ahead mode, ``user_version`` = schema. One comparison is one transaction; writers of several
processes wait for each other. A file that is not a history, is cut short or is of a newer schema is
a TraceFormatError and stays as it is.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from .._errors import trace_format

__all__ = ["SCHEMA_VERSION", "connection"]

APPLICATION_ID = 0x766D7068  # "vmph"
SCHEMA_VERSION = 1
_WAIT_S = 30.0
_HEADER_BYTES = 100
_OFFSET_OF_SCHEMA, _OFFSET_OF_APPLICATION = 60, 68  # in the header of an SQLite file

_SCHEMA = f"""
PRAGMA journal_mode = WAL;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
CREATE TABLE machines (fingerprint TEXT PRIMARY KEY, fields TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE comparisons (
    number INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL REFERENCES machines,
    revision TEXT NOT NULL,
    date TEXT NOT NULL,
    a TEXT NOT NULL,
    b TEXT NOT NULL,
    revision_a TEXT NOT NULL,
    reference TEXT NOT NULL,
    build TEXT NOT NULL,
    salts INTEGER NOT NULL,
    seed TEXT NOT NULL,
    settings TEXT NOT NULL,
    notes TEXT NOT NULL
);
CREATE INDEX by_machine_and_revision ON comparisons (fingerprint, revision);
CREATE TABLE points (
    comparison INTEGER NOT NULL REFERENCES comparisons,
    id TEXT NOT NULL,
    params TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    verdict TEXT,
    effect REAL,
    low REAL,
    high REAL,
    detectable REAL,
    pairs INTEGER NOT NULL,
    log_ratios BLOB NOT NULL,
    min_a_ns REAL,
    min_b_ns REAL,
    instr_a REAL,
    instr_b REAL,
    UNIQUE (comparison, id, params)
);
"""


@contextmanager
def connection(path: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """Open a history, closed at the end; `create` makes it where there is no file.

    Raises
    ------
    TraceFormatError
        The file is no history, is damaged, cut short, or of another schema.
    """
    if create and not path.exists():
        _build(path)
    try:
        db = _open(path, writable=create)
    except sqlite3.Error as error:
        raise _damaged(path, error) from error
    with closing(db):
        try:
            _check(path, db)
            yield db
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
                raise
            raise _damaged(path, error) from error


def _open(path: Path, *, writable: bool) -> sqlite3.Connection:
    # A file without a log is whole, and a folder that cannot be written must not stop a reader.
    mode = "mode=rw" if writable else "mode=ro"
    if not writable and not _has_log(path) and not os.access(path.parent, os.W_OK):
        mode = "immutable=1"
    uri = f"{path.resolve().as_uri()}?{mode}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_WAIT_S)


def _build(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with closing(sqlite3.connect(draft)) as db:
            db.executescript(_SCHEMA)
        with suppress(FileExistsError):  # another process was faster; its file is as good
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _check(path: Path, db: sqlite3.Connection) -> None:
    def value(pragma: str) -> int:
        (found,) = db.execute(f"PRAGMA {pragma}").fetchone()
        return int(found)

    if path.stat().st_size < _HEADER_BYTES and not _has_log(path):
        raise _damaged(path, sqlite3.DatabaseError("no whole header"))
    if value("application_id") != APPLICATION_ID:
        raise trace_format(path, _OFFSET_OF_APPLICATION, "not a vmperf history")
    schema = value("user_version")
    if schema != SCHEMA_VERSION:
        what = f"schema {schema}; this vmperf reads {SCHEMA_VERSION}"
        raise trace_format(path, _OFFSET_OF_SCHEMA, what)
    size, whole = path.stat().st_size, value("page_count") * value("page_size")
    # SQLite reads a last page that is cut as zeros. With a log beside it, pages may be there.
    if size < whole and not _has_log(path):
        raise trace_format(path, size, f"truncated; {whole} bytes expected")
    (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise trace_format(path, 0, f"damaged: {verdict}")


def _has_log(path: Path) -> bool:
    # A reader makes an empty one.
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _damaged(path: Path, error: Exception) -> Exception:
    """Return the error for a file that SQLite refuses, with the offset where it goes wrong."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    size = path.stat().st_size
    if not header or header[:16] != b"SQLite format 3\0"[: len(header)]:
        return trace_format(path, 0, "not a vmperf history")
    page_bytes = int.from_bytes(header[16:18]) or 1
    expected = int.from_bytes(header[28:32]) * (65536 if page_bytes == 1 else page_bytes)
    if size < max(expected, _HEADER_BYTES):
        return trace_format(path, size, f"truncated; {max(expected, _HEADER_BYTES)} bytes expected")
    return trace_format(path, 0, f"damaged: {error}")
