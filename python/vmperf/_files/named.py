"""Paths as people name them, where any word may stand: none of them raises."""

from __future__ import annotations

from pathlib import Path

__all__ = ["home_expanded", "is_there"]


def home_expanded(word: str) -> Path:
    """Return a path with ``~`` replaced; as it is where nobody says what home is."""
    try:
        return Path(word).expanduser()
    except RuntimeError:
        return Path(word)


def is_there(path: Path) -> bool:
    """Return whether a path is there; a word that can be no path is not."""
    try:
        return path.exists()
    except (OSError, ValueError):  # too long, without permission
        return False
