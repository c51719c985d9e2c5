"""The library under sanitizers: strict bounds on the heap, races of guest copies."""

from __future__ import annotations

import os
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


def _program(
    root: Path, compile_cpp: Compile, name: str, sanitizers: str, *more: str | Path
) -> Path:
    options = ["-DVMPERF_PYTHON=OFF", f"-DVMPERF_SANITIZE={sanitizers}"]
    build = native_build.configure(root, f"memops-{sanitizers.split(',')[0]}", *options)
    native_build.ninja(build, "vmperf_memops_c")
    library = build / "cpp" / "libvmperf_memops.so"
    flags = ["-O1", f"-fsanitize={sanitizers}", "-fno-sanitize-recover=all", "-pthread"]
    rpath = f"-Wl,-rpath,{library.parent}"
    after = [*more, *flags, library, rpath]
    return compile_cpp(CPP / f"{name}.cpp", *after, depends=[CPP / "support.hpp"])


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


@pytest.fixture(scope="module")
def fuzz(repo_root: Path, compile_cpp: Compile) -> Path:
    return _program(repo_root, compile_cpp, "fuzz", "address,undefined")


@pytest.mark.fuzz
def test_fuzzed_operations_stay_inside(fuzz: Path, run_binary: Run, seed: int) -> None:
    done = run_binary(fuzz, "run", str(seed), "5000", check=False)
    assert re.fullmatch(r"ok \d+\n", done.stdout), done.stdout + done.stderr
    assert int(done.stdout.split()[1]) > 1000


@pytest.mark.fuzz
@pytest.mark.parametrize(
    ("plant", "said"),
    [("lost", "wrong byte"), ("extra", "AddressSanitizer"), ("overread", "AddressSanitizer")],
)
def test_fuzzer_finds_a_planted_mistake(
    fuzz: Path, run_binary: Run, seed: int, plant: str, said: str
) -> None:
    options = "abort_on_error=0:detect_leaks=0"
    done = run_binary(fuzz, "run", str(seed), "5000", plant, check=False, ASAN_OPTIONS=options)
    assert done.returncode != 0, done.stdout
    assert said in done.stdout + done.stderr
    assert re.search(r"^input [0-9a-f]+$", done.stdout, re.MULTILINE)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="a race needs two CPUs")
@pytest.mark.parametrize("atom", [8, 16, 32])
def test_guest_copies_are_no_race(
    repo_root: Path,
    compile_cpp: Compile,
    run_binary: Run,
    process_sources: list[Path],
    atoms: int,
    atom: int,
) -> None:
    if not atoms & atom:
        pytest.skip(f"this CPU has no atom of {atom} bytes")
    program = _program(repo_root, compile_cpp, "tearing", "thread", *process_sources)
    done = run_binary(program, "race", str(atom), "100000", timeout=280)
    assert "data race" not in done.stderr
    found = re.fullmatch(r"loads 100000 torn (\d+) changed (\d+)\n", done.stdout)
    assert found
    assert int(found[2]) > 0
    assert atom > 8 or found[1] == "0"  # all are made of 8 here, which ThreadSanitizer sees


def test_race_of_a_byte_loop_is_reported(
    repo_root: Path, compile_cpp: Compile, run_binary: Run, process_sources: list[Path]
) -> None:
    program = _program(repo_root, compile_cpp, "tearing", "thread", *process_sources)
    done = run_binary(program, "race", "bytes", "20000", check=False, timeout=280)
    assert done.returncode != 0
    assert "data race" in done.stderr
