"""The library under sanitizers: strict bounds on the heap, races of guest copies."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from house import native_build

pytestmark = pytest.mark.slow
CPP = Path(__file__).parent / "cpp"
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


def _program(root: Path, compile_cpp: Compile, name: str, sanitizers: str) -> Path:
    options = ["-DVMPERF_PYTHON=OFF", f"-DVMPERF_SANITIZE={sanitizers}"]
    build = native_build.configure(root, f"memops-{sanitizers.split(',')[0]}", *options)
    native_build.ninja(build, "vmperf_memops_c")
    library = build / "cpp" / "libvmperf_memops.so"
    flags = ["-O1", f"-fsanitize={sanitizers}", "-fno-sanitize-recover=all", "-pthread"]
    rpath = f"-Wl,-rpath,{library.parent}"
    return compile_cpp(CPP / f"{name}.cpp", *flags, library, rpath, depends=[CPP / "support.hpp"])


@pytest.fixture(scope="module")
def strict(repo_root: Path, compile_cpp: Compile) -> Path:
    return _program(repo_root, compile_cpp, "strict", "address,undefined")


def test_bounds(strict: Path, run_binary: Run, levels: list[str]) -> None:
    for level in levels:
        assert run_binary(strict, level).stdout == "ok\n"


def test_one_byte_too_many_is_reported(strict: Path, run_binary: Run, levels: list[str]) -> None:
    for level in levels:
        done = run_binary(strict, level, "over", check=False, ASAN_OPTIONS="abort_on_error=0")
        assert done.returncode != 0
        assert "ERROR: AddressSanitizer" in done.stderr


@pytest.mark.parametrize("atom", [8, 16, 32])
def test_guest_copies_are_no_race(
    repo_root: Path, compile_cpp: Compile, run_binary: Run, atom: int
) -> None:
    program = _program(repo_root, compile_cpp, "guest", "thread")
    if not int(run_binary(program, "atoms").stdout) & atom:
        pytest.skip(f"this CPU has no atom of {atom} bytes")
    done = run_binary(program, "race", str(atom), "300")
    assert "data race" not in done.stderr
    assert re.match(r"atoms [1-9]", done.stdout)
