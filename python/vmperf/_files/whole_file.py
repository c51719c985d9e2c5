"""How files come into being whole: written aside, then given their name."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .kept import refuse_kept

__all__ = ["drafted", "named", "write_whole"]


@contextmanager
def drafted(path: Path, *, replace: bool = True, own: bool = False) -> Iterator[Path]:
    """Give a path beside a file to write to; at the end of the block it is the file.

    A reader sees the old file or the new one, also after a loss of power; where the block raises,
    nothing has changed and nothing is left. The folder must exist. Behind a link the file it leads
    to is written, an existing file keeps its mode, and a pipe or device gets the bytes.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    replace : bool
        Whether it may exist before.
    own : bool
        Whether the caller keeps such files, and may write over one that no output replaces.

    Raises
    ------
    FileExistsError
        It exists and is not to be replaced.
    InvalidArgumentError
        It is a journal, a history or of a baseline, which no output replaces.
    """
    path = Path(os.path.realpath(path))
    if replace and not own:
        refuse_kept(path)
    with named(path):
        if path.exists() and not path.is_file():
            with _poured(path) as aside:
                yield aside
        else:
            with _beside(path, replace=replace) as aside:
                yield aside


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Have errors say which file they are of: a full disk is told of without its name."""
    try:
        yield
    except OSError as error:
        if error.errno and error.filename is None:
            error.filename = str(path)
        raise


@contextmanager
def _beside(path: Path, *, replace: bool) -> Iterator[Path]:
    """Draft in the file's own folder, so that giving it its name is one step."""
    aside = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.new")
    try:
        yield aside
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        if replace:
            if path.exists():
                aside.chmod(path.stat().st_mode & 0o7777)
            aside.replace(path)
        else:
            _place(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes | str, *, own: bool = False) -> None:
    """Write a file; text as UTF-8. Its folder must exist; `own` as of `drafted`."""
    with drafted(path, own=own) as aside:
        encoded = data.encode(errors="backslashreplace") if isinstance(data, str) else data
        aside.write_bytes(encoded)


@contextmanager
def _poured(path: Path) -> Iterator[Path]:
    """Draft elsewhere what goes into a pipe or device, whose name must stay what it is."""
    with tempfile.TemporaryDirectory() as folder:
        aside = Path(folder) / "draft"
        yield aside
        with aside.open("rb") as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)


def _place(draft: Path, path: Path) -> None:
    """Give the draft its name, never in place of a file."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        path.touch(exist_ok=False)
        draft.replace(path)
