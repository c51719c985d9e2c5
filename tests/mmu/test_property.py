"""Map, unmap, protect, flush and lookup in any order, against a dict: nothing stale is left."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from vmperf.guestmem import GuestMemory
from vmperf.mmu import Mmu, PageTable, WalkCache
from vmperf.tlb import SoftTlb

from vmperf import InvalidArgumentError, PageFault

pytestmark = pytest.mark.property

PAGE, LARGE = 4096, 2 << 20
FORMATS = ["x86-64-4", "x86-64-5", "sv39", "sv48", "sv57", "aarch64-4k"]
BASES = [0, 0x40000000 - 4 * PAGE, 0x2000000000]  # the second lies across 1 GiB
PERMS = ["r", "rw", "rx", "rwx"]
pages = st.builds(lambda base, page: base + page * PAGE, st.sampled_from(BASES), st.integers(0, 7))
large = st.builds(lambda i: 0x80000000 + i * LARGE, st.integers(0, 1))
within = st.builds(lambda at, page: at + page * PAGE, large, st.integers(0, 511))
anywhere = st.one_of(pages, within)
asids = st.integers(0, 1)
access = st.sampled_from("rwx")
perms_or_none = st.sampled_from([None, *PERMS])
kinds = st.sampled_from(["page", "range", "asid", "all"])
Page = tuple[int, str]  # physical address, permissions


class Machine(RuleBasedStateMachine):
    """Two address spaces. `now` is what their tables say; `old` what a TLB may say still."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = GuestMemory([(0, 1 << 24)])
        self.now: list[dict[int, Page]] = [{}, {}]
        self.old: list[dict[int, set[Page]]] = [{}, {}]

    @initialize(
        fmt=st.sampled_from(FORMATS),
        entries=st.sampled_from([64, 4096]),
        ways=st.sampled_from([1, 4]),
        cached=st.booleans(),
        prefetch=st.sampled_from([None, "next_page"]),
    )
    def make(self, fmt: str, entries: int, ways: int, cached: bool, prefetch: str | None) -> None:
        self.tables = [
            PageTable(fmt, self.memory, tables=(0x800000 + i * 0x400000, 0x400000)) for i in (0, 1)
        ]
        cache = WalkCache(level2=2, level3=2, level4=1) if cached else None
        tlb = SoftTlb(entries, ways=ways, victim=4, second_level=256, prefetch=prefetch)
        self.mmu = Mmu(self.tables[0], tlb, cache)
        self.mmu.set_table(1, self.tables[1])

    def _forget(self, asid: int, at: int, size_bytes: int) -> None:
        """A change without a flush: what was there may be seen until one comes."""
        for page in range(at, at + size_bytes, PAGE):
            if page in self.now[asid]:
                self.old[asid].setdefault(page, set()).add(self.now[asid][page])

    def _mapped(self, asid: int, at: int, size_bytes: int) -> list[int]:
        return [p for p in range(at, at + size_bytes, PAGE) if p in self.now[asid]]

    def _map(self, asid: int, at: int, pa: int, size_bytes: int, perms: str) -> None:
        if self._mapped(asid, at, size_bytes):
            with pytest.raises(InvalidArgumentError):
                self.tables[asid].map(at, pa, size_bytes, perms)
            return
        self.tables[asid].map(at, pa, size_bytes, perms)
        for offset in range(0, size_bytes, PAGE):
            self.now[asid][at + offset] = (pa + offset, perms)

    @rule(asid=asids, at=anywhere, frame=st.integers(0, 1023), perms=st.sampled_from(PERMS))
    def map_page(self, asid: int, at: int, frame: int, perms: str) -> None:
        self._map(asid, at, frame * PAGE, PAGE, perms)

    @rule(asid=asids, at=large, frame=st.integers(0, 1), perms=st.sampled_from(PERMS))
    def map_large(self, asid: int, at: int, frame: int, perms: str) -> None:
        if not self._mapped(asid, at, LARGE):
            # A table page goes back to the table: its user flushes, as the manuals ask.
            self.flush_asid(asid)
        self._map(asid, at, frame * LARGE, LARGE, perms)

    @rule(asid=asids, at=anywhere, n=st.integers(1, 5))
    def unmap(self, asid: int, at: int, n: int) -> None:
        there = self._mapped(asid, at, n * PAGE)
        self._forget(asid, at, n * PAGE)
        assert self.tables[asid].unmap(at, n * PAGE) == len(there) * PAGE
        for page in there:
            del self.now[asid][page]

    @rule(asid=asids, at=large)
    def unmap_large(self, asid: int, at: int) -> None:
        self.unmap(asid, at, 512)

    @rule(asid=asids, at=anywhere, n=st.integers(1, 5), perms=st.sampled_from(PERMS))
    def protect(self, asid: int, at: int, n: int, perms: str) -> None:
        there = self._mapped(asid, at, n * PAGE)
        self._forget(asid, at, n * PAGE)
        assert self.tables[asid].protect(at, n * PAGE, perms) == len(there) * PAGE
        for page in there:
            self.now[asid][page] = (self.now[asid][page][0], perms)

    @rule(asid=asids, at=anywhere)
    def flush_page(self, asid: int, at: int) -> None:
        self.mmu.flush_page(at, PAGE, asid)
        self.old[asid].pop(at, None)

    @rule(asid=asids, at=anywhere, n=st.integers(1, 600))
    def flush_range(self, asid: int, at: int, n: int) -> None:
        self.mmu.flush_range(at, at + n * PAGE, asid)
        for page in range(at, at + n * PAGE, PAGE):
            self.old[asid].pop(page, None)

    @rule(asid=asids)
    def flush_asid(self, asid: int) -> None:
        self.mmu.flush_asid(asid)
        self.old[asid].clear()

    @rule()
    def flush(self) -> None:
        self.mmu.flush()
        self.old = [{}, {}]

    @precondition(lambda self: any(self.now))
    @rule(pick=st.integers(0, 2**16), kind=kinds, how=access, perms=perms_or_none)
    def use_change_flush_use(self, pick: int, kind: str, how: str, perms: str | None) -> None:
        """The order in which a stale translation shows: of any page that is mapped."""
        every = [(asid, at) for asid in (0, 1) for at in sorted(self.now[asid])]
        asid, at = every[pick % len(every)]
        self.lookup(asid, at, how, 0)
        if perms is None:
            self.unmap(asid, at, 1)
        else:
            self.protect(asid, at, 1, perms)
        if kind == "page":
            self.flush_page(asid, at)
        elif kind == "range":
            self.flush_range(asid, at, 1)
        elif kind == "asid":
            self.flush_asid(asid)
        else:
            self.flush()
        for again in "rwx":
            self.lookup(asid, at, again, 0)
        self.translate(asid, [at], how)

    def _allowed(self, asid: int, at: int, how: str) -> set[int | None]:
        """The addresses that a lookup may give; None is a fault."""
        known = [self.now[asid].get(at), *self.old[asid].get(at, set())]
        return {page[0] if page is not None and how in page[1] else None for page in known}

    @rule(asid=asids, at=anywhere, how=access, offset=st.integers(0, PAGE - 1))
    def lookup(self, asid: int, at: int, how: str, offset: int) -> None:
        found: int | None = None
        fault: PageFault | None = None
        try:
            found = self.mmu.lookup(at + offset, how, asid) - offset
        except PageFault as error:
            fault = error
        assert found in self._allowed(asid, at, how)
        if fault is not None:
            assert (fault.address, fault.access) == (at + offset, how)
            assert fault.reason in ("not_present", "protection")

    @rule(asid=asids, addresses=st.lists(anywhere, max_size=40), how=access)
    def translate(self, asid: int, addresses: list[int], how: str) -> None:
        pa, fault = self.mmu.translate(np.array(addresses, np.uint64), how, asid)
        for i, at in enumerate(addresses):
            found = None if fault[i] else int(pa[i])
            assert found in self._allowed(asid, at, how)
            assert not fault[i] or int(pa[i]) == 2**64 - 1

    @invariant()
    def tables_say_what_was_done(self) -> None:
        for asid in (0, 1):
            for at in [*BASES, 0x80000000, 0x80001000]:
                walk = self.tables[asid].walk(at)
                want = self.now[asid].get(at)
                assert (None if walk.fault != "none" else (walk.pa, walk.perms)) == want


SETTINGS = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestMachine = Machine.TestCase
TestMachine.settings = SETTINGS


class Deaf:
    """An Mmu of which one flush does nothing."""

    def __init__(self, mmu: Mmu, name: str) -> None:
        self._mmu, self._name = mmu, name

    def __getattr__(self, name: str) -> object:
        return (lambda *_: None) if name == self._name else getattr(self._mmu, name)


@pytest.mark.parametrize("name", ["flush_page", "flush_range", "flush_asid", "flush"])
def test_a_flush_that_does_nothing_is_found(name: str) -> None:
    class Planted(Machine):
        @rule()
        def plant(self) -> None:
            if not isinstance(self.mmu, Deaf):
                self.mmu = Deaf(self.mmu, name)  # type: ignore[assignment]

    with pytest.raises(AssertionError):
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            Planted,
            settings=settings(
                SETTINGS, phases=[Phase.generate], max_examples=400, derandomize=True, database=None
            ),
        )
