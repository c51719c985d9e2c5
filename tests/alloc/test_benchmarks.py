"""Every benchmark of allocators runs every one that there is, verified, and finds broken ones."""

from __future__ import annotations

import functools
import itertools
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from house import malloc
from house.weather import PROVED
from vmperf import _core
from vmperf._core import InvalidArgumentError

QUICK: dict[str, Any] = {
    "warm_up_ns": 0,
    "measurement_ns": 200_000,
    "n_samples": 2,
    "sampling": "flat",
    "n_placements": 1,
    "seed": 3,
    "process": 0,
    "count_instructions": False,
}
SINGLE = ("small", "cycle", "large", "zeroed", "throughput", "pattern", "latency")
ALWAYS = ("vmperf", "naive", "libc", "null_allocator")
SHAPES = ("xmalloc", "ring", "larson", "cache_scratch", "churn")
# The rows by which allocators are compared with one thread.
ROWS: list[tuple[str, dict[str, Any]]] = [
    *(("cycle", {"size_bytes": size}) for size in (8, 64, 256)),
    ("throughput", {"size_bytes": 64, "batch": 100, "order": "fifo"}),
    ("pattern", {"pattern": "random", "live": 1000}),
    ("pattern", {"pattern": "random", "live": 100_000}),
    ("pattern", {"pattern": "burst", "live": 10_000}),
    ("pattern", {"pattern": "interleaved", "live": 10_000}),
    *(("large", {"size_bytes": 1024 << shift}) for shift in (0, 2, 4, 6, 8, 10)),
    *(("zeroed", {"size_bytes": size}) for size in (4096, 65536, 1 << 20)),
    ("throughput", {"size_bytes": 1 << 20, "batch": 8, "touch": "pages"}),
]

Cases = dict[str, Any]


def entry(name: str) -> dict[str, Any]:
    return next(b for b in _core.bench.catalog() if b["id"] == f"alloc/{name}")


def measure(name: str, designs: tuple[str, ...], **changed: Any) -> Cases:
    params = {a["name"]: a["defaults"][0] for a in entry(name)["axes"][1:]} | changed
    found = _core.bench.measure(f"alloc/{name}", params, list(designs), **QUICK)
    return {case.design: case for case in found}


ALONE = """
import json, sys
from vmperf import _core
design, path, name, params, quick = sys.argv[1:]
if path:
    _core.bench.import_design(design, path, "bad_")
(case,) = _core.bench.measure(name, json.loads(params), [design], **json.loads(quick))
print(json.dumps({"status": case.status, "reason": case.reason, "metrics": dict(case.metrics)}))
"""


def alone(name: str, design: str, path: str = "", **changed: Any) -> dict[str, Any]:
    """What is measured in a process of its own; `path` is that of a library with the design."""
    params = {a["name"]: a["defaults"][0] for a in entry(name)["axes"][1:]} | changed
    words = [design, path, f"alloc/{name}", json.dumps(params), json.dumps(QUICK)]
    done = subprocess.run(
        [sys.executable, "-c", ALONE, *words], capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def expect_proved(cases: Cases) -> None:
    for case in cases.values():
        absent = case.status in ("not_installed", "unsupported")
        assert absent or case.status in PROVED, f"{case.design}: {case.status}: {case.reason}"


@malloc.needs_the_systems
@pytest.mark.parametrize("name", SINGLE)
def test_every_allocator_is_proved(name: str) -> None:
    cases = measure(name, tuple(d["name"] for d in entry(name)["designs"]))
    expect_proved(cases)
    assert {d for d in ALWAYS if cases[d].status in PROVED} == {*ALWAYS}


@malloc.needs_the_systems
def test_the_rows_of_one_thread_are_points() -> None:
    assert len(ROWS) == 18
    for name, params in ROWS:
        expect_proved(measure(name, ("vmperf", "libc"), **params))


@malloc.needs_the_systems
@pytest.mark.parametrize(
    ("pattern", "sizes"),
    [
        *itertools.product(
            ("reuse", "sequential", "random", "burst", "interleaved", "fragmented"), ("8-256", "64")
        )
    ],
)
def test_patterns_are_proved(pattern: str, sizes: str) -> None:
    expect_proved(measure("pattern", ALWAYS, pattern=pattern, sizes=sizes, live=37))


@malloc.needs_the_systems
@pytest.mark.parametrize("touch", ["none", "first", "pages", "all"])
@pytest.mark.parametrize("order", ["fifo", "lifo", "random"])
def test_orders_and_touches_are_proved(order: str, touch: str) -> None:
    expect_proved(measure("throughput", ALWAYS, order=order, touch=touch, batch=13))


@malloc.needs_the_systems
@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_blocks_freed_elsewhere_are_proved(shape: str, threads: int) -> None:
    cases = measure("remote_free", ALWAYS, shape=shape, threads=threads, batch=100)
    expect_proved(cases)
    assert "held_bytes" in cases["vmperf"].metrics


@malloc.needs_the_systems
@pytest.mark.parametrize("name", ["parallel", "parallel_cycle"])
@pytest.mark.parametrize("threads", [1, 3])
def test_threads_of_their_own_are_proved(name: str, threads: int) -> None:
    expect_proved(measure(name, ALWAYS, threads=threads))


@malloc.needs_the_systems
def test_memory_held_is_told_apart() -> None:
    for design in ("vmperf", "libc"):  # each alone: free memory of others would be taken first
        metrics = alone("rss", design)["metrics"]
        live = metrics["live_bytes"][0]
        assert 60e6 < live < 80e6, design
        assert metrics["grown_held_bytes"][0] > 0.9 * live, design
        assert metrics["purged_held_bytes"][0] <= metrics["freed_held_bytes"][0], design


BROKEN = """
#include <cstddef>
#include <cstdlib>
#include <cstring>
[[maybe_unused]] static std::size_t calls;
extern "C" {
void bad_free(void *p);
void *bad_malloc(std::size_t n);
}
"""
TWICE = """
extern "C" void *bad_malloc(std::size_t n) {
  static void *last; // every tenth is the one before
  if (++calls % 10 == 0 && last != nullptr) return last;
  return last = std::malloc(n < 4096 ? 4096 : n);
}
extern "C" void bad_free(void *) {}
"""
MISALIGNED = """
extern "C" void *bad_malloc(std::size_t n) {
  return static_cast<char *>(std::malloc(n + 8)) + 8;
}
extern "C" void bad_free(void *p) { std::free(static_cast<char *>(p) - 8); }
"""
LEAKS = """
extern "C" void *bad_malloc(std::size_t n) { return std::malloc(n); }
extern "C" void bad_free(void *) {}
"""
DIRTY = """
extern "C" void *bad_malloc(std::size_t n) { return std::malloc(n); }
extern "C" void bad_free(void *p) { std::free(p); }
extern "C" void *bad_calloc(std::size_t n, std::size_t size) {
  void *p = std::malloc(n * size);
  return std::memset(p, 1, n * size);
}
"""
WORDS = {"twice": "twice|stamp|tag|overlap", "misaligned": "aligned", "leaks": "come again"}


@pytest.fixture(scope="session")
def planted(
    compile_cpp: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """Build a broken allocator, and return its path."""
    texts = {"twice": TWICE, "misaligned": MISALIGNED, "leaks": LEAKS, "dirty": DIRTY}

    @functools.cache
    def make(kind: str) -> str:
        built = compile_cpp(BROKEN + texts[kind], "-shared", "-fPIC", "-fno-builtin")
        return str(shutil.copy(built, tmp_path_factory.mktemp("planted") / f"{kind}.so"))

    return make


def judged(path: str, name: str, **changed: Any) -> tuple[str, str]:
    """Status and reason of a broken allocator, which stays a design of its process."""
    found = alone(name, "planted", path, **changed)
    return found["status"], found["reason"]


@pytest.mark.parametrize("name", ["small", "cycle", "throughput", "pattern", "latency"])
@pytest.mark.parametrize("kind", ["twice", "misaligned", "leaks"])
def test_a_broken_allocator_is_found(planted: Callable[[str], str], kind: str, name: str) -> None:
    status, reason = judged(planted(kind), name)
    assert status == "unverified", f"{status}: {reason}"
    assert re.search(WORDS[kind], reason), reason


@pytest.mark.parametrize(
    ("name", "params"),
    [("parallel", {}), ("parallel_cycle", {}), *(("remote_free", {"shape": s}) for s in SHAPES)],
)
def test_a_block_that_is_live_twice_is_found_by_threads(
    planted: Callable[[str], str], name: str, params: dict[str, str]
) -> None:
    status, reason = judged(planted("twice"), name, **params)
    assert status == "unverified", f"{status}: {reason}"


def test_zeros_that_are_none_are_found(planted: Callable[[str], str]) -> None:
    status, reason = judged(planted("dirty"), "zeroed")
    assert status == "unverified"
    assert "zeros" in reason


def test_an_allocator_without_calloc_is_unsupported(planted: Callable[[str], str]) -> None:
    found = judged(planted("leaks"), "zeroed")
    assert found == ("unsupported", "planted has no calloc")


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("cycle", {"size_bytes": 7}, "size_bytes"),
        ("cycle", {"size_bytes": (1 << 30) + 1}, "size_bytes"),
        ("pattern", {"live": 0}, "live"),
        ("pattern", {"sizes": "256-8"}, "LOW-HIGH"),
        ("pattern", {"sizes": "8-"}, "LOW-HIGH"),
        ("pattern", {"sizes": "eight"}, "LOW-HIGH"),
        ("pattern", {"pattern": "chaotic"}, "interleaved"),
        ("throughput", {"batch": 0}, "batch"),
        ("throughput", {"order": "none"}, "lifo"),
        ("remote_free", {"threads": 0}, "threads"),
        ("remote_free", {"threads": 1025}, "threads"),
        ("remote_free", {"shape": "square"}, "larson"),
        ("latency", {"call": "realloc"}, "malloc, free"),
    ],
)
def test_bad_parameters_are_named(name: str, params: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidArgumentError, match=words):
        measure(name, ("libc",), **params)
