"""Python modules import downward only; `import vmperf` stays light; no statistics in Python."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from house import expect_none, python_imports


def _lint_imports(folder: Path, *path: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter with the configuration of a folder's pyproject.toml."""
    program = "from importlinter.cli import lint_imports; import sys; sys.exit(lint_imports())"
    setup = f"import sys; sys.path[:0] = {[str(p) for p in path]!r}; "
    command = [sys.executable, "-W", "ignore", "-c", setup + program]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_import_contract(repo_root: Path, tmp_path: Path) -> None:
    shutil.copy(repo_root / "pyproject.toml", tmp_path)
    done = _lint_imports(tmp_path, repo_root / "python")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line", "said"),
    [
        ("_plan/plan", "from vmperf._run.runner import x", "vmperf._plan.plan"),
        ("_catalog/axes", "def f():\n    from vmperf.cli import main", "vmperf._catalog.axes"),
        ("plot/charts", "import vmperf._report.html", "vmperf.plot.charts"),
        ("_plan/budget", "from vmperf._plan import plan", "No cycles are allowed in vmperf._plan"),
        ("_stray", "x = 1", "vmperf._stray"),
    ],
)
def test_planted_import_is_found(
    repo_root: Path, tmp_path: Path, module: str, line: str, said: str
) -> None:
    package = tmp_path / "vmperf"
    for file in (repo_root / "python" / "vmperf").rglob("*.py"):
        inside = package / file.relative_to(repo_root / "python" / "vmperf")
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.write_text("x = 1\n")
    (package / "_plan" / "plan.py").write_text("from vmperf._plan import budget\n")
    shutil.copy(repo_root / "pyproject.toml", tmp_path)
    assert _lint_imports(tmp_path, tmp_path).returncode == 0
    with (package / f"{module}.py").open("a") as out:
        out.write(line + "\n")
    done = _lint_imports(tmp_path, tmp_path)
    assert done.returncode != 0
    assert said in done.stdout


def test_nothing_imports_the_public_names(repo_root: Path) -> None:
    expect_none(python_imports.through_the_top(repo_root / "python" / "vmperf"))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from vmperf import run", True),
        ("def f():\n    from . import report", True),
        ("import vmperf\nx = vmperf.run", True),
        ("from . import _core, _room", False),
        ("from ._core import stats", False),
    ],
)
def test_planted_import_through_the_top(tmp_path: Path, line: str, found: bool) -> None:
    for name, text in (("__init__", ""), ("_room", ""), ("_plan", line)):
        (tmp_path / f"{name}.py").write_text(text)
    assert bool(python_imports.through_the_top(tmp_path)) is found


def test_import_is_light() -> None:
    expect_none(python_imports.heavy("vmperf"))


def test_planted_heavy_import_is_found(tmp_path: Path) -> None:
    (tmp_path / "leaden.py").write_text("import dataclasses\n")
    assert "import leaden imports dataclasses" in python_imports.heavy("leaden", tmp_path)


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("def f():\n    import numpy as np\n    return np.median([1.0])\n", "TID251"),
        ("def f():\n    import numpy as np\n    return np.percentile([1.0], 50)\n", "TID251"),
        ("def f():\n    from numpy import quantile\n    return quantile([1.0], 0.5)\n", "TID251"),
        ("def f():\n    import statistics\n    return statistics.mean([1.0])\n", "TID251"),
        ("def f():\n    from scipy import stats\n    return stats\n", "TID251"),
        ("import numpy as np\nX = np.zeros(3)\n", "TID253"),
        ("from rich.table import Table\nX = Table\n", "TID253"),
    ],
)
def test_ruff_bans(repo_root: Path, code: str, rule: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "json",
               "--stdin-filename", "python/vmperf/_planted.py", "-"]  # fmt: skip
    done = subprocess.run(
        command, cwd=repo_root, input=code, capture_output=True, text=True, check=False
    )
    assert rule in {found["code"] for found in json.loads(done.stdout)}, done.stdout
