"""SharedPool from Python: against a shadow set, from several threads, and with bad input."""

from __future__ import annotations

import ctypes
import threading
import time
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from vmperf.pool import SharedPool

import vmperf


class AgainstAShadow(RuleBasedStateMachine):
    """Any calls from any of three threads; the statistics are those of a set of live handles."""

    handles = Bundle("handles")

    def __init__(self) -> None:
        super().__init__()
        self.pool = SharedPool(24, 5, align=8, magazine_capacity=3)
        self.live: dict[int, int] = {}
        self.stamp = 0

    def elsewhere(self, thread: int, call: object, *args: int) -> int | None:
        """Call in a thread that ends at once, or in this one."""
        done: list[int | None] = []
        assert callable(call)
        if thread == 0:
            done.append(call(*args))
        else:
            other = threading.Thread(target=lambda: done.append(call(*args)))
            other.start()
            other.join()
            # join() returns a little before the thread gives its magazines back and is gone.
            while Path(f"/proc/self/task/{other.native_id}").exists():
                time.sleep(0)
        return done[0]

    @rule(target=handles, thread=st.integers(0, 1))
    def allocate(self, thread: int) -> int:
        handle = self.elsewhere(thread, self.pool.allocate)
        assert handle is not None
        assert handle not in self.live
        assert handle % 8 == 0
        self.stamp += 1
        ctypes.memset(handle, self.stamp % 256, 24)
        self.live[handle] = self.stamp % 256
        return handle

    @rule(handle=consumes(handles), thread=st.integers(0, 1))
    def deallocate(self, handle: int, thread: int) -> None:
        assert ctypes.string_at(handle, 24) == bytes([self.live.pop(handle)]) * 24
        self.elsewhere(thread, self.pool.deallocate, handle)

    @rule(n=st.integers(0, 40))
    def preallocate(self, n: int) -> None:
        self.pool.preallocate(n)
        assert self.pool.stats().available >= n

    @rule(handle=handles, offset=st.integers(1, 23))
    def refuse_what_is_no_slot(self, handle: int, offset: int) -> None:
        before = self.pool.stats()
        with pytest.raises(vmperf.CorruptionError, match="not the address of a slot"):
            self.pool.deallocate(handle + offset)
        assert self.pool.stats() == before

    @invariant()
    def counts_are_exact(self) -> None:
        stats = self.pool.stats()
        assert stats.live == len(self.live)
        assert stats.live + stats.available + stats.in_magazines == stats.capacity
        assert stats.capacity == self.pool.capacity


TestAgainstAShadow = pytest.mark.property(AgainstAShadow.TestCase)
TestAgainstAShadow.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)


def test_handles_travel_between_threads() -> None:
    pool = SharedPool(64, magazine_capacity=4)
    rows: list[list[int]] = [[] for _ in range(4)]
    barrier = threading.Barrier(4)

    def work(me: int) -> None:
        for _ in range(20):
            rows[me] = [pool.allocate() for _ in range(50)]
            barrier.wait()
            for handle in rows[(me + 1) % 4]:
                pool.deallocate(handle)
            barrier.wait()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    deadline = time.monotonic() + 20  # join() returns shortly before the system's thread ends
    while pool.stats().threads and time.monotonic() < deadline:
        pass
    stats = pool.stats()
    assert (stats.live, stats.in_magazines, stats.threads) == (0, 0, 0)
    assert stats.available == stats.capacity


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"item_size_bytes": 0}, "item_size_bytes"),
        ({"item_size_bytes": -1}, "item_size_bytes"),
        ({"item_size_bytes": 2**31}, "item_size_bytes"),
        ({"capacity": -1}, "capacity"),
        ({"capacity": 2**64}, "capacity"),
        ({"align": 3}, "align"),
        ({"align": 2**22}, "align"),
        ({"magazine_capacity": 0}, "magazine_capacity"),
        ({"magazine_capacity": 65537}, "magazine_capacity"),
        ({"magazine_capacity": -5}, "magazine_capacity"),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, int], name: str) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=name):
        SharedPool(**arguments)


def test_no_memory_leaves_the_pool_as_it_was() -> None:
    pool = SharedPool(64, 10)
    handle = pool.allocate()
    before = pool.stats()
    with pytest.raises(vmperf.CapacityError):
        pool.preallocate(2**55)
    with pytest.raises(vmperf.InvalidArgumentError, match="n is"):
        pool.preallocate(-1)
    assert pool.stats() == before
    pool.deallocate(handle)


def test_closed_pool_refuses_all_but_close() -> None:
    with SharedPool(64, 10) as pool:
        handle = pool.allocate()
        assert repr(pool.stats()).startswith("SharedPoolStats(capacity=10, ")
    pool.close()
    assert pool.is_closed
    assert repr(pool).endswith("closed)")
    for call in (pool.allocate, pool.stats, lambda: pool.deallocate(handle)):
        with pytest.raises(vmperf.InvalidArgumentError, match="closed"):
            call()


def test_foreign_handles_are_found() -> None:
    pool, other = SharedPool(64, 10), SharedPool(64, 10)
    for handle in (0, 8, other.allocate(), 2**64 - 1):
        with pytest.raises(vmperf.CorruptionError, match="not the address"):
            pool.deallocate(handle)
    with pytest.raises(vmperf.InvalidArgumentError, match="handle"):
        pool.deallocate(-1)
