"""Where peers that come as Python packages lie, told to the native loader.

Packages of the cmeel family put their shared libraries under ``cmeel.prefix/lib`` beside them.
Cheap enough for every measuring call: a few file status reads, and a directory is added once.
"""

from __future__ import annotations

import os
import sys

from . import _core

__all__ = ["add_peer_directories"]


def add_peer_directories() -> None:
    """Add the library folder of every package folder on ``sys.path`` that has one."""
    for folder in sys.path:
        # No pathlib: workers should start fast.
        libraries = os.path.join(folder, "cmeel.prefix", "lib")  # noqa: PTH118
        if os.path.isdir(libraries):  # noqa: PTH112
            _core.os.add_library_directory(libraries)
