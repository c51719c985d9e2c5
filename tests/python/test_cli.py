"""The command line: JSON, exit codes, one-line errors, progress on stderr."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import vmperf
from house.weather import IN_BUDGET
from vmperf.cli.main import cli

BUDGET = ["--budget", "0.5"]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def _vmperf(words: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    program = "from vmperf.cli.main import main; main()"
    command = [sys.executable, "-c", program, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def _is_one_line(result: Result, said: str) -> bool:
    return result.stderr.count("\n") == 1 and said in result.stderr and result.stdout == ""


def test_commands_are_the_files_of_the_folder(invoke: CliRunner) -> None:
    result = invoke.invoke(cli, ["--help"])
    assert result.exit_code == 0
    for name in ("list", "run", "show", "export", "machine"):
        assert f"\n  {name} " in result.stdout
    assert "130" in result.stdout
    assert vmperf.__version__ in invoke.invoke(cli, ["--version"]).stdout


def test_list(invoke: CliRunner) -> None:
    rows = json.loads(invoke.invoke(cli, ["list", "--json"]).stdout)
    assert [row["id"] for row in rows] == [b.id for b in vmperf.list()]
    assert {"id", "component", "summary", "op", "tags", "axes"} <= {*rows[0]}
    for words in (["list", "--json", "pool/*"], ["list", "pool/*", "--json", "-"]):
        found = json.loads(invoke.invoke(cli, words).stdout)
        assert {row["component"] for row in found} == {"pool"}
    text = invoke.invoke(cli, ["list", "pool/*"])
    assert "pool/cycle" in text.stdout
    assert "next: vmperf run" in text.stdout.splitlines()[-1]


def test_run_show_export(invoke: CliRunner, tmp_path: Path) -> None:
    words = ["run", "bench/selftest/three_adds", "bench/selftest/missing", "--results", "r.vmperf"]
    ran = invoke.invoke(cli, [*words, *BUDGET, "--json", "r.json"])
    assert ran.exit_code in (0, 1)  # a busy machine may make it too noisy
    assert "three_adds" in ran.stdout
    assert ran.stdout.splitlines()[-1].startswith("results in r.vmperf; next: vmperf ")
    assert "3 cases to measure, about " in ran.stderr.splitlines()[0]
    assert "ETA" in ran.stderr
    rows = json.loads(Path("r.json").read_text())
    assert [row["params"]["design"] for row in rows] == ["kernel", "absent", "lacking"]

    shown = invoke.invoke(cli, ["show", "--json", "r.vmperf"])
    assert json.loads(shown.stdout) == rows
    assert shown.exit_code == 0
    text = invoke.invoke(cli, ["show", "r.vmperf"]).stdout
    assert "not_installed: planted: nothing to install" in text
    assert "measured by: vmperf run bench/selftest/three_adds" in text
    only = invoke.invoke(cli, ["show", "r.vmperf", "--failures", "--json"]).stdout
    assert "ok" not in {row["status"] for row in json.loads(only)}

    for name in ("o.json", "o.csv", "o.nc"):
        done = invoke.invoke(cli, ["export", "r.vmperf", name])
        assert done.exit_code == 0, done.output
        assert Path(name).stat().st_size > 0
    told = invoke.invoke(cli, ["export", "--json", "r.vmperf", "o.csv"])
    assert json.loads(told.stdout) == {"path": "o.csv", "format": "csv"}


def test_json_to_stdout_is_all_there_is(invoke: CliRunner) -> None:
    for words in (["--json", "-"], ["--json"]):
        ran = invoke.invoke(cli, ["run", "bench/selftest/folded", *BUDGET, *words])
        (row,) = json.loads(ran.stdout)
        assert row["status"] == "optimised_away"
        assert "results in" in ran.stderr.splitlines()[-1]


def test_newest_run_is_shown_by_default(invoke: CliRunner, store: Path) -> None:
    empty = invoke.invoke(cli, ["show"])
    assert empty.exit_code == 2
    assert "measure first: vmperf run" in empty.stderr
    invoke.invoke(cli, ["run", "bench/selftest/folded", *BUDGET])
    invoke.invoke(cli, ["run", "bench/selftest/cached", *BUDGET])
    assert len([*store.glob("*.vmperf")]) == 2
    (row,) = json.loads(invoke.invoke(cli, ["show", "--json"]).stdout)
    assert row["id"] == "bench/selftest/cached"


@pytest.mark.parametrize(
    ("name", "code"),
    [("crash", 1), ("half_work", 1), ("folded", 1), ("missing", 1)],
)
def test_exit_code_of_what_was_not_measured(invoke: CliRunner, name: str, code: int) -> None:
    assert invoke.invoke(cli, ["run", f"bench/selftest/{name}", *BUDGET]).exit_code == code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["frob"], "No such command 'frob'"),
        (["run", "--budget", "0.01"], "budget_s is 0.01; allowed: >= "),
        (["run", "nothing/*"], "pattern is 'nothing/*'"),
        (["run", "pool/cycle", "--param", "capacity"], "not AXIS=VALUE"),
        (["run", "pool/cycle", "--param", "cap=1"], "axis is 'cap'"),
        (["run", "pool/cycle", "--param", "capacity=x"], "capacity is 'x'"),
        (["run", "pool/cycle", "--design", "stak"], "design is 'stak'"),
        (["run", "pool/cycle", "--profile", "slow"], "profile is 'slow'"),
        (["run", "pool/cycle", "--budget", "0"], "budget_s is 0"),
        (["run", "pool/cycle", "--budget", "much"], "not a valid float"),
        (["show", "none.vmperf"], "an existing journal file"),
        (["show", "/etc/passwd"], "at byte 0: not a vmperf journal"),
        (["export", "none.vmperf", "o.xyz"], "no format"),
        (["list", "--component", "polo"], "component is 'polo'"),
        (["run", "bench/selftest/folded", "--resume"], "resume is True"),
    ],
)
def test_usage_errors_are_one_line(invoke: CliRunner, words: list[str], said: str) -> None:
    result = invoke.invoke(cli, words)
    assert result.exit_code == 2
    assert _is_one_line(result, said), result.output


def test_debug_shows_the_traceback(invoke: CliRunner) -> None:
    for words in (["--debug", "show", "none"], ["show", "none", "--debug"]):
        result = invoke.invoke(cli, words)
        assert isinstance(result.exception, vmperf.InvalidArgumentError)


def test_missing_extra_is_told_before_anything_is_measured(
    invoke: CliRunner, monkeypatch: pytest.MonkeyPatch, store: Path
) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    result = invoke.invoke(cli, ["run", "bench/selftest/folded", "--html", "r.html"])
    assert result.exit_code == 1
    assert _is_one_line(result, "altair is not installed: pip install 'vmperf[report]'")
    assert not store.exists()


def test_existing_file_and_resume(invoke: CliRunner) -> None:
    words = ["run", "bench/selftest/folded", "--results", "r.vmperf", *BUDGET]
    assert invoke.invoke(cli, words).exit_code == 1
    again = invoke.invoke(cli, words)
    assert again.exit_code == 2
    assert _is_one_line(again, "--resume")
    assert invoke.invoke(cli, [*words, "--resume"]).exit_code == 1
    other = invoke.invoke(cli, [*words, "--resume", "--seed", "4"])
    assert other.exit_code == 2
    assert "seed 0, not 4" in other.stderr


def test_resume_without_a_name_takes_the_newest_like_it(invoke: CliRunner, store: Path) -> None:
    words = ["run", "bench/selftest/folded", *BUDGET]
    invoke.invoke(cli, words)
    invoke.invoke(cli, ["run", "bench/selftest/cached", *BUDGET])
    invoke.invoke(cli, [*words, "--resume"])
    assert len([*store.glob("*.vmperf")]) == 2


def test_interrupt_exits_130_and_says_how_to_go_on(tmp_path: Path) -> None:
    words = ["run", "bench/selftest/one_shot", "bench/selftest/hang", "--results", "r.vmperf"]
    program = "from vmperf.cli.main import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "hang" in line:  # its group has begun; it never ends
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    last = errors.strip().splitlines()[-1]
    assert last.startswith("vmperf: interrupted; kept in r.vmperf; go on: vmperf run bench/")
    assert last.endswith("--results r.vmperf --resume")
    assert "Traceback" not in errors
    assert vmperf.load_results(tmp_path / "r.vmperf").n_planned == 2


def test_no_colour_where_there_is_no_terminal(tmp_path: Path) -> None:
    done = _vmperf(["run", "bench/selftest/missing", *BUDGET], tmp_path)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout + done.stderr


def _on_terminal(words: Sequence[str], folder: Path) -> str:
    """Run on a pseudo-terminal; returns what it shows."""
    outer, inner = pty.openpty()
    program = "from vmperf.cli.main import main; main()"
    command = [sys.executable, "-c", program, *words]
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"}
    with subprocess.Popen(command, cwd=folder, env=env, stdout=inner, stderr=inner):
        os.close(inner)
        shown = b""
        with suppress(OSError):  # EIO: the other end is closed
            while data := os.read(outer, 1 << 16):
                shown += data
    os.close(outer)
    return shown.decode()


def test_live_progress_on_a_terminal(tmp_path: Path) -> None:
    words = ["run", "bench/selftest/hang", "bench/selftest/missing", "--timeout", "1.5"]
    shown = _on_terminal(words, tmp_path)
    assert "\x1b[" in shown
    assert "/3" in shown
    assert "ETA" in shown
    assert "Traceback" not in shown
    assert "bench/selftest/hang kernel: timed_out" in shown
    assert "next: vmperf" in shown.splitlines()[-1]


def test_machine(invoke: CliRunner) -> None:
    found = json.loads(invoke.invoke(cli, ["machine", "--json"]).stdout)
    assert "selftest" not in found
    assert found["vmperf"] == vmperf.__version__
    assert found["memops"] == vmperf.memops.thresholds()  # measured, and in use from then on
    assert found["memops"]["stream_copy_bytes"] >= 1024
    told = json.loads(invoke.invoke(cli, ["machine", "--selftest", "--json"]).stdout)
    assert {"kernel", "cycles", "expected_cycles"} <= {*told["selftest"][0]}
    assert "next: vmperf run" in invoke.invoke(cli, ["machine"]).stdout.splitlines()[-1]


def test_own_library(tmp_path: Path, hurdles_library: Path) -> None:
    load = ["--load", str(hurdles_library)]
    done = _vmperf(["run", "hurdles/race", "--design", "fine", *load, *BUDGET, "--json"], tmp_path)
    (row,) = json.loads(done.stdout)
    assert row["id"] == "hurdles/race"
    assert row["status"] in IN_BUDGET
