"""Own libraries: from README.md to list, report and pytest-benchmark; load() everywhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import vmperf
from house.weather import IN_BUDGET, PROVED
from vmperf.cli.main import cli

pytest_plugins = ["pytester"]

TEST = """
import pytest

@pytest.mark.vmperf({marker})
def test_it(vmperf_benchmark):
    vmperf_benchmark()
"""


def _blocks(text: str, language: str) -> list[str]:
    fence = rf"^```{re.escape(language)}\n(.*?)^```$"
    return re.findall(fence, text, re.MULTILINE | re.DOTALL)


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run in a folder with this interpreter and its scripts first on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, "VMPERF_STORE": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_first_benchmark_of_the_readme(repo_root: Path, tmp_path: Path) -> None:
    """Compiled, listed, run, reported and given to pytest-benchmark as README.md says."""
    pytest.importorskip("pytest_benchmark")
    pytest.importorskip("altair")
    readme = (repo_root / "README.md").read_text()
    (source,) = _blocks(readme, "c++")
    (commands,) = _blocks(readme, "bash")
    assert len(source.splitlines()) <= 25
    (tmp_path / "mine.cpp").write_text(source)
    compile_, list_, run = commands.splitlines()
    for command in (compile_, list_):
        done = _run(["bash", "-c", command], tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    assert "mine/search" in done.stdout
    assert "find a random key in a sorted array" in done.stdout
    done = _run(["bash", "-c", run], tmp_path)
    if done.returncode != 0:  # a busy machine refuses a figure, not the page
        assert re.search("too_noisy|below_resolution|timed_out", done.stdout), done.stderr
    page = (tmp_path / "mine.html").read_text()
    assert "mine/search" in page
    assert "lower_bound" in page
    (tmp_path / "test_mine.py").write_text(TEST.format(marker="'mine/*'"))
    words = ["-m", "pytest", "-q", "--vmperf-load", "./mine.so", "--benchmark-json=out.json"]
    done = _run([sys.executable, *words, "test_mine.py"], tmp_path)
    if done.returncode != 0:
        assert re.search(": (too_noisy|below_resolution): ", done.stdout), done.stdout
        return
    (found,) = json.loads((tmp_path / "out.json").read_text())["benchmarks"]
    assert found["params"]["benchmark"] == "mine/search"


def test_load_names_benchmarks_and_designs(
    compile_cpp: Callable[..., Path], tmp_path: Path
) -> None:
    source = tmp_path / "more.cpp"
    source.write_text("""
#include <vmperf/bench/plugin.hpp>
using namespace vmperf::bench;
struct Odd final : Workload {
  std::uint64_t x = 1;
  std::uint64_t run(std::uint64_t n) override {
    for (; n != 0; --n) x = opaque(x) * 7 + 2;
    return x;
  }
  Verification verify() override { return {x % 2 == 1 ? "" : "even"}; }
};
WorkloadPtr make(const Params &) { return std::make_unique<Odd>(); }
VMPERF_PLUGIN(registry) {
  registry.benchmark("more/odd").op("one product").tag("no_naive").hidden().design("a", "a", make);
  registry.design("pool", "more", "not a pool at all").runs("more/pool", make);
  registry.benchmark("more/pool").op("one").tag("no_naive").hidden().designs("pool");
}
""")
    library = compile_cpp(source, "-shared", "-fPIC")
    added = vmperf.load(library)
    assert added == ["more/odd", "more/pool", "pool:more"]
    assert vmperf.load(str(library)) == added
    assert [d.name for d in vmperf.get("more/pool").designs] == ["more"]
    (row,) = vmperf.run("more/odd").rows()
    assert row["status"] in PROVED


@pytest.mark.parametrize("words", [["list"], ["run", "pool/cycle"], ["claims"]])
def test_every_command_takes_load(words: list[str]) -> None:
    done = CliRunner().invoke(cli, [*words, "--load", "no-such-library.so"])
    assert done.exit_code == 1
    assert "dlopen" in done.stderr
    assert "no-such-library.so" in done.stderr


def test_claims_may_name_a_loaded_benchmark(hurdles_library: Path, tmp_path: Path) -> None:
    claims = tmp_path / "claims.toml"
    claims.write_text("""
[[claim]]
id = "own"
benchmark = "hurdles/grid"
design = "stack"
kind = "ns"
target = 1000.0
""")
    out = tmp_path / "rows.json"
    words = ["claims", "--load", str(hurdles_library), "--file", str(claims), "--budget", "2"]
    done = CliRunner().invoke(cli, [*words, "--json", str(out)])
    assert out.exists(), done.output
    (row,) = json.loads(out.read_text())
    assert row["id"] == "own"
    assert row["status"] in {"met", *IN_BUDGET}


def test_load_with_from_is_a_mistake(hurdles_library: Path, tmp_path: Path) -> None:
    words = ["claims", "--load", str(hurdles_library), "--from", str(tmp_path / "x.json")]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2
    assert "--load with --from" in done.stderr


@pytest.mark.parametrize("way", ["option", "ini"])
def test_pytest_loads_libraries(way: str, hurdles_library: Path, pytester: pytest.Pytester) -> None:
    pytest.importorskip("pytest_benchmark")
    pytester.makepyfile(test_own=TEST.format(marker="'hurdles/grid', design='stack'"))
    words = ["-m", "pytest", "--collect-only", "-q", "test_own.py"]
    if way == "ini":
        (pytester.path / "own.so").symlink_to(hurdles_library)
        pytester.makeini("[pytest]\nvmperf_load = own.so")
    else:
        words += ["--vmperf-load", str(hurdles_library)]
    done = _run([sys.executable, *words], pytester.path)
    assert done.returncode == 0, done.stdout
    assert "test_it[hurdles/grid-stack-64-1000]" in done.stdout


def test_pytest_says_what_cannot_be_loaded(pytester: pytest.Pytester) -> None:
    pytest.importorskip("pytest_benchmark")
    pytester.makepyfile(test_own=TEST.format(marker="'pool/cycle'"))
    words = ["-m", "pytest", "--collect-only", "-q", "--vmperf-load", "none.so", "test_own.py"]
    done = _run([sys.executable, *words], pytester.path)
    assert done.returncode != 0
    assert "none.so" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
