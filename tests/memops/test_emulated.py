"""Other CPUs under qemu-user: AArch64 with NEON, x86-64 without AVX, and with AVX2 alone."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from house import native_build

pytestmark = [pytest.mark.slow, pytest.mark.isa]
CPP = Path(__file__).parent / "cpp"
Build = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]

CROSS_CXX = "aarch64-linux-gnu-g++"
ROOT = "/usr/aarch64-linux-gnu"
TOOLCHAIN = f"""
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER {CROSS_CXX})
"""


def _need(*tools: str) -> None:
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


@pytest.fixture(scope="module")
def aarch64(repo_root: Path, compile_cpp: Callable[..., Path]) -> Callable[[str], Path]:
    _need(CROSS_CXX, "qemu-aarch64")
    toolchain = repo_root / "build" / "aarch64.cmake"
    toolchain.parent.mkdir(exist_ok=True)
    toolchain.write_text(TOOLCHAIN)
    options = ["-DVMPERF_PYTHON=OFF", f"-DCMAKE_TOOLCHAIN_FILE={toolchain}"]
    build = native_build.configure(repo_root, "aarch64", *options)
    native_build.ninja(build, "vmperf_memops_c")
    library = build / "cpp" / "libvmperf_memops.so"

    def program(name: str) -> Path:
        rpath = f"-Wl,-rpath,{library.parent}"
        depends = [CPP / "support.hpp", library]
        source = CPP / f"{name}.cpp"
        return compile_cpp(source, library, rpath, "-pthread", cxx=CROSS_CXX, depends=depends)

    return program


def _qemu(run_binary: Run, program: Path, *args: str, cpu: str = "max") -> str:
    command = ["-cpu", cpu, "-L", ROOT, str(program), *args]
    return run_binary("qemu-aarch64", *command, timeout=300).stdout


@pytest.mark.parametrize("level", ["scalar", "neon"])
@pytest.mark.parametrize("name", ["scans", "batches", "crc32c"])
def test_aarch64(aarch64: Build, run_binary: Run, name: str, level: str) -> None:
    assert _qemu(run_binary, aarch64(name), level) == "ok\n"


def test_aarch64_copies(aarch64: Build, run_binary: Run) -> None:
    assert _qemu(run_binary, aarch64("copies"), "neon") == "ok\n"


def test_aarch64_guest(aarch64: Build, run_binary: Run) -> None:
    """Atoms of 16 bytes where the CPU has LSE2, and only there."""
    assert _qemu(run_binary, aarch64("guest"), "oracle") == "ok\n"
    assert _qemu(run_binary, aarch64("guest"), "atoms", cpu="cortex-a57") == "8\n"
    assert _qemu(run_binary, aarch64("guest"), "oracle", cpu="cortex-a57") == "ok\n"


def test_aarch64_levels(aarch64: Build, run_binary: Run) -> None:
    said = _qemu(run_binary, aarch64("levels"), "avx2").splitlines()
    assert said[:3] == ["available scalar", "available neon", "level neon copied 1"]
    assert said[3].startswith("UnsupportedError set_simd_level: SIMD level avx2")


def _nehalem(run_binary: Run, program: Path, *args: str, **env: str) -> str:
    command = ["-cpu", "Nehalem", str(program), *args]
    return run_binary("qemu-x86_64", *command, timeout=300, **env).stdout


@pytest.mark.skipif(shutil.which("qemu-x86_64") is None, reason="not installed: qemu-x86_64")
class TestWithoutAvx:
    def test_levels(self, program: Build, run_binary: Run) -> None:
        said = _nehalem(run_binary, program("levels"), "avx2").splitlines()
        assert said[:3] == ["available scalar", "available sse2", "level sse2 copied 1"]
        assert said[3].startswith("UnsupportedError set_simd_level: SIMD level avx2")
        said = _nehalem(run_binary, program("levels"), VMPERF_SIMD="avx512").splitlines()
        assert said[-1].startswith("UnsupportedError VMPERF_SIMD: SIMD level avx512")

    @pytest.mark.parametrize("name", ["scans", "batches", "crc32c"])
    def test_operations(self, program: Build, run_binary: Run, name: str) -> None:
        assert _nehalem(run_binary, program(name), "sse2") == "ok\n"

    def test_guest_copy_takes_8_alone(self, program: Build, run_binary: Run) -> None:
        assert _nehalem(run_binary, program("guest"), "atoms") == "8\n"
        assert _nehalem(run_binary, program("guest"), "oracle") == "ok\n"


@pytest.mark.skipif(shutil.which("qemu-x86_64") is None, reason="not installed: qemu-x86_64")
class TestWithAvx2:
    """CRCs differ within a level: by carry-less products, and by tables without them."""

    @pytest.mark.parametrize("cpu", ["Haswell", "Haswell,-pclmulqdq"])
    def test_crc32c(self, program: Build, run_binary: Run, cpu: str) -> None:
        def run(*args: str) -> str:
            command = ["-cpu", cpu, str(program(args[0])), *args[1:]]
            return run_binary("qemu-x86_64", *command, timeout=300).stdout

        if "available avx2" not in run("levels").splitlines():
            pytest.skip("qemu-x86_64 emulates no AVX2")
        assert run("crc32c", "avx2") == "ok\n"
