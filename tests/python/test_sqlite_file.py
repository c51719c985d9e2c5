"""What all SQLite files of ours have in common: whole, looked at, never replaced, damage told."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import vmperf
from vmperf._files.sqlite_file import FileKind, insertion, transaction, version_of

TABLES = "PRAGMA journal_mode = WAL; CREATE TABLE notes (name TEXT UNIQUE, size INTEGER);"
KIND = FileKind("notebook", application_id=0x6E6F7465, oldest=2, newest=3, wait_s=0.01)
NEWER = FileKind("notebook", application_id=0x6E6F7465, oldest=4, newest=4)
ADD = insertion("notes", "name, size")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "notes.db"
    with KIND.created(path, TABLES) as db, db:
        db.executemany(ADD, [(f"note {number}", number) for number in range(2000)])
    return path


def _names(path: Path) -> list[str]:
    with closing(KIND.connect(path)) as db, KIND.told(path):
        return [name for (name,) in db.execute("SELECT name FROM notes ORDER BY size")]


def test_what_was_written_is_read(path: Path) -> None:
    assert [*path.parent.iterdir()] == [path]
    assert _names(path)[:2] == ["note 0", "note 1"]
    with closing(KIND.connect(path, writable=True)) as db:
        assert version_of(db) == 3
        db.execute(ADD, ("late", 9999))
    assert [*path.parent.iterdir()] == [path]
    assert _names(path)[-1] == "late"


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    with pytest.raises(KeyboardInterrupt), KIND.created(path, TABLES):  # noqa: PT012
        assert not path.exists()
        raise KeyboardInterrupt
    assert [*tmp_path.iterdir()] == []


def test_a_file_is_never_replaced(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(FileExistsError), KIND.created(path, TABLES) as db:
        db.execute(ADD, ("other", 1))
    assert path.read_bytes() == before
    assert [*path.parent.iterdir()] == [path]


def test_a_transaction_is_whole_or_none(path: Path) -> None:
    with closing(KIND.connect(path, writable=True)) as db:
        with pytest.raises(sqlite3.IntegrityError), transaction(db):  # noqa: PT012
            db.execute(ADD, ("new", 1))
            db.execute(ADD, ("note 7", 1))
        assert not db.in_transaction
        with transaction(db):
            db.execute(insertion("notes", "name, size", ignore=True), ("note 7", 1))
            db.execute(ADD, ("newer", 9999))
    assert len(_names(path)) == 2001


# damage ------------------------------------------------------------------------------------------


def _pragma(path: Path, words: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA {words}")


@pytest.mark.parametrize(
    ("damage", "offset", "words"),
    [
        (lambda p: p.write_bytes(b""), 0, "not a vmperf notebook"),
        (lambda p: p.write_bytes(b"precious text" * 100), 0, "not a vmperf notebook"),
        (lambda p: p.write_bytes(p.read_bytes()[:60]), 60, "truncated; .* bytes expected"),
        (lambda p: p.write_bytes(p.read_bytes()[:16]), 16, "truncated; 100 bytes expected"),
        (lambda p: p.write_bytes(p.read_bytes()[:5000]), 5000, "truncated; .* bytes expected"),
        (lambda p: p.write_bytes(p.read_bytes()[:-1]), None, "truncated; .* bytes expected"),
        (lambda p: _pragma(p, "application_id = 5"), 68, "not a vmperf notebook"),
        (lambda p: _pragma(p, "user_version = 4"), 60, "schema 4; this vmperf reads 2 to 3"),
        (lambda p: _pragma(p, "user_version = 1"), 60, "schema 1; this vmperf reads 2 to 3"),
    ],
)
@pytest.mark.parametrize("writable", [True, False])
def test_a_bad_file_is_told_and_kept(
    path: Path, damage: Callable[[Path], object], offset: int | None, words: str, writable: bool
) -> None:
    damage(path)
    before = path.read_bytes()
    with pytest.raises(vmperf.TraceFormatError, match=words) as caught:
        KIND.connect(path, writable=writable)
    assert caught.value.path == str(path)
    assert caught.value.offset == (len(before) if offset is None else offset)
    assert path.read_bytes() == before


def test_one_schema_is_named_alone(path: Path) -> None:
    with pytest.raises(vmperf.TraceFormatError, match=r"schema 3; this vmperf reads 4$"):
        NEWER.connect(path)


def test_a_torn_page_is_told_where_it_is_read(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(vmperf.TraceFormatError, match="damaged: "):
        _names(path)


def test_errors_of_the_contents_are_damage_only_where_named(path: Path) -> None:
    with pytest.raises(vmperf.TraceFormatError, match="damaged: 'x'"), KIND.told(path, KeyError):
        raise KeyError("x")
    with pytest.raises(KeyError), KIND.told(path, ValueError):
        raise KeyError("x")


# others at work ----------------------------------------------------------------------------------


def test_a_log_beside_the_file_is_part_of_it(path: Path) -> None:
    with closing(KIND.connect(path, writable=True)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.executemany(ADD, [("x" * 5000 + str(n), 9999) for n in range(20)])
        assert len(_names(path)) == 2020  # more pages than the file itself has
    assert len(_names(path)) == 2020


@pytest.mark.parametrize("shared", [True, False])
def test_a_folder_that_cannot_be_written_stops_no_reader(
    path: Path, monkeypatch: pytest.MonkeyPatch, shared: bool
) -> None:
    """A file that stands alone is read without a trace; one that is open keeps its locks."""
    path.with_name("notes.db-wal").touch()
    if shared:
        path.with_name("notes.db-shm").touch()
    modes: list[str] = []
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def told(where: str, **how: Any) -> sqlite3.Connection:
        modes.append(where.rpartition("?")[2])
        return connect(where, **how)

    monkeypatch.setattr(sqlite3, "connect", told)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert len(_names(path)) == 2000
    assert modes == ["mode=ro" if shared else "immutable=1"]


def test_another_ones_lock_is_waited_for(path: Path) -> None:
    patient = FileKind("notebook", KIND.application_id, oldest=3, newest=3, wait_s=600)
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        freed = threading.Timer(0.2, lambda: other.execute("COMMIT"))
        freed.start()
        with closing(patient.connect(path, writable=True)) as db:
            assert db.execute("PRAGMA busy_timeout").fetchone() == (600_000,)
            with transaction(db):
                db.execute(ADD, ("patient", 9999))
        freed.join()
    assert _names(path)[-1] == "patient"


def test_what_a_lock_that_stays_is_called(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with closing(KIND.connect(path, writable=True)) as db:
            told = pytest.raises(vmperf.OsError, match=r"notes\.db: it was locked .* for 0\.01 s")
            with told as caught, KIND.told(path), transaction(db):
                pass
    assert caught.value.errno == errno.EAGAIN


def test_a_full_disk_is_no_damage(path: Path) -> None:
    with closing(KIND.connect(path, writable=True)) as db:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages}")  # what SQLite then says is a full disk
        full = pytest.raises(vmperf.OsError, match="no space left on its disk; free some")
        with full as caught, KIND.told(path), transaction(db):
            db.execute(ADD, ("x" * 100_000, 1))
    assert caught.value.errno == errno.ENOSPC
    assert len(_names(path)) == 2000


def test_a_file_that_may_only_be_read_is_no_damage(path: Path) -> None:
    with closing(KIND.connect(path)) as db:
        read_only = pytest.raises(vmperf.OsError, match="read-only; make both writable")
        with read_only, KIND.told(path), transaction(db):
            db.execute(ADD, ("new", 1))


def test_a_full_disk_while_a_file_is_made_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    full = pytest.raises(vmperf.OsError, match="no space left")
    with full, KIND.created(path, "PRAGMA max_page_count = 2;" + TABLES) as db:
        db.execute(ADD, ("x" * 100_000, 1))
    assert [*tmp_path.iterdir()] == []


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "gone" / "notes.db"
    with pytest.raises(vmperf.OsError, match="cannot be opened"), KIND.created(gone, TABLES):
        pass
    with pytest.raises(vmperf.OsError, match="cannot be opened"):
        KIND.connect(gone)
