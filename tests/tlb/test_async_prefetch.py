"""The prefetcher with a thread, plain and under sanitizers."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CPP = Path(__file__).parent / "cpp"
FLAGS = {
    "plain": (),
    "tsan": ("-O1", "-fsanitize=thread"),
    "asan_ubsan": ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
}


@pytest.mark.parametrize("kind", FLAGS)
def test_answers_flushes_and_stops(
    compile_cpp: Callable[..., Path],
    run_binary: Callable[..., subprocess.CompletedProcess[str]],
    repo_root: Path,
    kind: str,
) -> None:
    unit = repo_root / "cpp" / "tlb" / "src" / "prefetchers.cpp"
    program = compile_cpp(CPP / "async_prefetch.cpp", unit, *FLAGS[kind], "-pthread")
    assert run_binary(program, "60" if kind == "plain" else "10").stdout == "ok\n"
