"""The worked component of cpp/README.md is built from the page alone, and is whole."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from house import (
    expect_none,
    fair_weather,
    layers,
    native_build,
    page,
    platform,
    registry,
    table,
    tree,
)

pytestmark = pytest.mark.slow

PEER = "cpp/peers/std_set.cpp"
CLI = "from vmperf.cli.main import main; main()"
FAIR = fair_weather.program(CLI)  # a figure that is refused has no metrics
CATALOG = "import json; from vmperf import _core; print(json.dumps(_core.bench.catalog()))"
RULES: list[Callable[[Path], list[str]]] = [
    table.order, table.rooms, layers.direction, layers.reach, layers.cycles, layers.foreign,
    platform.system,
]  # fmt: skip


def build(copy: Path) -> None:
    """Build the module of the copy and put it where its package looks for it."""
    folder = native_build.configure(copy, "module")
    native_build.ninja(folder, "_core")
    (module,) = (folder / "cpp" / "module").glob("_core*.so")
    shutil.copy(module, copy / "python" / "vmperf")


def python(copy: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run an interpreter in the copy whose vmperf is the copy's, whatever is installed."""
    path = os.pathsep.join([str(copy / "python"), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-S", *words],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": path, "VMPERF_CACHE": str(copy / "build" / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    if check:
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done


@pytest.fixture(scope="module")
def copy(repo_root: Path) -> Path:
    """The tree with the page's component, built; kept below build/, so that only changes cost."""
    if native_build.sanitized():
        pytest.skip("the same page is built without sanitizers")
    there = repo_root / "build" / "component-page"
    page.write_copy(repo_root, there, page.blocks(tree.read(repo_root / "cpp" / "README.md")))
    build(there)
    return there


def test_its_files_keep_the_rules(copy: Path, repo_root: Path) -> None:
    for rule in RULES:
        expect_none(rule(copy))
    shown = page.blocks(tree.read(repo_root / "cpp" / "README.md"))
    code = [name for name in shown if name.endswith((".hpp", ".cpp"))]
    assert len(code) >= 6
    check = [native_build.tool("clang-format"), "--dry-run", "--Werror", *code]
    done = subprocess.run(check, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_its_benchmark_is_listed_and_delivers_its_metric(copy: Path) -> None:
    (listed,) = json.loads(python(copy, "-c", CLI, "list", "tags/*", "--json").stdout)
    assert [design["name"] for design in listed["designs"]] == ["direct", "naive", "std_set"]
    whole = json.loads(python(copy, "-c", CATALOG).stdout)
    expect_none(registry.faults([e for e in whole if e["component"] == "tags"], {"tags"}))
    words = ["run", "tags/*", "--budget", "5", "--param", "keys=32", "--json", "-"]
    rows = json.loads(python(copy, "-c", FAIR, *words).stdout)
    rates = {row["params"]["design"]: row["metrics"]["hit_rate"]["value"] for row in rows}
    assert rates.keys() == {"direct", "naive", "std_set"}
    # 32 keys fit: all but the first 32 accesses hit, those of the naive design one in 32.
    assert 0 < rates["naive"] < 0.5 < min(rates["direct"], rates["std_set"])


def test_its_python_face_has_docs_and_its_tests_pass(copy: Path) -> None:
    said = python(copy, "-c", "from vmperf import tags; print(tags.Direct.access.__doc__)").stdout
    assert "Whether it was there." in said
    run = "import doctest; from vmperf import tags; print(doctest.testmod(tags))"
    assert "TestResults(failed=0, attempted=3)" in python(copy, "-c", run).stdout
    done = python(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/tags")
    assert "1 passed" in done.stdout


def test_file_without_its_function_is_missed_by_name(copy: Path) -> None:
    """Last, as it breaks the copy: a list by hand would go on as if nothing had been forgotten."""
    peer = copy / PEER
    whole = peer.read_text()
    peer.write_text(whole.replace("declare_std_set", "declare_std_sets"))
    try:
        build(copy)
        done = python(copy, "-c", "import vmperf", check=False)
    finally:
        peer.write_text(whole)
    assert done.returncode != 0
    assert "undefined symbol" in done.stderr
    assert "declare_std_setE" in done.stderr
