"""SQLite files of ours: made whole, looked at before they are used, never replaced.

What a journal and a history have in common. A file that is foreign, cut short, damaged or of an
unknown schema is a TraceFormatError that names the byte where it goes wrong, and stays as it is;
what keeps a sound file from being read or written (a lock, a mode, a full disk) is an OsError.
Only SQLite touches a file that may be open elsewhere in this process: closing another descriptor of
it would drop the locks of a writer. Rows, their checks and newer schemas are their owners' affair.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from .._errors import os_error, trace_format
from .whole_file import drafted

__all__ = ["FileKind", "insertion", "transaction", "version_of"]

_HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\0"
_OFFSET_OF_SCHEMA, _OFFSET_OF_APPLICATION = 60, 68  # in the header of an SQLite file
_OFFSET_OF_PAGE_BYTES, _OFFSET_OF_PAGES = 16, 28

# What SQLite refuses although the file is sound: its code -> the system's, and what to do.
_SYSTEM = {
    sqlite3.SQLITE_BUSY: (
        errno.EAGAIN,
        "it was locked by another process for {:g} s; wait for that one or end it, then try again",
    ),
    sqlite3.SQLITE_LOCKED: (errno.EAGAIN, "it is locked by this process; close what reads it"),
    sqlite3.SQLITE_READONLY: (
        errno.EACCES,
        "it or its folder is read-only; make both writable or name another file",
    ),
    sqlite3.SQLITE_PERM: (errno.EACCES, "permission denied"),
    sqlite3.SQLITE_CANTOPEN: (
        errno.EACCES,
        "it cannot be opened; its folder must be there, and be writable while others write it",
    ),
    sqlite3.SQLITE_FULL: (errno.ENOSPC, "no space left on its disk; free some, then try again"),
    sqlite3.SQLITE_IOERR: (errno.EIO, "its disk fails, or is full; nothing was changed"),
    sqlite3.SQLITE_NOMEM: (errno.ENOMEM, "not enough memory"),
}


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file.

    Attributes
    ----------
    name : str
        What it is called, after "not a vmperf".
    application_id : int
        Marks the kind in the header.
    oldest, newest : int
        The schemas that are read; new files have the newest.
    wait_s : float
        How long a statement waits for the lock of another process.
    """

    name: str
    application_id: int
    oldest: int
    newest: int
    wait_s: float = 5.0

    @contextmanager
    def created(self, path: Path, schema: str) -> Iterator[sqlite3.Connection]:
        """Give a new file to fill, which has its name at the end of the block; the folder exists.

        Parameters
        ----------
        path : pathlib.Path
            The file.
        schema : str
            Its tables, as SQL.

        Raises
        ------
        FileExistsError
            There is one, whole as well; at the end of the block.
        """
        marks = f"PRAGMA application_id={self.application_id};PRAGMA user_version={self.newest};"
        try:
            with drafted(path, replace=False) as draft, closing(sqlite3.connect(draft)) as db:
                db.executescript(marks + schema)
                yield db
        except sqlite3.Error as error:
            raise self.refused(path, error) or self.damaged(path, error) from error
        except FileExistsError:
            raise
        except OSError as error:
            raise os_error(f"make {path}", error) from None

    def connect(self, path: Path, *, writable: bool = False) -> sqlite3.Connection:
        """Open a file after a look at it, in autocommit mode.

        Raises
        ------
        TraceFormatError
            It is no such file, is cut short, damaged, or of a schema that is not read here.
        OsError
            It cannot be opened, though nothing is wrong with it.
        """
        mode = "mode=rw" if writable else "mode=ro"
        # A folder that cannot be written must not stop a reader of a file that stands alone.
        if not writable and not os.access(path.parent, os.W_OK) and not _is_shared(path):
            mode = "immutable=1"
        uri = f"{path.resolve().as_uri()}?{mode}"
        with self.told(path):
            db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=self.wait_s)
            try:
                self._check(path, db)
            except BaseException:
                db.close()
                raise
        return db

    @contextmanager
    def told(self, path: Path, *content: type[Exception]) -> Iterator[None]:
        """Turn what SQLite refuses in the block into OsError or TraceFormatError.

        Parameters
        ----------
        path : pathlib.Path
            The file.
        *content : type
            Errors of reading its contents, which are damage as well.
        """
        # SQLite's words may quote bytes that are no text: the error is then one of decoding.
        refusals: tuple[type[Exception], ...] = (sqlite3.Error, UnicodeDecodeError, *content)
        try:
            yield
        except refusals as error:
            raise self.refused(path, error) or self.damaged(path, error) from error

    def refused(self, path: Path, error: Exception) -> Exception | None:
        """Return the error where the file is sound and the system is in the way; else None."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest says in which way
        if code not in _SYSTEM:
            return None
        number, why = _SYSTEM[code]
        return os_error(f"use the {self.name} {path}", why.format(self.wait_s), errno=number)

    def damaged(self, path: Path, error: Exception) -> Exception:
        """Return the error for a file that SQLite refuses, with the offset where it goes wrong."""
        try:
            with path.open("rb") as file:
                header = file.read(_HEADER_BYTES)
            size = path.stat().st_size
        except OSError as why:
            return os_error(f"read the {self.name} {path}", why)
        if not header or header[: len(_MAGIC)] != _MAGIC[: len(header)]:
            return trace_format(path, 0, f"not a vmperf {self.name}")
        expected = max(_bytes_of(header), _HEADER_BYTES)
        if size < expected:
            return trace_format(path, size, f"truncated; {expected} bytes expected")
        return trace_format(path, 0, f"damaged: {error}")

    def _check(self, path: Path, db: sqlite3.Connection) -> None:
        if path.stat().st_size < _HEADER_BYTES and not _has_log(path):
            raise self.damaged(path, sqlite3.DatabaseError("no whole header"))
        if _pragma(db, "application_id") != self.application_id:
            raise trace_format(path, _OFFSET_OF_APPLICATION, f"not a vmperf {self.name}")
        schema = version_of(db)
        if not self.oldest <= schema <= self.newest:
            known = " to ".join(str(one) for one in dict.fromkeys((self.oldest, self.newest)))
            what = f"schema {schema}; this vmperf reads {known}"
            raise trace_format(path, _OFFSET_OF_SCHEMA, what)
        size, whole = path.stat().st_size, _pragma(db, "page_count") * _pragma(db, "page_size")
        # SQLite reads a last page that is cut as zeros. With a log beside it, pages may be there.
        if size < whole and not _has_log(path):
            raise trace_format(path, size, f"truncated; {whole} bytes expected")


def version_of(db: sqlite3.Connection) -> int:
    """Return the schema of an open file."""
    return _pragma(db, "user_version")


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Do what the block does to a connection in autocommit mode wholly, or not at all."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if db.in_transaction:  # of some errors SQLite has taken it back already
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def insertion(table: str, columns: str, *, ignore: bool = False) -> str:
    """Return the statement that adds a row; with `ignore` none where there is one already.

    >>> insertion("points", "id, params")
    'INSERT INTO points (id, params) VALUES (?, ?)'
    """
    word = "INSERT OR IGNORE" if ignore else "INSERT"
    places = ", ".join("?" * len(columns.split(",")))
    return f"{word} INTO {table} ({columns}) VALUES ({places})"


def _has_log(path: Path) -> bool:
    """Whether a log beside the file holds some of it: a reader may leave an empty one."""
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _is_shared(path: Path) -> bool:
    """Whether others have it open in write-ahead mode, or left something in the log."""
    return _has_log(path) or path.with_name(path.name + "-shm").exists()


def _pragma(db: sqlite3.Connection, name: str) -> int:
    (found,) = db.execute(f"PRAGMA {name}").fetchone()
    return int(found)


def _bytes_of(header: bytes) -> int:
    """Return the size that a header states; 65536-byte pages are stored as 1."""
    page_bytes = int.from_bytes(header[_OFFSET_OF_PAGE_BYTES:][:2]) or 1
    pages = int.from_bytes(header[_OFFSET_OF_PAGES:][:4])
    return pages * (65536 if page_bytes == 1 else page_bytes)
