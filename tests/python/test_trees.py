"""Built trees have what the repository has: submodules, and a history for git describe."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import vmperf
from vmperf._builds import checkout
from vmperf._builds.source import Source

Commit = Callable[[dict[str, str]], Path]
WHO = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "protocol.file.allow=always"]


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *WHO, *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def top(commit: Commit, tmp_path: Path) -> Path:
    """A tagged repository with a submodule."""
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "header.hpp").write_text("// one")
    git(inner, "init", "-q")
    git(inner, "add", "-A")
    git(inner, "commit", "-q", "-m", "x")
    top = commit({"a.txt": "1"})
    git(top, "submodule", "--quiet", "add", str(inner), "deps/inner")
    git(top, "commit", "-q", "-m", "with a submodule")
    git(top, "tag", "v7")
    return top


BUILD = "cat deps/inner/header.hpp > built && git describe --tags --always --dirty >> built"


def test_a_commit_is_built_with_its_submodules_and_its_history(top: Path) -> None:
    source = Source(top, git(top, "rev-parse", "HEAD"))
    tree = checkout.checked_out(source, build=BUILD, folder="")
    assert (tree / "built").read_text() == "// onev7\n"


def test_a_tree_that_changed_is_too(top: Path) -> None:
    (top / "deps" / "inner" / "header.hpp").write_text("// changed\n")
    (top / "a.txt").write_text("2")
    tree = checkout.checked_out(Source(top), build=BUILD, folder="")
    assert (tree / "built").read_text() == "// changed\nv7-dirty\n"
    assert (tree / "a.txt").read_text() == "2"
    (top / "deps" / "inner" / "header.hpp").write_text("// again\n")
    assert checkout.checked_out(Source(top), build=BUILD, folder="") != tree


def test_a_submodule_that_is_not_here_is_named(top: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(top), str(clone))
    source = Source(clone, git(clone, "rev-parse", "HEAD"))
    with pytest.raises(vmperf.MeasurementError, match="submodules that are not here: deps/inner"):
        checkout.checked_out(source, build=BUILD, folder="")
    assert checkout.checked_out(source, build="true", folder="").is_dir()


def test_a_folder_outside_of_git_is_copied_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VMPERF_CACHE", str(tmp_path / "cache"))
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "x").write_text("1")
    tree = checkout.checked_out(Source(tmp_path / "plain"), build="true", folder="")
    assert [path.name for path in tree.iterdir()] == ["x"]
