"""Programs of cpp/ with guest memory compiled in and the library of memops beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from house import native_build

CPP = Path(__file__).parent / "cpp"
Build = Callable[..., Path]


@pytest.fixture(scope="session")
def program(repo_root: Path, compile_cpp: Callable[..., Path]) -> Build:
    """Compile cpp/NAME.cpp; flags are passed on. `sources` replaces files of the component."""
    if native_build.sanitized():
        pytest.skip("the module is under test here; these programs are built with sanitizers")
    build = native_build.configure(repo_root, "native", "-DVMPERF_PYTHON=OFF")
    native_build.ninja(build, "vmperf_memops_c")
    library = build / "cpp" / "libvmperf_memops.so"
    cpp = repo_root / "cpp"
    ours = sorted((cpp / "guestmem" / "src").glob("*.cpp"))

    def build_program(name: str, *flags: str, sources: list[Path] = ours) -> Path:
        return compile_cpp(
            CPP / f"{name}.cpp",
            *flags,
            *sources,
            *(cpp / "os" / "src" / name for name in ("pages.cpp", "files.cpp")),
            library,
            f"-Wl,-rpath,{library.parent}",
            "-pthread",
            depends=[CPP / "support.hpp", *sources],
        )

    return build_program
