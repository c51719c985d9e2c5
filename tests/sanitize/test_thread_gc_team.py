"""ThreadSanitizer over the marking workers of heaps, and over ones whose marks are no atomics."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]
OPTIONS = "halt_on_error=1:allocator_may_return_null=1"
TSAN = ("-O1", "-fsanitize=thread", "-pthread")
OS_FILES = ("raw_pages", "pages", "files", "process")
PROGRAMS = Path(__file__).parents[1] / "gc" / "cpp"
POLICIES = ("mark-sweep -", "immix -", "sticky-immix -", "gen-immix object-log")


def sources(repo_root: Path, own: Path) -> list[Path]:
    system = repo_root / "cpp" / "os" / "src"
    return [*sorted(own.glob("*.cpp")), *(system / f"{name}.cpp" for name in OS_FILES)]


@pytest.mark.parametrize("name", ["team", "pinning"])
def test_programs(compile_cpp: Compile, run_binary: Run, repo_root: Path, name: str) -> None:
    own = repo_root / "cpp" / "gc" / "src"
    program = compile_cpp(PROGRAMS / f"{name}.cpp", *sources(repo_root, own), *TSAN)
    done = run_binary(program, "sanitized", timeout=300, TSAN_OPTIONS=OPTIONS)
    assert done.stdout == "ok\n"


@pytest.mark.parametrize("policy", POLICIES)
def test_random_work(
    compile_cpp: Compile, run_binary: Run, repo_root: Path, policy: str, seed: int
) -> None:
    own = repo_root / "cpp" / "gc" / "src"
    program = compile_cpp(PROGRAMS / "mutate.cpp", *sources(repo_root, own), *TSAN)
    for settings in (["stress=20", "workers=4"], ["verify=1", "workers=3", "pins=9"]):
        words = [*policy.split(), str(seed), "2000", *settings]
        done = run_binary(program, *words, timeout=300, TSAN_OPTIONS=OPTIONS)
        assert done.stderr == ""
        assert len(done.stdout.split()[0]) == 16


def test_race_planted_in_the_marks_is_found(
    cxx: str, include_flags: list[str], run_binary: Run, repo_root: Path, tmp_path: Path
) -> None:
    """Marks that two workers set with plain words."""
    own = tmp_path / "src"
    shutil.copytree(repo_root / "cpp" / "gc" / "src", own)
    arena = own / "arena.hpp"
    text = arena.read_text()
    begin = text.index("bool set_shared(")
    body = text[begin : text.index("\n  }", begin) + 4]
    arena.write_text(text.replace(body, "bool set_shared(Ref ref) noexcept { return set(ref); }"))
    program = tmp_path / "planted"
    command = [cxx, "-g1", "-std=c++20", *include_flags, f"-I{PROGRAMS}", *TSAN]
    files = [str(PROGRAMS / "mutate.cpp"), *map(str, sources(repo_root, own))]
    subprocess.run([*command, *files, "-o", str(program)], check=True, capture_output=True)
    # Whether two workers come to one word is the scheduler's choice: about every second run.
    for seed in range(40):
        words = ["immix", "-", str(seed), "2000", "stress=20", "workers=4"]
        done = run_binary(program, *words, check=False, timeout=300, TSAN_OPTIONS=OPTIONS)
        if done.returncode != 0:
            break
    assert "data race" in done.stderr
