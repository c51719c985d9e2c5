"""CMake build trees of the tests' own, kept below build/ so that a second run is incremental."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from house.locked import locked


def sanitized() -> bool:
    """Whether this interpreter runs with AddressSanitizer, which makes native work slow."""
    return "libasan" in os.environ.get("LD_PRELOAD", "")


def tool(name: str) -> str:
    """CMake and Ninja come with `pip install '.[test]'`, beside this interpreter."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is missing: pip install '.[test]'")
    return found


def run(command: list[str], **env: str) -> str:
    """Run a build command; what it printed is the error where it fails."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **env}
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-8000:]}\n{done.stderr[-8000:]}")
    return done.stdout


def _compiler() -> str:
    """The name by which `pip install` calls it: a part of a compiler cache's key."""
    return os.environ.get("CXX") or shutil.which("g++") or "c++"


def configure(root: Path, name: str, *options: str) -> Path:
    """Configure build/NAME of this tree."""
    build = root / "build" / name
    command = [tool("cmake"), "-S", str(root), "-B", str(build), "-G", "Ninja"]
    command += [f"-DCMAKE_MAKE_PROGRAM={tool('ninja')}", f"-DPython_EXECUTABLE={sys.executable}"]
    if not any("CMAKE_TOOLCHAIN_FILE" in option for option in options):
        command.append(f"-DCMAKE_CXX_COMPILER={_compiler()}")
    with locked(build.with_suffix(".lock")):
        run([*command, "-DCMAKE_BUILD_TYPE=Release", *options])
    return build


def ninja(build: Path, *targets: str) -> None:
    """Build targets with at most two jobs."""
    command = [tool("ninja"), "-C", str(build), "-j", str(min(2, os.cpu_count() or 1)), *targets]
    with locked(build.with_suffix(".lock")):
        run(command)


def drop_flags(build: Path, flags: Sequence[str]) -> None:
    """Take flags out of compile_commands.json, which the next configuration writes anew."""
    file = build / "compile_commands.json"
    text = file.read_text()
    for flag in flags:
        text = text.replace(f" {flag} ", " ")
    file.write_text(text)


def compiled_files(build: Path) -> list[Path]:
    """The source files of compile_commands.json, without generated ones."""
    entries = json.loads((build / "compile_commands.json").read_text())
    files = {Path(entry["file"]) for entry in entries}
    return sorted(file for file in files if build not in file.parents)
