"""Marking in slices under a pause target: one answer with and without, and faults are found."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from vmperf import gc
from vmperf._core import InvalidArgumentError, UnsupportedError

CPP = Path(__file__).parent / "cpp"
POLICIES = ("gen-immix object-log", "gen-immix object-log-atomic")
OTHERS = ("semispace -", "mark-sweep -", "immix -", "sticky-immix -", "gen-immix card")
# A target of 1 us is over before a slice begins, so that each goes over 128 objects.
TARGETS = (1, 300)
SETTINGS = (
    "verify=1 heap_kib=1300 nursery_kib=32 table=400",
    "verify=1 stress=7 tenure=15",
    "verify=1 stress=19 tenure=1 nursery_kib=32 pacer=1",
    "verify=1 heap_kib=700 table=100 stress=5 pacer=2",
    "heap_kib=16000 table=5000 stress=101",
)
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.differential
@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("policy", POLICIES)
def test_a_target_changes_no_answer(mutate: Run, policy: str, settings: str, seed: int) -> None:
    said = [mutate(policy, seed, 3000, settings).stdout]
    said += [mutate(policy, seed, 3000, f"{settings} target_us={t}").stdout for t in TARGETS]
    sums = {text.split()[0] for text in said}
    assert len(sums) == 1, said
    assert len(sums.pop()) == 16, said


def test_a_written_reference_that_marking_is_not_told_of_is_found(mutate: Run) -> None:
    settings = "verify=1 heap_kib=16000 table=2000 stress=101 target_us=1"
    assert mutate(POLICIES[0], 1, 20000, settings).returncode == 0
    done = mutate(POLICIES[0], 1, 20000, f"{settings} drop_shade=1")
    assert done.returncode == 3
    assert "at the end of marking" in done.stdout


def test_a_slot_that_slices_skip_is_found(mutate: Run) -> None:
    done = mutate(POLICIES[0], 1, 5000, "verify=1 stress=101 target_us=1 skip_slot=300")
    assert done.returncode == 3


@pytest.mark.parametrize("policy", OTHERS)
def test_others_refuse_a_target(mutate: Run, policy: str) -> None:
    done = mutate(policy, 1, 10, "target_us=1000")
    assert done.returncode == 3
    assert "does not mark in slices; gen-immix does" in done.stdout


def test_programs_give_one_checksum_whatever_the_target(
    compile_cpp: Compile, run_binary: Run, sources: list[Path]
) -> None:
    program = compile_cpp(CPP / "targets.cpp", *sources, "-O1", "-pthread")
    assert run_binary(program, timeout=300).stdout == "ok\n"


@pytest.mark.parametrize("collector", ["gen-immix", "gen-immix-atomic"])
def test_a_run_has_a_decision_for_each_pause(collector: str) -> None:
    sizes = {"heap_bytes": 4 << 20, "nursery_bytes": 128 << 10}
    plain = gc.Heap(collector=collector, **sizes).run("churn", size=3000, steps=200)
    run = gc.Heap(collector=collector, pause_target_ms=2, **sizes).run(
        "churn", size=3000, steps=200
    )
    assert run.checksum == plain.checksum
    assert len(plain.decisions) == 0
    decisions, pauses = run.decisions, run.pauses
    assert len(decisions) == len(pauses) == run.n_collections
    assert (decisions["target_ns"] == 2_000_000).all()
    assert (pauses["target_ns"] == 2_000_000).all()
    assert (decisions["time_ns"] >= pauses["start_ns"]).all()
    assert (decisions["measured_ns"] <= pauses["ns"]).all()
    assert (pauses["interrupted_ns"] <= pauses["ns"]).all()
    assert (decisions["nursery_bytes"] >= 32768).all()
    assert (decisions["nursery_bytes"] <= sizes["nursery_bytes"]).all()
    # Cycles begin, go on, and end where pauses count as full.
    assert (pauses["kind"] == 1).any()
    assert set(decisions["phase"][pauses["kind"] == 1]) <= {3, 5}


@pytest.mark.parametrize("collector", ["naive", "libc", "immix", "semispace", "gen-immix-card"])
def test_a_collector_without_slices_refuses_a_target(collector: str) -> None:
    heap = gc.Heap(collector=collector, heap_bytes=4 << 20, pause_target_ms=5)
    with pytest.raises(UnsupportedError, match="gen-immix does"):
        heap.run("churn", size=100, steps=1)


@pytest.mark.parametrize("target", [-1.0, 10001.0, float("nan")])
def test_a_target_out_of_range_is_refused(target: float) -> None:
    with pytest.raises(InvalidArgumentError, match="pause_target_ms"):
        gc.Heap(pause_target_ms=target).run("churn", size=100, steps=1)


def test_the_controller(compile_cpp: Compile, run_binary: Run, repo_root: Path) -> None:
    quota = repo_root / "cpp" / "gc" / "src" / "quota.cpp"
    assert run_binary(compile_cpp(CPP / "quota.cpp", quota)).stdout == "ok\n"
