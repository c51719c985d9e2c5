"""ThreadSanitizer over the marker, and over one whose deque publishes nothing."""

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
PARTS = ("gc/src/graph_heap", "gc/src/marker_team", "gc/src/marker_options")
SYSTEM = ("os/src/process", "os/src/pages", "os/src/files")


def sources(repo_root: Path) -> list[Path]:
    return [repo_root / "cpp" / f"{part}.cpp" for part in (*PARTS, *SYSTEM)]


def test_marker(compile_cpp: Compile, run_binary: Run, repo_root: Path, seed: int) -> None:
    source = repo_root / "tests" / "gc" / "cpp" / "marker.cpp"
    program = compile_cpp(source, *sources(repo_root), *TSAN)
    done = run_binary(program, str(seed), "500", timeout=300, TSAN_OPTIONS=OPTIONS)
    assert done.stdout == "ok\n"


def test_deque(compile_cpp: Compile, run_binary: Run, repo_root: Path) -> None:
    source = repo_root / "tests" / "gc" / "cpp" / "deque.cpp"
    done = run_binary(compile_cpp(source, *TSAN), timeout=300, TSAN_OPTIONS=OPTIONS)
    assert done.stdout == "ok\n"


def test_race_planted_in_the_deque_is_found(
    cxx: str, include_flags: list[str], run_binary: Run, repo_root: Path, tmp_path: Path
) -> None:
    """A push that orders nothing hands over items that point to what is not visible yet."""
    header = Path("vmperf", "gc", "deque.hpp")
    text = (repo_root / "cpp" / "gc" / "include" / header).read_text()
    broken = re.sub(r"memory_order_(release|seq_cst|acquire)", "memory_order_relaxed", text)
    assert broken != text
    (tmp_path / header).parent.mkdir(parents=True)
    (tmp_path / header).write_text(broken)
    source = repo_root / "tests" / "gc" / "cpp" / "deque.cpp"
    program = tmp_path / "planted"
    before = [cxx, "-O1", "-g1", "-std=c++20", f"-I{tmp_path}", *include_flags, *TSAN]
    subprocess.run([*before, str(source), "-o", str(program)], check=True, capture_output=True)
    done = run_binary(program, check=False, timeout=300, TSAN_OPTIONS=OPTIONS)
    assert done.returncode != 0
    assert "data race" in done.stderr
