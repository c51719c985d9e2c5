"""One test for each `Raises` of the pool's docstrings."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from vmperf._core import CapacityError, CorruptionError, InvalidArgumentError
from vmperf._core.pool import StackPool

BOTH = pytest.mark.parametrize("checked", [True, False])


@BOTH
@pytest.mark.parametrize(
    ("arguments", "name", "value"),
    [
        ({"item_size_bytes": 0}, "item_size_bytes", "0"),
        ({"item_size_bytes": -1}, "item_size_bytes", "-1"),
        ({"item_size_bytes": 2**30 + 1}, "item_size_bytes", str(2**30 + 1)),
        ({"item_size_bytes": 2**70}, "item_size_bytes", str(2**70)),
        ({"capacity": -1}, "capacity", "-1"),
        ({"capacity": 2**62}, "capacity", str(2**62)),
        ({"capacity": 2**64}, "capacity", str(2**64)),
        ({"align": 0}, "align", "0"),
        ({"align": 48}, "align", "48"),
        ({"align": -64}, "align", "-64"),
        ({"align": 2**22}, "align", str(2**22)),
    ],
)
def test_bad_construction(arguments: dict[str, int], name: str, value: str, checked: bool) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        StackPool(**arguments, checked=checked)
    assert (caught.value.argument, caught.value.value) == (name, value)
    assert name in str(caught.value)
    assert value in str(caught.value)
    assert caught.value.allowed in str(caught.value)


@pytest.mark.parametrize("bad", ["64", 64.0, None])
def test_not_an_integer(bad: Any) -> None:
    with pytest.raises(TypeError):
        StackPool(bad)
    with pytest.raises(TypeError):
        StackPool().deallocate(bad)


def test_with_capacity_refuses_a_bad_count() -> None:
    with pytest.raises(InvalidArgumentError, match="capacity is -5"):
        StackPool.with_capacity(-5)


@BOTH
def test_no_memory_for_the_capacity(checked: bool) -> None:
    with pytest.raises(CapacityError) as caught:
        StackPool(2**20, 2**42, checked=checked)
    assert caught.value.requested_bytes > 0
    assert isinstance(caught.value, MemoryError)
    with pytest.raises(CapacityError):
        StackPool.with_capacity(2**42, item_size_bytes=2**20)


@BOTH
def test_no_memory_to_preallocate_leaves_all_as_it_was(checked: bool) -> None:
    pool = StackPool(2**20, 2, checked=checked)
    handle = pool.allocate()
    before = pool.stats()
    with pytest.raises(CapacityError):
        pool.preallocate(2**42)
    assert pool.stats() == before
    pool.deallocate(handle)


@BOTH
@pytest.mark.parametrize("n", [-1, 2**62, 2**80])
def test_preallocate_out_of_range(n: int, checked: bool) -> None:
    pool = StackPool(checked=checked)
    with pytest.raises(InvalidArgumentError, match="n is"):
        pool.preallocate(n)


@BOTH
@pytest.mark.parametrize("handle", [-1, 2**64, 2**100])
def test_handle_that_cannot_be_an_address(handle: int, checked: bool) -> None:
    pool = StackPool(checked=checked)
    pool.allocate()
    with pytest.raises(InvalidArgumentError, match="handle"):
        pool.deallocate(handle)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (lambda h: h, "double free"),
        (lambda h: h + 8, "misaligned"),
        (lambda h: h + 64, "interior"),
        (lambda h: h + 1, "misaligned"),
        (lambda h: h + 128, "double free"),
        (lambda h: h - 128, "foreign"),
        (lambda h: h + 128 * 10, "foreign"),
        (lambda _: 0, "foreign"),
        (lambda _: 2**64 - 1, "foreign"),
    ],
)
def test_wrong_handle(wrong: Callable[[int], int], word: str) -> None:
    pool = StackPool(100, 10)
    handle = pool.allocate()
    other = pool.allocate()
    pool.deallocate(other)
    pool.deallocate(handle)
    before = pool.stats()
    with pytest.raises(CorruptionError, match=word) as caught:
        pool.deallocate(wrong(handle))
    assert re.search(r"\d+", str(caught.value))
    assert pool.stats() == before


def test_handle_of_another_pool_is_foreign() -> None:
    mine, yours = StackPool(64, 10), StackPool(64, 10)
    mine.allocate()
    with pytest.raises(CorruptionError, match="foreign"):
        mine.deallocate(yours.allocate())


def test_handle_of_a_purged_slab_is_foreign() -> None:
    pool = StackPool(64, 10)
    handle = pool.allocate()
    pool.deallocate(handle)
    pool.purge()
    with pytest.raises(CorruptionError, match="foreign"):
        pool.deallocate(handle)


@BOTH
def test_closed_pool(checked: bool) -> None:
    pool = StackPool(checked=checked)
    handle = pool.allocate()
    pool.close()
    for call in (
        pool.allocate,
        lambda: pool.deallocate(handle),
        lambda: pool.preallocate(1),
        pool.purge,
        pool.stats,
    ):
        with pytest.raises(InvalidArgumentError, match="closed"):
            call()


def test_unchecked_pool_refuses_more_frees_than_allocations() -> None:
    pool = StackPool(checked=False)
    handle = pool.allocate()
    pool.deallocate(handle)
    with pytest.raises(CorruptionError, match="not live"):
        pool.deallocate(handle)
    assert pool.allocate() == handle


def test_unchecked_pool_finds_a_stranger_when_it_purges() -> None:
    mine, yours = StackPool(checked=False), StackPool(checked=False)
    mine.allocate()
    mine.deallocate(yours.allocate())
    with pytest.raises(CorruptionError, match="not from this pool"):
        mine.purge()
