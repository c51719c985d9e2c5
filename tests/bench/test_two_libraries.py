"""Two libraries in one process: what g++ makes unique to a process is each one's own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from house.weather import PROVED

# An inline variable, and static ones of a template and an inline function: STB_GNU_UNIQUE.
STATE = """
inline int steps = STEPS;
template <class T> struct Of { static inline T value = STEPS; };
inline int &local() { static int value = STEPS; return value; }
inline bool mine() { return steps == STEPS && Of<int>::value == STEPS && local() == STEPS; }
"""
PLUGIN = """
#include <vmperf/bench/plugin.hpp>
using namespace vmperf::bench;
struct Work final : Workload {
  std::uint64_t x = 1;
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) x = opaque(x) * 0x9E3779B97F4A7C15U;
    return x;
  }
  Verification verify() override { return {mine() ? "" : "the state is another library's"}; }
};
VMPERF_PLUGIN(registry) {
  registry.benchmark("steps_" + std::to_string(STEPS) + "/work").summary("s").op("o")
      .varies("a chain").axis("a", {1, 2}, 1)
      .design("only", "", [](const Params &) -> WorkloadPtr { return std::make_unique<Work>(); });
}
"""
ALLOCATOR = """
#include <cstdlib>
extern "C" void *my_malloc(std::size_t n) { return mine() ? std::malloc(n) : nullptr; }
extern "C" void my_free(void *p) { std::free(p); }
"""
LOAD = """
import json, sys, vmperf
from vmperf import bench
def status(id, params, design):
    [row] = bench.measure(id, params, [design] if design else [], warm_up_ns=0,
        measurement_ns=300_000, n_samples=2, sampling="flat", n_placements=1, seed=0, process=0,
        count_instructions=False)
    return [row.status, row.reason]
try:
    print(json.dumps({BODY}))
except vmperf.VmperfError as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""
Compile = Callable[..., Path]


@pytest.fixture(scope="module")
def library(compile_cpp: Compile, tmp_path_factory: pytest.TempPathFactory) -> Compile:
    def make(steps: int, body: str, *flags: str | Path) -> Path:
        source = tmp_path_factory.mktemp("library") / "mine.cpp"
        source.write_text(STATE.replace("STEPS", str(steps)) + body.replace("STEPS", str(steps)))
        return compile_cpp(source, "-O2", "-shared", "-fPIC", *flags)

    return make


def fresh(body: str, *paths: Path) -> Any:
    code = LOAD.replace("{BODY}", body)
    words = [sys.executable, "-c", code, *map(str, paths)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
    return json.loads(done.stdout)


def test_two_libraries_of_benchmarks(library: Compile) -> None:
    paths = [library(steps, PLUGIN) for steps in (1, 200)]
    unique = subprocess.run(["nm", "-D", paths[0]], capture_output=True, text=True, check=True)
    assert " u steps" in unique.stdout  # what this is about, with this compiler
    body = """[vmperf.load(path) for path in sys.argv[1:]] and [
        status(f"steps_{n}/work", {"a": 1}, "") for n in (1, 200)]"""
    for order in (paths, paths[::-1]):
        for found, reason in fresh(body, *order):
            assert found in PROVED, reason


def test_two_allocators(library: Compile) -> None:
    paths = [library(steps, ALLOCATOR) for steps in (1, 2)]
    body = """[bench.import_design(f"d{i}", p, "my_") for i, p in enumerate(sys.argv[1:])] and [
        status("pool/cycle", {"item_size_bytes": 64, "state": "member", "capacity": 10}, f"d{i}")
        for i in (0, 1)]"""
    for found, reason in fresh(body, *paths):
        assert found in PROVED, reason


def test_what_cannot_be_kept_apart_is_refused_by_its_symbol(library: Compile) -> None:
    """A library that is found by the place of the one that needs it cannot be copied."""
    first = library(1, PLUGIN)
    beside = library(2, PLUGIN, "-Wl,-rpath,$ORIGIN")
    body = "[vmperf.load(path) for path in sys.argv[1:]]"
    kind, words = fresh(body, first, beside)
    assert kind == "InvalidArgumentError"
    for part in (str(first), str(beside), "STB_GNU_UNIQUE", "-fno-gnu-unique", "$ORIGIN"):
        assert part in words
    assert any(name in words for name in ("steps", "Of<int>::value", "local()"))


def test_state_that_comes_with_a_dependency_is_refused(library: Compile, tmp_path: Path) -> None:
    first = library(1, ALLOCATOR)
    helper = tmp_path / "libhelper.so"
    shutil.copy(library(2, "bool helper() { return mine(); }"), helper)
    main = ALLOCATOR.replace("mine()", "helper() && mine()")
    second = library(2, "bool helper();" + main, helper, f"-Wl,-rpath,{tmp_path}")
    body = '[bench.import_design(f"d{i}", p, "my_") for i, p in enumerate(sys.argv[1:])]'
    assert "pool:d0" in fresh(body, second)[0]  # which shares it with what it brings
    kind, words = fresh(body, first, second)
    assert kind == "InvalidArgumentError"
    assert str(helper) in words
    assert str(second) in words


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"\x7fELF\2" + b"\xff" * 300])
def test_what_is_no_library_is_the_loaders_to_refuse(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "no.so").write_bytes(content)
    kind, words = fresh("vmperf.load(sys.argv[1])", tmp_path / "no.so")
    assert kind == "OsError"
    assert "dlopen" in words
