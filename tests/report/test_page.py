"""The written page: structure, escaping, figures, size, no reference to anything outside."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import vmperf
from vmperf._report import payload
from vmperf._results.results import Results
from vmperf.plot import charts

Make = Callable[..., Results]
HOSTILE = "</script><img src=x onerror=alert(1)>'\"&{{ 7*7 }}<!--"
VOID = {"meta", "link", "img", "br", "input", "hr"}


class Parsed(HTMLParser):
    """Elements with attributes and text, checked for balance."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[int, str] = {}
        self._open: list[int] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self._open[-1]][0] == tag, (tag, self.elements[self._open[-1]])
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for number in self._open:
            self.texts[number] = self.texts.get(number, "") + data

    def all(self, tag: str, **attributes: str) -> Iterator[tuple[int, dict[str, str | None]]]:
        for number, (name, found) in enumerate(self.elements):
            if name == tag and all(found.get(k) == v for k, v in attributes.items()):
                yield number, found


@pytest.fixture
def write(make_results: Make, tmp_path: Path) -> Callable[..., tuple[str, Results]]:
    """Write a report of synthetic results and return its text."""

    def written(ids: list[str] | None = None, **options: Any) -> tuple[str, Results]:
        extra = {k: options.pop(k) for k in ("title", "reference") if k in options}
        results = make_results(ids, **options)
        path = vmperf.report(results, tmp_path / "page.html", **extra)
        assert path == tmp_path / "page.html"
        return path.read_text(encoding="utf-8"), results

    return written


def content(text: str) -> dict[str, Any]:
    """The data of a page."""
    found = re.search(r'<script type="application/json" id="payload">(.*?)</script>', text, re.S)
    assert found is not None
    loaded: dict[str, Any] = json.loads(found[1])
    return loaded


def test_page_is_balanced_and_ids_are_unique(write: Callable[..., tuple[str, Results]]) -> None:
    page = Parsed(write()[0])
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert page.elements[0][0] == "html"
    links = {a["href"] for _, a in page.all("a")}
    assert {f"#{id}" for id in ("losses", "refused", "machine", "overview")} <= links
    assert all(link is not None and link[1:] in ids for link in links)
    assert all(a.get("scope") for _, a in page.all("th"))


def test_cells_equal_the_rows(write: Callable[..., tuple[str, Results]]) -> None:
    text, results = write()
    page = Parsed(text)
    values = sorted(float(str(a["value"])) for _, a in page.all("data"))
    medians = sorted(
        r["ns_per_op"]["median"] for r in results.rows() if r["ns_per_op"]["median"] is not None
    )
    assert values == medians
    for number, attributes in page.all("data"):
        shown = float(page.texts[number].replace(",", ""))
        assert shown == pytest.approx(float(str(attributes["value"])), rel=5e-3)


def test_whole_row_of_figures(write: Callable[..., tuple[str, Results]]) -> None:
    text, results = write(["pool/cycle"])
    row = next(r for r in results.rows() if r["params"]["design"] == "libc")
    page = Parsed(text)
    number = next(n for n, a in page.all("tr") if a.get("data-design") == "libc")
    shown = " ".join(page.texts[number].split())
    ns = row["ns_per_op"]
    flagged = sum(int((c.flags != 0).sum()) for c in results.cases if c.design == "libc")
    for figure in (f"{ns['median']:.3f}", f"{ns['low']:.3f}–{ns['high']:.3f}", f"{ns['min']:.3f}",
                   f"{row['cycles_per_op']:.1f}", "12.0", "0.270", f"{flagged} of 30", "slower",
                   "glibc 2.36", f"{row['flags']['steal']} steal"):  # fmt: skip
        assert figure in shown, figure


def test_refusals_and_losses_are_in_sight(write: Callable[..., tuple[str, Results]]) -> None:
    page = Parsed(write()[0])
    shown = {a["id"]: page.texts[n] for n, a in page.all("section")}
    for words in ("crashed", "SIGSEGV", "too noisy", "31 % wide"):
        assert words in shown["refused"]
        assert words not in shown["absent"]
    for words in ("not installed", "pip install 'vmperf[peers]'"):
        assert words in shown["absent"]
        assert words not in shown["refused"]
    assert "our fastest" in shown["losses"]
    assert "naive" in shown["losses"]


def test_command_and_fingerprint(write: Callable[..., tuple[str, Results]]) -> None:
    text, results = write()
    page = Parsed(text)
    assert page.texts[next(page.all("code", id="command"))[0]] == results.command
    machine = page.texts[next(page.all("section", id="machine"))[0]]
    assert "Example CPU" in machine
    assert "page_sizes_bytes" in machine


def test_hostile_names_stay_text(write: Callable[..., tuple[str, Results]]) -> None:
    text, results = write(text=HOSTILE, title=HOSTILE)
    page = Parsed(text)
    assert "img" not in {tag for tag, _ in page.elements}
    assert not any(name.startswith("on") for _, a in page.elements for name in a)
    assert len(list(page.all("script"))) == 3
    assert page.texts[next(page.all("title"))[0]] == HOSTILE
    assert page.texts[next(page.all("code", id="command"))[0]] == results.command
    assert HOSTILE in page.texts[next(page.all("section", id="machine"))[0]]


def test_payload_cannot_end_its_script(write: Callable[..., tuple[str, Results]]) -> None:
    text, _ = write(["pool/cycle_</script><i>"])
    start = text.index('id="payload">')
    assert "<" not in text[start : text.index("</script>", start)]
    assert content(text)["benchmarks"]["b0"]["id"] == "pool/cycle_</script><i>"


def test_nothing_outside_is_referred_to(write: Callable[..., tuple[str, Results]]) -> None:
    text, _ = write()
    page = Parsed(text)
    for tag, attributes in page.elements:
        assert "src" not in attributes, tag
        assert tag not in {"link", "iframe", "object", "img", "base"}
    styles = "".join(page.texts[n] for n, _ in page.all("style"))
    assert "url(" not in styles
    assert "@import" not in styles
    policy = str(next(page.all("meta", **{"http-equiv": "Content-Security-Policy"}))[1]["content"])
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.partition("style-src")[0]


@pytest.mark.parametrize("n_samples", [30, 100])
def test_sixty_benchmarks_fit(
    write: Callable[..., tuple[str, Results]], ids_of: Callable[[int], list[str]], n_samples: int
) -> None:
    text, results = write(ids_of(60), n_samples=n_samples)
    assert len(content(text)["benchmarks"]) == 60
    assert len(text.encode()) <= 2_500_000
    assert len(results.cases) == 700


def test_thinned_samples_keep_flags_and_extremes(
    write: Callable[..., tuple[str, Results]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payload, "MOST_SAMPLES", 60)
    text, results = write(["pool/cycle"], processes=3, n_samples=200)
    assert "about 60 samples" in " ".join(text.split())
    point = content(text)["benchmarks"]["b0"]["points"][0]
    for drawn in point["series"]:
        cases = [c for c in results.cases if c.design == drawn["d"]]
        times = [t / i for c in cases for t, i in zip(c.ns_total, c.iterations, strict=True)]
        flags = [int(f) for c in cases for f in c.flags]
        shown = dict(zip(drawn["i"], drawn["t"], strict=True))
        assert 60 <= len(shown) <= 62 + 60 < len(times)
        assert {int(i) for i in drawn["f"]} <= set(shown)
        flagged = [i for i, bits in enumerate(flags) if bits]
        if len(flagged) <= 60:
            assert [int(i) for i in drawn["f"]] == flagged
        assert max(shown.values()) == pytest.approx(max(times), rel=1e-4)
        assert min(shown.values()) == pytest.approx(min(times), rel=1e-4)
        assert all(times[i] == pytest.approx(t, rel=1e-4) for i, t in shown.items())


def test_all_samples_are_drawn_where_there_are_few(
    write: Callable[..., tuple[str, Results]],
) -> None:
    text, results = write(["pool/cycle"])
    assert "all samples of each design" in " ".join(text.split())
    drawn = content(text)["benchmarks"]["b0"]["points"][0]["series"]
    assert sum(len(s["t"]) for s in drawn) == sum(len(c.ns_total) for c in results.cases)


def test_unfinished_run_says_so(make_results: Make, tmp_path: Path) -> None:
    part = make_results().select("pool/cycle")
    text = vmperf.report(part, tmp_path / "part.html").read_text()
    assert "Only 7 of the 35 cases" in " ".join(text.split())


def test_report_of_one_refused_row(make_results: Make, tmp_path: Path) -> None:
    refused = make_results(["pool/cycle"]).select(designs=["mimalloc"])
    text = vmperf.report(refused, tmp_path / "refused.html").read_text()
    assert "nothing accepted" in text
    assert content(text)["benchmarks"]["b0"]["points"][0]["series"] == []


def test_a_failed_write_leaves_the_old_page(make_results: Make, tmp_path: Path) -> None:
    results = make_results(["pool/cycle"])
    with pytest.raises(FileNotFoundError):
        vmperf.report(results, tmp_path / "no" / "page.html")
    page = vmperf.report(results, tmp_path / "page.html")
    before = page.read_text()
    with pytest.raises(vmperf.InvalidArgumentError, match="reference is 'nobody'"):
        vmperf.report(results, page, reference="nobody")
    assert page.read_text() == before
    assert {p.suffix for p in tmp_path.iterdir()} == {".vmperf", ".html"}


def test_empty_results(make_results: Make, tmp_path: Path) -> None:
    nothing = make_results(["pool/cycle"]).select("none/*")
    with pytest.raises(vmperf.InvalidArgumentError, match="results is empty"):
        vmperf.report(nothing, tmp_path / "page.html")


def test_colours_stand_only_in_the_theme() -> None:
    folder = Path(charts.__file__).parent
    report = folder.with_name("_report")
    files = [*(report / "templates").iterdir(), *folder.glob("*.py"), *report.glob("*.py")]
    for file in files:
        found = re.findall(r"#[0-9a-fA-F]{3,8}\b(?!;)|\brgba?\(|\bhsla?\(", file.read_text())
        assert not found, (file.name, found)
