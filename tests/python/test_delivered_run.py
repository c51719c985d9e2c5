"""From a workload's report() to results: in workers and in this process."""

from __future__ import annotations

import doctest
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import vmperf
from vmperf._catalog.quantities import BUILT_IN
from vmperf._results import delivered, journal
from vmperf._results.journal_file import open_to_read
from vmperf.cli.main import cli

REPORT = "bench/selftest/report"


@pytest.mark.parametrize("isolate", [True, False])
def test_all_that_a_workload_reports_arrives(tmp_path: Path, isolate: bool) -> None:
    path = tmp_path / "r.vmperf"
    live = vmperf.run(REPORT, results=path, isolate=isolate)
    for found in (live, vmperf.load_results(path)):
        (case,) = found.cases
        n_placements = len({*case.placement.tolist()})
        assert case.metrics["quarter"] == [0.25] * n_placements
        assert case.metrics["absent"] == [None] * n_placements
        ages = found.distribution("ages")
        assert (ages.count, ages.min, ages.max) == (1000 * n_placements, 1, 1000)
        series = found.series("squares")
        assert [one["placement"] for one in series] == [*range(n_placements)]
        np.testing.assert_array_equal(series[-1]["y"], [0.0, 1.0, 4.0])
        rows = found.table("steps", REPORT)
        assert len(rows) == 2 * n_placements
        assert [rows[1][name] for name in ("name", "number", "share")] == [
            'second, "quoted"', 2, None,
        ]  # fmt: skip
        for _, batches in found.to_pandas().groupby("placement")["batches"]:
            assert (batches.diff().dropna() >= 1).all()  # it counts them
    if live.rows()[0]["status"] == "ok":  # a busy machine may make it too noisy
        metrics = live.rows()[0]["metrics"]
        assert metrics["quarter"]["value"] == 0.25
        # ... or leave time for one placement alone, of which there is no interval
        assert metrics["quarter"]["low"] == (0.25 if n_placements > 1 else None)
        assert metrics["ages_p50_ms"]["value"] == 500
        assert all(metrics[name]["value"] is not None for name in BUILT_IN)


def test_latency_has_a_null_row_beside(tmp_path: Path) -> None:
    found = vmperf.run("bench/selftest/latency", results=tmp_path / "r.vmperf")
    null, kernel = (found.distribution("latency", design=d) for d in ("null", "kernel"))
    assert null.count > 0
    assert kernel.count > 0


@pytest.mark.perf
def test_null_costs_less_than_a_thousand_adds(tmp_path: Path) -> None:
    found = vmperf.run("bench/selftest/latency", budget_s=0.6, results=tmp_path / "r.vmperf")
    null, kernel = (found.distribution("latency", design=d) for d in ("null", "kernel"))
    assert null.quantile(0.5) < kernel.quantile(0.5)


def test_a_distribution_reads_its_own_cases_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One row after the other: each reads what it delivered, found by the index, and no more."""
    path = tmp_path / "r.vmperf"
    found = vmperf.run("bench/selftest/latency", budget_s=0.6, results=path, isolate=False)
    statements: list[str] = []

    def traced(path: Path) -> sqlite3.Connection:
        db = open_to_read(path)
        db.set_trace_callback(statements.append)
        return db

    monkeypatch.setattr(journal, "open_to_read", traced)
    for design in ("null", "kernel"):
        assert found.distribution("latency", design=design).count > 0
    selects = [text for text in statements if text.startswith("SELECT")]
    with closing(sqlite3.connect(path)) as db:
        read = [row for text in selects for row in db.execute(text)]
        assert len(read) == len({row[:7] for row in read})  # nothing twice
        for text in selects:
            plan = " ".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {text}"))
            assert "SEARCH details USING INDEX" in plan
            assert "benchmark=? AND design=? AND params=? AND process=?" in plan


def test_undeclared_reports_crash_their_case(tmp_path: Path) -> None:
    found = vmperf.run("bench/selftest/undeclared", results=tmp_path / "r.vmperf")
    (row,) = found.rows()
    assert row["status"] == "crashed"
    assert "unheard_of" in row["reason"]
    assert all(metric["value"] is None for metric in row["metrics"].values())


def test_list_tells_what_is_delivered() -> None:
    done = CliRunner().invoke(cli, ["list", REPORT, "--json"])
    (entry,) = json.loads(done.stdout)
    assert entry["quantities"] == vmperf.get(REPORT).quantities.to_dict()
    assert [d["name"] for d in entry["quantities"]["distributions"]] == ["ages"]
    assert (entry["latency"], entry["isolated"]) == (False, False)


@pytest.mark.parametrize("name", ["distribution", "series", "table"])
def test_examples(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Methods that Results inherits."""
    monkeypatch.chdir(tmp_path)
    method = getattr(delivered.Delivered, name)
    (example,) = doctest.DocTestFinder(recurse=False).find(method, name, globs={})
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0
