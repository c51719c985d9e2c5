"""One at a time: locks that the kernel frees when their holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .._errors import invalid, os_error

__all__ = ["FileLock", "waited_for"]


@contextmanager
def waited_for(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, which is made; another process that wants it waits."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class FileLock:
    """The one writer of a file: holds ``PATH.lock`` from construction to `release`.

    The lock is not on the file itself: SQLite's own locks would be dropped whenever another
    descriptor of that file is closed. It lies beside the file that a link leads to, so that two
    names of one file are one lock. InvalidArgumentError where another process holds it, OsError
    where its folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        target = Path(os.path.realpath(path))
        self._path = target.with_name(target.name + ".lock")
        while True:
            try:
                self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            except OSError as error:
                raise os_error(f"write beside {path}", error) from None
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(self._fd)
                raise invalid("results", path, "a file that no other run is writing") from None
            if self._is_current():
                return
            os.close(self._fd)  # its last holder removed it between our open and our lock

    def _is_current(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._fd), self._path.stat())
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Remove the lock file and free the lock."""
        self._path.unlink(missing_ok=True)
        os.close(self._fd)
