"""The trend: table, JSON and page of a history whose changes are known."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import vmperf
from vmperf._report.trend import trend_report
from vmperf.cli.main import cli
from vmperf.plot import charts
from vmperf.plot import trend as _trend

Make = Callable[..., vmperf.History]
HOSTILE = "</script><img src=x onerror=window.pwned=1>'\"&{{ 7*7 }}<!--"


def trend(history: vmperf.History, *words: str) -> Any:
    return CliRunner().invoke(cli, ["trend", "--history", str(history.path), *words])


def test_the_chart_is_the_series(make_history: Make) -> None:
    (series,) = make_history().series()
    rows = _trend.datasets(series)
    assert [row["value"] for row in rows["points"]] == [*series.values]
    assert [1 + p["low"] for p in series.points] == [row["low"] for row in rows["points"]]
    (change,) = rows["changes"]
    assert (change["at"], change["revision"]) == (13.5, "rev14")
    assert float(change["text"].split()[0]) == pytest.approx(5.1, abs=0.3)
    before, after = rows["levels"]
    assert (before["from"], before["to"], after["to"]) == (-0.5, 13.5, 23.5)
    assert after["level"] / before["level"] == pytest.approx(series.changes[0]["ratio"], rel=0.01)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_specification_is_whole(make_history: Make, mode: charts.Mode) -> None:
    (series,) = make_history().series()
    chart = _trend.trend_chart(series, mode=mode).to_dict()
    text = json.dumps(chart)
    assert not any(token in text for token in ('"@', "{quantity}", "{axis}"))
    assert {layer["data"]["name"] for layer in chart["layer"]} == {"points", "levels", "changes"}
    assert chart["config"]["style"]["change"]["color"] == charts.palette(mode)["bad"]


def test_without_a_change_nothing_is_marked(make_history: Make) -> None:
    (series,) = make_history(slower=0.0).series()
    assert series.changes == ()
    assert "changes" not in {layer["data"]["name"] for layer in _trend.spec(series)["layer"]}


def test_table_and_json(make_history: Make, tmp_path: Path) -> None:
    history = make_history()
    shown = trend(history)
    assert shown.exit_code == 0, shown.output
    assert "% at rev14" in shown.output
    assert "24 comparisons" in shown.output
    (entry,) = json.loads(trend(history, "pool/*", "--json").stdout)
    assert [point["revision"] for point in entry["points"]][:2] == ["rev00", "rev01"]
    assert [change["index"] for change in entry["changes"]] == [14]
    assert (entry["on"], entry["segment"]) == ("ratio", 0)
    even = trend(make_history(slower=0.0))
    assert "none" in even.output


@pytest.mark.parametrize(
    ("words", "said"),
    [(["nothing/*"], "nothing"), (["--on", "mean"], "ratio, minimum")],
)
def test_bad_words(make_history: Make, words: list[str], said: str) -> None:
    done = trend(make_history(), *words)
    assert done.exit_code == 2
    assert said in done.output


def test_a_file_that_is_none(tmp_path: Path) -> None:
    missing = CliRunner().invoke(cli, ["trend", "--history", str(tmp_path / "none.db")])
    assert missing.exit_code == 2
    assert "an existing history file" in missing.output
    foreign = tmp_path / "foreign.db"
    foreign.write_text("precious")
    assert CliRunner().invoke(cli, ["trend", "--history", str(foreign)]).exit_code == 2
    assert foreign.read_text() == "precious"


def test_the_page(make_history: Make, tmp_path: Path) -> None:
    history = make_history(text=HOSTILE)
    target = tmp_path / "trend.html"
    done = trend(history, "--html", str(target))
    assert done.exit_code == 0, done.output
    page = target.read_text()
    assert HOSTILE not in page
    assert page.count('data-kind="trend"') == 1
    markup = re.sub(r"<script[^>]*>.*?</script>", "<script>", page, flags=re.DOTALL)
    assert not re.search(r"<(img|link|iframe)\b|\bsrc=\"|https?:", markup)
    payload = page.split('id="payload">')[1].split("</script>")[0]
    (chart,) = json.loads(payload)["charts"]
    assert len(chart["datasets"]["points"]) == 24
    assert chart["datasets"]["points"][0]["revision"] == HOSTILE[:12]


def test_an_empty_history_has_no_page(tmp_path: Path) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="at least one measured"):
        trend_report(vmperf.History(tmp_path / "none.db"), tmp_path / "x.html")
