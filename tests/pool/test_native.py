"""The C++ pools and workloads, compiled as a client compiles them, also under sanitizers."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CPP = Path(__file__).parent / "cpp"
SANITIZED = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("flags", [(), SANITIZED], ids=["plain", "asan_ubsan"])
@pytest.mark.parametrize("program", ["stack_pool", "checked_pool", "rows"])
def test_pools(compile_cpp: Compile, run_binary: Run, program: str, flags: tuple[str, ...]) -> None:
    assert run_binary(compile_cpp(CPP / f"{program}.cpp", *flags)).stdout == "ok\n"


def test_out_of_memory_leaves_the_pool_as_it_was(compile_cpp: Compile, run_binary: Run) -> None:
    program = compile_cpp(CPP / "out_of_memory.cpp", "-fsanitize=undefined")
    assert run_binary(program).stdout == "ok\n"


def test_workloads_refuse_broken_designs(
    compile_cpp: Compile, run_binary: Run, repo_root: Path
) -> None:
    support = repo_root / "cpp" / "pool" / "api_workloads.cpp"
    program = compile_cpp(CPP / "workloads.cpp", support, *SANITIZED, "-O0")
    assert run_binary(program).stdout == "ok\n"


def test_one_of_many_pools_is_found_in_as_many_instructions(
    compile_cpp: Compile, run_binary: Run, repo_root: Path
) -> None:
    os = repo_root / "cpp" / "os" / "src"
    names = ("step_counter", "instruction_x86", "instruction_a64", "process", "clock", "files")
    sources = [os / f"{name}.cpp" for name in names]
    done = run_binary(compile_cpp(CPP / "many_pools.cpp", *sources, "-pthread"), timeout=300)
    if done.stdout == "not counted\n":
        pytest.skip("instructions cannot be counted here")


def test_write_after_deallocate_is_reported(compile_cpp: Compile, run_binary: Run) -> None:
    program = compile_cpp(CPP / "poisoned.cpp", "-fsanitize=address")
    done = run_binary(program, check=False, ASAN_OPTIONS="abort_on_error=0")
    assert done.returncode != 0
    assert done.stdout == "written while live\n"
    assert "use-after-poison" in done.stderr


LOOP = r"""
#include "vmperf/bench/sink.hpp"
#include "vmperf/pool/stack_pool.hpp"
using Pool = vmperf::pool::StackPool<long[8]>;
[[gnu::noinline]] void pairs(Pool &pool, unsigned long n) {
  for (unsigned long i = 0; i < n; ++i) {
    auto *item = pool.allocate();
    vmperf::bench::sink(item);
    pool.deallocate(item);
  }
}
int main(int argc, char **) {
  Pool pool;
  pairs(pool, static_cast<unsigned long>(argc));
}
"""


def test_pair_is_a_dozen_instructions_without_a_call(compile_cpp: Compile) -> None:
    """The budget that raw_stack_pool.hpp states; the cold path lies outside the loop."""
    program = compile_cpp(LOOP)
    text = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", str(program)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    if "x86-64" not in text:
        pytest.skip("the budget is stated for x86-64")
    body = re.search(r"<_Z5pairs[^>.]*>:\n(.*?)\n\n", text, re.S)
    assert body
    lines = [
        (int(m[1], 16), m[2], m[3])
        for m in re.finditer(r"^ +([0-9a-f]+):\t(\S+) *(.*)$", body[1], re.M)
    ]
    ends = [
        (int(where.split()[0], 16), at)
        for at, name, where in lines
        if name.startswith("j") and re.match(r"[0-9a-f]+ <_Z5pairs", where)
    ]
    start, end = min(((to, at) for to, at in ends if to < at), key=lambda loop: loop[1] - loop[0])
    loop = [name for at, name, _ in lines if start <= at <= end]
    assert len(loop) <= 13, loop
    assert not any(name.startswith("call") for name in loop), loop
