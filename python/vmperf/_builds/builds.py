"""Native modules of source trees and revisions, built once, and their salted relinks.

All builds of one Python, environment, compiler and tools share a work folder in the cache, whose
sources are brought to what is wanted file by file: only what differs is compiled again. What a
build gave is kept beside it, under the hash of its sources.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import sys
import sysconfig
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

from .._errors import measurement
from .._files.cache import cache_root
from .._files.git import asked
from .._files.locks import waited_for
from .._files.text import decoded
from .._files.tool import run_tool
from .._files.whole_file import drafted
from .relink import relink
from .source import Build, Source
from .surroundings import surroundings
from .toolchain import Tools, tools

__all__ = ["source_builds"]

OnStep = Callable[[str], None]

_LAST_LINES = 15
# What the native module is made of; tests and notebooks change nothing in it.
_BUILT_FROM = ("CMakeLists.txt", "pyproject.toml", "cpp/")
# Where `pip install` builds, seen from the sources: a compiler cache then serves both.
_BUILD = Path("src", "build", "compare")


def source_builds(source: Source, *, salts: int, on_step: OnStep) -> list[Build]:
    """Return builds of a source tree or revision, each with another code layout.

    Parameters
    ----------
    source : Source
        A tree as it is, or a commit.
    salts : int
        How many: the first is linked as the build does it, the others in another order with
        padding between the objects.
    on_step : callable
        Told what is being done, in words.

    Raises
    ------
    MeasurementError
        ``build_failed``, with the compiler's last lines.
    """
    files = _revision_files(source) if source.revision else _tree_files(source.tree)
    with_tools = tools(on_step)
    around = surroundings(versions=with_tools.versions)
    folder = cache_root() / "builds" / f"{_python_tag()}-{around}" / _digest(files)
    with waited_for(folder.parent):
        missing = [salt for salt in range(salts) if not _module(folder, salt).is_file()]
        if missing:
            _build(files, folder, salts, on_step, with_tools)
    return [Build(core=str(_module(folder, salt))) for salt in range(salts)]


def _module(folder: Path, salt: int) -> Path:
    return folder / f"salt-{salt}" / f"_core{sysconfig.get_config_var('EXT_SUFFIX')}"


def _python_tag() -> str:
    return f"{sys.implementation.cache_tag}-{sysconfig.get_platform()}"


def _digest(files: Mapping[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name}\0{len(files[name])}\0".encode())
        whole.update(files[name])
    return whole.hexdigest()[:20]


def _revision_files(source: Source) -> dict[str, bytes]:
    done = asked(source.tree, "archive", "--format=tar", source.revision)
    if done.code != 0:
        raise measurement("build_failed", f"git archive: {done.said}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        found = {}
        for entry in archive:
            if entry.isfile() and _counts(entry.name):
                member = archive.extractfile(entry)
                assert member is not None
                found[entry.name] = member.read()
    return found


def _tree_files(tree: Path) -> dict[str, bytes]:
    # Not by git: a source tree may be none of its repositories.
    found = {}
    for part in _BUILT_FROM:
        top = tree / part
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and "__pycache__" not in path.parts:
                found[path.relative_to(tree).as_posix()] = path.read_bytes()
    return found


def _counts(name: str) -> bool:
    return name.startswith(_BUILT_FROM)


def _build(
    files: Mapping[str, bytes], folder: Path, salts: int, on_step: OnStep, with_tools: Tools
) -> None:
    work = folder.parent / "work"
    on_step("bringing the sources up to date")
    _sync(files, work / "src")
    _configure(work, with_tools, on_step)
    on_step("compiling")
    jobs = str(len(os.sched_getaffinity(0)))
    _run([with_tools.ninja, "-C", str(work / _BUILD), "-j", jobs], "compiling")
    built = next((work / _BUILD / "cpp" / "module").glob("_core*.so"), None)
    if built is None:
        raise measurement("build_failed", "the build made no native module")
    for salt in range(salts):
        on_step(f"linking layout {salt + 1} of {salts}")
        _place(built, _module(folder, salt), salt, with_tools)


def _place(built: Path, target: Path, salt: int, with_tools: Tools) -> None:
    """Put a module where it is kept, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with drafted(target) as made:
        if salt == 0:
            shutil.copyfile(built, made)
        else:
            relink(built, made, salt=salt, ninja=with_tools.ninja)


def _sync(files: Mapping[str, bytes], folder: Path) -> None:
    """Make the folder hold exactly these files, touching only what differs."""
    for path in [*folder.rglob("*")] if folder.is_dir() else []:
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in files and not name.startswith("build/"):
            path.unlink()
    for name, data in files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def _configure(work: Path, with_tools: Tools, on_step: OnStep) -> None:
    on_step("configuring")
    command = [
        *(with_tools.cmake, "-S", str(work / "src"), "-B", str(work / _BUILD), "-G", "Ninja"),
        *(f"-DCMAKE_MAKE_PROGRAM={with_tools.ninja}", "-DCMAKE_BUILD_TYPE=Release"),
        *(f"-DPython_EXECUTABLE={with_tools.python}", f"-Dpybind11_DIR={with_tools.pybind11}"),
    ]
    _run(command, "configuring")


def _run(command: list[str], what: str) -> None:
    done = run_tool(command)
    if done.code != 0:
        lines = f"{done.out}\n{decoded(done.stderr)}".strip().splitlines()
        errors = [line for line in lines if "error" in line.lower()] or lines
        raise measurement("build_failed", f"{what}: " + "\n".join(errors[-_LAST_LINES:]))
