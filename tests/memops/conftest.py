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
    if native_build.sanitized():
        pytest.skip("the module is under test here; test_sanitized.py has such programs")
    build = native_build.configure(repo_root, "native", "-DVMPERF_PYTHON=OFF")
    native_build.ninja(build, "vmperf_memops_c")
    return build


@pytest.fixture(scope="session")
def library(native_tree: Path) -> Path:
    return native_tree / "cpp" / "libvmperf_memops.so"


@pytest.fixture(scope="session")
def program(compile_cpp: Callable[..., Path], library: Path) -> Build:
    """Compile cpp/NAME.cpp against the library; further sources and flags are passed on."""

    def build(name: str, *more: str | Path) -> Path:
        rpath = f"-Wl,-rpath,{library.parent}"
        source = CPP / f"{name}.cpp"
        support = [CPP / "support.hpp"]
        return compile_cpp(source, *more, library, rpath, "-pthread", depends=support)

    return build


@pytest.fixture(scope="session")
def atoms(program: Build) -> int:
    """The widths that guest_copy takes on this machine, as a sum."""
    done = subprocess.run([program("guest"), "atoms"], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.fixture(scope="session")
def process_sources(repo_root: Path) -> list[Path]:
    """What cpp/tearing.cpp needs beside the library, which keeps the rest of os to itself."""
    sources = ("bench/src/team", "os/src/process", "os/src/files")
    return [repo_root / "cpp" / f"{name}.cpp" for name in sources]


@pytest.fixture(scope="session")
def tearing(program: Build, process_sources: list[Path]) -> Path:
    return program("tearing", *process_sources)


@pytest.fixture(scope="session")
def levels(program: Build) -> list[str]:
    """The levels that this machine has, slowest first."""
    done = subprocess.run([program("levels")], capture_output=True, text=True, check=True)
    return [line.split()[1] for line in done.stdout.splitlines() if line.startswith("available")]
