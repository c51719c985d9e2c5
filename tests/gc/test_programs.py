"""Programs on all heaps: one checksum, sound data, pauses that add up, errors by name."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from house import native_build
from vmperf import gc
from vmperf._core import CapacityError, InvalidArgumentError, UnsupportedError

KIB = 1024
# Of a sanitizer's process libgc keeps more than its limit: it looks for references everywhere.
ABSENT = {"boehm"} if native_build.sanitized() else set()
COLLECTORS = [c for c in gc.collectors() if c not in ABSENT]
# Small enough for many collections in a heap of 2 MiB.
SIZES = {
    "binary_trees": 6,
    "gcbench": 6,
    "cache": 300,
    "mesh": 300,
    "strings": 3,
    "deep_list": 1000,
    "random_graph": 300,
    "huge_array": 1000,
    "messages": 200,
    "churn": 500,
    "survivors": 1000,
    "stores": 500,
}
WITHOUT_COLLECTOR = {"libc", "mimalloc"}


def run_on(
    collector: str, workload: str, *, size: int = 0, seed: int = 1, steps: int = 12
) -> gc.Run:
    """A run, or a skip where the collector is a library that is not there."""
    heap = gc.Heap(collector=collector, heap_bytes=2048 * KIB, nursery_bytes=128 * KIB)
    try:
        return heap.run(workload, size=size or SIZES[workload], steps=steps, seed=seed)
    except UnsupportedError as error:
        pytest.skip(str(error))


def test_every_program_has_a_size_here() -> None:
    assert set(SIZES) == set(gc.workloads())


@pytest.mark.parametrize("workload", SIZES)
@pytest.mark.parametrize("collector", [c for c in COLLECTORS if c != "libc"])
def test_one_checksum_on_all(collector: str, workload: str) -> None:
    """Programs check their own data at the end, too: that would be a CorruptionError."""
    expected = run_on("libc", workload)
    found = run_on(collector, workload)
    assert (found.checksum, found.objects) == (expected.checksum, expected.objects)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(sorted(set(SIZES) - {"binary_trees", "gcbench", "strings"})),
    st.integers(1, 800),
    st.integers(0, 2**32),
)
def test_any_size_and_seed(workload: str, size: int, seed: int) -> None:
    runs = [
        run_on(c, workload, size=size, seed=seed, steps=5)
        for c in COLLECTORS
        if c not in ("boehm", "mimalloc")
    ]
    assert len({run.checksum for run in runs}) == 1


@pytest.mark.parametrize("collector", [c for c in COLLECTORS if c not in WITHOUT_COLLECTOR])
def test_pauses_lie_within_the_run(collector: str) -> None:
    run = run_on(collector, "churn", steps=100)
    pauses = run.pauses
    assert len(pauses) == run.n_collections > 0
    ends = pauses["start_ns"] + pauses["ns"]
    assert (pauses["start_ns"][1:] >= ends[:-1]).all()
    assert run.begin_ns <= pauses["start_ns"][0]
    assert ends[-1] <= run.end_ns
    phases = ("roots_ns", "remset_ns", "copy_ns", "mark_ns", "sweep_ns")
    assert (sum(pauses[p] for p in phases) <= pauses["ns"]).all()
    assert run.hdr().count == len(pauses)
    assert run.hdr().max >= int(pauses["ns"].max())


def test_utilisation_is_that_of_the_pauses() -> None:
    run = run_on("naive", "churn", steps=100)
    whole_ms = (run.end_ns - run.begin_ns) * 1e-6
    least = run.min_mutator_utilisation([whole_ms, 1e-6, 2 * whole_ms])
    paused = int(run.pauses["ns"].sum())
    assert least[0] == pytest.approx(1 - paused / (run.end_ns - run.begin_ns), abs=1e-3)
    assert least[1] == 0  # a nanosecond within a pause
    assert np.isnan(least[2])


def test_logs_have_a_line_and_an_event_for_each_pause() -> None:
    run = run_on("naive", "churn", steps=100)
    line = (
        r"\[\d+\.\d{3}s\]\[info\]\[gc\] GC\(\d+\) Pause Full \(.+\) \d+K->\d+K\(\d+K\) \d+\.\d{3}ms"
    )
    lines = run.jvm_log().splitlines()
    assert len(lines) == len(run.pauses)
    assert all(re.fullmatch(line, one) for one in lines)
    events = json.loads(run.chrome_trace())["traceEvents"]
    whole = [e for e in events if e["name"] == "major pause"]
    assert [e["dur"] for e in whole] == pytest.approx(run.pauses["ns"] * 1e-3, abs=1e-3)
    assert {e["name"] for e in events} == {"major pause", "mark", "sweep"}


@pytest.mark.parametrize(
    ("heap", "run", "argument"),
    [
        ({"collector": "none"}, {}, "collector"),
        ({}, {"workload": "no such"}, "workload"),
        ({"heap_bytes": 1000}, {}, "heap_bytes"),
        ({"heap_bytes": 1 << 34}, {}, "heap_bytes"),
        ({"heap_bytes": 1 << 20, "nursery_bytes": 1 << 21}, {}, "nursery_bytes"),
        ({"nursery_bytes": 0}, {}, "nursery_bytes"),
        ({}, {"size": 1 << 40}, "size"),
        ({}, {"longevity": 1.5}, "longevity"),
        ({}, {"longevity": float("nan")}, "longevity"),
    ],
)
def test_bad_input(heap: dict[str, object], run: dict[str, object], argument: str) -> None:
    with pytest.raises(InvalidArgumentError) as error:
        gc.Heap(**heap).run(**{"workload": "churn", **run})  # type: ignore[arg-type]
    assert error.value.argument == argument


TOO_SMALL = """
import vmperf
from vmperf import gc
heap = gc.Heap(collector="boehm", heap_bytes=1 << 20)
try:
    heap.run("churn", size=200_000)
except vmperf.CapacityError as error:
    assert error.limit_bytes > 0
    print("full, then", heap.run("churn", size=100, steps=2).objects)
except vmperf.UnsupportedError as error:
    print("missing", error)
"""


@pytest.mark.skipif("boehm" in ABSENT, reason="libgc's own heap, under a sanitizer")
def test_a_heap_of_libgc_that_is_too_small_says_so() -> None:
    # In a process of its own: libgc has one heap, which never shrinks again after a larger one.
    words = [sys.executable, "-c", TOO_SMALL]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    if done.stdout.startswith("missing"):
        pytest.skip(done.stdout)
    assert done.stdout == "full, then 2100\n"


WITH_OWN_HEAP = [c for c in COLLECTORS if c not in WITHOUT_COLLECTOR | {"boehm"}]


@pytest.mark.parametrize("collector", WITH_OWN_HEAP)
def test_a_heap_that_is_too_small_says_so(collector: str) -> None:
    heap = gc.Heap(collector=collector, heap_bytes=1024 * KIB, nursery_bytes=128 * KIB)
    try:
        with pytest.raises(CapacityError) as error:
            heap.run("churn", size=200_000)
    except UnsupportedError as missing:
        pytest.skip(str(missing))
    assert error.value.limit_bytes > 0
    assert heap.run("churn", size=100, steps=2).objects == 2100  # and goes on
