"""The environment in which a command runs under an allocator.

The loader of the C library does the work (``LD_PRELOAD``); so there is no process of ours between
the command and its caller, and exit status, signals and terminal are the command's own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import _core
from .._errors import invalid, near, unsupported
from .._files.kept import check_output

__all__ = ["OURS", "environment", "library_of", "program_of"]

OURS = "vmperf"
_LIBC = "libc"
_REBUILD = "install vmperf from its wheel, or rebuild it"


def environment(
    design: str = OURS,
    *,
    checked: bool = False,
    watch: str | os.PathLike[str] | None = None,
    interval_ms: int = 50,
    base: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the environment of a command that runs under an allocator.

    Parameters
    ----------
    design : str
        ``vmperf``, a peer of `vmperf.alloc.peers`, or ``libc``: none is preloaded.
    checked : bool
        Of ours alone: misuse ends the command with a message.
    watch : str or path, optional
        File to which memory over time is written.
    interval_ms : int
        Between two samples of `watch`, 1 to 3600000.
    base : mapping of str, optional
        What it is added to; this process's environment by default.

    Returns
    -------
    dict of str
        For `subprocess.run` or `os.execve`.

    Raises
    ------
    InvalidArgumentError
        An unknown allocator, an interval out of range, `checked` with a peer, a path that the
        loader can't take, a `watch` that nothing can be written to or that nothing replaces.
    UnsupportedError
        The allocator, or our own library, is not installed.
    """
    found = dict(os.environ if base is None else base)
    libraries = []
    if watch is not None:
        if not 1 <= interval_ms <= 3_600_000:
            raise invalid("interval_ms", interval_ms, "1 to 3600000")
        libraries.append(_own_library("watch"))
        found["VMPERF_ALLOC_WATCH"] = str(check_output(os.fspath(watch), "watch").absolute())
        found["VMPERF_ALLOC_WATCH_MS"] = str(interval_ms)
    if checked:
        if design != OURS:
            raise invalid("design", design, f"{OURS} where checked is asked for")
        found["VMPERF_ALLOC_CHECKED"] = "1"
    if design != _LIBC:
        libraries.append(library_of(design))
    for path in libraries:
        if any(c in str(path) for c in " :"):
            raise invalid("path of a library", path, "one without blanks and colons (LD_PRELOAD)")
    others = found.get("LD_PRELOAD", "").replace(" ", ":").split(":")
    names = [*map(str, libraries), *(name for name in others if name)]
    if names:
        found["LD_PRELOAD"] = ":".join(dict.fromkeys(names))
    return found


def library_of(design: str) -> Path:
    """Return the file that is preloaded for an allocator; errors as `environment`."""
    if design == OURS:
        return _own_library("alloc")
    peers = {row["name"]: row for row in _core.alloc.peers() if row["peer"]}
    if design not in peers:
        raise invalid("design", design, near(design, [OURS, _LIBC, *peers]))
    if not peers[design]["present"]:  # one may want room for its thread-local storage at the start
        peers = {row["name"]: row for row in _peers_of_a_child()}
    if not peers[design]["present"]:
        raise unsupported(f"{design}: {peers[design]['reason']}")
    return Path(peers[design]["path"]).resolve()


def _peers_of_a_child() -> list[dict[str, Any]]:
    code = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); import vmperf; "
    code += "print(json.dumps(vmperf.alloc.peers()))"
    env = os.environ | {"GLIBC_TUNABLES": "glibc.rtld.optional_static_tls=16384"}
    command = [sys.executable, "-c", code, json.dumps(sys.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def _own_library(part: str) -> Path:
    file = Path(str(_core.__file__)).parent / "lib" / f"libvmperf_{part}.so"
    if not file.exists():
        raise unsupported(f"{file} is not there: {_REBUILD}")
    return file


def program_of(command: str) -> Path:
    """Return the file of a program, by PATH where its name has no slash.

    Raises
    ------
    InvalidArgumentError
        There is no such program; it is linked statically, so that nothing can be preloaded.
    """
    found = shutil.which(command)
    if found is None:
        raise invalid("command", command, "a program that there is, in PATH or by its path")
    if is_static(Path(found)):
        raise invalid("command", command, "a dynamically linked program: nothing can be preloaded")
    return Path(found)


def is_static(file: Path) -> bool:
    """Whether a file is a program of this machine's word size that names no loader."""
    import struct

    with file.open("rb") as opened:
        head = opened.read(64)
        if head[:4] != b"\x7fELF" or head[4:6] != b"\2\1":
            return False
        start, size, count = (
            struct.unpack_from("<Q", head, 32)[0],
            *struct.unpack_from("<HH", head, 54),
        )
        opened.seek(start)
        table = opened.read(size * count)
    kinds = {struct.unpack_from("<I", table, i * size)[0] for i in range(len(table) // (size or 1))}
    return 3 not in kinds  # PT_INTERP
