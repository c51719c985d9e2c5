"""What workloads say beside time: declared, delivered per placement or per sample, refused."""

import json
import os

import numpy as np
import pytest

from house.weather import PROVED
from vmperf import bench, stats


def measure(name, *, n_placements=3, **changed):
    settings = {
        "warm_up_ns": 0,
        "measurement_ns": 6_000_000,
        "n_samples": 6,
        "sampling": "flat",
        "n_placements": n_placements,
        "seed": 1,
        "process": 0,
        "count_instructions": False,
    }
    return bench.measure(f"bench/selftest/{name}", {}, [], **settings | changed)


def details(result, kind):
    return {(name, at): data for k, name, at, data in result.details() if k == kind}


@pytest.fixture(scope="module")
def reported():
    [result] = measure("report")
    return result


def test_case_metrics_have_a_value_per_placement(reported):
    assert reported.metrics["quarter"] == [0.25] * 3
    assert reported.metrics["absent"] == [None] * 3


def test_sample_metrics_have_a_value_per_sample(reported):
    values = np.frombuffer(details(reported, "sample")["batches", 0])
    # Two samples a placement, each placement after a settling batch.
    np.testing.assert_array_equal(values, [2, 3, 2, 3, 2, 3])
    assert "batches" not in reported.metrics


def test_distributions_come_once_a_placement(reported):
    found = details(reported, "distribution")
    assert {at for _, at in found} == {0, 1, 2}
    ages = stats.Histogram.from_bytes(found["ages", 1])
    assert (ages.count, ages.min, ages.max) == (1000, 1, 1000)
    assert ages.quantile(0.5) == pytest.approx(500, rel=1e-3)


def test_series_are_x_then_y(reported):
    values = np.frombuffer(details(reported, "series")["squares", 2])
    np.testing.assert_array_equal(values.reshape(2, -1), [[0, 1, 2], [0, 1, 4]])


def test_tables_are_json(reported):
    rows = json.loads(details(reported, "table")["steps", 0])["rows"]
    assert rows == [["first", 1, 0.5], ['second, "quoted"', 2, None]]


def test_built_in_metrics_are_plausible(reported):
    page = 4096
    for name in ("rss_before_bytes", "rss_peak_bytes", "rss_after_bytes"):
        assert all(value > 100 * page for value in reported.metrics[name])
    assert all(v >= 1 for v in reported.metrics["threads"])
    assert all(v > 0 for v in reported.metrics["cpu_ratio"])
    assert all(v >= 0 for v in reported.metrics["page_faults"])


def test_what_was_not_declared_is_refused_by_name():
    [result] = measure("undeclared")
    assert result.status == "crashed"
    assert "unheard_of" in result.reason


def test_each_op_of_a_latency_benchmark_is_recorded():
    results = {r.design: r for r in measure("latency")}
    assert set(results) == {"null", "kernel"}
    for result in results.values():
        parts = [
            stats.Histogram.from_bytes(data) for data in details(result, "distribution").values()
        ]
        recorded = sum(part.count for part in parts)
        assert recorded == result.samples.iterations.sum()
        # A sample's time is the sum of its ops': mean and histogram agree to the bucket.
        total = sum(part.mean * part.count for part in parts)
        assert total == pytest.approx(result.samples.ns_total.sum(), rel=0.02)
    assert results["null"].status in PROVED


def test_a_null_design_is_a_limit_of_the_catalog():
    [entry] = [e for e in bench.catalog() if e["id"] == "bench/selftest/latency"]
    assert entry["latency"]
    assert [d["name"] for d in entry["designs"] if d["null"] and d["limit"]] == ["null"]
    assert [d["name"] for d in entry["quantities"]["distributions"]] == ["latency"]


def test_what_prepare_made_is_used_by_one_op():
    [result] = measure("one_use")
    assert result.status in PROVED  # verify() counts ops that were not prepared
    assert result.samples.iterations.min() > 1


def test_an_arm_reports_since_it_was_made():
    arm = bench.Arm("bench/selftest/report", {}, "kernel", seed=0)
    arm.run(1000)
    found = arm.report()
    assert found["metrics"]["quarter"] == 0.25
    assert found["metrics"]["absent"] is None
    assert found["metrics"]["rss_peak_bytes"] > 0
    assert {kind for kind, *_ in found["details"]} == {"distribution", "series", "table"}


def test_an_arm_of_a_latency_benchmark_leaves_its_warm_up_out():
    arm = bench.Arm("bench/selftest/latency", {}, "kernel", seed=0)
    assert arm.calibrate(1_000_000) > 0
    arm.run(50)
    [stamped] = [data for kind, name, _, data in arm.report()["details"] if name == "latency"]
    assert stats.Histogram.from_bytes(stamped).count == 50


def test_isolated_designs_are_said_to_be():
    [entry] = [e for e in bench.catalog() if e["id"] == "bench/selftest/isolated"]
    assert entry["isolated"]
    # measure() itself does what it is told: planning processes is the caller's.
    assert {r.metrics["process_id"][0] for r in measure("isolated")} == {os.getpid()}


def test_a_program_is_a_design_and_its_memory_its_own():
    ballast = np.ones(40_000_000)  # 320 MB that must not be taken for the program's
    results = {r.design: r for r in measure("command", measurement_ns=60_000_000)}
    assert ballast[0] == 1
    assert results["shell"].status in PROVED
    found = details(results["shell"], "sample")
    peak = np.frombuffer(found["program_peak_rss_bytes", 0])
    assert ((peak > 100_000) & (peak < 100_000_000)).all()
    wall = np.frombuffer(found["program_wall_ns", 0])
    per_op = results["shell"].samples.ns_total / results["shell"].samples.iterations
    assert ((wall > 0) & (wall < per_op)).all()  # of the same clock: a part of the whole


def test_a_program_that_fails_or_lies_is_unverified():
    results = {r.design: r for r in measure("command", measurement_ns=60_000_000)}
    assert (results["wrong"].status, results["failing"].status) == ("unverified", "unverified")
    assert "it says '22" in results["wrong"].reason
    assert results["failing"].reason == "sh exited with code 3: planted"
    assert results["missing"].status == "not_installed"
    assert "nothing supplies it" in results["missing"].reason
