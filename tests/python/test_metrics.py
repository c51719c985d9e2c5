"""Metrics: from journals of known contents to rows, Datasets, tables and files."""

from __future__ import annotations

import csv
import json
import math
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import stats

import vmperf
from vmperf._plan.plan import Plan
from vmperf._results.journal import StoredCase
from vmperf._results.metric_values import metric_values

CaseOf = Callable[..., StoredCase]
JournalOf = Callable[..., Path]

QUANTITIES = {
    "metrics": [
        {"name": "hits", "unit": "1", "better": "higher", "scope": "case", "merge": "mean"},
        {"name": "peak_bytes", "unit": "B", "better": "lower", "scope": "case", "merge": "max"},
        {"name": "freed", "unit": "1", "better": "neither", "scope": "case", "merge": "sum"},
        {"name": "depth", "unit": "1", "better": "lower", "scope": "sample", "merge": "mean"},
        {"name": "status", "unit": "1", "better": "lower", "scope": "case", "merge": "last"},
        {"name": "rss_peak_bytes", "unit": "B", "better": "lower", "scope": "case",
         "merge": "max"},
    ],
    "distributions": [
        {"name": "pause", "unit": "us", "better": "lower"},
        {"name": "latency", "unit": "ns", "better": "lower"},
    ],
    "series": [{"name": "rss", "x_unit": "s", "y_unit": "B"}],
    "tables": [
        {"name": "pauses", "columns": [{"name": "kind", "unit": "1"}, {"name": "us", "unit": "us"}]}
    ],
}  # fmt: skip
N_SAMPLES = 6  # of each case, two of each of three placements


def _histogram(values: Any) -> bytes:
    made = vmperf.stats.Histogram()
    made.record(np.asarray(values, dtype=np.int64))
    return made.to_bytes()


def pauses_of(process: int, placement: int) -> Any:
    rng = np.random.default_rng(10 * process + placement)
    return rng.integers(100, 5000, 700)


def _case(plan: Plan, stored_case: CaseOf, process: int, *, status: str = "ok") -> StoredCase:
    where = next(
        i
        for i, g in enumerate(plan.groups)
        if g.params["item_size_bytes"] == 16 and g.process == process
    )
    plain = stored_case(plan, where, "stack", ns_per_op=[1.0] * N_SAMPLES, status=status)
    placements = [0, 0, 1, 1, 2, 2]
    depth = [process + p + 0.5 * i for i, p in enumerate(placements)]
    depth[1] = math.nan
    x, y = [0.0, 1.0, 2.0], [10.0 + process, 20.0, 30.0]
    rows = [["minor", 1.5], ["major", 20 + process]]
    return replace(
        plain,
        blobs=plain.blobs | {"placement": struct.pack("<6I", *placements)},
        metrics={
            "hits": [0.5 + process / 10, None, 0.7],
            "peak_bytes": [100.0 * (process + 1), 50.0, math.nan],
            "freed": [1.0, 2.0, 3.0],
            "status": [7.0, 8.0, 9.0],
        },
        details={
            ("sample", "depth", 0): struct.pack("<6d", *depth),
            **{("distribution", "pause", p): _histogram(pauses_of(process, p)) for p in range(3)},
            ("series", "rss", 1): struct.pack("<6d", *x, *y),
            ("table", "pauses", 2): json.dumps({"rows": rows}).encode(),
        },
    )


@pytest.fixture
def one(grid_plan: Plan, journal_of: JournalOf, stored_case: CaseOf) -> vmperf.Results:
    """One process: its placements are the units."""
    case = _case(grid_plan, stored_case, 0)
    return vmperf.load_results(journal_of(grid_plan, [case], QUANTITIES))


@pytest.fixture
def three(grid_plan: Plan, journal_of: JournalOf, stored_case: CaseOf) -> vmperf.Results:
    """Three processes: they are the units."""
    cases = [_case(grid_plan, stored_case, process) for process in range(3)]
    return vmperf.load_results(journal_of(grid_plan, cases, QUANTITIES))


def _figure(results: vmperf.Results, name: str) -> tuple[Any, Any, Any]:
    found = results.rows()[0]["metrics"][name]
    return found["value"], found["low"], found["high"]


def _t_interval(values: list[float]) -> tuple[float, float]:
    low, high = stats.t.interval(
        0.95, len(values) - 1, loc=np.mean(values), scale=stats.sem(values)
    )
    return float(low), float(high)


# rows --------------------------------------------------------------------------------------------


@pytest.mark.differential
def test_a_mean_has_the_interval_of_its_units(one: vmperf.Results, three: vmperf.Results) -> None:
    assert _figure(one, "hits") == pytest.approx((0.6, *_t_interval([0.5, 0.7])))
    units = [(0.5 + p / 10 + 0.7) / 2 for p in range(3)]
    assert _figure(three, "hits") == pytest.approx((np.mean(units), *_t_interval(units)))


def test_other_merges(one: vmperf.Results, three: vmperf.Results) -> None:
    assert _figure(one, "peak_bytes") == (100.0, 50.0, 100.0)
    assert _figure(three, "peak_bytes") == (300.0, 100.0, 300.0)
    assert _figure(one, "freed") == (6.0, None, None)
    assert _figure(three, "freed") == (18.0, None, None)
    assert _figure(one, "status") == (9.0, 7.0, 9.0)
    assert _figure(one, "rss_peak_bytes") == (None, None, None)  # declared, not delivered


@pytest.mark.differential
def test_values_by_sample_are_grouped_by_placement(one: vmperf.Results) -> None:
    units = [0.0, (1 + 1.0 + 1 + 1.5) / 2, (2 + 2.0 + 2 + 2.5) / 2]  # the NaN is no value
    assert _figure(one, "depth") == pytest.approx((np.mean(units), *_t_interval(units)))


def test_a_metric_says_unit_and_direction(one: vmperf.Results) -> None:
    metrics = one.rows()[0]["metrics"]
    assert (metrics["hits"]["better"], metrics["peak_bytes"]["unit"]) == ("higher", "B")
    assert (metrics["pause_p99_us"]["unit"], metrics["pause_p99_us"]["better"]) == ("us", "lower")
    assert (metrics["pause_count"]["unit"], metrics["pause_count"]["better"]) == ("1", "neither")
    json.dumps(one.rows(), allow_nan=False)


@pytest.mark.differential
def test_quantiles_are_of_the_merged_distribution(
    one: vmperf.Results, three: vmperf.Results
) -> None:
    for results, processes in ((one, 1), (three, 3)):
        parts = [pauses_of(p, k) for p in range(processes) for k in range(3)]
        whole = np.concatenate(parts)
        for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99)):
            value, low, high = _figure(results, f"pause_{name}_us")
            oracle = np.quantile(whole, share, method="inverted_cdf")
            assert value == pytest.approx(oracle, rel=2e-3)
            # The 99th percentile of 700 records of a placement is not carried, of 2100 it is.
            if processes == 1 and share == 0.99:
                assert low is high is None
            else:
                assert low <= value <= high
        assert _figure(results, "pause_max_us")[0] == whole.max()
        assert _figure(results, "pause_mean_us")[0] == pytest.approx(whole.mean())
        assert _figure(results, "pause_count") == (len(whole), None, None)


def test_a_quantile_without_records_beyond_it_is_none(
    one: vmperf.Results, three: vmperf.Results
) -> None:
    """2100 and 6300 records: two and six beyond 99.9 %, none of ten beyond 99.99 %."""
    for results in (one, three):
        assert _figure(results, "pause_p99_9_us") == (None, None, None)
        assert _figure(results, "pause_p99_99_us") == (None, None, None)
        assert _figure(results, "latency_p50_ns") == (None, None, None)  # none was delivered
        assert _figure(results, "p50_ns") == (None, None, None)


@pytest.mark.parametrize(("n", "carried"), [(999, False), (1000, True)])
def test_ten_records_carry_a_quantile(
    grid_plan: Plan, journal_of: JournalOf, stored_case: CaseOf, n: int, carried: bool
) -> None:
    plain = stored_case(grid_plan, 0, "stack", ns_per_op=[1.0, 1.0])
    data = _histogram(np.arange(1, n + 1))
    case = replace(plain, details={("distribution", "latency", 0): data})
    (row,) = vmperf.load_results(journal_of(grid_plan, [case], QUANTITIES)).rows()
    assert (row["metrics"]["p99_ns"]["value"] is not None) is carried
    assert row["metrics"]["p99_ns"] == row["metrics"]["latency_p99_ns"]
    assert row["metrics"]["p50_ns"]["value"] == (n + 1) // 2
    low, high = (row["metrics"]["p50_ns"][name] for name in ("low", "high"))
    expected = stats.binom(n, 0.5).ppf([0.025, 0.975])  # ranks, of a single unit
    assert low == pytest.approx(expected[0], abs=2)
    assert high == pytest.approx(expected[1] + 1, abs=2)


def test_a_refused_row_has_no_figures(
    grid_plan: Plan, journal_of: JournalOf, stored_case: CaseOf
) -> None:
    cases = [
        _case(grid_plan, stored_case, 0),
        _case(grid_plan, stored_case, 1, status="optimised_away"),
    ]
    results = vmperf.load_results(journal_of(grid_plan, cases, QUANTITIES))
    assert all(m["value"] is m["low"] is None for m in results.rows()[0]["metrics"].values())
    assert len(results.table("pauses")) == 4  # raw data stay


def test_old_journals_have_no_metrics(
    grid_plan: Plan, journal_of: JournalOf, stored_case: CaseOf
) -> None:
    path = journal_of(grid_plan, [stored_case(grid_plan, 0, "stack", ns_per_op=[1.0, 1.0])])
    with closing(sqlite3.connect(path)) as db, db:
        catalog = json.loads(db.execute("SELECT value FROM meta WHERE key='catalog'").fetchone()[0])
        for entry in catalog.values():
            entry.pop("quantities", None)
        db.execute("UPDATE meta SET value = ? WHERE key='catalog'", (json.dumps(catalog),))
    assert vmperf.load_results(path).rows()[0]["metrics"] == {}
    assert "hits" not in vmperf.load_results(path).to_xarray()


# distributions, series, tables -------------------------------------------------------------------


def test_a_distribution_is_merged_exactly(three: vmperf.Results) -> None:
    found = three.distribution("pause", design="stack")
    expected = vmperf.stats.Histogram()
    for process in range(3):
        for placement in range(3):
            expected.record(pauses_of(process, placement))
    assert found == expected
    assert three.distribution("pause") == expected  # a second time, of files that stay


def test_series_and_tables(three: vmperf.Results) -> None:
    first, *others = three.series("rss")
    assert len(others) == 2
    assert (first["id"], first["process"], first["placement"]) == ("hurdles/grid", 0, 1)
    assert first["params"]["item_size_bytes"] == 16
    assert first["x"].tolist() == [0.0, 1.0, 2.0]
    assert [one["y"][0] for one in (first, *others)] == [10.0, 11.0, 12.0]
    rows = three.table("pauses", "hurdles/grid")
    assert [(row["process"], row["placement"], row["kind"], row["us"]) for row in rows] == [
        (p, 2, kind, us) for p in range(3) for kind, us in (("minor", 1.5), ("major", 20 + p))
    ]
    assert (rows[0]["design"], rows[0]["capacity"]) == ("stack", 1000)
    assert three.select(designs=["naive"]).cases == ()
    with pytest.raises(vmperf.InvalidArgumentError, match="name of tables"):
        three.select(designs=["naive"]).table("pauses")


def test_unknown_names_are_told(three: vmperf.Results) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=r"pause.*did you mean pause"):
        three.distribution("pauze")
    with pytest.raises(vmperf.InvalidArgumentError, match="allowed: pauses"):
        three.table("rss")
    with pytest.raises(vmperf.InvalidArgumentError, match="id is 'pool/cycle'"):
        three.series("rss", "pool/cycle")
    with pytest.raises(vmperf.InvalidArgumentError, match="fit 0 rows"):
        three.distribution("pause", design="naive")
    with pytest.raises(vmperf.InvalidArgumentError, match="delivered it; it is ok"):
        three.distribution("latency")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("distribution", b"VMH1"),
        ("series", b"123456789"),
        ("table", b"{"),
        ("table", b'{"rows": [[1]]}'),
        ("table", b'{"rows": 1}'),
        ("table", b"[]"),
        ("table", b"\xff"),
        ("sample", b"1234567"),
    ],
)
def test_damage_is_told(one: vmperf.Results, kind: str, data: bytes) -> None:
    with closing(sqlite3.connect(one.path)) as db, db:
        db.execute("UPDATE details SET data = ? WHERE kind = ?", (data, kind))
    readers: dict[str, Callable[[], object]] = {
        "distribution": one.rows,
        "series": lambda: one.series("rss"),
        "table": lambda: one.table("pauses"),
        "sample": one.rows,
    }
    with pytest.raises(vmperf.TraceFormatError, match=f"damaged: {kind}"):
        readers[kind]()


# exports -----------------------------------------------------------------------------------------


def test_dataset_has_a_variable_per_metric(three: vmperf.Results) -> None:
    data = three.to_xarray()
    axes = ("design", "item_size_bytes", "capacity")
    assert data["hits"].dims == (*axes, "process", "at_placement")
    assert data["depth"].dims == (*axes, "process", "sample")
    assert data["pause"].dims == (*axes, "percentile")
    assert data["pause_count"].dims == axes
    assert (data["hits"].attrs["better"], data["peak_bytes"].attrs["unit"]) == ("higher", "B")
    point = data.sel(design="stack", item_size_bytes=16, capacity=1000)
    np.testing.assert_array_equal(point["hits"].sel(process=2), [0.7, np.nan, 0.7])
    assert point["depth"].sel(process=1, sample=5) == 1 + 2 + 2.5
    value, low, high = _figure(three, "pause_p90_us")
    for name, figure in (("pause", value), ("pause_low", low), ("pause_high", high)):
        assert point[name].sel(percentile=90) == figure
    assert math.isnan(point["pause"].sel(percentile=99.99))
    assert point["pause"].sel(percentile=100) == _figure(three, "pause_max_us")[0]
    assert point["pause_count"] == 6300
    assert (
        data["status"].dtype.kind == "U"
    )  # the samples' own; the metric of that name stands aside
    assert point["status_metric"].sel(process=0, at_placement=2) == 9.0
    assert "rss_peak_bytes" not in data  # nowhere delivered


def test_the_dataset_survives_netcdf(three: vmperf.Results, tmp_path: Path) -> None:
    path = three.to_netcdf(tmp_path / "m.nc")
    read = xr.open_dataset(path, group="hurdles/grid", engine="h5netcdf")
    with read:
        for name in ("hits", "depth", "pause", "pause_low", "pause_count"):
            xr.testing.assert_identical(read[name].load(), three.to_xarray()[name])


def test_csv_has_three_columns_a_metric(three: vmperf.Results, tmp_path: Path) -> None:
    with three.to_csv(tmp_path / "m.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    value, low, high = _figure(three, "hits")
    assert [float(row[n]) for n in ("hits", "hits_low", "hits_high")] == [value, low, high]
    assert row["status"] == "ok"
    assert row["status_metric"] == "9.0"
    assert row["freed_low"] == row["rss_peak_bytes"] == ""
    assert float(row["pause_p50_us"]) == _figure(three, "pause_p50_us")[0]


def test_pandas_has_values_by_sample(three: vmperf.Results) -> None:
    frame = three.to_pandas()
    assert frame["depth"].isna().sum() == 3
    assert frame["depth"].iloc[-1] == 2 + 2 + 2.5
    assert "hits" not in frame  # a figure of a case is not one of a sample


def test_pytest_benchmark_has_what_was_delivered(three: vmperf.Results, tmp_path: Path) -> None:
    document = json.loads(three.to_pytest_benchmark(tmp_path / "m.json").read_text())
    metrics = document["benchmarks"][0]["extra_info"]["metrics"]
    assert metrics["hits"] == three.rows()[0]["metrics"]["hits"]
    assert "rss_peak_bytes" not in metrics


def test_a_test_hands_them_over(three: vmperf.Results) -> None:
    """The pytest plugin, without a measurement."""
    pytest.importorskip("pytest_benchmark")
    from vmperf._pytest.native import NativeBenchmark

    taken = SimpleNamespace(params=None, extra_info={})
    native = NativeBenchmark.__new__(NativeBenchmark)
    native._benchmark = taken  # type: ignore[assignment]
    (row,) = three.rows()
    native._describe(three, row)
    assert taken.extra_info["metrics"]["pause_p50_us"] == row["metrics"]["pause_p50_us"]
    assert "rss_peak_bytes" not in taken.extra_info["metrics"]


# over a grid -------------------------------------------------------------------------------------


def test_values_over_a_grid_are_those_of_the_rows(
    one: vmperf.Results, three: vmperf.Results
) -> None:
    for results in (one, three):
        for name in ("hits", "depth", "peak_bytes", "freed", "pause_p90_us", "pause_max_us"):
            data = metric_values(results, name)
            point = data.sel(design="stack", item_size_bytes=16, capacity=1000)
            found = [
                None if math.isnan(point[f]) else float(point[f])
                for f in data.data_vars
                if f != "status"
            ]
            assert found == pytest.approx([*_figure(results, name)]), name
            assert str(point["status"].values) == "ok"
    assert data["value"].attrs == {"unit": "us", "better": "lower"}
    assert float(metric_values(three, "pause_count")["value"].squeeze()) == 6300
    assert float(metric_values(one.to_xarray(), "status_metric")["value"].squeeze()) == 9.0
    with pytest.raises(vmperf.InvalidArgumentError, match=r"'hit'.*did you mean hits"):
        metric_values(one, "hit")


def test_values_over_a_grid_are_none_where_refused(
    grid_plan: Plan, journal_of: JournalOf, stored_case: CaseOf
) -> None:
    cases = [_case(grid_plan, stored_case, p, status=s) for p, s in ((0, "ok"), (1, "too_noisy"))]
    data = metric_values(vmperf.load_results(journal_of(grid_plan, cases, QUANTITIES)), "hits")
    assert math.isnan(data["value"].squeeze())
    assert str(data["status"].squeeze().values) == "too_noisy"
