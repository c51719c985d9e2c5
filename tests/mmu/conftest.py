"""Programs of cpp/ linked to the library that C++ clients get."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from house import native_build

CPP = Path(__file__).parent / "cpp"
Build = Callable[..., Path]


@pytest.fixture(scope="session")
def program(repo_root: Path, compile_cpp: Callable[..., Path]) -> Build:
    """Compile cpp/NAME.cpp; further sources and flags come before the library's objects."""
    if native_build.sanitized():
        pytest.skip("the module is under test here; these programs are built alone")
    build = native_build.configure(repo_root, "native", "-DVMPERF_PYTHON=OFF")
    native_build.ninja(build, "vmperf_mmu_client")
    library = build / "cpp" / "libvmperf_mmu.a"

    def build_program(name: str, *more: str | Path) -> Path:
        return compile_cpp(
            CPP / f"{name}.cpp", *more, library, "-pthread", "-ldl", depends=[library]
        )

    return build_program
