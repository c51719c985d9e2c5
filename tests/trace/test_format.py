"""Codecs, builder and statistics against plain Python models of what they say they do."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trace_model as model
from hypothesis import given, settings
from hypothesis import strategies as st

from vmperf import trace

pytestmark = [pytest.mark.property, pytest.mark.differential]

# Few addresses, so that frees match, miss and collide; sizes and times of all lengths.
EVENT = st.tuples(
    st.integers(0, 4),
    st.integers(0, 12),
    st.one_of(st.integers(0, 300), st.integers(0, 2**64 - 1)),
    st.one_of(st.integers(0, 40), st.integers(0, 2**50)),
    st.sampled_from([7, 0, 3, 2**63, 11]),
    st.integers(0, 12),
    st.integers(0, 63),
)


def to_events(drawn: list[Any]) -> list[tuple[int, ...]]:
    times = itertools.accumulate(event[3] for event in drawn)
    return [(*e[:3], time, *e[4:]) for e, time in zip(drawn, times, strict=True)]


def build(events: list[tuple[int, ...]]) -> Any:
    kind, address, size, time, thread, old, log2 = (
        np.array(column, dtype=np.uint64) for column in zip(*events, strict=True)
    )
    return trace.from_events(
        kind.astype(np.uint8),
        address,
        size,
        time_ns=time,
        thread=thread,
        old_address=old,
        alignment_log2=log2.astype(np.uint8),
    )


def to_ops(made: Any) -> list[model.Op]:
    return [tuple(op) for op in made.ops.tolist()]


@given(st.lists(EVENT, min_size=1, max_size=120))
def test_events_become_operations(drawn: list[Any]) -> None:
    events = to_events(drawn)
    made = build(events)
    ops, missing = model.rebuild(events)
    assert to_ops(made) == ops
    assert {name: made.header[name] for name in missing} == missing
    assert made.n_slots == 1 + max((op[2] for op in ops), default=-1)


@given(st.lists(EVENT, min_size=1, max_size=120))
def test_the_file_is_as_described_and_read_as_written(drawn: list[Any]) -> None:
    made = build(to_events(drawn))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "it.vmt")
        made.save(path)
        head, texts, ops = model.decode(path.read_bytes())
        again = trace.load(path)
        assert list(Path(folder).iterdir()) == [path]
    # The file numbers threads by their operations, the builder by their events.
    order: dict[int, int] = {}
    renamed = [(*op[:3], order.setdefault(op[3], len(order)), *op[4:]) for op in to_ops(made)]
    assert ops == renamed == to_ops(again)
    assert again.header == made.header
    assert texts == [made.header[name] for name in ("command", "machine", "clock", "source")]
    assert (head["n_ops"], head["n_slots"]) == (len(made), made.n_slots)
    assert head["magic"] == b"vmptrace"


def test_many_blocks_of_a_file(tmp_path: Path) -> None:
    made = trace.generate(150_000, live=5000, threads=3, handed_over=0.3, realloc=0.1, seed=5)
    made.save(tmp_path / "it.vmt")
    data = (tmp_path / "it.vmt").read_bytes()
    head, _, ops = model.decode(data)
    assert head["n_blocks"] == -(-len(made) // 65536) > 4
    assert ops == to_ops(made) == to_ops(trace.load(tmp_path / "it.vmt"))
    assert len(data) <= 6 * len(made)


def naive_stats(ops: list[model.Op], points: int) -> dict[str, Any]:
    live: dict[int, tuple[int, int, int]] = {}
    total = sum_ = handed = handed_bytes = blocks = 0
    peak = (0, 0)
    sizes, lifetimes = [0] * 65, [0] * 65
    steps = []
    for time, size, slot, thread, kind, _ in ops:
        if kind == model.FREE:
            was, since, owner = live.pop(slot)
            total -= was
            lifetimes[(time - since).bit_length()] += 1
            handed += owner != thread
            handed_bytes += was * (owner != thread)
        else:
            was, since, owner = live.get(slot, (0, time, thread))
            live[slot] = (size, since, owner)
            total += size - was
            sum_ += max(0, size - was)
            sizes[size.bit_length()] += 1
        blocks = max(blocks, len(live))
        steps.append((time, total))
        peak = max(peak, (total, -time))
    end = ops[-1][0]
    ends = [-(-end * (i + 1) // points) for i in range(points)]
    curve, at, now = [], 0, 0
    for limit in ends:
        most = now
        while at < len(steps) and steps[at][0] <= limit:
            now = steps[at][1]
            most, at = max(most, now), at + 1
        curve.append(most)
    return {
        "allocated_bytes": sum_,
        "n_never_freed": len(live),
        "never_freed_bytes": sum(size for size, _, _ in live.values()),
        "peak_live_bytes": peak[0],
        "peak_time_ns": -peak[1],
        "peak_live_blocks": blocks,
        "duration_ns": end,
        "n_handed_over": handed,
        "handed_over_bytes": handed_bytes,
        "sizes": sizes,
        "lifetimes": lifetimes,
        "curve_time_ns": ends,
        "curve_live_bytes": curve,
    }


SMALL = EVENT.map(lambda e: (*e[:2], e[2] % 2**40, *e[3:]))


@given(st.lists(SMALL, min_size=1, max_size=80), st.integers(1, 20))
def test_statistics(drawn: list[Any], points: int) -> None:
    made = build(to_events(drawn))
    ops = to_ops(made)
    if not ops:
        assert made.stats(points)["curve_live_bytes"].tolist() == [0] * points
        return
    found = made.stats(points)
    naive = naive_stats(ops, points)
    got = {name: found[name] for name in naive}
    got = {name: v.tolist() if hasattr(v, "tolist") else v for name, v in got.items()}
    assert got == naive
    assert found["ops_of_thread"].sum() == found["n_ops"] == len(ops)
    kinds = [sum(op[4] == kind for op in ops) for kind in range(5)]
    assert [found[f"n_{name}"] for name in trace.KINDS] == kinds


@settings(max_examples=40)
@given(
    st.sampled_from(["fixed", "exponential", "bimodal", "stack"]),
    st.integers(1, 300),
    st.integers(1, 4),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 2**64 - 1),
)
def test_generated_traces(
    lifetimes: str, live: int, threads: int, handed_over: float, realloc: float, seed: int
) -> None:
    options: dict[str, Any] = {
        "lifetimes": lifetimes,
        "live": live,
        "threads": threads,
        "handed_over": handed_over,
        "realloc": realloc,
        "seed": seed,
        "least_bytes": 3,
        "most_bytes": 77,
    }
    made = trace.generate(500, **options)
    found = made.stats()
    assert found["n_malloc"] == found["n_free"] == 500
    assert found["n_never_freed"] == found["unmatched_frees"] == 0
    first = made.ops["size_bytes"][made.ops["kind"] == 0]
    assert first.min() >= 3
    assert first.max() <= 77
    assert (trace.generate(500, **options).ops == made.ops).all()
    if lifetimes == "fixed":
        assert found["peak_live_blocks"] == min(500, live + 1)
    if threads == 1 or handed_over == 0:
        assert found["n_handed_over"] == 0


def test_live_blocks_follow_from_lifetimes() -> None:
    for lifetimes in ("exponential", "bimodal"):
        made = trace.generate(40_000, lifetimes=lifetimes, live=500, seed=1)
        ops = made.ops[20_000:60_000]
        live = np.cumsum(np.where(made.ops["kind"] == 4, -1, 1))[20_000:60_000].mean()
        assert 400 < live < 600, lifetimes
        assert len(ops) == 40_000
