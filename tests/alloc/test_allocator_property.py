"""Any sequence of calls from two threads agrees with a dictionary; blocks keep their content."""

from __future__ import annotations

import ctypes
import queue
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from vmperf import CorruptionError
from vmperf._core.alloc import Allocator

pytestmark = pytest.mark.property

SIZES = st.one_of(
    st.integers(0, 300), st.integers(0, 40_000), st.sampled_from([65_536, 1 << 20, 5 << 20])
)


class Other:
    """A second thread that does what it is told, one call at a time."""

    def __init__(self) -> None:
        self.asked: queue.SimpleQueue[Callable[[], Any] | None] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        while (call := self.asked.get()) is not None:
            try:
                self.answers.put((call(), None))
            except BaseException as error:  # handed to who asked
                self.answers.put((None, error))

    def do(self, call: Callable[[], Any]) -> Any:
        self.asked.put(call)
        value, error = self.answers.get(timeout=60)
        if error is not None:
            raise error
        return value

    def end(self) -> None:
        self.asked.put(None)
        self.thread.join()


def one_of(data: Any, items: Any) -> int:
    """Draw one by its place: how many there are may hang on addresses, which vary."""
    ordered = sorted(items)
    found: int = ordered[data.draw(st.integers(0, 1 << 20)) % len(ordered)]
    return found


class AllocatorMachine(RuleBasedStateMachine):
    """An allocator beside a dictionary: address -> content of its first and last bytes, size."""

    def __init__(self) -> None:
        super().__init__()
        self.live: dict[int, tuple[bytes, int]] = {}
        self.freed: list[int] = []
        self.stamps = 0
        self.other = Other()

    @initialize(checked=st.booleans(), tags=st.booleans(), delay=st.sampled_from([-1, 0, 1000]))
    def make(self, checked: bool, tags: bool, delay: int) -> None:
        self.checked, self.tags = checked, tags
        self.allocator = Allocator(
            arena_size=1 << 30, checked=checked, tags=tags, purge_delay_ms=delay
        )

    def at(self, elsewhere: bool, call: Callable[[], Any]) -> Any:
        return self.other.do(call) if elsewhere else call()

    def enter(self, address: int, size: int) -> None:
        """Take a block as new: it overlaps none, and holds what was asked for."""
        usable = self.allocator.usable_size(address)
        assert usable >= size
        for start, (_, length) in self.live.items():
            assert address + usable <= start or start + max(length, 1) <= address
        self.stamps += 1
        stamp = self.stamps.to_bytes(8, "little")
        self.live[address] = (stamp, size)
        self.freed = [one for one in self.freed if one != address]
        self.write(address)

    def write(self, address: int) -> None:
        stamp, size = self.live[address]
        n = min(size, 8)
        ctypes.memmove(address, stamp, n)
        ctypes.memmove(address + size - n, stamp, n)

    def check(self, address: int) -> None:
        stamp, size = self.live[address]
        n = min(size, 8)
        if size >= 16 or size <= 8:  # else head and tail overlap
            assert ctypes.string_at(address, n) == stamp[:n]
            assert ctypes.string_at(address + size - n, n) == stamp[:n]

    @rule(size=SIZES, n=st.integers(1, 30), elsewhere=st.booleans())
    def allocate(self, size: int, n: int, elsewhere: bool) -> None:
        for _ in range(n if size < 50_000 else 1):
            self.enter(self.at(elsewhere, lambda: self.allocator.allocate(size)), size)

    @rule(size=st.integers(0, 100_000), log2=st.integers(0, 18), elsewhere=st.booleans())
    def allocate_aligned(self, size: int, log2: int, elsewhere: bool) -> None:
        made = self.at(elsewhere, lambda: self.allocator.allocate(size, alignment=1 << log2))
        assert made % (1 << log2) == 0
        self.enter(made, size)

    @rule(count=st.integers(0, 500), size=st.integers(0, 300), elsewhere=st.booleans())
    def calloc(self, count: int, size: int, elsewhere: bool) -> None:
        made = self.at(elsewhere, lambda: self.allocator.calloc(count, size))
        assert ctypes.string_at(made, count * size) == bytes(count * size)
        self.enter(made, count * size)

    @rule(size=st.integers(1, 2000), n=st.integers(0, 1500), elsewhere=st.booleans())
    def rows(self, size: int, n: int, elsewhere: bool) -> None:
        """Many at once, and back in the other thread."""
        made = self.at(elsewhere, lambda: self.allocator.allocate_n(size, n))
        assert len(set(made.tolist()) | set(self.live)) == n + len(self.live)
        for address in made.tolist():
            ctypes.memset(address, 0xEE, size)
        self.at(not elsewhere, lambda: self.allocator.deallocate_n(made))
        self.freed = [one for one in self.freed if one not in set(made.tolist())]

    @precondition(lambda self: self.live)
    @rule(data=st.data(), n=st.integers(1, 30), elsewhere=st.booleans())
    def deallocate(self, data: Any, n: int, elsewhere: bool) -> None:
        for _ in range(min(n, len(self.live))):
            address = one_of(data, self.live)
            self.check(address)
            del self.live[address]
            self.at(elsewhere, lambda address=address: self.allocator.deallocate(address))
            self.freed.append(address)

    @precondition(lambda self: self.live)
    @rule(data=st.data(), size=SIZES, elsewhere=st.booleans())
    def realloc(self, data: Any, size: int, elsewhere: bool) -> None:
        address = one_of(data, self.live)
        self.check(address)
        moved = self.at(elsewhere, lambda: self.allocator.realloc(address, size))
        stamp, before = self.live.pop(address)
        n = min(before, 8, size)
        if before >= 16 or before <= 8:
            assert ctypes.string_at(moved, n) == stamp[:n]
        if moved != address:
            self.freed.append(address)
        self.enter(moved, size)

    @rule(elsewhere=st.booleans())
    def purge(self, elsewhere: bool) -> None:
        self.at(elsewhere, self.allocator.purge)

    @rule()
    def end_of_thread(self) -> None:
        """What the other thread made outlives it; the next one takes its heap over."""
        self.other.end()
        self.other = Other()

    @precondition(lambda self: self.checked)
    @rule(data=st.data(), elsewhere=st.booleans())
    def double_free(self, data: Any, elsewhere: bool) -> None:
        address = one_of(data, set(self.freed) or {0})
        if address == 0:
            return
        inside = any(a <= address < a + max(size, 1) for a, (_, size) in self.live.items())
        if not inside and address not in self.live:
            with pytest.raises(CorruptionError):
                self.at(elsewhere, lambda: self.allocator.deallocate(address))

    @invariant()
    def counts_agree(self) -> None:
        if not hasattr(self, "allocator"):
            return
        found = self.allocator.stats()
        assert found["live_blocks"] == len(self.live)
        assert found["live_bytes"] == sum(map(self.allocator.usable_size, self.live))
        for one in found["classes"]:
            parts = (one["live"], one["free"], one["in_magazines"], one["in_flight"])
            assert one["capacity"] == sum(parts)

    @invariant()
    def walk_agrees(self) -> None:
        if hasattr(self, "allocator") and self.stamps % 7 == 0:
            assert set(self.allocator.walk()["address"].tolist()) == set(self.live)

    def teardown(self) -> None:
        for address in self.live:
            self.check(address)
        self.other.end()
        if hasattr(self, "allocator"):
            self.allocator.close()


TestAllocator = AllocatorMachine.TestCase
TestAllocator.settings = settings(max_examples=60, stateful_step_count=30)
