"""Pages that exist: one flat map for SoftTlb's walker and for the naive model's."""

from __future__ import annotations

import random

from naive_tlb import PAGE, Translation

from vmperf import tlb

LARGE = 2 << 20


class World:
    """Pages of several sizes, address spaces and permissions, drawn from a seed."""

    def __init__(self, rng: random.Random, pages: int, spaces: int = 3, large: int = 2) -> None:
        self.map = tlb.PageMap()
        self.pages: dict[tuple[int | None, int, int], Translation] = {}
        for page in range(pages):
            for asid in range(spaces):
                if rng.random() < 0.9:
                    perms = rng.choice(["r", "rw", "rwx", "rx"])
                    self.add(page * PAGE, rng.randrange(2**27) * PAGE, PAGE, perms, asid)
            if rng.random() < 0.1:
                self.add(page * PAGE, rng.randrange(2**27) * PAGE, PAGE, "rx", None)
        for i in range(large):
            self.add((64 + i) * LARGE, (i + 7) * LARGE, LARGE, "rw", i % spaces)
        self.add(1 << 40, 3 << 30, 1 << 30, "rwx", None)

    def add(self, va: int, pa: int, size: int, perms: str, asid: int | None) -> None:
        is_global = asid is None
        self.map.map(va, pa, size, perms, asid or 0, is_global=is_global)
        self.pages[asid, size, va] = Translation(pa, size, perms, is_global)

    def walk(self, va: int, access: str, asid: int) -> Translation | str:
        for size in (PAGE, LARGE, 1 << 30):
            for space in (asid, None):
                found = self.pages.get((space, size, va // size * size))
                if found is not None:
                    if access not in found.perms:
                        return "protection"
                    return Translation(found.pa + va % size, size, found.perms, found.is_global)
        return "not_present"

    def draw(self, rng: random.Random, pages: int) -> int:
        """An address: mostly of few pages, now and then of a large one, or a bad one."""
        kind = rng.random()
        if kind < 0.1:
            return 64 * LARGE + rng.randrange(2 * LARGE)
        if kind < 0.13:
            return (1 << 40) + rng.randrange(1 << 22)
        if kind < 0.14:
            return rng.choice([1 << 47, 2**64 - 1, 2**63, 5 << 40])
        return int(pages * rng.random() ** 3) * PAGE + rng.randrange(PAGE)
