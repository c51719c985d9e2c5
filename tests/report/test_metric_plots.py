"""Curves and heat maps of a metric: every figure is that of a row, from results or a Dataset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

import vmperf
from vmperf._results.results import Results
from vmperf.plot import over_axes

Of = Callable[[Results], Any]
BOTH = pytest.mark.parametrize("of", [lambda r: r, lambda r: r.to_xarray()], ids=["rows", "xarray"])


def figures_of(results: Results, name: str) -> dict[tuple[str, int], dict[str, Any]]:
    return {
        (row["params"]["design"], row["params"]["capacity"]): row["metrics"][name]
        for row in results.rows()
        if row["status"] == "ok"
    }


@BOTH
@pytest.mark.parametrize(
    ("name", "unit", "title"),
    [("rss_peak_bytes", 2**20, "rss_peak, MiB"), ("p50_ns", 1.0, "p50, ns"), ("hits", 1.0, "hits")],
)
def test_a_curve_holds_the_rows(
    delivered: Results, of: Of, name: str, unit: float, title: str
) -> None:
    spec = over_axes.curve(of(delivered), "capacity", metric=name, item_size_bytes=64).to_dict()
    drawn = {(r["design"], r["value"]): r for r in spec["datasets"]["curve"]}
    known = figures_of(delivered, name)
    assert drawn.keys() == known.keys()
    for key, row in drawn.items():
        for mine, end in (("median", "value"), ("low", "low"), ("high", "high")):
            assert row[mine] * unit == pytest.approx(known[key][end])
    (heading,) = {layer["encoding"]["y"]["title"] for layer in spec["layer"]
                  if "title" in layer["encoding"].get("y", {})} - {None}  # fmt: skip
    assert heading == title


def test_without_an_interval_there_is_no_band(delivered: Results) -> None:
    rows = over_axes.curve(delivered, "capacity", metric="count").to_dict()["datasets"]["curve"]
    assert all(row["low"] == row["median"] == row["high"] == 10000 for row in rows)


@BOTH
@pytest.mark.parametrize("name", ["rss_peak_bytes", "hits"])
def test_a_heat_map_is_most_intense_where_it_is_worst(
    delivered: Results, of: Of, name: str
) -> None:
    chart = over_axes.heat(of(delivered), ["capacity", "item_size_bytes"], metric=name)
    rows = chart.to_dict()["datasets"]["heat"]
    known = figures_of(delivered, name)
    assert {(row["design"], row["x"]) for row in rows} == {*known}
    better = max if name == "hits" else min  # hits: higher is better
    tones = {(row["design"], row["x"]): row["tone"] for row in rows}
    best = better(known, key=lambda at: known[at]["value"])
    worst = {max: min, min: max}[better](known, key=lambda at: known[at]["value"])
    assert (tones[best], tones[worst]) == (0.0, 1.0)
    for row in rows:
        value, *unit = row["text"].split(" ")
        scale = {"MiB": 2**20, "KiB": 2**10}.get(*unit, 1) if unit else 1
        found = known[row["design"], row["x"]]["value"]
        assert float(value) * scale == pytest.approx(found, rel=0.01)


def test_a_stored_dataset_draws_the_same(delivered: Results, tmp_path: Path) -> None:
    path = delivered.to_netcdf(tmp_path / "d.nc")
    with xr.open_dataset(path, group="gc/sizes", engine="h5netcdf") as stored:
        drawn = over_axes.curve(stored, "capacity", metric="p99_ns").to_dict()["datasets"]
    assert drawn == over_axes.curve(delivered, "capacity", metric="p99_ns").to_dict()["datasets"]


@pytest.mark.parametrize(
    ("draw", "text"),
    [
        (lambda d: over_axes.curve(d, "capacity", metric="hitz"), "metric is 'hitz'.*hits"),
        (lambda d: over_axes.curve(d, "capacity", metric="absent"), "with figures"),
        (lambda d: over_axes.curve(d, "design", metric="hits"), "axis is 'design'"),
        (lambda d: over_axes.curve(d, "capacity", metric="hits", id="gc/size"), "id is 'gc/size'"),
        (
            lambda d: over_axes.curve(d, "capacity", metric="hits", reference="libc"),
            "reference is 'libc'.*hits has no pairs",
        ),
        (
            lambda d: over_axes.heat(d, ["capacity", "state"], metric="hits", reference="libc"),
            "hits has no pairs",
        ),
    ],
)
def test_mistakes(delivered: Results, draw: Callable[[Any], Any], text: str) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=text):
        draw(delivered)
