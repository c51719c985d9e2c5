"""`vmperf report --notebook`: executed, computed from the data, free of this machine's paths."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner, Result

import vmperf
from vmperf._report import notebook as _notebook
from vmperf._results.results import Results
from vmperf.cli.main import cli


def report(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["report", *map(str, words)])


def outputs(notebook: Any) -> list[Any]:
    return [out for cell in notebook.cells for out in cell.get("outputs", [])]


def said(notebook: Any) -> str:
    return "".join(out["text"] for out in outputs(notebook) if out["output_type"] == "stream")


def test_it_is_executed_and_complete(
    known: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    done = report(known.name, "--notebook", "out.ipynb", "--title", "Pools today")
    assert done.exit_code == 0, done.output
    assert done.stdout.strip().endswith("next: open it in jupyter")
    notebook: Any = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert all(cell.outputs for cell in code)
    tables = "".join(str(out.data.get("text/markdown", "")) for out in outputs(notebook)
                     if "data" in out)  # fmt: skip
    assert "Example CPU \\| &lt;b>" in tables  # the machine, escaped
    assert "Every case was measured." in tables
    assert notebook.cells[0].source.startswith("# Pools today")
    drawn = [out for out in outputs(notebook) if "image/svg+xml" in out.get("data", {})]
    sources = "".join(cell.source for cell in code)
    assert len(drawn) == 6
    for call in ("plot.ratios(", "plot.curve(", "plot.heat("):
        assert call in sources
    assert all(any("vegalite" in kind for kind in out.data) for out in drawn)
    assert re.search(r"stack is (3.9|4.0)\dx to 4.0\dx faster than libc", said(notebook))
    text = (tmp_path / "out.ipynb").read_text()
    for path in (tmp_path, Path.cwd(), Path.home(), Path(sys.prefix), Path(vmperf.__file__).parent):
        assert str(path) not in text
    assert "cdn.jsdelivr" not in "".join(out.get("text", "") for out in outputs(notebook))


def test_conclusions_follow_the_data(
    known: Path, scaled: Callable[..., Results], tmp_path: Path
) -> None:
    twice, out = scaled(known, "libc", 2).path, tmp_path / "out.ipynb"
    done = report(twice, "--notebook", out, "--pattern", "pool/sizes", "--json", "-")
    assert json.loads(done.stdout) == {"path": str(out), "size_bytes": out.stat().st_size}
    text = said(nbformat.read(out, as_version=4))
    factor = r"(7\.9|8\.0)\d"  # 4 in the test above
    assert re.search(rf"stack is {factor}x to {factor}x faster than libc", text), text
    assert "pool/churn" not in text


def test_refusals_are_in_it(known: Path, tmp_path: Path) -> None:
    results = vmperf.load_results(known)
    made = dict.fromkeys(source for _, source in _notebook.cells(results, reference="naive"))
    assert any("reference='naive'" in source for source in made)
    with pytest.raises(vmperf.InvalidArgumentError, match="reference is 'nobody'"):
        _notebook.cells(results, reference="nobody")


def test_a_failing_cell_is_one_line_and_no_file(
    known: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_notebook, "_SETUP", "1 / 0  # {path} {selected}")
    out = tmp_path / "out.ipynb"
    done = report(known, "--notebook", out)
    assert done.exit_code == 1
    assert done.stderr == "vmperf: notebook cell 2 failed: ZeroDivisionError: division by zero\n"
    assert [p for p in tmp_path.iterdir() if p.name.startswith("out.ipynb")] == []
    out.write_text("mine")
    assert report(known, "--notebook", out).exit_code == 1
    assert out.read_text() == "mine"


def test_a_cell_without_end_is_given_up(
    known: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_notebook, "_SETUP", "while True: pass  # {path} {selected}")
    results = vmperf.load_results(known)
    with pytest.raises(vmperf.MeasurementError, match="notebook not executed: A cell timed out"):
        _notebook.write_notebook(results, tmp_path / "out.ipynb", timeout_s=2.0)
    assert not (tmp_path / "out.ipynb").exists()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--notebook", "out.txt"], "notebook is out.txt; allowed: a path that ends in .ipynb"),
        (["--notebook", "a.ipynb", "b.html"], "--notebook is written in place of OUTPUT"),
        (["--notebook", "a.ipynb", "--pattern", "none/*"], "results is empty"),
        (["--notebook", "a.ipynb", "--reference", "nobody"], "reference is 'nobody'"),
    ],
)
def test_usage_errors_are_one_line(known: Path, words: list[str], text: str) -> None:
    done = report(known, *words)
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert text in done.stderr


MISSING = """
import sys
sys.modules[{module!r}] = None
from vmperf.cli.main import main
sys.argv = ["vmperf", "report", {journal!r}, "--notebook", {out!r}]
main()
"""


@pytest.mark.parametrize("module", ["nbclient", "nbformat", "ipykernel", "altair"])
def test_a_missing_extra_is_one_line(known: Path, tmp_path: Path, module: str) -> None:
    out = tmp_path / "out.ipynb"
    program = MISSING.format(module=module, journal=str(known), out=str(out))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == f"vmperf: {module} is not installed: pip install 'vmperf[report]'\n"
    assert not out.exists()
