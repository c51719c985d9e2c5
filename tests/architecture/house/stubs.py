"""The stubs of the native module, as pybind11-stubgen writes them from the built module."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

STUBS = Path("python/vmperf/_core")


def generate(into: Path) -> dict[str, str]:
    """Write the stubs of vmperf._core below a folder; returns their texts by file name."""
    command = [sys.executable, "-m", "pybind11_stubgen", "vmperf._core", "-o", str(into)]
    command += ["--exit-code", "--numpy-array-use-type-var"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"pybind11-stubgen failed:\n{done.stdout}\n{done.stderr}")
    return read(into / "vmperf" / "_core")


def read(folder: Path) -> dict[str, str]:
    """The texts of a folder's stubs by file name."""
    files = sorted(folder.rglob("*.pyi"))
    return {file.relative_to(folder).as_posix(): _plain(file.read_text()) for file in files}


def _plain(text: str) -> str:
    """No blanks at the ends of lines; one line break at the end."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip() + "\n"


def differences(fresh: dict[str, str], kept: dict[str, str]) -> list[str]:
    """Which stubs are stale, missing or left over."""
    bad = [f"{STUBS}/{name}: missing" for name in sorted(fresh.keys() - kept.keys())]
    bad += [f"{STUBS}/{name}: left over" for name in sorted(kept.keys() - fresh.keys())]
    both = sorted(fresh.keys() & kept.keys())
    return bad + [f"{STUBS}/{name}: stale" for name in both if fresh[name] != kept[name]]
