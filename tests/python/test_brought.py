"""What builds fetch is kept beside them, and sides that fetched different things are told apart."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import vmperf
from house.fake_suite import FAKE, FAKE_RUN, FINE
from vmperf._builds import builds, checkout
from vmperf._builds.brought import FILE, brought, differences, kept_brought
from vmperf._builds.source import Source
from vmperf._builds.toolchain import Tools

Commit = Callable[[dict[str, str]], Path]
WHO = ["-c", "user.name=t", "-c", "user.email=t@t"]


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *WHO, *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A repository that builds clone from."""
    folder = tmp_path / "library"
    folder.mkdir()
    git(folder, "init", "-q")
    move(folder, "one")
    return folder


def move(library: Path, text: str) -> str:
    (library / "header.hpp").write_text(text)
    git(library, "add", "-A")
    git(library, "commit", "-q", "-m", text)
    return git(library, "rev-parse", "HEAD")[:12]


def test_sides_that_fetched_other_contents_are_told(commit: Commit, library: Path) -> None:
    top = commit({"fake.py": FAKE.format(body=FINE)})
    first = git(top, "rev-parse", "HEAD")
    commit({"readme": "inert"})
    build = f"git clone -q file://{library} third/library"
    settings = {"build": build, "pairs": 3, "timeout_s": 60.0, "repository": top}
    same = vmperf.compare_suites(first, "HEAD", FAKE_RUN, **settings)  # type: ignore[arg-type]
    assert not [note for note in same.notes if "brought" in note]
    old = git(library, "rev-parse", "HEAD")[:12]
    new = move(library, "two")
    commit({"readme": "inert again"})
    found = vmperf.compare_suites(first, "HEAD", FAKE_RUN, **settings)  # type: ignore[arg-type]
    (note,) = (note for note in found.notes if "brought" in note)
    assert "third/library" in note
    assert f"commit {old} for A, commit {new} for B" in note
    assert note in found.to_dict()["notes"]


def test_a_tree_of_before_is_built_again(commit: Commit, library: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    top = commit({"a.txt": "1"})
    build = f"echo x >> {log} && git clone -q file://{library} lib"
    tree = checkout.checked_out(Source(top), build=build, folder="")
    assert [*kept_brought(tree)] == ["lib"]
    (tree.parent / FILE).unlink()
    assert checkout.checked_out(Source(top), build=build, folder="") == tree
    assert log.read_text() == "x\nx\n"
    assert [*kept_brought(tree)] == ["lib"]


def test_what_a_build_may_bring(tmp_path: Path, library: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "old").mkdir(parents=True)
    (tree / "old" / "uv.lock").write_text("1")
    before = brought(tree)
    fetched = tree / "build" / "_deps" / "fmt-src" / "include"
    fetched.mkdir(parents=True)
    (fetched / "fmt.h").write_text("1")
    package(tree, "numpy-2.0", "numpy/a.py,sha256=x,1\n../../bin/f2py,sha256=with the tree,1\n")
    package(tree, "own-1.0", "own/a.py,sha256=x,1\n", origin='{"url": "file:///here"}')
    (tree / "Cargo.lock").write_text("1")
    git(tree, "clone", "-q", str(library), "lib")
    found = brought(tree, before)
    assert {*found} == {
        "build/_deps/fmt-src",
        "Cargo.lock",
        "lib",
        "env/site-packages/numpy-2.0.dist-info",
    }
    assert found["lib"] == f"commit {git(library, 'rev-parse', 'HEAD')[:12]}"
    (fetched / "fmt.h").write_text("2")
    changed = brought(tree, before)
    assert {name for name in found if changed[name] != found[name]} == {"build/_deps/fmt-src"}
    (tree / "old" / "uv.lock").write_text("2")
    assert "old/uv.lock" in brought(tree, before)


def package(tree: Path, name: str, files: str, *, origin: str = "") -> None:
    folder = tree / "env" / "site-packages" / f"{name}.dist-info"
    folder.mkdir(parents=True)
    (folder / "RECORD").write_text(f"{files}{folder.name}/METADATA,sha256=x,1\n")
    if origin:
        (folder / "direct_url.json").write_text(origin)


def test_versions_of_a_package_are_told_by_its_name() -> None:
    one = {"env/numpy-2.0.dist-info": "files a", "lib": "commit a"}
    two = {"env/numpy-2.1.dist-info": "files b", "other": "commit b"}
    (said,) = differences(one, two)
    assert "different env/numpy: 2.0 (files a) for A, 2.1 (files b) for B" in said
    assert differences(one, one) == []


def test_own_builds_depend_on_the_versions_of_the_tools(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VMPERF_CACHE", str(tmp_path / "cache"))
    (tmp_path / "tree").mkdir()
    for name in ("CMakeLists.txt", "pyproject.toml"):
        (tmp_path / "tree" / name).write_text("")
    kit = Tools("python", "cmake", "ninja", "pybind11", "pybind11 3.1.0 cmake version 4.0")
    made: list[Path] = []

    def build(_files: object, folder: Path, *_: object) -> None:
        made.append(folder)
        (folder / "salt-0").mkdir(parents=True)
        builds._module(folder, 0).touch()

    monkeypatch.setattr(builds, "_build", build)
    for versions in (kit.versions, kit.versions, "pybind11 3.1.1 cmake version 4.0"):
        now = replace(kit, versions=versions)
        monkeypatch.setattr(builds, "tools", lambda _, now=now: now)
        builds.source_builds(Source(tmp_path / "tree"), salts=1, on_step=lambda _: None)
    assert len(made) == len({*made}) == 2


def test_tools_say_their_versions() -> None:
    pytest.importorskip("pybind11")
    from vmperf._builds.toolchain import tools

    found = tools(lambda _: None)
    import pybind11

    assert f"pybind11 {pybind11.__version__} " in found.versions
    assert "cmake version" in found.versions
    assert Path(found.pybind11).is_dir()
