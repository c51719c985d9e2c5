"""What no output ever replaces: journals, histories, baselines, and the logs beside them.

Their names say nothing, since a journal may be called anything: the file itself is looked at.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from .._errors import invalid, os_error

__all__ = ["BASELINE", "check_output", "is_kept", "make_folder", "refuse_kept"]

BASELINE = "baseline.json"  # what makes a folder a baseline
_SQLITE = b"SQLite format 3\0"
_LOGS = ("-wal", "-shm", "-journal", ".lock")


def refuse_kept(path: Path, argument: str = "output") -> None:
    """Raise InvalidArgumentError where a file that is there must not be written over."""
    what = _kept(path)
    if what:
        raise invalid(argument, path, f"another file: that one is {what}, which nothing replaces")


def is_kept(path: Path) -> bool:
    """Return whether a file is a journal, a history or of a baseline."""
    return bool(_kept(path))


def _kept(path: Path) -> str:
    for ending in _LOGS:
        if path.name.endswith(ending) and _is_sqlite(path.with_name(path.name[: -len(ending)])):
            return "a part of a journal or history"
    if _is_sqlite(path):
        return "a journal, a history or another database"
    if path.exists() and (path.parent / BASELINE).is_file():
        return "a part of a baseline"
    return ""


def _is_sqlite(path: Path) -> bool:
    with suppress(OSError):
        if stat.S_ISREG(path.stat().st_mode):
            with path.open("rb") as file:
                return file.read(len(_SQLITE)) == _SQLITE
    return False


def check_output(path: str | Path, argument: str) -> Path:
    """Return a path that a file can be written to later; looked at before the work for it.

    Parameters
    ----------
    path : str or path
        The file to be.
    argument : str
        Whose value it is, for the message.

    Raises
    ------
    InvalidArgumentError
        An empty name, a folder, a folder that is not there, or a file that nothing replaces.
    OsError
        Nothing can be written there.
    """
    if not str(path).strip():
        raise invalid(argument, repr(str(path)), "the name of a file")
    path = Path(path)
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise invalid(argument, path, "a file; that is a folder")
    if not target.parent.is_dir():
        raise invalid(argument, path, f"a file in a folder that exists; {target.parent} does not")
    refuse_kept(target, argument)
    try:
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(13, "Permission denied")
        if not target.exists() or target.is_file():  # it will be written aside
            with tempfile.TemporaryFile(dir=target.parent) as trial:
                trial.write(b"x")
                trial.flush()
    except OSError as error:
        raise os_error(f"write {argument} {path}", error) from None
    return path


def make_folder(path: Path) -> None:
    """Make a folder, and those above it; OsError where that cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise os_error(f"make the folder {path}", error) from None
