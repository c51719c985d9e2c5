"""One test for each `Raises` of vmperf.guestmem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from vmperf import (
    AlignmentFault,
    CapacityError,
    InvalidArgumentError,
    MemoryFault,
    OutOfRangeFault,
    PageFault,
)
from vmperf._core.guestmem import GuestMemory, Region

Call = Callable[[GuestMemory], Any]
PAGE, DEVICE, ROM = 4096, 0x10000000, 0x100000


@pytest.fixture
def memory() -> GuestMemory:
    memory = GuestMemory([(0, 2 * PAGE), Region(ROM, PAGE, read_only=True)])
    memory.add_mmio(DEVICE, 64, read=lambda offset, size: 0, write=lambda *_: None)
    memory.add_mmio(DEVICE + 64, 8)
    return memory


@pytest.mark.parametrize(
    ("regions", "word"),
    [
        ([], "empty"),
        ([(0, 0)], "4096 bytes or more"),
        ([(0, 100)], "multiples of 4096"),
        ([(1, PAGE)], "multiples of 4096"),
        ([(2**64 - PAGE, PAGE)], "an end of at most"),
        ([(PAGE, 2**64 - PAGE)], "an end of at most"),
        ([(0, 2 * PAGE), (PAGE, PAGE)], "do not overlap"),
        ([(PAGE, PAGE), Region(PAGE, PAGE, read_only=True)], "do not overlap"),
        ([(-1, PAGE)], "start is -1"),
        ([(0, 2**64)], "size_bytes is"),
        ([(0, PAGE, True)], "a Region or"),
    ],
)
def test_regions(regions: list[Any], word: str) -> None:
    with pytest.raises(InvalidArgumentError, match=word):
        GuestMemory(regions)


@pytest.mark.parametrize("regions", [[PAGE], ["ab"], [("0", PAGE)], [(0, 1.5)], 5, [None]])
def test_no_regions_at_all(regions: Any) -> None:
    with pytest.raises(TypeError):
        GuestMemory(regions)


def test_more_than_a_host_has() -> None:
    with pytest.raises(CapacityError) as caught:
        GuestMemory([(0, 1 << 62)])
    assert caught.value.requested_bytes > caught.value.limit_bytes


@pytest.mark.parametrize("bad", [-1, 2**64, 2**70, -(2**70)])
@pytest.mark.parametrize(
    "call",
    [
        lambda m, n: m.read(n, 1),
        lambda m, n: m.read(0, n),
        lambda m, n: m.write(n, b"x"),
        lambda m, n: m.load(n, b"x"),
        lambda m, n: m.view(n, 1),
        lambda m, n: m.view(0, n),
        lambda m, n: m.mark_dirty(n, 1),
        lambda m, n: m.read_u8(n),
        lambda m, n: m.read_u64(n),
        lambda m, n: m.write_u8(n, 1),
        lambda m, n: m.write_u64(0, n),
        lambda m, n: m.write_u16(0, n),
        lambda m, n: m.add_mmio(n, 8),
        lambda m, n: m.add_mmio(0x20000000, n),
        lambda m, n: Region(n, PAGE),
    ],
)
def test_number_out_of_range(memory: GuestMemory, call: Any, bad: int) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        call(memory, bad)
    assert caught.value.value == str(bad)


@pytest.mark.parametrize(("bits", "value"), [(8, 256), (16, 1 << 16), (32, 1 << 32)])
def test_value_that_does_not_fit(memory: GuestMemory, bits: int, value: int) -> None:
    with pytest.raises(InvalidArgumentError, match="value is"):
        getattr(memory, f"write_u{bits}")(0, value)
    assert memory.read(0, 8) == bytes(8)


@pytest.mark.parametrize("bad", ["0", 1.0, None, b"\0", [0]])
def test_no_integer(memory: GuestMemory, bad: Any) -> None:
    for call in (
        lambda: memory.read(bad, 1),
        lambda: memory.read_u32(bad),
        lambda: memory.write_u32(0, bad),
        lambda: memory.view(0, bad),
        lambda: memory.add_mmio(bad, 8),
    ):
        with pytest.raises(TypeError, match="must be an integer"):
            call()


def test_number_of_arguments(memory: GuestMemory) -> None:
    calls: list[Callable[..., Any]] = [memory.read_u8, memory.write_u8]
    for call in calls:
        with pytest.raises(TypeError):
            call()
        with pytest.raises(TypeError):
            call(1, 2, 3)


def test_instance_that_was_never_made() -> None:
    with pytest.raises(TypeError, match="__init__"):
        GuestMemory.__new__(GuestMemory).read_u8(0)
    reader: Any = GuestMemory.read_u8
    with pytest.raises(TypeError):
        reader(3, 0)


@pytest.mark.parametrize("bad", [1, None, "text", 1.5])
def test_no_buffer(memory: GuestMemory, bad: Any) -> None:
    for call in (memory.write, memory.load):
        with pytest.raises(TypeError, match="data must be a buffer"):
            call(0, bad)


def test_buffer_with_gaps(memory: GuestMemory) -> None:
    with pytest.raises(InvalidArgumentError, match="contiguous"):
        memory.write(0, np.zeros((4, 4), np.uint8)[:, 1])


@pytest.mark.parametrize(
    ("call", "size", "access"),
    [
        (lambda m: m.read(2 * PAGE - 4, 8), 8, "r"),
        (lambda m: m.write(2 * PAGE - 4, bytes(8)), 8, "w"),
        (lambda m: m.load(2 * PAGE - 4, bytes(8)), 8, "w"),
        (lambda m: m.view(2 * PAGE - 4, 8), 8, "r"),
        (lambda m: m.mark_dirty(2 * PAGE - 4, 8), 8, "w"),
        (lambda m: m.read_u64(2 * PAGE - 4), 8, "r"),
        (lambda m: m.write_u64(2 * PAGE - 4, 1), 8, "w"),
        (lambda m: m.gather([0, 2 * PAGE - 4]), 8, "r"),
        (lambda m: m.scatter([0, 2 * PAGE - 4], np.ones(2)), 8, "w"),
        (lambda m: m.read(2 * PAGE - 4, 2**63), 2**63, "r"),
        (lambda m: m.read(2 * PAGE - 4, 2**64 - 1), 2**64 - 1, "r"),
    ],
)
def test_past_the_end(memory: GuestMemory, call: Call, size: int, access: str) -> None:
    with pytest.raises(OutOfRangeFault) as caught:
        call(memory)
    fault = caught.value
    assert (fault.address, fault.size_bytes, fault.access) == (2 * PAGE - 4, size, access)
    assert fault.region_end == 2 * PAGE
    assert isinstance(fault, IndexError)
    assert memory.read(0, 8) == bytes(8)
    assert memory.dirty_pages().size == 0


@pytest.mark.parametrize("address", [2 * PAGE, DEVICE - 8, DEVICE, DEVICE + 72, 2**63, 2**64 - 1])
def test_hole(memory: GuestMemory, address: int) -> None:
    for call in (
        lambda: memory.read(address, 16),
        lambda: memory.write(address, b"x"),
        lambda: memory.gather([address], "u1"),
        lambda: memory.view(address, 1),
    ):
        with pytest.raises(OutOfRangeFault) as caught:
            call()
        assert caught.value.region_end == address
    assert memory.read(address, 0) == b""
    memory.write(address, b"")


@pytest.mark.parametrize(
    "call",
    [
        lambda m: m.write(ROM, b"x"),
        lambda m: m.write_u8(ROM, 1),
        lambda m: m.write_u64(ROM + 8, 1),
        lambda m: m.scatter([0, ROM], [1, 1], "u2"),
    ],
)
def test_read_only(memory: GuestMemory, call: Call) -> None:
    with pytest.raises(PageFault) as caught:
        call(memory)
    assert (caught.value.access, caught.value.level, caught.value.reason) == ("w", 0, "read_only")
    assert memory.read(ROM, 16) == bytes(16)


@pytest.mark.parametrize(("name", "size"), [("u16", 2), ("u32", 4), ("u64", 8)])
def test_unaligned_access_of_a_device(memory: GuestMemory, name: str, size: int) -> None:
    for offset in range(size):
        read = getattr(memory, f"read_{name}")
        write = getattr(memory, f"write_{name}")
        if offset == 0:
            write(DEVICE + 8, read(DEVICE + 8))
            continue
        for call in (
            lambda r=read, o=offset: r(DEVICE + o),
            lambda w=write, o=offset: w(DEVICE + o, 1),
        ):
            with pytest.raises(AlignmentFault) as caught:
                call()
            assert (caught.value.alignment, caught.value.size_bytes) == (size, size)


def test_device_without_callbacks(memory: GuestMemory) -> None:
    with pytest.raises(PageFault) as caught:
        memory.read_u8(DEVICE + 64)
    assert caught.value.reason == "write_only"
    with pytest.raises(PageFault) as caught:
        memory.write_u8(DEVICE + 64, 1)
    assert caught.value.reason == "read_only"


@pytest.mark.parametrize("error", [KeyError("k"), ZeroDivisionError(), SystemExit(3)])
def test_callback_that_raises(error: BaseException) -> None:
    memory = GuestMemory([(0, PAGE)])

    def broken(*_: int) -> int:
        raise error

    memory.add_mmio(DEVICE, 8, read=broken, write=broken)
    with pytest.raises(type(error)) as caught:
        memory.read_u32(DEVICE)
    assert caught.value is error
    with pytest.raises(type(error)):
        memory.write_u32(DEVICE, 1)


@pytest.mark.parametrize(
    ("answer", "error"),
    [(256, InvalidArgumentError), (-1, InvalidArgumentError), ("x", TypeError), (None, TypeError)],
)
def test_callback_that_returns_no_byte(answer: Any, error: type[Exception]) -> None:
    memory = GuestMemory([(0, PAGE)])
    memory.add_mmio(DEVICE, 8, read=lambda offset, size: answer)
    with pytest.raises(error, match=r"what read\(\) returned"):
        memory.read_u8(DEVICE)


def test_fault_within_a_callback_is_its_own(memory: GuestMemory) -> None:
    memory.add_mmio(0x20000000, 8, read=lambda offset, size: memory.read_u8(0x30000000))
    with pytest.raises(MemoryFault) as caught:
        memory.read_u8(0x20000000)
    assert caught.value.address == 0x30000000


@pytest.mark.parametrize(
    ("start", "size"),
    [
        (0x20000004, 8),
        (0x20000000, 0),
        (0x20000000, 12),
        (DEVICE + 56, 8),
        (DEVICE - 8, 16),
        (0, 8),
        (2 * PAGE - 8, 8),
        (0x20000000, 2**64 - 8),
        (2**64 - 8, 8),
    ],
)
def test_device_where_none_can_be(memory: GuestMemory, start: int, size: int) -> None:
    with pytest.raises(InvalidArgumentError, match="device is"):
        memory.add_mmio(start, size)


@pytest.mark.parametrize("name", ["read", "write"])
def test_callback_that_cannot_be_called(memory: GuestMemory, name: str) -> None:
    bad: dict[str, Any] = {name: 5}
    with pytest.raises(TypeError, match=f"{name} must be callable"):
        memory.add_mmio(0x20000000, 8, **bad)


@pytest.mark.parametrize("addresses", [[0.0], np.zeros(2), ["a"], [None], object(), [2**64]])
def test_addresses_that_are_none(memory: GuestMemory, addresses: Any) -> None:
    with pytest.raises(TypeError, match="addresses"):
        memory.gather(addresses)
    with pytest.raises(TypeError, match="addresses"):
        memory.scatter(addresses, [1])


def test_negative_address(memory: GuestMemory) -> None:
    with pytest.raises(InvalidArgumentError, match="an address is -8"):
        memory.gather([0, -8])


@pytest.mark.parametrize("dtype", ["O", "c8", "c16", "?", "S8", "datetime64[s]", ">u4", "g", "V8"])
def test_items_of_another_type(memory: GuestMemory, dtype: str) -> None:
    with pytest.raises(TypeError, match="allowed"):
        memory.gather([0], dtype)
    with pytest.raises(TypeError, match="allowed"):
        memory.gather([0], out=np.zeros(1, dtype))
    with pytest.raises(TypeError, match="allowed"):
        memory.scatter([0], np.zeros(1, dtype))
    with pytest.raises(TypeError):
        memory.gather([0], "no dtype")


def test_out_that_does_not_fit(memory: GuestMemory) -> None:
    frozen = np.zeros(2, np.uint64)
    frozen.flags.writeable = False
    for out in (
        np.zeros(3, np.uint64),
        np.zeros((2, 1), np.uint64),
        frozen,
        np.zeros(4, "u8")[::2],
    ):
        with pytest.raises(InvalidArgumentError, match="out"):
            memory.gather([0, 8], out=out)
    other: Any = [0, 0]
    with pytest.raises(TypeError, match="ndarray"):
        memory.gather([0, 8], out=other)
    with pytest.raises(TypeError, match="not of"):
        memory.gather([0, 8], np.uint8, out=np.zeros(2, np.uint16))


def test_values_of_another_shape(memory: GuestMemory) -> None:
    for values in (np.ones(3), np.ones((2, 1)), np.float64(1)):
        with pytest.raises(InvalidArgumentError, match="the shape of values"):
            memory.scatter([0, 8], values)
