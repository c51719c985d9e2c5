"""Trees of any git repository, checked out into the cache and built there once by a command.

A tree lies under a name made of its revision (or its files' contents), the build command and what
the build depends on, equally long for all: the length of a path alone moves the stack, and with it
a benchmark.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from .._errors import invalid, measurement
from .._files.cache import cache_root, trim_cache
from .._files.git import asked, git
from .._files.locks import waited_for
from .._files.named import home_expanded
from .._files.text import read_text
from .brought import FILE, brought, keep_brought
from .source import Source, no_commit, source_of
from .surroundings import surroundings
from .trees import check_out, copy_tree, missing_submodules

__all__ = ["checked_out", "digest", "find_source", "prefix_in_repository"]

_LAST_LINES = 15
_NEVER_COPIED = (".git", "__pycache__", ".pytest_cache")


def find_source(text: str, *, repository: Path | None) -> Source:
    """Return what a word names: a folder, or a revision of the repository.

    Parameters
    ----------
    text : str
        A folder or a git revision, in this order; ``path:`` or ``rev:`` in front decides.
    repository : Path, optional
        Where revisions are looked up; by default the current folder.

    Raises
    ------
    InvalidArgumentError
        A word that is neither.
    """
    if not text.strip():
        raise invalid("rev", repr(text), "a word; is a variable not set?")
    kind, _, rest = text.partition(":")
    word = rest if kind in ("path", "rev") and rest else text
    folder = home_expanded(word)
    if kind != "rev" and folder.is_dir():
        return Source(folder.resolve())
    if kind == "path":
        raise invalid("path", repr(word), "a folder that exists")
    source = source_of(word, repository or Path())
    if source is None:
        raise invalid("rev", repr(word), no_commit(word, repository or Path()))
    return source


def prefix_in_repository(folder: Path) -> str:
    """Return where a folder lies inside its git repository; empty at the top, or outside of one."""
    return (git(folder, "rev-parse", "--show-prefix") or "").rstrip("/")


def checked_out(source: Source, *, build: str | None, folder: str) -> Path:
    """Return a tree in the cache that holds a source, built.

    Parameters
    ----------
    source : Source
        A folder as it is now, or a commit.
    build : str, optional
        A command for the shell, run once in the tree.
    folder : str
        Where in the tree it is run.

    Raises
    ------
    MeasurementError
        ``build_failed``, with the last lines of the command; all of them are kept in ``build.log``
        beside the tree, as is what the build brought (``brought.json``).
    """
    names = [] if source.revision else _files(source.tree)
    identity = source.revision or _digest(source.tree, names)
    around = surroundings() if build is not None else ""
    words = "\0".join((identity, build or "", folder, around))
    key = hashlib.sha256(os.fsencode(words)).hexdigest()[:20]
    home = cache_root() / "suites" / key
    trim_cache("suites")
    with waited_for(home):
        os.utime(home)  # used now
        tree = home / "tree"
        known = build is None or (home / FILE).is_file()
        if (home / "complete").is_file() and tree.is_dir() and known:
            return tree
        (home / "complete").unlink(missing_ok=True)
        if tree.exists():
            shutil.rmtree(tree)  # of an attempt that failed or was cut off
        if source.revision:
            check_out(source, tree)
        else:
            copy_tree(source.tree, names, tree)
        if build is not None:
            before = brought(tree)
            _build(build, tree / folder, home / "build.log", missing_submodules(source, tree))
            keep_brought(home, brought(tree, before))
        (home / "complete").touch()
    return tree


def _files(tree: Path) -> list[str]:
    """Return what a tree consists of: what git knows or would add, outside of git everything."""
    command = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    done = asked(tree, *command)
    if done.code == 0:
        names = [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]
    else:
        names = [path.relative_to(tree).as_posix() for path in tree.rglob("*")]
    for name in [name for name in names if (tree / name / ".git").exists()]:  # a submodule
        names += [f"{name}/{inner}" for inner in _files(tree / name)]
    kept = (name for name in names if not set(_NEVER_COPIED) & set(Path(name).parts))
    return sorted(n for n in kept if (tree / n).is_symlink() or (tree / n).is_file())


def digest(tree: Path) -> str:
    """Return a short hash of what a tree consists of, built products that git ignores aside."""
    return _digest(tree, _files(tree))[:16]


def _digest(tree: Path, names: list[str]) -> str:
    whole = hashlib.sha256()
    for name in names:
        path = tree / name
        link = path.is_symlink()
        data = os.fsencode(path.readlink()) if link else path.read_bytes()
        mode = "l" if link else "x" if os.access(path, os.X_OK) else "-"
        whole.update(os.fsencode(f"{name}\0{mode}{len(data)}\0"))
        whole.update(data)
    return whole.hexdigest()


def _build(command: str, folder: Path, log: Path, missing: list[str]) -> None:
    with log.open("wb") as output:
        done = subprocess.run(
            command,
            shell=True,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        lines = read_text(log).strip().splitlines()[-_LAST_LINES:]
        said = "\n".join([f"{command!r} ended with {done.returncode}", *lines])
        if missing:
            said += f"\nsubmodules that are not here: {', '.join(missing)}; "
            said += "git submodule update --init --recursive"
        raise measurement("build_failed", said)
