"""The user's cache folder, safe to delete."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["cache_root"]


def cache_root() -> Path:
    """Return ``VMPERF_CACHE``, else ``vmperf`` in the user's cache folder."""
    if named := os.environ.get("VMPERF_CACHE"):
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "vmperf"
