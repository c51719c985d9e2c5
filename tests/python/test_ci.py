"""The alarm: shares as people write them, confirmation, what it writes, and its exit codes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import vmperf
from vmperf._alarm import ci as _ci
from vmperf._alarm import ci_report
from vmperf._alarm.ci import ci
from vmperf._catalog.quantities import Metric
from vmperf._compare.cases import Case
from vmperf._compare.points import compare_points
from vmperf._compare.result import Comparison
from vmperf._compare.settings import with_changes
from vmperf._compare.verdict import Evidence
from vmperf._files.fraction import parse_fraction

Commit = Callable[[dict[str, str]], Path]
Vmperf = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize(
    ("text", "fraction"),
    [
        ("0.5%", 0.005),
        ("0.5 %", 0.005),
        (" 1% ", 0.01),
        ("0.005", 0.005),
        (0.005, 0.005),
        (".5%", 0.005),
        ("5e-1%", 0.005),
        ("0", 0.0),
        ("99%", 0.99),
    ],
)
def test_shares(text: str | float, fraction: float) -> None:
    assert parse_fraction(text, "max-regression") == pytest.approx(fraction)


@pytest.mark.parametrize(
    "text", ["", "%", "abc", "-1%", "+1%", "nan", "inf", "1", "100%", "1%%", "0,5%", "0x1%", "1_0%"]
)
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=r"max-regression is '.*'; allowed") as e:
        parse_fraction(text, "max-regression")
    assert e.value.argument == "max-regression"


def test_a_percentage_without_its_sign_is_explained() -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="5% for 5 percent"):
        parse_fraction("5", "max-regression")


# Results made by hand


def comparison(effects: dict[str, list[float]], **statuses: tuple[str, str]) -> Comparison:
    cases = [Case(id, {"n": 1}, ({}, {}), Evidence([*values])) for id, values in effects.items()]
    for case in cases:
        case.status, case.reason = statuses.get(case.id, ("ok", ""))
        case.failed = "B" if case.status != "ok" else ""
    machine = {
        "cpu": {"brand": "Some <CPU>", "n_online": 2},
        "os": {"system": "Linux", "kernel": "6"},
        "vmperf": "1",
    }
    settings = with_changes(pairs=4, tolerance=0.01)
    return Comparison("a", "b", settings, machine, tuple(cases), 1, "layout note", 0, ("abc", ""))


SLOW = [0.05, 0.051, 0.049, 0.05] * 3
SAME = [0.0, 0.001, -0.001, 0.0] * 3


def result(first: Comparison, second: Comparison | None = None) -> _ci.CiResult:
    return _ci.CiResult("main", 0.01, first, second)


def test_red_only_where_the_second_set_agrees() -> None:
    first = comparison({"x": SLOW, "y": SLOW, "z": SAME})
    found = result(first, comparison({"x": SLOW, "y": SAME}))
    assert [row["confirmed"] for row in found.rows()] == [True, False, None]
    assert [row["id"] for row in found.regressed] == ["x"]
    assert found.reason == "1 confirmed to be slower"
    assert result(first, comparison({"x": SAME, "y": SAME})).reason == ""


@pytest.mark.parametrize("status", ["crashed", "timed_out", "failed", "bad_output", "unverified"])
def test_failures_are_red(status: str) -> None:
    found = result(comparison({"x": SAME, "y": []}, y=(status, "side B: oh")))
    assert found.reason == "1 failed"
    first = comparison({"x": SLOW, "y": SAME})
    assert result(first, comparison({"x": []}, x=(status, "side B: oh"))).reason == "1 failed"


@pytest.mark.parametrize("failed", ["A", "AB"])
@pytest.mark.parametrize("status", ["crashed", "skipped", "failed"])
def test_what_the_other_side_fails_too_is_no_fault_of_the_change(status: str, failed: str) -> None:
    """A benchmark that is skipped everywhere, or that this change repairs."""
    first = comparison({"x": SAME, "y": []}, y=(status, "oh"))
    first.cases[1].failed = failed
    assert result(first).reason == ""
    assert first.failure == ""
    alone = comparison({"y": []}, y=(status, "oh"))
    alone.cases[0].failed = failed
    assert result(alone).reason == "nothing could be compared"
    assert alone.failure == "nothing could be compared"


def test_too_few_pairs_are_not_green() -> None:
    few = comparison({"x": SAME[:3], "y": SLOW[:3]})
    assert [row["verdict"] for row in few.rows()] == ["inconclusive"] * 2
    assert result(few).reason == few.failure == "too few pairs to tell: 5 more are needed"
    assert "5 more pairs are needed before any verdict" in few.rows()[0]["reason"]


def test_a_comparison_says_why_it_is_no_success() -> None:
    found = comparison({"x": SLOW, "y": []}, y=("crashed", "oh"))
    assert found.failure == "1 regressed, 1 fail on B's side alone"
    assert replace(comparison({"x": SAME}), unkept=("disk",)).failure == "disk"
    assert comparison({"x": SAME, "y": []}, y=("not_installed", "no")).failure == ""


@pytest.mark.parametrize("status", ["one_sided", "not_installed"])
def test_what_is_not_there_is_not_red(status: str) -> None:
    assert result(comparison({"x": SAME, "y": []}, y=(status, "only B"))).reason == ""


def test_nothing_compared_is_red() -> None:
    found = result(comparison({"x": []}, x=("one_sided", "only B has it")))
    assert found.reason == "nothing could be compared"


def test_markdown_has_a_row_for_each_and_escapes_it() -> None:
    first = comparison({"a|b<i>": SLOW, "y": [], "z": SAME}, y=("crashed", "side B: line\nline"))
    text = ci_report.markdown(result(first, comparison({"a|b<i>": SLOW})))
    assert text.startswith("### vmperf: red: 1 confirmed to be slower, 1 failed\n")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 3
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {8}
    assert "a\\|b&lt;i> n=1 | **regressed** | +5.13 %" in text
    assert "- y n=1: crashed: side B: line line" in text
    for said in ("3 comparisons corrected together (bh)", "layout note", "Some &lt;CPU>", "1 %"):
        assert said in text


def test_rows_for_the_action() -> None:
    first = comparison({"x": SLOW, "y": []}, y=("crashed", "oh"))
    (row,) = ci_report.github_rows(result(first, comparison({"x": SLOW})))
    assert set(row) == {"name", "unit", "value", "range", "extra"}
    assert row["name"] == "x n=1"
    assert row["value"] == pytest.approx(105.13, abs=0.1)
    assert row["range"].startswith("± ")
    assert "verdict: **regressed**" not in row["extra"]
    assert "verdict: regressed, confirmed" in row["extra"]


# A metric in place of the time


def of_metric(values: list[float], better: str) -> Comparison:
    found = comparison({"x": values})
    for case in found.cases:
        case.metric = Metric("hits", "1", better, "case", "mean")
        case.evidence.better = better
    return replace(found, metric="hits")


FEWER = [-value for value in SLOW]


@pytest.mark.parametrize(
    ("values", "better", "reason"),
    [
        (SLOW, "lower", "1 confirmed to be worse in hits"),
        (SLOW, "higher", ""),
        (FEWER, "lower", ""),
        (FEWER, "higher", "1 confirmed to be worse in hits"),
        (SAME, "higher", ""),
        (SLOW, "neither", "neither way of hits is better, so that none is a regression"),
    ],
)
def test_a_metric_is_gated_by_what_is_better(values: list[float], better: str, reason: str) -> None:
    first = of_metric(values, better)
    found = result(first, of_metric(values, better) if first.regressed else None)
    assert found.reason == reason


@pytest.mark.parametrize("better", ["lower", "higher"])
def test_smaller_is_better_in_the_rows_of_a_metric(better: str) -> None:
    worse = of_metric(SLOW if better == "lower" else FEWER, better)
    found = result(worse, worse)
    (row,) = ci_report.github_rows(found)
    assert row["value"] == pytest.approx(105.13, abs=0.1)
    assert row["unit"] == {
        "lower": "% of main's hits", "higher": "main's hits in % of this tree's"
    }[better]  # fmt: skip
    assert f"+ = hits is more of B than of A, {better} is better" in ci_report.markdown(found)


def test_the_metric_reaches_both_sets_of_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    worse, seen = of_metric(SLOW, "lower"), []

    def spy(*_: Any, **given: Any) -> Comparison:
        seen.append(given["metric"])
        return worse

    monkeypatch.setattr(_ci, "compare", spy)
    monkeypatch.setattr(_ci, "compare_points", spy)
    found = ci(str(vmperf._core.__file__), metric="hits")
    assert seen == ["hits", "hits"]
    assert found.reason == "1 confirmed to be worse in hits"


def test_a_suite_has_no_metrics(commit: Commit) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=r"metric is 'p99_ns'.*only its times"):
        gated(commit, FINE, metric="p99_ns")


# Real runs


def test_chosen_points_are_judged_together() -> None:
    point = {"item_size_bytes": 64, "capacity": 100, "state": "member"}
    points = [("pool/cycle", {"design": design, **point}) for design in ("stack", "libc", "gone")]
    core = f"path:{vmperf._core.__file__}"
    found = compare_points(core, core, points, pairs=3, rounds=2, batch_us=50, tolerance=0.5)
    assert [row["params"]["design"] for row in found.rows()] == ["stack", "libc", "gone"]
    assert [row["status"] for row in found.rows()] == ["ok", "ok", "one_sided"]
    assert len(found) == 3
    with pytest.raises(vmperf.InvalidArgumentError):
        compare_points(core, core, points[2:], pairs=3)


FAKE = """
import json, os, sys
out = next(w for w in sys.argv if w.startswith("--benchmark_out=")).partition("=")[2]
count = len(open("count").read()) if os.path.exists("count") else 0
open("count", "a").write(".")
entries = [{{"name": n, "real_time": t, "cpu_time": t}} for n, t in {times}.items()]
open(out, "w").write(json.dumps({{"benchmarks": entries}}))
"""
FINE = FAKE.format(times="dict(a=100.0 + count % 2, b=10.0)")
SLOWER = FAKE.format(times="dict(a=103.0 + count % 2, b=10.0)")
# Slower in the first eight pairs alone: a bad quarter of an hour of the machine.
PASSING = FAKE.format(times="dict(a=(103.0 if count < 8 else 100) + count % 2, b=10.0)")
SUITE = [sys.executable, "fake.py"]


def gated(commit: Commit, text: str, **settings: Any) -> _ci.CiResult:
    """Run the alarm over a change that is not committed."""
    top = commit({"fake.py": FINE})
    (top / "fake.py").write_text(text)
    more = {"pairs": 8, "timeout_s": 20.0, "max_regression": "1%", **settings}
    return ci("HEAD", tree=top, command=SUITE, **more)


def test_a_regression_is_confirmed(commit: Commit) -> None:
    found = gated(commit, SLOWER)
    assert [row["id"] for row in found.regressed] == ["a"]
    assert found.second is not None
    assert [row["id"] for row in found.second.rows()] == ["a"]
    assert found.second.seed != found.first.seed
    assert found.second.settings.pairs == 8


def test_what_passes_is_not_red(commit: Commit) -> None:
    found = gated(commit, PASSING)
    assert [row["verdict"] for row in found.rows()] == ["regressed", "unchanged"]
    assert found.rows()[0]["confirmed"] is False
    assert found.reason == ""


def test_what_is_let_pass(commit: Commit) -> None:
    assert gated(commit, SLOWER, max_regression="10%").second is None


def test_unchanged_twice(commit: Commit) -> None:
    for _ in range(2):
        assert gated(commit, FINE).reason == ""


def test_salts_are_not_for_suites(commit: Commit) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="salts is 3"):
        gated(commit, FINE, salts=3)


def test_a_suite_in_a_folder_of_the_repository(commit: Commit) -> None:
    top = commit({"part/fake.py": FINE, "fake.py": "raise SystemExit('not this one')"})
    found = ci("HEAD", tree=top / "part", command=SUITE, pairs=3, timeout_s=20.0)
    assert [row["status"] for row in found.rows()] == ["ok", "ok"]


# The command


def call(top: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vmperf.cli.main"]
    code = "from vmperf.cli.main import main; main()"
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, cwd=top, capture_output=True, text=True, check=False)


def test_command_writes_what_others_read(commit: Commit, tmp_path: Path) -> None:
    top = commit({"fake.py": FINE})
    (top / "fake.py").write_text(SLOWER)
    files = [tmp_path / name for name in ("summary.md", "action.json", "rows.json")]
    files[0].write_text("of an earlier step\n")
    done = call(
        top,
        *("ci", "--against", "HEAD", "--max-regression", "1%", "--pairs", "8"),
        *("--markdown", str(files[0]), "--github-json", str(files[1]), "--json", str(files[2])),
        *("--", *SUITE),
    )
    assert done.returncode == 1, done.stderr
    assert "a: confirmed by a second set of pairs: +2.9" in done.stdout
    assert "red: 1 confirmed to be slower" in done.stdout
    assert files[0].read_text().startswith("of an earlier step\n### vmperf: red")
    assert [row["name"] for row in json.loads(files[1].read_text())] == ["a", "b"]
    rows = json.loads(files[2].read_text())
    assert [row["confirmed"] for row in rows] == [True, None]


def test_command_is_green_on_the_same_code(commit: Commit) -> None:
    top = commit({"fake.py": FINE})
    done = call(top, "ci", "--against", "HEAD", "--pairs", "8", "--json", "--", *SUITE)
    assert done.returncode == 0, done.stderr
    assert [row["verdict"] for row in json.loads(done.stdout)] == ["unchanged", "unchanged"]
    assert "green: no confirmed regression" in done.stderr


def test_a_build_that_fails_is_red_and_said(commit: Commit, tmp_path: Path) -> None:
    top = commit({"fake.py": FINE})
    summary = tmp_path / "summary.md"
    words = ["--against", "HEAD", "--build", "echo oh dear; exit 3", "--markdown", str(summary)]
    done = call(top, "ci", *words, "--", *SUITE)
    assert done.returncode == 1
    assert "build_failed" in done.stderr
    assert "> oh dear" in summary.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ci", "--", "./x"], "Missing option '--against'"),
        (["ci", "--against", "HEAD", "--max-regression", "1", "--", "./x"], "1% for 1 percent"),
        (["ci", "--against", "nothing", "--", "./x"], "nothing"),
        (["ci", "--against", "HEAD", "--"], "command is empty"),
        (["ci", "--against", "HEAD", "--build", "make"], "--build needs a suite: -- COMMAND"),
        (["ci", "--against", "HEAD", "--metric", "m", "--", "./x"], "--metric is not for suites"),
        (["ci", "--against", "HEAD", "--salts", "3", "--", "./x"], "--salts is not for suites"),
        (["compare", "HEAD", "HEAD", "--no-pin"], "--no-pin needs a suite"),
        (["compare", "HEAD", "HEAD", "--rounds", "3", "--", "./x"], "No such option"),
        (["compare", "HEAD", "HEAD", "--param", "n=1", "--", "./x"], "--param is not for suites"),
    ],
)
def test_usage(commit: Commit, words: list[str], said: str) -> None:
    done = call(commit({"x": ""}), *words)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr


def test_compare_takes_a_suite_too(commit: Commit) -> None:
    commit({"fake.py": FINE})
    top = commit({"fake.py": SLOWER})
    done = call(top, "compare", "HEAD~1", "HEAD", "--pairs", "8", "--json", "--", *SUITE)
    assert done.returncode == 1, done.stderr
    rows = json.loads(done.stdout)
    assert [row["verdict"] for row in rows] == ["regressed", "unchanged"]
    keys = {"id", "params", "verdict", "effect", "low", "high", "pairs", "detectable"}
    assert keys | {"instr_effect"} <= set(rows[0])
