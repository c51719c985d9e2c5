"""Sentences: figures from the core, words that follow the intervals, changed data change them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

import vmperf
from vmperf._results.estimates import ratios
from vmperf._results.results import Results
from vmperf.plot.conclusions import compare_designs, conclude, spread

Make = Callable[..., Results]


@pytest.fixture
def cycle(make_results: Make) -> Any:
    """pool/cycle: stack 0.54 ns, naive 0.9, libc 8.5, mimalloc not installed."""
    return make_results(["pool/cycle"]).to_xarray()


def changed(data: Any, design: str, factor: float) -> Any:
    copy = data.copy(deep=True)
    values = copy["ns_total"].sel(design=design)
    copy["ns_total"].loc[{"design": design}] = (values * factor).round().astype("int64")
    return copy


def test_one_point(cycle: Any) -> None:
    said = compare_designs(cycle, "stack", "libc")
    found = ratios(cycle, "libc").sel(design="stack").squeeze()
    assert (said.value, said.low, said.high) == pytest.approx(
        tuple(1 / float(found[n]) for n in ("ratio", "high", "low"))
    )
    figures = f"{said.value:.1f}x ({said.low:.1f} to {said.high:.1f})"
    assert str(said) == f"stack is {figures} faster than libc in pool/cycle"
    back = compare_designs(cycle, "libc", "stack", item_size_bytes=64)
    assert back.text == f"libc is {figures} slower than stack in pool/cycle at item_size_bytes=64"


@pytest.mark.parametrize("factor", [2, 0.5])
def test_twofold_data_twofold_conclusion(cycle: Any, factor: float) -> None:
    before = compare_designs(cycle, "stack", "libc")
    after = compare_designs(changed(cycle, "libc", factor), "stack", "libc")
    assert after.value == pytest.approx(factor * before.value, rel=1e-3)
    assert after.text != before.text
    assert f"{after.value:.1f}x" in after.text or f"{after.value:.2f}x" in after.text


def test_the_verdict_turns(cycle: Any) -> None:
    assert compare_designs(cycle, "stack", "libc").verdict == "faster"
    assert compare_designs(changed(cycle, "stack", 30), "stack", "libc").verdict == "slower"
    same = cycle.copy(deep=True)
    for name in ("ns_total", "iterations"):
        same[name].loc[{"design": "stack"}] = cycle[name].sel(design="libc")
    said = compare_designs(same, "stack", "libc")
    assert said.verdict == "unclear"
    assert "unclear in pool/cycle: 1.000x the time (1.000 to 1.000)" in said.text


def test_what_was_not_measured(cycle: Any) -> None:
    said = compare_designs(cycle, "mimalloc", "libc")
    assert said.text == "mimalloc and libc were not both measured in pool/cycle"
    assert said.verdict == "none"
    assert math.isnan(said.value)


def test_several_points(make_results: Make) -> None:
    data = make_results(["pool/sizes"]).to_xarray()
    said = compare_designs(data, "stack", "libc")
    factors = sorted(
        1 / float(v) for v in ratios(data, "libc")["ratio"].sel(design="stack").values.ravel()
    )
    assert (said.low, said.high) == pytest.approx((factors[0], factors[-1]))
    assert "faster than libc at all 3 points of pool/sizes" in said.text
    assert compare_designs(data, "libc", "stack").verdict == "slower"
    mixed = data.copy(deep=True)
    mixed["ns_total"].loc[{"design": "stack", "capacity": 10}] *= 100
    said = compare_designs(mixed, "stack", "libc")
    assert said.verdict == "mixed"
    assert "faster than libc at 2 of 3 points, slower at 1, unclear at 0" in said.text


def test_spread(make_results: Make) -> None:
    data = make_results(["pool/sizes"]).to_xarray()
    rising = spread(data, "stack", "capacity")  # by a quarter, as the data are made
    assert rising.verdict == "varies"
    assert rising.low <= rising.value <= rising.high
    assert rising.value == pytest.approx((1 + 0.25) / (1 + 10 / 4000), rel=0.03)
    assert "as long at capacity=1000 as at capacity=10 in pool/sizes" in rising.text
    level = data.copy(deep=True)
    for name in ("ns_total", "iterations"):
        for capacity in (100, 1000):
            level[name].loc[{"capacity": capacity}] = data[name].sel(capacity=10)
    flat = spread(level, "stack", "capacity")
    assert (flat.verdict, flat.value) == ("flat", 1.0)
    assert "stack is flat over capacity 10 to 1000" in flat.text
    assert spread(data, "checked", "capacity").verdict == "none"


def test_all_of_a_run(make_results: Make) -> None:
    results = make_results(["pool/cycle", "pool/sizes"])
    found = conclude(results, reference="libc")
    compared = [c.design for c in found if c.kind == "compare"]
    assert (
        compared == [d for d in ("stack", "checked", "naive", "mimalloc", "boost_pool", "pmr")] * 2
    )
    spreads = [c.design for c in found if c.kind == "spread"]
    assert spreads == ["stack", "naive", "libc", "mimalloc", "boost_pool", "pmr"]  # of sizes
    assert [c.text for c in conclude(results)] != [c.text for c in found]


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda d: compare_designs(d, "stak", "libc"), "design is 'stak'"),
        (lambda d: compare_designs(d, "stack", "lib"), "reference is 'lib'"),
        (lambda d: compare_designs(d, "stack", "libc", size=3), "axis is 'size'"),
        (lambda d: compare_designs(d, "stack", "libc", item_size_bytes=3), "item_size_bytes is 3"),
        (lambda d: spread(d, "stack", "capacity"), "axis is 'capacity'"),
        (lambda d: conclude(d, reference="nobody"), "reference is 'nobody'"),
    ],
)
def test_mistakes(cycle: Any, ask: Callable[[Any], Any], text: str) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=text):
        ask(cycle)
