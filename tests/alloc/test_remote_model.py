"""The protocol of remote frees, step by step, under random interleavings of senders and owners.

The model is `send`, `drain` and `settle` of remote.cpp and slabs.cpp, one shared access a step. A
slab of two blocks belongs to heap 1; two threads free one block each; heap 1 takes what is told,
may give the empty slab back, and heap 2 may take the unit over and have one of its blocks freed by
another thread. Whatever the order: once all have ended and both owners look once more at their
lists, every freed block is in a bitmap of its owner, and in none twice.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

Steps = Iterator[None]


@dataclass
class Unit:
    """One slab's shared state, and the lists of two heaps that it may be on."""

    owner: int = 1
    words: set[str] = field(default_factory=set)  # remote bits
    pending: int = 0
    lists: dict[int, int] = field(default_factory=lambda: {1: 0, 2: 0})  # entries of this unit
    free: set[str] = field(default_factory=set)  # the owner's own bitmap
    blocks: frozenset[str] = frozenset({"a", "b"})
    generations: int = 1


def send(unit: Unit, mask: set[str], planted: str = "") -> Steps:
    """Core::send."""
    order = ["or", "pending"]
    if planted == "told before it is there":
        order.reverse()
    was = 1
    for what in order:
        if what == "or":
            assert not unit.words & mask, "a block is freed twice"
            unit.words |= mask
        else:
            was, unit.pending = unit.pending, 1
        yield
    if was != 0:
        return
    owner = unit.owner
    yield
    if owner == 0:
        unit.pending = 0
        yield
        if unit.owner != 0:
            yield from send(unit, set())
        return
    unit.lists[owner] += 1
    yield


def drain(unit: Unit, heap: int, planted: str = "") -> Steps:
    """Core::drain, of a list that this unit alone may be on."""
    entries, unit.lists[heap] = unit.lists[heap], 0
    yield
    assert entries <= 1, "a unit is on a list twice"
    if entries == 0:
        return
    if planted != "its mark stays":
        unit.pending = 0
        yield
    owner = unit.owner
    yield
    if owner != heap:
        if owner != 0 and unit.words:
            yield from send(unit, set())
        return
    taken, unit.words = unit.words, set()
    assert taken <= unit.blocks
    assert not taken & unit.free, "a block is free twice"
    unit.free |= taken
    yield
    # settle(): an empty slab goes, unless it is on a list, or about to be.
    if unit.free == unit.blocks and (unit.pending == 0 or planted == "an empty one always goes"):
        yield
        unit.owner, unit.free = 0, set()
        yield


def take_over(unit: Unit) -> Steps:
    """Heap 2 makes a slab of the unit once it is nobody's, and a thread frees a block of it."""
    for _ in range(12):
        if unit.owner == 0:
            unit.owner, unit.blocks, unit.free = 2, frozenset({"c", "d"}), {"d"}
            unit.generations += 1
            yield
            yield from send(unit, {"c"})
            yield from drain(unit, 2)
            return
        yield


def owner(unit: Unit, planted: str) -> Steps:
    """Heap 1 looks at its list a few times."""
    for _ in range(4):
        yield from drain(unit, 1, planted)
        yield


def run(choose: Callable[[int], int], planted: str = "") -> Unit:
    """One interleaving, of which `choose(n)` says each time which of n threads moves."""
    unit = Unit()
    threads = [
        send(unit, {"a"}, planted),
        send(unit, {"b"}, planted),
        owner(unit, planted),
        take_over(unit),
    ]
    while threads:
        i = choose(len(threads))
        if next(threads[i], StopIteration) is StopIteration:
            del threads[i]
    for heap in (1, 2, 1, 2):  # a list that leads to another's unit passes it on
        for _ in drain(unit, heap):
            pass
    return unit


def is_whole(unit: Unit) -> bool:
    """Nothing is in flight: what was freed is free."""
    return not unit.words and (unit.owner == 0 or unit.free == unit.blocks)


def test_no_free_is_forgotten(rng: random.Random) -> None:
    generations = set()
    for _ in range(40_000):
        unit = run(rng.randrange)
        assert is_whole(unit), unit
        generations.add(unit.generations)
    assert generations == {1, 2}, "the unit changes hands in some"


@pytest.mark.parametrize("planted", ["told before it is there", "its mark stays"])
def test_planted_orders_are_caught(planted: str, rng: random.Random) -> None:
    def fails() -> bool:
        try:
            return not is_whole(run(rng.randrange, planted))
        except AssertionError:
            return True

    assert any(fails() for _ in range(40_000))
