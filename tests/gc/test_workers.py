"""Several workers in full collections: one answer with any number of them, and faults are found."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vmperf import UnsupportedError, gc

CPP = Path(__file__).parent / "cpp"
MARKING = ("mark-sweep -", "immix -", "gen-immix card", "gen-immix object-log", "sticky-immix -")
SETTINGS = (
    "verify=1",
    "verify=1 stress=7 tenure=3",
    "verify=1 heap_kib=700 table=100 nursery_kib=32 stress=31",
    "stress=11 heap_kib=16000 table=3000",
    "verify=1 stress=19 pins=8",
)
COLLECTORS = ("mark-sweep", "immix", "gen-immix", "sticky-immix")
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.differential
@pytest.mark.parametrize("settings", SETTINGS)
def test_any_number_of_workers_gives_one_answer(mutate: Run, settings: str, seed: int) -> None:
    said = {
        (policy, workers): mutate(policy, seed, 2500, f"{settings} workers={workers}").stdout
        for policy in MARKING
        for workers in (1, 2, 4)
    }
    assert len({text.split()[0] for text in said.values()}) == 1, said
    for (policy, workers), text in said.items():
        sum_, _, most, steals = text.split()
        assert len(sum_) == 16, (policy, text)
        # The verifier and stress have all of them marking; stress has them steal.
        assert int(most) == workers
        assert (int(steals) > 0) == (workers > 1) or "stress" not in settings


@pytest.mark.parametrize("policy", MARKING)
@pytest.mark.parametrize("workers", [2, 4])
def test_a_dropped_steal_is_found(mutate: Run, policy: str, workers: int) -> None:
    settings = f"verify=1 stress=50 workers={workers}"
    assert mutate(policy, 1, 2000, settings).returncode == 0
    done = mutate(policy, 1, 2000, f"{settings} drop_steal=1")
    assert done.returncode == 3
    assert done.stdout.startswith("found: ")


@pytest.mark.parametrize("policy", MARKING)
def test_a_slot_that_a_worker_skips_is_found(mutate: Run, policy: str) -> None:
    done = mutate(policy, 1, 5000, "verify=1 stress=50 workers=3 skip_slot=300")
    assert done.returncode == 3


def test_full_collections_of_a_target_have_workers(mutate: Run, seed: int) -> None:
    settings = "verify=1 stress=101 heap_kib=1300 nursery_kib=32 table=400 target_us=300"
    said = [
        mutate("gen-immix object-log", seed, 3000, f"{settings} workers={workers}").stdout.split()
        for workers in (1, 4)
    ]
    assert said[0][0] == said[1][0]
    assert said[1][2] == "4"


def test_semispace_copies_alone() -> None:
    heap = gc.Heap(collector="semispace", workers=2)
    with pytest.raises(UnsupportedError, match=r"^workers: semispace copies"):
        heap.run("churn", size=100, steps=1)


@pytest.mark.differential
@pytest.mark.parametrize("collector", COLLECTORS)
@pytest.mark.parametrize("program", ["binary_trees", "huge_array", "random_graph", "churn"])
def test_programs_with_workers(collector: str, program: str) -> None:
    sizes: dict[str, Any] = {"heap_bytes": 4 << 20, "nursery_bytes": 128 << 10, "verify": True}
    size = 8 if program == "binary_trees" else 500
    heaps = [gc.Heap(collector=collector, workers=n, stress=97, **sizes) for n in (1, 3)]
    runs = [heap.run(program, size=size, steps=3, seed=7) for heap in heaps]
    assert runs[0].checksum == runs[1].checksum
    alone, team = (run.pauses[run.pauses["kind"] == 1] for run in runs)
    assert len(alone) == len(team) > 0
    assert (alone["workers"] == 1).all()
    assert (alone["steals"] == 0).all()
    assert (team["workers"] == 3).all()
    assert (team["steal_attempts"] >= team["steals"]).all()
    assert team["steals"].sum() > 0
    assert (team["idle_ns"] <= 3 * team["ns"]).all()
    assert (team["marked_objects"] == alone["marked_objects"]).all()


def test_little_is_marked_by_one() -> None:
    run = gc.Heap(heap_bytes=1 << 20, nursery_bytes=1 << 17, workers=8).run("churn", size=1000)
    assert (run.pauses["workers"] == 1).all()


def test_team_at_its_edges(compile_cpp: Compile, run_binary: Run, sources: list[Path]) -> None:
    program = compile_cpp(CPP / "team.cpp", *sources, "-O1", "-pthread")
    assert run_binary(program, timeout=300).stdout == "ok\n"
