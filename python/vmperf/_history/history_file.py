"""The SQLite file of a history: its schema, made by the first writer.

Write-ahead mode, ``user_version`` = schema. One comparison is one transaction; writers of several
processes wait for each other. A file that is not a history, is cut short or is of a newer schema is
a TraceFormatError and stays as it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from .._errors import trace_format
from .._files.kept import make_folder
from .._files.sqlite_file import FileKind

__all__ = ["SCHEMA_VERSION", "connection"]

SCHEMA_VERSION = 1
_HISTORY = FileKind(
    "history",
    application_id=0x766D7068,  # "vmph"
    oldest=SCHEMA_VERSION,
    newest=SCHEMA_VERSION,
    wait_s=30.0,
)

_SCHEMA = """
PRAGMA journal_mode = WAL;
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
    OsError
        It is locked for half a minute, cannot be written, or its disk is full.
    """
    if create and not path.exists():
        _build(path)
    with closing(_HISTORY.connect(path, writable=create)) as db, _HISTORY.told(path):
        (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise trace_format(path, 0, f"damaged: {verdict}")
        yield db


def _build(path: Path) -> None:
    make_folder(path.parent)
    # Where another process was faster, its file is as good.
    with suppress(FileExistsError), _HISTORY.created(path, _SCHEMA):
        pass
