"""ThreadSanitizer over guest memory: writers, a harvest of dirty pages, and readers of both."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from house import native_build

pytestmark = pytest.mark.slow


def test_harvest(
    compile_cpp: Callable[..., Path],
    run_binary: Callable[..., subprocess.CompletedProcess[str]],
    repo_root: Path,
) -> None:
    options = ("-DVMPERF_SANITIZE=thread", "-DVMPERF_PYTHON=OFF")
    build = native_build.configure(repo_root, "tsan", *options)
    native_build.ninja(build, "vmperf_native")
    library = build / "libvmperf_native.a"
    source = repo_root / "tests" / "guestmem" / "cpp" / "harvest.cpp"
    flags = ("-fsanitize=thread", library, "-pthread", "-ldl")
    program = compile_cpp(source, *flags, depends=[library, source.parent / "support.hpp"])
    done = run_binary(program, "2000", timeout=300, TSAN_OPTIONS="halt_on_error=1")
    assert done.stdout == "ok\n"
