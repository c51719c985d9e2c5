"""Rows, leases, lent arrays, layouts and capacity advice in Python."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from vmperf._core import CorruptionError, InvalidArgumentError, UnsupportedError
from vmperf._core.pool import StackPool

np = pytest.importorskip("numpy")
KINDS = pytest.mark.parametrize(
    "kind",
    [
        {"layout": layout, "checked": checked}
        for layout in ("array", "intrusive")
        for checked in (True, False)
    ],
    ids=lambda kind: f"{kind['layout']}-{'checked' if kind['checked'] else 'unchecked'}",
)


@KINDS
@pytest.mark.parametrize("n", [0, 1, 7, 8, 100, 1001])
def test_a_row_is_distinct_live_and_comes_back(kind: dict[str, Any], n: int) -> None:
    pool = StackPool(64, 10, **kind)
    kept = pool.allocate()
    row = pool.allocate_n(n)
    assert (row.dtype, row.shape) == (np.uint64, (n,))
    assert len({kept, *row.tolist()}) == n + 1
    assert pool.stats().live == pool.stats().high_water == n + 1
    pool.deallocate_n(row)
    assert pool.stats().live == 1
    again = pool.allocate_n(n)
    assert sorted(again.tolist()) == sorted(row.tolist())
    assert pool.stats().high_water == n + 1


@pytest.mark.parametrize("layout", ["array", "intrusive"])
@pytest.mark.parametrize(
    ("spoil", "index", "word"),
    [
        (lambda r: r.__setitem__(5, r[2]), 5, "double free"),
        (lambda r: r.__setitem__(3, r[3] + 8), 3, "interior|misaligned"),
        (lambda r: r.__setitem__(9, 64), 9, "foreign"),
        (lambda r: r.__setitem__(0, 0), 0, "foreign"),
    ],
)
def test_one_wrong_handle_frees_none(layout: str, spoil: Any, index: int, word: str) -> None:
    pool = StackPool(64, 20, layout=layout)
    row = pool.allocate_n(10)
    before = pool.stats()
    bad = row.copy()
    spoil(bad)
    with pytest.raises(CorruptionError, match=f"index {index} .*({word})"):
        pool.deallocate_n(bad)
    assert pool.stats() == before
    pool.deallocate_n(row)
    assert pool.stats().live == 0


@KINDS
def test_more_than_live_is_refused(kind: dict[str, Any]) -> None:
    pool = StackPool(**kind)
    row = pool.allocate_n(4)
    with pytest.raises(CorruptionError):
        pool.deallocate_n(np.concatenate([row, row[:1]]))
    assert pool.stats().live == 4


@pytest.mark.parametrize("bad", [[1.5], ["a"]])
def test_nothing_is_converted(bad: list[Any]) -> None:
    pool = StackPool()
    with pytest.raises(TypeError):
        pool.deallocate_n(np.array(bad))
    with pytest.raises(InvalidArgumentError, match="2-dimensional"):
        pool.deallocate_n(np.zeros((1, 1), np.uint64))
    with pytest.raises(InvalidArgumentError, match="n is -1"):
        pool.allocate_n(-1)
    with pytest.raises(InvalidArgumentError, match="n is"):
        pool.allocate_n(2**62)


@pytest.mark.parametrize("checked", [True, False])
def test_lease(checked: bool) -> None:
    pool = StackPool(64, 100, checked=checked)
    other = pool.allocate()
    pool.deallocate_n(pool.allocate_n(50))
    lease = pool.lease(40)
    with pytest.raises(InvalidArgumentError, match="not entered"):
        _ = lease.handles
    with lease as handles:
        assert not handles.flags.writeable
        assert (handles.dtype, len(lease)) == (np.uint64, 40)
        assert len(set(handles.tolist()) - {other}) == 40
        assert pool.stats().live == 41
        with pytest.raises(CorruptionError, match="lease"):
            pool.deallocate(other)
        with pytest.raises(CorruptionError, match="lease"):
            pool.purge()
        grown = pool.allocate_n(500)
        assert not set(grown.tolist()) & set(handles.tolist())
    assert pool.stats().live == 501
    with pytest.raises(InvalidArgumentError, match="ended"):
        _ = lease.handles
    with pytest.raises(InvalidArgumentError, match="used twice"):
        lease.__enter__()
    assert not set(pool.allocate_n(40).tolist()) & set(grown.tolist())


@pytest.mark.parametrize("checked", [True, False])
def test_leases_end_in_reverse_order(checked: bool) -> None:
    pool = StackPool(64, 100, checked=checked)
    first, second = pool.lease(10), pool.lease(10)
    first.__enter__()
    second.__enter__()
    with pytest.raises(CorruptionError, match="later"):
        first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    first.__exit__(None, None, None)
    assert pool.stats().live == 0


def test_lease_outlived_by_its_array_and_pool() -> None:
    pool = StackPool(64, 100)
    with pool.lease(10) as handles:
        pool.close()
    del pool
    gc.collect()
    assert handles.shape == (10,)
    assert handles.sum() >= 0


def test_intrusive_pool_has_no_lease() -> None:
    with pytest.raises(UnsupportedError, match="layout"), StackPool(layout="intrusive").lease(1):
        pass


@KINDS
def test_array_lends_memory_and_gives_it_back(kind: dict[str, Any]) -> None:
    pool = StackPool(64, **kind)
    array = pool.array(np.float64, 1000)
    array[:] = np.arange(1000)
    assert array.flags.c_contiguous
    assert array.flags.writeable
    assert array.ctypes.data % 64 == 0
    assert pool.stats().capacity == 0
    row = pool.allocate_n(500)
    view = array[10:20]
    del array
    gc.collect()
    assert view.tolist() == list(range(10, 20))
    capacity = pool.stats().capacity
    del view
    gc.collect()
    stats = pool.stats()
    assert (stats.capacity, stats.live) == (capacity + 125, 500)
    same = pool.array("u1", 64 * 125)
    assert pool.stats().capacity == capacity
    pool.deallocate_n(row)
    pool.close()
    same[:] = 1
    del pool
    assert same.sum() == 64 * 125


@pytest.mark.parametrize("dtype", ["O", "V0", [("a", "O")]])
def test_array_refuses(dtype: Any) -> None:
    pool = StackPool()
    with pytest.raises(InvalidArgumentError, match="dtype"):
        pool.array(dtype, 3)
    with pytest.raises(InvalidArgumentError, match="n is"):
        pool.array("f8", 2**62)
    assert pool.array("f8", 0).shape == (0,)


@KINDS
def test_advice_is_exact(kind: dict[str, Any]) -> None:
    pool = StackPool(64, **kind)
    pool.deallocate_n(pool.allocate_n(300))
    assert pool.advise_capacity() == 300
    assert pool.advise_capacity(headroom=0.25) == 375
    enough = StackPool(64, pool.advise_capacity(), **kind)
    enough.allocate_n(300)
    assert enough.stats().slabs == 1
    short = StackPool(64, pool.advise_capacity() - 1, **kind)
    short.allocate_n(300)
    assert short.stats().slabs == 2
    for bad in (-0.1, float("nan"), float("inf"), 1e300):
        with pytest.raises(InvalidArgumentError, match="headroom"):
            pool.advise_capacity(headroom=bad)


def test_figures() -> None:
    counted = StackPool(stats="operations")
    counted.deallocate(counted.allocate())
    counted.allocate_n(10)
    stats = counted.stats()
    assert (stats.n_allocated, stats.n_deallocated) == (11, 1)
    assert StackPool().stats().n_allocated is None
    with pytest.raises(InvalidArgumentError, match="stats"):
        StackPool(stats=False).stats()
    with pytest.raises(InvalidArgumentError, match="stats"):
        StackPool(stats="all")
    with pytest.raises(InvalidArgumentError, match="layout"):
        StackPool(layout="tree")
