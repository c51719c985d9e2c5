"""Walks against a slow walker in Python, over tables with every bit of every entry varied."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Iterator

import numpy as np
import pytest
from vmperf.guestmem import GuestMemory
from vmperf.mmu import Mode, PageTable, WalkCache
from vmperf.tlb import Fault

pytestmark = pytest.mark.differential

LEVELS = {"x86-64-4": 4, "x86-64-5": 5, "sv39": 3, "sv48": 4, "sv57": 5, "aarch64-4k": 4}
ARCH = {name: name.split("-")[0].rstrip("0123456789") for name in LEVELS}  # x, sv, aarch
WIDTH = {"x": 52, "sv": 56, "aarch": 48}
MEMORY = 1 << 22


def bit(word: int, n: int) -> bool:
    return bool(word >> n & 1)


@dataclasses.dataclass
class Step:
    """An answer of the slow walker, and what the tables are after it."""

    fault: str
    level: int
    refs: int
    pa: int = 0
    perms: str = ""
    shift: int = 12
    is_global: bool = False


class Words:
    """The entries of memory by address, with what the slow walker writes laid over them."""

    def __init__(self, memory: GuestMemory) -> None:
        self.memory = memory
        self.written: dict[int, int] = {}

    def __getitem__(self, at: int) -> int:
        return self.written[at] if at in self.written else self.memory.read_u64(at)

    def __setitem__(self, at: int, word: int) -> None:
        self.written[at] = word


class SlowWalker:
    """The manuals' words, one question after the other; `words` are the entries by address."""

    def __init__(self, fmt: str, mode: Mode, ad: str, pa_bits: int) -> None:
        self.arch, self.levels = ARCH[fmt], LEVELS[fmt]
        self.mode, self.ad, self.pa_bits = mode, ad, pa_bits

    def canonical(self, va: int) -> bool:
        width = 12 + 9 * self.levels
        if self.arch == "aarch":
            return va < 1 << width
        return va < 1 << (width - 1) or va >= (1 << 64) - (1 << (width - 1))

    def kind(self, entry: int, level: int) -> str:
        if not bit(entry, 0):
            return "not_present"
        if self.arch == "x":
            return "leaf" if level == 1 or (level in (2, 3) and bit(entry, 7)) else "table"
        if self.arch == "sv":
            r, w, x = (bit(entry, n) for n in (1, 2, 3))
            if w and not r:
                return "reserved_bit"
            if r or x:
                return "leaf"
            return "table" if level > 1 else "reserved_bit"
        if level == 1:
            return "leaf" if bit(entry, 1) else "not_present"
        if bit(entry, 1):
            return "table"
        return "leaf" if level in (2, 3) else "not_present"

    def address(self, entry: int) -> int:
        if self.arch == "sv":
            return (entry >> 10 & (1 << 44) - 1) << 12
        return entry & ((1 << WIDTH[self.arch]) - 1) & ~0xFFF

    def reserved(self, entry: int, level: int, leaf: bool) -> bool:
        wide = self.address(entry) >> self.pa_bits != 0
        size = 12 + 9 * (level - 1)
        uneven = leaf and self.address(entry) % (1 << size) != 0
        if self.arch == "x":
            if leaf and level > 1:  # bit 12 is PAT there
                uneven = (self.address(entry) & ~0x1000) % (1 << size) != 0
            ps = level > 3 and bit(entry, 7)
            return wide or uneven or ps or (bit(entry, 63) and not self.mode.nxe)
        if self.arch == "sv":
            table = not leaf and any(bit(entry, n) for n in (4, 6, 7))
            return wide or uneven or table or entry >> 54 != 0
        return wide or uneven or (leaf and (entry >> 48 & 3) != 0)

    def perms(self, path: list[int]) -> tuple[str, str]:
        """What may be done at all, and what without a further mark."""
        leaf, mode = path[-1], self.mode
        if self.arch == "x":
            w, u = (all(bit(entry, n) for entry in path) for n in (1, 2))
            x = not any(bit(entry, 63) for entry in path)
            data = u if mode.user else not (u and mode.smap and not mode.ac)
            write = data and (w or (not mode.user and not mode.wp))
            run = x and (u if mode.user else not (u and mode.smep))
            dirty, read = bit(leaf, 6), data
        elif self.arch == "sv":
            r, w, x, u = (bit(leaf, n) for n in (1, 2, 3, 4))
            data = u if mode.user else not u or mode.sum
            read, write = data and (r or (mode.mxr and x)), data and w
            run, dirty = x and u == mode.user, bit(leaf, 7)
        else:
            tables = path[:-1]
            el0 = bit(leaf, 6) and not any(bit(entry, 61) for entry in tables)
            never = any(bit(entry, 62) for entry in tables)
            clean = bit(leaf, 7) and bit(leaf, 51) and self.ad == "hardware" and not never
            w = not never and (not bit(leaf, 7) or clean)
            uxn = any(bit(entry, 60) for entry in tables) or bit(leaf, 54)
            pxn = any(bit(entry, 59) for entry in tables) or bit(leaf, 53) or (el0 and w)
            data = el0 if mode.user else not (el0 and mode.pan)
            read, write, dirty = data, data and w, not clean
            run = not uxn if mode.user else not pxn
        full = "".join(p for p, yes in zip("rwx", (read, write, run), strict=True) if yes)
        return full, full if dirty else full.replace("w", "")

    def marked(self, entry: int, write: bool) -> int:
        if self.arch == "x":
            return entry | 1 << 5 | (1 << 6 if write else 0)
        if self.arch == "sv":
            return entry | 1 << 6 | (1 << 7 if write else 0)
        return (entry | 1 << 10) & ~(1 << 7 if write and bit(entry, 51) else 0)

    def walk(self, words: Words, root: int, va: int, access: str | None) -> Step:
        """Walk, marking `words` as it goes."""
        if not self.canonical(va):
            return Step("non_canonical", 0, 0)
        table, path = root, list[int]()
        for level in range(self.levels, 0, -1):
            refs = self.levels - level + 1
            if table + 4096 > MEMORY:
                return Step("bus", level, refs - 1)
            at = table + (va >> (12 + 9 * (level - 1)) & 511) * 8
            entry = words[at]
            kind = self.kind(entry, level)
            if kind not in ("leaf", "table"):
                return Step(kind, level, refs)
            if self.reserved(entry, level, kind == "leaf"):
                return Step("reserved_bit", level, refs)
            path.append(entry)
            if kind == "leaf":
                return self._leaf(words, at, path, va, access, level)
            if self.arch == "x" and access is not None:
                words[at] = entry | 1 << 5
            table = self.address(entry)
        raise AssertionError

    def _leaf(
        self, words: Words, at: int, path: list[int], va: int, access: str | None, level: int
    ) -> Step:
        refs, full = len(path), self.perms(path)[0]
        if access is not None:
            if access not in full:
                return Step("protection", level, refs)
            marked = self.marked(path[-1], access == "w")
            if marked != path[-1] and self.ad == "software":
                return Step("access_flag", level, refs)
            words[at] = path[-1] = marked
        shift = 12 + 9 * (level - 1)
        pa = self.address(path[-1]) >> shift << shift | va & ((1 << shift) - 1)
        if self.arch == "x":
            is_global = bit(path[-1], 8)
        elif self.arch == "sv":
            is_global = any(bit(entry, 5) for entry in path)
        else:
            is_global = not bit(path[-1], 11)
        perms = full if access is None else self.perms(path)[1]
        return Step("none", level, refs, pa, perms, shift, is_global)


MODES = {
    "x": [
        Mode(),
        Mode(user=True),
        Mode(wp=False, nxe=False),
        Mode(smep=True, smap=True),
        Mode(smap=True, ac=True),
    ],
    "sv": [Mode(), Mode(user=True), Mode(sum=True, mxr=True)],
    "aarch": [Mode(), Mode(user=True), Mode(pan=True)],
}


class Tables:
    """A path of tables for one address, each with its good entry; tests bend them."""

    def __init__(self, fmt: str, mode: Mode, ad: str, pa_bits: int) -> None:
        self.memory = GuestMemory([(0, MEMORY)])
        at = MEMORY // 2
        self.table = PageTable(
            fmt, self.memory, tables=(at, MEMORY // 2), mode=mode, ad=ad, pa_bits=pa_bits
        )
        self.slow = SlowWalker(fmt, mode, ad, self.table.pa_bits)
        self.va = 0x35_4321_9876 & ((1 << (11 + 9 * LEVELS[fmt])) - 1)
        self.fmt = fmt
        self.good: list[int] = []

    def build(self, leaf_level: int, flags: str) -> None:
        """Map a page by hand at any level that map() makes."""
        size = 1 << (12 + 9 * (leaf_level - 1))
        self.table.map(self.va // size * size, 0, size, flags)
        self.good = self.path()

    def path(self) -> list[int]:
        """The places of the entries of the walk."""
        words, table, places = Words(self.memory), self.table.root, list[int]()
        for level in range(LEVELS[self.fmt], 0, -1):
            at = table + (self.va >> (12 + 9 * (level - 1)) & 511) * 8
            places.append(at)
            if self.slow.kind(words[at], level) != "table":
                break
            table = self.slow.address(words[at])
        return places

    def check(self, access: str | None, cache: WalkCache | None, va: int | None = None) -> str:
        """One walk of each kind against the slow one, and the tables after it."""
        va = self.va if va is None else va
        words = Words(self.memory)
        before = {at: words[at] for at in self.good}
        want = self.slow.walk(words, self.table.root, va, access)
        if cache is not None:
            cache.flush()
        got = self.table.walk(va, access, cache)
        refs = got.refs
        assert (got.fault, got.level, refs) == (want.fault, want.level, want.refs), hex(va)
        after = before | words.written
        assert {at: self.memory.read_u64(at) for at in after} == after
        if want.fault == "none":
            found = (got.pa, got.perms, got.size_bytes, got.is_global)
            assert found == (want.pa, want.perms, 1 << want.shift, want.is_global)
        batch = self.table.walk_batch(np.array([va] * 3, np.uint64), access, cache)
        for one in batch:
            assert Fault(int(one["fault"])).name == want.fault
            assert int(one["level"]) == want.level
            if want.fault == "none":
                assert int(one["pa"]) == want.pa
                letters = "".join(p for i, p in enumerate("rwx") if int(one["perms"]) >> i & 1)
                assert letters == want.perms
        return want.fault


def cases() -> Iterator[tuple[str, int, str]]:
    for fmt, levels in LEVELS.items():
        for mode in range(len(MODES[ARCH[fmt]])):
            yield fmt, mode, "hardware"
        if ARCH[fmt] != "x":
            yield fmt, 0, "software"
        assert levels <= 5


@pytest.mark.parametrize(("fmt", "mode", "ad"), list(cases()))
def test_every_bit_of_every_entry(fmt: str, mode: int, ad: str) -> None:
    """Each of 64 bits of each level's entry flipped, for each access, in pages of three sizes."""
    seen: set[str] = set()
    for leaf_level, flags in itertools.product((1, 2, 3), ("rwxu", "rw", "rxug")):
        tables = Tables(fmt, MODES[ARCH[fmt]][mode], ad, 40)
        tables.build(leaf_level, flags)
        good = tables.good
        assert len(good) == LEVELS[fmt] - leaf_level + 1
        cache = WalkCache()
        for at, n in itertools.product(good, range(64)):
            before = [(place, tables.memory.read_u64(place)) for place in good]
            word = tables.memory.read_u64(at)
            for access in (None, "r", "w", "x"):
                tables.memory.write_u64(at, word ^ 1 << n)
                seen.add(tables.check(access, cache if n % 2 else None))
                for place, old in before:
                    tables.memory.write_u64(place, old)
    # Without WP and NX the supervisor may do everything.
    forbidden = set() if fmt.startswith("x") and mode == 2 else {"protection"}
    assert {"none", "not_present", "reserved_bit", "bus"} | forbidden <= seen
    assert ("access_flag" in seen) == (ad == "software")


@pytest.mark.parametrize(("fmt", "mode", "ad"), list(cases()))
def test_random_tables(fmt: str, mode: int, ad: str, rng: random.Random) -> None:
    """Entries of drawn bits at all levels, some of them all drawn; addresses of all kinds."""
    tables = Tables(fmt, MODES[ARCH[fmt]][mode], ad, 0)
    cache = WalkCache()
    seen: set[str] = set()
    for i in range(400):
        level = rng.choice((1, 1, 2, 3))
        if i % 20 == 0:
            tables = Tables(fmt, MODES[ARCH[fmt]][mode], ad, 0)
            tables.build(level, rng.choice(("rw", "rwxu", "rx", "rwxuad", "rg")))
            good = [(at, tables.memory.read_u64(at)) for at in tables.good]
        for at, word in good:
            draw = rng.random()
            low = rng.getrandbits(12) | rng.choice((0, 1, 3))
            high = rng.getrandbits(12) << 52 if rng.random() < 0.3 else 0
            if draw < 0.2:
                tables.memory.write_u64(at, word ^ (low | high))
            elif draw < 0.25:
                tables.memory.write_u64(at, rng.getrandbits(64))
            else:
                tables.memory.write_u64(at, word)
        va = tables.va
        if rng.random() < 0.1:
            va ^= 1 << rng.randrange(64)
        access = rng.choice((None, "r", "w", "x"))
        seen.add(tables.check(access, rng.choice((cache, None)), va))
    assert len(seen) >= 4
