"""The shared library of memops, built alone, and programs of cpp/ linked to it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from house import native_build

CPP = Path(__file__).parent / "cpp"
Build = Callable[..., Path]


@pytest.fixture(scope="session")
def native_tree(repo_root: Path) -> Path:
    """A build without Python, as tests/isa makes it, with the library alone."""
    build = native_build.configure(repo_root, "native", "-DVMPERF_PYTHON=OFF")
    native_build.ninja(build, "vmperf_memops_c")
    return build


@pytest.fixture(scope="session")
def library(native_tree: Path) -> Path:
    return native_tree / "cpp" / "libvmperf_memops.so"


@pytest.fixture(scope="session")
def program(compile_cpp: Callable[..., Path], library: Path) -> Build:
    """Compile cpp/NAME.cpp against the library."""

    def build(name: str) -> Path:
        rpath = f"-Wl,-rpath,{library.parent}"
        source = CPP / f"{name}.cpp"
        return compile_cpp(source, library, rpath, "-pthread", depends=[CPP / "support.hpp"])

    return build


@pytest.fixture(scope="session")
def levels(program: Build) -> list[str]:
    """The levels that this machine has, slowest first."""
    done = subprocess.run([program("levels")], capture_output=True, text=True, check=True)
    return [line.split()[1] for line in done.stdout.splitlines() if line.startswith("available")]
