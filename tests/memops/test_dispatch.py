"""Levels by name and by VMPERF_SIMD; the C face's library."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Build = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]
CPP = Path(__file__).parent / "cpp"
ALL = {"scalar", "sse2", "avx2", "avx512", "neon"}


def _last(run_binary: Run, program: Path, *args: str, **env: str) -> str:
    return run_binary(program, *args, **env).stdout.splitlines()[-1]


def test_best_level_is_the_default(program: Build, run_binary: Run, levels: list[str]) -> None:
    assert _last(run_binary, program("levels")) == f"level {levels[-1]} copied 1"
    assert _last(run_binary, program("levels"), VMPERF_SIMD="") == f"level {levels[-1]} copied 1"
    assert levels[0] == "scalar"
    assert len(levels) > 1


def test_each_level_by_environment(program: Build, run_binary: Run, levels: list[str]) -> None:
    for level in levels:
        last = _last(run_binary, program("levels"), VMPERF_SIMD=level)
        assert last == f"level {level} copied 1"


def test_each_level_by_name(program: Build, run_binary: Run, levels: list[str]) -> None:
    for level in levels:
        assert _last(run_binary, program("levels"), level) == f"set {level} before {levels[-1]}"


def test_level_that_is_not_there(program: Build, run_binary: Run, levels: list[str]) -> None:
    missing = min(ALL - set(levels))
    by_name = _last(run_binary, program("levels"), missing)
    by_environment = _last(run_binary, program("levels"), VMPERF_SIMD=missing)
    for said in (by_name, by_environment):
        assert said.startswith("UnsupportedError")
        assert missing in said
        assert levels[-1] in said
    assert "VMPERF_SIMD" in by_environment


def test_level_that_is_unknown(program: Build, run_binary: Run) -> None:
    by_name = _last(run_binary, program("levels"), "AVX2")
    by_environment = _last(run_binary, program("levels"), VMPERF_SIMD="best")
    assert by_name.startswith("InvalidArgumentError SIMD level is 'AVX2'; allowed: scalar, sse2")
    assert by_environment.startswith("InvalidArgumentError VMPERF_SIMD is 'best'; allowed: scalar")


@pytest.fixture(scope="module")
def c_client(library: Path, repo_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    cc = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")
    if cc is None:
        pytest.skip("no C compiler")
    out = tmp_path_factory.mktemp("c") / "c_face"
    include = repo_root / "cpp" / "memops" / "include"
    command = [cc, "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-fno-builtin", f"-I{include}"]
    command += [str(CPP / "c_face.c"), str(library), f"-Wl,-rpath,{library.parent}", "-o", str(out)]
    subprocess.run(command, check=True)
    return out


def test_c_face(c_client: Path, run_binary: Run, levels: list[str]) -> None:
    for level in levels:
        assert run_binary(c_client, VMPERF_SIMD=level).stdout == "ok\n"


def test_c_face_says_one_line_and_aborts(c_client: Path, run_binary: Run) -> None:
    done = run_binary(c_client, check=False, VMPERF_SIMD="best")
    assert done.returncode == -6
    assert done.stderr.startswith("vmperf: VMPERF_SIMD is 'best'; allowed: scalar")
    assert done.stderr.count("\n") == 1


def test_library_is_free_of_python(library: Path) -> None:
    command = ["objdump", "-p", str(library)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    needed = [line.split()[1] for line in text.splitlines() if "NEEDED" in line]
    assert needed
    assert not [name for name in needed if "python" in name]


def test_library_exports_its_own_names_alone(library: Path) -> None:
    command = ["nm", "-D", "-C", "--defined-only", str(library)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    ours = {line.split(maxsplit=2)[2] for line in text.splitlines() if " T " in line}
    names = {"memcpy", "memmove", "memset", "memcmp", "memchr"}
    assert {f"vmperf_{name}" for name in names} <= ours
    strays = {name for name in ours if not name.startswith(("vmperf_mem", "vmperf::memops::"))}
    assert strays == set()
