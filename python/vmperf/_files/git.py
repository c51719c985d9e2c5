"""What git says of a folder, where there is git and the folder is in a repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["git"]

_TIMEOUT_S = 60.0  # of one command: it waits where the file system does


def git(folder: Path, *words: str) -> str | None:
    """Return what a git command prints, without the blanks around it; None where it fails."""
    command = ["git", "-C", str(folder), *words]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
