"""`vmperf show`: metrics in the table and in JSON, chosen by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import vmperf
from vmperf._plan.plan import Plan
from vmperf._results.journal import StoredCase
from vmperf.cli._metrics import figure
from vmperf.cli.main import cli

QUANTITIES = {
    "metrics": [
        {"name": "hits", "unit": "1", "better": "higher", "scope": "case", "merge": "mean"},
        {"name": "page_faults", "unit": "1", "better": "lower", "scope": "case", "merge": "sum"},
    ],
    "distributions": [{"name": "latency", "unit": "ns", "better": "lower"}],
}


@pytest.fixture
def path(
    grid_plan: Plan, journal_of: Callable[..., Path], stored_case: Callable[..., StoredCase]
) -> Path:
    latency = vmperf.stats.Histogram()
    latency.record(np.arange(1, 2001))
    cases = [
        replace(
            stored_case(grid_plan, 0, design, ns_per_op=[1.0, 1.0, 1.0]),
            metrics={"hits": [0.25, 0.75], "page_faults": [3.0, 4.0]},
            details={("distribution", "latency", 0): latency.to_bytes()},
        )
        for design in ("stack", "naive")
    ]
    return journal_of(grid_plan, cases, QUANTITIES)


def _lines(path: Path, *words: str) -> list[list[str]]:
    done = CliRunner().invoke(cli, ["show", str(path), *words])
    assert done.exit_code == 0, done.output
    return [line.split() for line in done.stdout.splitlines()]


def test_declared_metrics_are_shown(path: Path) -> None:
    lines = _lines(path)
    assert ["stack", "hits", "0.5", "-2.677", "to", "3.677", "higher"] in lines
    assert ["naive", "p50_ns", "1.00", "µs"] in [line[:4] for line in lines]
    shown = {line[1] for line in lines if len(line) > 1}
    assert "page_faults" not in shown
    assert "p99_9_ns" not in shown  # two records beyond it do not carry it


def test_metrics_can_be_chosen(path: Path) -> None:
    shown = {line[1] for line in _lines(path, "--metric", "page_faults") if line[:1] == ["stack"]}
    assert {"page_faults"} == shown & {"page_faults", "hits", "p50_ns"}
    everything = {line[1] for line in _lines(path, "--metric", "all") if line[:1] == ["stack"]}
    assert {"page_faults", "hits", "p50_ns", "latency_p50_ns"} <= everything
    assert ["stack", "page_faults", "7", "-", "lower"] in _lines(path, "--metric", "page_faults")


def test_json_has_all_or_the_chosen(path: Path) -> None:
    def metrics(*words: str) -> dict[str, dict[str, object]]:
        done = CliRunner().invoke(cli, ["show", str(path), "--json", *words])
        found: dict[str, dict[str, object]] = json.loads(done.stdout)[0]["metrics"]
        return found

    whole = vmperf.load_results(path).rows()[0]["metrics"]
    assert metrics() == whole
    assert metrics("--metric", "hits,p50_ns") == {name: whole[name] for name in ("hits", "p50_ns")}


def test_an_unknown_metric_is_told(path: Path) -> None:
    done = CliRunner().invoke(cli, ["show", str(path), "--metric", "p99_ms"])
    assert done.exit_code == 2
    assert "metric is 'p99_ms'" in done.output
    assert "p99_ns" in done.output


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "ns", "-"),
        (1500.0, "ns", "1.50 µs"),
        (3 * 2.0**20, "B", "3.00 MiB"),
        (0.0, "B", "0.00 B"),
        (12345.0, "1", "12,345"),
        (0.12345, "", "0.1235"),
        (12345.6, "1", "12,346"),
        (2.5, "us", "2.5 us"),
    ],
)
def test_units(value: float | None, unit: str, text: str) -> None:
    assert figure(value, unit) == text


def test_a_pattern_of_no_row_is_told(path: Path) -> None:
    done = CliRunner().invoke(cli, ["show", str(path), "pool/cycel"])
    assert done.exit_code == 2
    known = vmperf.load_results(path).rows()[0]["id"]
    assert "pool/cycel" in done.stderr
    assert known in done.stderr
