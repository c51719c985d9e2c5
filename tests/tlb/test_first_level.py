"""The levels of tlb in C++: against a model, under sanitizers, and raced."""

from __future__ import annotations

import platform
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CPP = Path(__file__).parent / "cpp"
SANITIZED = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
TSAN = ("-O1", "-fsanitize=thread")
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]
OS_FILES = ("cpu", "cpu_a64", "cpu_x86", "files", "microarchitecture", "pages")


@pytest.fixture(scope="session")
def sources(
    repo_root: Path, cxx: str, include_flags: list[str], tmp_path_factory: pytest.TempPathFactory
) -> list[Path]:
    """The component's own units, that of AVX-512 as an object: it has flags of its own."""
    cpp = repo_root / "cpp"
    isa = cpp / "tlb" / "src" / "isa"
    found = [*sorted((cpp / "tlb" / "src").glob("*.cpp")), isa / "scalar.cpp", isa / "dispatch.cpp"]
    found += [cpp / "os" / "src" / f"{name}.cpp" for name in OS_FILES]
    if platform.machine() == "x86_64":
        flags = re.search(
            r"set\(vmperf_isa_flags_avx512_batch ([^$)]+)", (cpp / "cmake/Isa.cmake").read_text()
        )
        assert flags
        unit = tmp_path_factory.mktemp("isa") / "avx512_batch.o"
        command = [cxx, "-std=c++20", "-O2", *flags[1].split(), *include_flags]
        subprocess.run([*command, "-c", isa / "avx512_batch.cpp", "-o", unit], check=True)
        found.append(unit)
    return found


@pytest.mark.differential
@pytest.mark.parametrize("flags", [(), SANITIZED], ids=["plain", "asan_ubsan"])
def test_against_a_model(
    compile_cpp: Compile, run_binary: Run, sources: list[Path], flags: tuple[str, ...], seed: int
) -> None:
    program = compile_cpp(CPP / "first_level.cpp", *sources, *flags)
    assert run_binary(program, str(seed)).stdout == "ok\n"


def test_all_levels_follow_the_pages(
    compile_cpp: Compile, run_binary: Run, sources: list[Path], seed: int
) -> None:
    program = compile_cpp(CPP / "soft_tlb.cpp", *sources, *SANITIZED)
    assert run_binary(program, str(seed)).stdout == "ok\n"


@pytest.mark.parametrize("what", ["hammer", "order"])
def test_readers_beside_writers(
    compile_cpp: Compile, run_binary: Run, sources: list[Path], what: str
) -> None:
    program = compile_cpp(CPP / "races.cpp", *sources, "-pthread")
    assert run_binary(program, what, "1000000", timeout=300).stdout == "ok\n"


def test_planted_torn_entry_is_caught(
    compile_cpp: Compile, run_binary: Run, sources: list[Path]
) -> None:
    """Two words read apart, in the same test: hammering one set finds them."""
    program = compile_cpp(CPP / "races.cpp", *sources, "-pthread")
    assert run_binary(program, "planted", "5000", timeout=300).stdout == "caught\n"


@pytest.mark.slow
@pytest.mark.parametrize("what", ["hammer", "order"])
def test_thread_sanitizer_finds_no_race(
    compile_cpp: Compile, run_binary: Run, sources: list[Path], what: str
) -> None:
    program = compile_cpp(CPP / "races.cpp", *sources, "-pthread", *TSAN)
    done = run_binary(program, what, "30000", timeout=300, TSAN_OPTIONS="halt_on_error=1")
    assert done.stdout == "ok\n"


LOOP = r"""
#include <cstddef>
#include "vmperf/tlb/direct_tlb.hpp"
using Tlb = vmperf::tlb::DirectTlb<vmperf::tlb::PackedEntry<>>;
[[gnu::noinline]] std::uint64_t hits(const Tlb &tlb, const std::uint64_t *va, std::size_t n) {
  const Tlb::Context context = tlb.context();
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    sum += tlb.lookup<vmperf::tlb::Access::read>(va[i], context);
  }
  return sum;
}
int main() {}
"""


def test_hit_is_a_few_dozen_instructions_without_a_call(compile_cpp: Compile) -> None:
    """The budget that direct_tlb.hpp states: with loop, sum and the check of the epoch."""
    program = compile_cpp(LOOP)
    command = ["objdump", "-d", "--no-show-raw-insn", str(program)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "x86-64" not in text:
        pytest.skip("the budget is stated for x86-64")
    body = re.search(r"<_Z4hits[^>.]*>:\n(.*?)\n\n", text, re.S)
    assert body
    lines = [
        (int(m[1], 16), m[2], m[3])
        for m in re.finditer(r"^ +([0-9a-f]+):\t(\S+) *(.*)$", body[1], re.M)
    ]
    backward = [
        (int(where.split()[0], 16), at)
        for at, name, where in lines
        if name.startswith("j")
        and re.match(r"[0-9a-f]+ <_Z4hits", where)
        and int(where.split()[0], 16) < at
    ]
    start, end = min(backward, key=lambda loop: loop[1] - loop[0])
    loop = [name for at, name, _ in lines if start <= at <= end]
    assert len(loop) <= 34, loop
    assert not any(name.startswith("call") for name in loop), loop
