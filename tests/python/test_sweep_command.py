"""`vmperf sweep` and run_sweep(): the plan, the run, resuming, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import vmperf
from house import fair_weather
from vmperf._run.sweep import plan_sweep
from vmperf.cli.main import cli

SWEEP = """\
description = "two axes"
reference = "libc"
budget_s = 2
seed = 3

[[sweep]]
benchmark = "hurdles/grid"
designs = ["stack", "libc"]
axes.capacity = { from = 10, to = 1000, factor = 10 }

[[sweep]]
benchmark = "hurdles/grid"
designs = ["naive"]
axes.item_size_bytes = [256, 16]
"""


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hurdles: str) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(SWEEP)
    return CliRunner()


def test_dry_run_shows_the_plan_and_measures_nothing(invoke: CliRunner, store: Path) -> None:
    done = invoke.invoke(cli, ["sweep", "mine.toml", "--dry-run"])
    assert done.exit_code == 0
    assert "two axes" in done.stdout
    assert "hurdles/grid  item_size_bytes=64 capacity=100  " in done.stdout
    last = done.stdout.splitlines()[-1]
    assert last.startswith("8 cases in 5 processes, profile quick, about ")
    assert "next: vmperf sweep mine.toml" in last
    assert not store.exists()
    told = json.loads(invoke.invoke(cli, ["sweep", "mine.toml", "--dry-run", "--json"]).stdout)
    assert (told["cases"], len(told["points"]), told["reference"]) == (8, 5, "libc")
    assert told["estimated_s"] == pytest.approx(plan_sweep("mine.toml")[0].estimated_s, abs=0.1)
    assert told["settings"]["seed"] == 3
    sizes = [point["params"]["item_size_bytes"] for point in told["points"]]
    assert sizes == [16, 64, 64, 64, 256]  # as tables should show them


def test_the_estimate_grows_with_the_work() -> None:
    plans = [plan_sweep("pools", profile=p, budget_s=None)[0] for p in ("quick", "thorough")]
    quick, thorough = (plan.estimated_s for plan in plans)
    assert 0 < quick <= thorough
    assert plan_sweep("pools", budget_s=100)[0].estimated_s == pytest.approx(100, rel=0.05)


def test_list(invoke: CliRunner) -> None:
    rows = json.loads(invoke.invoke(cli, ["sweep", "--list", "--json"]).stdout)
    (pools,) = [row for row in rows if row["sweep"] == "pools"]
    assert pools["cases"] > 20
    assert pools["description"]
    text = invoke.invoke(cli, ["sweep", "--list"])
    assert text.exit_code == 0
    assert "pools" in text.stdout


def test_run_resume_and_export(invoke: CliRunner) -> None:
    words = ["sweep", "mine.toml", "--results", "s.vmperf"]
    ran = invoke.invoke(cli, [*words, "--json", "rows.json", "--netcdf", "s.nc"])
    assert ran.exit_code in (0, 1), ran.output  # a busy machine may make it too noisy
    assert "ETA" in ran.stderr
    assert ran.stdout.splitlines()[-1].startswith("results in s.vmperf, samples in s.nc; next: ")
    rows = json.loads(Path("rows.json").read_text())
    assert len(rows) == 8
    found = vmperf.load_results("s.vmperf")
    assert found.reference == "libc"
    assert found.command.startswith("vmperf sweep mine.toml")
    assert found.settings["seed"] == 3
    assert found.n_planned == len(found.cases) == 8
    assert found.to_xarray()["ns_total"].sizes["capacity"] == 3
    assert Path("s.nc").stat().st_size > 0

    again = invoke.invoke(cli, words)
    assert again.exit_code == 2
    assert "--resume" in again.stderr
    assert again.stderr.count("\n") == 1
    resumed = invoke.invoke(cli, [*words, "--resume"])
    assert resumed.exit_code == ran.exit_code
    assert "ETA 0 s" not in resumed.stderr  # nothing was left to measure
    Path("mine.toml").write_text(SWEEP.replace("[256, 16]", "[256]"))
    other = invoke.invoke(cli, [*words, "--resume"])
    assert other.exit_code == 2
    assert "a journal of the same plan" in other.stderr


def test_run_sweep_goes_on_where_it_was_cut_off(invoke: CliRunner) -> None:
    class Enough(Exception):
        pass

    def stop(event: object) -> None:
        if getattr(event, "done", 0) >= 3:
            raise Enough

    with pytest.raises(Enough):
        vmperf.run_sweep("mine.toml", results="s.vmperf", progress=stop)
    partial = vmperf.load_results("s.vmperf")
    assert 0 < len(partial.cases) < 8
    checksums = {json.dumps(c.params): c.ns_total.tolist() for c in partial.cases}
    whole = vmperf.run_sweep(Path("mine.toml"), results="s.vmperf", resume=True)
    assert len(whole.cases) == 8
    after = {json.dumps(c.params): c.ns_total.tolist() for c in whole.cases}
    assert after.items() >= checksums.items()  # what was done was kept


def test_options_take_precedence(invoke: CliRunner) -> None:
    words = ["--budget", "9", "--seed", "8", "--profile", "criterion", "--dry-run", "--json"]
    told = json.loads(invoke.invoke(cli, ["sweep", "mine.toml", *words]).stdout)
    settings = told["settings"]
    assert (settings["budget_s"], settings["seed"], settings["profile"]) == (9, 8, "criterion")
    plan, _ = plan_sweep("mine.toml", budget_s=9, seed=8, profile="criterion")
    assert plan.command.endswith("--profile criterion --budget 9 --seed 8")


def test_the_reference_opens_the_report(invoke: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    fair_weather.setup(monkeypatch)
    done = invoke.invoke(
        cli, ["sweep", "mine.toml", "--html", "s.html", "--results", "s.vmperf", "--budget", "10"]
    )
    assert done.exit_code == 0, done.output
    text = Path("s.html").read_text()
    assert '<option value="libc" selected>' in text
    assert 'data-kind="curve"' in text


def test_own_library(tmp_path: Path, hurdles_library: Path) -> None:
    (tmp_path / "mine.toml").write_text(SWEEP)
    program = "from vmperf.cli.main import main; main()"
    words = ["sweep", "mine.toml", "--load", str(hurdles_library), "--dry-run"]
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"--load {hurdles_library}" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Missing argument 'FILE'"),
        (["polls"], "sweep is 'polls'; allowed: a TOML file or one of pools"),
        (["bad.toml"], "bad.toml:3: axis is 'capasity'"),
        (["broken.toml", "--dry-run"], "not TOML, line 2"),
        (["mine.toml", "--profile", "slow"], "profile is 'slow'"),
        (["mine.toml", "--seed", "-1"], "seed is -1"),
        (["mine.toml", "--budget", "0.001"], "budget_s is 0.001"),
        (["mine.toml", "--timeout", "0"], "timeout_s is 0"),
        (["mine.toml", "--resume"], "resume is True"),
    ],
)
def test_usage_errors_are_one_line(invoke: CliRunner, words: list[str], said: str) -> None:
    Path("bad.toml").write_text('[[sweep]]\nbenchmark = "hurdles/grid"\naxes.capasity = 3\n')
    Path("broken.toml").write_text("[[sweep]]\nbenchmark = = 3\n")
    done = invoke.invoke(cli, ["sweep", *words])
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert said in done.stderr
    assert done.stdout == ""


def test_a_missing_extra_is_told_before_anything_is_measured(
    invoke: CliRunner, monkeypatch: pytest.MonkeyPatch, store: Path
) -> None:
    for module, option in (("altair", "--html"), ("h5netcdf", "--netcdf")):
        monkeypatch.setitem(sys.modules, module, None)
        done = invoke.invoke(cli, ["sweep", "mine.toml", option, "out"])
        assert done.exit_code == 1
        assert f"{module} is not installed: pip install 'vmperf[report]'" in done.stderr
    assert not store.exists()
