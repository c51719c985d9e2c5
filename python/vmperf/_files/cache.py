"""The user's cache folder, safe to delete."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from .._errors import invalid

__all__ = ["cache_folder", "cache_root"]


def cache_root() -> Path:
    """Return ``VMPERF_CACHE``, else ``vmperf`` in the user's cache folder.

    Raises
    ------
    InvalidArgumentError
        Nobody says where the user's home is.
    """
    if named := os.environ.get("VMPERF_CACHE"):
        return Path(named)
    from platformdirs import user_cache_path

    try:
        folder = user_cache_path("vmperf", appauthor=False)
    except RuntimeError:  # so say newer versions of it
        folder = Path()
    if not folder.is_absolute():
        raise invalid("VMPERF_CACHE", "not set, and there is no home", "a folder for the cache")
    return folder


def cache_folder(kind: str, path: Path) -> Path:
    """Return a folder of the cache for what is made of this file's contents; created."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    folder = cache_root() / kind / f"{path.stem}-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
