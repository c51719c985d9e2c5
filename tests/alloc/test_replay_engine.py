"""The engine of the replay against a shadow allocator, in C++, plain and under sanitizers."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent / "cpp" / "replay.cpp"
SANITIZED = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]
OS_FILES = (
    "clock", "cpu", "cpu_a64", "cpu_x86", "files", "memory_use", "microarchitecture",
    "ordered_ticks", "pages", "process", "shared_page", "ticks",
)  # fmt: skip


@pytest.fixture(scope="session")
def sources(repo_root: Path) -> list[Path]:
    cpp = repo_root / "cpp"
    found = sorted((cpp / "alloc").glob("api_replay*.cpp"))
    found.remove(cpp / "alloc" / "api_replay_workload.cpp")  # that of the benchmark
    return [*found, *(cpp / "os" / "src" / f"{name}.cpp" for name in OS_FILES)]


@pytest.mark.differential
@pytest.mark.parametrize(
    "what", ["order", "stamped", "same", "real", "churn", "image", "check", "bad", "null"]
)
def test_against_a_shadow(
    compile_cpp: Compile, run_binary: Run, sources: list[Path], seed: int, what: str, tmp_path: Path
) -> None:
    program = compile_cpp(SOURCE, *sources, *SANITIZED, "-pthread")
    # Planted allocators leak what they are told to free.
    done = run_binary(
        program, what, str(seed), str(tmp_path / "plan"), ASAN_OPTIONS="detect_leaks=0"
    )
    assert done.stdout == "ok\n"


def test_blocks_are_used_as_a_program_uses_them(
    compile_cpp: Compile, run_binary: Run, sources: list[Path]
) -> None:
    program = compile_cpp(SOURCE.with_name("replay_use.cpp"), *sources, *SANITIZED, "-pthread")
    assert run_binary(program).stdout == "ok\n"


@pytest.mark.slow
@pytest.mark.parametrize("what", ["same", "churn"])
def test_thread_sanitizer_finds_no_race(
    compile_cpp: Compile, run_binary: Run, sources: list[Path], seed: int, what: str
) -> None:
    program = compile_cpp(SOURCE, *sources, "-O1", "-fsanitize=thread", "-pthread")
    done = run_binary(program, what, str(seed), timeout=300, TSAN_OPTIONS="halt_on_error=1")
    assert done.stdout == "ok\n"
