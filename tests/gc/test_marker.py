"""The marker against a breadth-first search; its deque under every interleaving."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CPP = Path(__file__).parent / "cpp"
SANITIZED = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
PARTS = ("gc/src/graph_heap", "gc/src/marker_team", "gc/src/marker_options")
SYSTEM = ("os/src/process", "os/src/pages", "os/src/files")
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("flags", [(), SANITIZED], ids=["plain", "asan_ubsan"])
def test_all_marked_by_every_policy(
    compile_cpp: Compile, run_binary: Run, repo_root: Path, seed: int, flags: tuple[str, ...]
) -> None:
    sources = [repo_root / "cpp" / f"{part}.cpp" for part in (*PARTS, *SYSTEM)]
    program = compile_cpp(CPP / "marker.cpp", *sources, "-pthread", *flags)
    assert run_binary(program, str(seed), "5000", timeout=300).stdout == "ok\n"


@pytest.fixture(scope="module")
def model(compile_cpp: Compile, run_binary: Run) -> dict[str, tuple[str, int]]:
    """Of each form of the deque the fault that was found, or "-", and the states searched."""
    done = run_binary(compile_cpp(CPP / "interleave_deque.cpp"), timeout=300)
    rows = [re.split(r" \| ", line) for line in done.stdout.splitlines()]
    return {name: (fault, int(states.split()[0])) for name, fault, _, states in rows}


def test_deque_is_right_in_every_interleaving(model: dict[str, tuple[str, int]]) -> None:
    fault, states = model["as it is"]
    assert fault == "-"
    assert states > 10_000


@pytest.mark.parametrize(
    "planted",
    [
        "publish relaxed",
        "take's bottom release",
        "take's top acquire",
        "steal's bottom acquire",
        "array relaxed",
    ],
)
def test_weakened_order_is_found(model: dict[str, tuple[str, int]], planted: str) -> None:
    assert model[planted][0] != "-"
