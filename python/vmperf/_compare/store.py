"""Where histories and baselines are kept, and how files come into being whole."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["baseline_folder", "history_path", "write_whole"]


def history_path() -> Path:
    """Return ``VMPERF_HISTORY``, else ``history.db`` in ``VMPERF_STORE`` or ``.vmperf``."""
    named = os.environ.get("VMPERF_HISTORY")
    return Path(named) if named else _store() / "history.db"


def baseline_folder() -> Path:
    """Return the folder of all baselines: ``baselines`` in ``VMPERF_STORE`` or ``.vmperf``."""
    return _store() / "baselines"


def _store() -> Path:
    return Path(os.environ.get("VMPERF_STORE") or ".vmperf")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file aside, then give it its name: a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
