"""The C++ faces of os, here and on AArch64."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "cpp"
CROSS_CXX = "aarch64-linux-gnu-g++"
QEMU = "qemu-aarch64"
MISSING = [name for name in (CROSS_CXX, QEMU) if shutil.which(name) is None]
PARTS = ("pages", "dynlib", "unique_symbols", "float_control", "process", "files", "child")
PROBE = """#include <cstdlib>
extern "C" int probe() { return 42; }
extern "C" void *taken() { return std::malloc(1); } // so that the C library is loaded with it
"""

Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


def sources(repo_root: Path, *names: str) -> list[str]:
    found = [str(repo_root / "cpp" / "os" / "src" / f"{name}.cpp") for name in names]
    return found or [str(file) for file in sorted((repo_root / "cpp" / "os" / "src").glob("*.cpp"))]


def probe_directory(compile_cpp: Compile, tmp_path: Path, **options: str) -> Path:
    library = compile_cpp(PROBE, "-shared", "-fPIC", **options)
    shutil.copy(library, tmp_path / "libvmperf_probe.so")
    return tmp_path


def test_pages_libraries_processes(
    compile_cpp: Compile, run_binary: Run, repo_root: Path, tmp_path: Path
) -> None:
    program = compile_cpp(
        HERE / "native.cpp", *sources(repo_root, *PARTS), "-fsanitize=undefined", "-ldl"
    )
    run_binary(program, str(probe_directory(compile_cpp, tmp_path)), "exact")


def test_steps(compile_cpp: Compile, run_binary: Run, repo_root: Path) -> None:
    parts = ("step_counter", "instruction_x86", "instruction_a64", "process", "files", "clock")
    program = compile_cpp(HERE / "steps.cpp", *sources(repo_root, *parts), "-pthread")
    done = run_binary(program)
    if done.stdout.startswith("not permitted"):
        pytest.skip("tracing a child is not permitted")


def fields(output: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in output.splitlines() if "=" in line)


@pytest.mark.slow
@pytest.mark.isa
@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
def test_aarch64(compile_cpp: Compile, run_binary: Run, repo_root: Path, tmp_path: Path) -> None:
    static = ["-static-libstdc++", "-static-libgcc", "-ldl"]
    native = compile_cpp(HERE / "native.cpp", *sources(repo_root, *PARTS), *static, cxx=CROSS_CXX)
    probe = probe_directory(compile_cpp, tmp_path, cxx=CROSS_CXX)
    emulator = [QEMU, "-L", "/usr/aarch64-linux-gnu"]
    run_binary(emulator[0], *emulator[1:], str(native), str(probe), "emulated", timeout=300)

    program = compile_cpp(HERE / "fingerprint.cpp", *sources(repo_root), *static, cxx=CROSS_CXX)
    found = fields(run_binary(emulator[0], *emulator[1:], str(program), timeout=300).stdout)
    assert found["cpu.architecture"] == "aarch64"
    assert found["clocks.tick_counter"] == "cntvct_el0"
    assert float(found["clocks.tick_hz"]) > 1e6
    assert found["os.ptrace"] == (
        "permitted" if platform.machine() == "aarch64" else "not permitted"
    )
    assert {"kernel.add", "kernel.imul", "kernel.l1_load", "kernel.store_forward"} <= set(found)


COMMAND_PARTS = ("command", "child", "process", "files", "clock", "usage")


def test_a_command_is_measured(compile_cpp: Compile, run_binary: Run, repo_root: Path) -> None:
    program = compile_cpp(HERE / "command.cpp", *sources(repo_root, *COMMAND_PARTS), "-pthread")
    run_binary(program, "traced")


def test_a_command_that_cannot_be_traced_is_refused(compile_cpp: Compile, repo_root: Path) -> None:
    """An emulator of programs has no ptrace: the answer is an error, and it comes at once."""
    emulator = shutil.which(f"qemu-{platform.machine()}")
    if emulator is None:
        pytest.skip("no emulator of programs (Debian: qemu-user)")
    program = compile_cpp(HERE / "command.cpp", *sources(repo_root, *COMMAND_PARTS), "-pthread")
    words = [emulator, str(program), "untraced"]
    env = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}  # no sanitizer in an emulator
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, env=env, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "trace" in done.stdout
