"""Names of quantities, and figures of any values whatever."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vmperf
from vmperf._catalog.quantities import BUILT_IN, quantities_of, with_unit
from vmperf._results.metrics import estimate

QUANTITIES = {
    "metrics": [
        {"name": "hits", "unit": "1", "better": "higher", "scope": "case", "merge": "mean"},
        {"name": "rss_peak_bytes", "unit": "B", "better": "lower", "scope": "case",
         "merge": "max"},
    ],
    "distributions": [
        {"name": "pause", "unit": "us", "better": "lower"},
        {"name": "latency", "unit": "ns", "better": "lower"},
        {"name": "steps", "unit": "1", "better": "lower"},
    ],
    "series": [{"name": "rss", "x_unit": "s", "y_unit": "B"}],
    "tables": [{"name": "pauses", "columns": [{"name": "kind", "unit": ""}]}],
}  # fmt: skip


@pytest.mark.property
@given(
    st.sampled_from(["mean", "sum", "min", "max", "last"]),
    st.lists(st.lists(st.lists(st.floats(width=64), max_size=3), max_size=3), max_size=3),
)
def test_any_values_have_a_sane_figure(merge: str, processes: list[list[list[float]]]) -> None:
    value, low, high = estimate(merge, processes)
    usable = [v for p in processes for k in p for v in k if abs(v) <= 1e150]
    assert (value is None) == (not usable)
    for figure in (value, low, high):
        assert figure is None or math.isfinite(figure)
    assert (low is None) == (high is None)
    if value is not None and low is not None and high is not None:
        slack = 1e-9 * max(abs(value), abs(low), abs(high))
        assert low - slack <= value <= high + slack
    if usable and merge in ("min", "max"):
        assert value == {"min": min, "max": max}[merge](usable)


def test_names_of_a_benchmark() -> None:
    quantities = quantities_of({"quantities": QUANTITIES})
    names = [*quantities.all_metrics()]
    assert "pause_p99_99_us" in names
    assert {"p99_9_ns", "latency_p99_9_ns", "max_ns", "mean_ns", "count"} <= {*names}
    assert "p99_us" not in names
    assert {"steps_p50", "steps_count"} <= {*names}  # a unit of one is not written
    assert quantities.to_dict() == QUANTITIES
    assert "rss_peak_bytes" not in quantities.declared()
    assert {"hits", "pause_p50_us", "p50_ns"} <= {*quantities.declared()}
    assert "latency_p50_ns" not in quantities.declared()
    with pytest.raises(vmperf.InvalidArgumentError, match=r"metric is 'hit'.*did you mean hits"):
        quantities.metric("hit")
    assert quantities_of({}).all_metrics() == {}


def test_the_built_in_ones_are_those_of_the_registry() -> None:
    """What every benchmark has, those of Python's list among them, and no more."""
    metrics = vmperf.get("bench/selftest/one_cycle").quantities.metrics
    assert [metric.name for metric in metrics] == [*BUILT_IN]


def test_every_quantity_of_the_registry_can_be_read() -> None:
    for benchmark in vmperf.list(["*", "bench/selftest/*"]):
        (entry,) = (e for e in vmperf.bench.catalog() if e["id"] == benchmark.id)
        assert benchmark.quantities.to_dict() == entry["quantities"]
        assert benchmark.to_dict()["quantities"] == entry["quantities"]
        assert (benchmark.latency, benchmark.isolated) == (entry["latency"], entry["isolated"])


def test_units_in_words() -> None:
    assert [with_unit("3", unit) for unit in ("ns", "1", "")] == ["3 ns", "3", "3"]
