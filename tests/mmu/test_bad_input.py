"""What the MMU refuses, each with its typed error, and that a refused call changed nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from vmperf.guestmem import GuestMemory
from vmperf.mmu import Mmu, Mode, PageTable, SecondStage, WalkCache
from vmperf.tlb import SoftTlb

from vmperf import (
    AlignmentFault,
    CapacityError,
    InvalidArgumentError,
    MemoryFault,
    OutOfRangeFault,
    PageFault,
)

FORMATS = ["x86-64-4", "x86-64-5", "sv39", "sv48", "sv57", "aarch64-4k"]
BITS = {"x86-64-4": 48, "x86-64-5": 57, "sv39": 39, "sv48": 48, "sv57": 57, "aarch64-4k": 48}
WIDTH = {"x": 52, "s": 56, "a": 48}
PAGE, LARGE, HUGE = 4096, 2 << 20, 1 << 30


@pytest.fixture
def memory() -> GuestMemory:
    return GuestMemory([(0, 8 << 20)])


def refused(call: Callable[[], object], name: str, *said: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        call()
    assert caught.value.argument == name
    for text in said:
        assert text in str(caught.value)


@pytest.mark.parametrize("fmt", FORMATS)
def test_addresses_that_are_not_canonical(fmt: str, memory: GuestMemory) -> None:
    table, bits = PageTable(fmt, memory), BITS[fmt]
    low = 1 << bits if fmt == "aarch64-4k" else 1 << (bits - 1)
    for va in (low, 1 << 62, 2**63):
        refused(lambda va=va: table.map(va, 0), "va", "canonical", fmt)
        refused(lambda va=va: table.unmap(va, PAGE), "va", "canonical")
        refused(lambda va=va: table.protect(va, PAGE, "r"), "va", "canonical")
        walk = table.walk(va)
        assert (walk.fault, walk.level, walk.refs) == ("non_canonical", 0, 0)
        assert table.walk_batch([va])["fault"].tolist() == [4]
    # The last page is fine, and the one after it, or a range over the gap, is not.
    table.map(low - PAGE, 0)
    refused(lambda: table.map(low - 2 * PAGE, 0, n_pages=3), "va")
    refused(lambda: table.unmap(low - PAGE, 2 * PAGE), "va")
    if fmt != "aarch64-4k":
        table.map(2**64 - PAGE, PAGE)
        assert table.walk(2**64 - 1).pa == 2 * PAGE - 1
        refused(lambda: table.unmap(2**64 - PAGE, 2 * PAGE), "va")
        refused(lambda: table.unmap(0, 2**64 - PAGE), "va")


@pytest.mark.parametrize("fmt", FORMATS)
def test_physical_addresses_too_wide(fmt: str, memory: GuestMemory) -> None:
    table, width = PageTable(fmt, memory), WIDTH[fmt[0]]
    assert table.pa_bits == width
    table.map(0, (1 << width) - PAGE)
    assert table.walk(1).pa == (1 << width) - PAGE + 1
    refused(lambda: table.map(PAGE, 1 << width), "pa", f"{width} bits")
    refused(lambda: table.map(PAGE, (1 << width) - PAGE, n_pages=2), "pa")
    refused(lambda: table.map(LARGE, 2**64 - LARGE, LARGE), "pa")
    narrow = PageTable(fmt, memory, pa_bits=36)
    refused(lambda: narrow.map(0, 1 << 36), "pa", "36 bits")
    for bits in (1, 31, width + 1):
        refused(lambda bits=bits: PageTable(fmt, memory, pa_bits=bits), "pa_bits", str(width))


@pytest.mark.parametrize("fmt", FORMATS)
def test_sizes_and_alignment(fmt: str, memory: GuestMemory) -> None:
    table = PageTable(fmt, memory)
    for size in (0, 1, 2048, 8192, 4 << 20, 1 << 39, 2**64 - 1):
        refused(lambda size=size: table.map(0, 0, size), "size_bytes", "4096, 2097152, 1073741824")
    for size in (PAGE, LARGE, HUGE):
        refused(lambda size=size: table.map(size // 2, 0, size), "va")
        refused(lambda size=size: table.map(0, size // 2, size), "pa")
    for size in (0, 1, PAGE + 1):
        refused(lambda size=size: table.unmap(0, size), "size_bytes")
        refused(lambda size=size: table.protect(0, size, "r"), "size_bytes")
    refused(lambda: table.unmap(1, PAGE), "va")
    refused(lambda: table.map(0, 0, n_pages=0), "n_pages")
    refused(lambda: table.map(0, 0, n_pages=2**52), "n_pages")
    assert table.n_tables == 1


@pytest.mark.parametrize("fmt", FORMATS)
def test_what_is_mapped_is_not_mapped_again(fmt: str, memory: GuestMemory) -> None:
    table = PageTable(fmt, memory)
    table.map(3 * PAGE, 0x5000)
    before = table.n_tables
    refused(lambda: table.map(0, 0, n_pages=8), "va", "nothing is mapped")
    refused(lambda: table.map(0, 0, LARGE), "va")
    refused(lambda: table.map(0, 0, HUGE), "va")
    assert (table.walk(0).fault, table.walk(3 * PAGE).pa) == ("not_present", 0x5000)
    assert table.n_tables == before
    table.map(LARGE, 0, LARGE)
    refused(lambda: table.map(LARGE + PAGE, 0), "va")


def test_flags(memory: GuestMemory) -> None:
    for flags in ("z", "rr", "R", "r w"):
        refused(lambda flags=flags: PageTable("sv39", memory).map(0, 0, flags=flags), "flags")
    for fmt, flags in (
        ("x86-64-4", "w"),
        ("x86-64-5", ""),
        ("sv39", "w"),
        ("sv48", "wx"),
        ("sv57", "u"),
        ("aarch64-4k", "x"),
    ):
        table = PageTable(fmt, memory)
        refused(lambda t=table, how=flags: t.map(0, 0, flags=how), "flags", "with r")
        refused(lambda t=table, how=flags: t.protect(0, PAGE, how), "flags")


def test_a_full_place_of_tables_maps_nothing(memory: GuestMemory) -> None:
    table = PageTable("x86-64-4", memory, tables=(0x10000, 5 * PAGE))
    with pytest.raises(CapacityError) as caught:
        table.map(LARGE - PAGE, 0, n_pages=514)  # 1 + 3 + 2 tables
    assert caught.value.limit_bytes == 5 * PAGE
    assert [table.walk(va).fault for va in (LARGE - PAGE, LARGE)] == ["not_present"] * 2
    table.map(0, 0, LARGE)  # takes an empty table back
    table.map(4 * LARGE, 0, LARGE)
    assert table.unmap(0, PAGE) == PAGE  # which the split needs
    with pytest.raises(CapacityError):
        table.unmap(4 * LARGE, PAGE)
    assert (table.walk(4 * LARGE).fault, table.walk(4 * LARGE).size_bytes) == ("none", LARGE)


@pytest.mark.parametrize(
    "tables",
    [(1, PAGE), (0, PAGE + 1), (0, 0), (8 << 20, PAGE), (4 << 20, 8 << 20), (2**64 - PAGE, PAGE)],
)
def test_places_of_tables(tables: tuple[int, int], memory: GuestMemory) -> None:
    refused(lambda: PageTable("sv39", memory, tables=tables), "tables")


def test_words_and_numbers(memory: GuestMemory) -> None:
    table = PageTable("sv39", memory)
    refused(lambda: PageTable("sv32", memory), "fmt", "x86-64-4, x86-64-5, sv39, sv48, sv57")
    refused(lambda: PageTable("x86-64-4", memory, ad="software"), "ad")
    refused(lambda: PageTable("sv39", memory, ad="no"), "ad", "hardware, software")
    refused(lambda: table.walk(0, "rw"), "access", "r, w, x")
    refused(lambda: table.walk(-1), "va")
    refused(lambda: table.walk(2**64), "va")
    refused(lambda: table.walk(0, asid=65536), "asid", "65535")
    for size in (0, 3, 1 << 21):
        refused(lambda size=size: WalkCache(level2=size), "level2", "power of two")
        if size:
            refused(lambda size=size: SecondStage(table, size), "entries")
    nested = PageTable("sv39", memory, tables=(0, PAGE), nested=identity(memory))
    refused(lambda: SecondStage(nested), "table", "without a second stage")
    refused(lambda: Mmu(table, SoftTlb(), None, identity(memory)), "nested")
    other = PageTable("sv39", GuestMemory([(0, 1 << 20)]))
    refused(lambda: Mmu(table, SoftTlb()).set_table(1, other), "table", "same memory")


def identity(memory: GuestMemory) -> SecondStage:
    host = PageTable("x86-64-4", memory)
    host.map(0, 0, LARGE, "rwx", n_pages=4)
    return SecondStage(host)


def test_types(memory: GuestMemory) -> None:
    table = PageTable("sv39", memory)
    mmu = Mmu(table, SoftTlb())
    for wrong in ("0", 1.0, None, [1]):
        with pytest.raises(TypeError):
            table.walk(wrong)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            mmu.lookup(wrong)  # type: ignore[arg-type]
    for array in (np.zeros(2), np.zeros(2, np.int64), "ab", 5, [1.5]):
        with pytest.raises(TypeError):
            table.walk_batch(array)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            mmu.translate(array)  # type: ignore[arg-type]
    refused(lambda: table.walk_batch([-1]), "vas")
    refused(lambda: table.walk_batch(np.zeros((2, 2), np.uint64)), "vas")
    with pytest.raises(TypeError):
        PageTable("sv39", None)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        PageTable("sv39", memory, tables=5)  # type: ignore[arg-type]
    strided = table.walk_batch(np.zeros(8, np.uint32)[::2])
    assert strided.shape == (4,)


def test_outputs(memory: GuestMemory) -> None:
    table = PageTable("sv39", memory)
    mmu, vas = Mmu(table, SoftTlb()), np.zeros(4, np.uint64)
    out = table.walk_batch(vas)
    assert table.walk_batch(vas, out=out) is out
    with pytest.raises(TypeError):
        table.walk_batch(vas, out=np.zeros(4, np.uint64))
    refused(lambda: table.walk_batch(vas[:3], out=out), "out")
    for pair in ((vas, np.zeros(4, np.uint8)), (np.zeros(3, np.uint64), np.zeros(4, np.uint8))):
        refused(lambda pair=pair: mmu.translate(vas, out=pair), "out[0]")
    frozen = np.zeros(4, np.uint8)
    frozen.flags.writeable = False
    refused(lambda: mmu.translate(vas, out=(np.zeros(4, np.uint64), frozen)), "out[1]")
    for bad in (np.zeros(4, np.uint64), (1, 2, 3), (np.zeros(4), np.zeros(4))):
        with pytest.raises(TypeError):
            mmu.translate(vas, out=bad)


@pytest.mark.parametrize("fmt", FORMATS)
def test_faults_are_typed(fmt: str, memory: GuestMemory) -> None:
    """Each reason once, by every way in, with address, access and level."""
    table = PageTable(fmt, memory, mode=Mode())
    table.map(0, 0x1000, flags="r")
    table.map(PAGE, 64 << 20, flags="rw")
    mmu = Mmu(table, SoftTlb(), WalkCache())
    cases = [
        (5, "w", 1, "protection"),
        (3 * PAGE, "r", 1, "not_present"),
        (1 << 37, "x", 3, "not_present"),
        (2**62, "r", 0, "non_canonical"),
    ]
    for va, access, level, reason in cases:
        with pytest.raises(PageFault) as caught:
            mmu.lookup(va, access)
        fault = caught.value
        assert isinstance(fault, MemoryFault)
        assert (fault.address, fault.access, fault.reason) == (va, access, reason)
        assert fault.level == level
        assert hex(va) in str(fault)
        codes = mmu.translate([va], access)[1]
        assert codes[0] != 0
    with pytest.raises(PageFault) as caught:
        mmu.write(PAGE - 2, b"1234")
    assert (caught.value.address, caught.value.size_bytes) == (PAGE - 2, 4)
    assert memory.read(0x1FFE, 2) == b"\0\0"
    with pytest.raises(OutOfRangeFault):
        mmu.read(PAGE, 4)
    assert mmu.read(2**63, 0) == b""
    assert not isinstance(caught.value, AlignmentFault)


def test_tables_without_memory(memory: GuestMemory) -> None:
    """A guest's entry that leads out of memory is a fault of the walk and an error of a change."""
    table = PageTable("x86-64-4", memory)
    table.map(0, 0x1000)
    memory.write_u64(table.root, 1 << 40 | 7)
    assert (table.walk(0).fault, table.walk(0).level) == ("bus", 3)
    for change in (lambda: table.unmap(0, PAGE), lambda: table.map(PAGE, 0)):
        with pytest.raises(OutOfRangeFault) as caught:
            change()
        assert caught.value.address == 1 << 40


def test_a_sequence_that_grows_while_it_is_read(memory: GuestMemory) -> None:
    vas: list[object] = []

    class Growing:
        def __index__(self) -> int:
            vas.extend([4096] * 10_000)
            return 4096

    vas += [Growing(), 8192]
    assert PageTable("sv39", memory).walk_batch(vas).shape == (2,)
