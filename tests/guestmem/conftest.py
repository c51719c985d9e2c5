"""Guest memory as a dict of bytearrays, and programs of cpp/ with the component compiled in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from house import native_build
from vmperf import OutOfRangeFault, PageFault
from vmperf._core.guestmem import Region

CPP = Path(__file__).parent / "cpp"
PAGE = 4096
Build = Callable[..., Path]


class Model:
    """Regions with their bytes, and the pages that were written since they were asked for."""

    def __init__(self, regions: list[Region]) -> None:
        self.regions = sorted(regions, key=lambda region: region.start)
        self.bytes = {r.start: bytearray(r.size_bytes) for r in regions}
        self.dirty: set[int] = set()

    def find(self, address: int) -> Region | None:
        """The region that holds an address."""
        for region in self.regions:
            if region.start <= address < region.start + region.size_bytes:
                return region
        return None

    def fault(self, address: int, size: int, access: str) -> type[Exception] | None:
        """What an access raises, asked byte by byte where regions begin and end."""
        refused, at = False, address
        while at < address + size:
            region = self.find(at)
            if region is None:
                return OutOfRangeFault
            refused = refused or (access == "w" and region.read_only)
            at = region.start + region.size_bytes
        return PageFault if refused else None

    def end(self, address: int) -> int:
        """Where the memory at an address ends."""
        while (region := self.find(address)) is not None:
            address = region.start + region.size_bytes
        return address

    def read(self, address: int, size: int) -> bytes:
        """A slice, over adjacent regions."""
        data = bytearray()
        while len(data) < size:
            region = self.find(address + len(data))
            assert region is not None
            offset = address + len(data) - region.start
            data += self.bytes[region.start][offset : offset + size - len(data)]
        return bytes(data)

    def write(self, address: int, data: bytes) -> None:
        """An assignment of slices, over adjacent regions."""
        for i, byte in enumerate(data):
            region = self.find(address + i)
            assert region is not None
            self.bytes[region.start][address + i - region.start] = byte
        if data:
            pages = range(address // PAGE, (address + len(data) - 1) // PAGE + 1)
            self.dirty |= {page * PAGE for page in pages}


@pytest.fixture(scope="session")
def model_of() -> Callable[[list[Region]], Model]:
    """What every access must answer."""
    return Model


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

    def build_program(name: str, *flags: str | Path, sources: list[Path] = ours) -> Path:
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
