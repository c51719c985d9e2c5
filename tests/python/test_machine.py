"""The fingerprint: native facts plus versions, git and the self-test."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import vmperf
from vmperf._machine import git_state


def test_fingerprint_is_native_facts_and_versions() -> None:
    found = vmperf.machine()
    assert {*vmperf.os.machine()} | {"vmperf", "python", "git"} == {*found}
    assert json.loads(json.dumps(found)) == found


def test_selftest_on_request() -> None:
    rows = vmperf.machine(selftest=True)["selftest"]
    assert {"add", "imul", "l1_load", "store_forward"} <= {row["kernel"] for row in rows}
    assert all({"cycles", "expected_cycles"} <= {*row} for row in rows)


def test_git_is_the_repository_of_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmperf._machine.__file__", str(tmp_path / "site" / "_machine.py"))
    (tmp_path / "site").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_state() is None
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "init", "-q", "-b", "trunk"], check=True)
    (tmp_path / "file").write_text("1")
    subprocess.run([*git, "add", "file"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "one"], check=True)
    state = git_state()
    assert state is not None
    assert (state["branch"], state["dirty"], len(state["revision"])) == ("trunk", False, 40)
    (tmp_path / "file").write_text("2")
    changed = git_state()
    assert changed is not None
    assert changed["dirty"] is True
