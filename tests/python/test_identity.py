"""A name is no identity: what goes on, or is taken from a cache, is of the same contents."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vmperf
from vmperf import _core
from vmperf._builds import checkout
from vmperf._builds.source import Source
from vmperf._builds.surroundings import surroundings
from vmperf._compare.arms import resolve
from vmperf._files.identity import hash_of
from vmperf._plan.plan import Plan
from vmperf._results.journal import Journal, StoredCase, read_cases, read_meta

CaseOf = Callable[..., StoredCase]
MetaOf = Callable[[Plan], dict[str, Any]]
RUN = """
import sys, vmperf
vmperf.load(sys.argv[1])
vmperf.run("hurdles/grid", designs=["stack"], budget_s=1, results=sys.argv[2], resume=True)
"""


def _resumed(library: Path, path: Path) -> str:
    command = [sys.executable, "-c", RUN, str(library), str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def test_a_recompiled_library_is_another_one(hurdles_library: Path, tmp_path: Path) -> None:
    library, path = tmp_path / "own.so", tmp_path / "r.vmperf"
    shutil.copy(hurdles_library, library)
    assert _resumed(library, path) == ""
    assert _resumed(library, path) == ""
    with library.open("ab") as file:
        file.write(b"compiled anew")
    assert f"library {library}" in _resumed(library, path).splitlines()[-1]


@pytest.mark.parametrize(
    ("part", "name", "said"),
    [
        ("code", "native module", "native module another, not"),
        ("machine", "microarchitecture", "microarchitecture another, not"),
        ("machine", "brand", "brand another, not"),
    ],
)
def test_another_module_or_machine_is_refused_by_name(
    grid_plan: Plan, make_meta: MetaOf, tmp_path: Path, part: str, name: str, said: str
) -> None:
    path, meta = tmp_path / "r.vmperf", make_meta(grid_plan)
    meta["plan"][part][name] = "another"
    Journal.create(path, meta).close()
    with pytest.raises(vmperf.InvalidArgumentError, match=said):
        Journal.resume(path, grid_plan.identity())


def test_contents_are_hashed_anew_when_they_change(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("one")
    first = hash_of(path)
    assert hash_of(str(path)) == first
    path.write_text("other")
    assert hash_of(path) != first
    with pytest.raises(vmperf.OsError, match=r"cannot read .*gone"):
        hash_of(tmp_path / "gone")


# Failures are tried again where that is asked for


def test_failures_are_tried_again_where_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "r.vmperf"
    with pytest.raises(vmperf.InvalidArgumentError, match="retry_failures"):
        vmperf.run("bench/selftest/crash", budget_s=0.5, results=path, retry_failures=True)
    events: list[str] = []

    def run(**more: Any) -> list[str]:
        events.clear()
        found = vmperf.run("bench/selftest/crash", budget_s=0.5, results=path,
                           progress=lambda event: events.append(event.kind), **more)  # fmt: skip
        return [case.status for case in found.cases]

    assert run() == ["crashed"]
    assert run(resume=True) == ["crashed"]
    assert "case" not in events
    assert run(resume=True, retry_failures=True) == ["crashed"]
    assert events.count("case") == 1


def test_what_is_forgotten_takes_its_details_along(
    grid_plan: Plan, journal_of: Callable[..., Path], stored_case: CaseOf
) -> None:
    from dataclasses import replace

    bad = stored_case(grid_plan, 0, "stack", ns_per_op=[1.0], status="crashed")
    bad = replace(bad, details={("table", "t", 0): b"{}"})
    good = stored_case(grid_plan, 0, "naive", ns_per_op=[1.0])
    path = journal_of(grid_plan, [bad, good])
    journal = Journal.resume(path, grid_plan.identity())
    assert journal.forget(["crashed", "timed_out"]) == 1
    journal.commit([bad])  # there is room for it again
    journal.close()
    assert {case.design for case in read_cases(path)} == {"stack", "naive"}


# Copies of a journal that is being written


def test_a_copy_without_its_log_is_told_from_an_empty_journal(
    grid_plan: Plan, make_meta: MetaOf, stored_case: CaseOf, tmp_path: Path
) -> None:
    path, copy = tmp_path / "r.vmperf", tmp_path / "copy.vmperf"
    journal = Journal.create(path, make_meta(grid_plan))
    shutil.copy(path, copy)
    with pytest.raises(vmperf.TraceFormatError, match=r"without its log r.vmperf-wal|its log"):
        vmperf.load_results(copy)
    journal.commit([stored_case(grid_plan, 0, "stack", ns_per_op=[1.0])])
    assert len(vmperf.load_results(path).cases) == 1  # beside its log it is read as ever
    shutil.copy(path, copy)
    with pytest.raises(vmperf.TraceFormatError, match="copy both, or copy it again"):
        vmperf.load_results(copy)
    shutil.copy(f"{path}-wal", f"{copy}-wal")
    assert len(vmperf.load_results(copy).cases) == 1
    journal.close()
    shutil.copy(path, tmp_path / "whole.vmperf")
    whole = vmperf.load_results(tmp_path / "whole.vmperf")
    assert len(whole.cases) == 1
    assert not {"writing", "logged"} & {*read_meta(path)}


def test_a_log_that_another_tool_folded_in_is_missed_by_nobody(
    grid_plan: Plan, make_meta: MetaOf, stored_case: CaseOf, tmp_path: Path
) -> None:
    """After a kill, the shell of SQLite takes the log into the file and removes it."""
    path = tmp_path / "r.vmperf"
    journal = Journal.create(path, make_meta(grid_plan))
    journal.commit([stored_case(grid_plan, 0, "stack", ns_per_op=[1.0])])
    killed = tmp_path / "killed.vmperf"
    for ending in ("", "-wal"):
        shutil.copy(f"{path}{ending}", f"{killed}{ending}")
    journal.close()
    db = sqlite3.connect(killed)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    assert len(vmperf.load_results(killed).cases) == 1
    Journal.resume(killed, grid_plan.identity()).close()
    assert len(vmperf.load_results(killed).cases) == 1


# Builds


def test_builds_depend_on_flags_and_compilers_and_on_no_terminal(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"]}
    here = surroundings(env)
    assert surroundings(env) == here
    for noise in ({"TERM": "xterm"}, {"PWD": "/x"}, {"GITHUB_RUN_ID": "7"}, {"VMPERF_CACHE": "x"}):
        assert surroundings(env | noise) == here
    for flag in ({"CXXFLAGS": "-O0"}, {"CPATH": "/x"}, {"LD_PRELOAD": "x.so"}, {"CC": "clang"}):
        assert surroundings(env | flag) != here
    compiler = tmp_path / "c++"
    compiler.write_text("#!/bin/sh\n")
    compiler.chmod(0o755)
    first = {"PATH": f"{tmp_path}:{env['PATH']}"}
    before = surroundings(first)
    from vmperf._builds import surroundings as module

    compiler.write_text("#!/bin/sh\n# a newer one\n")
    module._content.cache_clear()
    assert surroundings(first) != before
    assert surroundings({"CC": "'open quote"})


def test_a_suite_is_built_again_under_other_flags(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VMPERF_CACHE", str(tmp_path / "cache"))
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "x").touch()
    build = "echo ${CXXFLAGS:-none} > flags"

    def flags() -> str:
        source = Source(tmp_path / "tree")
        return (checkout.checked_out(source, build=build, folder="") / "flags").read_text()

    monkeypatch.setenv("CXXFLAGS", "-O0")
    assert flags() == "-O0\n"
    monkeypatch.delenv("CXXFLAGS")
    assert flags() == "none\n"


def test_a_wheel_is_never_unpacked_over_a_module_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VMPERF_CACHE", str(tmp_path / "cache"))
    wheel = tmp_path / "vmperf-1-py3.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.write(str(_core.__file__), f"vmperf/{Path(str(_core.__file__)).name}")
    first = resolve(str(wheel)).build
    assert first is not None
    before = Path(first.core).stat()
    second = resolve(str(wheel)).build
    assert second is not None
    after = Path(second.core).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    with Path(first.core).open("r+b") as file:
        file.truncate(100)  # of a process that was killed as it unpacked
    third = resolve(str(wheel)).build
    assert third is not None
    assert Path(third.core).read_bytes() == Path(str(_core.__file__)).read_bytes()
    assert Path(third.core).stat().st_ino != before.st_ino  # who has mapped the old one keeps it


@pytest.mark.parametrize("damage", [b"", b"no zip at all", b"PK\x03\x04 cut"])
def test_a_damaged_wheel_is_told(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "x.whl").write_bytes(damage)
    with pytest.raises(vmperf.InvalidArgumentError, match="allowed: a wheel: "):
        resolve(str(tmp_path / "x.whl"))
