"""Keeps measured streaming thresholds of memops, one file per machine, build and SIMD level.

The native module calls this; what it is for stands in ``vmperf.memops.calibrate``.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

from .. import _core
from .._files.cache import cache_root
from .._files.whole_file import write_whole

__all__ = ["calibrate", "settle"]

_KEYS = ("stream_copy_bytes", "stream_fill_bytes")


def calibrate(*, cached: bool) -> dict[str, int]:
    """Set and return the thresholds: those on disk, else measured ones, which are stored."""
    memops = _core.memops
    file = _file()
    if cached and file is not None and (known := _read(file)) is not None:
        with contextlib.suppress(_core.InvalidArgumentError):  # a file that somebody changed
            memops._use_measured(**known)
            return dict(memops.thresholds())
    found = dict(memops._measure_thresholds())
    if file is not None:
        _write(file, {key: found[key] for key in _KEYS})
    return found


def settle() -> dict[str, int]:
    """Calibrate for a copy that could stream and return the thresholds.

    Without memory for it, what is assumed stays.
    """
    with contextlib.suppress(_core.CapacityError, _core.OsError):
        calibrate(cached=True)
    return dict(_core.memops.thresholds())


def _file() -> Path | None:
    # Where nobody says what home is, there is no cache.
    with contextlib.suppress(_core.InvalidArgumentError, RuntimeError, OSError):
        return cache_root() / "memops" / f"thresholds-{_fingerprint()}.json"
    return None


def _fingerprint() -> str:
    """Name what the thresholds depend on: CPU, hypervisor, caches, level and version."""
    cpu = _core.os.machine()["cpu"]
    text = json.dumps([cpu, _core.memops.simd_level(), _core.__version__], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read(file: Path) -> dict[str, int] | None:
    try:
        found = json.loads(file.read_text())
        known = {key: found[key] for key in _KEYS}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return known if all(type(value) is int for value in known.values()) else None


def _write(file: Path, values: dict[str, int]) -> None:
    with contextlib.suppress(OSError):  # a folder that cannot be written is none
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, json.dumps(values))
