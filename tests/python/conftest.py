"""A library of designs that fail in every way, and journals made by hand."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np  # noqa: F401  an inner pytest in this process would import it a second time
import pytest

import vmperf
from house import fair_weather
from vmperf._plan.plan import Plan, make_plan
from vmperf._results.journal import Journal, StoredCase

HURDLES = """
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>
#include <vmperf/bench/plugin.hpp>

using namespace vmperf::bench;

struct Fine : Workload {
  std::uint64_t x = 1;
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) x = opaque(x) * 3 + 1;
    return x;
  }
  Verification verify() override { return Verification::passed(); }
};
struct Chatty final : Fine {
  Chatty() {
    std::puts("native code prints to stdout");
    std::fflush(stdout);
  }
};
struct Aborts final : Fine {
  std::uint64_t run(std::uint64_t) override { std::abort(); }
};
struct Exits final : Fine {
  std::uint64_t run(std::uint64_t) override { _exit(7); }
};
struct Hangs final : Fine {
  std::uint64_t run(std::uint64_t) override { for (;;) pause(); }
};
struct Faults final : Fine {
  std::uint64_t run(std::uint64_t) override { std::raise(SIGSEGV); return 0; }
};

template <class W> WorkloadPtr make(const Params &) { return std::make_unique<W>(); }

VMPERF_PLUGIN(registry) {
  registry.benchmark("hurdles/grid")
      .summary("two axes")
      .op("one multiplication")
      .fooled_by("nothing")
      .tag("no_naive")
      .hidden()
      .axis("item_size_bytes", {std::int64_t{16}, std::int64_t{64}, std::int64_t{256}},
            std::int64_t{64})
      .axis("capacity", {std::int64_t{10}, std::int64_t{1000}}, std::int64_t{1000})
      .design("stack", "a chain", make<Fine>)
      .design("naive", "a chain", make<Fine>)
      .design("libc", "a chain", make<Fine>);
  registry.benchmark("hurdles/race")
      .summary("designs that fail beside one that does not")
      .op("one multiplication")
      .fooled_by("nothing")
      .tag("no_naive")
      .hidden()
      .axis("lane", {std::int64_t{1}, std::int64_t{2}}, std::int64_t{1})
      .design("fine", "a chain", make<Fine>)
      .design("faults", "raises SIGSEGV", make<Faults>)
      .design("hangs", "never ends", make<Hangs>)
      .design("aborts", "raises SIGABRT", make<Aborts>)
      .design("exits", "ends the process", make<Exits>)
      .design("chatty", "prints to stdout", make<Chatty>);
}
"""


@pytest.fixture(scope="session")
def hurdles_library(
    compile_cpp: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A shared library with the benchmarks ``hurdles/grid`` and ``hurdles/race``."""
    source = tmp_path_factory.mktemp("hurdles") / "hurdles.cpp"
    source.write_text(HURDLES)
    return compile_cpp(source, "-shared", "-fPIC")


@pytest.fixture(scope="session")
def hurdles(hurdles_library: Path) -> str:
    """The id of the benchmark whose designs fail; loaded into this process."""
    vmperf.bench.load(str(hurdles_library))
    return "hurdles/race"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep journals of tests out of the tree."""
    monkeypatch.setenv("VMPERF_STORE", str(tmp_path / "store"))
    return tmp_path / "store"


def _stored_case(
    plan: Plan,
    group: int,
    design: str,
    *,
    ns_per_op: list[float],
    status: str = "ok",
    iterations: int = 1000,
    flags: int = 0,
) -> StoredCase:
    """One case of a plan with given times per op."""
    n = len(ns_per_op)
    where = plan.groups[group]
    return StoredCase(
        id=where.id,
        design=design,
        params=where.params,
        process=where.process,
        status=status,
        reason="" if status == "ok" else "by hand",
        version="",
        checksum=2**64 - 1,
        evidence={
            "instr_per_op": 4.0,
            "instr_status": "counted",
            "empty_instr_per_op": 3.0,
            "empty_ns_per_op": 0.25,
            "core_hz": 2e9,
            "copies_ns": [0.0, 0.0, 0.0],
            "copies_instr": [0.0, 0.0, 0.0],
        },
        blobs={
            "ns_total": struct.pack(f"<{n}q", *(round(t * iterations) for t in ns_per_op)),
            "iterations": struct.pack(f"<{n}q", *([iterations] * n)),
            "flags": struct.pack(f"<{n}I", *([flags] * n)),
            "placement": struct.pack(f"<{n}I", *range(n)),
        },
    )


def _make_meta(plan: Plan) -> dict[str, Any]:
    """What the journal of a plan says of its run."""
    entries = {entry["id"]: entry for entry in vmperf.bench.catalog()}
    return {
        "plan": plan.identity(),
        "command": plan.command,
        "machine": {"cpu": {"brand": "by hand"}},
        "catalog": {b.id: entries[b.id] for b in plan.benchmarks},
        "created": "now",
    }


@pytest.fixture
def stored_case() -> Callable[..., StoredCase]:
    """Make one case of a plan: ``stored_case(plan, group, design, ns_per_op=[...], ...)``."""
    return _stored_case


@pytest.fixture
def make_meta() -> Callable[[Plan], dict[str, Any]]:
    """Make what the journal of a plan says of its run."""
    return _make_meta


@pytest.fixture
def journal_of(tmp_path: Path) -> Callable[..., Path]:
    """Write a journal of a plan with given cases; returns its path.

    `quantities` is what the benchmarks deliver beside their time, in the form of the catalog.
    """
    number = 0

    def write(
        plan: Plan, cases: list[StoredCase], quantities: dict[str, Any] | None = None
    ) -> Path:
        nonlocal number
        number += 1
        path = tmp_path / f"by-hand-{number}.vmperf"
        meta = _make_meta(plan)
        if quantities is not None:
            for entry in meta["catalog"].values():
                entry["quantities"] = quantities
        journal = Journal.create(path, meta)
        journal.commit(cases)
        journal.close()
        return path

    return write


@pytest.fixture
def grid_plan(hurdles: str) -> Plan:
    """Two item sizes, two designs, five processes."""
    return make_plan(
        ["hurdles/grid"],
        profile="thorough",
        designs=["stack", "naive"],
        params={"item_size_bytes": [16, 64]},
    )


INNER_INI = """
[pytest]
addopts = --strict-markers -p no:cacheprovider --benchmark-storage=store
filterwarnings =
    error
    ignore:Module already imported so cannot be rewritten
    ignore:Benchmark machine_info is different
"""


@pytest.fixture
def suite(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., pytest.RunResult]:
    """Run a test file in a pytest of its own, in fair weather: ``suite(text, *options)``."""
    fair_weather.setup(monkeypatch)
    pytester.makeini(INNER_INI)

    def run(text: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(test_suite=text)
        return pytester.runpytest_inprocess(*options)

    return run


@pytest.fixture
def as_json(
    suite: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> Callable[..., list[dict[str, Any]]]:
    """Run a test file that must pass; the benchmarks of its JSON."""

    def run(text: str, *options: str) -> list[dict[str, Any]]:
        assert suite(text, "--benchmark-json=out.json", *options).ret == 0
        found: list[dict[str, Any]] = json.loads((pytester.path / "out.json").read_text())[
            "benchmarks"
        ]
        return found

    return run


@pytest.fixture
def commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], Path]:
    """Commit files to a repository of another project: ``commit({name: text}) -> its folder``."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    monkeypatch.setenv("VMPERF_CACHE", str(tmp_path / "cache"))
    top = tmp_path / "repository"
    top.mkdir()
    subprocess.run(["git", "init", "-q", str(top)], check=True)

    def make(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = top / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        who = ["-c", "user.name=t", "-c", "user.email=t@t"]
        for words in (["add", "-A"], ["commit", "-q", "--allow-empty", "-m", "x"]):
            subprocess.run(["git", "-C", str(top), *who, *words], check=True)
        return top

    return make
