"""Pages are mapped anew and flushed, in any order: no lookup ever gives what was flushed."""

from __future__ import annotations

import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from vmperf import tlb

pytestmark = pytest.mark.property
PAGE, LARGE = 4096, 2 << 20
FIRST = 1000  # of the small pages
SPACES = [0, 1, 65535]
GLOBAL = -1


class Stale(RuleBasedStateMachine):
    """A TLB beside the pages as they are now; each change is flushed, as a system does."""

    @initialize(
        first=st.sampled_from(
            [("packed", 1, 64), ("packed", 1, 32), ("atomic16", 1, 4), ("seqlock", 1, 8),
             ("private", 1, 16), ("private", 4, 16), ("auto", 8, 8)]
        ),
        index=st.sampled_from(["mod", "xor"]),
        victim=st.sampled_from([0, 2, 8]),
        second_level=st.sampled_from([0, 16]),
        prefetch=st.sampled_from([None, "next_page", "markov"]),
        seed=st.integers(0, 2**32),
    )  # fmt: skip
    def make(
        self, first: tuple[str, int, int], index: str, victim: int, second_level: int,
        prefetch: str | None, seed: int,
    ) -> None:  # fmt: skip
        self.rng = random.Random(seed)
        sync, ways, entries = first
        self.tlb = tlb.SoftTlb(
            entries=entries, ways=ways, index=index, victim=victim, second_level=second_level,
            second_level_ways=4, prefetch=prefetch, sync=sync,
        )  # fmt: skip
        self.map = tlb.PageMap()
        self.now: dict[tuple[int, int, int], tuple[int, str]] = {}  # (space, size, page)
        for page in range(FIRST, FIRST + 24):
            for space in SPACES if page % 4 else [GLOBAL]:
                self.remap(space, PAGE, page)
        for page in (3, 4):
            self.remap(SPACES[page % 2], LARGE, page)

    def remap(self, space: int, size: int, page: int) -> None:
        pa = self.rng.randrange(2**18) * size % 2**40
        perms = self.rng.choice(["r", "rw", "rx", "rwx", "w"])
        self.now[space, size, page] = (pa, perms)
        self.map.map(page * size, pa, size, perms, max(space, 0), is_global=space == GLOBAL)

    def expected(self, va: int, access: str, asid: int) -> int | None:
        for size in (PAGE, LARGE):
            for space in (asid, GLOBAL):
                if (found := self.now.get((space, size, va // size))) is not None:
                    pa, perms = found
                    return pa + va % size if access in perms else None
        return None

    def draw(self) -> tuple[int, int, int]:
        space, size, page = self.rng.choice(list(self.now))
        if self.rng.random() < 0.8:  # mostly few pages, so that sets are shared
            few = [
                key
                for key in self.now
                if key[2] in (3, 4, *range(FIRST + 1, FIRST + 5), FIRST + 20)
            ]
            space, size, page = self.rng.choice(few)
        return space, size, page

    @rule(n=st.integers(1, 40))
    def use(self, n: int) -> None:
        for _ in range(n):
            space, size, page = self.draw()
            asid = space if space != GLOBAL else self.rng.choice(SPACES)
            va, access = page * size + self.rng.randrange(size), self.rng.choice("rrwx")
            found = self.tlb.lookup(va, access, asid)
            assert found in (None, self.expected(va, access, asid))
            key = next(
                k for k in ((asid, PAGE, va // PAGE), (GLOBAL, PAGE, va // PAGE),
                            (asid, LARGE, va // LARGE), (GLOBAL, LARGE, va // LARGE))
                if k in self.now
            )  # fmt: skip
            pa, perms = self.now[key]
            if found is None and access in perms:
                size = key[1]
                is_global = key[0] == GLOBAL
                self.tlb.fill(va, pa + va % size, size, perms, asid, is_global=is_global)
                assert self.tlb.lookup(va, access, asid) == pa + va % size

    @rule(n=st.integers(1, 300))
    def use_many(self, n: int) -> None:
        asid = self.rng.choice(SPACES)
        vas = [FIRST * PAGE + self.rng.randrange(24 * PAGE) for _ in range(n)]
        vas += [3 * LARGE + self.rng.randrange(2 * LARGE) for _ in range(n // 4)]
        pa, fault = self.tlb.translate(vas, asid=asid, walker=self.map)
        for va, p, f in zip(vas, pa, fault, strict=True):
            expected = self.expected(va, "r", asid)
            assert (int(p) if f == 0 else None) == expected

    @rule(how=st.sampled_from(["page", "range", "asid", "all"]), n=st.integers(1, 3))
    def change(self, how: str, n: int) -> None:
        for _ in range(n):
            space, size, page = self.draw()
            asid = space if space != GLOBAL else self.rng.choice(SPACES)
            at = page * size + self.rng.randrange(size)
            pa, perms = self.now[space, size, page]
            self.tlb.fill(at, pa + at % size, size, perms, asid, is_global=space == GLOBAL)
            self.remap(space, size, page)
            if how == "page":
                self.tlb.flush_page(at, size, asid)
            elif how == "range":
                before, after = (self.rng.choice([0, 1, 200]) * PAGE for _ in range(2))
                hi = (page + 1) * size - self.rng.randrange(1, PAGE)
                self.tlb.flush_range(page * size - before, hi + after, asid)
            elif how == "asid" and space != GLOBAL:
                self.tlb.flush_asid(asid)
            else:
                self.tlb.flush()
            for who in [asid] if space != GLOBAL else SPACES:
                for access in "rwx":
                    found = self.tlb.lookup(at, access, who)
                    assert found in (None, self.expected(at, access, who))

    @rule(n=st.integers(1, 20))
    def flush_often(self, n: int) -> None:
        """Contexts of a small packed TLB run out: it is emptied, and ids come again."""
        for _ in range(n):
            space, size, page = self.draw()
            asid = max(space, 0)
            self.tlb.flush_asid(asid)
            if space != GLOBAL and "r" in self.now[space, size, page][1]:
                pa, perms = self.now[space, size, page]
                self.tlb.fill(page * size, pa, size, perms, asid)


Stale.TestCase.settings = settings(max_examples=100, stateful_step_count=30)
TestStale = Stale.TestCase


@pytest.mark.parametrize("index", ["mod", "xor"])
@pytest.mark.parametrize("sync", ["packed", "atomic16", "seqlock", "private"])
def test_a_range_beyond_the_table_drops_its_first_page(index: str, sync: str) -> None:
    for page in range(FIRST, FIRST + 24):
        t = tlb.SoftTlb(entries=64, index=index, sync=sync, victim=0, second_level=0)
        t.fill((page - 1) * PAGE, PAGE)
        t.fill(page * PAGE, 7 * PAGE)
        t.flush_range(page * PAGE, (page + 200) * PAGE)
        assert t.lookup(page * PAGE) is None
        assert t.lookup((page - 1) * PAGE) == PAGE
