"""A Hypothesis machine: accesses of every kind in any order against a model of bytearrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from vmperf import AlignmentFault, MemoryFault, PageFault
from vmperf._core.guestmem import GuestMemory, Region

pytestmark = pytest.mark.property
PAGE = 4096
SCALARS = {1: "u8", 2: "u16", 4: "u32", 8: "u64"}
DEVICE, REGISTERS = 64 * PAGE, 64  # behind all regions


@st.composite
def layouts(draw: st.DrawFn) -> list[Region]:
    """Regions of 1 to 3 pages, with holes or without."""
    regions, page = [], draw(st.integers(0, 2))
    for _ in range(draw(st.integers(1, 5))):
        pages = draw(st.integers(1, 3))
        regions.append(Region(page * PAGE, pages * PAGE, read_only=draw(st.booleans())))
        page += pages + draw(st.sampled_from([0, 0, 1, 4]))
    draw(st.randoms()).shuffle(regions)
    return regions


near_ends = st.builds(
    lambda page, offset: page * PAGE + offset, st.integers(0, 20), st.integers(-9, 9)
)
addresses = st.one_of(near_ends, near_ends, st.integers(0, 2**64 - 1)).filter(
    lambda address: 0 <= address < 2**64
)
sizes = st.one_of(st.integers(0, 20), st.integers(0, 3 * PAGE))


class Machine(RuleBasedStateMachine):
    """The memory, the model, and a device whose registers are a bytearray."""

    def __init__(self, model_of: Callable[[list[Region]], Any]) -> None:
        super().__init__()
        self.model_of = model_of

    @initialize(regions=layouts())
    def make(self, regions: list[Region]) -> None:
        self.memory, self.model = GuestMemory(regions), self.model_of(regions)
        self.registers = bytearray(REGISTERS)
        self.memory.add_mmio(DEVICE, REGISTERS, read=self._get, write=self._set)

    def _get(self, offset: int, size: int) -> int:
        return int.from_bytes(self.registers[offset : offset + size], "little")

    def _set(self, offset: int, size: int, value: int) -> None:
        self.registers[offset : offset + size] = value.to_bytes(size, "little")

    def _try(self, access: str, address: int, size: int, call: Any) -> Any:
        expected = self.model.fault(address, size, access)
        if expected is None:
            return call()
        with pytest.raises(expected) as caught:
            call()
        assert isinstance(caught.value, MemoryFault)
        assert (caught.value.address, caught.value.size_bytes) == (address, size)
        return None

    @rule(address=addresses, size=sizes)
    def read(self, address: int, size: int) -> None:
        got = self._try("r", address, size, lambda: self.memory.read(address, size))
        assert got is None or got == self.model.read(address, size)

    @rule(address=addresses, data=st.binary(max_size=64), times=st.sampled_from([1, 1, 200]))
    def write(self, address: int, data: bytes, times: int) -> None:
        data *= times
        self._try("w", address, len(data), lambda: self.memory.write(address, data))
        if self.model.fault(address, len(data), "w") is None:
            self.model.write(address, data)

    @rule(address=addresses, data=st.binary(min_size=1, max_size=16))
    def load(self, address: int, data: bytes) -> None:
        if self.model.fault(address, len(data), "r") is None:
            self.memory.load(address, data)
            self.model.write(address, data)

    @rule(address=addresses, size=st.sampled_from(list(SCALARS)), value=st.integers(0, 2**64 - 1))
    def scalar(self, address: int, size: int, value: int) -> None:
        value %= 256**size
        write = getattr(self.memory, f"write_{SCALARS[size]}")
        read = getattr(self.memory, f"read_{SCALARS[size]}")
        self._try("w", address, size, lambda: write(address, value))
        if self.model.fault(address, size, "w") is None:
            self.model.write(address, value.to_bytes(size, "little"))
        got = self._try("r", address, size, lambda: read(address))
        assert got is None or got == int.from_bytes(self.model.read(address, size), "little")

    @rule(offset=st.integers(0, REGISTERS - 1), size=st.sampled_from(list(SCALARS)))
    def device(self, offset: int, size: int) -> None:
        write = getattr(self.memory, f"write_{SCALARS[size]}")
        read = getattr(self.memory, f"read_{SCALARS[size]}")
        if offset % size != 0:
            with pytest.raises(AlignmentFault) as caught:
                read(DEVICE + offset)
            assert caught.value.alignment == size
            return
        value = (offset * 0x0101010101010101 + size) % 256**size
        write(DEVICE + offset, value)
        assert read(DEVICE + offset) == value
        assert self._get(offset, size) == value

    @rule(picks=st.lists(addresses, max_size=12), item=st.sampled_from(["u1", "u2", "i4", "f8"]))
    def gather(self, picks: list[int], item: str) -> None:
        size = np.dtype(item).itemsize
        bad = [at for at in picks if self.model.fault(at, size, "r") is not None]
        where = np.array(picks, np.uint64)
        if bad:
            with pytest.raises(self.model.fault(bad[0], size, "r") or Exception) as caught:
                self.memory.gather(where, item)
            assert caught.value.address == bad[0]
            return
        wanted = b"".join(self.model.read(at, size) for at in picks)
        assert self.memory.gather(where, item).tobytes() == wanted

    @rule(address=addresses, size=st.integers(1, 64), byte=st.integers(0, 255))
    def through_a_view(self, address: int, size: int, byte: int) -> None:
        if self.model.fault(address, size, "r") is not None:
            return
        view = self.memory.view(address, size)
        assert view.tobytes() == self.model.read(address, size)
        if self.model.fault(address, size, "w") is PageFault:
            with pytest.raises(ValueError, match="read-only"):
                view[:] = byte
            return
        view[:] = byte
        self.memory.mark_dirty(address, size)
        self.model.write(address, bytes([byte]) * size)

    @rule()
    def harvest(self) -> None:
        assert self.memory.dirty_pages().tolist() == sorted(self.model.dirty)
        self.model.dirty.clear()

    @invariant()
    def same_regions(self) -> None:
        if hasattr(self, "memory"):
            assert self.memory.regions == self.model.regions


def test_accesses_in_any_order(model_of: Callable[[list[Region]], Any]) -> None:
    run_state_machine_as_test(
        lambda: Machine(model_of), settings=settings(max_examples=60, stateful_step_count=40)
    )
