"""Pairs are kept as they come, so that a comparison that was cut off can go on.

One SQLite file a comparison: each outcome is one committed row, named by its section (a part of a
longer job, such as the second look of an alarm) and its key. What a section measures is written
before the first outcome; whoever goes on must want the same, or is told what differs. Failures are
not kept: they are tried again.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from .._core import OsError
from .._errors import Interrupted, invalid, trace_format
from .._files.kept import check_output, make_folder
from .._files.locks import FileLock
from .._files.sqlite_file import FileKind
from .._history.store import store_folder

__all__ = ["PairLog", "kept_pairs"]

SUFFIX = ".pairs"
KIND = FileKind("comparison", application_id=0x766D7070, oldest=1, newest=1)  # "vmpp"
_SCHEMA = """
CREATE TABLE plans (section TEXT PRIMARY KEY, plan TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE outcomes (
    section TEXT NOT NULL, key TEXT NOT NULL, outcome TEXT NOT NULL, PRIMARY KEY (section, key)
) WITHOUT ROWID;
"""


class PairLog:
    """One section of a file of pairs; without a file nothing is kept.

    Parameters
    ----------
    path : pathlib.Path or None
        The file.
    db : sqlite3.Connection or None
        Open in autocommit mode.
    name : str
        Of the section.
    """

    def __init__(
        self, path: Path | None = None, db: sqlite3.Connection | None = None, name: str = ""
    ) -> None:
        self.path = path
        self._db = db
        self._name = name

    def section(self, name: str) -> PairLog:
        """Return a section inside this one."""
        return PairLog(self.path, self._db, f"{self._name}/{name}")

    def begin(self, plan: Mapping[str, Any]) -> None:
        """Note what is measured; InvalidArgumentError where the file is of something else."""
        if self._db is None or self.path is None:
            return
        text = json.dumps(plan, sort_keys=True, default=str)
        with KIND.told(self.path):
            query = "SELECT plan FROM plans WHERE section = ?"
            found = self._db.execute(query, (self._name,)).fetchone()
            if found is None:
                self._db.execute("INSERT INTO plans VALUES (?, ?)", (self._name, text))
                return
        if differences := _differences(_object(self.path, found[0]), json.loads(text)):
            what = f"a file of the same comparison; it has {'; '.join(differences)}"
            raise invalid("results", self.path, what)

    def get(self, *key: Any) -> Any:
        """Return an outcome; None where there is none yet."""
        if self._db is None or self.path is None:
            return None
        query = "SELECT outcome FROM outcomes WHERE section = ? AND key = ?"
        with KIND.told(self.path):
            found = self._db.execute(query, (self._name, _text(key))).fetchone()
        return None if found is None else _object(self.path, found[0])

    def put(self, outcome: Any, *key: Any) -> None:
        """Keep an outcome; one of the same key is replaced."""
        if self._db is None or self.path is None:
            return
        row = (self._name, _text(key), json.dumps(outcome))
        with KIND.told(self.path):
            self._db.execute("INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?)", row)

    def is_empty(self) -> bool:
        """Return whether nothing was kept yet."""
        if self._db is None:
            return True
        return self._db.execute("SELECT 1 FROM outcomes LIMIT 1").fetchone() is None


@contextmanager
def kept_pairs(
    results: str | Path | PairLog | None, *, resume: bool, kind: str
) -> Iterator[PairLog]:
    """Give the file in which a comparison keeps its pairs.

    Parameters
    ----------
    results : str, path or PairLog, optional
        The file, or a section of one that is open already. By default one in the store, which goes
        away once the comparison is whole; where the store cannot be written, nothing is kept.
    resume : bool
        Go on with a file that is there; without `results` with the newest of this kind.
    kind : str
        ``compare``, ``aa`` or ``ci``: part of the file's name in the store.

    Raises
    ------
    InvalidArgumentError
        The file exists and is not to be gone on with, or does not exist and is.
    Interrupted
        Ctrl-C within the block, once a pair is kept.
    """
    if isinstance(results, PairLog):
        yield results
        return
    path, made = _path(results, resume=resume, kind=kind)
    if path is None:
        yield PairLog()
        return
    lock = FileLock(path)
    try:
        if not path.exists():
            with KIND.created(path, _SCHEMA):
                pass
        with closing(KIND.connect(path, writable=True)) as db:
            log = PairLog(path, db)
            try:
                yield log
            except KeyboardInterrupt:
                made = made and log.is_empty()
                if log.is_empty():
                    raise
                raise Interrupted(path) from None
            except BaseException:
                made = made and log.is_empty()
                raise
    finally:
        if made:
            path.unlink(missing_ok=True)
        lock.release()
        if made:
            with suppress(OSError):  # others lie in it
                path.parent.rmdir()


def _path(results: str | Path | None, *, resume: bool, kind: str) -> tuple[Path | None, bool]:
    """Return the file, and whether it goes away at the end."""
    if results is None and resume:
        found = sorted(store_folder().glob(f"{kind}-*{SUFFIX}"), key=lambda p: p.stat().st_mtime)
        if not found:
            raise invalid("resume", True, f"False: no {kind} that was cut off in {store_folder()}")
        return found[-1], True
    if results is None:
        stamp = f"{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 1_000_000:06d}"
        path = store_folder() / f"{kind}-{stamp}{SUFFIX}"
        try:
            make_folder(path.parent)
            return check_output(path, "results"), True
        except OsError:
            return None, False
    if resume:
        if not Path(results).is_file():
            raise invalid("results", results, "a file of pairs that exists, to go on with")
        return Path(results), False
    if Path(results).exists():
        what = "a file that does not exist yet, or resume (--resume) to go on with it"
        raise invalid("results", results, what)
    return check_output(results, "results"), False


def _text(key: tuple[Any, ...]) -> str:
    return json.dumps(key, sort_keys=True, default=str)


def _object(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise trace_format(path, 0, f"damaged: {error}") from error


def _differences(stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    return [
        f"{name} {_short(stored.get(name))}, not {_short(wanted.get(name))}"
        for name in dict.fromkeys([*stored, *wanted])
        if stored.get(name) != wanted.get(name)
    ]


def _short(value: Any, most: int = 100) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= most else f"{text[: most - 3]}..."
