"""The chart builders that notebooks share with the report."""

from __future__ import annotations

import doctest
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import vmperf
from vmperf import _core
from vmperf._results.results import Results
from vmperf.plot import charts
from vmperf.plot.templates import KINDS, template

Make = Callable[..., Results]


@pytest.mark.parametrize("kind", ["strip", "shape", "order"])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_samples_are_drawn_whole(make_results: Make, kind: str, mode: charts.Mode) -> None:
    results = make_results(["pool/cycle"])
    spec = charts.samples(results, "pool/cycle", kind, mode=mode).to_dict()
    drawn = spec["datasets"]["samples"]
    assert len(drawn) == sum(len(c.ns_total) for c in results.cases)
    for row in drawn[:: len(drawn) // 7]:
        case = next(c for c in results.cases if c.design == row["design"])
        i = row["index"]
        assert row["time"] == pytest.approx(case.ns_total[i] / case.iterations[i])
        assert row["flag"] == charts.flag_text(int(case.flags[i]))
        assert row["placement"] == case.placement[i]
    theme = charts.theme(mode)
    assert spec["config"]["view"].items() >= theme.pop("view").items()  # Altair adds its sizes
    assert spec["config"].items() >= theme.items()
    assert not any(token in json.dumps(spec) for token in ('"@', "{unit}", "{axis}"))


def test_summary_is_the_rows(make_results: Make) -> None:
    results = make_results(["pool/cycle"])
    spec = charts.samples(results, "pool/cycle").to_dict()
    rows = {r["params"]["design"]: r["ns_per_op"] for r in results.rows()}
    for drawn in spec["datasets"]["summary"]:
        for name in ("median", "low", "high"):
            assert drawn[name] == pytest.approx(rows[drawn["design"]][name])
    medians = [drawn["median"] for drawn in spec["datasets"]["summary"]]
    assert medians == sorted(medians)


def test_density_is_the_kde_of_the_core(make_results: Make) -> None:
    results = make_results(["pool/cycle"])
    case = next(c for c in results.cases if c.design == "libc")
    row = next(r for r in results.rows() if r["params"]["design"] == "libc")
    one = charts.series([row], [case])[0]
    first, last, heights = charts.density(one)
    times = case.ns_total / case.iterations
    deviation = (times / row["ns_per_op"]["median"] - 1) * 100
    x, expected = _core.stats.kde(np.sign(deviation) * np.log1p(abs(deviation)), 64)
    assert (first, last) == (x[0], x[-1])
    assert heights == pytest.approx(list(expected / max(expected)))


def test_indices_agree_across_processes(make_results: Make) -> None:
    results = make_results(["pool/cycle"], processes=3, n_samples=20)
    found = charts.series(results.rows(), results.cases)
    assert all(list(s.position) == list(range(60)) for s in found)
    runs = charts.placement_runs(found[0])
    assert len(runs) == 15
    assert [first for first, *_ in runs] == [0] + [last + 1 for _, last, *_ in runs[:-1]]
    assert [run[3] for run in runs] == [0] * 5 + [1] * 5 + [2] * 5


def test_bad_points_and_axes(make_results: Make) -> None:
    results = make_results()
    with pytest.raises(vmperf.InvalidArgumentError, match="params is"):
        charts.samples(results, "pool/sizes")
    with pytest.raises(vmperf.InvalidArgumentError, match="params is"):
        charts.samples(results, "pool/cycle", item_size_bytes=1)
    with pytest.raises(vmperf.InvalidArgumentError, match="kind is 'pie'"):
        charts.samples(results, "pool/cycle", "pie")


@pytest.mark.parametrize(
    ("values", "scale"),
    [([1.0, 3.9], "linear"), ([1.0, 4.1], "log"), ([0.0, 100.0], "linear"), ([], "linear")],
)
def test_scale(values: list[float], scale: str) -> None:
    assert charts.scale_of(values) == scale


@pytest.mark.parametrize(
    ("times", "unit"),
    [([0.5], "ns"), ([9_999.0], "ns"), ([10_000.0, 3.0], "ns"), ([12_000.0], "µs"),
     ([2e7], "ms"), ([3e10], "s"), ([], "ns")],
)  # fmt: skip
def test_unit(times: list[float], unit: str) -> None:
    assert charts.unit_of(times)[1] == unit


def test_palette_is_complete_and_naive_is_grey() -> None:
    light, dark = charts.palette("light"), charts.palette("dark")
    assert light.keys() == dark.keys()
    assert all(light[name] != dark[name] for name in light)
    css = Path(charts.__file__).with_name("theme.css")
    assert len(light) == css.read_text().count("light-dark(#")
    assert charts.colour_names(["a", "naive", "b"]) == ["series-0", "series-naive", "series-1"]


def test_templates_have_no_rows_and_need_no_eval() -> None:
    for kind in KINDS:
        text = template(kind)
        assert len(text) < 6000
        assert '"values":[{' not in text


def test_colours_used_in_the_page_exist() -> None:
    folder = Path(charts.__file__).parents[1] / "_report" / "templates"
    used = {name for file in folder.iterdir()
            for name in re.findall(r"var\(--([\w-]+)\)", file.read_text())}  # fmt: skip
    own = {"c", "w", "high"}
    assert used - own <= set(charts.palette("light"))


MISSING = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {module!r}:
            raise ImportError("blocked", name=name)
sys.meta_path.insert(0, Block())
import vmperf
try:
    vmperf.report(vmperf.load_results({journal!r}), {page!r})
except vmperf.UnsupportedError as error:
    print(error)
"""


@pytest.mark.parametrize("module", ["altair", "vl_convert", "jinja2"])
def test_missing_extra_is_one_line(make_results: Make, tmp_path: Path, module: str) -> None:
    journal = str(make_results(["pool/cycle"]).path)
    page = tmp_path / "page.html"
    program = MISSING.format(module=module, journal=journal, page=str(page))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{module} is not installed: pip install 'vmperf[report]'\n"
    assert not page.exists()


def test_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = doctest.testmod(charts, extraglobs={"vmperf": vmperf})
    assert found.attempted > 2
    assert found.failed == 0


def test_charts_need_nothing_at_import() -> None:
    program = (
        "import sys, vmperf.plot.charts; print({'altair', 'numpy', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
