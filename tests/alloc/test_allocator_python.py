"""Allocator from Python: what it gives, its counts, its map, arrays, threads, and bad input."""

from __future__ import annotations

import ctypes
import gc
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import vmperf
from house import malloc
from vmperf import CapacityError, CorruptionError, InvalidArgumentError
from vmperf._core.alloc import Allocator

MOST = 2**63 - 1


@pytest.fixture(params=[False, True], ids=["plain", "checked"])
def allocator(request: pytest.FixtureRequest) -> Allocator:
    return Allocator(arena_size=1 << 30, checked=request.param, tags=request.param)


def conserved(stats: dict[str, Any]) -> bool:
    parts = ("live", "free", "in_magazines", "in_flight")
    return all(c["capacity"] == sum(c[part] for part in parts) for c in stats["classes"])


@pytest.mark.parametrize("size", [0, 1, 16, 17, 1000, 5000, 40_000, 1 << 20, 300 << 20])
def test_a_block_holds_what_was_asked_for(allocator: Allocator, size: int) -> None:
    block = allocator.allocate(size)
    assert block % 16 == 0
    assert allocator.owns(block)
    usable = allocator.usable_size(block)
    assert usable >= size
    ctypes.memset(block, 0x5A, max(size, 1))
    grown = allocator.realloc(block, size * 2 + 1)
    assert ctypes.string_at(grown, min(size, 9)) == b"Z" * min(size, 9)
    found = allocator.stats()
    assert found["live_blocks"] == 1
    assert found["live_bytes"] == allocator.usable_size(grown)
    assert conserved(found)
    allocator.deallocate(grown)
    assert allocator.stats()["live_blocks"] == 0


@pytest.mark.parametrize("alignment", [1, 2, 16, 64, 4096, 1 << 16, 2 << 20])
def test_alignment(allocator: Allocator, alignment: int) -> None:
    blocks = [allocator.allocate(n, alignment=alignment) for n in (1, 100, 70_000)]
    assert all(block % alignment == 0 for block in blocks)
    for block in blocks:
        allocator.deallocate(block)
    assert allocator.stats()["live_blocks"] == 0


@pytest.mark.parametrize("size", [48, 5000, 1 << 20])
def test_calloc_is_zero_where_dirty_memory_is_used_again(allocator: Allocator, size: int) -> None:
    for _ in range(5):
        dirty = allocator.allocate(size)
        ctypes.memset(dirty, 0xA5, size)
        allocator.deallocate(dirty)
        clean = allocator.calloc(size // 8, 8)
        assert ctypes.string_at(clean, size // 8 * 8) == bytes(size // 8 * 8)
        allocator.deallocate(clean)


def test_walk_lists_live_blocks_and_nothing_else(allocator: Allocator) -> None:
    sizes = [16, 100, 3000, 50_000, 1 << 20]
    blocks = {allocator.allocate(size): size for size in sizes}
    gone = allocator.allocate(100)
    allocator.deallocate(gone)
    rows = allocator.walk()
    assert rows.dtype.names == ("address", "size_bytes", "tag")
    assert {int(address) for address in rows["address"]} == set(blocks)
    for row in rows:
        assert int(row["size_bytes"]) == allocator.usable_size(int(row["address"]))


def test_fragmentation_covers_what_was_used(allocator: Allocator) -> None:
    blocks = allocator.allocate_n(1024, 5000)
    allocator.deallocate_n(blocks[::2])
    rows = allocator.fragmentation()
    ends = rows["offset_bytes"] + rows["size_bytes"]
    assert (rows["offset_bytes"][1:] == ends[:-1]).all()
    slabs = rows[rows["block_bytes"] == 1024]
    assert int(slabs["live_blocks"].sum()) >= 2500
    assert (slabs["live_blocks"] <= slabs["n_blocks"]).all()
    assert int(slabs["n_blocks"].sum()) >= 5000


def test_tags_count_live_bytes() -> None:
    with Allocator(tags=True) as allocator:
        mine = [allocator.allocate(100, tag=3) for _ in range(10)]
        other = allocator.allocate(5000, tag=63)
        found = allocator.stats()["tags"]
        assert found[3] == {"blocks": 10, "bytes": 1120}
        assert found[63]["bytes"] == allocator.usable_size(other)
        assert set(allocator.walk()["tag"].tolist()) == {3, 63}
        for block in mine:
            allocator.deallocate(block)
        assert 3 not in allocator.stats()["tags"]


def test_rows_of_other_threads_are_freed_here(allocator: Allocator) -> None:
    made: list[Any] = []

    def work() -> None:
        made.append(allocator.allocate_n(64, 20_000))
        made.append(allocator.allocate_n(900, 2000))

    for _ in range(3):
        one = threading.Thread(target=work)
        one.start()
        one.join()  # its heap has no thread any more
    assert allocator.stats()["live_blocks"] == 66_000
    for blocks in made:
        assert len(np.unique(blocks)) == len(blocks)
        allocator.deallocate_n(blocks)
    allocator.purge()
    found = allocator.stats()
    assert found["live_blocks"] == 0
    assert conserved(found)


def test_purge_gives_memory_back() -> None:
    with Allocator(purge_delay_ms=-1) as allocator:
        blocks = allocator.allocate_n(4096, 20_000)
        for block in blocks.tolist():
            ctypes.memset(block, 1, 4096)
        full = allocator.stats()["resident_bytes"]
        assert full >= 20_000 * 4096
        allocator.deallocate_n(blocks)
        allocator.purge()
        assert allocator.stats()["resident_bytes"] < full // 4


def test_an_array_keeps_its_memory() -> None:
    allocator = Allocator(checked=True)
    made = allocator.array(np.float64, (100, 50))
    assert (made.shape, made.dtype, made.ctypes.data % 64) == ((100, 50), np.float64, 0)
    made[:] = np.arange(5000).reshape(100, 50)
    column = made[:, 7]
    assert allocator.stats()["live_blocks"] == 1
    del made
    gc.collect()
    assert allocator.stats()["live_blocks"] == 1  # a view holds it
    allocator.close()
    assert column.tolist() == list(range(7, 5000, 50))
    assert len(Allocator().array("i4, f8", 3)) == 3
    with Allocator() as other:
        passing = other.array(np.uint8, 1000)
        del passing
        gc.collect()
        assert other.stats()["live_blocks"] == 0
        assert other.array(np.uint8, (0, 5)).size == 0


def test_closed_is_refused_everywhere() -> None:
    allocator = Allocator()
    block = allocator.allocate(10)
    allocator.close()
    allocator.close()
    calls: list[Callable[[], object]] = [
        lambda: allocator.allocate(1), lambda: allocator.calloc(1, 1),
        lambda: allocator.realloc(block, 5), lambda: allocator.deallocate(block),
        lambda: allocator.usable_size(block), lambda: allocator.owns(block),
        lambda: allocator.allocate_n(1, 1), lambda: allocator.deallocate_n(np.zeros(1, np.uint64)),
        allocator.purge, allocator.stats, allocator.walk, allocator.fragmentation,
        lambda: allocator.array(float, 3),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(InvalidArgumentError, match="allocator is closed"):
            call()
    assert "closed" in repr(allocator)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"arena_size": 0}, "arena_size"),
        ({"arena_size": -1}, "arena_size"),
        ({"arena_size": 2**70}, "arena_size"),
        ({"arena_size": 2**47}, "arena_size"),
        ({"purge_delay_ms": -2}, "purge_delay_ms"),
        ({"purge_delay_ms": 2**80}, "purge_delay_ms"),
        ({"huge_pages": "always"}, "huge_pages"),
    ],
)
def test_bad_settings(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidArgumentError, match=named) as error:
        Allocator(**settings)
    assert error.value.argument == named


@pytest.mark.parametrize("value", [1.5, "1", None])
def test_settings_of_another_type(value: Any) -> None:
    with pytest.raises(TypeError):
        Allocator(arena_size=value)
    with pytest.raises(TypeError):
        Allocator(purge_delay_ms=value)
    with pytest.raises(TypeError):
        Allocator().allocate(value)


@pytest.mark.parametrize("size", [-1, MOST + 1, 2**64, 2**200])
def test_sizes_out_of_range(allocator: Allocator, size: int) -> None:
    for call in (
        lambda: allocator.allocate(size),
        lambda: allocator.calloc(size, 1),
        lambda: allocator.calloc(1, size),
        lambda: allocator.realloc(0, size),
        lambda: allocator.allocate_n(size, 1),
    ):
        with pytest.raises(InvalidArgumentError):
            call()


@pytest.mark.parametrize("alignment", [0, 3, 24, -8, 2**31, 2**70])
def test_bad_alignment(allocator: Allocator, alignment: int) -> None:
    with pytest.raises(InvalidArgumentError, match="alignment"):
        allocator.allocate(10, alignment=alignment)


def test_bad_tags() -> None:
    with pytest.raises(InvalidArgumentError, match="without tags"):
        Allocator().allocate(1, tag=1)
    tagged = Allocator(tags=True)
    for tag in (64, -1, 2**40):
        with pytest.raises(InvalidArgumentError, match="tag"):
            tagged.allocate(1, tag=tag)
    with pytest.raises(InvalidArgumentError, match="tag"):
        tagged.allocate(1, tag=1, alignment=64)


def test_memory_that_is_out(allocator: Allocator) -> None:
    for call in (
        lambda: allocator.allocate(MOST),
        lambda: allocator.calloc(2**62, 4),
        lambda: allocator.calloc(2**40, 2**40),
        lambda: allocator.realloc(0, MOST),
        lambda: allocator.allocate_n(MOST, 3),
    ):
        with pytest.raises(CapacityError):
            call()
    block = allocator.allocate(100)
    ctypes.memset(block, 7, 100)
    with pytest.raises(CapacityError):
        allocator.realloc(block, MOST)
    assert ctypes.string_at(block, 100) == b"\7" * 100
    assert allocator.stats()["live_blocks"] == 1


def fill(allocator: Allocator, size: int) -> list[int]:
    blocks = []
    for _ in range(100_000):
        try:
            blocks.append(allocator.allocate(size))
        except CapacityError:
            break
    return blocks


def test_a_small_arena_is_filled_and_used_again() -> None:
    with Allocator(arena_size=1 << 20) as allocator:
        for size in (20_000, 100, 20_000):
            blocks = fill(allocator, size)
            assert (1 << 20) // size // 2 <= len(blocks) <= (1 << 20) // size
            with pytest.raises(CapacityError):
                allocator.allocate_n(size, 2)
            assert allocator.stats()["live_blocks"] == len(blocks)
            for block in blocks:
                allocator.deallocate(block)
        large = [allocator.allocate(50_000) for _ in range(100)]  # in mappings of their own
        assert allocator.stats()["mapped_blocks"] >= 80
        for block in large:
            allocator.deallocate(block)
        assert allocator.stats()["live_blocks"] == 0


def test_misuse_is_found_by_a_checked_allocator() -> None:
    allocator = Allocator(checked=True)
    block, large = allocator.allocate(100), allocator.allocate(500_000)
    other = Allocator(checked=True).allocate(100)
    wrong = {
        block + 16: "into a block",
        block + 3: "misaligned",
        large + 65536: "into a block",
        other: "foreign",
        4096: "foreign",
        id(allocator): "foreign",
        2**64 - 16: "foreign",
    }
    for address, said in wrong.items():
        with pytest.raises(CorruptionError, match=said):
            allocator.deallocate(address)
        with pytest.raises(CorruptionError, match=said):
            allocator.realloc(address, 10)
        with pytest.raises(CorruptionError):
            allocator.usable_size(address)
        assert not allocator.owns(address)
    for address in (block, large):
        allocator.deallocate(address)
        with pytest.raises(CorruptionError, match="double free"):
            allocator.deallocate(address)
    assert allocator.stats()["live_blocks"] == 0


def test_misuse_in_a_row_names_its_place() -> None:
    allocator = Allocator(checked=True)
    blocks = allocator.allocate_n(64, 10)
    blocks[6] = blocks[2]
    with pytest.raises(CorruptionError, match=r"double free: address \d+, number 6"):
        allocator.deallocate_n(blocks)
    assert allocator.stats()["live_blocks"] == 4


def test_rows_of_another_kind() -> None:
    allocator = Allocator()
    with pytest.raises(TypeError):
        allocator.deallocate_n(np.zeros(3, np.float64))
    with pytest.raises(TypeError):
        allocator.deallocate_n(np.zeros(3, np.int64))
    with pytest.raises(InvalidArgumentError, match="dimensions"):
        allocator.deallocate_n(np.zeros((3, 1), np.uint64))
    for n in (-1, 2**41, 2**80):
        with pytest.raises(InvalidArgumentError, match="n is"):
            allocator.allocate_n(16, n)
    allocator.deallocate_n(np.zeros(0, np.uint64))


@pytest.mark.parametrize(
    ("dtype", "shape"),
    [(object, 3), ("O, f8", 3), (float, -1), (float, (2, -3)), (float, (2**40, 2**40))],
)
def test_arrays_that_cannot_be(dtype: Any, shape: Any) -> None:
    with pytest.raises(InvalidArgumentError):
        Allocator().array(dtype, shape)


def test_arrays_of_another_type() -> None:
    for dtype, shape in ((float, "3"), (float, (1.5,)), ("nothing", 3), (float, None)):
        with pytest.raises(TypeError):
            Allocator().array(dtype, shape)


def test_places_for_allocators_are_given_back() -> None:
    for _ in range(200):
        with Allocator(arena_size=1 << 24) as one:
            one.allocate(10)
    many = []
    for _ in range(100):
        try:
            many.append(Allocator(arena_size=1 << 24))
        except CapacityError:
            break
    assert 50 <= len(many) <= 64
    many.pop().close()
    assert Allocator(arena_size=1 << 24).allocate(1)


@malloc.needs_the_systems
def test_peers_say_what_is_here_and_what_would_supply_it() -> None:
    rows = {row["name"]: row for row in vmperf.alloc.peers()}
    assert rows["libc"]["present"]
    assert rows["libc"]["version"].startswith("glibc")
    for row in rows.values():
        assert set(row) == {"name", "summary", "peer", "present", "version", "path", "reason"}
        assert row["present"] == (row["reason"] == "")
        assert row["summary"]
