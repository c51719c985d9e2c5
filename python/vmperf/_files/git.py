"""What git says of a folder, where there is git and the folder is in a repository."""

from __future__ import annotations

from pathlib import Path

from .tool import Done, run_tool

__all__ = ["asked", "git"]

_TIMEOUT_S = 60.0  # of one command: it waits where the file system does


def asked(folder: Path, *words: str) -> Done:
    """Return what a git command says, also where it fails."""
    return run_tool(["git", "-C", folder, *words], timeout_s=_TIMEOUT_S)


def git(folder: Path, *words: str) -> str | None:
    """Return what a git command prints, without the blanks around it; None where it fails."""
    done = asked(folder, *words)
    return done.out.strip() if done.code == 0 else None
