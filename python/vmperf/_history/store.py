"""Where histories, baselines and pairs are kept."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["baseline_folder", "history_path", "store_folder"]


def history_path() -> Path:
    """Return ``VMPERF_HISTORY``, else ``history.db`` in ``VMPERF_STORE`` or ``.vmperf``."""
    named = os.environ.get("VMPERF_HISTORY")
    return Path(named) if named else store_folder() / "history.db"


def baseline_folder() -> Path:
    """Return the folder of all baselines: ``baselines`` in ``VMPERF_STORE`` or ``.vmperf``."""
    return store_folder() / "baselines"


def store_folder() -> Path:
    """Return ``VMPERF_STORE`` or ``.vmperf``."""
    return Path(os.environ.get("VMPERF_STORE") or ".vmperf")
