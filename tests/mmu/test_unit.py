"""Tables, walk cache, nested walks and the MMU, one property at a time."""

from __future__ import annotations

import gc
import random

import numpy as np
import pytest
from vmperf.guestmem import GuestMemory
from vmperf.mmu import Mmu, Mode, PageTable, SecondStage, WalkCache
from vmperf.tlb import SoftTlb

from vmperf import PageFault

FORMATS = ["x86-64-4", "x86-64-5", "sv39", "sv48", "sv57", "aarch64-4k"]
PAGE, LARGE, HUGE = 4096, 2 << 20, 1 << 30
BASE = 0x1280000000


@pytest.fixture
def memory() -> GuestMemory:
    return GuestMemory([(0, 16 << 20)])


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("size", [PAGE, LARGE, HUGE])
def test_every_size(fmt: str, size: int, memory: GuestMemory, rng: random.Random) -> None:
    table = PageTable(fmt, memory)
    base = BASE // HUGE * HUGE
    table.map(base, 3 * HUGE, size, "rwx", n_pages=3)
    for _ in range(50):
        offset = rng.randrange(3 * size)
        walk = table.walk(base + offset)
        assert (walk.pa, walk.size_bytes, walk.perms) == (3 * HUGE + offset, size, "rwx")
        assert walk.refs == table.levels - walk.level + 1
    assert table.walk(base + 3 * size).fault == "not_present"


@pytest.mark.parametrize("fmt", FORMATS)
def test_splits_keep_attributes_and_marks(fmt: str, memory: GuestMemory) -> None:
    table = PageTable(fmt, memory)
    base = BASE // HUGE * HUGE
    table.map(base, HUGE, HUGE, "rwg")
    assert table.walk(base, "w").perms == "rw"  # accessed and dirty
    assert table.unmap(base + 5 * PAGE, PAGE) == PAGE
    for offset in (0, 4 * PAGE, 6 * PAGE, LARGE - 1, LARGE, HUGE - 1):
        walk = table.walk(base + offset, "r")
        assert (walk.pa, walk.perms, walk.is_global) == (HUGE + offset, "rw", True)
        assert walk.size_bytes == (PAGE if offset < LARGE else LARGE)
    assert table.walk(base + 5 * PAGE).fault == "not_present"
    assert table.protect(base + LARGE - PAGE, 2 * PAGE, "rg") == 2 * PAGE
    seen = [table.walk(base + LARGE + i * PAGE).perms for i in (-2, -1, 0, 1)]
    assert seen == ["rw", "r", "r", "rw"]
    assert table.unmap(base, HUGE) == HUGE - PAGE
    tables = table.n_tables
    table.map(base, 0, HUGE)  # in the place of empty tables
    assert table.n_tables == tables - 3
    assert table.walk(base).size_bytes == HUGE


@pytest.mark.parametrize("fmt", FORMATS)
def test_walk_cache(fmt: str, memory: GuestMemory) -> None:
    table, other = (PageTable(fmt, memory, tables=(at, 1 << 20)) for at in (8 << 20, 9 << 20))
    table.map(BASE, 0, n_pages=4)
    other.map(BASE, 0x10000, n_pages=4)
    cache = WalkCache()
    assert [table.walk(BASE, "r", cache).refs for _ in range(2)] == [table.levels, 1]
    # Another table, or another ASID, does not see it; a flush of one leaves the other.
    assert other.walk(BASE, "r", cache).pa == 0x10000
    assert table.walk(BASE, "r", cache, asid=3).refs == table.levels
    cache.flush_asid(3)
    assert table.walk(BASE, "r", cache, asid=3).refs == table.levels
    cache.flush()
    assert table.walk(BASE, "r", cache).refs == table.levels
    assert cache.stats["flushes"] == 2
    # Non-canonical addresses with the same lower bits never hit.
    for n in range(48, 64):
        if (fmt != "x86-64-5" and fmt != "sv57") or n >= 57:
            assert table.walk(BASE ^ 1 << n, "r", cache).fault == "non_canonical"


def test_walk_cache_contexts_run_out(memory: GuestMemory) -> None:
    """2^21 - 1 of them are handed out, then everything is cleared: nothing old comes back."""
    table, cache = PageTable("x86-64-4", memory), WalkCache(level2=1, level3=1, level4=1)
    table.map(BASE, 0)
    table.walk(BASE, "r", cache)
    stale = 0
    for i in range(2**21 + 10):
        cache.flush()
        stale += i % 64 == 0 and table.walk(BASE, "r", cache).refs != 4
    assert stale == 0
    assert cache.stats["clears"] == 0  # a context is taken at the next use alone
    for i in range(2**21):
        cache.flush_asid(i % 2)
        stale += table.walk(BASE, "r", cache, asid=i % 2).refs != 4
    assert (stale, cache.stats["clears"]) == (0, 1)
    assert [table.walk(BASE, "r", cache).refs for _ in range(2)] == [4, 1]
    cache.flush()
    assert table.walk(BASE, "r", cache).refs == 4


@pytest.mark.parametrize("fmt", FORMATS)
def test_first_store_walks_and_marks(fmt: str, memory: GuestMemory) -> None:
    table = PageTable(fmt, memory)
    table.map(BASE, 0x5000, flags="rw")
    mmu = Mmu(table, SoftTlb(), WalkCache())
    assert mmu.lookup(BASE, "r") == 0x5000
    assert mmu.stats["walks"] == 1
    mmu.lookup(BASE, "r")
    assert mmu.stats["walks"] == 1
    assert table.walk(BASE, "r").perms == "r"  # clean
    mmu.lookup(BASE, "w")
    assert mmu.stats["walks"] == 2
    assert table.walk(BASE, "r").perms == "rw"
    for access in "rw":
        mmu.lookup(BASE + 8, access)
    assert mmu.stats["walks"] == 2


@pytest.mark.parametrize("fmt", ["sv39", "aarch64-4k"])
def test_marks_by_software(fmt: str, memory: GuestMemory) -> None:
    table = PageTable(fmt, memory, ad="software")
    table.map(BASE, 0x5000, flags="rw")
    mmu = Mmu(table, SoftTlb())
    with pytest.raises(PageFault) as caught:
        mmu.lookup(BASE)
    assert caught.value.reason == "access_flag"
    table.unmap(BASE)
    table.map(BASE, 0x5000, flags="rwa")
    assert mmu.lookup(BASE) == 0x5000
    assert table.walk(BASE, "w").fault == ("access_flag" if fmt == "sv39" else "none")


def test_modes(memory: GuestMemory) -> None:
    table = PageTable("x86-64-4", memory, mode=Mode(user=True))
    table.map(BASE, 0, flags="rw")
    assert table.walk(BASE, "r").fault == "protection"
    table.mode = Mode(wp=False)
    assert table.walk(BASE).perms == "rw"
    assert table.mode == Mode(wp=False) != Mode()
    assert len({Mode(), Mode(), Mode(pan=True)}) == 2
    assert repr(Mode(pan=True)).count("True") == 3


def nested_tables(
    memory: GuestMemory, guest: str, host: str, entries: int
) -> tuple[PageTable, PageTable, SecondStage]:
    second = PageTable(host, memory, tables=(12 << 20, 1 << 20))
    flags = "rwxu" if host != "sv39" else "rwx"
    second.map(0, 4 << 20, PAGE, flags, n_pages=1024)
    stage = SecondStage(second, entries)
    table = PageTable(guest, memory, tables=(1 << 20, 1 << 20), nested=stage)
    return table, second, stage


@pytest.mark.parametrize("guest", FORMATS)
@pytest.mark.parametrize("host", ["x86-64-4", "sv39", "aarch64-4k"])
@pytest.mark.parametrize("entries", [0, 16])
def test_nested_is_both_after_each_other(
    guest: str, host: str, entries: int, memory: GuestMemory, rng: random.Random
) -> None:
    table, second, stage = nested_tables(memory, guest, host, entries)
    frames = list(range(200))
    rng.shuffle(frames)
    for i, frame in enumerate(frames):
        table.map(BASE + i * PAGE, frame * PAGE, flags="rw")
    vas = np.array([BASE + rng.randrange(200 * PAGE) for _ in range(500)], np.uint64)
    cache = WalkCache()
    walks = table.walk_batch(vas, "w", cache)
    for va, walk in zip(vas.tolist(), walks, strict=True):
        page, offset = divmod(va - BASE, PAGE)
        assert walk["fault"] == 0
        assert int(walk["pa"]) == second.walk(frames[page] * PAGE + offset).pa
        assert table.walk(va).pa == int(walk["pa"])
    assert table.walk(BASE, "r").fault == "none"  # marks it, which asks the second stage again
    cold = table.walk(BASE, "r").refs
    full = (table.levels + 1) * second.levels + table.levels
    assert (cold == full) == (entries == 0)
    assert stage.stats["walks"] > 0


def test_faults_of_the_second_stage(memory: GuestMemory) -> None:
    table, second, stage = nested_tables(memory, "x86-64-4", "x86-64-4", 16)
    table.map(BASE, 0x5000, flags="rw")
    table.map(BASE + PAGE, 8 << 20, flags="rw")
    walk = table.walk(BASE + PAGE, "r")
    assert (walk.fault, walk.stage, walk.level) == ("not_present", 2, 2)
    second.protect(0x5000, PAGE, "ru")
    assert table.walk(BASE, "r").perms == "r"
    walk = table.walk(BASE, "w")
    assert (walk.fault, walk.stage, walk.level) == ("protection", 2, 1)
    # The guest's own table goes away in the second stage: a flush later nobody finds it.
    second.unmap(1 << 20, 1 << 20)
    assert table.walk(BASE, "r").fault == "none"
    stage.flush()
    walk = table.walk(BASE, "r")
    assert (walk.fault, walk.stage) == ("not_present", 2)
    with pytest.raises(PageFault):
        table.map(BASE + 2 * PAGE, 0)


def test_nested_mmu(memory: GuestMemory) -> None:
    table, _, stage = nested_tables(memory, "sv39", "x86-64-4", 64)
    table.map(BASE, 0x5000, flags="rw", n_pages=2)
    mmu = Mmu(table, SoftTlb(), WalkCache(), stage)
    mmu.write(BASE + PAGE - 3, b"nested")
    assert memory.read((4 << 20) + 0x5000 + PAGE - 3, 6) == b"nested"
    assert mmu.read(BASE + PAGE - 3, 6) == b"nested"


def test_objects_keep_what_they_need() -> None:
    def make() -> Mmu:
        memory = GuestMemory([(0, 16 << 20)])
        table, _, stage = nested_tables(memory, "x86-64-4", "x86-64-4", 16)
        table.map(BASE, 0x5000, flags="rw")
        return Mmu(table, SoftTlb(), WalkCache(), stage)

    mmu = make()
    gc.collect()
    mmu.write(BASE, b"alive")
    assert mmu.read(BASE, 5) == b"alive"


@pytest.mark.parametrize("fmt", FORMATS)
def test_what_a_tlb_cannot_hold_is_translated_all_the_same(fmt: str) -> None:
    memory = GuestMemory([(0, 16 << 20)])
    table = PageTable(fmt, memory)
    table.map(BASE, 1 << 45, flags="rw")
    table.map(1 << 37, 1 << 30, HUGE, flags="rw")
    mmu = Mmu(table, SoftTlb(page_sizes=(PAGE,)), WalkCache())
    for _ in range(2):
        assert mmu.lookup(BASE + 5) == (1 << 45) + 5
        assert mmu.lookup((1 << 37) + LARGE + 5) == (1 << 30) + LARGE + 5
    assert mmu.stats["walks"] == 3  # the first is never kept
    high = 1 << 47
    if fmt == "aarch64-4k":
        table.map(high, 0x5000)
        assert [mmu.lookup(high) for _ in range(2)] == [0x5000] * 2


def test_translate_in_blocks(memory: GuestMemory, rng: random.Random) -> None:
    table = PageTable("x86-64-4", memory)
    table.map(BASE, 0, n_pages=1000)
    for cache in (None, WalkCache()):
        mmu = Mmu(table, SoftTlb(64, victim=0, second_level=0), cache)
        vas = [BASE + rng.randrange(1100 * PAGE) for _ in range(1500)]
        pa, fault = mmu.translate(np.array(vas, np.uint64))
        for va, to, code in zip(vas, pa.tolist(), fault.tolist(), strict=True):
            there = va - BASE < 1000 * PAGE
            assert (to, code) == ((va - BASE, 0) if there else (2**64 - 1, 2))
