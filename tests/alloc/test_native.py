"""The allocator in C++: against a shadow map, at its edges, between threads, under sanitizers."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CPP = Path(__file__).parent / "cpp"
FLAGS = {
    "plain": ("-pthread",),
    "asan_ubsan": ("-O1", "-pthread", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
    "tsan": ("-O1", "-pthread", "-fsanitize=thread"),
}
OS_FILES = ("raw_pages", "thread_exit", "pages", "files")
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def sources(repo_root: Path) -> list[Path]:
    """What the allocator consists of, and nothing else of the component."""
    cpp = repo_root / "cpp"
    own = [f for f in sorted((cpp / "alloc" / "src").glob("*.cpp")) if _is_allocator(f)]
    assert len(own) >= 12
    return [*own, *(cpp / "os" / "src" / f"{name}.cpp" for name in OS_FILES)]


def _is_allocator(file: Path) -> bool:
    return re.search(r"core\.hpp|page_heap\.hpp|threads\.hpp", file.read_text()) is not None


@pytest.mark.differential
@pytest.mark.parametrize("kind", ["plain", "asan_ubsan"])
def test_random_trace_against_a_shadow_map(
    compile_cpp: Compile, run_binary: Run, sources: list[Path], kind: str, seed: int
) -> None:
    program = compile_cpp(CPP / "random_trace.cpp", *sources, *FLAGS[kind])
    steps = "60000" if kind == "plain" else "20000"
    assert run_binary(program, str(seed), steps, timeout=300).stdout == "ok\n"


@pytest.mark.parametrize("kind", ["plain", "asan_ubsan"])
def test_edges(compile_cpp: Compile, run_binary: Run, sources: list[Path], kind: str) -> None:
    program = compile_cpp(CPP / "edges.cpp", *sources, *FLAGS[kind])
    assert run_binary(program, timeout=300).stdout == "ok\n"


@pytest.mark.parametrize("kind", ["plain", "asan_ubsan"])
def test_threads(
    compile_cpp: Compile, run_binary: Run, sources: list[Path], kind: str, seed: int
) -> None:
    program = compile_cpp(CPP / "threads.cpp", *sources, *FLAGS[kind])
    steps = "200" if kind == "plain" else "30"
    assert run_binary(program, str(seed), steps, timeout=300).stdout == "ok\n"


@pytest.mark.slow
def test_thread_sanitizer_finds_no_race(
    compile_cpp: Compile, run_binary: Run, sources: list[Path], seed: int
) -> None:
    program = compile_cpp(CPP / "threads.cpp", *sources, *FLAGS["tsan"])
    done = run_binary(program, str(seed), "40", timeout=300, TSAN_OPTIONS="halt_on_error=1")
    assert done.stdout == "ok\n"


def _planted(repo_root: Path, folder: Path, change: tuple[str, str]) -> Path:
    """A copy of remote.cpp with a mistake, beside the headers that it includes."""
    source = repo_root / "cpp" / "alloc" / "src"
    for header in source.glob("*.hpp"):
        (folder / header.name).write_text(header.read_text())
    text = (source / "remote.cpp").read_text()
    assert change[0] in text
    (folder / "remote.cpp").write_text(text.replace(*change))
    return folder / "remote.cpp"


MISTAKES = {
    "a mask that loses a block": (
        "send(slot.key, slot.mask);\n    slot",
        "send(slot.key, slot.mask & (slot.mask - 1));\n    slot",
    ),
    "a slab that is never told of": (
        "remote.pending.exchange(0, std::memory_order_acq_rel);\n    const",
        "const",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_planted_mistake_is_found(
    compile_cpp: Compile,
    run_binary: Run,
    repo_root: Path,
    sources: list[Path],
    tmp_path: Path,
    mistake: str,
) -> None:
    planted = _planted(repo_root, tmp_path, MISTAKES[mistake])
    rest = [file for file in sources if file.name != "remote.cpp"]
    program = compile_cpp(CPP / "threads.cpp", planted, *rest, *FLAGS["plain"], depends=[planted])
    done = run_binary(program, "1", "100", check=False, timeout=300)
    assert done.returncode == 1
    assert done.stdout.startswith("failed: ")


CALLS = r"""
#include "vmperf/alloc/allocator.hpp"
using namespace vmperf::alloc;
[[gnu::noinline]] void *hot_malloc(std::size_t size) { return Process::allocate(size); }
[[gnu::noinline]] bool hot_free(void *p) { return Process::try_deallocate(p) == Misuse::none; }
int main(int argc, char **) {
  return hot_free(hot_malloc(static_cast<std::size_t>(argc))) ? 0 : 1;
}
"""


@pytest.mark.parametrize(("name", "most"), [("hot_malloc", 17), ("hot_free", 24)])
def test_short_paths_keep_their_budget(
    compile_cpp: Compile, sources: list[Path], name: str, most: int
) -> None:
    """The budget that allocator.hpp states, up to the first return, without a call."""
    program = compile_cpp(CALLS, *sources, *FLAGS["plain"])
    command = ["objdump", "-d", "--no-show-raw-insn", str(program)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "x86-64" not in text:
        pytest.skip("the budget is stated for x86-64")
    body = re.search(rf"<_Z\d+{name}[mP][^>.]*>:\n(.*?)\n\n", text, re.S)
    assert body
    names = [m[1] for m in re.finditer(r"^ +[0-9a-f]+:\t(\S+)", body[1], re.M)]
    until_return = names[: names.index("ret") + 1]
    assert len(until_return) <= most, until_return
    assert not any(n.startswith("call") for n in until_return)
