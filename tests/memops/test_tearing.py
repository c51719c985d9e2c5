"""Guest copies race against themselves: no atom tears, and the byte loop shows that one would."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from house.weather import PROVED
from vmperf import _core

pytestmark = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2, reason="a race of two threads needs two CPUs"
)
Run = Callable[..., subprocess.CompletedProcess[str]]
ATOMS = (8, 16, 32)
QUICK, FULL = 10**6, 10**8
# How often reader and writer are started until they race: others may have the CPU of one of them.
RACES = 50


def need(atoms: int, atom: int) -> None:
    if not atoms & atom:
        pytest.skip(f"this CPU has no atom of {atom} bytes")


def race(run_binary: Run, program: Path, what: str, loads: int) -> dict[str, int]:
    text = run_binary(program, "race", what, str(loads), timeout=600).stdout
    found = re.fullmatch(r"loads (\d+) torn (\d+) changed (\d+)\n", text)
    assert found, text
    return dict(zip(("loads", "torn", "changed"), map(int, found.groups()), strict=True))


def expect_whole(run_binary: Run, program: Path, atom: int, loads: int) -> None:
    for _ in range(RACES):
        saw = race(run_binary, program, str(atom), loads)
        assert saw["loads"] == loads
        assert saw["torn"] == 0
        # The writer did write meanwhile: where it has a CPU, one load in ten sees another value.
        if saw["changed"] > loads // 100_000:
            return
    pytest.fail(f"the writer did not write in {RACES} times {loads} loads: {saw}")


def expect_torn(run_binary: Run, program: Path, loads: int) -> None:
    for _ in range(RACES):
        if race(run_binary, program, "bytes", loads)["torn"]:
            return
    pytest.fail(f"no atom of a byte loop tore in {RACES} times {loads} loads: nothing is shown")


@pytest.mark.parametrize("atom", ATOMS)
def test_no_atom_tears(tearing: Path, run_binary: Run, atoms: int, atom: int) -> None:
    need(atoms, atom)
    expect_whole(run_binary, tearing, atom, QUICK)


def test_a_byte_loop_tears(tearing: Path, run_binary: Run) -> None:
    expect_torn(run_binary, tearing, QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("atom", ATOMS)
def test_no_atom_tears_in_a_hundred_million_loads(
    tearing: Path, run_binary: Run, atoms: int, atom: int
) -> None:
    need(atoms, atom)
    expect_torn(run_binary, tearing, QUICK)  # here and now a torn atom would be seen
    expect_whole(run_binary, tearing, atom, FULL)


def test_what_the_proof_refuses(tearing: Path, run_binary: Run) -> None:
    assert run_binary(tearing, "refusals").stdout == "ok\n"


SETTINGS: dict[str, Any] = {
    "warm_up_ns": 0,
    "measurement_ns": 20_000_000,
    "n_samples": 5,
    "sampling": "flat",
    "n_placements": 2,
    "seed": 3,
    "process": 0,
    "count_instructions": True,
}
# Not every CPU has every atom.
FINE = PROVED | {"unsupported"}


def measure(designs: list[str]) -> list[Any]:
    """Once more where another process had the writer's CPU all the time."""
    for _ in range(10):
        cases = _core.bench.measure("memops/guest_tearing", {}, designs, **SETTINGS)
        if not any("no race" in c.reason or "did not tear" in c.reason for c in cases):
            break
    return cases


def test_benchmark_proves_itself() -> None:
    cases = measure(["guest_8", "guest_16", "guest_32", "naive"])
    for case in cases:
        assert case.status in FINE, f"{case.design}: {case.status}: {case.reason}"
    measured = [case for case in cases if case.status != "unsupported"]
    # The number of loads: of one of the first ops, which wait for a thread, or of the rest of 64.
    assert {case.checksum for case in measured} <= {1, 61}
    assert {"guest_8", "naive"} <= {case.design for case in measured}
    for case in measured:
        counted = case.evidence["instr_per_op"]
        # An op that waits for the writer's CPU may seem too long to be single-stepped.
        given_up = case.evidence["instr_status"].startswith("over budget")
        assert given_up if counted is None else counted > 1


def test_one_cpu_is_no_race() -> None:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        (case,) = _core.bench.measure("memops/guest_tearing", {}, ["guest_8"], **SETTINGS)
    finally:
        os.sched_setaffinity(0, before)
    assert case.status == "unsupported"
    assert "needs two CPUs" in case.reason


def test_declared_wholly() -> None:
    entry = next(b for b in _core.bench.catalog() if b["id"] == "memops/guest_tearing")
    assert {d["name"] for d in entry["designs"]} == {"naive", "guest_8", "guest_16", "guest_32"}
    assert len(entry["fooled_by"]) >= 2
