"""`vmperf report` on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from vmperf._results.results import Results

Make = Callable[..., Results]


def vmperf_command(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    program = "from vmperf.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, "report", *words],
        cwd=cwd, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_output_goes_beside_the_journal(make_results: Make, tmp_path: Path) -> None:
    journal = make_results(["pool/cycle"]).path
    done = vmperf_command(str(journal), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    page = journal.with_suffix(".html")
    assert page.exists()
    assert done.stdout.strip().splitlines()[-1].startswith(f"report in {page}; next:")


def test_output_by_argument_or_option(make_results: Make, tmp_path: Path) -> None:
    journal = str(make_results(["pool/cycle", "pool/churn"]).path)
    options = ("--title", "Pools & more", "--reference", "libc", "--pattern", "pool/cycle")
    assert vmperf_command(journal, "-o", "a.html", *options, cwd=tmp_path).returncode == 0
    text = (tmp_path / "a.html").read_text()
    assert "<title>Pools &amp; more</title>" in text
    assert '<option value="libc" selected>' in text
    assert "pool/churn" not in text.partition("<main")[2].partition("<script")[0].replace(
        "every time", ""
    )
    assert vmperf_command(journal, "b.html", cwd=tmp_path).returncode == 0
    assert (tmp_path / "b.html").exists()


def test_json(make_results: Make, tmp_path: Path) -> None:
    journal = str(make_results(["pool/cycle"]).path)
    done = vmperf_command(journal, "page.html", "--json", "-", cwd=tmp_path)
    assert json.loads(done.stdout) == {
        "path": "page.html",
        "size_bytes": (tmp_path / "page.html").stat().st_size,
    }


def test_usage_errors_are_one_line(make_results: Make, tmp_path: Path) -> None:
    journal = str(make_results(["pool/cycle"]).path)
    for words, said in (
        ((journal, "a.html", "-o", "b.html"), "given twice"),
        ((journal, "--reference", "nobody"), "reference is 'nobody'"),
        (("missing.vmperf",), "missing.vmperf"),
    ):
        done = vmperf_command(*words, cwd=tmp_path)
        assert done.returncode == 2, done
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.glob("*.html"))
