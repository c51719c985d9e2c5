"""Guest memory in C++, compiled as a client compiles it, also under sanitizers."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SANITIZED = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
Build = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.differential
@pytest.mark.parametrize("flags", [(), SANITIZED], ids=["plain", "asan_ubsan"])
@pytest.mark.parametrize("name", ["access", "ranges"])
def test_against_a_map_of_bytes(
    name: str, program: Build, run_binary: Run, flags: tuple[str, ...]
) -> None:
    assert run_binary(program(name, *flags)).stdout == "ok\n"


def test_harvest_under_writers_loses_nothing(program: Build, run_binary: Run) -> None:
    assert run_binary(program("harvest"), timeout=300).stdout == "ok\n"


def test_harvest_that_looks_and_then_clears_is_found(
    program: Build, run_binary: Run, repo_root: Path, tmp_path: Path
) -> None:
    """Marks that come between the look and the clearing are lost; the wait makes it certain."""
    folder = repo_root / "cpp" / "guestmem" / "src"
    sources = sorted(folder.glob("*.cpp"))
    (dirty,) = (file for file in sources if file.name == "dirty.cpp")
    take = "__atomic_exchange_n(word, 0, __ATOMIC_ACQ_REL)"
    broken = dirty.read_text().replace(take, "look_then_clear(word)")
    assert take not in broken
    torn = """#include <thread>
namespace {
unsigned long look_then_clear(unsigned long *word) {
  const unsigned long marks = __atomic_load_n(word, __ATOMIC_ACQUIRE);
  std::this_thread::yield();
  __atomic_store_n(word, 0, __ATOMIC_RELEASE);
  return marks;
}
} // namespace
"""
    planted = tmp_path / "dirty.cpp"
    planted.write_text(torn + broken)
    sources = [planted if file == dirty else file for file in sources]
    binary = program("harvest", f"-I{folder}", "-fno-strict-aliasing", sources=sources)
    done = run_binary(binary, check=False, timeout=300)
    assert done.returncode != 0
    assert "writes were not in the copy" in done.stdout


BUDGETS = r"""
#include "vmperf/guestmem/flat_window.hpp"
using namespace vmperf::guestmem;
using Word = std::uint64_t;
#define OURS [[gnu::noinline, gnu::used]]
OURS Word slot_read(const GuestMemory &m, Word gpa) { return m.read<Word>(gpa); }
OURS void slot_write(GuestMemory &m, Word gpa, Word value) { m.write(gpa, value); }
OURS Word flat_read(const FlatWindow &m, Word gpa) { return m.read<Word>(gpa); }
int main() {}
"""


@pytest.mark.parametrize(
    ("function", "most", "branches"),
    [("slot_read", 16, 1), ("slot_write", 20, 2), ("flat_read", 8, 1)],
)
def test_budget(
    function: str, most: int, branches: int, compile_cpp: Build, cxx: str, tmp_path: Path
) -> None:
    """What slot.hpp and flat_window.hpp state and little more, up to the first return."""
    if "g++" not in Path(cxx).name:
        pytest.skip("the budget is that of GCC's code")
    program = compile_cpp(BUDGETS, "-fno-inline-functions", "-Wl,--unresolved-symbols=ignore-all")
    command = ["objdump", "-d", "--no-show-raw-insn", str(program)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "x86-64" not in text:
        pytest.skip("the budget is stated for x86-64")
    body = re.search(rf"<_Z\d+{function}[^>]*>:\n(.*?)\tret", text, re.S)
    assert body
    names = re.findall(r"^ +[0-9a-f]+:\t(\S+)", body[1], re.M)
    assert len(names) <= most, names
    assert sum(name.startswith("j") for name in names) <= branches, names
    assert not any(name.startswith("call") for name in names), names
