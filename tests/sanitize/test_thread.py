"""ThreadSanitizer over what may run concurrently in C++."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from house import native_build

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent

RACE = """
#include <thread>
int counter = 0;
int main() {
  std::thread other([] { ++counter; });
  ++counter;
  other.join();
  return counter == 2 ? 0 : 1;
}
"""


@pytest.fixture(scope="module")
def library(repo_root: Path) -> Path:
    """All components without Python, built with ThreadSanitizer."""
    options = ("-DVMPERF_SANITIZE=thread", "-DVMPERF_PYTHON=OFF")
    build = native_build.configure(repo_root, "tsan", *options)
    native_build.ninja(build, "vmperf_native")
    return build / "libvmperf_native.a"


def test_threads(
    library: Path,
    compile_cpp: Callable[..., Path],
    run_binary: Callable[..., subprocess.CompletedProcess[str]],
    repo_root: Path,
    tmp_path: Path,
) -> None:
    beacon = tmp_path / "beacon"
    beacon.write_bytes(bytes(4096))
    program = compile_cpp(
        HERE / "cpp" / "threads.cpp",
        "-fsanitize=thread",
        f"-I{repo_root / 'tests' / 'support'}",
        f"-I{library.parent / 'generated'}",
        library,
        "-pthread",
        "-ldl",
        depends=[library],
    )
    done = run_binary(program, str(beacon), timeout=300, TSAN_OPTIONS="halt_on_error=1")
    assert done.stdout.endswith("steps seen\n"), done.stdout


def test_sanitizer_finds_a_planted_race(
    compile_cpp: Callable[..., Path],
    run_binary: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    program = compile_cpp(RACE, "-fsanitize=thread", "-pthread", "-O0")
    done = run_binary(program, check=False)
    assert done.returncode != 0
    assert "data race" in done.stderr
