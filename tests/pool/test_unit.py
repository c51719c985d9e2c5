"""StackPool in Python: addresses, statistics, residency, states."""

from __future__ import annotations

import ctypes
import itertools

import pytest

from vmperf._core.pool import PoolStats, StackPool

BOTH = pytest.mark.parametrize("checked", [True, False])


@BOTH
@pytest.mark.parametrize(
    ("size", "align", "slot"),
    [(1, 1, 1), (16, 64, 64), (24, 8, 24), (65, 64, 128), (4096, 4096, 4096)],
)
def test_slots_are_aligned_and_do_not_overlap(
    size: int, align: int, slot: int, checked: bool
) -> None:
    with StackPool(size, align=align, checked=checked) as pool:
        handles = sorted(pool.allocate() for _ in range(1000))
        assert all(h % align == 0 for h in handles)
        assert min(b - a for a, b in itertools.pairwise(handles)) >= slot
        assert pool.stats().bytes >= 1000 * slot


@BOTH
def test_a_freed_slot_comes_back_first(checked: bool) -> None:
    with StackPool(checked=checked) as pool:
        first, second = pool.allocate(), pool.allocate()
        pool.deallocate(first)
        pool.deallocate(second)
        assert [pool.allocate(), pool.allocate()] == [second, first]


@BOTH
def test_pops_ascend_in_a_new_pool(checked: bool) -> None:
    with StackPool(64, 500, checked=checked) as pool:
        handles = [pool.allocate() for _ in range(500)]
        assert handles == list(range(handles[0], handles[0] + 500 * 64, 64))


@BOTH
def test_growth_doubles_and_nothing_moves(checked: bool) -> None:
    with StackPool(64, 10, checked=checked) as pool:
        handles = []
        capacities = [10]
        for i in range(5000):
            handles.append(pool.allocate())
            ctypes.c_uint64.from_address(handles[-1]).value = i
            if pool.stats().capacity != capacities[-1]:
                capacities.append(pool.stats().capacity)
        assert all(b >= 2 * a for a, b in itertools.pairwise(capacities))
        assert [ctypes.c_uint64.from_address(h).value for h in handles] == list(range(5000))
        assert pool.stats().slabs == len(capacities)


@BOTH
def test_high_water_mark_is_exact(checked: bool) -> None:
    with StackPool(64, 100, checked=checked) as pool:
        handles = [pool.allocate() for _ in range(37)]
        for handle in handles:
            pool.deallocate(handle)
        for _ in range(3):
            pool.deallocate(pool.allocate())
        assert pool.stats().high_water == 37
        pool.preallocate(500)
        assert pool.stats().high_water == 37


def test_with_capacity_takes_all_options() -> None:
    pool = StackPool.with_capacity(7, item_size_bytes=24, align=8, checked=False)
    stats = pool.stats()
    assert (stats.capacity, stats.available, stats.slabs) == (7, 7, 1)
    assert (pool.item_size_bytes, pool.align, pool.is_checked) == (24, 8, False)


def test_defaults() -> None:
    pool = StackPool()
    assert (pool.item_size_bytes, pool.align, pool.is_checked) == (64, 64, True)
    assert pool.stats() == StackPool(64, 0, align=64, checked=True).stats()
    assert pool.stats().capacity == pool.stats().bytes == pool.stats().resident_bytes == 0


@BOTH
def test_preallocate_makes_pages_resident(checked: bool) -> None:
    # A slab of 48 MiB: above 32 MiB the C library always maps fresh pages.
    capacity, n = 3 * 2**18, 2**18
    with StackPool(64, capacity, checked=checked) as pool:
        untouched = pool.stats()
        assert untouched.resident_bytes < 64 * n
        pool.preallocate(n)
        touched = pool.stats()
        assert touched.resident_bytes >= 64 * n
        assert touched.capacity == untouched.capacity
        pool.preallocate(capacity)
        assert pool.stats().resident_bytes == 64 * capacity


@BOTH
def test_preallocate_spares_what_is_live(checked: bool) -> None:
    with StackPool(64, checked=checked) as pool:
        handles = [pool.allocate() for _ in range(50)]
        for handle in handles:
            ctypes.memset(handle, 0xA5, 64)
        for handle in handles[::2]:
            pool.deallocate(handle)
        pool.preallocate(10_000)
        assert pool.stats().available >= 10_000
        assert all(ctypes.string_at(h, 64) == b"\xa5" * 64 for h in handles[1::2])


@BOTH
def test_purge_gives_large_slabs_back_to_the_system(checked: bool) -> None:
    with StackPool(4096, align=4096, checked=checked) as pool:
        keep = pool.allocate()
        pool.preallocate(20_000)
        before = pool.stats()
        assert before.resident_bytes >= 80_000_000
        freed = pool.purge()
        after = pool.stats()
        assert freed == before.bytes - after.bytes > 80_000_000
        assert (after.live, after.slabs) == (1, 1)
        assert after.resident_bytes < 1_000_000
        pool.deallocate(keep)
        assert pool.purge() == after.bytes
        assert pool.stats().bytes == 0
        assert pool.purge() == 0


@BOTH
def test_close_twice_and_repr(checked: bool) -> None:
    pool = StackPool(checked=checked)
    assert repr(pool).endswith("checked)")
    with pool as same:
        assert same is pool
        pool.allocate()
    assert pool.is_closed
    pool.close()
    assert repr(pool).endswith("closed)")


def test_exception_in_a_with_block_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError), StackPool() as pool:
        1 / 0  # noqa: B018
    assert pool.is_closed


def test_stats_are_values() -> None:
    pool = StackPool(64, 4)
    before = pool.stats()
    pool.allocate()
    assert before.live == 0 != pool.stats().live
    assert before == StackPool(64, 4).stats()
    assert before != pool.stats()
    assert before != "stats"
    assert len({before, StackPool(64, 4).stats()}) == 1
    assert isinstance(before, PoolStats)
    assert "high_water=0" in repr(before)
    with pytest.raises(AttributeError):
        before.live = 3  # type: ignore[misc]


def test_numpy_integers_are_integers() -> None:
    np = pytest.importorskip("numpy")
    pool = StackPool(np.int32(64), np.uint8(3), align=np.int64(16))
    handle = pool.allocate()
    pool.deallocate(np.uint64(handle))
    assert pool.stats().live == 0
