"""The recorder as built with the module, programs under it, and a model of the `.vmt` format."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from house import native_build
from vmperf import _core

CPP = Path(__file__).parent / "cpp"
Recorded = tuple[subprocess.CompletedProcess[str], list[Any]]


@pytest.fixture(scope="session")
def recorder() -> Path:
    if native_build.sanitized():
        pytest.skip("a sanitizer's malloc comes first here")
    path = Path(str(_core.__file__)).parent / "lib" / "libvmperf_trace.so"
    assert path.is_file()
    return path


@pytest.fixture
def run_recorded(recorder: Path, tmp_path: Path) -> Callable[..., Recorded]:
    """Run a program under the recorder; return how it ended and each process's trace."""

    def run(*words: str | Path, **env: str) -> Recorded:
        folder = tmp_path / "recording"
        folder.mkdir()
        own = {"LD_PRELOAD": str(recorder), "VMPERF_TRACE_FOLDER": str(folder)}
        done = subprocess.run(
            [str(word) for word in words],
            env={**os.environ, **own, **env},
            capture_output=True,
            text=True,
            timeout=60,
        )
        traces = []
        for file in sorted(folder.glob("*.buf")):
            stem = file.with_suffix("")
            _core.trace._finish(stem, stem.with_suffix(".vmt"))
            traces.append(_core.trace.load(stem.with_suffix(".vmt")))
        return done, traces

    return run


@pytest.fixture(scope="session")
def known(compile_cpp: Callable[..., Path]) -> Path:
    """A program that prints each call it makes."""
    return compile_cpp(CPP / "known.cpp", "-fno-builtin", "-pthread", "-O1")
