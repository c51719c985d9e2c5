"""Rows, Datasets, claims and the report count in the same clusters; points that are no grid."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray
from scipy import stats as oracle

import vmperf
from vmperf import _core
from vmperf._claims import verdicts
from vmperf._report import groups, notebook
from vmperf._results.estimates import axes_of, cells, ratios, times
from vmperf._results.records import CaseRecord
from vmperf._results.results import Results
from vmperf.plot import conclusions, limits, over_axes

ID = "shelf/zip"
DESIGNS = ["ours", "rival"]


def case(
    rng: np.random.Generator, params: dict[str, Any], process: int = 0, *, placements: int = 5
) -> CaseRecord:
    """Six samples in each placement, which has an offset of its own, twice the noise."""
    n = 6 * placements
    placement = np.repeat(np.arange(placements, dtype=np.uint32), 6)
    offset = rng.normal(0, 0.02, placements)[placement] + rng.normal(0, 0.02)
    ns = (100 if params["design"] == "ours" else 150) * np.exp(offset + rng.normal(0, 0.01, n))
    return CaseRecord(
        id=ID, params=params, process=process, status="ok", reason="", version="",
        ns_total=np.rint(ns * 1000).astype(np.int64), iterations=np.full(n, 1000),
        flags=np.zeros(n, dtype=np.uint32), placement=placement,
        evidence={"core_hz": 2e9}, checksum=1,
    )  # fmt: skip


def results_of(cases: Iterable[CaseRecord]) -> Results:
    cases = [*cases]
    axes = {axis: [*dict.fromkeys(c.params[axis] for c in cases)] for axis in cases[0].params}
    entry = {
        "id": ID, "summary": "", "op": "", "axes": [],
        "designs": [{"name": name, "summary": "", "peer": name != "ours"} for name in DESIGNS],
    }  # fmt: skip
    plan = {"settings": {"seed": 0, "processes": 1}, "benchmarks": {ID: axes}}
    meta = {"plan": plan, "machine": {}, "command": "", "catalog": {ID: entry}}
    return Results(Path("nowhere"), meta, cases)


def both(n_processes: int = 1, **params: Any) -> Results:
    rng = np.random.default_rng(11)
    return results_of(
        case(rng, {"design": design, **params}, process)
        for design in DESIGNS
        for process in range(n_processes)
    )


def t_interval(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = oracle.t.interval(0.95, len(values) - 1, np.mean(values), oracle.sem(values))
    return float(low), float(high)


def medians(one: CaseRecord) -> NDArray[np.float64]:
    per_op = one.ns_total / one.iterations
    return np.array([np.median(per_op[one.placement == p]) for p in np.unique(one.placement)])


def test_one_process_counts_its_placements() -> None:
    results = both()
    for row, one in zip(results.rows(), results.cases, strict=True):
        found = row["ns_per_op"]["low"], row["ns_per_op"]["high"]
        assert found == pytest.approx(t_interval(medians(one)), rel=1e-9)
        assert row["estimates"]["n_clusters"] == 5


def test_several_processes_count_as_processes() -> None:
    results = both(3)
    for row in results.rows():
        mine = [c for c in results.cases if c.design == row["params"]["design"]]
        whole = np.array([np.median(c.ns_total / c.iterations) for c in mine])
        found = row["ns_per_op"]["low"], row["ns_per_op"]["high"]
        assert found == pytest.approx(t_interval(whole), rel=1e-9)


@pytest.mark.parametrize("n_processes", [1, 3])
def test_all_views_have_the_same_intervals(n_processes: int) -> None:
    results = both(n_processes)
    data = results.to_xarray()
    own = times(data)
    for row in results.rows():
        cell = own.sel(design=row["params"]["design"])
        for name in ("median", "low", "high"):
            assert float(cell[name]) == row["ns_per_op"][name]
    a, b = ([c for c in results.cases if c.design == name] for name in DESIGNS)
    report = groups._paired(a, b)
    claim = verdicts._paired(a, b)
    estimate = ratios(data, "rival").sel(design="ours")
    assert report is not None
    assert (report.ratio, report.low, report.high) == claim
    assert tuple(float(estimate[name]) for name in ("ratio", "low", "high")) == claim
    if n_processes == 1:
        round_by_round = a[0].ns_total / b[0].ns_total
        parts = [np.median(round_by_round[a[0].placement == p]) for p in range(5)]
        expected = np.exp(t_interval(np.log(parts)))
        assert claim[1:] == pytest.approx(tuple(expected), rel=1e-9)


def test_a_dataset_without_placements_is_read_as_before() -> None:
    results = both()
    old = results.to_xarray().drop_vars("placement")
    one = results.cases[0]
    expected = _core.stats.summarize(one.ns_total, one.iterations, np.zeros(30, dtype=np.int64))
    found = times(old).sel(design="ours")
    assert float(found["low"]) == expected["low"]
    assert float(found["low"]) > results.rows()[0]["ns_per_op"]["low"]
    assert float(ratios(old, "rival").sel(design="ours")["ratio"]) < 1


def test_an_axis_may_be_called_placement() -> None:
    results = both(placement="page_end")
    data = results.to_xarray()
    assert data["placement"].values.tolist() == ["page_end"]
    assert data["sample_placement"].dims == ("design", "placement", "process", "sample")
    cell = times(data).isel(design=0, placement=0)
    assert float(cell["low"]) == results.rows()[0]["ns_per_op"]["low"]


def test_the_dataset_says_where_each_sample_ran(tmp_path: Path) -> None:
    results = both(2, size=64)
    data = results.to_xarray()
    assert data["placement"].dims == data["ns_total"].dims
    read = xr.open_dataset(results.to_netcdf(tmp_path / "a.nc"), group=ID, engine="h5netcdf")
    with read:
        assert read["placement"].dtype == np.uint32
        for one in results.cases:
            at = read["placement"].sel(design=one.design, size=64, process=one.process)
            assert at.values.tolist() == one.placement.tolist()
        xr.testing.assert_identical(times(read.load()), times(data))


# ---- claims --------------------------------------------------------------------------------


def test_points_with_fewer_placements_join_those_of_others() -> None:
    five, two = np.repeat([0, 1, 2, 3, 4], 2), np.repeat([7, 9], 3)
    joined = verdicts._as_many([five, two])
    assert [one.tolist() for one in joined] == [[0, 0, 0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1]]


def test_a_geomean_of_one_process_counts_its_placements() -> None:
    rng = np.random.default_rng(13)
    points = [{"size": 1}, {"size": 2}]
    slow, fast = (
        [[case(rng, {"design": d, **p}, placements=4 + p["size"])] for p in points]
        for d in reversed(DESIGNS)
    )
    value, low, high = verdicts._geomean([*zip(slow, fast, strict=True)])
    assert low < value < high
    assert low < 1.5 < high


# ---- points that are no grid ---------------------------------------------------------------


def zipped(n: int, n_processes: int = 1, placements: int = 2) -> Results:
    """Points at which two axes grow together."""
    rng = np.random.default_rng(17)
    return results_of(
        case(rng, {"design": d, "size": 8 * i, "depth": n - i, "kind": "k"}, p,
             placements=placements)
        for i in range(1, n + 1)
        for d in DESIGNS
        for p in range(n_processes)
    )  # fmt: skip


def test_zipped_points_take_memory_by_their_number() -> None:
    data = zipped(400).to_xarray()
    assert dict(data.sizes) == {"design": 2, "point": 400, "process": 1, "sample": 12}
    assert data["size"].dims == data["depth"].dims == data["kind"].dims == ("point",)
    # 12 samples of 28 bytes a case; as a grid it would be 160 000 cells.
    assert data.nbytes < 400 * 2 * 12 * 40
    assert data.nbytes == pytest.approx(2 * zipped(200).to_xarray().nbytes, rel=0.02)


def test_few_points_of_a_small_grid_stay_a_grid() -> None:
    data = zipped(4).to_xarray()
    assert data["ns_total"].dims == ("design", "size", "depth", "kind", "process", "sample")
    assert (data["status"] == "missing").sum() == 2 * (16 - 4)


@pytest.mark.parametrize("n_processes", [1, 2])
def test_estimates_of_points_are_those_of_rows(n_processes: int) -> None:
    results = zipped(12, n_processes)
    data = results.to_xarray()
    assert axes_of(data) == ["size", "depth", "kind"]
    found = {(d, at["size"], at["depth"]): cell for d, at, cell in cells(times(data))}
    assert len(found) == len(results.rows()) == 24
    for row in results.rows():
        cell = found[row["params"]["design"], row["params"]["size"], row["params"]["depth"]]
        for name in ("median", "low", "high"):
            assert float(cell[name]) == row["ns_per_op"][name]
        assert cell["status"] == "ok"
    assert {float(v) for v in ratios(data, "ours").sel(design="ours")["ratio"]} == {1.0}


def test_points_that_some_design_lacks_are_missing() -> None:
    results = zipped(12)
    data = results_of(results.cases[:-1]).to_xarray()
    assert (data["status"] == "missing").sum() == 1
    assert int(times(data)["median"].isnull().sum()) == 1


def drawn(chart: Any, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = chart.to_dict()["datasets"][name]
    return rows


def test_charts_of_points() -> None:
    results = zipped(12)
    curve = drawn(over_axes.curve(results, "size"), "curve")
    assert [row["value"] for row in curve if row["design"] == "ours"] == [*range(8, 97, 8)]
    assert len(drawn(over_axes.curve(results, "depth", size=16), "curve")) == 2
    assert len(drawn(over_axes.ratios(results, "rival"), "overview")) == 24
    assert len(drawn(over_axes.heat(results, ["size", "depth"]), "heat")) == 24
    with pytest.raises(vmperf.InvalidArgumentError, match="size is 5"):
        over_axes.curve(results, "depth", size=5)
    with pytest.raises(vmperf.InvalidArgumentError, match="axis is 'point'"):
        over_axes.curve(results, "point")


def test_an_axis_that_leaves_several_points_open_is_refused() -> None:
    rng = np.random.default_rng(19)
    results = results_of(
        case(rng, {"design": "ours", "size": i, "depth": i + odd, "kind": i})
        for i in range(12)
        for odd in (0, 50)
    )
    assert "point" in results.to_xarray().dims
    with pytest.raises(vmperf.InvalidArgumentError, match="depth is open"):
        over_axes.curve(results, "size")


def test_sentences_limits_and_notebooks_of_points() -> None:
    results = zipped(12)
    assert "at all 12 points" in conclusions.compare_designs(results, "ours", "rival").text
    assert conclusions.spread(results, "ours", "size").text.startswith("ours")
    assert [one.kind for one in conclusions.conclude(results)] == ["compare"]
    assert limits.limits_of(results) == {"1 cycle": 0.5}
    assert limits.limits_near(results, size=16) == {}
    made = [text for _, text in notebook._of_benchmark(results, ID, "rival")]
    assert sum("plot.curve" in text for text in made) == 2
    assert not any("plot.heat" in text for text in made)


def test_points_survive_netcdf(tmp_path: Path) -> None:
    results = zipped(12)
    path = results.to_netcdf(tmp_path / "points.nc")
    with xr.open_dataset(path, group=ID, engine="h5netcdf") as read:
        xr.testing.assert_allclose(times(read.load()), times(results.to_xarray()))
        assert len(drawn(over_axes.curve(read, "size"), "curve")) == 24
