"""The seed of a run reaches what makers draw: one seed, one set of data; another seed, another."""

from __future__ import annotations

import random
from typing import Any

import pytest

from vmperf import _core, bench

# Benchmarks whose checksum hangs on drawn data, each with a design that is always there.
DRAWN = [
    ("bench/chase", "pointers", {}),
    ("bench/malloc_mix", "libc", {}),
    ("pool/churn", "stack", {"order": "random"}),
    ("pool/throughput", "stack", {"order": "random"}),
    ("memops/copy", "libc", {}),
    ("memops/copy_mix", "libc", {}),
    ("memops/batch", "libc", {}),
    ("memops/move", "libc", {}),
    ("memops/fill", "libc", {"byte": "changing"}),
    ("memops/guest_copy", "libc", {}),
    ("memops/compare", "libc", {}),
    ("memops/find_byte", "libc", {"hit": "random"}),
    ("memops/crc32c", "naive", {}),
    ("memops/page_scan", "libc", {"work": "page_diff"}),
]
DEFAULT_SEED = 20240917  # of a maker that nobody gave one


def _point(benchmark_id: str, **changed: Any) -> dict[str, Any]:
    entry = next(b for b in bench.catalog() if b["id"] == benchmark_id)
    return {a["name"]: a["defaults"][0] for a in entry["axes"][1:]} | changed


def _checksums(
    benchmark_id: str, design: str, *, seed: int, process: int = 0, **changed: Any
) -> set[int]:
    """Of the first op, or of more where that was quick; of a few tries on a busy machine."""
    found = set()
    for _ in range(3):
        (row,) = bench.measure(
            benchmark_id,
            _point(benchmark_id, **changed),
            [design],
            warm_up_ns=0,
            measurement_ns=50_000,
            n_samples=2,
            sampling="flat",
            n_placements=2,
            seed=seed,
            process=process,
            count_instructions=False,
        )
        assert row.status not in ("unverified", "crashed"), row.reason
        found.add(row.checksum)
    return found


@pytest.mark.parametrize(("benchmark_id", "design", "changed"), DRAWN)
def test_data_follow_the_seed(benchmark_id: str, design: str, changed: dict[str, Any]) -> None:
    one = _checksums(benchmark_id, design, seed=1, **changed)
    assert one & _checksums(benchmark_id, design, seed=1, process=1, **changed)
    others = [_checksums(benchmark_id, design, seed=seed, **changed) for seed in range(2, 6)]
    assert any(one.isdisjoint(other) for other in others)


@pytest.fixture
def seeds_drawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The seeds that Python texts of benchmarks give to random.Random."""
    pytest.importorskip("numpy")
    seen: list[Any] = []

    class Recorder(random.Random):
        def __init__(self, seed: Any = None) -> None:
            seen.append(seed)
            super().__init__(seed)

    monkeypatch.setattr(random, "Random", Recorder)
    return seen


def test_python_texts_draw_from_the_seed(seeds_drawn: list[Any]) -> None:
    _checksums("memops/python_batch", "naive", seed=2**64 - 1, batch=100)
    assert set(seeds_drawn) == {2**64 - 1}


def test_arm_draws_from_its_data_seed(seeds_drawn: list[Any]) -> None:
    point = _point("memops/python_batch", batch=100)
    for seed, data_seed in ((0, 7), (1, 7), (1, 8)):
        arm = _core.bench.Arm("memops/python_batch", point, "naive", seed=seed, data_seed=data_seed)
        arm.run(100)
        assert arm.verify() == ""
    _core.bench.Arm("memops/python_batch", point, "naive", seed=3)
    assert seeds_drawn == [7, 7, 8, DEFAULT_SEED]
