"""What a build brought that is not of its source: fetched repositories, packages, pinned versions.

A build that fetches gives another program where what it fetches has moved, from the same source by
the same command. So what came is kept beside the build, and a comparison tells where its sides
differ. Looked for in the built tree alone:

========================  ===========================================================
a folder with ``.git``    its commit
``_deps/NAME-src``        CMake's FetchContent without git: a hash of the contents
``NAME-1.0.dist-info``    the version, and a hash of the list of its modules
a lock file               a hash: ``Cargo.lock``, ``uv.lock``, ``conan.lock`` and such
========================  ===========================================================

O(files of the tree).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from .._files.git import git
from .._files.identity import hash_of
from .._files.text import read_text
from .._files.whole_file import write_whole

__all__ = ["FILE", "brought", "differences", "keep_brought", "kept_brought"]

FILE = "brought.json"
_LOCKS = re.compile(r".*\.lock|package-lock\.json|go\.sum|packages\.lock\.json")


def brought(tree: Path, before: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return name -> identity of what lies in a tree now and did not before, or was another.

    Parameters
    ----------
    tree : pathlib.Path
        The tree.
    before : mapping, optional
        What this returned before the build.
    """
    found: dict[str, str] = {}
    for at, folders, files in os.walk(tree):
        here = Path(at)
        inner = {name: _identity(here / name) for name in folders}
        for name in files:
            if _LOCKS.fullmatch(name):
                inner[name] = f"contents {hash_of(str(here / name))[:12]}"
        for name, identity in inner.items():
            if identity:
                found[(here / name).relative_to(tree).as_posix()] = identity
        folders[:] = [name for name in folders if name != ".git" and not inner[name]]
    return {name: one for name, one in found.items() if (before or {}).get(name) != one}


def _identity(folder: Path) -> str:
    """What a folder is at, if it is one that a build fetches; else nothing."""
    if (folder / ".git").exists():
        return f"commit {(git(folder, 'rev-parse', 'HEAD') or 'none')[:12]}"
    if folder.name.endswith("-src") and folder.parent.name == "_deps":
        return f"contents {_contents(folder)}"
    if folder.name.endswith(".dist-info"):
        return _package(folder)
    return ""


def _package(folder: Path) -> str:
    """The hash of a package's own files; nothing for one that was made from a folder here."""
    origin, listed = folder / "direct_url.json", folder / "RECORD"
    if not listed.is_file() or (origin.is_file() and '"file:' in read_text(origin)):
        return ""
    # Scripts name the interpreter, and with it the tree.
    own = [line for line in read_text(listed).splitlines() if not line.startswith("../")]
    own = [line for line in own if not line.startswith(f"{folder.name}/")]
    return f"files {hashlib.sha256(chr(10).join(sorted(own)).encode()).hexdigest()[:12]}"


def _contents(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            whole.update(os.fsencode(f"{path.relative_to(folder)}\0{hash_of(str(path))}\0"))
    return whole.hexdigest()[:12]


def keep_brought(home: Path, found: Mapping[str, str]) -> None:
    """Keep what a build brought beside its tree."""
    write_whole(home / FILE, json.dumps(dict(sorted(found.items())), indent=1) + "\n")


def kept_brought(tree: Path) -> dict[str, str]:
    """Return what the build of a tree in the cache brought; nothing for any other tree."""
    kept = tree.parent / FILE
    if not kept.is_file():
        return {}
    return {str(name): str(one) for name, one in json.loads(read_text(kept)).items()}


def differences(a: Mapping[str, str], b: Mapping[str, str]) -> list[str]:
    """Return a sentence for each thing that both builds brought and that is not the same.

    A package in another version has another name: it is told where the name without the version is
    the same.
    """
    named = [{_plain(name): (name, one) for name, one in side.items()} for side in (a, b)]
    return [
        f"the builds brought different {plain}: {_said(named[0][plain])} for A, "
        f"{_said(named[1][plain])} for B; an older build is kept until 'vmperf cache clear suites'"
        for plain in sorted(named[0].keys() & named[1].keys())
        if named[0][plain] != named[1][plain]
    ]


def _plain(name: str) -> str:
    return re.sub(r"-[^-/]*\.dist-info$", "", name)


def _said(found: tuple[str, str]) -> str:
    name, one = found
    version = re.search(r"-([^-/]*)\.dist-info$", name)
    return f"{version[1]} ({one})" if version else one
