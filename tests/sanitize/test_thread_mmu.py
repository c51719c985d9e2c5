"""ThreadSanitizer over walks that mark entries, changes of the table and a guest's own writes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from house import native_build

pytestmark = pytest.mark.slow


def test_marks(
    compile_cpp: Callable[..., Path],
    run_binary: Callable[..., subprocess.CompletedProcess[str]],
    repo_root: Path,
) -> None:
    options = ("-DVMPERF_SANITIZE=thread", "-DVMPERF_PYTHON=OFF")
    build = native_build.configure(repo_root, "tsan", *options)
    native_build.ninja(build, "vmperf_mmu_client")
    library = build / "cpp" / "libvmperf_mmu.a"
    source = repo_root / "tests" / "mmu" / "cpp" / "marks.cpp"
    flags = ("-fsanitize=thread", library, "-pthread", "-ldl")
    program = compile_cpp(source, *flags, depends=[library])
    done = run_binary(program, "60", timeout=300, TSAN_OPTIONS="halt_on_error=1")
    assert done.stdout == "ok\n"
