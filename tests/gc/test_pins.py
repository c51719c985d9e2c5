"""Pinned objects stay where they are, whatever is collected and evacuated, and stay alive."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

CPP = Path(__file__).parent / "cpp"
POLICIES = ("mark-sweep -", "immix -", "sticky-immix -", "gen-immix card", "gen-immix object-log")
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    pins=st.integers(1, 40),
    stress=st.sampled_from([0, 5, 13, 50]),
    tenure=st.integers(0, 15),
    heap_kib=st.sampled_from([900, 4096]),
    more=st.sampled_from(["", "workers=3"]),
)
def test_pins_against_the_model(
    mutate: Run, seed: int, pins: int, stress: int, tenure: int, heap_kib: int, more: str
) -> None:
    shape = f"pins={pins} stress={stress} heap_kib={heap_kib} nursery_kib=32 table=100 {more}"
    said = {
        policy: mutate(policy, seed, 1500, f"verify=1 tenure={tenure} {shape}").stdout
        for policy in POLICIES
    }
    sums = {text.split()[0] for text in said.values()}
    assert len(sums) == 1, said
    assert len(sums.pop()) == 16, said


def test_pins_while_marking_in_slices(mutate: Run, seed: int) -> None:
    shape = "verify=1 stress=7 tenure=3 pins=9"
    said = [
        mutate("gen-immix object-log", seed, 3000, f"{shape} target_us={target}").stdout.split()
        for target in (0, 1, 300)
    ]
    assert len({words[0] for words in said}) == 1, said
    assert len(said[0][0]) == 16, said


@pytest.mark.parametrize("policy", POLICIES[1:])
def test_an_evacuation_of_pinned_objects_is_found(mutate: Run, policy: str) -> None:
    shape = "stress=9 pins=12 overlook_pins=1"
    done = mutate(policy, 1, 5000, f"verify=1 {shape}")
    assert done.returncode == 3
    assert "is pinned, and is now at unit" in done.stdout
    assert mutate(policy, 1, 5000, shape).returncode != 0


def test_semispace_pins_nothing(mutate: Run) -> None:
    done = mutate("semispace -", 1, 1000, "pins=3")
    assert done.returncode == 3
    assert "pin: semispace moves every object" in done.stdout


def test_pins_at_their_edges(compile_cpp: Compile, run_binary: Run, sources: list[Path]) -> None:
    program = compile_cpp(CPP / "pinning.cpp", *sources, "-O1", "-pthread")
    assert run_binary(program, timeout=300).stdout == "ok\n"
