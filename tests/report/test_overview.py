"""The overview of many components: its parts, their colours, what is shown of long sweeps."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vmperf
from vmperf._report import groups, model, overview, payload
from vmperf._report.colours import N_COLOURS, colour_of
from vmperf._report.groups import designs_of, sections
from vmperf._report.model import Section
from vmperf._report.overview import Component, components, headlines, spread
from vmperf._report.quantities import Extras
from vmperf._report.summary import verdicts
from vmperf._results.results import Results
from vmperf.plot import charts as _charts

Make = Callable[..., Results]


def parts_of(results: Results) -> list[Component]:
    found = sections(results)
    return components(found, verdicts(found), designs_of(found))


def test_each_component_has_a_part(make_results: Make) -> None:
    parts = parts_of(make_results(["pool/cycle", "gc/sizes", "pool/churn"]))
    assert [(part.name, [s.id for s in part.sections]) for part in parts] == [
        ("pool", ["pool/cycle", "pool/churn"]), ("gc", ["gc/sizes"])]  # fmt: skip
    pool, gc = parts
    assert (pool.n_fastest, pool.n_measured) == (1, 2)  # naive is ahead in churn
    assert [(s.id, i) for s, i in gc.cases] == [("gc/sizes", 0), ("gc/sizes", 1), ("gc/sizes", 2)]
    assert "checked" in pool.designs
    assert "checked" not in gc.designs  # refused in every point of its chart


def test_headlines_are_the_tagged_ones(make_results: Make) -> None:
    found = sections(make_results(["pool/cycle", "pool/churn", "pool/sizes"]))
    assert headlines(found) == found  # all have the tag of the reference report
    found[1].entry["tags"][:] = ["headline"]
    assert headlines(found) == [found[1]]
    for section in found:
        section.entry["tags"][:] = []
    assert headlines(found * 2) == (found * 2)[: overview.MOST_HEADLINES]


def test_no_more_headlines_than_have_colours(
    make_results: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "N_COLOURS", 6)
    found = sections(make_results(["pool/cycle", "pool/churn"]))
    assert len(found[0].measured | found[1].measured) == 7
    assert headlines(found) == [found[0]]


def test_a_long_sweep_is_spread(make_results: Make) -> None:
    (section,) = sections(make_results(["pool/sizes"]))
    section.points = section.points * 50
    assert spread(section, 4) == [0, 50, 99, 149]
    assert spread(section, 200) == list(range(150))
    assert spread(section, 1) == [section.start]


def test_designs_of_one_chart_have_different_colours() -> None:
    charts = [[f"a{i}" for i in range(20)], [f"b{i}" for i in range(20)], ["a0", "b0", "naive"]]
    designs = [*dict.fromkeys(name for chart in charts for name in chart)]
    found = colour_of(designs, charts)
    for chart in charts:
        assert len({found[design] for design in chart}) == len(chart)
    assert found["naive"] == "series-naive"
    assert found["a0"] == "series-0"
    assert found["b1"] == "series-0"  # far from a0
    assert len(set(colour_of(designs, charts, [designs[:31]]).values())) > len(set(found.values()))


def test_more_designs_than_colours_still_have_one() -> None:
    designs = [f"d{i}" for i in range(N_COLOURS + 3)]
    found = colour_of(designs, [designs])
    assert len({*found.values()}) == N_COLOURS


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_no_two_colours_are_alike(mode: _charts.Mode) -> None:
    ink = _charts.palette(mode)
    values = [ink[f"series-{i}"] for i in range(N_COLOURS)] + [ink["series-naive"]]
    channels = [[int(v[i : i + 2], 16) for i in (1, 3, 5)] for v in values]
    for i, a in enumerate(channels):
        for b in channels[:i]:
            assert sum(abs(x - y) for x, y in zip(a, b, strict=True)) >= 24


def test_legends_of_the_page_hold_their_own_designs(make_results: Make, tmp_path: Path) -> None:
    results = make_results(["pool/cycle", "gc/sizes"])
    text = vmperf.report(results, tmp_path / "page.html").read_text()
    legends = dict(re.findall(r'data-chips="(c\d)"(.*?)</div>', text, re.S))
    for part in parts_of(results):
        entries = re.findall(r'data-design="(\w+)".*?--c:var\(--([\w-]+)\)',
                             legends[part.anchor], re.S)  # fmt: skip
        assert [design for design, _ in entries] == part.designs
        assert len({colour for _, colour in entries}) == len(entries)


# ---- cost ----------------------------------------------------------------------------------


def repeated(make_results: Make, n: int) -> list[Section]:
    """One benchmark's section with so many points, made of three measured ones."""
    (section,) = sections(make_results(["pool/sizes"]))
    points = [
        model.Point((("item_size_bytes", 64), ("capacity", i)), p.rows, p.series, p.reference,
                     p.against)
        for i, p in ((i, section.points[i % 3]) for i in range(n))
    ]  # fmt: skip
    return [Section(section.id, section.anchor, section.entry, points)]


def calls_of(work: Callable[[], Any]) -> int:
    """How many calls and resumptions of generators some work takes."""
    count = 0

    def note(frame: Any, event: str, arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def payload_of(found: list[Section]) -> str:
    designs = designs_of(found)
    parts = components(found, verdicts(found), designs)
    extras = {section.anchor: Extras([]) for section in found}
    return payload.build(found, parts, extras, dict.fromkeys(designs, "series-0"), {})


def test_work_and_bytes_are_linear_in_points(make_results: Make) -> None:
    payload_of(repeated(make_results, 10))  # templates and caches
    sizes, calls = [], []
    for n in (100, 200, 400):
        found = repeated(make_results, n)
        texts: list[str] = []
        calls.append(calls_of(lambda found=found, texts=texts: texts.append(payload_of(found))))
        assert found[0].swept == ["capacity"]
        sizes.append(len(texts[0]))
    for counts in (sizes, calls):
        assert counts[2] - counts[1] <= 2.3 * (counts[1] - counts[0])
    rows = 200 * len(repeated(make_results, 1)[0].rows)
    assert (sizes[2] - sizes[1]) / rows <= 1200


def test_ratios_of_a_point_are_linear_in_designs(
    make_results: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "MOST_REFERENCES", 2)
    taken: list[int] = []
    paired = groups.paired
    monkeypatch.setattr(groups, "paired", lambda *args: taken.append(1) or paired(*args))
    (section,) = sections(make_results(["pool/cycle"]))
    (point,) = section.points
    assert point.against == ["stack", "boost_pool"]  # the first reference and the best peer
    accepted = len(point.accepted)
    assert len(taken) == (accepted - 1) + (accepted - 2)
    for row in point.accepted:
        others = {row.design for row in point.accepted} if row.design in point.against \
            else {*point.against}  # fmt: skip
        assert set(row.ratios) == others - {row.design}


def test_references_that_a_page_offers_are_those_with_ratios(
    make_results: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(groups, "MOST_REFERENCES", 3)
    text = vmperf.report(make_results(["pool/cycle"]), tmp_path / "page.html").read_text()
    (offered,) = re.findall(
        r'aria-label="Reference design of this table">(.*?)</select>', text, re.S
    )
    found = re.search(r'id="payload">(.*?)</script>', text, re.S)
    assert found is not None
    (point,) = json.loads(found[1])["benchmarks"]["b0"]["points"]
    assert re.findall(r'value="(\w+)"', offered) == [*point["ratios"]]
    assert [*point["ratios"]] == ["stack", "boost_pool", "naive"]


# ---- zips ----------------------------------------------------------------------------------


def zipped(make_results: Make, pairs: list[tuple[int, int]]) -> Section:
    (section,) = sections(make_results(["pool/sizes"]))
    p = section.points[0]
    points = [model.Point((("item_size_bytes", a), ("capacity", b)), p.rows, p.series, p.reference,
                           p.against) for a, b in pairs]  # fmt: skip
    return Section(section.id, section.anchor, section.entry, points)


def test_a_zip_is_a_curve_and_no_grid(make_results: Make) -> None:
    section = zipped(make_results, [(8 * i, 3 * i) for i in range(1, 401)])
    assert section.along == {"item_size_bytes": ["capacity"], "capacity": ["item_size_bytes"]}
    assert section.swept == ["item_size_bytes", "capacity"]
    assert section.crossed == []


def test_a_grid_of_holes_is_none_to_draw(make_results: Make) -> None:
    holes = zipped(make_results, [(i % 20, i * 7 % 19) for i in range(60)])
    assert holes.crossed == []
    grid = zipped(make_results, [(a, b) for a in range(5) for b in range(4)])
    assert grid.crossed == [("item_size_bytes", "capacity")]
    assert grid.along == {"item_size_bytes": [], "capacity": []}


def test_a_grid_higher_than_a_screen_is_none_to_draw(make_results: Make) -> None:
    high = zipped(make_results, [(a, b) for a in range(60) for b in range(60)])
    assert high.crossed == []


COMB = [(1, 1), (1, 2), (2, 1), (2, 3), (3, 1), (4, 1)]  # one column is long, the others are not
RAKE = [(1, 1), (1, 2), (1, 3), (2, 1), (3, 2), (4, 1)]  # one row is


@pytest.mark.parametrize("pairs", [COMB, RAKE])
def test_a_grid_has_two_long_rows_and_two_long_columns(
    make_results: Make, pairs: list[tuple[int, int]]
) -> None:
    for cells in (pairs, [(b, a) for a, b in pairs]):
        section = zipped(make_results, cells)
        assert sorted(section.swept) == ["capacity", "item_size_bytes"]
        assert section.crossed == []
    square = zipped(make_results, [*pairs, (2, 2), (2, 3), (3, 3), (4, 2)])
    assert square.crossed == [("item_size_bytes", "capacity")]
