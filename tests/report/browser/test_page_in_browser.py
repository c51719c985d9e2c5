"""The page in headless Chromium: charts, controls, colours, no request, no complaint."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vmperf
from vmperf._results.results import Results
from vmperf.plot import charts

pytestmark = pytest.mark.browser

Make = Callable[..., Results]
DRAWN = "document.querySelectorAll('.chart[data-drawn]').length"
CHARTS = "document.querySelectorAll('.chart').length"
ALL_DRAWN = "document.documentElement.dataset.allDrawn !== undefined"
HOSTILE = "</script><img src=x onerror=window.pwned=1>'\"&{{ 7*7 }}<!--"


@pytest.fixture
def small(make_results: Make, tmp_path: Path) -> Path:
    """A report of three benchmarks, one of them a sweep."""
    return vmperf.report(make_results(), tmp_path / "small.html")


def quiet(page: Any, path: Path) -> None:
    """Nothing was asked for but the page itself, nothing was logged, nothing failed."""
    assert page.problems == []
    assert len(page.requests) == 1
    assert page.requests[0].startswith(path.as_uri())
    assert page.js("document.querySelectorAll('[data-failed]').length") == 0
    assert page.js("document.getElementById('problem').hidden")


def test_every_chart_is_drawn_on_request(page: Any, small: Path) -> None:
    page.open(small, "draw=all")
    page.wait(ALL_DRAWN)
    assert page.js(CHARTS) == page.js(DRAWN) == 1 + 3 * 3 + 1
    painted = """[...document.querySelectorAll('.chart canvas')].every((canvas) => {
        const area = [0, 0, canvas.width, canvas.height];
        const pixels = canvas.getContext('2d').getImageData(...area).data;
        return new Set(new Uint32Array(pixels.buffer)).size > 20;
    })"""
    assert page.js(painted)
    quiet(page, small)


def test_charts_are_drawn_when_scrolled_to(page: Any, small: Path) -> None:
    page.open(small)
    page.wait(f"{DRAWN} > 0")
    assert page.js(DRAWN) < page.js(CHARTS)
    last = "[...document.querySelectorAll('.chart')].at(-1)"
    assert page.js(f"{last}.dataset.drawn === undefined")
    page.js(f"{last}.scrollIntoView({{ behavior: 'instant' }})")
    page.wait(f"{last}.dataset.drawn !== undefined")
    quiet(page, small)


def test_hostile_names_in_the_browser(page: Any, make_results: Make, tmp_path: Path) -> None:
    results = make_results(["pool/cycle_</script><b>", "pool/sizes"], text=HOSTILE)
    path = vmperf.report(results, tmp_path / "hostile.html", title=HOSTILE)
    page.open(path, "draw=all")
    page.wait(ALL_DRAWN)
    assert page.js("window.pwned") is None
    assert page.js("document.title") == HOSTILE
    assert page.js("document.querySelectorAll('main img, main b > i').length") == 0
    quiet(page, path)


def test_policy_stops_other_scripts_and_requests(page: Any, small: Path) -> None:
    page.open(small)
    page.wait(f"{DRAWN} > 0")
    page.js("""(() => {
        const script = document.createElement('script');
        script.textContent = 'window.pwned = 1';
        document.body.append(script);
        new Image().src = 'http://127.0.0.1:9/x.png';
    })()""")
    assert page.js("window.pwned") is None
    code = "(() => { try { return eval('1'); } catch { return 'refused'; } })()"
    assert page.js(code) == "refused"
    assert page.js("fetch('http://127.0.0.1:9/x').then(() => 'sent', () => 'refused')") == "refused"


CELL = "document.querySelector('#{id} tr[data-design={design}] [data-versus]').textContent"


def cells(page: Any) -> list[str]:
    """The texts of all ratio cells."""
    found: list[str] = page.js(
        "[...document.querySelectorAll('[data-versus]')].map(c => c.textContent.trim())"
    )
    return [" ".join(text.split()) for text in found]


def choose(page: Any, selector: str, value: str) -> None:
    page.js(f"""(() => {{
        const box = document.querySelector({selector!r});
        box.value = {value!r};
        box.dispatchEvent(new Event('change'));
    }})()""")


def test_reference_design_can_be_chosen(page: Any, small: Path) -> None:
    page.open(small, "draw=all")
    page.wait(ALL_DRAWN)
    before = cells(page)
    choose(page, "#reference", "libc")
    changed = cells(page)
    assert changed != before
    assert page.js(CELL.format(id="b0", design="libc")) == "reference"
    assert "faster" in page.js(CELL.format(id="b0", design="stack"))
    choose(page, "#reference", "")
    assert cells(page) == before  # the page's script and the template write the same text
    quiet(page, small)


def test_reference_of_one_table_alone(page: Any, small: Path) -> None:
    page.open(small)
    choose(page, "#b1 thead select", "naive")
    assert page.js(CELL.format(id="b1", design="naive")) == "reference"
    assert page.js(CELL.format(id="b0", design="stack")) == "reference"


def test_reference_that_a_benchmark_lacks(page: Any, small: Path) -> None:
    page.open(small)
    choose(page, "#reference", "pmr")
    assert page.js(CELL.format(id="b0", design="pmr")) == "reference"
    assert page.js(CELL.format(id="b1", design="stack")) == "reference"


PICTURES = """['strip', 'shape', 'order'].map((kind) =>
    document.querySelector(`#b0 .chart[data-kind=${kind}] canvas`).toDataURL())"""


def test_a_click_hides_a_design_in_all_charts_of_its_group(page: Any, small: Path) -> None:
    page.open(small, "draw=all")
    page.wait(ALL_DRAWN)
    page.js(f"window.before = {PICTURES}")
    button = "document.querySelector('#b0 .chips [data-design=libc]')"
    page.js(f"{button}.click()")
    assert page.js(f"{button}.getAttribute('aria-pressed')") == "false"
    page.wait(f"{PICTURES}.every((picture, i) => picture !== before[i])")
    page.js(f"window.without = {PICTURES}")
    page.js(f"{button}.click()")
    page.wait(f"{PICTURES}.every((picture, i) => picture !== without[i])")
    assert page.js(f"{button}.getAttribute('aria-pressed')") == "true"
    quiet(page, small)


def test_charts_of_another_point(page: Any, small: Path) -> None:
    page.open(small, "draw=all")
    page.wait(ALL_DRAWN)
    picture = "document.querySelector('#b2 .chart[data-kind=strip] canvas').toDataURL()"
    before = page.js(picture)
    choose(page, "#b2 [data-points]", "2")
    page.wait(f"document.querySelector('#b2 .chart[data-kind=strip] canvas') && "
              f"{picture} !== {before!r}")  # fmt: skip
    quiet(page, small)


BOX = """(() => {
    const canvas = document.querySelector('#b0 .chart[data-kind=strip] canvas');
    canvas.scrollIntoView({ block: 'center', behavior: 'instant' });
    const box = canvas.getBoundingClientRect();
    return [box.left, box.top, box.width, box.height];
})()"""
STRIP = "document.querySelector('#b0 .chart[data-kind=strip] canvas').toDataURL()"


def mouse(page: Any, kind: str, x: float, y: float, **more: Any) -> None:
    page.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)


def test_hovering_a_sample_tells_it(page: Any, small: Path) -> None:
    page.open(small, "draw=all")
    page.wait(ALL_DRAWN)
    left, top, width, height = page.js(BOX)
    shown = "document.querySelector('#vg-tooltip-element.visible')"
    for step in range(int(width)):
        mouse(page, "mouseMoved", left + step, top + height * 0.08)
        if page.js(f"{shown} !== null"):
            break
    text = page.js(f"{shown}.textContent")
    assert "stack" in text
    assert "ns per op" in text or "median" in text
    quiet(page, small)


def test_ctrl_and_the_wheel_zoom_the_wheel_alone_scrolls(page: Any, small: Path) -> None:
    page.open(small, "draw=all")
    page.wait(ALL_DRAWN)
    left, top, width, height = page.js(BOX)
    x, y = left + width / 2, top + height / 2
    page.js(f"window.before = {STRIP}")
    page.js("window.scrolled = scrollY")
    mouse(page, "mouseMoved", x, y)
    mouse(page, "mouseWheel", x, y, deltaX=0, deltaY=-200, modifiers=2)
    page.wait(f"{STRIP} !== before")
    assert page.js("scrollY === scrolled")
    page.js(f"window.zoomed = {STRIP}")
    mouse(page, "mouseWheel", x, y, deltaX=0, deltaY=120)
    page.wait("scrollY !== scrolled")
    assert page.js(f"{STRIP} === zoomed")
    quiet(page, small)


def background(png: bytes) -> tuple[int, ...]:
    """The colour of the first pixel of a PNG without a palette."""
    width, _, depth, kind = struct.unpack(">IIBB", png[16:26])
    channels = {2: 3, 6: 4}[kind]
    assert depth == 8
    data, at = b"", 8
    while at < len(png):
        size, name = struct.unpack(">I4s", png[at : at + 8])
        data += png[at + 8 : at + 8 + size] if name == b"IDAT" else b""
        at += 12 + size
    row = zlib.decompress(data)[: 1 + width * channels]
    return tuple(row[1:4])


def luminance(colour: str) -> float:
    """Relative luminance of `rgb(r, g, b)` (WCAG 2.2)."""
    parts = [float(p) / 255 for p in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(page: Any, small: Path, tmp_path: Path, scheme: str) -> None:
    page.prefer(scheme)
    page.open(small, "draw=all")
    page.wait(ALL_DRAWN)
    ink = charts.palette("dark" if scheme == "dark" else "light")
    page.screenshot(tmp_path / "page.png")
    shown = "#" + "".join(f"{c:02x}" for c in background((tmp_path / "page.png").read_bytes()))
    assert shown == ink["page"]
    assert page.js("document.querySelector('.chart').dataset.drawn") == scheme
    texts = page.js("""[...document.querySelectorAll('td, th, p, .status, .pill, .ratio')]
        .filter((e) => e.textContent.trim() && e.getClientRects().length)
        .map((e) => {
            let on = e;
            const clear = 'rgba(0, 0, 0, 0)';
            while (getComputedStyle(on).backgroundColor === clear) on = on.parentElement;
            return [e.className || e.tagName, getComputedStyle(e).color,
                    getComputedStyle(on).backgroundColor];
        })""")
    assert len(texts) > 200
    poor = {(name, round(contrast(a, b), 2)) for name, a, b in texts if contrast(a, b) < 4.5}
    assert not poor
    quiet(page, small)


def test_theme_button_goes_round(page: Any, small: Path) -> None:
    page.prefer("light")
    page.open(small)
    page.wait(f"{DRAWN} > 0")
    seen = []
    for _ in range(3):
        page.js("document.getElementById('theme').click()")
        seen.append(page.js("getComputedStyle(document.body).backgroundColor"))
    light, dark, auto = seen
    assert light == auto != dark
    page.js("document.getElementById('theme').click()")
    page.js("document.getElementById('theme').click()")
    page.wait("document.querySelector('.chart[data-drawn]').dataset.drawn === 'dark'")
    quiet(page, small)


def test_phone_has_no_sideways_scroll(page: Any, small: Path) -> None:
    page.size(390, 800, mobile=True)
    page.open(small, "draw=all")
    page.wait(ALL_DRAWN)
    assert page.js("document.documentElement.scrollWidth") <= 390
    assert page.js("document.querySelector('.menu').open") is False
    quiet(page, small)


def test_figures_are_right_aligned_in_tabular_digits(page: Any, small: Path) -> None:
    page.open(small)
    styles = page.js("""[...document.querySelectorAll('td.num')].map((e) => {
        const style = getComputedStyle(e);
        return style.textAlign + ' ' + style.fontVariantNumeric;
    })""")
    assert set(styles) == {"right tabular-nums"}
    assert len(styles) > 100


@pytest.mark.perf
def test_first_chart_of_sixty_benchmarks(
    page: Any, make_results: Make, ids_of: Callable[[int], list[str]], tmp_path: Path
) -> None:
    path = vmperf.report(make_results(ids_of(60)), tmp_path / "sixty.html")
    best = 1e9
    for _ in range(3):
        page.open(path)
        page.wait(f"{DRAWN} > 0")
        best = min(best, float(page.js("document.documentElement.dataset.firstChartMs")))
    assert best <= 3000


@pytest.mark.slow
def test_all_charts_of_sixty_benchmarks(
    page: Any, make_results: Make, ids_of: Callable[[int], list[str]], tmp_path: Path
) -> None:
    path = vmperf.report(make_results(ids_of(60)), tmp_path / "sixty.html")
    page.open(path, "draw=all")
    page.wait(ALL_DRAWN)
    assert page.js(DRAWN) == page.js(CHARTS) == 1 + 60 * 3 + 20
    quiet(page, path)


def test_a_chart_that_fails_says_so_in_the_page(page: Any, small: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    text = small.read_text()
    broken.write_text(text.replace('"shape":"{', '"shape":"?{', 1))
    assert broken.read_text() != text
    page.open(broken, "draw=all")
    page.wait(ALL_DRAWN)
    failed = page.js("[...document.querySelectorAll('[data-failed]')].map(e => e.textContent)")
    assert len(failed) == 3
    assert all("can't be drawn" in one for one in failed)
    assert page.js(DRAWN) == page.js(CHARTS) - 3


WIDE = """[...document.querySelectorAll('.scroll')]
    .filter((e) => e.scrollWidth > e.clientWidth)
    .map((e) => [e.closest('section').id, e.scrollWidth, e.clientWidth])"""


def test_no_table_is_wider_than_the_page(page: Any, make_results: Make, tmp_path: Path) -> None:
    ids = ["pool/cycle", "gc/sizes", "a_component_with_a_long_name/churn_that_is_longer_still"]
    path = vmperf.report(make_results(ids), tmp_path / "wide.html")
    page.open(path)
    page.js("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    assert page.js("document.querySelectorAll('.scroll').length") > 8
    assert page.js(WIDE) == []
    assert page.js("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_legend_hides_designs_of_its_component_alone(
    page: Any, make_results: Make, tmp_path: Path
) -> None:
    path = vmperf.report(make_results(["pool/cycle", "gc/cycle"]), tmp_path / "two.html")
    page.open(path, "draw=all")
    page.wait(ALL_DRAWN)
    chart = "document.querySelector('.chart[data-kind=overview][data-group={}]').view"
    signals = [f"{chart.format(group)}.signal('hidden').join()" for group in ("c0", "c1")]
    page.js("document.querySelector('[data-chips=c1] [data-design=libc]').click()")
    page.wait(f"{signals[1]} === 'libc'")
    assert page.js(signals[0]) == ""
    cases = [
        page.js(f"{chart.format(g)}.data('overview').map((r) => r.case)") for g in ("c0", "c1")
    ]
    assert cases[0] == cases[1] == ["cycle"] * 6
    quiet(page, path)
