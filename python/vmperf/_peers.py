"""Where peers that come as Python packages lie, told to the native loader.

Packages of the cmeel family put their shared libraries under ``cmeel.prefix/lib`` beside them.
Cheap enough for every measuring call: a few file status reads, and a directory is added once.
"""

from __future__ import annotations

import os
import sys

from . import _core

__all__ = ["add_peer_directories", "peer_folders"]


def peer_folders() -> list[str]:
    """Return the library folder of every package folder on ``sys.path`` that has one."""
    # No pathlib: workers should start fast.
    folders = [os.path.join(folder, "cmeel.prefix", "lib") for folder in sys.path]  # noqa: PTH118
    return [folder for folder in folders if os.path.isdir(folder)]  # noqa: PTH112


def add_peer_directories() -> None:
    """Tell the native loader of every such folder."""
    for folder in peer_folders():
        _core.os.add_library_directory(folder)
