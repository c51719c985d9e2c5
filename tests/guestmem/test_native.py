"""Guest memory in C++, compiled as a client compiles it, also under sanitizers."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CPP = Path(__file__).parent / "cpp"
SANITIZED = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def sources(repo_root: Path) -> list[Path]:
    """What guest memory is made of, beside headers."""
    cpp = repo_root / "cpp"
    return [
        *sorted((cpp / "guestmem" / "src").glob("*.cpp")),
        *(cpp / "os" / "src" / name for name in ("pages.cpp", "files.cpp")),
    ]


@pytest.mark.parametrize("flags", [(), SANITIZED], ids=["plain", "asan_ubsan"])
def test_scalars_near_every_end(
    compile_cpp: Compile, run_binary: Run, sources: list[Path], flags: tuple[str, ...]
) -> None:
    assert run_binary(compile_cpp(CPP / "access.cpp", *sources, *flags)).stdout == "ok\n"
