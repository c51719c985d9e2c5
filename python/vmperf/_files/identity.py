"""What a file is: the hash of its contents, since its name says nothing."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from .._errors import os_error

__all__ = ["hash_of"]


def hash_of(path: str | Path) -> str:
    """Return the hash of a file's contents as text; OsError where it cannot be read."""
    try:
        state = Path(path).stat()
        return _hash(str(path), state.st_ino, state.st_size, state.st_mtime_ns)
    except OSError as error:
        raise os_error(f"read {path}", error) from None


@functools.lru_cache(maxsize=64)
def _hash(path: str, *_state: int) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]
