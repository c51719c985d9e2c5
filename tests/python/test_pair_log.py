"""Pairs are kept as they come: Ctrl-C says how to go on, and only the same comparison does."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import vmperf
from vmperf import _core
from vmperf._alarm import aa as _aa
from vmperf._compare import pairs as _pairs
from vmperf._compare.pair import Pair, kept_pair, run_pair
from vmperf._compare.pair_log import PairLog, kept_pairs
from vmperf._errors import Interrupted
from vmperf._suites import suites as _suites
from vmperf._suites.output import Readings
from vmperf._suites.process import Ran, kept_ran
from vmperf.cli.main import cli

CORE = str(_core.__file__)
QUICK: dict[str, Any] = {"benchmarks": "bench/selftest/one_cycle", "rounds": 2, "batch_us": 20}


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Press Ctrl-C once so many pairs are measured; the list counts them."""

    def after(most: int, module: Any = _pairs) -> list[int]:
        taken: list[int] = []

        def measure(*given: Any, **settings: Any) -> Pair:
            if len(taken) >= most:
                raise KeyboardInterrupt
            taken.append(settings["number"])
            return run_pair(*given, **settings)

        monkeypatch.setattr(module, "run_pair", measure)
        return taken

    return after


def test_what_is_kept_is_what_was_measured(tmp_path: Path) -> None:
    pair = Pair(7, ((1, 2), (3, 4)), ((0, 1), (0, 0)), ("v", ""), (1.0, None), "no", (None, 2.5))
    with kept_pairs(tmp_path / "x.pairs", resume=False, kind="compare") as log:
        from dataclasses import asdict

        log.put(asdict(pair), "pair", "id", {"n": 1}, 3)
        assert log.get("pair", "id", {"n": 1}, 4) is None
        assert log.section("second").get("pair", "id", {"n": 1}, 3) is None
    with kept_pairs(tmp_path / "x.pairs", resume=True, kind="compare") as log:
        assert kept_pair(log.get("pair", "id", {"n": 1}, 3)) == pair
    assert kept_pair(None) is None


def test_a_process_of_a_suite_is_kept_too() -> None:
    from dataclasses import asdict

    ran = Ran(Readings({"a": 1.5}, {"b": ("failed", "oh")}), ("crashed", "killed"))
    assert kept_ran(json.loads(json.dumps(asdict(ran)))) == ran


def test_a_comparison_that_was_cut_off_goes_on(cut: Callable[..., list[int]], store: Path) -> None:
    cut(5)
    with pytest.raises(Interrupted, match=r"interrupted; kept in .*\.pairs") as caught:
        vmperf.compare(CORE, CORE, **QUICK, pairs=8)
    assert isinstance(caught.value, KeyboardInterrupt)
    assert [*store.iterdir()] == [caught.value.path]
    taken = cut(100)
    found = vmperf.compare(CORE, CORE, **QUICK, pairs=8, results=caught.value.path, resume=True)
    assert taken == [5, 6, 7]
    assert found.rows()[0]["pairs"] == 8
    taken = cut(100)
    again = vmperf.compare(CORE, CORE, **QUICK, pairs=9, results=caught.value.path, resume=True)
    assert taken == [8]  # more pairs of the same are welcome
    assert again.cases[0].evidence.effects[:8] == found.cases[0].evidence.effects


def test_without_a_name_the_newest_goes_on_and_goes_away(
    cut: Callable[..., list[int]], store: Path
) -> None:
    cut(2)
    with pytest.raises(Interrupted):
        vmperf.compare(CORE, CORE, **QUICK, pairs=4)
    taken = cut(100)
    vmperf.compare(CORE, CORE, **QUICK, pairs=4, resume=True)
    assert taken == [2, 3]
    assert not store.exists()
    with pytest.raises(vmperf.InvalidArgumentError, match="no compare that was cut off"):
        vmperf.compare(CORE, CORE, **QUICK, pairs=4, resume=True)


def test_before_the_first_pair_there_is_nothing_to_keep(
    cut: Callable[..., list[int]], store: Path
) -> None:
    cut(0)
    with pytest.raises(KeyboardInterrupt) as caught:
        vmperf.compare(CORE, CORE, **QUICK, pairs=4)
    assert not isinstance(caught.value, Interrupted)
    assert not store.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 3}, "seed 0, not 3"),
        ({"alpha": 0.02}, "settings "),
        ({"benchmarks": "bench/selftest/three_adds"}, "cases "),
        ({"metric": "rss_peak_bytes"}, "metric null, not rss_peak_bytes"),
    ],
)
def test_something_else_is_not_gone_on_with(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    path = tmp_path / "x.pairs"
    vmperf.compare(CORE, CORE, **QUICK, pairs=3, results=path)
    before = path.read_bytes()
    with pytest.raises(vmperf.InvalidArgumentError, match=re.escape(said)):
        vmperf.compare(CORE, CORE, **{**QUICK, **change}, pairs=3, results=path, resume=True)
    with pytest.raises(vmperf.InvalidArgumentError, match="does not exist yet"):
        vmperf.compare(CORE, CORE, **QUICK, pairs=3, results=path)
    assert path.read_bytes() == before


def test_other_code_of_the_same_name_is_something_else(
    tmp_path: Path, cut: Callable[..., list[int]]
) -> None:
    module = tmp_path / Path(CORE).name
    module.write_bytes(Path(CORE).read_bytes())
    path = tmp_path / "x.pairs"
    vmperf.compare(str(module), CORE, **QUICK, pairs=3, results=path)
    with module.open("ab") as file:
        file.write(b"built anew")
    with pytest.raises(vmperf.InvalidArgumentError, match=r"it has code of A \w+, not \w+"):
        vmperf.compare(str(module), CORE, **QUICK, pairs=3, results=path, resume=True)


def test_another_machine_is_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.pairs"
    vmperf.compare(CORE, CORE, **QUICK, pairs=3, results=path)
    elsewhere = "vmperf._compare.compare.fingerprint_of"
    monkeypatch.setattr(elsewhere, lambda _: {"cpu": "another"})
    with pytest.raises(vmperf.InvalidArgumentError, match="it has machine "):
        vmperf.compare(CORE, CORE, **QUICK, pairs=3, results=path, resume=True)


def test_a_budget_goes_on_with_the_pairs_it_had_planned(
    cut: Callable[..., list[int]], tmp_path: Path
) -> None:
    path = tmp_path / "x.pairs"
    cut(3)
    with pytest.raises(Interrupted):
        vmperf.compare(CORE, CORE, **QUICK, budget_s=1e-3, results=path)
    cut(100)
    found = vmperf.compare(CORE, CORE, **QUICK, budget_s=1e-3, results=path, resume=True)
    assert found.rows()[0]["pairs"] == 7  # the fewest that can tell
    assert "the budget of 0.001 s is too short: 7 pairs" in found.notes[0]


def test_noise_that_was_cut_off_goes_on(cut: Callable[..., list[int]], tmp_path: Path) -> None:
    path = tmp_path / "x.pairs"
    cut(4, _aa)
    with pytest.raises(Interrupted):
        vmperf.aa(QUICK["benchmarks"], budget_s=0.01, rounds=2, batch_us=20, results=path)
    taken = cut(100, _aa)
    found = vmperf.aa(
        QUICK["benchmarks"], budget_s=0.01, rounds=2, batch_us=20, results=path, resume=True
    )
    assert taken == [2, 2]  # three cycles of two layouts, four pairs of which were there
    assert (found.rows()[0]["pairs"], found.rows()[0]["paired_pairs"]) == (3, 3)


def test_a_suite_that_was_cut_off_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for side in ("a", "b"):
        (tmp_path / side).mkdir()
        (tmp_path / side / "x").write_text(side)
    runs: list[Path] = []

    def run_once(_: Any, folder: Path, **__: Any) -> Ran:
        if len(runs) == 6:
            raise KeyboardInterrupt
        runs.append(folder)
        return Ran(Readings({"one": 1.0 + len(runs) % 3}))

    monkeypatch.setattr(_suites, "run_once", run_once)
    arms = (str(tmp_path / "a"), str(tmp_path / "b"), ["./x"])
    path = tmp_path / "x.pairs"
    with pytest.raises(Interrupted):
        vmperf.compare_suites(*arms, pairs=5, results=path)
    runs.clear()
    found = vmperf.compare_suites(*arms, pairs=5, results=path, resume=True)
    assert len(runs) == 4
    assert found.rows()[0]["pairs"] == 5
    (tmp_path / "a" / "x").write_text("another program")
    with pytest.raises(vmperf.InvalidArgumentError, match=r"it has files of A \w+, not"):
        vmperf.compare_suites(*arms, pairs=5, results=path, resume=True)


@pytest.mark.parametrize("own", [[], ["--results", "mine.pairs"], ["--results=mine.pairs"]])
def test_the_command_says_how_to_go_on(
    cut: Callable[..., list[int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VMPERF_STORE", "with a blank")
    cut(3)
    words = ["compare", CORE, CORE, "--benchmark", QUICK["benchmarks"], "--pairs", "7", *own]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 130
    last = done.stderr.strip().splitlines()[-1]
    go_on = shlex.split(last.partition("; go on: ")[2])
    assert go_on[0] == "vmperf"
    assert go_on.count("--results") == 1
    cut(100)
    done = CliRunner().invoke(cli, go_on[1:])
    assert done.exit_code == 0, done.output


def test_ctrl_c_before_there_is_anything_says_so(
    cut: Callable[..., list[int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cut(0)
    done = CliRunner().invoke(cli, ["compare", CORE, CORE, "--benchmark", QUICK["benchmarks"]])
    assert done.exit_code == 130
    assert done.stderr.strip().endswith("vmperf: interrupted; nothing is kept")


def test_a_store_that_cannot_be_written_stops_no_comparison(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setenv("VMPERF_STORE", str(tmp_path / "a file" / "store"))
    assert vmperf.compare(CORE, CORE, **QUICK, pairs=3).rows()[0]["pairs"] == 3


def test_a_file_that_is_no_such_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.pairs"
    path.write_text("precious")
    with pytest.raises(vmperf.TraceFormatError, match="not a vmperf comparison"):
        vmperf.compare(CORE, CORE, **QUICK, pairs=3, results=path, resume=True)
    assert path.read_text() == "precious"
    with pytest.raises(vmperf.InvalidArgumentError, match="that exists, to go on with"):
        vmperf.compare(CORE, CORE, **QUICK, pairs=3, results=tmp_path / "no", resume=True)


def test_damage_inside_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.pairs"
    with kept_pairs(path, resume=False, kind="compare") as log:
        log.put(1, "key")
    with sqlite3.connect(path) as db:
        db.execute("UPDATE outcomes SET outcome = '{'")
    db.close()
    damaged = pytest.raises(vmperf.TraceFormatError, match="damaged")
    with damaged, kept_pairs(path, resume=True, kind="compare") as log:
        log.get("key")


def test_two_writers_are_one_too_many(tmp_path: Path) -> None:
    path = tmp_path / "x.pairs"
    (tmp_path / "link").symlink_to(path)
    with kept_pairs(path, resume=False, kind="compare"):
        other = pytest.raises(vmperf.InvalidArgumentError, match="no other run is writing")
        with other, kept_pairs(tmp_path / "link", resume=True, kind="compare"):
            pass


def test_without_a_file_nothing_is_kept() -> None:
    log = PairLog()
    log.begin({"a": 1})
    log.put(1, "key")
    assert log.get("key") is None
    assert log.section("x").is_empty()
