"""Builds of trees and revisions: made once, brought up to date, salted, refused when they fail."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

import vmperf
from vmperf import _core
from vmperf._builds import builds
from vmperf._builds.relink import relink
from vmperf._builds.source import Build, Source
from vmperf._compare.side import Side, Task

CMAKE = """
cmake_minimum_required(VERSION 3.26)
project(tiny LANGUAGES CXX)
add_library(_core MODULE cpp/module/a.cpp cpp/module/b.cpp)
set_target_properties(_core PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY cpp/module)
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source tree of the same shape as this one's, small enough to build in a second."""
    if (
        shutil.which("ninja") is None
        and not (Path(sysconfig.get_path("scripts")) / "ninja").exists()
    ):
        pytest.skip("ninja is not installed")
    monkeypatch.setenv("VMPERF_CACHE", str(tmp_path / "cache"))
    top = tmp_path / "tree"
    (top / "cpp" / "module").mkdir(parents=True)
    (top / "CMakeLists.txt").write_text(CMAKE)
    (top / "pyproject.toml").write_text("")
    (top / "cpp" / "module" / "a.cpp").write_text("int first() { return 1; }\n")
    (top / "cpp" / "module" / "b.cpp").write_text("int second() { return 2; }\n")
    return top


def _built(tree: Path, *, salts: int = 1) -> tuple[list[Path], list[str]]:
    steps: list[str] = []
    made = builds.source_builds(Source(tree), salts=salts, on_step=steps.append)
    return [Path(one.core) for one in made], steps


def test_a_tree_is_built_once(tree: Path) -> None:
    (first,), steps = _built(tree)
    assert first.is_file()
    assert "compiling" in steps
    assert _built(tree) == ([first], [])


def test_only_what_differs_is_compiled_again(tree: Path) -> None:
    (first,), _ = _built(tree)
    work = first.parents[2] / "work" / "src" / "build" / "compare"
    before = {path.name: path.stat().st_mtime_ns for path in work.rglob("*.cpp.o")}
    (tree / "cpp" / "module" / "b.cpp").write_text("int second() { return 3; }\n")
    (second,), _ = _built(tree)
    after = {path.name: path.stat().st_mtime_ns for path in work.rglob("*.cpp.o")}
    assert second != first
    assert first.is_file()
    assert {name for name in after if after[name] != before[name]} == {"b.cpp.o"}


def test_what_is_not_built_from_changes_nothing(tree: Path) -> None:
    first, _ = _built(tree)
    (tree / "README.md").write_text("words")
    assert _built(tree) == (first, [])


def test_salts_change_the_layout_and_repeat(tree: Path) -> None:
    made, _ = _built(tree, salts=3)
    layouts = [_addresses(path) for path in made]
    assert len({tuple(sorted(one.items())) for one in layouts}) == 3
    assert {*layouts[0]} == {*layouts[1]} == {*layouts[2]}
    kept = made[1].read_bytes()
    shutil.rmtree(made[1].parent)
    again, steps = _built(tree, salts=2)
    assert "linking layout 2 of 2" in steps
    assert _addresses(again[1]) == layouts[1]
    assert len(again[1].read_bytes()) == len(kept)


def _addresses(module: Path) -> dict[str, str]:
    said = subprocess.run(["nm", "-C", str(module)], capture_output=True, text=True, check=True)
    lines = [line.split(maxsplit=2) for line in said.stdout.splitlines()]
    return {line[2]: line[0] for line in lines if len(line) == 3 and line[1] in "Tt"}


def test_a_revision_is_built_from_the_repository(tree: Path) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        who = ["-c", "user.name=t", "-c", "user.email=t@t"]
        subprocess.run([git, "-C", str(tree), *who, *words], check=True)
    commit = subprocess.run(
        [git, "-C", str(tree), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    (as_is,), _ = _built(tree)
    (made,) = builds.source_builds(Source(tree, commit), salts=1, on_step=lambda _: None)
    assert Path(made.core) == as_is  # the same sources are the same build
    (tree / "cpp" / "module" / "a.cpp").write_text("int first() { return 9; }\n")
    (made,) = builds.source_builds(Source(tree, commit), salts=1, on_step=lambda _: None)
    assert Path(made.core) == as_is


def test_a_build_that_fails_says_why_and_keeps_nothing(tree: Path) -> None:
    (tree / "cpp" / "module" / "a.cpp").write_text("int first() { return wrong; }\n")
    with pytest.raises(vmperf.MeasurementError, match="wrong") as caught:
        _built(tree)
    assert caught.value.reason == "build_failed"
    (tree / "cpp" / "module" / "a.cpp").write_text("int first() { return 1; }\n")
    (made,), _ = _built(tree)
    assert made.is_file()


def test_a_commit_that_is_not_there(tree: Path) -> None:
    with pytest.raises(vmperf.MeasurementError, match="build_failed"):
        builds.source_builds(Source(tree, "0" * 40), salts=1, on_step=lambda _: None)


def test_a_relinked_module_is_the_same_code(repo_root: Path, tmp_path: Path) -> None:
    """The project's own module, where its build folder is still there."""
    module = Path(str(_core.__file__)).name
    # Named by its wheel's tag: other trees below build/ are the tests' own, some of them sanitized.
    found = [p for p in repo_root.glob(f"build/cp*/cpp/module/{module}") if _has_objects(p)]
    ninja = shutil.which("ninja") or str(Path(sysconfig.get_path("scripts")) / "ninja")
    if not found or not Path(ninja).exists():
        pytest.skip("no build folder of this module")
    target = tmp_path / module
    relink(found[0], target, salt=1, ninja=ninja)
    assert _addresses(target) != _addresses(found[0])
    counts = []
    for core in (found[0], target):
        params = {"item_size_bytes": 64, "capacity": 100, "state": "member"}
        task = Task(Build(str(core)), id="pool/cycle", design="libc", params=params)
        with Side(task, timeout_s=60) as side:
            side.begin()
            side.wait_ready()
            assert side.ask("v") == ""
            counts.append(side.ask("i"))
    assert counts[0] == counts[1]


def _has_objects(module: Path) -> bool:
    return any((module.parents[2] / "cpp" / "CMakeFiles").rglob("*.cpp.o"))
