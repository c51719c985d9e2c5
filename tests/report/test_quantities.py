"""What cases deliver beside their time, on its way to the page."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vmperf
from vmperf._report import quantities
from vmperf._report.groups import sections
from vmperf._report.quantities import extras_of, percentiles, text
from vmperf._results import delivered as _delivered
from vmperf._results.results import Results
from vmperf.plot import charts
from vmperf.plot.details import are_events, thinned


def page_of(results: Results, folder: Path) -> tuple[str, dict[str, Any]]:
    page = vmperf.report(results, folder / "page.html").read_text(encoding="utf-8")
    found = re.search(r'id="payload">(.*?)</script>', page, re.S)
    assert found is not None
    benchmark: dict[str, Any] = json.loads(found[1])["benchmarks"]["b0"]
    return page, benchmark


def test_quantities_that_have_a_value_can_be_chosen(delivered: Results, tmp_path: Path) -> None:
    page, benchmark = page_of(delivered, tmp_path)
    names = [name for name, _, _ in benchmark["quantities"]]
    assert names[0] == "hits"
    assert names[-1] == "rss_peak_bytes"  # what every case has stands last
    assert {"p50_ns", "p99_ns", "max_ns", "count"} < {*names}
    assert "absent" not in names
    assert not any(name.startswith("latency_") for name in names)  # a second name of p50_ns ...
    assert ["hits", "1", "higher"] in benchmark["quantities"]
    options = re.findall(r'<option value="(-?\d+)">([\w ]+)</option>', page)
    assert options == [("-1", "time per op"), *((str(i), n) for i, n in enumerate(names))]
    headings = ["metrics", "distribution latency", "of every case"]
    assert re.findall(r'optgroup label="([\w ]+)"', page) == headings * 2  # in the overview, too
    selector = re.search(r"<select data-headline=c0>(.*?)</select>", page, re.S)
    assert selector is not None
    options = re.findall(r'<option value="(\w*)">([\w ]+)</option>', selector[1])
    assert options == [("", "time per op"), *((name, name) for name in names)]


def test_figures_are_those_of_the_rows(delivered: Results, tmp_path: Path) -> None:
    _, benchmark = page_of(delivered, tmp_path)
    names = [name for name, _, _ in benchmark["quantities"]]
    shown = 0
    for row in delivered.rows():
        at = {n: v for n, v in row["params"].items() if n != "design"}
        (point,) = (p for p in benchmark["points"] if p["params"] == at)
        figures = point["q"].get(row["params"]["design"])
        if row["status"] != "ok":
            assert figures is None
            continue
        for name, figure in zip(names, figures, strict=True):
            found = row["metrics"][name]
            value, *ends = figure if isinstance(figure, list) else [figure]
            assert value == (found["value"] and pytest.approx(found["value"], rel=1e-5))
            assert ends == (
                [] if found["low"] is None
                else [pytest.approx(found[end], rel=1e-5) for end in ("low", "high")]
            )  # fmt: skip
            shown += 1
    assert shown == 3 * 6 * len(names)


def test_percentiles_are_those_of_the_merged_histogram(delivered: Results, tmp_path: Path) -> None:
    _, benchmark = page_of(delivered, tmp_path)
    (index,) = (i for i, p in enumerate(benchmark["points"]) if p["params"]["capacity"] == 100)
    curves = benchmark["points"][index]["dist"]["latency"]
    assert "checked" not in curves  # refused
    last, nines, greatest, values = curves["libc"]
    whole = delivered.distribution("latency", design="libc", capacity=100)
    assert greatest == whole.max
    assert nines == pytest.approx(math.log10(whole.count))
    assert last == pytest.approx(math.log10(whole.count / 10))
    assert len(values) == 200
    assert values == sorted(values)
    at = 1 - 10 ** -(last * 100 / 199)
    assert values[100] == pytest.approx(whole.quantile(at), rel=1e-3)


@pytest.mark.parametrize("count", [1, 5, 19, 20, 1000])
def test_a_percentile_without_ten_records_beyond_it_is_not_drawn(count: int) -> None:
    shape = vmperf.stats.Histogram()
    shape.record(np.arange(count, dtype=np.int64))
    last, _, greatest, values = percentiles(shape, 24)
    assert greatest == count - 1
    assert len(values) == (24 if count >= 20 else 0)
    if values:
        beyond = count * 10**-last
        assert beyond == pytest.approx(10, rel=1e-5)
        assert values[-1] <= count - 10


def test_many_curves_share_the_page(
    delivered: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantities, "PAGE_PERCENTILES", 18 * 30)
    monkeypatch.setattr(quantities, "PAGE_LINE_POINTS", 36 * 50)
    _, benchmark = page_of(delivered, tmp_path)
    for point in benchmark["points"]:
        assert {len(curve[3]) for curve in point["dist"]["latency"].values()} == {30}
        runs = [run for own in point["lines"]["rss"].values() for run in own]
        assert max(len(x) for _, _, x, _ in runs) <= 50


def test_each_detail_is_read_once(
    delivered: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    details = _delivered.read_details

    def noted(path: Path, kind: str, **which: Any) -> Any:
        read.append(kind)
        return details(path, kind, **which)

    monkeypatch.setattr(_delivered, "read_details", noted)
    delivered.rows()  # the rows' own reading
    read.clear()
    page_of(delivered, tmp_path)
    assert sorted(read) == ["distribution", "series", "table"]


def test_lines_keep_peaks_and_ends(delivered: Results, tmp_path: Path) -> None:
    _, benchmark = page_of(delivered, tmp_path)
    known = {(one["params"]["design"], one["params"]["capacity"], one["placement"]): one
             for one in delivered.series("rss")}  # fmt: skip
    n_lines = 0
    for point in benchmark["points"]:
        for design, runs in point["lines"]["rss"].items():
            for _, placement, x, y in runs:
                whole = known[design, point["params"]["capacity"], placement]
                assert len(x) <= 500 < len(whole["x"])
                assert x == sorted(x)
                assert (x[0], x[-1]) == (whole["x"][0], whole["x"][-1])
                assert max(y) == pytest.approx(whole["y"].max(), rel=1e-5)
                n_lines += 1
    assert n_lines == 3 * 6 * 2
    assert benchmark["units"]["rss"] == ["s", "B"]


def test_values_that_are_no_numbers_are_left_out(
    delivered: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    series = delivered.series

    def broken(name: str, id: str | None = None) -> list[dict[str, Any]]:
        rows = series(name, id)
        for row in rows:
            row["y"] = np.where(np.arange(len(row["y"])) % 2, row["y"], math.nan)
        return rows

    monkeypatch.setattr(delivered, "series", broken)
    _, benchmark = page_of(delivered, tmp_path)
    (_, _, x, y), *_ = benchmark["points"][0]["lines"]["rss"]["stack"]
    assert len(x) == len(y) > 100


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=400), st.integers(4, 100))
def test_thinning_keeps_extremes_and_order(values: list[float], most: int) -> None:
    y = np.array(values)
    at = thinned(y, most)
    assert len(at) <= max(most, 4)
    assert (np.diff(at) > 0).all()
    assert {0, len(y) - 1} <= {*at.tolist()}
    assert y[at].min() == y.min()
    assert y[at].max() == y.max()


def test_a_table_is_capped_and_says_so(delivered: Results, tmp_path: Path) -> None:
    page, _ = page_of(delivered, tmp_path)
    (table,) = extras_of(delivered, sections(delivered))["b0"].tables
    assert table.columns == [("process", "", True), ("placement", "", True),
                             ("kind", "", False), ("length", "us", True)]  # fmt: skip
    designs = [design for design, _ in table.rows]
    assert {designs.count(design) for design in designs} == {40 // 6}
    assert "checked" not in designs
    first = delivered.table("pauses")[0]
    assert table.rows[0][1] == ["0", "0", first["kind"], text(first["length"])]
    assert "36 of 1,260 rows" in " ".join(page.split())
    assert 'results.table("pauses", "gc/sizes")' in page.replace("&#34;", '"')


@pytest.mark.parametrize(("value", "shown"), [
    (None, "–"), (3, "3"), (12345.0, "12,345"), (0.123456, "0.1235"), ("a<b", "a<b"),
    (True, "True"),
])  # fmt: skip
def test_cells(value: object, shown: str) -> None:
    assert text(value) == shown


def test_an_old_journal_has_a_page_as_before(
    make_results: Callable[..., Results], tmp_path: Path
) -> None:
    page, benchmark = page_of(make_results(["pool/cycle"]), tmp_path)
    assert benchmark["quantities"] == []
    assert "data-quantity>" not in page
    assert "dist" not in benchmark["points"][0]


def test_bins_are_those_of_the_merged_histogram(delivered: Results, tmp_path: Path) -> None:
    page, benchmark = page_of(delivered, tmp_path)
    assert 'data-kind="histogram"' in page
    point = next(p for p in benchmark["points"] if p["params"]["capacity"] == 100)
    first, shares = point["bins"]["latency"]["pmr"]
    assert sum(shares) == pytest.approx(100, abs=0.5)
    whole = delivered.distribution("latency", design="pmr", capacity=100)
    values, counts = whole.buckets()
    low, high = 10 ** (first / 8), 10 ** ((first + len(shares)) / 8)
    assert low <= whole.min <= whole.max < high
    middle = first + len(shares) // 2
    below = counts[values < 10 ** (middle / 8)].sum() / counts.sum()
    assert sum(shares[: middle - first]) / 100 == pytest.approx(below, abs=0.01)


@pytest.mark.parametrize(("x", "y", "events"), [
    ("ms", "ms", True), ("s", "ns", True), ("ms", "1", False), ("1", "us", False),
    ("ms", "B", False),
])  # fmt: skip
def test_times_over_time_are_events(x: str, y: str, events: bool) -> None:
    assert are_events((x, y)) is events


@pytest.mark.parametrize("kind", ["percentile", "series", "histogram", "events"])
def test_templates_of_details_can_be_filled(kind: str) -> None:
    names = {"percentile": ["percentiles", "greatest"], "series": ["series"],
             "histogram": ["bins"], "events": ["series"]}[kind]  # fmt: skip
    spec = charts.fill(kind, {n: [] for n in names}, designs=["a"], y="log", quantity="q, ns")
    used = {one["data"]["name"] for one in (spec, *spec["layer"]) if "data" in one}
    assert used == set(names)
    assert '"type": "log"' in json.dumps(spec)
    assert "q, ns" in json.dumps(spec)
