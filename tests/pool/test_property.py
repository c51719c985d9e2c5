"""Any sequence of calls agrees with a shadow set, and the items keep what is written into them."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from vmperf._core import CorruptionError
from vmperf._core.pool import StackPool

np = pytest.importorskip("numpy")
pytestmark = pytest.mark.property


class PoolMachine(RuleBasedStateMachine):
    """A pool beside a dictionary of its live handles and what was written there."""

    def __init__(self) -> None:
        super().__init__()
        self.live: dict[int, bytes] = {}
        self.freed: list[int] = []
        self.most = 0
        self.stamps = 0

    @initialize(
        size=st.integers(1, 200),
        align=st.sampled_from([1, 8, 16, 64, 256]),
        capacity=st.integers(0, 50),
        checked=st.booleans(),
        layout=st.sampled_from(["array", "intrusive"]),
    )
    def make(self, size: int, align: int, capacity: int, checked: bool, layout: str) -> None:
        self.size, self.align = size, align
        least = size if layout == "array" else max(size, 8)
        self.slot = -(-least // align) * align
        self.arrays: list[tuple[Any, bytes]] = []
        self.pool = StackPool(size, capacity, align=align, checked=checked, layout=layout)
        assert self.pool.stats().capacity == capacity

    @rule(n=st.integers(1, 200))
    def allocate(self, n: int) -> None:
        for _ in range(n):
            self.stamp(self.pool.allocate())
        self.most = max(self.most, len(self.live))

    @precondition(lambda self: self.live)
    @rule(data=st.data(), n=st.integers(1, 200))
    def deallocate(self, data: Any, n: int) -> None:
        for _ in range(min(n, len(self.live))):
            handles = list(self.live)
            handle = handles[data.draw(st.integers(0, len(handles) - 1)) if n < 8 else 0]
            assert ctypes.string_at(handle, self.size) == self.live.pop(handle)
            self.pool.deallocate(handle)
            self.freed.append(handle)

    def stamp(self, handle: int) -> None:
        assert handle % self.align == 0
        assert handle not in self.live
        self.stamps += 1
        stamp = (self.stamps.to_bytes(8, "little") * (self.size // 8 + 1))[: self.size]
        ctypes.memmove(handle, stamp, self.size)
        self.live[handle] = stamp

    @rule(n=st.integers(0, 200))
    def allocate_n(self, n: int) -> None:
        for handle in self.pool.allocate_n(n).tolist():
            self.stamp(handle)
        self.most = max(self.most, len(self.live))

    @rule(data=st.data())
    def deallocate_n(self, data: Any) -> None:
        n = data.draw(st.integers(0, len(self.live)))
        handles = list(self.live)[-n:] if n else []
        for handle in handles:
            assert ctypes.string_at(handle, self.size) == self.live.pop(handle)
        self.pool.deallocate_n(np.array(handles, np.uint64))
        self.freed += handles

    @precondition(lambda self: self.pool.layout == "array")
    @rule(n=st.integers(0, 100), more=st.integers(0, 50))
    def lease(self, n: int, more: int) -> None:
        with self.pool.lease(n) as handles:
            row = handles.tolist()
            assert len(set(row)) == n
            assert not set(row) & set(self.live)
            for handle in row:
                ctypes.memset(handle, 0x5A, self.size)
            self.most = max(self.most, len(self.live) + n)
            assert self.pool.stats().live == len(self.live) + n
            if more:
                self.allocate_n(more)
                self.most = max(self.most, len(self.live) + n)
            assert not set(row) & set(self.live)

    @rule(n=st.integers(0, 1000))
    def array(self, n: int) -> None:
        array = self.pool.array(np.uint8, n)
        array[:] = n % 251
        self.arrays.append((array, array.tobytes()))

    @precondition(lambda self: self.arrays)
    @rule()
    def drop_array(self) -> None:
        array, written = self.arrays.pop()
        assert array.tobytes() == written
        del array

    @rule(n=st.integers(0, 300))
    def preallocate(self, n: int) -> None:
        capacity = self.pool.stats().capacity
        self.pool.preallocate(n)
        stats = self.pool.stats()
        assert stats.available >= n
        assert stats.capacity == max(capacity, len(self.live) + n)

    @rule()
    def purge(self) -> None:
        before = self.pool.stats()
        freed = self.pool.purge()
        after = self.pool.stats()
        assert freed == before.bytes - after.bytes >= 0
        assert after.slabs <= before.slabs
        if not self.live:
            assert (after.capacity, after.slabs, after.bytes) == (0, 0, 0)
        assert self.pool.purge() == 0

    @precondition(lambda self: self.freed and self.pool.is_checked)
    @rule(data=st.data())
    def free_twice(self, data: Any) -> None:
        handle = data.draw(st.sampled_from(self.freed))
        if handle not in self.live:
            with pytest.raises(CorruptionError):
                self.pool.deallocate(handle)

    @precondition(lambda self: self.live and self.pool.is_checked and self.slot > 1)
    @rule(data=st.data())
    def free_within(self, data: Any) -> None:
        handle = data.draw(st.sampled_from(sorted(self.live)))
        with pytest.raises(CorruptionError, match=r"interior|misaligned"):
            self.pool.deallocate(handle + data.draw(st.integers(1, self.slot - 1)))

    @invariant()
    def statistics_agree(self) -> None:
        if not hasattr(self, "pool"):
            return
        stats = self.pool.stats()
        assert stats.live == len(self.live)
        assert stats.live + stats.available == stats.capacity
        assert stats.high_water == self.most
        assert stats.bytes >= stats.capacity * self.slot >= stats.resident_bytes

    def teardown(self) -> None:
        for handle, stamp in self.live.items():
            assert ctypes.string_at(handle, self.size) == stamp
            self.pool.deallocate(handle)
        if hasattr(self, "pool"):
            assert self.pool.stats().live == 0
            self.pool.close()
            for array, written in self.arrays:
                assert array.tobytes() == written


PoolMachine.TestCase.settings = settings(
    settings.get_profile(settings.get_current_profile_name()),
    max_examples=60,
    stateful_step_count=40,
)
TestPool = PoolMachine.TestCase
