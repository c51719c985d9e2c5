"""Where builds and unpacked wheels are kept: the user's cache folder, safe to delete."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .._files.cache import cache_root

__all__ = ["cache_folder", "cache_root"]


def cache_folder(kind: str, path: Path) -> Path:
    """Return a folder for what is made of this file's contents; created."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    folder = cache_root() / kind / f"{path.stem}-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
