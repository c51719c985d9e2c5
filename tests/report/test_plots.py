"""Charts over axes: every row is a figure of the core, whether from results or a Dataset."""

from __future__ import annotations

import doctest
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vmperf
from house import fair_weather
from vmperf import _core
from vmperf._claims.file import read_claims, shipped
from vmperf._results import estimates
from vmperf._results.results import Results
from vmperf.plot import conclusions, limits, over_axes

Make = Callable[..., Results]
ID = "pool/sizes"


@pytest.fixture
def sizes(make_results: Make) -> Results:
    return make_results([ID], processes=3)


def cases_at(results: Results, design: str, capacity: int) -> list[Any]:
    return [c for c in results.cases
            if c.design == design and c.params["capacity"] == capacity]  # fmt: skip


def measured(results: Results) -> dict[tuple[str, int], dict[str, Any]]:
    return {
        (row["params"]["design"], row["params"]["capacity"]): row["ns_per_op"]
        for row in results.rows()
        if row["ns_per_op"]["median"] is not None
    }


# -- curves ------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", [lambda r: r, lambda r: r.to_xarray(ID)], ids=["results", "xarray"])
def test_a_curve_holds_the_rows(sizes: Results, of: Callable[[Results], Any]) -> None:
    spec = over_axes.curve(of(sizes), "capacity").to_dict()
    drawn = {(r["design"], r["value"]): r for r in spec["datasets"]["curve"]}
    rows = measured(sizes)
    assert drawn.keys() == rows.keys()
    for key, row in drawn.items():
        assert {n: row[n] for n in ("median", "low", "high")} == {
            n: rows[key][n] for n in ("median", "low", "high")
        }  # the very same numbers
    x = next(layer["encoding"]["x"] for layer in spec["layer"])
    assert (x["scale"]["type"], x["title"]) == ("log", "capacity")
    assert not any(token in json.dumps(spec) for token in ('"@', "{unit}", "{axis}", "{quantity}"))


def test_a_curve_of_ratios_is_paired(sizes: Results) -> None:
    spec = over_axes.curve(sizes, "capacity", reference="libc").to_dict()
    (row,) = [r for r in spec["datasets"]["curve"] if (r["design"], r["value"]) == ("stack", 100)]
    mine, other = cases_at(sizes, "stack", 100), cases_at(sizes, "libc", 100)
    times = [np.concatenate([c.ns_total / c.iterations for c in of]) for of in (mine, other)]
    process = np.repeat(np.arange(3), [len(c.ns_total) for c in mine])
    found = _core.stats.paired_ratio(*times, process)
    assert (row["median"], row["low"], row["high"]) == pytest.approx(
        (found["ratio"], found["low"], found["high"])
    )
    y = spec["layer"][0]["encoding"]["y"]
    assert y["title"] == "time ÷ time of libc"


def test_limits_are_lines(sizes: Results) -> None:
    spec = over_axes.curve(sizes, "capacity", limits={"wish": 0.5, "floor": 0.25}).to_dict()
    assert spec["datasets"]["limits"] == [
        {"label": "wish", "limit": 0.5}, {"label": "floor", "limit": 0.25}
    ]  # fmt: skip
    layers = [layer for layer in spec["layer"] if layer["data"]["name"] == "limits"]
    assert sorted(layer["mark"]["type"] for layer in layers) == ["rule", "text"]
    plain = over_axes.curve(sizes, "capacity").to_dict()
    assert all(layer["data"]["name"] != "limits" for layer in plain["layer"])


def test_claimed_limits_and_the_cycle(make_grid: Callable[[], Results]) -> None:
    results = make_grid()
    found = over_axes.limits_of(results)
    assert found["1 cycle"] == pytest.approx(1 / 3.7)
    units = {"ns": 1.0, "cycles": 1 / 3.7}
    claims = [
        c for c in read_claims(shipped())
        if c.benchmark == "pool/cycle" and c.kind in units
        and c.params["state"] == results.cases[0].params["state"]
    ]  # fmt: skip
    assert claims
    assert {n: v for n, v in found.items() if n != "1 cycle"} == pytest.approx(
        {f"claimed: {c.design} ≤ {c.target:g} {c.kind}": c.target * units[c.kind] for c in claims}
    )
    assert [*over_axes.limits_of(results, item_size_bytes=16)] == [
        "1 cycle"
    ]  # claimed for 64 alone
    assert limits.near_limits({"a": 1.0, "b": 99.0}, [2.0, math.nan, 3.0]) == {"a": 1.0}
    close = over_axes.limits_near(results, item_size_bytes=64)
    assert any(label.startswith("claimed: checked ≤ ") for label in close)


# -- heat maps and ratios ----------------------------------------------------------------------


def test_a_heat_map_of_times(make_grid: Callable[[], Results]) -> None:
    data = make_grid().to_xarray().sel(design=["stack"])
    rows = over_axes.heat(data, ["capacity", "item_size_bytes"]).to_dict()["datasets"]["heat"]
    medians = estimates.times(data)["median"]
    assert len(rows) == 6
    shade = {(r["x"], r["y"]): r["tone"] for r in rows}
    assert (min(shade.values()), max(shade.values())) == (0, 1)
    slowest = max(shade, key=lambda at: shade[at])
    where = medians.sel(capacity=slowest[0], item_size_bytes=slowest[1])
    assert float(where.squeeze()) == float(medians.max())


def test_a_heat_map_of_ratios(make_grid: Callable[[], Results]) -> None:
    data = make_grid().to_xarray()
    spec = over_axes.heat(data, ["capacity", "item_size_bytes"], reference="libc").to_dict()
    found = estimates.ratios(data, "libc")["ratio"].squeeze("state")
    rows = spec["datasets"]["heat"]
    strongest = float(abs(np.log(found)).max())
    for row in rows:
        at = {"design": row["design"], "capacity": row["x"], "item_size_bytes": row["y"]}
        ratio = float(found.sel(at))
        if row["design"] == "libc":
            assert (row["tone"], row["said"]) == (0, "reference")
            assert row["text"].endswith(" ns")
        else:
            assert row["tone"] == pytest.approx(math.log(ratio) / strongest)
            assert row["text"] == over_axes.said(ratio)
    assert {row["design"] for row in rows} == {*map(str, data.design.values)} - {"mimalloc"}
    assert over_axes.said(1 / 4.5) == "4.50× faster"
    assert over_axes.said(1.05) == "1.050× slower"


def test_ratios_of_all_points(sizes: Results) -> None:
    rows = over_axes.ratios(sizes, "stack").to_dict()["datasets"]["overview"]
    found = estimates.ratios(sizes.to_xarray(), "stack")
    assert len(rows) == len(measured(sizes))
    assert {row["case"] for row in rows} == {f"capacity={c}" for c in (10, 100, 1000)}
    for row in rows:
        capacity = int(row["case"].partition("=")[2])
        cell = found.sel(design=row["design"], capacity=capacity).squeeze()
        assert (row["ratio"], row["low"], row["high"]) == pytest.approx(
            tuple(float(cell[n]) for n in ("ratio", "low", "high"))
        )


def test_refused_cases_have_no_place(sizes: Results) -> None:
    medians = estimates.times(sizes.to_xarray())
    assert medians["median"].sel(design="checked").isnull().all()  # too noisy
    assert set(medians["status"].sel(design="checked").values.ravel()) == {"too_noisy"}
    drawn = over_axes.curve(sizes, "capacity").to_dict()["datasets"]["curve"]
    assert "checked" not in {row["design"] for row in drawn}


def test_a_stored_dataset_draws_the_same(sizes: Results, tmp_path: Path) -> None:
    import xarray as xr

    path = sizes.to_netcdf(tmp_path / "s.nc")
    with xr.open_dataset(path, group=ID, engine="h5netcdf") as stored:
        drawn = over_axes.curve(stored, "capacity").to_dict()["datasets"]
    assert drawn == over_axes.curve(sizes, "capacity").to_dict()["datasets"]


# -- mistakes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draw", "text"),
    [
        (lambda d: over_axes.curve(d, "capasity"), "axis is 'capasity'.*mean capacity"),
        (lambda d: over_axes.curve(d, "state"), "axis is 'state'; allowed: an axis of numbers"),
        (
            lambda d: over_axes.curve(d, "capacity"),
            "item_size_bytes is open; allowed: one of 16, 64",
        ),
        (lambda d: over_axes.curve(d, "capacity", item_size_bytes=3), "item_size_bytes is 3"),
        (lambda d: over_axes.curve(d, "capacity", colour=3), "axis is 'colour'"),
        (
            lambda d: over_axes.curve(d, "capacity", id="pool/x", item_size_bytes=16),
            "id is 'pool/x'",
        ),
        (
            lambda d: over_axes.curve(d, "capacity", reference="lib", item_size_bytes=16),
            "reference is 'lib'.*mean libc",
        ),
        (lambda d: over_axes.heat(d, "capacity"), "axes is capacity; allowed: two different"),
        (lambda d: over_axes.heat(d, ["capacity", "capacity"]), "two different axes"),
        (lambda d: over_axes.ratios(d, "nobody"), "reference is 'nobody'"),
        (lambda d: over_axes.ratios(d, "mimalloc"), "a design that has figures"),
        (lambda d: over_axes.limits_of(d, item_size_bytes=3), "item_size_bytes is 3"),
        (lambda d: over_axes.curve(d.drop_vars("status"), "capacity"), "a Dataset without status"),
        (
            lambda d: over_axes.curve(d.sel(design=["mimalloc"]), "capacity", item_size_bytes=16),
            "with figures",
        ),
    ],
)
def test_mistakes(make_grid: Callable[[], Results], draw: Callable[[Any], Any], text: str) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=text):
        draw(make_grid().to_xarray())


@pytest.mark.slow
@pytest.mark.parametrize("module", [over_axes, limits, conclusions])
def test_examples_run(module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They measure, in weather in which no figure is refused."""
    monkeypatch.chdir(tmp_path)
    fair_weather.setup(monkeypatch)
    found = doctest.testmod(module, extraglobs={"vmperf": vmperf})
    assert found.attempted >= 2
    assert found.failed == 0
