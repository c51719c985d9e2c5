"""Programs that several files of these tests run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CPP = Path(__file__).parent / "cpp"
OS_FILES = ("raw_pages", "pages", "files", "process")
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def sources(repo_root: Path) -> list[Path]:
    """What a heap consists of."""
    cpp = repo_root / "cpp"
    own = sorted((cpp / "gc" / "src").glob("*.cpp"))
    return [*own, *(cpp / "os" / "src" / f"{name}.cpp" for name in OS_FILES)]


@pytest.fixture(scope="session")
def mutate(compile_cpp: Compile, run_binary: Run, sources: list[Path]) -> Run:
    """The random workload: `mutate(policy, seed, steps, settings)`."""
    faults = "-DVMPERF_GC_FAULTS"
    program = compile_cpp(CPP / "mutate.cpp", *sources, faults, "-O1", "-pthread")

    def run(policy: str, seed: int, steps: int, settings: str) -> subprocess.CompletedProcess[str]:
        words = [*policy.split(), str(seed), str(steps), *settings.split()]
        return run_binary(program, *words, timeout=300, check=False)

    return run
