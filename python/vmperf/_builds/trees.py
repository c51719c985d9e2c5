"""Trees laid out to be built: with their submodules, and a repository for what asks git.

A build may include a header of a submodule, or take its version from ``git describe``. The new tree
is a clone that borrows all objects of the one it is of, so it costs no more than its files.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from .._errors import measurement
from .._files.git import asked, git
from .._files.tool import run_tool
from .source import Source

__all__ = ["check_out", "copy_tree", "missing_submodules"]

_SUBMODULE = "160000"  # the mode of its entry in a tree


def check_out(source: Source, tree: Path) -> None:
    """Lay out a commit in a folder that is not there yet, with its submodules.

    Raises
    ------
    MeasurementError
        ``build_failed``, with git's words.
    """
    cloned = run_tool(["git", "clone", "--quiet", "--shared", "--no-checkout", source.tree, tree])
    words = ["-c", "advice.detachedHead=false", "checkout", "--quiet", "--detach", source.revision]
    if cloned.code != 0 or asked(tree, *words).code != 0:
        shutil.rmtree(tree, ignore_errors=True)
        _without_repository(source, tree)
    for path, commit in _submodules(source).items():
        inner = source.tree / path
        if git(inner, "cat-file", "-t", commit) == "commit" and _is_top(inner):
            with_files = tree / path
            if with_files.is_dir():
                with_files.rmdir()
            check_out(Source(inner, commit), with_files)


def copy_tree(source: Path, names: list[str], tree: Path) -> None:
    """Lay out files of a tree as they are, and its repository beside them."""
    if _is_top(source) and (head := git(source, "rev-parse", "--verify", "HEAD")):
        done = run_tool(["git", "clone", "--quiet", "--shared", "--no-checkout", source, tree])
        if done.code == 0:
            asked(tree, "update-ref", "--no-deref", "HEAD", head)
            asked(tree, "reset", "--quiet", "--mixed")
    tree.mkdir(exist_ok=True)
    for name in names:
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / name, target, follow_symlinks=False)


def missing_submodules(source: Source, tree: Path) -> list[str]:
    """Return the submodules of a source that have no files in its tree."""
    return [path for path in _submodules(source) if not any((tree / path).glob("*"))]


def _without_repository(source: Source, tree: Path) -> None:
    # By an index of its own: `git archive` would leave out what .gitattributes marks export-ignore,
    # which is often the very benchmarks.
    tree.mkdir()
    with tempfile.TemporaryDirectory(dir=tree.parent) as scratch:
        env = {**os.environ, "GIT_INDEX_FILE": str(Path(scratch) / "index")}
        for words in (
            ["read-tree", source.revision],
            ["checkout-index", "--all", f"--prefix={tree}/"],
        ):
            done = run_tool(["git", "-C", source.tree, *words], env=env)
            if done.code != 0:
                raise measurement("build_failed", f"git {words[0]}: {done.said[-500:]}")


def _is_top(folder: Path) -> bool:
    top = git(folder, "rev-parse", "--show-toplevel")
    return top is not None and Path(top).resolve() == folder.resolve()


def _submodules(source: Source) -> dict[str, str]:
    """Return path -> commit of each submodule of a source."""
    done = asked(source.tree, "ls-tree", "-r", "-z", source.revision or "HEAD")
    found = {}
    for entry in done.stdout.split(b"\0") if done.code == 0 else ():
        about, _, path = os.fsdecode(entry).partition("\t")
        if about.startswith(_SUBMODULE):
            found[path] = about.split()[2]
    return found
