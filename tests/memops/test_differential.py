"""Every level against byte loops: results, canaries, overlaps, pages that nobody may touch."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.differential
Build = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]
LEVELS = ("scalar", "sse2", "avx2", "avx512", "neon")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["copies", "scans", "batches"])
def test_level(program: Build, run_binary: Run, levels: list[str], name: str, level: str) -> None:
    if level not in levels:
        pytest.skip(f"this CPU has no {level}")
    assert run_binary(program(name), level).stdout == "ok\n"


def test_guest_copy(program: Build, run_binary: Run) -> None:
    assert run_binary(program("guest"), "oracle").stdout == "ok\n"


@pytest.mark.parametrize("atom", [8, 16, 32])
def test_no_atom_tears(program: Build, run_binary: Run, atom: int) -> None:
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("two threads on one CPU do not race")
    if not int(run_binary(program("guest"), "atoms").stdout) & atom:
        pytest.skip(f"this CPU has no atom of {atom} bytes")
    text = run_binary(program("guest"), "race", str(atom), "1000").stdout
    found = re.fullmatch(r"atoms (\d+) torn (\d+) raced (\d+)\n", text)
    assert found
    n_atoms, n_torn, n_raced = (int(x) for x in found.groups())
    assert n_torn == 0
    assert n_atoms > 10_000
    assert n_raced > 0
