"""Marking in slices under a pause target: one answer with and without, and faults are found."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CPP = Path(__file__).parent / "cpp"
FAULTS = "-DVMPERF_GC_FAULTS"
OS_FILES = ("raw_pages", "pages", "files", "process")
POLICIES = ("gen-immix object-log", "gen-immix object-log-atomic")
OTHERS = ("semispace -", "mark-sweep -", "immix -", "sticky-immix -", "gen-immix card")
# A target of 1 us is over before a slice begins, so that each goes over 128 objects.
TARGETS = (1, 30, 1000)
SETTINGS = (
    "verify=1 heap_kib=1300 nursery_kib=32 table=400",
    "verify=1 stress=7 tenure=15",
    "verify=1 stress=19 tenure=1 nursery_kib=32 pacer=1",
    "verify=1 heap_kib=700 table=100 stress=5 pacer=2",
    "heap_kib=16000 table=5000 stress=101",
)
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def mutate(compile_cpp: Compile, run_binary: Run, repo_root: Path) -> Run:
    """The random workload: `mutate(policy, seed, steps, settings)`."""
    cpp = repo_root / "cpp"
    own = sorted((cpp / "gc" / "src").glob("*.cpp"))
    sources = [*own, *(cpp / "os" / "src" / f"{name}.cpp" for name in OS_FILES)]
    program = compile_cpp(CPP / "mutate.cpp", *sources, FAULTS, "-O1", "-pthread")

    def run(policy: str, seed: int, steps: int, settings: str) -> subprocess.CompletedProcess[str]:
        words = [*policy.split(), str(seed), str(steps), *settings.split()]
        return run_binary(program, *words, timeout=300, check=False)

    return run


@pytest.mark.differential
@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("policy", POLICIES)
def test_a_target_changes_no_answer(mutate: Run, policy: str, settings: str, seed: int) -> None:
    said = [mutate(policy, seed, 4000, settings).stdout]
    said += [mutate(policy, seed, 4000, f"{settings} target_us={t}").stdout for t in TARGETS]
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
    compile_cpp: Compile, run_binary: Run, repo_root: Path
) -> None:
    cpp = repo_root / "cpp"
    own = sorted((cpp / "gc" / "src").glob("*.cpp"))
    sources = [*own, *(cpp / "os" / "src" / f"{name}.cpp" for name in OS_FILES)]
    program = compile_cpp(CPP / "targets.cpp", *sources, "-O1", "-pthread")
    assert run_binary(program, timeout=300).stdout == "ok\n"


def test_the_controller(compile_cpp: Compile, run_binary: Run, repo_root: Path) -> None:
    quota = repo_root / "cpp" / "gc" / "src" / "quota.cpp"
    assert run_binary(compile_cpp(CPP / "quota.cpp", quota)).stdout == "ok\n"
