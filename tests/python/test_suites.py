"""Suites of others, unmodified: two revisions of a repository, gated."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vmperf
from house.fake_suite import FAKE, FAKE_RUN, FINE, by_id, fake
from vmperf._builds import checkout
from vmperf._builds.source import Source

Commit = Callable[[dict[str, str]], Path]

GBENCH = """
#include "work.hpp"
#include <benchmark/benchmark.h>
#include <cstdlib>

// What an iteration takes is said, not measured: it is the same on any machine at any time.
static void chain(benchmark::State &state) {
  for (auto _ : state) state.SetIterationTime(work_s(static_cast<int>(state.range(0))));
}
BENCHMARK(chain)->UseManualTime()->Arg(100)->Arg(1000);
static void other(benchmark::State &state) {
  for (auto _ : state) state.SetIterationTime(300e-9);
}
BENCHMARK(other)->UseManualTime();
MORE
BENCHMARK_MAIN();
"""
WORK = """
#pragma once
inline double work_s(int n) { return 1e-9 * n; }
"""
SLOWER = WORK.replace("1e-9", "1.05e-9")
INERT = WORK.replace("#pragma once", "#pragma once\n// says nothing\nint unused();")
BUILD = "g++ -O2 gb.cpp -o gbench -lbenchmark -lpthread"
QUICK: dict[str, Any] = {"pairs": 9, "timeout_s": 60}
CASES = ["chain/100/manual_time", "chain/1000/manual_time", "other/manual_time"]
RUN = ["./gbench", "--benchmark_min_time=0.002"]


@pytest.fixture(scope="session")
def google_benchmark(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip where Google Benchmark is not installed."""
    source = tmp_path_factory.mktemp("gbench") / "x.cpp"
    source.write_text("#include <benchmark/benchmark.h>\nBENCHMARK_MAIN();\n")
    command = ["g++", str(source), "-o", str(source.with_suffix("")), "-lbenchmark", "-lpthread"]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("Google Benchmark is not installed: apt-get install libbenchmark-dev")


def gb(more: str = "") -> str:
    return GBENCH.replace("MORE", more)


@pytest.mark.peers
def test_google_benchmark_between_two_revisions(commit: Commit, google_benchmark: None) -> None:
    commit({"gb.cpp": gb(), "work.hpp": WORK})
    top = commit({"work.hpp": SLOWER})
    found = vmperf.compare_suites("HEAD~1", "HEAD", RUN, build=BUILD, repository=top, **QUICK)
    rows = by_id(found)
    assert list(rows) == CASES
    for name in CASES[:2]:
        assert rows[name]["verdict"] == "regressed"
        assert rows[name]["effect"] == pytest.approx(0.05, rel=0.01)
        assert rows[name]["pairs"] == 9
        assert rows[name]["instr_effect"] is None
    assert rows[CASES[2]]["verdict"] == "unchanged"
    assert "code layout was not varied" in found.layout_note
    assert [len(revision) for revision in found.revisions] == [40, 40]
    assert json.dumps(found.to_dict())


@pytest.mark.peers
def test_an_inert_edit_stays_silent(commit: Commit, google_benchmark: None) -> None:
    commit({"gb.cpp": gb(), "work.hpp": WORK})
    top = commit({"work.hpp": INERT})
    found = vmperf.compare_suites("HEAD~1", "HEAD", RUN, build=BUILD, repository=top, **QUICK)
    assert {row["verdict"] for row in found.rows()} == {"unchanged"}
    assert all(row["status"] == "ok" for row in found.rows())


@pytest.mark.peers
def test_a_benchmark_that_aborts_leaves_the_others(commit: Commit, google_benchmark: None) -> None:
    extra = "static void bad(benchmark::State &s) { for (auto _ : s) {} BODY }\nBENCHMARK(bad);"
    skips = (
        'static void odd(benchmark::State &s) { s.SkipWithError("not here"); for (auto _ : s) {} }'
    )
    commit({"gb.cpp": gb(extra.replace("BODY", "")), "work.hpp": WORK})
    changed = extra.replace("BODY", "std::abort();")
    top = commit({"gb.cpp": gb(f"{skips}\nBENCHMARK(odd);\n{changed}")})
    found = vmperf.compare_suites("HEAD~1", "HEAD", RUN, build=BUILD, repository=top, **QUICK)
    rows = by_id(found)
    assert [rows[name]["pairs"] for name in CASES] == [9, 9, 9]
    assert rows["bad"]["status"] == "crashed"
    assert "side B: killed by SIGABRT" in rows["bad"]["reason"]
    assert rows["odd"]["verdict"] is None
    assert rows["odd"]["status"] == "one_sided"


PY_BENCH = """
import pytest
from package import clock, work

@pytest.mark.parametrize("n", [100, 1000])
def test_work(benchmark, n):
    assert benchmark(work, n) >= 0

def test_list(benchmark):
    benchmark(lambda: clock.pass_by(2e-5))
"""
# The suite's clock is its own: what the work takes is certain, whatever else the machine does.
PY_CLOCK = """
now_s = 0.0

def read():
    global now_s
    now_s += 1e-9
    return now_s

def pass_by(seconds):
    global now_s
    now_s += seconds
"""
PY_WORK = "from . import clock\ndef work(n):\n    clock.pass_by(n * 1e-6)\n    return n\n"
PY_SLOWER = PY_WORK.replace("n * 1e-6", "n * 1.05e-6")
PY_RUN = [
    *(sys.executable, "-m", "pytest", "-q", "-p", "pytest_benchmark.plugin", "tests/bench"),
    *("--benchmark-max-time=0.02", "--benchmark-min-rounds=10"),
    "--benchmark-timer=package.clock.read",
]
PY_FILES = {
    "tests/bench/test_work.py": PY_BENCH,
    "package/__init__.py": PY_WORK,
    "package/clock.py": PY_CLOCK,
}


@pytest.fixture
def bare_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start inner pytests without the plugins of this environment: they cost seconds each."""
    pytest.importorskip("pytest_benchmark")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        monkeypatch.delenv(name, raising=False)


def test_pytest_benchmark_between_two_revisions(commit: Commit, bare_pytest: None) -> None:
    commit(PY_FILES)
    top = commit({"package/__init__.py": PY_SLOWER})
    found = vmperf.compare_suites("HEAD~1", "HEAD", PY_RUN, repository=top, pairs=9, timeout_s=60)
    rows = by_id(found)
    where = "tests/bench/test_work.py::"
    for name in ("test_work[100]", "test_work[1000]"):
        assert rows[where + name]["verdict"] == "regressed"
        assert rows[where + name]["effect"] == pytest.approx(0.05, rel=0.01)
    assert rows[f"{where}test_list"]["verdict"] == "unchanged"


def test_pytest_benchmark_of_the_same_code_is_silent(commit: Commit, bare_pytest: None) -> None:
    commit(PY_FILES)
    top = commit({"package/__init__.py": f"# inert\n{PY_WORK}"})
    found = vmperf.compare_suites("HEAD~1", "HEAD", PY_RUN, repository=top, pairs=9, timeout_s=60)
    assert {row["verdict"] for row in found.rows()} == {"unchanged"}
    assert all(row["status"] == "ok" for row in found.rows())


def test_a_failing_test_has_no_verdict(commit: Commit, bare_pytest: None) -> None:
    commit(PY_FILES)
    top = commit({"package/__init__.py": PY_WORK.replace("return n", "return -n")})
    found = vmperf.compare_suites("HEAD~1", "HEAD", PY_RUN, repository=top, pairs=3, timeout_s=60)
    statuses = {row["id"].rpartition("::")[2]: row["status"] for row in found.rows()}
    assert statuses == {"test_work[100]": "failed", "test_work[1000]": "failed", "test_list": "ok"}
    assert all("side B: the test failed: " in row["reason"] for row in found.rows()[:2])


# Programs that only look like a suite: what goes wrong, fast


def test_the_effect_is_that_of_the_times(commit: Commit) -> None:
    rows = by_id(fake(commit, FINE, "write(a=1.5 * (100 + count % 3), b=50.0)"))
    assert rows["a"]["effect"] == pytest.approx(0.5)
    assert rows["a"]["verdict"] == "regressed"
    assert rows["b"]["verdict"] == "unchanged"
    assert rows["b"]["effect"] == 0


def test_on_one_side_only(commit: Commit) -> None:
    rows = by_id(fake(commit, FINE, "write(a=100.0, c=1.0)"))
    assert rows["a"]["status"] == "ok"
    assert (rows["b"]["status"], rows["b"]["reason"]) == ("one_sided", "only A has this benchmark")
    assert (rows["c"]["status"], rows["c"]["reason"]) == ("one_sided", "only B has this benchmark")


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("sys.exit('no luck')", "failed", "side B: ended with 1: no luck"),
        ("write(a=1.0, b=1.0); sys.exit(3)", "failed", "side B: ended with 3"),
        ("os.kill(os.getpid(), 11)", "crashed", "side B: killed by SIGSEGV"),
        ("time.sleep(60)", "timed_out", "side B: not done after 3 s"),
        ("open(out, 'w').write('hello')", "bad_output", "side B: its output is not JSON"),
        ("pass", "bad_output", "side B: it wrote no JSON"),
        ("write(a=math.nan, b=math.nan)", "failed", "side B: real_time is nan"),
        ("write(a=0, b=0)", "below_resolution", "side B: real_time is 0"),
    ],
)
def test_a_side_that_fails_is_recorded(commit: Commit, body: str, status: str, said: str) -> None:
    found = fake(commit, FINE, body, timeout_s=3.0)
    assert [row["id"] for row in found.rows()] == ["a", "b"]
    for row in found.rows():
        assert row["status"] == status
        assert row["reason"].startswith(said)
        assert row["verdict"] is None


def test_one_bad_benchmark_does_not_stop_the_other(commit: Commit) -> None:
    later = "write(a=100.0, b=50.0) if count < 2 else write(a=100.0, b=math.nan)"
    rows = by_id(fake(commit, FINE, later))
    assert (rows["a"]["status"], rows["a"]["pairs"]) == ("ok", 8)
    assert (rows["b"]["status"], rows["b"]["pairs"]) == ("failed", 2)
    assert rows["b"]["verdict"] is None


def test_neither_side_gives_a_figure(commit: Commit) -> None:
    with pytest.raises(
        vmperf.MeasurementError, match=r"side A: ended with 1: oh.*side B"
    ) as caught:
        fake(commit, "sys.exit('oh')", "sys.exit('oh')")
    assert caught.value.reason == "suite_failed"


def test_a_program_that_is_not_there(commit: Commit) -> None:
    top = commit({"x": ""})
    with pytest.raises(vmperf.MeasurementError, match=r"cannot start \./nothing: No such file"):
        vmperf.compare_suites("HEAD", "HEAD", ["./nothing"], repository=top)


def test_json_on_standard_output_is_read_too(commit: Commit) -> None:
    body = "write(a=2.0); print(open(out).read()); os.unlink(out)"
    assert by_id(fake(commit, body, body))["a"]["pairs"] == 8


def test_both_run_on_one_cpu_unless_told_otherwise(commit: Commit) -> None:
    body = "write(**{'cpus%d' % len(os.sched_getaffinity(0)): 1.0})"
    assert list(by_id(fake(commit, body, body))) == ["cpus1"]
    n = len(vmperf.os.allowed_cpus())
    assert list(by_id(fake(commit, body, body, pin=False))) == [f"cpus{n}"]


def test_sides_take_turns_in_going_first(commit: Commit, tmp_path: Path) -> None:
    log = tmp_path / "log"
    body = f"write(a=1.0); open({str(log)!r}, 'a').write('NAME')"
    fake(commit, body.replace("NAME", "a"), body.replace("NAME", "b"))
    said = log.read_text()
    assert said in ("abbaabba" * 2, "baabbaab" * 2)


def test_patterns_choose_benchmarks(commit: Commit) -> None:
    assert list(by_id(fake(commit, FINE, FINE, benchmarks="b*"))) == ["b"]
    with pytest.raises(vmperf.InvalidArgumentError, match="benchmark is 'z'; allowed: a, b"):
        fake(commit, FINE, FINE, benchmarks="z")


def test_a_budget_decides_the_pairs(commit: Commit) -> None:
    found = fake(commit, f"time.sleep(0.2); {FINE}", FINE, budget_s=4, pairs=50)
    assert 8 <= found.rows()[0]["pairs"] <= 19


def test_a_budget_that_is_too_short_to_tell_says_so(commit: Commit) -> None:
    found = fake(commit, FINE, FINE, budget_s=1e-3, pairs=50)
    assert {row["pairs"] for row in found.rows()} == {8}
    assert "the budget of 0.001 s is too short: 8 pairs, the fewest" in found.notes[0]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"suite": "junit"}, "suite is 'junit'; allowed: gbench, pytest"),
        ({"time": "wall"}, "time is 'wall'; allowed: real, cpu"),
        ({"stopping": "soon"}, "stopping is 'soon'"),
        ({"budget_s": -1}, "budget_s is -1"),
        ({"pairs": 1}, "pairs is 1"),
        ({"folder": "nowhere"}, "folder is 'nowhere'"),
    ],
)
def test_settings_that_make_no_sense(commit: Commit, settings: dict[str, Any], said: str) -> None:
    top = commit({"fake.py": ""})
    with pytest.raises(vmperf.InvalidArgumentError, match=said):
        vmperf.compare_suites("HEAD", "HEAD", FAKE_RUN, repository=top, **settings)


def test_arms_that_are_not_there(commit: Commit) -> None:
    top = commit({"x": ""})
    for word in ("nowhere", "rev:nowhere", "path:nowhere"):
        with pytest.raises(vmperf.InvalidArgumentError, match="nowhere"):
            vmperf.compare_suites(word, "HEAD", FAKE_RUN, repository=top)


# Checkouts


def test_a_tree_is_built_once_and_again_when_it_changes(commit: Commit, tmp_path: Path) -> None:
    log = tmp_path / "log"
    build = f"echo x >> {log}"
    top = commit({"a.txt": "1", ".gitignore": "ignored\n"})
    (top / "ignored").write_text("")
    (top / "new.txt").write_text("not committed")

    def tree() -> Path:
        return checkout.checked_out(Source(top), build=build, folder="")

    first = tree()
    assert {path.name for path in first.iterdir()} == {".git", "a.txt", "new.txt", ".gitignore"}
    assert tree() == first
    assert log.read_text() == "x\n"
    (top / "a.txt").write_text("2")
    second = tree()
    assert second != first
    assert len(str(second)) == len(str(first))
    assert (first / "a.txt").read_text() == "1"
    assert log.read_text() == "x\nx\n"


def test_what_archives_leave_out_is_checked_out(commit: Commit) -> None:
    top = commit({".gitattributes": "bench export-ignore\n", "bench/x": "1", "run": "#!/bin/sh\n"})
    (top / "run").chmod(0o755)
    commit = subprocess.run(
        ["git", "-C", str(commit({})), "rev-parse", "HEAD"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    tree = checkout.checked_out(Source(top, commit), build=None, folder="")
    assert (tree / "bench" / "x").read_text() == "1"
    assert (tree / "run").stat().st_mode & 0o100


def test_a_build_that_fails_says_why_and_is_tried_again(commit: Commit, tmp_path: Path) -> None:
    top = commit({"a.txt": "1"})
    build = f"test -e {tmp_path}/ready || {{ echo the reason; exit 4; }}"
    with pytest.raises(vmperf.MeasurementError, match=r"ended with 4\nthe reason") as caught:
        vmperf.compare_suites("HEAD", "HEAD", FAKE_RUN, build=build, repository=top)
    assert caught.value.reason == "build_failed"
    (tmp_path / "ready").touch()
    assert checkout.checked_out(Source(top), build=build, folder="").is_dir()


def test_two_folders_without_build_are_run_where_they_are(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "fake.py").write_text(FAKE.format(body="write(a=1.0)"))
    found = vmperf.compare_suites(
        str(tmp_path / "one"), str(tmp_path / "two"), FAKE_RUN, pairs=3, timeout_s=20
    )
    assert by_id(found)["a"]["pairs"] == 3
    assert (tmp_path / "two" / "count").read_text() == "..."
