"""What the other tests take for granted: devices, lifetimes, conversions, threads."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from vmperf._core.guestmem import GuestMemory, Region

DEVICE = 0x10000000
MIB = 1 << 20


@pytest.fixture
def memory() -> GuestMemory:
    return GuestMemory([(0, MIB), Region(2 * MIB, MIB, read_only=True)])


def test_regions_come_back_sorted() -> None:
    given = [Region(8192, 4096, read_only=True), (0, 4096)]
    memory = GuestMemory(given)
    assert memory.regions == [Region(0, 4096), Region(8192, 4096, read_only=True)]
    assert hash(memory.regions[0]) == hash(Region(0, 4096))
    assert Region(0, 4096) != Region(0, 4096, read_only=True)
    assert eval(repr(memory.regions[1]), {"Region": Region}) == given[0]
    assert "read_only=True" in repr(memory)


def test_untouched_memory_is_zero_and_costs_nothing() -> None:
    memory = GuestMemory([(0, 1 << 40)])  # more than the machine has
    assert memory.read((1 << 40) - 8, 8) == bytes(8)
    memory.write_u8((1 << 40) - 1, 7)
    assert memory.read_u8((1 << 40) - 1) == 7


def test_device_gets_offset_and_size(memory: GuestMemory) -> None:
    seen: list[tuple[int, ...]] = []

    def read(*args: int) -> int:
        seen.append(args)
        return 5

    memory.add_mmio(DEVICE, 64, read=read, write=lambda *args: seen.append(args))
    assert memory.read_u16(DEVICE + 6) == 5
    memory.write_u64(DEVICE + 56, 2**64 - 1)
    memory.write_u8(DEVICE + 63, 255)
    assert seen == [(6, 2), (56, 8, 2**64 - 1), (63, 1, 255)]


def test_device_may_access_the_memory_again(memory: GuestMemory) -> None:
    def dma(offset: int, size: int, value: int) -> None:
        memory.write(value, memory.read(offset, size) + b"done")

    memory.add_mmio(DEVICE, 8, write=dma)
    memory.write_u32(DEVICE, 512)
    assert memory.read(512, 8) == b"\0\0\0\0done"


def test_memory_and_a_device_that_refers_to_it_are_collected() -> None:
    class Device:
        def __init__(self, memory: GuestMemory) -> None:
            self.memory = memory

        def read(self, offset: int, size: int) -> int:
            return offset * size

    memory = GuestMemory([(0, 4096)])
    device = Device(memory)
    gone = weakref.ref(device)
    memory.add_mmio(DEVICE, 8, read=device.read)
    assert memory.read_u32(DEVICE + 4) == 16
    del memory, device
    gc.collect()
    assert gone() is None


def test_view_outlives_the_memory(memory: GuestMemory) -> None:
    view = memory.view(4096, 4096)
    memory.write_u8(4096 + 5, 99)
    assert view[5] == 99
    view[6:8] = [1, 2]
    assert memory.read_u16(4096 + 6) == 0x0201
    del memory
    gc.collect()
    view[:] = 3
    part = view[100:200]
    del view
    gc.collect()
    assert part.tolist() == [3] * 100


def test_view_of_what_is_read_only(memory: GuestMemory) -> None:
    view = memory.view(2 * MIB, 16)
    memory.load(2 * MIB, b"firmware")
    assert view[:8].tobytes() == b"firmware"
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 1
    assert memory.view(12345, 0).size == 0


def test_buffers_of_any_kind(memory: GuestMemory) -> None:
    for data in (b"abcd", bytearray(b"abcd"), memoryview(b"abcd"), np.frombuffer(b"abcd", "u2")):
        memory.write(64, bytes(4))
        memory.write(64, data)
        assert memory.read(64, 4) == b"abcd"
    memory.write(66, memory.view(64, 4))  # overlapping: as a move
    assert memory.read(64, 6) == b"ababcd"


def test_large_ranges_and_the_other_threads(memory: GuestMemory) -> None:
    data = np.random.default_rng(1).bytes(512 * 1024)
    results: list[bool] = []

    def work(start: int) -> None:
        for _ in range(5):
            memory.write(start, data)
            results.append(memory.read(start, len(data)) == data)

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, MIB // 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 10


@pytest.mark.parametrize(
    "convert",
    [
        list,
        tuple,
        lambda a: a.astype(np.int64),
        lambda a: a.astype(np.uint16),
        lambda a: a.astype(">u8"),
        lambda a: np.repeat(a, 2)[::2],
        lambda a: np.frombuffer(b"x" + a.tobytes(), np.uint8)[1:].view(np.uint64),
    ],
    ids=["list", "tuple", "int64", "uint16", "big_endian", "strided", "unaligned"],
)
def test_addresses_are_converted(memory: GuestMemory, convert: Callable[[Any], Any]) -> None:
    memory.write(0, bytes(range(256)))
    addresses = np.array([8, 1, 200], np.uint64)
    assert memory.gather(convert(addresses), np.uint8).tolist() == [8, 1, 200]
    memory.scatter(convert(addresses), [3, 4, 5], "u1")
    assert [memory.read_u8(at) for at in (8, 1, 200)] == [3, 4, 5]


def test_gather_into_an_array(memory: GuestMemory) -> None:
    memory.write_u16(10, 0xABCD)
    out = np.zeros(2, np.uint16)
    assert memory.gather([10, 0], out=out) is out
    assert out.tolist() == [0xABCD, 0]
    assert memory.gather([], np.float64).dtype == np.float64
    memory.scatter([], [])


def test_scatter_takes_the_last_of_equal_addresses(memory: GuestMemory) -> None:
    memory.scatter([8, 8, 8], np.array([1, 2, 3], np.uint8))
    assert memory.read_u8(8) == 3


def test_dirty_pages_can_be_left_out() -> None:
    memory = GuestMemory([(0, 64 * 4096)], track_dirty=False)
    memory.write(0, b"x")
    memory.mark_dirty(0, 1)
    assert not memory.track_dirty
    assert memory.dirty_pages().size == 0
    memory.track_dirty = True
    memory.write_u8(5 * 4096, 1)
    memory.view(7 * 4096, 1)[0] = 1
    assert memory.dirty_pages().tolist() == [5 * 4096]


def test_harvest_beside_writers_from_python() -> None:
    """Each of two threads writes pages of its own; what harvests name is all that was written."""
    memory = GuestMemory([(0, 256 * 4096)])
    done = threading.Event()

    def write(first: int) -> None:
        for page in range(first, 256, 2):
            memory.write_u32(page * 4096 + 8, page)

    writers = [threading.Thread(target=write, args=(first,)) for first in (0, 1)]
    seen: list[int] = []

    def harvest() -> None:
        while not done.is_set():
            seen.extend(memory.dirty_pages().tolist())

    harvester = threading.Thread(target=harvest)
    for thread in (harvester, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    harvester.join()
    seen.extend(memory.dirty_pages().tolist())
    assert sorted(seen) == [page * 4096 for page in range(256)]


def test_subclass_is_a_memory() -> None:
    class Mine(GuestMemory):
        def __init__(self) -> None:
            super().__init__([(0, 4096)])

    memory = Mine()
    memory.write_u32(0, 1)
    assert memory.read_u32(0) == 1
