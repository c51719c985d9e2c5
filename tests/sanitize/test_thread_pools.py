"""ThreadSanitizer over the pools for several threads, and over a SharedPool with a planted race."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]
OPTIONS = "halt_on_error=1:allocator_may_return_null=1"
TSAN = ("-fsanitize=thread", "-pthread")


@pytest.mark.parametrize("program", ["shared_pool", "thread_local_pool"])
def test_pools(
    program: str, compile_cpp: Compile, run_binary: Run, repo_root: Path, seed: int
) -> None:
    source = repo_root / "tests" / "pool" / "cpp" / f"{program}.cpp"
    done = run_binary(compile_cpp(source, *TSAN), str(seed), timeout=300, TSAN_OPTIONS=OPTIONS)
    assert done.stdout == "ok\n"


def test_handles(compile_cpp: Compile, run_binary: Run, repo_root: Path) -> None:
    cpp = repo_root / "cpp"
    sources = [cpp / "pool/src/handle_pool.cpp", cpp / "os/src/pages.cpp", cpp / "os/src/files.cpp"]
    source = repo_root / "tests" / "pool" / "cpp" / "handle_pool.cpp"
    program = compile_cpp(source, *sources, *TSAN)
    done = run_binary(program, timeout=300, TSAN_OPTIONS=OPTIONS)
    assert done.stdout == "ok\n"


def test_workload(compile_cpp: Compile, run_binary: Run, repo_root: Path) -> None:
    cpp = repo_root / "cpp"
    sources = [
        *sorted((cpp / "pool").glob("api_*.cpp")),
        cpp / "bench" / "src" / "team.cpp",
        cpp / "os" / "src" / "process.cpp",
        cpp / "os" / "src" / "files.cpp",
    ]
    source = repo_root / "tests" / "pool" / "cpp" / "shared_workload.cpp"
    program = compile_cpp(source, *sources, *TSAN)
    done = run_binary(program, "threads only", timeout=300, TSAN_OPTIONS=OPTIONS)
    assert done.stdout == "ok\n"


def test_team(compile_cpp: Compile, run_binary: Run, repo_root: Path) -> None:
    cpp = repo_root / "cpp"
    sources = [cpp / "bench/src/team.cpp", cpp / "os/src/process.cpp", cpp / "os/src/files.cpp"]
    program = compile_cpp(repo_root / "tests" / "bench" / "cpp" / "team.cpp", *sources, *TSAN)
    done = run_binary(program, "no-fork", timeout=300, TSAN_OPTIONS=OPTIONS)
    assert done.stdout == "ok\n"


def test_race_planted_in_the_depot_is_found(
    cxx: str, include_flags: list[str], run_binary: Run, repo_root: Path, tmp_path: Path
) -> None:
    """A depot that orders nothing hands over magazines whose entries are not visible yet."""
    header = Path("vmperf", "pool", "magazine.hpp")
    text = (repo_root / "cpp" / "pool" / "include" / header).read_text()
    broken = re.sub("memory_order_(release|acquire)", "memory_order_relaxed", text)
    assert broken != text
    (tmp_path / header).parent.mkdir(parents=True)
    (tmp_path / header).write_text(broken)
    source = repo_root / "tests" / "pool" / "cpp" / "shared_pool.cpp"
    program = tmp_path / "planted"
    before = [cxx, "-O1", "-g1", "-std=c++20", f"-I{tmp_path}", *include_flags, *TSAN]
    subprocess.run([*before, str(source), "-o", str(program)], check=True, capture_output=True)
    done = run_binary(program, "1", check=False, timeout=300, TSAN_OPTIONS=OPTIONS)
    assert done.returncode != 0
    assert "data race" in done.stderr
