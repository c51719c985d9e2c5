"""Suites of others: their names, words, files and repositories, whatever those are."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import vmperf
from house.fake_suite import FAKE, FAKE_RUN, FINE, by_id, fake

Commit = Callable[[dict[str, str]], Path]

PY_RUN = [
    *(sys.executable, "-m", "pytest", "-q", "-p", "pytest_benchmark.plugin", "tests/bench"),
    *("--benchmark-max-time=0.02", "--benchmark-min-rounds=10"),
    "--benchmark-timer=time.process_time",
]


@pytest.fixture
def bare_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start inner pytests without the plugins of this environment: they cost seconds each."""
    pytest.importorskip("pytest_benchmark")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        monkeypatch.delenv(name, raising=False)


def test_names_are_names_before_they_are_patterns(commit: Commit) -> None:
    names = "{'BM<int, 2>': 1.0, 'par[foo]': 2.0, 'other': 3.0}"
    body = f"write(**{names})"
    for word, wanted in (
        ("BM<int, 2>", ["BM<int, 2>"]),
        ("par[foo]", ["par[foo]"]),
        ("other,par*", ["other", "par[foo]"]),
    ):
        assert list(by_id(fake(commit, body, body, pairs=3, benchmarks=word))) == wanted
    with pytest.raises(vmperf.InvalidArgumentError, match="benchmark is 'gone'"):
        fake(commit, body, body, benchmarks="other,gone")


SKIPS = """
write(a=1.0)
text = open(out).read().replace("[{", '[{"name": "s", "skipped": true, "skip_message": "no"}, {')
open(out, "w").write(text)
"""


def test_what_skips_on_both_sides_is_nobodys_fault(commit: Commit) -> None:
    both = fake(commit, SKIPS, SKIPS)
    assert by_id(both)["s"]["status"] == "skipped"
    assert by_id(both)["s"]["failed"] == "AB"
    assert both.failure == ""
    repaired = fake(commit, SKIPS, "write(a=1.0, s=2.0)")
    assert by_id(repaired)["s"]["failed"] == "A"
    assert repaired.failure == ""
    broken = fake(commit, "write(a=1.0, s=2.0)", SKIPS)
    assert by_id(broken)["s"]["reason"] == "side B: no"
    assert broken.failure == "1 fail on B's side alone"


def test_a_whole_side_that_crashes_is_told(commit: Commit) -> None:
    found = fake(commit, FINE, "os.abort()")
    assert {row["failed"] for row in found.rows()} == {"B"}
    assert found.failure == "2 fail on B's side alone, nothing could be compared"


def test_a_pinned_suite_says_so(commit: Commit) -> None:
    body = "write(**{'x/threads:1': 1.0, 'y/threads:8': 1.0})"
    found = fake(commit, body, body, pairs=3)
    assert "alone; y/threads:8 has threads, which took turns on it: --no-pin" in found.notes[-1]
    assert fake(commit, body, body, pairs=3, pin=False).notes == ()


def test_thousands_of_names_are_no_word_too_long(commit: Commit) -> None:
    many = "write(bad=BAD, **{'n%05d' % i * 4: 1.0 for i in range(6000)})"
    found = fake(
        commit,
        many.replace("BAD", "1.0"),
        many.replace("BAD", "1.0 if count == 0 else math.nan"),
        pairs=3,
    )
    rows = by_id(found)
    assert len(rows) == 6001
    assert rows["bad"]["failed"] == "B"
    assert sum(row["pairs"] == 3 for row in rows.values()) == 6000


MINE = "write(a=1.0); assert out != 'mine.json'"


def test_the_users_own_output_is_written_too(tmp_path: Path) -> None:
    text = FAKE.format(body=MINE).replace("out = next(w for w in", "out = [w for w in", 1)
    text = text.replace('"--benchmark_out=")).part', '"--benchmark_out=")][-1].part', 1)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "fake.py").write_text(text)
    words = [*FAKE_RUN, "--benchmark_out=mine.json"]
    vmperf.compare_suites(str(tmp_path / "one"), str(tmp_path / "two"), words, pairs=3)
    for name in ("one", "two"):
        assert json.loads((tmp_path / name / "mine.json").read_text())["benchmarks"]


def test_what_git_says_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="git says: fatal: not a git repository"):
        vmperf.compare_suites("HEAD", "HEAD", FAKE_RUN, repository=tmp_path)
    with pytest.raises(vmperf.InvalidArgumentError, match="not a git repository"):
        vmperf.compare("rev:HEAD", "rev:HEAD", repository=tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(vmperf.InvalidArgumentError, match="git says: cannot start git"):
        vmperf.compare_suites("HEAD", "HEAD", FAKE_RUN, repository=tmp_path)


def test_a_shallow_clone_is_named(commit: Commit, tmp_path: Path) -> None:
    for text in "12":
        top = commit({"a": text})
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{top}", str(shallow)], check=True)
    with pytest.raises(vmperf.InvalidArgumentError, match="git fetch --unshallow"):
        vmperf.compare_suites("HEAD~1", "HEAD", FAKE_RUN, repository=shallow)


def test_a_collection_error_is_the_reason(commit: Commit, bare_pytest: None) -> None:
    files = {"test_x.py": "import sys\nsys.stderr.write('a warning of others')\n1 / 0\n"}
    command = [*PY_RUN[:6], "test_x.py"]
    with pytest.raises(vmperf.MeasurementError, match="ZeroDivisionError"):
        vmperf.compare_suites("HEAD", "HEAD", command, repository=commit(files), pairs=3)


LATIN = """
write(a=1.0, b=2.0)
bad = b'{"name": "gr\\xf6\\xdfe \\x1b[31m", "error_occurred": true}, {'
data = open(out, "rb").read().replace(b"[{", b"[" + bad)
open(out, "wb").write(data)
"""


def test_a_name_in_latin_1_spoils_nothing_else(commit: Commit) -> None:
    rows = by_id(fake(commit, LATIN, LATIN, pairs=3))
    assert rows["a"]["status"] == rows["b"]["status"] == "ok"
    assert [row["status"] for row in rows.values() if row["id"].startswith("gr")] == ["failed"]
