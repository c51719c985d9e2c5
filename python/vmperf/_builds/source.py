"""What is built, and what was: a source tree or a revision of one, and a native module.

Of a tree and a word for a commit `source_of` makes a source; `here` is the module of this process.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from .. import _core
from .._files.git import asked, git

__all__ = ["Build", "Source", "here", "no_commit", "source_of"]


@dataclass(frozen=True, slots=True)
class Source:
    """Code that must be built first: a source tree, or a revision of one.

    Attributes
    ----------
    tree : Path
        The tree, or the repository of the revision.
    revision : str
        The commit's full hash; empty for the tree as it is.
    """

    tree: Path
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Build:
    """A native module and what is loaded into it.

    Attributes
    ----------
    core : str
        Path of the native module.
    python : str
        An interpreter that can load it.
    libraries : tuple of str
        Libraries of own benchmarks, loaded into it.
    imports : tuple of dict
        Libraries of C functions that are designs: ``name, path, prefix``.
    """

    core: str
    python: str = sys.executable
    libraries: tuple[str, ...] = ()
    imports: tuple[dict[str, str], ...] = ()


def here() -> Build:
    """Return this process's native module with what is loaded into it."""
    imports = tuple(
        {name: one[name] for name in ("name", "path", "prefix")} for one in _core.bench.imports()
    )
    return Build(
        core=str(_core.__file__), libraries=tuple(_core.bench.libraries()), imports=imports
    )


def source_of(revision: str, repository: Path) -> Source | None:
    """Return the commit that git takes a word for; None where it knows none."""
    commit = git(repository, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if commit is None:
        return None
    top = git(repository, "rev-parse", "--show-toplevel")
    return Source(Path(top or repository), commit)


def no_commit(revision: str, repository: Path) -> str:
    """Return what is allowed where a word is no commit, with what git says of it."""
    said = asked(repository, "rev-parse", "--verify", f"{revision}^{{commit}}").said
    last = said.splitlines()[0]
    if git(repository, "rev-parse", "--is-shallow-repository") == "true":
        last += "; the clone is shallow: git fetch --unshallow"
    where = repository.resolve()
    return f"a commit of the git repository at {where}; git says: {last}"
