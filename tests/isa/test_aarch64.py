"""The portable C++ on AArch64: cross-compiled, run under qemu-user, compared with this machine."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from house import native_build

CROSS_CXX = "aarch64-linux-gnu-g++"
QEMU = "qemu-aarch64"
MISSING = [name for name in (CROSS_CXX, QEMU) if shutil.which(name) is None]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.isa,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]

TOOLCHAIN = f"""
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER {CROSS_CXX})
"""


def _library(root: Path, name: str, *options: str) -> Path:
    build = native_build.configure(root, name, "-DVMPERF_PYTHON=OFF", *options)
    native_build.ninja(build, "vmperf_native")
    return build / "libvmperf_native.a"


def _program(root: Path, library: Path, compile_cpp: Callable[..., Path], cxx: str) -> Path:
    return compile_cpp(
        Path(__file__).parent / "cpp" / "native.cpp",
        f"-I{root / 'tests' / 'support'}",
        f"-I{library.parent / 'generated'}",
        library,
        "-static-libstdc++",
        "-pthread",
        "-ldl",
        cxx=cxx,
        depends=[library],
    )


@pytest.fixture(scope="module")
def aarch64(repo_root: Path, compile_cpp: Callable[..., Path]) -> Path:
    toolchain = repo_root / "build" / "aarch64.cmake"
    toolchain.parent.mkdir(exist_ok=True)
    toolchain.write_text(TOOLCHAIN)
    library = _library(repo_root, "aarch64", f"-DCMAKE_TOOLCHAIN_FILE={toolchain}")
    return _program(repo_root, library, compile_cpp, CROSS_CXX)


def test_is_aarch64(aarch64: Path) -> None:
    header = aarch64.read_bytes()[:20]
    assert header[:4] == b"\x7fELF"
    assert int.from_bytes(header[18:20], "little") == 183  # EM_AARCH64, ELF for the Arm 64-bit ABI


def test_same_results_as_here(
    aarch64: Path,
    repo_root: Path,
    cxx: str,
    compile_cpp: Callable[..., Path],
    run_binary: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    here = _program(repo_root, _library(repo_root, "native"), compile_cpp, cxx)
    ours = run_binary(here).stdout.splitlines()
    done = run_binary(QEMU, "-L", "/usr/aarch64-linux-gnu", str(aarch64), timeout=300)
    theirs = done.stdout.splitlines()
    # A peer found on one of the two alone makes no difference to the rest.
    peers = set(ours) ^ set(theirs)
    assert all(line.startswith("work ") for line in peers), peers
    assert {line.split()[2] for line in peers}.isdisjoint({"stack", "checked", "naive", "libc"})
    assert any(line.startswith("rng ") for line in ours)
    assert any(line == "work pool/cycle stack" for line in theirs)
    assert platform.machine() != "aarch64" or ours == theirs
