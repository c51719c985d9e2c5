"""The file of a journal: its schema, and how one of an older schema is brought up to date.

A file of an older schema is read as it is, also where it cannot be written; only a writer brings it
up to date, in one transaction.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from .._errors import invalid, trace_format
from .._files.sqlite_file import FileKind, transaction, version_of

__all__ = ["JOURNAL", "SCHEMA", "SCHEMA_VERSION", "migrate", "open_to_read"]

SCHEMA_VERSION = 2
JOURNAL = FileKind("journal", application_id=0x766D7066, oldest=1, newest=SCHEMA_VERSION)  # "vmpf"

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


def migrate(path: Path) -> None:
    """Bring a journal to the schema of today, wholly or not at all; its writer alone may.

    TraceFormatError where its tables are not those of its schema.
    """
    with closing(JOURNAL.connect(path, writable=True)) as db, JOURNAL.told(path):
        first = version_of(db)
        if first == SCHEMA_VERSION:
            return
        with transaction(db):
            for version in range(first, SCHEMA_VERSION):
                for statement in _STEPS[version]:
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


_WRITING, _LOGGED = "writing", "logged"  # keys of meta


def begin_log(db: sqlite3.Connection) -> None:
    """Go over to write-ahead mode, and note in the file itself that a log belongs to it.

    Cases then stand in the log alone, which grows until `end_log`: a copy of the file without its
    log is told by the mark in the file whose counterpart in the log is missing.
    """
    note = "INSERT OR REPLACE INTO meta VALUES (?, 'true')"
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    marked = db.execute("SELECT count(*) FROM meta WHERE key IN (?, ?)", (_WRITING, _LOGGED))
    if marked.fetchone() == (2,):
        return  # of a run that was killed; whoever reads its log now may go on doing so
    db.execute("PRAGMA journal_mode = DELETE")
    db.execute("DELETE FROM meta WHERE key = ?", (_LOGGED,))
    db.execute(note, (_WRITING,))
    db.execute("PRAGMA journal_mode = WAL")
    db.execute(note, (_LOGGED,))


def end_log(db: sqlite3.Connection) -> None:
    """Fold the log into the file, which then stands alone."""
    db.execute("PRAGMA journal_mode = DELETE")
    db.execute("DELETE FROM meta WHERE key IN (?, ?)", (_WRITING, _LOGGED))


def check_log(path: Path, meta: dict[str, Any]) -> None:
    """Refuse a copy that was taken without the log; take the marks out of what a journal says."""
    if meta.pop(_WRITING, False) and not meta.pop(_LOGGED, False):
        raise trace_format(
            path,
            0,
            f"copied while a run was writing it, without its log {path.name}-wal: copy both, or "
            "copy it again once the run has ended",
        )


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open for reading, after a look at what kind of file it is."""
    if not path.is_file():
        raise invalid("results", path, "an existing journal file")
    return JOURNAL.connect(path)
