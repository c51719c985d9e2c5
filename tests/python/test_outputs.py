"""Outputs of commands: looked at before the work, and one that fails swallows nothing."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import vmperf
from vmperf import _core
from vmperf._compare import compare as _compare
from vmperf._run import runner as _runner
from vmperf.cli.main import cli

KERNEL = "bench/selftest/one_cycle"
CORE = str(_core.__file__)
RUN = ["run", KERNEL, "--budget", "0.5"]
SWEEP = ["sweep", "mine.toml", "--budget", "0.5"]
COMPARE = ["compare", CORE, CORE, "--benchmark", KERNEL, "--pairs", "3"]
CI = ["ci", "--against", CORE, "--benchmark", KERNEL, "--pairs", "3"]
AA = ["aa", KERNEL, "--budget", "0.1"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(f'[[sweep]]\nbenchmark = "{KERNEL}"\n')
    return tmp_path


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail if anything is measured or built."""

    def refuse(*_: object, **__: object) -> Any:
        raise AssertionError("measured, though an output cannot be written")

    monkeypatch.setattr(_runner.Supervisor, "run", refuse)
    monkeypatch.setattr(_compare, "catalog_of", refuse)
    monkeypatch.setattr("vmperf._alarm.aa.catalog_of", refuse)
    monkeypatch.setattr("vmperf._suites.suites.run_once", refuse)


def _program(
    words: Sequence[str], before: str = "", **env: str
) -> subprocess.CompletedProcess[bytes]:
    code = f"{before}\nfrom vmperf.cli.main import main; main()"
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, capture_output=True, env={**os.environ, **env}, check=False)


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize(
    "words",
    [
        [*RUN, "--html"],
        [*RUN, "--json"],
        [*SWEEP, "--html"],
        [*SWEEP, "--netcdf"],
        [*SWEEP, "--json"],
        [*COMPARE, "--json"],
        [*COMPARE, "--history"],
        [*COMPARE, "--results"],
        [*CI, "--json"],
        [*CI, "--markdown"],
        [*CI, "--github-json"],
        [*AA, "--json"],
        ["claims", "--only", "pool/", "--record"],
        ["claims", "--only", "pool/", "--json"],
    ],
    ids=lambda words: f"{words[0]} {words[-1]}",
)
def test_an_output_is_looked_at_before_the_work(here: Path, words: list[str]) -> None:
    (here / "a file").touch()
    for place in ("no/such/folder.json", "a file/x.json", "folder.json"):
        (here / "folder.json").mkdir(exist_ok=True)
        if words[-1] == "--history" and place.startswith("no/"):
            continue  # its folder is made
        done = CliRunner().invoke(cli, [*words, place])
        assert done.exit_code in (1, 2), done.output
        assert done.stderr.count("\n") == 1
        assert "Traceback" not in done.stderr
        assert place.partition("/")[0] in done.stderr


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize(
    "words",
    [
        [*RUN, "--html"],
        [*COMPARE, "--json"],
        [*CI, "--markdown"],
        ["report", "kept.vmperf"],
        ["report", "kept.vmperf", "-o"],
        ["show", "kept.vmperf", "--json"],
        ["export", "kept.vmperf", "--format", "csv"],
        ["trend", "--history", "kept.vmperf", "--html"],
        ["preload", "--watch", "NAME", "--", "/bin/true"],
        ["replay", "made.vmt", "--designs", "libc", "--repeats", "1", "--html"],
        ["trace", "convert", "made.vmt"],
        ["trace", "record", "--output", "NAME", "--", "/bin/ls"],
        ["trace", "info", "made.vmt", "--json"],
        ["cache", "info", "--json"],
    ],
    ids=lambda words: f"{words[0]} {words[-1]}",
)
def test_no_output_replaces_what_is_kept(here: Path, words: list[str]) -> None:
    shutil.copy(Path(__file__).with_name("data") / "schema1.vmperf", "kept.vmperf")
    shutil.copy("kept.vmperf", "kept.json")
    vmperf.trace.generate(10).save("made.vmt")
    for name in ["kept.json"] + ["kept.vmperf"] * (words[-1] != "--json"):
        before = Path(name).read_bytes()
        call = [word.replace("NAME", name) for word in words]
        done = CliRunner().invoke(cli, call if call != words else [*words, name])
        assert done.exit_code in (1, 2), done.output
        assert "nothing replaces" in done.stderr or "another file" in done.stderr
        assert Path(name).read_bytes() == before
    assert sorted(p.name for p in here.glob("kept*")) == ["kept.json", "kept.vmperf"]


@pytest.mark.usefixtures("unmeasured")
def test_two_outputs_are_two_files() -> None:
    done = CliRunner().invoke(cli, [*RUN, "--html", "x.json", "--json", "x.json"])
    assert (done.exit_code, "another file than that of --html" in done.stderr) == (2, True)
    done = CliRunner().invoke(cli, [*RUN, "--results", "x.json", "--json", "x.json"])
    assert (done.exit_code, "another file than that of --results" in done.stderr) == (2, True)


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize(
    "words",
    [
        ["run", ""],
        ["run", "--results", ""],
        ["run", "--results="],
        ["run", "--html", " "],
        ["list", ""],
        ["show", ""],
        ["report", "", "x.html"],
        ["compare", "", CORE],
        ["compare", CORE, ""],
        ["compare", "--baseline", ""],
        ["compare", CORE, CORE, "--save", ""],
        ["ci", "--against", ""],
        ["ci", "--against="],
        ["ci", "--against", "HEAD", "--markdown", "", "--", "./x"],
        ["aa", "", "--budget", "1"],
        ["sweep", ""],
        ["claims", "--record", ""],
        ["trend", "--history", ""],
    ],
    ids=" ".join,
)
def test_an_empty_word_is_a_usage_error(words: list[str]) -> None:
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2, done.output
    assert "is empty; is a variable not set?" in done.stderr


def test_an_empty_word_is_one_for_the_functions_too() -> None:
    from vmperf._alarm.ci import ci

    for call in (
        lambda: vmperf.compare("", CORE),
        lambda: vmperf.compare_suites("", "HEAD", ["./x"]),
        lambda: vmperf.run(KERNEL, results=""),
        lambda: ci(""),
    ):
        with pytest.raises(vmperf.InvalidArgumentError):
            call()


# What fails in the end


def test_a_disk_that_fills_up_swallows_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("vmperf._files.whole_file.write_whole", full)
    done = CliRunner().invoke(cli, [*RUN, "--results", "r.vmperf", "--json", "x.json"])
    assert done.exit_code == 1
    assert KERNEL in done.stdout
    assert "vmperf: --json x.json was not written: No space left on device" in done.stderr
    assert vmperf.load_results("r.vmperf").rows()
    done = CliRunner().invoke(cli, [*COMPARE, "--json", "x.json"])
    assert done.exit_code == 1
    assert "inconclusive" in done.stdout
    done = CliRunner().invoke(cli, [*AA, "--json", "x.json"])
    assert done.exit_code == 1
    assert KERNEL in done.stdout


def test_a_history_that_fails_late_swallows_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Any:
        raise vmperf.OsError("cannot use the history h.db: no space left on its disk")

    monkeypatch.setattr(vmperf.History, "append", full)
    done = CliRunner().invoke(cli, [*COMPARE, "--history", "h.db"])
    assert done.exit_code == 1
    assert KERNEL in done.stdout
    assert "not appended to the history: cannot use the history h.db" in done.stdout


def test_a_locked_history_is_told_before(monkeypatch: pytest.MonkeyPatch, unmeasured: None) -> None:
    from vmperf._history import history_file

    shutil.copy(_history(), "h.db")
    monkeypatch.setattr(history_file, "_HISTORY", _impatient(history_file._HISTORY))
    other = sqlite3.connect("h.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    done = CliRunner().invoke(cli, [*COMPARE, "--history", "h.db"])
    other.close()
    assert done.exit_code == 1
    assert "cannot use the history h.db: it was locked by another process" in done.stderr


def _impatient(kind: Any) -> Any:
    from dataclasses import replace

    return replace(kind, wait_s=0.01)


def _history() -> Path:
    history = vmperf.History("made.db")
    history.check_writable()
    from vmperf._history.history_file import connection

    with connection(history.path, create=True):
        pass
    return history.path


# Streams


def test_an_ascii_terminal_gets_letters_that_it_has(here: Path) -> None:
    done = _program([*RUN, "--results", "r.vmperf"], PYTHONIOENCODING="ascii", LC_ALL="C")
    assert done.returncode in (0, 1), done.stderr
    assert b"Error" not in done.stderr
    assert b"95 % interval" in done.stdout
    assert done.stdout.decode("ascii")


@pytest.mark.parametrize("closed", [[1], [2], [0, 1, 2]])
def test_closed_streams_stop_no_run(here: Path, closed: list[int]) -> None:
    before = "import os, sys\n" + "".join(
        f"os.close({n}); sys.{('stdin', 'stdout', 'stderr')[n]} = None\n" for n in closed
    )
    done = _program([*RUN, "--results", "r.vmperf", "--json", "rows.json"], before)
    assert done.returncode in (0, 1), done.stderr  # the weather may refuse a figure
    assert json.loads(Path("rows.json").read_text())
    assert vmperf.load_results("r.vmperf").rows()  # no word of a stream is in it


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_under_stdout_is_one_line() -> None:
    command = [sys.executable, "-c", "from vmperf.cli.main import main; main()", "list"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert done.stderr.decode().count("\n") == 1
    assert b"No space left on device" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_told_with_the_file(here: Path) -> None:
    done = CliRunner().invoke(cli, ["list", "--json=/dev/full"])
    assert done.exit_code == 1
    assert done.stderr == "vmperf: /dev/full: No space left on device\n"


def test_a_journal_is_no_arm(here: Path) -> None:
    done = CliRunner().invoke(cli, [*RUN, "--results", "r.vmperf"])
    Path("notes.txt").write_text("no library")
    done = CliRunner().invoke(cli, ["compare", "r.vmperf", "r.vmperf"])
    assert done.exit_code == 2
    assert "vmperf report A B" in done.stderr
    done = CliRunner().invoke(cli, ["compare", "notes.txt", "notes.txt"])
    assert done.exit_code == 2
    assert "no shared library" in done.stderr
    assert "vmperf report" not in done.stderr


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = [sys.executable, "-c", "from vmperf.cli.main import main; main()", "list"]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def test_without_a_home_nothing_is_lost(here: Path) -> None:
    pytest.importorskip("altair")
    before = "import os.path; os.path.expanduser = lambda path: path"
    env = {"VMPERF_CACHE": "", "XDG_CACHE_HOME": "", "HOME": ""}
    done = _program([*RUN, "--results", "r.vmperf"], before, **env)
    assert done.returncode in (0, 1), done.stderr
    assert b"Traceback" not in done.stderr
    assert vmperf.load_results("r.vmperf").rows()
    for words in ([*RUN, "--html", "page.html"], ["report", "r.vmperf"], ["compare", "~x", "~y"]):
        done = _program(words, before, **env)
        assert b"Traceback" not in done.stderr
        assert done.stderr.startswith(b"vmperf: ") or Path("r.html").exists()
