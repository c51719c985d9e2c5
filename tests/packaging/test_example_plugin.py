"""The library in cpp/bench/README.md: what it reports is seen wherever results are looked at."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import vmperf
from house import fair_weather
from house.weather import IN_BUDGET

MOST_LINES = 40
CLAIM = """
[[claim]]
id = "cache/hits"
benchmark = "cache/access"
design = "direct"
kind = "value"
metric = "hit_rate"
target = TARGET
"""
SUITE = """
import pytest

@pytest.mark.vmperf("cache/access")
def test_access(vmperf_benchmark):
    vmperf_benchmark()
"""


MAIN = "from vmperf.cli.main import main; main()"
FAIR = fair_weather.program(MAIN)


def vmperf_command(
    *words: str | Path, cwd: Path, codes: tuple[int, ...] = (0,), program: str = MAIN
) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in codes, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def library(
    repo_root: Path, compile_cpp: Callable[..., Path], fenced: Callable[[str, str], list[str]]
) -> Path:
    blocks = fenced((repo_root / "cpp" / "bench" / "README.md").read_text(), "cpp")
    (text,) = [block for block in blocks if "VMPERF_PLUGIN(" in block]
    assert len(text.splitlines()) <= MOST_LINES
    return compile_cpp(text, "-shared", "-fPIC")


@pytest.fixture(scope="module")
def run(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example")
    words = ("run", "--load", library, "cache/*", "--param", "keys=64,80")
    words += ("--results", "r.vmperf", "--html", "r.html")
    vmperf_command(*words, cwd=folder, program=FAIR)  # a figure that is refused has no metrics
    return folder


def test_rows(run: Path) -> None:
    rows = json.loads(vmperf_command("show", "r.vmperf", "--json", "-", cwd=run))
    rows = rows["rows"] if isinstance(rows, dict) else rows
    found = {row["params"]["keys"]: row["metrics"] for row in rows}
    for keys, metrics in found.items():
        hits = metrics["hit_rate"]
        assert (hits["unit"], hits["better"]) == ("1", "higher")
        # 64 keys fit; of 80, the 16 that share a line with another miss half of the time.
        assert hits["value"] == pytest.approx({64: 1.0, 80: 0.8}[keys], abs=0.02)
    assert found[80]["ages_p99_9_ops"]["value"] > found[80]["ages_p50_ops"]["value"] > 0


def test_dataset(run: Path) -> None:
    data = vmperf.load_results(run / "r.vmperf").to_xarray()
    assert {"keys", "at_placement"} < {*data["hit_rate"].dims}
    assert "percentile" in data["ages"].dims
    percentiles = data["ages"].sel(keys=80).values
    assert (np.diff(percentiles[np.isfinite(percentiles)]) >= 0).all()


def test_series_and_tables(run: Path) -> None:
    found = vmperf.load_results(run / "r.vmperf")
    lines = found.table("lines")
    assert {line["state"] for line in lines} == {"in use"}
    assert {line["line"] for line in lines} == {0, 1, 2, 3}
    for one in found.series("rates"):
        assert len(one["x"]) == len(one["y"]) > 0
        assert (np.diff(one["x"]) > 0).all()


def test_report(run: Path) -> None:
    page = (run / "r.html").read_text()
    for name in ("hit_rate", "ages", "rates", "lines", "in use"):
        assert name in page


@pytest.mark.parametrize(("target", "status", "code"), [(0.5, "met", 0), (0.999, "unmet", 1)])
def test_claim(library: Path, tmp_path: Path, target: float, status: str, code: int) -> None:
    (tmp_path / "claims.toml").write_text(CLAIM.replace("TARGET", str(target)))
    words = ("claims", "--file", "claims.toml", "--load", library)
    out = vmperf_command(*words, "--json", "-", cwd=tmp_path, codes=(code, 1))
    found = json.loads(out)
    (row,) = found["claims"] if isinstance(found, dict) else found
    assert row["metric"] == "hit_rate"
    if row["status"] not in IN_BUDGET:  # the weather
        assert row["status"] == status


def test_pytest_benchmark(library: Path, tmp_path: Path) -> None:
    (tmp_path / "test_cache.py").write_text(SUITE)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null"]
    options = ["--rootdir", ".", f"--vmperf-load={library}", "--benchmark-json=out.json"]
    done = subprocess.run(
        [*command, *options, "test_cache.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 and re.search(": (too_noisy|below_resolution): ", done.stdout):
        pytest.skip("a busy machine: the figure is refused")
    assert done.returncode == 0, done.stdout
    (entry,) = json.loads((tmp_path / "out.json").read_text())["benchmarks"]
    assert entry["extra_info"]["metrics"]["hit_rate"]["value"] == pytest.approx(0.8, abs=0.02)
