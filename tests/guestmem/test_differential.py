"""Every start and size near the ends of regions, from Python, against slices of bytearrays."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from vmperf import MemoryFault, OutOfRangeFault
from vmperf._core.guestmem import GuestMemory, Region

pytestmark = pytest.mark.differential
PAGE = 4096
REGIONS = [
    Region(PAGE, 2 * PAGE),
    Region(3 * PAGE, PAGE),  # adjacent
    Region(4 * PAGE, PAGE, read_only=True),
    Region(1 << 40, PAGE),
    Region(2**64 - 2 * PAGE, PAGE),
]
SIZES = [
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    9,
    31,
    256,
    PAGE - 1,
    PAGE,
    PAGE + 1,
    3 * PAGE,
    4 * PAGE,
    4 * PAGE + 1,
]
SCALARS = {1: "u8", 2: "u16", 4: "u32", 8: "u64"}


@pytest.fixture
def memory() -> GuestMemory:
    return GuestMemory(REGIONS)


@pytest.fixture
def model(model_of: Callable[[list[Region]], Any]) -> Any:
    return model_of(REGIONS)


def _starts() -> list[int]:
    ends = [end for r in REGIONS for end in (r.start, r.start + r.size_bytes)]
    near = {end + i for end in [0, 2**63, 2**64 - 1, *ends] for i in range(-9, 10)}
    return sorted(at for at in near if 0 <= at < 2**64)


def _outcome(model: Any, access: str, address: int, size: int, call: Callable[[], Any]) -> Any:
    """Call, and hold what it raises to the model's word."""
    expected = model.fault(address, size, access)
    if expected is None:
        return call()
    with pytest.raises(expected) as caught:
        call()
    fault = caught.value
    assert isinstance(fault, MemoryFault)
    assert (fault.address, fault.size_bytes, fault.access) == (address, size, access)
    if isinstance(fault, OutOfRangeFault):
        assert fault.region_end == model.end(address)
    return None


def test_ranges(memory: GuestMemory, model: Any, rng: random.Random) -> None:
    for address in _starts():
        for size in SIZES:
            data = rng.randbytes(size)
            _outcome(model, "w", address, size, lambda a=address, d=data: memory.write(a, d))
            if model.fault(address, size, "w") is None:
                model.write(address, data)
    assert set(memory.dirty_pages().tolist()) == model.dirty
    for address in _starts():
        for size in SIZES:
            got = _outcome(model, "r", address, size, lambda a=address, n=size: memory.read(a, n))
            assert got is None or got == model.read(address, size)


def test_scalars(memory: GuestMemory, model: Any, rng: random.Random) -> None:
    for address in _starts():
        for size, name in SCALARS.items():
            value = rng.randrange(256**size)
            write = getattr(memory, f"write_{name}")
            _outcome(model, "w", address, size, lambda w=write, a=address, v=value: w(a, v))
            if model.fault(address, size, "w") is None:
                model.write(address, value.to_bytes(size, "little"))
    assert memory.dirty_pages().tolist() == sorted(model.dirty)
    for address in _starts():
        for size, name in SCALARS.items():
            read = getattr(memory, f"read_{name}")
            got = _outcome(model, "r", address, size, lambda r=read, a=address: r(a))
            assert got is None or got == int.from_bytes(model.read(address, size), "little")


def test_views(memory: GuestMemory, model: Any) -> None:
    for address in _starts():
        for size in SIZES:
            view = _outcome(model, "r", address, size, lambda a=address, n=size: memory.view(a, n))
            if view is None:
                continue
            assert view.shape == (size,)
            if size:
                assert view.flags.writeable == (model.fault(address, size, "w") is None)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.uint64])
def test_items(memory: GuestMemory, model: Any, dtype: type, rng: random.Random) -> None:
    size = np.dtype(dtype).itemsize
    good = [at for at in _starts() if model.fault(at, size, "w") is None]
    addresses = np.array(rng.choices(good, k=500), np.uint64)
    values = np.frombuffer(rng.randbytes(500 * size), dtype)
    memory.scatter(addresses, values)
    for address, value in zip(addresses.tolist(), values, strict=True):
        model.write(address, value.tobytes())
    assert set(memory.dirty_pages().tolist()) == model.dirty
    wanted = b"".join(model.read(at, size) for at in addresses.tolist())
    assert memory.gather(addresses, dtype).tobytes() == wanted
    shaped = memory.gather(addresses.reshape(50, 10), dtype)
    assert shaped.shape == (50, 10)
    assert shaped.tobytes() == wanted


@pytest.mark.parametrize("count", [1, 2, 7, 1000])
def test_one_bad_address_among_good_ones(memory: GuestMemory, model: Any, count: int) -> None:
    before = memory.read(PAGE, 64)
    for bad in _starts():
        if model.fault(bad, 4, "w") is None:
            continue
        addresses = np.full(count, PAGE, np.uint64)
        addresses[-1] = bad
        values = np.full(count, 0xFFFFFFFF, np.uint32)
        _outcome(model, "w", bad, 4, lambda a=addresses, v=values: memory.scatter(a, v))
        if model.fault(bad, 4, "r") is not None:
            _outcome(model, "r", bad, 4, lambda a=addresses: memory.gather(a, np.uint32))
    assert memory.read(PAGE, 64) == before
    assert memory.dirty_pages().size == 0
