"""Where peers that come as Python packages lie, told to the native loader.

Packages of the cmeel family put their shared libraries under ``cmeel.prefix/lib`` beside them,
wheels that were repaired by auditwheel into a folder of their own, Unicorn into its package.
Cheap enough for every measuring call: a few file status reads, and a directory is added once.
"""

from __future__ import annotations

import os
import sys

from .. import _core

__all__ = ["add_peer_directories", "peer_folders"]

_FOLDERS = ("cmeel.prefix/lib", "google_crc32c.libs", "unicorn/lib")


def peer_folders() -> list[str]:
    """Return the library folders of every package folder on ``sys.path`` that has some."""
    # No pathlib: workers should start fast.
    folders = [os.path.join(folder, lib) for folder in sys.path for lib in _FOLDERS]  # noqa: PTH118
    return [folder for folder in folders if os.path.isdir(folder)]  # noqa: PTH112


def add_peer_directories() -> None:
    """Tell the native loader of every such folder."""
    for folder in peer_folders():
        _core.os.add_library_directory(folder)
