"""The page of a history in headless Chromium: charts drawn, changes marked, no request."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vmperf
from vmperf._report.trend import trend_report

pytestmark = pytest.mark.browser

Make = Callable[..., vmperf.History]
ALL_DRAWN = "document.documentElement.dataset.allDrawn !== undefined"
CHART = "document.querySelector('.chart[data-kind=trend]')"
HOSTILE = "</script><img src=x onerror=window.pwned=1>'\"&{{ 7*7 }}<!--"
# Pixels of a colour, which antialiasing leaves where a line is thick enough.
COLOURED = """((wanted) => {
    const canvas = document.querySelector('.chart canvas');
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    const near = (i) => wanted.every((value, k) => Math.abs(pixels[i + k] - value) < 24);
    let found = 0;
    for (let i = 0; i < pixels.length; i += 4) if (pixels[i + 3] > 200 && near(i)) found += 1;
    return found;
})([0xa8, 0x26, 0x1c])"""


def quiet(page: Any, path: Path) -> None:
    """Nothing was asked for but the page itself, nothing was logged, nothing failed."""
    assert page.problems == []
    assert len(page.requests) == 1
    assert page.requests[0].startswith(path.as_uri())
    assert page.js("document.querySelectorAll('[data-failed]').length") == 0
    assert page.js("document.getElementById('problem').hidden")


def test_changes_are_marked(page: Any, make_history: Make, tmp_path: Path) -> None:
    page.prefer("light")
    found = trend_report(make_history(), tmp_path / "trend.html")
    page.open(found, "draw=all")
    page.wait(ALL_DRAWN)
    assert page.js(f"{CHART}.view.data('points').length") == 24
    (change,) = page.js(f"{CHART}.view.data('changes').map(({{ at, text }}) => ({{ at, text }}))")
    assert change["at"] == 13.5
    assert page.js(COLOURED) > 30
    cells = page.js("[...document.querySelectorAll('table.changes td')].map(c => c.textContent)")
    assert cells[1] == change["text"]
    quiet(page, found)


def test_an_even_history_is_unmarked(page: Any, make_history: Make, tmp_path: Path) -> None:
    page.prefer("light")
    found = trend_report(make_history(slower=0.0), tmp_path / "even.html")
    page.open(found, "draw=all")
    page.wait(ALL_DRAWN)
    assert page.js(COLOURED) == 0
    assert page.js("document.querySelectorAll('table.changes').length") == 0
    quiet(page, found)


def test_drawn_when_seen_and_anew_in_the_dark(
    page: Any, make_history: Make, tmp_path: Path
) -> None:
    found = trend_report(make_history(), tmp_path / "trend.html")
    page.prefer("light")
    page.open(found)
    page.wait(f"{CHART}.dataset.drawn === 'light'")
    page.prefer("dark")
    page.wait(f"{CHART}.dataset.drawn === 'dark'")
    quiet(page, found)


def test_hostile_text_stays_text(page: Any, make_history: Make, tmp_path: Path) -> None:
    found = trend_report(make_history(text=HOSTILE), tmp_path / "hostile.html")
    page.open(found, "draw=all")
    page.wait(ALL_DRAWN)
    assert page.js("window.pwned === undefined")
    assert page.js("document.querySelectorAll('img').length") == 0
    assert HOSTILE in page.js("document.querySelector('section.trend h2').textContent")
    quiet(page, found)
