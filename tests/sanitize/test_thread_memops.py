"""ThreadSanitizer over the first use of the kernels' table, and over one published carelessly."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]
TSAN = ("-fsanitize=thread", "-pthread")


def test_first_use_by_two_threads(compile_cpp: Compile, run_binary: Run, repo_root: Path) -> None:
    dispatch = repo_root / "cpp" / "memops" / "src" / "dispatch.cpp"
    program = compile_cpp(repo_root / "tests/memops/cpp/first_use.cpp", dispatch, *TSAN)
    done = run_binary(program, TSAN_OPTIONS="halt_on_error=1")
    assert done.stdout == "ok\n"


def test_table_published_without_order_is_found(
    cxx: str, include_flags: list[str], run_binary: Run, repo_root: Path, tmp_path: Path
) -> None:
    header = Path("vmperf", "memops", "ops.hpp")
    text = (repo_root / "cpp" / "memops" / "include" / header).read_text()
    broken = text.replace("__ATOMIC_ACQUIRE", "__ATOMIC_RELAXED")
    assert broken != text
    (tmp_path / header).parent.mkdir(parents=True)
    (tmp_path / header).write_text(broken)
    program = tmp_path / "planted"
    flags = [cxx, "-O1", "-g1", "-std=c++20", f"-I{tmp_path}", *include_flags, *TSAN]
    dispatch = repo_root / "cpp" / "memops" / "src" / "dispatch.cpp"
    sources = [repo_root / "tests/memops/cpp/first_use.cpp", dispatch]
    subprocess.run([*flags, *sources, "-o", program], check=True, capture_output=True)
    done = run_binary(program, check=False, TSAN_OPTIONS="halt_on_error=1")
    assert done.returncode != 0
    assert "data race" in done.stderr
