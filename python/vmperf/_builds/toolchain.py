"""What a native build needs: from this environment, else installed into the cache."""

from __future__ import annotations

import hashlib
import shutil
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .._errors import measurement
from .._files.cache import cache_root
from .._files.tool import run_tool

__all__ = ["Tools", "tools"]

# The build requirements of pyproject.toml for a build by CMake itself.
_REQUIRES = ("pybind11>=3.1,<3.2", "cmeel-eigen>=3.4", "cmake>=3.26", "ninja>=1.11")
_FIND = """
import importlib.metadata, pybind11
print("pybind11", pybind11.__version__, "cmeel-eigen", importlib.metadata.version("cmeel-eigen"))
print(pybind11.get_cmake_dir())
"""


@dataclass(frozen=True, slots=True)
class Tools:
    """Paths of the programs, of pybind11's CMake package; versions of what is in the result."""

    python: str
    cmake: str
    ninja: str
    pybind11: str
    versions: str


def tools(on_step: Callable[[str], None]) -> Tools:
    """Return tools that can build the native module.

    Raises
    ------
    MeasurementError
        ``build_failed`` where they are neither here nor can be installed.
    """
    found = _of(Path(sys.executable))
    if found is not None:
        return found
    digest = hashlib.sha256("\n".join((sys.version, *_REQUIRES)).encode()).hexdigest()[:12]
    folder = cache_root() / "tools" / digest
    python = folder / "bin" / "python"
    if not (folder / "complete").is_file():
        on_step("installing build tools")
        venv.create(folder, with_pip=True, clear=True)
        done = run_tool([python, "-m", "pip", "install", "--quiet", *_REQUIRES])
        if done.code != 0:
            raise measurement("build_failed", f"pip install: {done.said[-500:]}")
        (folder / "complete").touch()
    found = _of(python)
    if found is None:
        raise measurement("build_failed", f"no usable build tools in {folder}")
    return found


def _of(python: Path) -> Tools | None:
    """Return the tools that an environment has, if it has all."""
    cmake, ninja = (_program(python, name) for name in ("cmake", "ninja"))
    done = run_tool([python, "-P", "-c", _FIND])
    if done.code != 0 or cmake is None or ninja is None:
        return None
    versions, _, pybind11 = done.path.partition("\n")
    said = run_tool([cmake, "--version"]).out.partition("\n")[0]
    return Tools(str(python), cmake, ninja, pybind11, f"{versions} {said}")


def _program(python: Path, name: str) -> str | None:
    beside = python.parent / name
    return str(beside) if beside.is_file() else shutil.which(name)
