"""The built module runs on any x86-64 CPU; each public header compiles alone, without a warning."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from house import binary, expect_none, layers, programs, table, tree
from house.cpp_source import CppSource
from vmperf import _core

x86_only = pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="reads x86-64 instructions"
)


@pytest.fixture(scope="module")
def core_lines() -> list[str]:
    return binary.disassemble(Path(str(_core.__file__)))


@x86_only
def test_no_newer_instructions(core_lines: list[str]) -> None:
    expect_none(binary.beyond_baseline(core_lines))


@x86_only
def test_symbols_are_kept(core_lines: list[str]) -> None:
    """Without names, the test above could not tell whose an instruction is."""
    assert sum("<vmperf::" in line and line.endswith(">:") for line in core_lines) > 100


@x86_only
def test_planted_instructions_are_found(compile_cpp: Callable[..., Path], tmp_path: Path) -> None:
    loop = "void add(float *a, const float *b) { for (int i = 0; i < 64; ++i) { a[i] += b[i]; } }"
    text = f"namespace vmperf::pool {{ {loop} }} namespace vmperf::memops::avx2 {{ {loop} }}"
    main = "int main() { float a[64]{}, b[64]{}; vmperf::pool::add(a, b); "
    main += "vmperf::memops::avx2::add(a, b); return static_cast<int>(a[0]); }"
    program = compile_cpp(text + main, "-mavx2", "-O3", "-fno-inline")
    found = binary.beyond_baseline(binary.disassemble(program))
    assert any(line.startswith("vmperf::pool::add") and "%ymm" in line for line in found)
    assert not any(line.startswith("vmperf::memops::avx2::add") for line in found)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("  10:\tvaddps %ymm1,%ymm2,%ymm3", True),
        ("  10:\tvmovd  %eax,%xmm0", True),
        ("  10:\tkmovw  %eax,%k1", True),
        ("  10:\tshlx   %rax,%rbx,%rcx", True),
        ("  10:\tpopcnt %rax,%rbx", True),
        ("  10:\tlock cmpxchg %rdx,(%rdi)", False),
        ("  10:\taddps  %xmm1,%xmm2", False),
        ("  10:\ttzcnt  %rax,%rbx", False),
    ],
)
def test_instruction(line: str, found: bool) -> None:
    assert bool(binary.beyond_baseline(["0 <f>:", line])) is found


def _check_header(header: Path, root: Path, cxx: str) -> str:
    names = table.closure(table.read(root), header.parts[1])
    if layers.sees_bench(CppSource(root, header)):
        names |= table.closure(table.read(root), "bench")
    launcher, env = programs.cached(root)
    file = programs.source_file(root / "build" / "headers", f'#include "{root / header}"\n')
    command = [*launcher, cxx, "-std=c++20", "-Wall", "-Wextra", "-Wconversion", "-Wshadow"]
    command += [f"-I{root / 'cpp' / name / 'include'}" for name in sorted(names)]
    command += ["-Werror", "-c", str(file), "-o", str(file.with_suffix(".o"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    return done.stderr if done.returncode else ""


def _public_headers(root: Path) -> list[Path]:
    headers = (".hpp", ".h")
    return [f for f in tree.cpp_files(root) if f.suffix in headers and f.parts[2] == "include"]


def test_headers_compile_alone(repo_root: Path, cxx: str) -> None:
    """Each with the include path of its component's DEPS, no more."""
    headers = _public_headers(repo_root)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda header: _check_header(header, repo_root, cxx), headers))
    expect_none([text for text in found if text])
    assert len(headers) > 10


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("inline std::size_t f() { return 0; }", "std"),
        ("inline int f(long x) { return x; }", "conversion"),
        ("inline int f(int x) { { int x = 1; return x; } }", "shadow"),
        ('#include "vmperf/os/pages.hpp"', "No such file"),
    ],
)
def test_planted_header_is_found(tmp_path: Path, cxx: str, text: str, said: str) -> None:
    header = Path("cpp/base/include/vmperf/base/a.hpp")
    (tmp_path / header).parent.mkdir(parents=True)
    (tmp_path / header).write_text("#pragma once\n" + text + "\n")
    (tmp_path / "cpp" / "CMakeLists.txt").write_text("vmperf_component(base LAYER 0)\n")
    assert said in _check_header(header, tmp_path, cxx).replace("no such file", "No such file")
