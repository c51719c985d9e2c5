"""Results: rows by the statistics component, exports that their readers take."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import vmperf
from vmperf._plan.plan import Plan, make_plan
from vmperf._results.journal import StoredCase

CaseOf = Callable[..., StoredCase]


def _group(plan: Plan, item_size_bytes: int, process: int) -> int:
    return next(
        i
        for i, g in enumerate(plan.groups)
        if g.params["item_size_bytes"] == item_size_bytes and g.process == process
    )


@pytest.fixture
def found(grid_plan: Plan, journal_of: Callable[..., Path], stored_case: CaseOf) -> vmperf.Results:
    """stack: 16 and 64 bytes in two processes; naive: refused in one of two, 64 bytes missing."""
    rng = np.random.default_rng(3)
    cases = []
    for process in (1, 0):
        for size, design, status in (
            (64, "stack", "ok"),
            (16, "stack", "ok"),
            (16, "naive", "optimised_away" if process else "ok"),
        ):
            times = list(rng.uniform(1.0, 2.0, 12 + process) + (design == "naive"))
            where = _group(grid_plan, size, process)
            cases.append(
                stored_case(
                    grid_plan, where, design, ns_per_op=times, status=status, flags=1 + process
                )
            )
    return vmperf.load_results(journal_of(grid_plan, cases))


def test_cases_are_ordered_by_the_plan(found: vmperf.Results) -> None:
    order = [(c.params["item_size_bytes"], c.design, c.process) for c in found.cases]
    assert order == [
        (16, "stack", 0),
        (16, "stack", 1),
        (16, "naive", 0),
        (16, "naive", 1),
        (64, "stack", 0),
        (64, "stack", 1),
    ]
    assert next(iter(found.cases[0].params)) == "design"
    assert found.n_planned == 20
    assert found.cases[0].checksum == 2**64 - 1


def test_rows_merge_processes(found: vmperf.Results) -> None:
    rows = found.rows()
    assert [row["params"]["design"] for row in rows] == ["stack", "naive", "stack"]
    first = rows[0]
    times = np.concatenate([c.ns_total / c.iterations for c in found.cases[:2]])
    assert first["samples"] == len(times) == 25
    assert first["processes"] == 2
    assert first["ns_per_op"]["min"] == times.min()
    assert first["estimates"]["mean"] == pytest.approx(times.mean(), rel=1e-12)
    assert first["ns_per_op"]["low"] <= first["ns_per_op"]["median"] <= first["ns_per_op"]["high"]
    assert first["cycles_per_op"] == pytest.approx(2 * first["ns_per_op"]["median"], rel=1e-12)
    assert first["flags"] == {"switch": 12, "fault": 13, "steal": 0}
    assert (first["instr_per_op"], first["empty_ns_per_op"]) == (4.0, 0.25)
    issue = {"id", "params", "status", "samples", "ns_per_op", "cycles_per_op", "instr_per_op"}
    assert issue | {"checksum", "reason", "version", "flags", "outliers", "ops_per_s"} <= {*first}
    assert {*first["ns_per_op"]} == {"median", "low", "high", "min"}
    json.dumps(rows, allow_nan=False)


def test_what_is_refused_in_one_process_has_no_figures(found: vmperf.Results) -> None:
    (row,) = found.failures
    assert (row["status"], row["reason"]) == ("optimised_away", "by hand")
    assert row["ns_per_op"] == {"median": None, "low": None, "high": None, "min": None}
    assert row["cycles_per_op"] is row["ops_per_s"] is row["outliers"] is None
    assert row["samples"] == 25


def test_rows_cannot_be_spoilt(found: vmperf.Results) -> None:
    found.rows()[0]["status"] = "spoilt"
    assert found.rows()[0]["status"] == "ok"


def test_select(found: vmperf.Results) -> None:
    assert len(found.select("hurdles/*", designs=["stack"]).cases) == 4
    assert len(found.select(designs="naive", status="ok").cases) == 1
    assert len(found.select(params={"item_size_bytes": 64}).cases) == 2
    assert found.select("tlb/*").rows() == []
    assert found.select("tlb/*").n_planned == 20


def test_dataset_is_dense_and_says_what_is_missing(found: vmperf.Results) -> None:
    data = found.to_xarray("hurdles/grid")
    assert data["ns_total"].dims == (
        "design",
        "item_size_bytes",
        "capacity",
        "process",
        "sample",
    )
    assert data.sizes["sample"] == 13
    assert [*data["design"].values] == ["stack", "naive"]
    assert data["ns_total"].dtype == data["iterations"].dtype == np.int64
    assert data["flags"].dtype == np.uint32
    one = data.sel(design="stack", item_size_bytes=16, process=0, capacity=1000)
    assert (one["iterations"].values == [1000] * 12 + [0]).all()
    assert (one["ns_total"].values[:12] == found.cases[0].ns_total).all()
    gone = data.sel(design="naive", item_size_bytes=64, capacity=1000)
    assert (gone["iterations"] == 0).all()
    assert [*gone["status"].values] == ["missing", "missing"]
    refused = data.sel(design="naive", item_size_bytes=16, process=1, capacity=1000)
    assert refused["status"].item() == "optimised_away"
    assert data.attrs["seed"] == 0
    assert json.loads(data.attrs["machine"]) == found.machine


def test_netcdf_comes_back(found: vmperf.Results, tmp_path: Path) -> None:
    path = found.to_netcdf(tmp_path / "r.nc")
    with xr.open_dataset(path, group="hurdles/grid", engine="h5netcdf") as data:
        mine = found.to_xarray("hurdles/grid")
        assert data["ns_total"].dtype == np.int64
        for name in ("ns_total", "iterations", "flags", "status"):
            assert (data[name].values == mine[name].values).all()
        assert data.attrs["seed"] == 0


def test_structured_array(found: vmperf.Results) -> None:
    samples = found.to_numpy(design="stack", item_size_bytes=16)
    assert samples.shape == (25,)
    assert [*np.unique(samples["process"])] == [0, 1]
    assert samples["ns_per_op"] == pytest.approx(samples["ns_total"] / 1000)
    with pytest.raises(vmperf.InvalidArgumentError, match="fit 2 cases"):
        found.to_numpy(design="stack")
    with pytest.raises(vmperf.InvalidArgumentError, match="fit 0 cases"):
        found.to_numpy(design="nobody")
    with pytest.raises(vmperf.InvalidArgumentError, match="did you mean hurdles/grid"):
        found.to_numpy("hurdles/gri")


def test_frame_has_a_line_per_sample(found: vmperf.Results) -> None:
    frame = found.to_pandas()
    assert len(frame) == sum(len(case.ns_total) for case in found.cases)
    assert (frame["ns_per_op"] == frame["ns_total"] / frame["iterations"]).all()
    assert {"id", "design", "item_size_bytes", "process", "sample", "status"} <= {*frame.columns}


def test_csv(found: vmperf.Results, tmp_path: Path) -> None:
    with found.to_csv(tmp_path / "r.csv").open(newline="") as file:
        lines = [*csv.DictReader(file)]
    assert [line["status"] for line in lines] == ["ok", "optimised_away", "ok"]
    assert float(lines[0]["median_ns_per_op"]) == found.rows()[0]["ns_per_op"]["median"]
    assert lines[1]["median_ns_per_op"] == ""
    assert lines[0]["n_switch"] == "12"


def test_pytest_benchmark_reads_its_json(found: vmperf.Results, tmp_path: Path) -> None:
    path = found.to_pytest_benchmark(tmp_path / "0001_r.json")
    document = json.loads(path.read_text())
    assert [b["name"] for b in document["benchmarks"]] == [
        "hurdles/grid[stack-16-1000]",
        "hurdles/grid[stack-64-1000]",
    ]
    stats = document["benchmarks"][0]["stats"]
    times = np.concatenate([c.ns_total / c.iterations for c in found.cases[:2]]) * 1e-9
    assert sorted(stats["data"]) == pytest.approx(sorted(times), rel=1e-12)
    assert stats["rounds"] == len(times)
    assert stats["min"] == pytest.approx(times.min(), rel=1e-12)
    assert stats["stddev"] == pytest.approx(times.std(ddof=1), rel=1e-9)
    assert stats["total"] == pytest.approx(times.sum(), rel=1e-12)
    command = [sys.executable, "-m", "pytest_benchmark", "compare", str(path), "--group-by=group"]
    command += ["--csv", str(tmp_path / "out.csv"), "--columns=min,median,ops,rounds"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "hurdles/grid[stack-16-1000]" in done.stdout
    with (tmp_path / "out.csv").open(newline="") as file:
        read = [*csv.DictReader(file)]
    least = sorted(row["ns_per_op"]["min"] * 1e-9 for row in found.rows() if row["status"] == "ok")
    assert sorted(float(line["min"]) for line in read) == pytest.approx(least, rel=1e-12)


def test_its_fields_are_those_of_pytest_benchmark(found: vmperf.Results, tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("def test_one(benchmark):\n    benchmark(int)\n")
    command = [sys.executable, "-m", "pytest", "-q", "test_one.py", "--benchmark-json=theirs.json"]
    command += ["--benchmark-max-time=0.01", "-p", "no:cacheprovider"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    theirs = json.loads((tmp_path / "theirs.json").read_text())
    ours = json.loads(found.to_pytest_benchmark(tmp_path / "ours.json").read_text())
    assert ours.keys() == theirs.keys()
    assert ours["commit_info"].keys() == theirs["commit_info"].keys()
    mine, other = ours["benchmarks"][0], theirs["benchmarks"][0]
    assert mine.keys() == other.keys()
    assert mine["stats"].keys() == other["stats"].keys()
    assert mine["options"].keys() == other["options"].keys()
    assert (
        other["machine_info"]
        if "machine_info" in other
        else theirs["machine_info"].keys() <= {*ours["machine_info"]}
    )


def test_an_export_never_replaces_the_journal(found: vmperf.Results) -> None:
    before = found.path.read_bytes()
    with pytest.raises(vmperf.InvalidArgumentError, match="other than the results themselves"):
        found.to_csv(found.path)
    assert found.path.read_bytes() == before


def test_a_failed_export_leaves_nothing(found: vmperf.Results, tmp_path: Path) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="at least one finished case"):
        found.select("tlb/*").to_netcdf(tmp_path / "empty.nc")
    assert not [p for p in tmp_path.iterdir() if "empty.nc" in p.name]


def test_missing_extra_is_one_line(
    found: vmperf.Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "h5netcdf", None)
    with pytest.raises(vmperf.UnsupportedError, match=r"pip install 'vmperf\[report\]'") as caught:
        found.to_netcdf(tmp_path / "r.nc")
    assert "\n" not in str(caught.value)


def test_sweep_is_the_dense_grid(hurdles: str) -> None:
    axes = {"design": ["stack", "naive"], "item_size_bytes": [16, 64], "capacity": 10}
    data = vmperf.sweep("hurdles/grid", budget_s=2.0, **axes)
    assert data["ns_total"].dims == (
        "design",
        "item_size_bytes",
        "capacity",
        "process",
        "sample",
    )
    assert {d: n for d, n in data.sizes.items() if d not in ("sample", "at_placement")} == {
        "design": 2,
        "item_size_bytes": 2,
        "capacity": 1,
        "process": 1,
    }
    with pytest.raises(vmperf.InvalidArgumentError, match="axis of hurdles/grid"):
        vmperf.sweep("hurdles/grid", size=[16])
    with pytest.raises(vmperf.InvalidArgumentError, match="benchmark is"):
        vmperf.sweep("hurdles/gri")


def test_the_command_reproduces_and_the_rest_is_there(tmp_path: Path) -> None:
    found = vmperf.run("bench/selftest/folded", seed=5, results=tmp_path / "r.vmperf")
    assert found.command.startswith("vmperf run bench/selftest/folded --profile quick ")
    assert found.command.endswith("--seed 5")
    assert found.settings["seed"] == 5
    assert found.benchmarks["bench/selftest/folded"]["op"]
    assert found.machine["vmperf"] == vmperf.__version__
    assert found.path == tmp_path / "r.vmperf"
    assert found.axes == {"bench/selftest/folded": {"design": ["kernel"]}}
    assert make_plan(["bench/selftest/folded"], seed=5).identity()["version"] == vmperf.__version__
    assert "1 not ok" in repr(found)


@pytest.mark.parametrize("core_hz", [None, 0, "missing"])
def test_a_core_clock_that_was_not_measured_is_0(
    grid_plan: Plan, journal_of: Callable[..., Path], stored_case: CaseOf, core_hz: object
) -> None:
    case = stored_case(grid_plan, _group(grid_plan, 16, 0), "stack", ns_per_op=[1.0, 2.0])
    if core_hz == "missing":
        del case.evidence["core_hz"]
    else:
        case.evidence["core_hz"] = core_hz
    results = vmperf.load_results(journal_of(grid_plan, [case]))
    data = results.to_xarray("hurdles/grid")
    assert float(data["core_hz"].values.max()) == 0.0
    assert results.rows()[0]["cycles_per_op"] is None
