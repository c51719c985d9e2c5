"""Comparisons of the metrics of a library of one's own, whose values are known."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Rows: TypeAlias = dict[str, dict[str, Any]]
SOURCE = """
#include <vmperf/bench/plugin.hpp>
#include <vmperf/bench/report.hpp>
using namespace vmperf::bench;

struct Levelled final : Workload {
  double level;
  std::uint64_t x = 1;
  explicit Levelled(const Params &params) : level(double(params.get_size("level", 1))) {}
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) x = opaque(x) * 3 + 1;
    return x;
  }
  Verification verify() override { return Verification::passed(); }
  void report(Report &report) override {
    report.metric("hits", level);
    report.metric("waste", level);
    report.metric("moved", level);
    report.metric("rest", level - 1);
    report.metric("flat", 7);
    report.metric("nothing", 0);
    if (!report.wants_all()) return;
    vmperf::stats::Histogram ages;
    for (int i = 1; i <= 1000; ++i) ages.record(std::uint64_t(i * level));
    report.distribution("ages", ages);
  }
};

VMPERF_PLUGIN(registry) {
  registry.benchmark("levels/one").summary("reports its level").op("one step")
      .fooled_by("nothing").tag("no_naive")
      .axis("level", {std::int64_t{1}, std::int64_t{2}}, std::int64_t{1})
      .metric("hits", "1", Better::higher).metric("waste", "B", Better::lower)
      .metric("moved", "1").metric("rest", "1", Better::lower).metric("flat", "1", Better::lower)
      .metric("nothing", "1", Better::lower)
      .distribution("ages", "ms")
      .design("kernel", "the only one",
              [](const Params &p) -> WorkloadPtr { return std::make_unique<Levelled>(p); });
}
"""
# In a process of its own: the benchmark is not hidden, so that its axis can be an arm.
PROGRAM = """
import json, sys, vmperf
vmperf.load(sys.argv[1])
rows = {}
for metric in ("hits", "waste", "moved", "rest", "flat", "nothing", "ages_p50_ms"):
    for a, b in ((1, 2), (2, 1)):
        found = vmperf.compare(f"level={a}", f"level={b}", benchmarks="levels/one", metric=metric,
                               pairs=7, rounds=2, batch_us=20)
        (rows[f"{metric} {a}{b}"],) = found.rows()
print(json.dumps(rows))
"""
SHOW = "from vmperf.cli.main import main; main()"


@pytest.fixture(scope="session")
def library(compile_cpp: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("levels") / "levels.cpp"
    source.write_text(SOURCE)
    return compile_cpp(source, "-shared", "-fPIC")


@pytest.fixture(scope="session")
def rows(library: Path) -> Rows:
    """Metric, level of A, level of B -> row."""
    words = [sys.executable, "-c", PROGRAM, str(library)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    found: Rows = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("metric", "up", "down"),
    [
        ("hits", "improved", "regressed"),
        ("waste", "regressed", "improved"),
        ("moved", "changed", "changed"),
        ("ages_p50_ms", "regressed", "improved"),
    ],
)
def test_the_verdict_follows_what_is_better(rows: Rows, metric: str, up: str, down: str) -> None:
    row = rows[f"{metric} 12"]
    assert row["verdict"] == up
    assert row["effect"] == pytest.approx(1, abs=0.01)
    assert row["low"] <= row["effect"] <= row["high"]
    assert row["value_b"] == pytest.approx(2 * row["value_a"], rel=0.01)
    row = rows[f"{metric} 21"]
    assert (row["verdict"], row["effect"]) == (down, pytest.approx(-0.5, abs=0.01))


@pytest.mark.parametrize("metric", ["flat", "nothing"])
def test_what_never_changes_is_unchanged(rows: Rows, metric: str) -> None:
    row = rows[f"{metric} 12"]
    assert (row["verdict"], row["effect"], row["pairs"]) == ("unchanged", 0.0, 7)
    assert row["value_a"] == row["value_b"]


def test_without_a_ratio_nothing_is_concluded(rows: Rows) -> None:
    row = rows["rest 12"]
    assert (row["verdict"], row["status"]) == ("inconclusive", "ok")
    assert row["effect"] is row["low"] is row["detectable"] is None
    assert row["reason"] == "rest is 0 on side A and 1 on side B: no ratio"
    assert (row["value_a"], row["value_b"]) == (0.0, 1.0)


def test_the_command_line_says_which_way_is_better(library: Path) -> None:
    words = [sys.executable, "-c", SHOW, "compare", "--load", str(library), "level=2", "level=1"]
    words += ["--benchmark", "levels/one", "--pairs", "7", "--metric", "hits"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "regressed" in done.stdout
    assert "+ = hits is more of level=1 than of level=2, higher is better" in done.stdout
