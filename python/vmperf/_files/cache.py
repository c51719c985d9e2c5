"""The user's cache folder, safe to delete."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from .._errors import invalid, near

__all__ = ["cache_folder", "cache_root", "cache_usage", "clear_cache", "trim_cache"]


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


def cache_usage(kind: str | None = None) -> list[dict[str, str | int]]:
    """Return kind, number of entries and size in bytes of each part of the cache, or of one.

    Raises
    ------
    InvalidArgumentError
        There is no such part.
    """
    root = cache_root()
    kinds = sorted(path for path in root.glob("*")) if root.is_dir() else []
    if kind is not None:
        _require(kind, [path.name for path in kinds])
        kinds = [root / kind]
    return [
        {
            "kind": kind.name,
            "entries": len([*kind.iterdir()]) if kind.is_dir() else 1,
            "size_bytes": sum(map(_size, [kind, *kind.rglob("*")])),
        }
        for kind in kinds
    ]


def clear_cache(kind: str | None = None) -> None:
    """Remove one part of the cache, or all of it; InvalidArgumentError for an unknown part."""
    known = [str(one["kind"]) for one in cache_usage()]
    if kind is not None:
        _require(kind, known)
    for name in known if kind is None else [kind]:
        _remove(cache_root() / name)


def _require(kind: str, known: list[str]) -> None:
    if kind not in known:
        raise invalid("kind", repr(kind), near(kind, known))


def trim_cache(kind: str, *, now_s: float | None = None) -> None:
    """Remove entries of a part that nobody has used for long: a day beyond the newest 20, or 30.

    Whoever uses an entry touches it.
    """
    now = time.time() if now_s is None else now_s
    folder = cache_root() / kind
    entries = sorted(folder.iterdir(), key=_used_s, reverse=True) if folder.is_dir() else []
    for rank, entry in enumerate(entries):
        idle_days = (now - _used_s(entry)) / _DAY_S
        if idle_days > (_MOST_DAYS if rank < _NEWEST else 1):
            _remove(entry)


_NEWEST, _MOST_DAYS, _DAY_S = 20, 30, 86400


def _used_s(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.lstat().st_blocks * 512
    return 0


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
