"""The alarm over this project's own tree: real builds, salted, of a real one-percent slowdown."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

KERNEL = "cpp/bench/benches_alu_chain.cpp"
AS_IS = "AluChain<Steps>>()"
PLANTED = "AluChain<Steps + Steps / 100>>()"
FASTER = "AluChain<Steps - Steps / 50>>()"
TRIES = 8
MAIN = "from vmperf.cli.main import main; main()"
MARKED = """
import pytest

@pytest.mark.vmperf("bench/alu_chain", budget_s=0.5)
def test_it(vmperf_benchmark):
    vmperf_benchmark()
"""


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@t"]
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)


@pytest.fixture(scope="module")
def cache(repo_root: Path) -> Path:
    """Kept between runs, like the other build trees of tests: a cold build takes minutes."""
    return repo_root / "build" / "compare-cache"


@pytest.fixture
def clone(repo_root: Path, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of this repository with the tree as it is, committed."""
    if shutil.which("git") is None or not (repo_root / ".git").exists():
        pytest.skip("not a git repository")
    monkeypatch.setenv("VMPERF_CACHE", str(cache))
    top = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(repo_root), str(top)], check=True)
    for name in ("cpp", "python", "benchmarks"):
        shutil.copytree(
            repo_root / name,
            top / name,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns("__pycache__", "*.so"),
        )
    for name in ("pyproject.toml", "CMakeLists.txt", "README.md"):
        shutil.copy2(repo_root / name, top / name)
    git(top, "add", "-A")
    git(top, "commit", "-q", "--allow-empty", "-m", "as it is")
    return top


def plant(clone: Path, words: str) -> None:
    file = clone / KERNEL
    text = file.read_text()
    assert AS_IS in text
    file.write_text(text.replace(AS_IS, words))


def alarm(clone: Path) -> tuple[int, list[dict[str, Any]], str]:
    done = subprocess.run(
        [
            *(sys.executable, "-c", MAIN, "ci", "--against", "HEAD", "--max-regression", "0.5%"),
            *("--benchmark", "bench/alu_chain", "--param", "steps=100", "--pairs", "24", "--json"),
        ],
        cwd=clone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def test_a_tree_is_built_salted_and_its_work_counted(clone: Path) -> None:
    code, rows, said = alarm(clone)
    assert [row["status"] for row in rows] == ["ok"]
    assert "6 salted builds a side" in said
    assert code == (1 if rows[0]["confirmed"] else 0)
    plant(clone, PLANTED)
    code, (row,), said = alarm(clone)
    assert row["instr_effect"] is None or row["instr_effect"] == pytest.approx(0.01, abs=0.002)
    assert code == (1 if row["confirmed"] else 0)


@pytest.mark.perf
def test_an_unchanged_tree_is_silent_and_one_percent_is_not(clone: Path) -> None:
    code, rows, said = alarm(clone)
    assert code == 0, said
    assert [row["status"] for row in rows] == ["ok"]
    assert "6 salted builds a side" in said

    plant(clone, PLANTED)
    for _ in range(TRIES):  # a busy machine may blur it; it must never see it where it is not
        code, (row,), said = alarm(clone)
        assert row["instr_effect"] is None or row["instr_effect"] == pytest.approx(0.01, abs=0.002)
        if code:
            break
    assert (code, row["verdict"], row["confirmed"]) == (1, "regressed", True), (row, said)
    assert row["low"] < 0.01 < row["high"]


def test_a_tree_that_does_not_compile_is_red(clone: Path) -> None:
    plant(clone, "AluChain<no_such_thing>>()")
    done = subprocess.run(
        [
            *(sys.executable, "-c", MAIN, "ci", "--against", "HEAD", "--markdown", "summary.md"),
            *("--benchmark", "bench/alu_chain"),
        ],
        cwd=clone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "no_such_thing" in done.stderr
    assert "no_such_thing" in (clone / "summary.md").read_text()


@pytest.mark.perf
def test_pytest_fails_against_a_faster_revision(clone: Path) -> None:
    pytest.importorskip("pytest_benchmark")
    plant(clone, FASTER)
    git(clone, "commit", "-qam", "faster")
    suite = clone / "inner"
    suite.mkdir()
    (suite / "pytest.ini").write_text("[pytest]\n")
    (suite / "test_it.py").write_text(MARKED)

    def run(share: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-q", "--vmperf-baseline=HEAD"]
        command += [f"--vmperf-compare-fail={share}", "--vmperf-compare-pairs=8"]
        return subprocess.run(command, cwd=suite, capture_output=True, text=True, check=False)

    red = run("0.5%")
    assert red.returncode == 1, red.stdout
    assert re.search(r"bench/alu_chain\[.*\]: regressed, \+(1|2)\.\d+ %", red.stdout)
    assert "FAILED: 1 slower than HEAD by more than 0.5%" in red.stdout
    assert "1 passed" in red.stdout
    for _ in range(TRIES):
        green = run("20%")
        if ": too_noisy: " not in green.stdout:
            break
    assert green.returncode == 0, green.stdout


def run_steps(workflow: str) -> list[str]:
    """The scripts of a workflow's steps: ``run: words``, or ``run: |`` and what is indented."""
    found = re.findall(r"^( *)- run: (?:\|\n((?:\1    .*\n)+)|(.*)\n)", workflow, re.MULTILINE)
    return [textwrap.dedent(block) if block else line for _, block, line in found]


def test_workflow_of_the_readme(clone: Path, tmp_path: Path) -> None:
    """Its run steps, line by line as a runner would take them, on a pull request of nothing."""
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", (clone / "README.md").read_text(), re.M | re.S)
    steps = run_steps(block)
    assert block.count("run: ") == len(steps) >= 2
    assert any("vmperf ci --against" in step for step in steps)
    git(clone, "update-ref", "refs/remotes/origin/main", "HEAD")
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    summary = tmp_path / "summary.md"
    env = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        "PATH": f"{venv}/bin:{os.environ['PATH']}",
        "GITHUB_BASE_REF": "main",
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    for step in steps:
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", step],
            cwd=clone,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        alarm_rings = "vmperf ci --against" in step and "confirmed to be slower" in done.stdout
        assert done.returncode == int(alarm_rings), done.stdout[-3000:] + done.stderr[-3000:]
    assert re.search("(green|red): ", summary.read_text())
    rows = json.loads((clone / "vmperf.json").read_text())
    assert rows
    assert all(set(row) == {"name", "unit", "value", "range", "extra"} for row in rows)
