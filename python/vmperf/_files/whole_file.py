"""How files come into being whole: written aside, then given their name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["drafted", "write_whole"]


@contextmanager
def drafted(path: Path, *, replace: bool = True) -> Iterator[Path]:
    """Give a path beside a file to write to; at the end of the block it is the file.

    A reader sees the old file or the new one, also after a loss of power; where the block raises,
    nothing has changed and nothing is left. The folder must exist.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    replace : bool
        Whether it may exist before.

    Raises
    ------
    FileExistsError
        It exists and is not to be replaced.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.new")
    try:
        yield aside
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        if replace:
            aside.replace(path)
        else:
            _place(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes | str) -> None:
    """Write a file; text as UTF-8. Its folder must exist."""
    with drafted(path) as aside:
        aside.write_bytes(data.encode() if isinstance(data, str) else data)


def _place(draft: Path, path: Path) -> None:
    """Give the draft its name, never in place of a file."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        path.touch(exist_ok=False)
        draft.replace(path)
