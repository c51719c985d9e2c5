"""Sweeps of a benchmark with metrics: a figure for every point of the grid, from file to chart."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import vmperf
from house import fair_weather
from vmperf._results.metric_values import metric_values
from vmperf._results.results import Results
from vmperf.cli.main import cli
from vmperf.plot import over_axes

LIBRARY = """
#include <vmperf/bench/plugin.hpp>
#include <vmperf/bench/sink.hpp>
using namespace vmperf::bench;

// Adds; says what its axes are, so that each point of a grid has a known figure.
struct Known final : Workload {
  Known(const Params &params, double factor)
      : keys(double(params.get_size("keys", 1))), ways(double(params.get_size("ways", 1))),
        times(factor) {}
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) x = opaque(x) + 3, x = opaque(x) * 5;
    return x;
  }
  Verification verify() override { return Verification::passed(); }
  void report(Report &report) override {
    report.metric("filled", times * keys * ways);
    vmperf::stats::Histogram ages;
    for (std::uint64_t i = 1; i <= 1000; ++i) ages.record(std::uint64_t(keys) * i);
    report.distribution("ages", ages);
  }
  std::uint64_t x = 1;
  double keys, ways, times;
};

VMPERF_PLUGIN(registry) {
  registry.benchmark("known/grid").summary("adds").op("one add")
      .axis("keys", {10, 20, 40}, 10).axis("ways", {1, 2}, 1)
      .metric("filled", "1", Better::higher).distribution("ages", "ops")
      .design("once", "", [](const Params &p) { return std::make_unique<Known>(p, 1); })
      .design("twice", "", [](const Params &p) { return std::make_unique<Known>(p, 2); });
}
"""
SWEEP = """
budget_s = 6

[[sweep]]
benchmark = "known/grid"
axes.keys = [10, 20, 40]
axes.ways = [1, 2]
"""
TIMES = {"once": 1, "twice": 2}


@pytest.fixture(scope="module")
def loaded(compile_cpp: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    source = tmp_path_factory.mktemp("known") / "known.cpp"
    source.write_text(LIBRARY)
    vmperf.load(str(compile_cpp(source, "-shared", "-fPIC")))
    return "known/grid"


@pytest.fixture(scope="module")
def swept(loaded: str, tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("swept")
    (folder / "grid.toml").write_text(SWEEP)
    with pytest.MonkeyPatch.context() as patch:
        fair_weather.setup(patch)
        return vmperf.run_sweep(folder / "grid.toml", results=folder / "grid.vmperf")


def known(params: dict[str, int], design: str) -> float:
    return TIMES[design] * params["keys"] * params["ways"]


def test_the_dataset_has_the_metric_on_the_grid(swept: Results) -> None:
    data = swept.to_xarray("known/grid")
    assert data["filled"].dims == ("design", "keys", "ways", "process", "at_placement")
    figures = metric_values(data, "filled")
    middle = metric_values(swept, "ages_p50_ops")
    assert figures["value"].dims == ("design", "keys", "ways")
    for row in swept.rows():
        at = row["params"]
        expected = known(at, at["design"])
        assert row["metrics"]["filled"]["value"] == expected
        assert float(figures["value"].sel(at)) == expected
        assert float(middle["value"].sel(at)) == row["metrics"]["ages_p50_ops"]["value"]
        assert float(middle["value"].sel(at)) == pytest.approx(500 * at["keys"], rel=0.01)
    assert len(swept.rows()) == 2 * 3 * 2


def test_charts_of_the_sweep_draw_the_metric(swept: Results) -> None:
    measured = {
        (r["params"]["design"], r["params"]["keys"], r["params"]["ways"]) for r in swept.rows()
    }
    heat = over_axes.heat(swept, ["keys", "ways"], metric="filled").to_dict()["datasets"]["heat"]
    drawn = {(row["design"], row["x"], row["y"]): row["text"] for row in heat}
    assert drawn.keys() == measured
    assert all(float(t) == known({"keys": x, "ways": y}, d) for (d, x, y), t in drawn.items())
    ways = next(iter(measured))[2]
    spec = over_axes.curve(swept, "keys", metric="filled", ways=ways).to_dict()
    for row in spec["datasets"]["curve"]:
        assert row["median"] == known({"keys": row["value"], "ways": ways}, row["design"])


def test_the_short_form_has_it_too(loaded: str) -> None:
    data = vmperf.sweep(loaded, budget_s=3, design=["once"], keys=[10, 40], ways=[2])
    found = data["filled"].max(("process", "at_placement")).squeeze()
    assert found.sel(keys=40) == 2 * 40  # raw: also where a busy machine made it too noisy
    assert found.sel(keys=10) == 2 * 10
    assert metric_values(data, "filled")["value"].attrs["better"] == "higher"


def test_the_command_shows_what_is_asked_for(
    loaded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("grid.toml").write_text(SWEEP.replace("[10, 20, 40]", "[20]").replace("[1, 2]", "[2]"))
    words = ["sweep", "grid.toml", "--results", "g.vmperf", "--json", "rows.json"]
    done = CliRunner().invoke(cli, [*words, "--metric", "filled"])
    assert done.exit_code in (0, 1), done.output
    lines = [line.split() for line in done.stdout.splitlines()]
    rows = json.loads(Path("rows.json").read_text())
    for row in rows:
        assert row["metrics"]["page_faults"]["value"] is not None or row["status"] != "ok"
        if row["status"] == "ok":
            design = row["params"]["design"]
            (line,) = (line for line in lines if line[:2] == [design, "filled"])
            assert (line[2], line[-1]) == (str(40 * TIMES[design]), "higher")
    assert not any(line[1:2] == ["page_faults"] for line in lines)
    declared = CliRunner().invoke(cli, ["show", "g.vmperf"])
    if any(row["status"] == "ok" for row in rows):
        assert "ages_p50_ops" in declared.stdout
        assert "ages_p50_ops" not in done.stdout


def test_an_unknown_metric_is_told_before_anything_is_measured(
    loaded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("grid.toml").write_text(SWEEP)
    words = ["sweep", "grid.toml", "--results", "g.vmperf", "--metric", "fillet"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2
    assert "metric is 'fillet'" in done.output
    assert "filled" in done.output
    assert not Path("g.vmperf").exists()
