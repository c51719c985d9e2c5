"""The C++ classes as a client has them: the example, and marks that several threads set at once."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

Build = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


def test_example_client(program: Build, run_binary: Run) -> None:
    said = run_binary(program("client")).stdout
    assert said == "sum 499500\nfault at 0x480000 (w): protection, level 1\n"


def test_concurrent_marks_are_all_kept(program: Build, run_binary: Run) -> None:
    assert run_binary(program("marks"), timeout=300).stdout == "ok\n"


def test_a_mark_that_is_stored_is_found(
    program: Build, run_binary: Run, repo_root: Path, tmp_path: Path
) -> None:
    """A walker that stores what it read and changed loses the marks of others."""
    header = repo_root / "cpp" / "mmu" / "include" / "vmperf" / "mmu" / "walker.hpp"
    text = header.read_text()
    start = text.index("if (!std::atomic_ref<std::uint64_t>(*slot).compare_exchange_strong(")
    end = text.index("memory_.mark(pa);")
    planted = tmp_path / "vmperf" / "mmu" / "walker.hpp"
    planted.parent.mkdir(parents=True)
    store = "std::this_thread::yield();\nstatic_cast<void>(entry);\n*slot = marked;\n"
    planted.write_text("#include <thread>\n" + text[:start] + store + text[end:])
    sources = repo_root / "cpp" / "mmu" / "src"
    broken = program("marks", f"-iquote{tmp_path}", f"-I{sources}", *sorted(sources.glob("*.cpp")))
    done = run_binary(broken, check=False, timeout=300)
    assert done.returncode != 0
    assert "lost a mark" in done.stdout
