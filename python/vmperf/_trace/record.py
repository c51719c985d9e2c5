"""A command run under the recorder, and what it left merged into traces."""

from __future__ import annotations

import os
import platform
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import _core
from .._errors import invalid, os_error, unsupported
from .._files.kept import check_output
from .run import run

__all__ = ["NothingRecordedError", "record"]

_STEM = re.compile(r"(\d+)-(\d+)\.buf")


class NothingRecordedError(_core.UnsupportedError):
    """A command that was run and left no events; also its exit code."""

    def __init__(self, why: str, exit_code: int) -> None:
        super().__init__(f"nothing was recorded: {why}")
        self.exit_code = exit_code


def record(
    cmd: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str] = "trace.vmt",
    *,
    python_malloc: bool = False,
) -> dict[str, Any]:
    """Run a command and record it: `vmperf.trace.record`, which says more."""
    words = [os.fspath(word) for word in cmd]
    if not words:
        raise invalid("cmd", words, "a program and its arguments")
    target = check_output(out if isinstance(out, Path) else os.fspath(out), "out").absolute()
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise os_error(f"make a folder beside {target}", error) from None
    try:
        process_id, code = run(words, _environment(folder, python_malloc))
        processes = _finish(folder, target, process_id)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if not processes:
        raise NothingRecordedError(_why(words[0]), code)
    return {"exit_code": code, "path": processes[0]["path"], "processes": processes}


def _environment(folder: Path, python_malloc: bool) -> dict[str, str]:
    library = Path(str(_core.__file__)).parent / "lib" / "libvmperf_trace.so"
    if not library.is_file():
        raise unsupported(f"this build has no recorder: {library}")
    loaded = os.environ.get("LD_PRELOAD")
    more = {"PYTHONMALLOC": "malloc"} if python_malloc else {}
    return {
        **os.environ,
        **more,
        "LD_PRELOAD": f"{library}:{loaded}" if loaded else str(library),
        "VMPERF_TRACE_FOLDER": str(folder),
    }


def _finish(folder: Path, target: Path, process_id: int) -> list[dict[str, Any]]:
    """Merge each process's files; the command's own, after its last exec, comes first."""
    stems = []
    for file in folder.iterdir():
        if match := _STEM.fullmatch(file.name):
            stems.append((int(match[1]), int(match[2]), file.with_suffix("")))
    stems.sort(key=lambda one: (one[0] != process_id, one[0], -one[1]))
    machine = _machine()
    found: list[dict[str, Any]] = []
    for pid, image, stem in stems:
        suffix = f".{pid}-{image}" if found else ""
        path = target.with_name(f"{target.stem}{suffix}{target.suffix}")
        row = _core.trace._finish(stem, path, machine)
        if row["n_ops"] == 0:  # it came no further than its start
            path.unlink()
            continue
        found.append({"path": str(path), **row, "own": pid == process_id})
    return found


def _machine() -> str:
    cpu = _core.os.machine()["cpu"]
    return f"{cpu['brand']}; {platform.system()} {platform.release()}"


def _why(program: str) -> str:
    """Say why a program took no notice of LD_PRELOAD."""
    found = shutil.which(program)
    if found is None:
        return f"{program} was not found"
    path = Path(found)
    try:
        with path.open("rb") as file:
            head = file.read(4096)
        mode = path.stat().st_mode
    except OSError:
        return f"{program} cannot be read"
    if head.startswith(b"#!"):
        return f"{program} is a script, whose interpreter is linked statically or privileged"
    if mode & 0o6000:
        return f"{program} is privileged (set-user-id), so the loader ignores LD_PRELOAD"
    if head.startswith(b"\x7fELF") and not _has_interpreter(head):
        return f"{program} is linked statically, so that no library can be loaded before it"
    return f"{program} allocated nothing, or its allocator is its own"


def _has_interpreter(head: bytes) -> bool:
    """Whether a 64-bit little-endian ELF file names a loader (PT_INTERP)."""
    offset = int.from_bytes(head[32:40], "little")
    size, count = (int.from_bytes(head[at : at + 2], "little") for at in (54, 56))
    headers = (head[offset + i * size :][:4] for i in range(count))
    return any(int.from_bytes(kind, "little") == 3 for kind in headers)
