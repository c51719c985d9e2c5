"""SoftTlb against a naive model: the same answer to every call, the same counts after it."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_policies import POLICIES
from naive_prefetch import PREFETCHERS
from naive_tlb import NaiveTlb, Translation
from page_world import World

from vmperf import tlb

np = pytest.importorskip("numpy")
pytestmark = pytest.mark.differential
SHAPES = [(8, 8), (16, 1), (16, 2), (32, 4), (24, 3), (48, 12), (64, 16), (64, 64)]


def counted(soft: tlb.SoftTlb) -> dict[str, int]:
    return {name: n for name, n in soft.stats.items() if n}


def build(**options: Any) -> tuple[tlb.SoftTlb, NaiveTlb]:
    return tlb.SoftTlb(**options), NaiveTlb(**options)


def step(soft: tlb.SoftTlb, naive: NaiveTlb, world: World, va: int, how: str, asid: int) -> bool:
    """One lookup, walked and filled on a miss; whether it hit."""
    expected = naive.lookup(va, how, asid)
    assert soft.lookup(va, how, asid) == expected
    if expected is None:
        found = world.walk(va, how, asid)
        if isinstance(found, Translation):
            naive.fill(va, found, asid)
            soft.fill(va, found.pa, found.size, found.perms, asid, is_global=found.is_global)
    return expected is not None


def canonical(naive: NaiveTlb, world: World, rng: random.Random, pages: int) -> int:
    while not naive.is_canonical(va := world.draw(rng, pages)):
        pass
    return va


@pytest.mark.parametrize(
    ("policy", "entries", "ways"),
    [(p, e, w) for p in POLICIES for e, w in SHAPES if p != "plru" or w & (w - 1) == 0],
)
def test_every_policy_and_shape(policy: str, entries: int, ways: int, rng: random.Random) -> None:
    world = World(rng, 3 * entries)
    for index in ("mod", "xor", "crc"):
        soft, naive = build(
            entries=entries, ways=ways, policy=policy, index=index, victim=0, second_level=0,
            seed=rng.randrange(2**64), count_hits=True,
        )  # fmt: skip
        hits = sum(
            step(soft, naive, world, canonical(naive, world, rng, 3 * entries), "r", i // 200 % 3)
            for i in range(1200)
        )
        assert counted(soft) == naive.stats()
        assert 0 < hits < 1200


@pytest.mark.parametrize("policy", ["lru", "plru", "random", "drrip"])
@pytest.mark.parametrize("ways", [1, 4])
@pytest.mark.parametrize("victim", [0, 1, 8])
@pytest.mark.parametrize("second_level", [0, 64])
def test_levels(policy: str, ways: int, victim: int, second_level: int, rng: random.Random) -> None:
    world = World(rng, 200)
    soft, naive = build(
        entries=16, ways=ways, policy=policy, victim=victim, second_level=second_level,
        second_level_ways=4, seed=rng.randrange(2**64), count_hits=True,
    )  # fmt: skip
    for _ in range(1500):
        va = canonical(naive, world, rng, 200)
        step(soft, naive, world, va, rng.choice("rrrwx"), rng.randrange(3))
    assert counted(soft) == naive.stats()
    assert ("victim_hits" in counted(soft)) <= (victim > 0)
    assert ("second_level_hits" in counted(soft)) == (second_level > 0)
    if victim == 8:
        assert "victim_hits" in counted(soft)


@pytest.mark.parametrize("sync", ["packed", "atomic16", "seqlock", "private"])
@pytest.mark.parametrize("index", ["mod", "xor"])
def test_direct_mapped_layouts(sync: str, index: str, rng: random.Random) -> None:
    world = World(rng, 1500, spaces=2)
    soft, naive = build(entries=1024, index=index, sync=sync, second_level=0, count_hits=True)
    assert soft.sync == sync
    for i in range(4000):
        step(soft, naive, world, canonical(naive, world, rng, 1500), "r", rng.randrange(2))
        if i % 500 == 499:
            soft.flush_asid(i // 500 % 2)
            naive.flush_asid(i // 500 % 2)
    assert counted(soft) == naive.stats()
    assert counted(soft)["evictions"] > 0


FAULTS = {0: None, 1: "miss", 2: "not_present", 3: "protection", 4: "non_canonical"}


def pattern(kind: str, world: World, rng: random.Random, n: int) -> list[int]:
    pages = {
        "sequential": lambda i: i % 150,
        "strided": lambda i: 7 * i % 150,
        "back": lambda i: 149 - i % 150,
        "two streams": lambda i: i // 2 if i % 2 else 149 - i // 2 % 150,
        "cycle": lambda i: [3, 90, 41, 7, 120, 66][i % 6] + i // 60,
    }.get(kind)
    if pages is None:
        return [world.draw(rng, 150) for _ in range(n)]
    return [pages(i) * 4096 + 8 for i in range(n)]


@pytest.mark.parametrize("prefetch", [None, *PREFETCHERS])
@pytest.mark.parametrize("ways", [1, 2])
@pytest.mark.parametrize("kind", ["sequential", "strided", "back", "two streams", "cycle", "any"])
def test_batches_with_a_walker(
    prefetch: str | None, ways: int, kind: str, rng: random.Random
) -> None:
    world = World(rng, 150, spaces=2)
    soft, naive = build(
        entries=16, ways=ways, policy="lru", second_level=32, second_level_ways=4,
        prefetch=prefetch, degree=rng.randint(1, 8), prefetch_buffer=rng.choice([1, 4, 16, 64]),
    )  # fmt: skip
    for n in (1, 1, 2, 700, 300):
        vas = pattern(kind, world, rng, n)
        asid = rng.randrange(2)
        pa, fault = soft.translate(np.array(vas, "u8"), asid=asid, walker=world.map)
        got = [FAULTS[f] or int(p) for p, f in zip(pa, fault, strict=True)]
        assert got == naive.translate(vas, world.walk, "r", asid)
        assert counted(soft) == naive.stats()
    if prefetch is not None and kind == "sequential" and prefetch != "markov":
        assert counted(soft)["prefetch_useful"] > 0


def test_batches_without_a_walker(rng: random.Random) -> None:
    world = World(rng, 60, spaces=1)
    for ways in (1, 4):
        soft, naive = build(entries=16, ways=ways, second_level=64, second_level_ways=4)
        for _ in range(40):
            step(soft, naive, world, canonical(naive, world, rng, 60), "r", 0)
        vas = [world.draw(rng, 60) for _ in range(600)]
        pa, fault = soft.translate(vas)
        for va, p, f in zip(vas, pa, fault, strict=True):
            held = any(level.has(va, 0) for level in [naive.first, naive.victims, *naive.second])
            if f == 0:
                found = world.walk(va, "r", 0)
                assert isinstance(found, Translation)
                assert (int(p), held) == (found.pa, True)
            else:
                assert int(p) == 2**64 - 1
                assert f == (1 if naive.is_canonical(va) else 4)
                assert not held


OPTIONS = st.fixed_dictionaries({
    "policy": st.sampled_from(list(POLICIES)),
    "index": st.sampled_from(["mod", "xor", "crc"]),
    "victim": st.sampled_from([0, 1, 2, 8]),
    "second_level": st.sampled_from([0, 8, 32]),
    "prefetch": st.sampled_from([None, *PREFETCHERS]),
    "degree": st.integers(1, 8),
    "prefetch_buffer": st.integers(1, 9),
    "seed": st.integers(0, 2**64 - 1),
})  # fmt: skip


@pytest.mark.property
@settings(max_examples=60)
@given(
    options=OPTIONS,
    log2_sets=st.integers(0, 4),
    ways=st.sampled_from([1, 2, 4, 8]),
    world_seed=st.integers(0, 2**32),
    calls=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2**32)), max_size=60),
)
def test_any_calls(
    options: dict[str, Any], log2_sets: int, ways: int, world_seed: int,
    calls: list[tuple[int, int]],
) -> None:  # fmt: skip
    world = World(random.Random(world_seed), 40)
    soft, naive = build(
        entries=ways << log2_sets, ways=ways, second_level_ways=4, count_hits=True, **options
    )
    for kind, seed in calls:
        rng = random.Random(seed)
        va, asid = canonical(naive, world, rng, 40), rng.randrange(3)
        if kind < 4:
            step(soft, naive, world, va, rng.choice("rrwx"), asid)
        elif kind < 7:
            vas = [world.draw(rng, 40) for _ in range(rng.randrange(40))]
            pa, fault = soft.translate(vas, None, "r", asid, world.map)
            got = [FAULTS[f] or int(p) for p, f in zip(pa, fault, strict=True)]
            assert got == naive.translate(vas, world.walk, "r", asid)
        elif kind == 7:
            size = rng.choice([4096, 2 << 20, 1 << 30])
            soft.flush_page(va, size, asid)
            naive.flush_page(va, size, asid)
        elif kind == 8:
            hi = min(va + rng.randrange(1 << 24), 2**64 - 1)
            soft.flush_range(va, hi, asid)
            naive.flush_range(va, hi, asid)
        elif rng.random() < 0.5:
            soft.flush_asid(asid)
            naive.flush_asid(asid)
        else:
            soft.flush()
            naive.flush()
        assert counted(soft) == naive.stats()
