"""Comparisons of a metric: verdicts by what is better, and values of which there is no ratio."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

import vmperf
from vmperf import _core
from vmperf._builds.source import Build
from vmperf._catalog.quantities import Distribution, Metric
from vmperf._compare.cases import Case
from vmperf._compare.metric import choose_metric, take_values, value_of
from vmperf._compare.pair import Shape, run_pair
from vmperf._compare.result import make_rows
from vmperf._compare.settings import defaults
from vmperf._compare.side import Side, Task
from vmperf._compare.verdict import Evidence, judge
from vmperf.cli.main import cli

QUICK: dict[str, Any] = {"pairs": 7, "rounds": 2, "batch_us": 20}
SHAPE = Shape(rounds=2, batch_ns=50_000, warm_up_ns=0, layout="random", aslr=True)
REPORT = "bench/selftest/report"


def _same(metric: str) -> dict[str, Any]:
    """Compare a build with itself."""
    core = str(_core.__file__)
    found = vmperf.compare(core, core, benchmarks=REPORT, metric=metric, **QUICK)
    (row,) = found.rows()
    assert (found.metric, row["metric"]) == (metric, metric)
    assert found.to_dict()["metric"] == metric
    return row


@pytest.mark.parametrize(("metric", "value"), [("quarter", 0.25), ("ages_p50_ms", 500.0)])
def test_what_never_changes_is_unchanged(metric: str, value: float) -> None:
    row = _same(metric)
    assert (row["verdict"], row["effect"], row["pairs"]) == ("unchanged", 0.0, 7)
    assert (row["value_a"], row["value_b"], row["better"]) == (value, value, "lower")


def test_a_value_per_sample_is_that_of_its_batch() -> None:
    """The benchmark counts its batches, of which each timed one has an untimed one before it."""
    task = Task(Build(str(_core.__file__)), id=REPORT, design="kernel")
    with Side(task, timeout_s=60) as side:
        side.begin()
        side.wait_ready()
        assert side.batch(10)[2] is None
        told = [side.batch(10, "batches")[2] for _ in range(3)]
        assert [value - told[0] for value in told] == [0, 2, 4]
        assert side.batch(10, "quarter")[2] is None  # has one value a process


def test_values_of_samples_are_compared() -> None:
    row = _same("batches")  # how many batches warm a side up depends on its speed
    assert (row["status"], row["better"], row["pairs"]) == ("ok", "higher", 7)
    assert row["verdict"] in ("unchanged", "regressed", "improved", "inconclusive")
    assert min(row["value_a"], row["value_b"]) > QUICK["rounds"] + 1
    core = str(_core.__file__)
    same = vmperf.compare(core, core, designs=["shell"], benchmarks="bench/selftest/command",
                          metric="program_peak_rss_bytes", pairs=3, rounds=2)  # fmt: skip
    (row,) = same.rows()
    assert (row["status"], row["pairs"]) == ("ok", 3)
    assert row["value_a"] > 100_000  # a shell, in bytes


@pytest.mark.parametrize(
    ("metric", "reason"),
    [
        ("absent", "side A delivered no absent"),
        ("ages_p99_9_ms", "side A delivered no ages_p99_9_ms: too few records lie beyond it"),
    ],
)
def test_what_is_not_delivered_is_told(metric: str, reason: str) -> None:
    row = _same(metric)
    assert (row["verdict"], row["status"], row["reason"]) == (None, "not_delivered", reason)


def test_names_that_cannot_be_compared_are_told() -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=r"'quart'.*did you mean quarter"):
        _same("quart")
    with pytest.raises(vmperf.InvalidArgumentError, match="a history is of times"):
        vmperf.compare("stack", "libc", benchmarks="pool/cycle", metric="threads", history="h.db")


def test_a_pair_has_the_values_of_both_sides() -> None:
    values = _latencies()
    assert values[0] is not None
    assert values[1] is not None


@pytest.mark.perf
def test_stamps_cost_less_than_a_thousand_adds() -> None:
    null, kernel = _latencies()
    assert null is not None
    assert kernel is not None
    assert null < kernel


def _latencies() -> tuple[float | None, float | None]:
    """The stamps' own cost against a thousand adds."""
    a, b = (
        Task(Build(str(_core.__file__)), id="bench/selftest/latency", design=design)
        for design in ("null", "kernel")
    )
    (p50,) = (m for m in Distribution("latency", "ns", "lower").metrics() if m.name == "p50_ns")
    return run_pair((a, b), SHAPE, number=0, timeout_s=60, n=100, metric=p50).values


def test_built_in_metrics() -> None:
    found = vmperf.compare(
        "stack", "libc", benchmarks="pool/cycle", params={"state": "member"},
        metric="rss_peak_bytes", **QUICK,
    )  # fmt: skip
    (row,) = found.rows()
    assert row["value_a"] > 1e6
    assert row["verdict"] in ("unchanged", "regressed", "improved", "inconclusive")


def test_the_command_line_says_which_way_is_better() -> None:
    core = str(_core.__file__)
    words = ["compare", core, core, "--benchmark", REPORT, "--pairs", "7", "--metric"]
    done = CliRunner().invoke(cli, [*words, "quarter"])
    assert done.exit_code == 0, done.output
    assert f"+ = quarter is more of {core} than of {core}, lower is better" in done.stdout
    assert "unchanged" in done.stdout
    assert "not_delivered: side A delivered no absent" in CliRunner().invoke(
        cli, [*words, "absent"]
    ).stdout  # fmt: skip
    assert CliRunner().invoke(cli, [*words, "none"]).exit_code == 2


# by hand -----------------------------------------------------------------------------------------


def _metric(better: str = "lower", **more: Any) -> Metric:
    return Metric("m", "1", better, "case", "mean", **more)


@pytest.mark.parametrize("better", ["lower", "higher", "neither"])
@pytest.mark.parametrize("shift", [0.02, -0.02, 0.0])
def test_verdicts_mirror(better: str, shift: float) -> None:
    effects = [shift + 0.001 * (i % 3 - 1) for i in range(12)]
    (found,) = judge([Evidence(effects, [0] * 12, better=better)], defaults())
    assert found is not None
    expected = {
        "lower": {0.02: "regressed", -0.02: "improved"},
        "higher": {0.02: "improved", -0.02: "regressed"},
        "neither": {0.02: "changed", -0.02: "changed"},
    }[better].get(shift, "unchanged")
    assert found.verdict == expected
    assert found.effect == pytest.approx(math.expm1(shift), abs=1e-6)  # not turned round


def test_a_side_without_the_metric_is_one_sided() -> None:
    entry = vmperf.get("bench/selftest/report")
    bare = vmperf.get("bench/selftest/one_cycle")
    cases = [Case("x", {}, ({}, {})), Case("y", {}, ({}, {}))]
    catalogs = {"x": entry, "y": bare}, {"x": bare, "y": bare}
    choose_metric("quarter", cases, catalogs)
    assert [case.status for case in cases] == ["one_sided", "one_sided"]
    assert [c.reason for c in cases] == ["only A delivers quarter", "neither side delivers quarter"]


def test_values_of_pairs_become_evidence() -> None:
    case = Case("x", {}, ({}, {}), metric=_metric("higher"))
    for b in (2.0, 4.0, 1.0):
        take_values(case, (2.0, b), 1)
    assert case.evidence.effects == pytest.approx([0.0, math.log(2), -math.log(2)])
    assert (case.evidence.better, case.evidence.builds) == ("higher", [1, 1, 1])
    take_values(case, (-1.0, 3.0), 0)
    assert case.evidence.no_ratio
    (row,) = make_rows((case,), defaults())
    assert (row["verdict"], row["effect"], row["value_b"]) == ("inconclusive", None, 2.5)
    take_values(case, (1.0, None), 0)
    assert (case.status, case.reason) == ("not_delivered", "side B delivered no m")
    assert make_rows((case,), defaults())[0]["verdict"] is None


def test_values_of_a_side() -> None:
    assert value_of(_metric(), 2) == 2.0
    assert value_of(_metric(), None) is value_of(_metric(), math.inf) is None
    (p50,) = (m for m in Distribution("d", "ns", "lower").metrics() if m.figure == "p50")
    assert value_of(p50, vmperf.stats.Histogram().to_bytes()) is None


@pytest.mark.parametrize(
    ("merge", "value"), [("mean", 2.5), ("min", 1.0), ("max", 4.0), ("sum", 5.0), ("last", 1.0)]
)
def test_samples_of_a_side_come_to_one_value(merge: str, value: float) -> None:
    metric = replace(_metric(), scope="sample", merge=merge)
    assert value_of(metric, [None, 4.0, math.nan, 1.0]) == value
    assert value_of(metric, [None, None]) is None
