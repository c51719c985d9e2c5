"""Replacement policies written for one set of ways at a time, as their papers put them in words."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

MASK = 2**64 - 1
WEYL = 0x9E3779B97F4A7C15


def mix64(x: int) -> int:
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


class Rng:
    """CounterRng of base/rng.hpp, stream 0."""

    def __init__(self, seed: int) -> None:
        self.key = mix64((seed + WEYL) & MASK) ^ mix64(1)
        self.position = 0

    def below(self, bound: int) -> int:
        value = mix64(mix64((self.position * WEYL + self.key) & MASK) ^ self.key)
        self.position += 1
        return ((value >> 32) * bound) >> 32


class Lru:
    """Ways in the order of their last use."""

    def __init__(self, ways: int, shared: Any) -> None:
        self.order: OrderedDict[int, None] = OrderedDict.fromkeys(range(ways))

    def use(self, way: int) -> None:
        self.order.move_to_end(way)

    def enter(self, way: int) -> None:
        self.order.move_to_end(way)

    def leave(self) -> int:
        return next(iter(self.order))


class Fifo(Lru):
    def use(self, way: int) -> None:
        pass


class Plru:
    """A tree of [which half is next to leave, left, right] down to single ways."""

    def __init__(self, ways: int, shared: Any) -> None:
        self.tree = self.grow(list(range(ways)))

    def grow(self, ways: list[int]) -> Any:
        half = len(ways) // 2
        return [0, self.grow(ways[:half]), self.grow(ways[half:])] if half else ways[0]

    def use(self, way: int) -> None:
        self.point_away(self.tree, way)

    def point_away(self, node: Any, way: int) -> bool:
        if isinstance(node, int):
            return node == way
        for side in (0, 1):
            if self.point_away(node[1 + side], way):
                node[0] = 1 - side
                return True
        return False

    def enter(self, way: int) -> None:
        self.use(way)

    def leave(self) -> int:
        node = self.tree
        while not isinstance(node, int):
            node = node[1 + node[0]]
        return node


class BitPlru:
    """The ways used of late; once that would be all, only the last one."""

    def __init__(self, ways: int, shared: Any) -> None:
        self.ways, self.recent = ways, set[int]()

    def use(self, way: int) -> None:
        self.recent.add(way)
        if len(self.recent) == self.ways:
            self.recent = {way}

    def enter(self, way: int) -> None:
        self.use(way)

    def leave(self) -> int:
        return next((w for w in range(self.ways) if w not in self.recent), 0)


class Nru:
    """The ways used since the last time that all were."""

    def __init__(self, ways: int, shared: Any) -> None:
        self.ways, self.used = ways, set[int]()

    def use(self, way: int) -> None:
        self.used.add(way)

    def enter(self, way: int) -> None:
        self.use(way)

    def leave(self) -> int:
        if len(self.used) == self.ways:
            self.used.clear()
        return next(w for w in range(self.ways) if w not in self.used)


class Random:
    def __init__(self, ways: int, shared: Shared) -> None:
        self.ways, self.rng = ways, shared.rng

    def use(self, way: int) -> None:
        pass

    def enter(self, way: int) -> None:
        pass

    def leave(self) -> int:
        return self.rng.below(self.ways)


class Srrip:
    """How far off the next use is: 0 to 3."""

    def __init__(self, ways: int, shared: Shared) -> None:
        self.far, self.shared = [3] * ways, shared

    def use(self, way: int) -> None:
        self.far[way] = 0

    def enter(self, way: int) -> None:
        self.far[way] = 2

    def leave(self) -> int:
        while 3 not in self.far:
            self.far = [f + 1 for f in self.far]
        return self.far.index(3)


class Brrip(Srrip):
    def enter(self, way: int) -> None:
        self.far[way] = 2 if self.shared.rng.below(32) == 0 else 3


class Drrip(Brrip):
    """What the two groups of leaders vote for; `place` is the set's in its group."""

    place = 0

    def enter(self, way: int) -> None:
        shared = self.shared
        if self.place == 0:
            shared.votes = min(shared.votes + 1, 1023) if shared.group > 1 else 0
            bimodal = False
        elif self.place == shared.group // 2:
            shared.votes = max(shared.votes - 1, 0)
            bimodal = True
        else:
            bimodal = shared.votes > 511
        if bimodal:
            Brrip.enter(self, way)
        else:
            Srrip.enter(self, way)


class Shared:
    """What the sets of one array have in common."""

    def __init__(self, sets: int, seed: int) -> None:
        self.rng, self.votes, self.group = Rng(seed), 511, min(sets, 32)


POLICIES: dict[str, Any] = {
    "lru": Lru, "plru": Plru, "bit_plru": BitPlru, "nru": Nru, "fifo": Fifo,
    "random": Random, "srrip": Srrip, "brrip": Brrip, "drrip": Drrip,
}  # fmt: skip


def make_sets(policy: str, sets: int, ways: int, seed: int) -> list[Any]:
    shared = Shared(sets, seed)
    made = [POLICIES[policy](ways, shared) for _ in range(sets)]
    for i, one in enumerate(made):
        one.place = i % shared.group
    return made
