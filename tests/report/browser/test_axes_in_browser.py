"""Curves and heat maps of the page in headless Chromium, and their rows against _plots."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vmperf
from vmperf._results.results import Results
from vmperf.plot import limits as _limits
from vmperf.plot import over_axes

pytestmark = pytest.mark.browser

ALL_DRAWN = "document.documentElement.dataset.allDrawn !== undefined"
DATA = "document.querySelector('#b0 .chart[data-kind={kind}]').view.data('{name}')"
HEAT = "document.querySelector('#b0 .chart[data-kind=heat] canvas')"


def choose(page: Any, selector: str, value: str) -> None:
    page.js(f"""(() => {{
        const box = document.querySelector({selector!r});
        box.value = {value!r};
        box.dispatchEvent(new Event('change'));
    }})()""")


@pytest.fixture
def grid(make_grid: Callable[[], Results], tmp_path: Path) -> Path:
    """A report of one benchmark over two numeric axes, with a limit that a claim states."""
    return vmperf.report(make_grid(), tmp_path / "grid.html")


def test_curves_and_heat_map_of_a_grid(page: Any, grid: Path) -> None:
    page.open(grid, "draw=all")
    page.wait(ALL_DRAWN)
    kinds = page.js("[...document.querySelectorAll('#b0 .chart')].map(f => f.dataset.kind)")
    assert kinds == ["curve", "curve", "heat", "strip", "shape", "order"]
    assert page.js("document.querySelectorAll('.chart:not([data-drawn])').length") == 0
    colours = f"""(() => {{
        const canvas = {HEAT};
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return [...new Set(new Uint32Array(pixels.buffer))].length;
    }})()"""
    assert page.js(colours) > 20
    page.js(f"window.before = {HEAT}.toDataURL()")
    choose(page, "#reference", "libc")
    page.wait(f"{HEAT} && {HEAT}.toDataURL() !== before")
    assert page.problems == []
    assert page.js("document.getElementById('problem').hidden")


def test_heat_map_and_limits_are_those_of_the_notebooks(
    page: Any, grid: Path, make_grid: Callable[[], Results]
) -> None:
    # The page's script and _plots make their rows apart: they must be the same.
    page.open(grid, "draw=all")
    page.wait(ALL_DRAWN)
    results = make_grid()
    spec = over_axes.heat(results, ["capacity", "item_size_bytes"], reference="stack").to_dict()
    ours = {(r["design"], r["x"], r["y"]): r for r in spec["datasets"]["heat"]}
    theirs = page.js(DATA.format(kind="heat", name="heat"))
    assert [(r["design"], r["x"], r["y"]) for r in theirs] == [*ours]
    for row in theirs:
        mine = ours[row["design"], row["x"], row["y"]]
        assert row["row"] == mine["row"]
        for name in ("text", "time"):  # the page has figures of five digits
            (figure, word), (our_figure, our_word) = row[name].split(), mine[name].split()
            assert word == our_word
            number, ours_number = (float(f.rstrip("×")) for f in (figure, our_figure))
            assert number == pytest.approx(ours_number, rel=0.01)
        assert row["tone"] == pytest.approx(mine["tone"], abs=0.01)
    curve = "document.querySelector('#b0 .chart[data-kind=curve][data-axis=capacity]')"
    page.js(f"void (window.old = {curve}.view)")
    choose(page, "#b0 [data-points]", "5")  # item_size_bytes=64, capacity=100000
    page.js("document.querySelector('#b0 .chart[data-axis=capacity]').scrollIntoView()")
    page.wait(f"{curve}.view !== old")
    rows = page.js(DATA.format(kind="curve][data-axis=capacity", name="curve"))
    at = 64
    figures = {
        (r["params"]["design"], r["params"]["capacity"]): r["ns_per_op"]
        for r in results.rows()
        if r["params"]["item_size_bytes"] == at and r["status"] == "ok"
    }
    assert len(rows) == len(figures)
    for row in rows:
        found = figures[row["design"], row["value"]]
        for name in ("median", "low", "high"):
            assert row[name] == pytest.approx(found[name], rel=1e-4)
    limits = page.js(DATA.format(kind="curve][data-axis=capacity", name="limits"))
    ours_near = _limits.limits_near(results, item_size_bytes=64)
    assert any(label.startswith("claimed: ") for label in ours_near)
    assert {r["label"]: r["limit"] for r in limits} == pytest.approx(ours_near, rel=1e-3)
