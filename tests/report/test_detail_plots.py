"""Charts of metrics, distributions and series for notebooks, against the results."""

from __future__ import annotations

import math
from typing import Any

import pytest

import vmperf
from vmperf import plot
from vmperf._report.notebook import cells
from vmperf._results.results import Results
from vmperf.plot import bins, details, tables

DETAILS = ("plot.percentiles(", "plot.series(")


def data_of(chart: Any, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = chart.to_dict()["datasets"][name]
    return found


def test_percentiles_of_a_point(delivered: Results) -> None:
    chart = details.percentiles(delivered, "latency", capacity=100)
    rows = data_of(chart, "percentiles")
    assert {r["design"] for r in rows} == {
        "stack", "naive", "libc", "mimalloc", "boost_pool", "pmr"}  # fmt: skip
    whole = delivered.distribution("latency", design="pmr", capacity=100)
    own = [r for r in rows if r["design"] == "pmr"]
    ninety = min(own, key=lambda r: abs(r["nines"] - 1))
    share = 1 - 10 ** -ninety["nines"]
    scale = whole.quantile(share) / ninety["value"]
    assert scale in (pytest.approx(1e3), pytest.approx(1.0))
    (greatest,) = (r for r in data_of(chart, "greatest") if r["design"] == "pmr")
    assert greatest["value"] * scale == pytest.approx(whole.max)
    assert greatest["nines"] == pytest.approx(math.log10(whole.count))


def test_histogram_of_a_point(delivered: Results) -> None:
    rows = data_of(bins.histogram(delivered, "latency", capacity=100), "bins")
    for design in ("stack", "pmr"):
        own = [r for r in rows if r["design"] == design]
        assert sum(r["share"] for r in own) == pytest.approx(100)
        assert own[-1]["share"] == 0
        assert [r["to"] for r in own[:-1]] == [r["at"] for r in own[1:]]


def test_series_of_a_point(delivered: Results) -> None:
    rows = data_of(details.series(delivered, "rss", capacity=10), "series")
    lines = {(r["design"], r["placement"]) for r in rows}
    assert len(lines) == 7 * 2  # raw: also of a design that was refused
    (one,) = (s for s in delivered.series("rss") if s["params"]["design"] == "stack"
              and s["params"]["capacity"] == 10 and s["placement"] == 1)  # fmt: skip
    drawn = [r for r in rows if r["design"] == "stack" and r["placement"] == 1]
    assert max(r["y"] for r in drawn) * 2**20 == pytest.approx(one["y"].max())
    assert len(drawn) <= 500


@pytest.mark.parametrize(("kind", "arguments", "params", "message"), [
    ("percentiles", ("latency",), {}, "params is .* fits 3"),
    ("histogram", ("pauses",), {"capacity": 10}, "distribution is 'pauses'.*latency"),
    ("percentiles", ("pauses",), {"capacity": 10}, "distribution is 'pauses'.*latency"),
    ("series", ("rsz",), {"capacity": 10}, "name of series is 'rsz'"),
    ("series", ("rss",), {"capacity": 7}, "params is .* fits 0"),
])  # fmt: skip
def test_mistakes(
    delivered: Results, kind: str, arguments: tuple[str, ...], params: dict[str, Any], message: str
) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=message):
        getattr(plot, kind)(delivered, *arguments, **params)


@pytest.mark.parametrize(("unit", "values", "expected"), [
    ("ns", [5.0, 2e6], (1.0, "ns")), ("ns", [2e3, 1e9], (1e3, "µs")),
    ("B", [0, 2**21], (2**20, "MiB")),
    ("bytes", [100], (1.0, "B")), ("1", [5], (1.0, "")), ("ms", [1e6], (1.0, "ms")),
    ("ns", [], (1.0, "ns")),
])  # fmt: skip
def test_units(unit: str, values: list[float], expected: tuple[float, str]) -> None:
    assert details.unit_for(unit, values) == expected


def test_metrics_as_a_table(delivered: Results) -> None:
    lines = tables.metrics_table(delivered, "gc/sizes").splitlines()
    assert lines[0].startswith("| capacity | design | hits | p50_ns (ns) |")
    assert lines[0].endswith("| rss_peak_bytes (B) |")
    assert "absent" not in lines[0]
    assert len(lines) == 2 + 21
    (refused,) = (line for line in lines if line.startswith("| 10 | checked |"))
    assert set(refused.split(" | ")[2:-1]) == {"–"}


def test_a_notebook_shows_what_was_delivered(delivered: Results) -> None:
    sources = [source for _, source in cells(delivered)]
    assert "Markdown(plot.metrics_table(results, 'gc/sizes'))" in sources
    calls = [source for source in sources if source.startswith(DETAILS)]
    assert [call.partition("(")[0] for call in calls] == [
        "plot.percentiles", "plot.series"]  # fmt: skip
    scope: dict[str, Any] = {"plot": plot, "results": delivered}
    for call in calls:
        assert type(eval(call, scope)).__name__ == "LayerChart"


def test_a_notebook_of_old_results_is_as_before(make_results: Any) -> None:
    assert not any(source.startswith(DETAILS) for _, source in cells(make_results(["pool/cycle"])))
