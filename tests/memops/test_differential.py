"""Every level against byte loops: results, canaries, overlaps, pages that nobody may touch."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.differential
Build = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]
LEVELS = ("scalar", "sse2", "avx2", "avx512", "neon")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["copies", "scans", "batches", "crc32c"])
def test_level(program: Build, run_binary: Run, levels: list[str], name: str, level: str) -> None:
    if level not in levels:
        pytest.skip(f"this CPU has no {level}")
    assert run_binary(program(name), level).stdout == "ok\n"


def test_guest_copy(program: Build, run_binary: Run) -> None:
    assert run_binary(program("guest"), "oracle").stdout == "ok\n"
