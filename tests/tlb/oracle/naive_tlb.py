"""A TLB of several levels over lists and dictionaries: what SoftTlb must do, call by call."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from naive_policies import make_sets
from naive_prefetch import PREFETCHERS

PAGE = 4096
LETTERS = {"r", "w", "x"}


def crc32c(page: int) -> int:
    crc = 0
    for byte in page.to_bytes((page.bit_length() + 7) // 8, "little"):
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc


def set_of(index: str, page: int, sets: int) -> int:
    if index == "crc":
        return crc32c(page) % sets
    if index == "xor":
        page ^= page >> (sets.bit_length() - 1)
    return page % sets


@dataclass
class Entry:
    page: int
    owner: object  # a tuple that says whose it is, and since which flush
    frame: int
    size: int
    perms: str

    def pa(self, va: int, size: int) -> int:
        return self.frame + va % size


class Owners:
    """Who an entry belongs to; a flush gives new names."""

    def __init__(self) -> None:
        self.epoch, self.epochs = 0, Counter[int]()

    def own(self, asid: int) -> object:
        return ("own", asid, self.epoch, self.epochs[asid])

    def shared(self) -> object:
        return ("global", self.epoch)

    def is_live(self, entry: Entry | None) -> bool:
        if entry is None:
            return False
        kind, *rest = entry.owner  # type: ignore[misc]
        return entry.owner == (self.shared() if kind == "global" else self.own(rest[0]))

    def match(self, entry: Entry | None, page: int, asid: int) -> bool:
        if entry is None or entry.page != page:
            return False
        return entry.owner in (self.own(asid), self.shared())


class Array:
    """Sets of ways with a policy; pages of `size` bytes."""

    def __init__(
        self, owners: Owners, entries: int, ways: int, policy: str, index: str,
        seed: int = 0, size: int = PAGE,
    ) -> None:  # fmt: skip
        self.owners, self.index, self.size = owners, index, size
        self.sets: list[list[Entry | None]] = [[None] * ways for _ in range(entries // ways)]
        self.policies = make_sets(policy, entries // ways, ways, seed)

    def place(self, page: int) -> tuple[list[Entry | None], Any]:
        i = set_of(self.index, page, len(self.sets))
        return self.sets[i], self.policies[i]

    def lookup(self, va: int, access: str, asid: int) -> Entry | None:
        page = va // self.size
        ways, policy = self.place(page)
        for way, entry in enumerate(ways):
            if self.owners.match(entry, page, asid) and entry and access in entry.perms:
                policy.use(way)
                return entry
        return None

    def has(self, va: int, asid: int) -> bool:
        page = va // self.size
        return any(self.owners.match(e, page, asid) for e in self.place(page)[0])

    def insert(self, new: Entry, asid: int) -> Entry | None:
        """Put an entry in; return the live one that had to leave."""
        ways, policy = self.place(new.page)
        there = [w for w, e in enumerate(ways) if self.owners.match(e, new.page, asid)]
        for way in there:
            ways[way] = None
        if there:
            ways[there[0]] = new
            policy.use(there[0])
            return None
        dead = [w for w, e in enumerate(ways) if not self.owners.is_live(e)]
        way = dead[0] if dead else policy.leave()
        evicted = None if dead else ways[way]
        ways[way] = new
        policy.enter(way)
        return evicted

    def erase(self, lo: int, hi: int, asid: int) -> None:
        for ways in self.sets:
            for way, e in enumerate(ways):
                if e and lo // self.size <= e.page <= hi // self.size:
                    ways[way] = None if self.owners.match(e, e.page, asid) else e

    def live(self) -> int:
        return sum(self.owners.is_live(e) for ways in self.sets for e in ways)


@dataclass
class Translation:
    pa: int
    size: int = PAGE
    perms: str = "rwx"
    is_global: bool = False


@dataclass
class NaiveTlb:
    entries: int = 4096
    ways: int = 1
    page_sizes: tuple[int, ...] = (4096, 2 << 20, 1 << 30)
    policy: str = "plru"
    index: str = "mod"
    victim: int = 8
    second_level: int = 16384
    prefetch: str | None = None
    second_level_ways: int = 8
    degree: int = 2
    prefetch_buffer: int = 32
    count_hits: bool = False
    va_bits: int = 48
    seed: int = 0
    sync: str = "auto"
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        owners = self.owners = Owners()
        policy = self.policy if self.ways > 1 or self.index == "crc" else "fifo"
        self.first = Array(owners, self.entries, self.ways, policy, self.index, self.seed)
        self.victims = (
            Array(owners, self.victim, self.victim, "lru", "mod") if self.victim else None
        )
        self.second, entries, seed = [], self.second_level, self.seed + 1
        for size in (4096, 2 << 20, 1 << 30):
            if size in self.page_sizes and self.second_level:
                n = max(entries, self.second_level_ways)
                shape = (n, self.second_level_ways, self.policy, self.index, seed, size)
                self.second.append(Array(owners, *shape))
                seed += 1
            entries //= 16
        self.buffer = Array(owners, self.prefetch_buffer, self.prefetch_buffer, "fifo", "mod")
        self.predictor = PREFETCHERS[self.prefetch]() if self.prefetch else None
        self.guesses: tuple[list[int], int] = ([], 0)

    def is_canonical(self, va: int) -> bool:
        return va >> (self.va_bits - 1) in (0, (1 << (65 - self.va_bits)) - 1)

    def lookup(self, va: int, access: str = "r", asid: int = 0) -> int | None:
        entry = self.first.lookup(va, access, asid)
        self.counts["lookups"] += entry is None or self.count_hits
        return entry.pa(va, PAGE) if entry else self.behind(va, access, asid)

    def behind(self, va: int, access: str, asid: int) -> int | None:
        if self.victims and (entry := self.victims.lookup(va, access, asid)):
            self.victims.erase(va, va, asid)
            self.counts["victim_hits"] += 1
            return self.promote(va, entry, asid)
        for array in self.second:
            if whole := array.lookup(va, access, asid):
                self.counts["second_level_hits"] += 1
                frame = whole.frame + va % array.size // PAGE * PAGE
                piece = Entry(va // PAGE, whole.owner, frame, whole.size, whole.perms)
                return self.promote(va, piece, asid)
        if self.predictor and (entry := self.buffer.lookup(va, access, asid)):
            self.buffer.erase(va, va, asid)
            self.counts["prefetch_useful"] += 1
            self.keep_whole(va, entry, asid)
            found = self.promote(va, entry, asid)
            self.train(va, asid)
            return found
        self.counts["misses"] += 1
        self.train(va, asid)
        return None

    def train(self, va: int, asid: int) -> None:
        if self.predictor:
            self.guesses = (self.predictor.train(va // PAGE, self.degree), asid)

    def promote(self, va: int, piece: Entry, asid: int) -> int:
        evicted = self.first.insert(piece, asid)
        self.counts["evictions"] += evicted is not None
        if evicted and self.victims:
            kind, *rest = evicted.owner  # type: ignore[misc]
            self.victims.insert(evicted, -1 if kind == "global" else rest[0])  # its own key
        return piece.pa(va, PAGE)

    def keep_whole(self, va: int, piece: Entry, asid: int) -> None:
        for array in self.second:
            if array.size == piece.size:
                page, frame = va // piece.size, piece.frame // piece.size * piece.size
                whole = Entry(page, piece.owner, frame, piece.size, piece.perms)
                self.counts["second_level_evictions"] += array.insert(whole, asid) is not None

    def piece_of(self, va: int, found: Translation, asid: int) -> Entry:
        owner = self.owners.shared() if found.is_global else self.owners.own(asid)
        return Entry(va // PAGE, owner, found.pa // PAGE * PAGE, found.size, found.perms)

    def fill(self, va: int, found: Translation, asid: int = 0) -> None:
        self.counts["fills"] += 1
        for array in (self.victims, self.buffer):
            if array:
                array.erase(va, va, asid)
        piece = self.piece_of(va, found, asid)
        self.keep_whole(va, piece, asid)
        self.promote(va, piece, asid)

    def translate(
        self, vas: list[int], walk: Any, access: str = "r", asid: int = 0
    ) -> list[int | str]:
        """Look up, walk and fill: a block at a time where the first level is direct-mapped."""
        block = 256 if self.ways == 1 and self.index != "crc" else 1
        results: list[int | str] = []
        for at in range(0, len(vas), block):
            now = vas[at : at + block]
            first = [self.first.lookup(va, access, asid) for va in now]
            self.counts["lookups"] += len(now)
            pas = [e.pa(va, PAGE) if e else None for e, va in zip(first, now, strict=True)]
            missed = [i for i, pa in enumerate(pas) if pa is None]
            out: list[Any] = list(pas)
            for i in missed:
                again = self.first.lookup(now[i], access, asid) if i != missed[0] else None
                pa = again.pa(now[i], PAGE) if again else self.behind(now[i], access, asid)
                out[i] = self.walk(walk, now[i], access, asid) if pa is None else pa
            results += out
        return results

    def walk(self, walk: Any, va: int, access: str, asid: int) -> int | str:
        if not self.is_canonical(va):
            return "non_canonical"
        found: Translation | str = walk(va, access, asid)
        if isinstance(found, Translation):
            self.fill(va, found, asid)
        if self.predictor:
            self.prefetch_guesses(walk)
        return found.pa if isinstance(found, Translation) else found

    def prefetch_guesses(self, walk: Any) -> None:
        pages, asid = self.guesses
        self.guesses = ([], 0)
        for page in pages:
            va = page * PAGE
            if va >= 2**64 or not self.is_canonical(va):
                continue
            self.counts["prefetch_issued"] += 1
            levels = [self.first, self.buffer, *self.second, *filter(None, [self.victims])]
            if any(level.has(va, asid) for level in levels):
                self.counts["prefetch_present"] += 1
                continue
            found = walk(va, "r", asid)
            if isinstance(found, Translation):
                self.buffer.insert(self.piece_of(va, found, asid), asid)

    def flush(self) -> None:
        self.counts["flush_all"] += 1
        self.owners.epoch += 1

    def flush_asid(self, asid: int) -> None:
        self.counts["flush_asid"] += 1
        self.owners.epochs[asid] += 1

    def flush_page(self, va: int, size: int = PAGE, asid: int = 0) -> None:
        self.counts["flush_page"] += 1
        self.erase(va // size * size, va // size * size + size - 1, asid)

    def flush_range(self, lo: int, hi: int, asid: int = 0) -> None:
        self.counts["flush_range"] += 1
        self.erase(lo, hi, asid)

    def erase(self, lo: int, hi: int, asid: int) -> None:
        for array in [self.first, self.buffer, *self.second, *filter(None, [self.victims])]:
            array.erase(lo, hi, asid)

    def stats(self) -> dict[str, int]:
        c = Counter(self.counts)
        c["hits"] = c["lookups"] - c["misses"]
        waiting = c["prefetch_waiting"] = self.buffer.live() if self.predictor else 0
        spent = c["prefetch_present"] + c["prefetch_useful"] + waiting
        c["prefetch_useless"] = c["prefetch_issued"] - spent
        return {name: n for name, n in c.items() if n}
