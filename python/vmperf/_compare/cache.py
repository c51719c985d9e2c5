"""Where builds and unpacked wheels are kept: the user's cache folder, safe to delete."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

__all__ = ["cache_folder", "cache_root"]


def cache_root() -> Path:
    """Return ``VMPERF_CACHE``, else ``vmperf`` in the user's cache folder."""
    if named := os.environ.get("VMPERF_CACHE"):
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "vmperf"


def cache_folder(kind: str, path: Path) -> Path:
    """Return a folder for what is made of this file's contents; created."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    folder = cache_root() / kind / f"{path.stem}-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
