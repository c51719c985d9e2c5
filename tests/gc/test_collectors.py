"""Every collector and barrier in C++: one seeded workload, one answer; planted faults are found."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CPP = Path(__file__).parent / "cpp"
OLD = ("gen-immix card", "gen-immix card-cond", "gen-immix range-ssb", "gen-immix object-log")
MORE = ("gen-immix object-log-atomic", "gen-immix field-log")
STICKY = ("sticky-immix object-log", "sticky-immix object-log-atomic")
GENERATIONAL = (*OLD, *MORE, *STICKY)
ALL = ("semispace -", "mark-sweep -", "immix -", *GENERATIONAL)
SETTINGS = (
    "verify=1",
    "verify=1 tenure=2",
    "verify=1 stress=7 tenure=15",
    "verify=1 tenure=3 nursery_kib=32 pacer=1",
    "verify=1 heap_kib=700 table=100 pacer=2",
)
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.differential
@pytest.mark.parametrize("settings", SETTINGS)
def test_one_workload_one_answer(mutate: Run, settings: str, seed: int) -> None:
    said = {policy: mutate(policy, seed, 4000, settings).stdout for policy in ALL}
    sums = {text.split()[0] for text in said.values()}
    assert len(sums) == 1, said
    assert len(sums.pop()) == 16, said


@pytest.mark.parametrize("policy", GENERATIONAL)
def test_a_forgotten_store_is_found(mutate: Run, policy: str) -> None:
    done = mutate(policy, 1, 5000, "verify=1 drop_barrier=40")
    assert done.returncode == 3
    assert "which nothing remembers" in done.stdout


@pytest.mark.parametrize("policy", ["gen-immix object-log", "gen-immix range-ssb"])
def test_a_forgotten_store_is_seen_without_the_verifier(mutate: Run, policy: str) -> None:
    assert mutate(policy, 1, 5000, "drop_barrier=20").returncode != 0


@pytest.mark.parametrize("policy", ["semispace -", "mark-sweep -", "immix -", *GENERATIONAL])
def test_a_skipped_slot_is_found(mutate: Run, policy: str) -> None:
    done = mutate(policy, 1, 5000, "verify=1 skip_slot=300")
    assert done.returncode == 3
    assert done.stdout.startswith("found: ")


def test_edges(compile_cpp: Compile, run_binary: Run, sources: list[Path]) -> None:
    program = compile_cpp(CPP / "edges.cpp", *sources, "-O1", "-pthread")
    assert run_binary(program, timeout=300).stdout == "ok\n"


@pytest.mark.slow
@pytest.mark.parametrize("part", ["full", "fragment", "threads"])
def test_address_sanitizer(
    compile_cpp: Compile, run_binary: Run, sources: list[Path], part: str
) -> None:
    flags = ("-O1", "-pthread", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    program = compile_cpp(CPP / "edges.cpp", *sources, *flags)
    assert run_binary(program, part, timeout=300).stdout == "ok\n"


@pytest.mark.slow
def test_thread_sanitizer(compile_cpp: Compile, run_binary: Run, sources: list[Path]) -> None:
    program = compile_cpp(CPP / "edges.cpp", *sources, "-O1", "-pthread", "-fsanitize=thread")
    done = run_binary(program, "threads", timeout=300, TSAN_OPTIONS="halt_on_error=1")
    assert done.stdout == "ok\n"
