"""The chosen quantity, percentile curves, series and tables in headless Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import vmperf
from vmperf._results.results import Results

pytestmark = pytest.mark.browser

ALL_DRAWN = "document.documentElement.dataset.allDrawn !== undefined"
CHART = "document.querySelector('#b0 .chart[data-kind={}]')"
ROW = "document.querySelector('#b0 table[data-point=\"0\"] tr[data-design={}]')"


@pytest.fixture
def opened(page: Any, delivered: Results, tmp_path: Path) -> Any:
    """The page of what gc/sizes delivered, all charts drawn."""
    path = vmperf.report(delivered, tmp_path / "delivered.html")
    page.open(path, "draw=all")
    page.wait(ALL_DRAWN)
    return page


def choose(page: Any, selector: str, text: str) -> None:
    page.js(f"""(() => {{
        const box = document.querySelector({selector!r});
        box.value = [...box.options].find((o) => o.text === {text!r}).value;
        box.dispatchEvent(new Event('change'));
    }})()""")


def shown_value(page: Any, design: str) -> str:
    found: str = page.js(f"{ROW.format(design)}.cells[1].textContent")
    return " ".join(found.split())


def winners(page: Any) -> list[str]:
    found: list[str] = page.js("[...document.querySelectorAll('#b0 table[data-point=\"0\"] "
                               "tr.winner')].map((row) => row.dataset.design)")  # fmt: skip
    return found


def quiet(page: Any) -> None:
    assert page.problems == []
    assert page.js("document.querySelectorAll('[data-failed]').length") == 0
    assert page.js("document.getElementById('problem').hidden")


def test_a_quantity_in_tables_and_curves(opened: Any, delivered: Results) -> None:
    before = opened.js("document.querySelector('#b0 table.figures').innerText")
    opened.js(f"void (window.old = {CHART.format('curve')}.view)")
    choose(opened, "#b0 [data-quantity]", "rss_peak_bytes")
    row = next(r for r in delivered.rows() if r["params"]["design"] == "libc")
    mib = row["metrics"]["rss_peak_bytes"]["value"] / 2**20
    assert float(shown_value(opened, "libc")) == pytest.approx(mib, rel=1e-3)
    assert opened.js("document.querySelector('#b0 .figures th:nth-child(2)').textContent") == (
        "rss_peak, MiB")  # fmt: skip
    flags = "document.querySelector('#b0 td.flagged')"
    assert opened.js(f"{flags}.getClientRects().length") == 0
    opened.wait(f"{CHART.format('curve')}.view !== old")
    rows = opened.js(f"{CHART.format('curve')}.view.data('curve')")
    assert len(rows) == 3 * 6
    drawn = next(r for r in rows if r["design"] == "libc" and r["value"] == 10)
    assert drawn["median"] == pytest.approx(mib, rel=1e-3)
    choose(opened, "#b0 [data-quantity]", "time per op")
    assert opened.js("document.querySelector('#b0 table.figures').innerText") == before
    quiet(opened)


def test_better_decides_who_is_best(opened: Any, delivered: Results) -> None:
    rows = [r for r in delivered.rows() if r["params"]["capacity"] == 10 and r["status"] == "ok"]

    def ranked(name: str) -> list[str]:
        found = sorted(rows, key=lambda r: r["metrics"][name]["value"])
        return [r["params"]["design"] for r in found]

    choose(opened, "#b0 [data-quantity]", "hits")
    assert winners(opened) == [ranked("hits")[-1]]
    choose(opened, "#b0 [data-quantity]", "p99_ns")
    assert winners(opened) == [ranked("p99_ns")[0]]
    versus = f"{ROW.format('pmr')}.querySelector('[data-versus] .ratio')"
    assert opened.js(f"{versus}.classList.contains('slower')")
    assert opened.js(f"{versus}.textContent").endswith("as much")
    choose(opened, "#b0 [data-quantity]", "count")
    assert winners(opened) == []  # neither is better
    quiet(opened)


def test_none_is_best_of_equal_ones(page: Any, delivered: Results, tmp_path: Path) -> None:
    for row in delivered.rows():
        row["metrics"]["hits"] |= {"value": 0.5, "low": 0.4, "high": 0.6}
    page.open(vmperf.report(delivered, tmp_path / "equal.html"))
    choose(page, "#b0 [data-quantity]", "hits")
    assert winners(page) == []
    assert page.js(f"{ROW.format('pmr')}.querySelector('[data-versus]').textContent") == "the same"
    quiet(page)


def test_another_reference_for_a_quantity(opened: Any) -> None:
    choose(opened, "#b0 [data-quantity]", "p50_ns")
    choose(opened, "#b0 table[data-point='0'] thead select", "libc")
    versus = "{}.querySelector('[data-versus]').textContent"
    assert opened.js(versus.format(ROW.format("libc"))) == "reference"
    assert opened.js(versus.format(ROW.format("stack"))).endswith("less")
    choose(opened, "#b0 [data-quantity]", "time per op")
    assert "faster" in opened.js(versus.format(ROW.format("stack")))
    quiet(opened)


def test_percentile_curves_and_series_are_drawn(opened: Any, delivered: Results) -> None:
    percentiles = opened.js(f"{CHART.format('percentile')}.view.data('percentiles')")
    assert {r["design"] for r in percentiles} == {
        "stack", "naive", "libc", "mimalloc", "boost_pool", "pmr"}  # fmt: skip
    whole = delivered.distribution("latency", design="pmr", capacity=10)
    own = [r for r in percentiles if r["design"] == "pmr"]
    middle = min(own, key=lambda r: abs(r["nines"] - 0.30103))
    at = 1 - 10 ** -middle["nines"]
    scale = middle["value"] / whole.quantile(at)
    assert min(abs(scale * unit - 1) for unit in (1, 1e3, 1e6)) < 0.01
    assert own[-1]["at"].startswith("99.9")
    greatest = opened.js(f"{CHART.format('percentile')}.view.data('greatest')")
    assert {r["at"] for r in greatest} == {"the greatest"}
    lines = opened.js(f"{CHART.format('series')}.view.data('series')")
    runs = {(r["design"], r["placement"]) for r in lines}
    assert len(runs) == 12
    colours = """(() => {{
        const canvas = {}.querySelector('canvas');
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(pixels.data.buffer)).size;
    }})()"""
    for kind in ("percentile", "series"):
        assert opened.js(colours.format(CHART.format(kind))) > 40
    quiet(opened)


def test_details_of_another_point(opened: Any, delivered: Results) -> None:
    opened.js(f"void (window.old = {CHART.format('percentile')}.view)")
    choose(opened, "#b0 [data-points]", "capacity=1000")
    opened.wait(f"{CHART.format('percentile')}.view !== old")
    rows = opened.js(f"{CHART.format('percentile')}.view.data('greatest')")
    whole = delivered.distribution("latency", design="stack", capacity=1000)
    (value,) = (r["value"] for r in rows if r["design"] == "stack")
    assert min(abs(value * unit / whole.max - 1) for unit in (1, 1e3)) < 1e-6
    quiet(opened)


def test_tables_are_no_wider_than_the_page(opened: Any) -> None:
    wide = "[...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth)"
    assert opened.js(f"{wide}.length") == 0
    assert opened.js("document.querySelectorAll('#b0 .delivered tbody tr').length") == 36


HEADLINE = "document.querySelector('.chart[data-kind=overview]')"


def headline_rows(page: Any, name: str) -> list[dict[str, Any]]:
    """Choose a quantity of the overview's chart and return what it then draws."""
    page.js(f"void (window.old = {HEADLINE}.view)")
    choose(page, "[data-headline=c0]", name)
    page.wait(f"{HEADLINE}.view !== old")
    found: list[dict[str, Any]] = page.js(f"{HEADLINE}.view.data('overview')")
    return found


def test_a_quantity_in_the_overview(opened: Any, delivered: Results) -> None:
    """The chart draws values over the reference's; tables and curves of its benchmarks follow."""
    times = opened.js(f"{HEADLINE}.view.data('overview')")
    opened.js(f"void (window.curve = {CHART.format('curve')}.view)")
    rows = headline_rows(opened, "rss_peak_bytes")
    known = {
        (r["params"]["design"], r["params"]["capacity"]): r["metrics"]["rss_peak_bytes"]
        for r in delivered.rows()
        if r["status"] == "ok"
    }
    assert len(rows) == len(known) == 3 * 6
    for row in rows:
        capacity = int(row["case"].rpartition("=")[2])
        found, other = known[row["design"], capacity], known["stack", capacity]["value"]
        for drawn, name in (("ratio", "value"), ("low", "low"), ("high", "high")):
            assert row[drawn] == pytest.approx(found[name] / other, rel=1e-4)
        is_reference = row["design"] == "stack"
        assert row["text"].endswith("reference" if is_reference else "× stack; lower is better")
    opened.wait(f"{CHART.format('curve')}.view !== curve")
    value = "document.querySelector('#b0 .figures th:nth-child(2)').textContent"
    assert opened.js(value) == "rss_peak, MiB"
    box = "document.querySelector('#b0 [data-quantity]').selectedOptions[0].text"
    assert opened.js(box) == "rss_peak_bytes"
    assert headline_rows(opened, "time per op") == times
    assert opened.js(box) == "time per op"
    quiet(opened)


def test_the_overview_follows_the_reference(opened: Any, delivered: Results) -> None:
    before = {(r["case"], r["design"]): r["ratio"] for r in headline_rows(opened, "p50_ns")}
    opened.js(f"void (window.old = {HEADLINE}.view)")
    choose(opened, "#reference", "libc")
    opened.wait(f"{HEADLINE}.view !== old")
    for row in opened.js(f"{HEADLINE}.view.data('overview')"):
        other = before[row["case"], "libc"]
        assert row["ratio"] == pytest.approx(before[row["case"], row["design"]] / other)
    quiet(opened)


def test_an_overview_of_zeros_is_empty(page: Any, delivered: Results, tmp_path: Path) -> None:
    """Of 0 there is no quotient, and a chart of nothing is no failure."""
    for row in delivered.rows():
        row["metrics"]["hits"] |= {"value": 0.0, "low": 0.0, "high": 0.0}
    page.open(vmperf.report(delivered, tmp_path / "zero.html"), "draw=all")
    page.wait(ALL_DRAWN)
    choose(page, "[data-headline=c0]", "hits")
    page.wait(f"{HEADLINE}.querySelector('p.none') !== null")
    assert len(headline_rows(page, "time per op")) == 3 * 6
    assert page.js(f"{HEADLINE}.querySelector('p.none')") is None
    quiet(page)
