"""Files come into being whole, locks are held by one, the cache lies where the user says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import vmperf
from vmperf._files.cache import cache_root
from vmperf._files.locks import FileLock, waited_for
from vmperf._files.whole_file import drafted, write_whole


def test_a_file_is_the_old_one_until_its_draft_is_done(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with drafted(path) as draft:
        draft.write_text("new")
        assert path.read_text() == "old"
        assert draft.parent == tmp_path
    assert path.read_text() == "new"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("begun", [True, False])
def test_a_draft_that_fails_changes_nothing_and_leaves_nothing(tmp_path: Path, begun: bool) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), drafted(path) as draft:  # noqa: PT012
        if begun:
            draft.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("links", [True, False])
def test_a_draft_never_replaces_what_it_must_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def no_links(*_: object) -> None:
        raise OSError("a file system without links")

    if not links:
        monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "a.txt"
    with drafted(path, replace=False) as draft:
        draft.write_text("first")
    with pytest.raises(FileExistsError), drafted(path, replace=False) as draft:
        draft.write_text("second")
    assert path.read_text() == "first"
    assert [*tmp_path.iterdir()] == [path]


def test_others_may_read_what_was_written(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_whole(tmp_path / "a.txt", "text")
    finally:
        os.umask(before)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o644


HOLD = """
import sys, time
from pathlib import Path
from vmperf._files.locks import FileLock, waited_for
path = Path(sys.argv[2])
if sys.argv[1] == "one":
    lock = FileLock(path)
    print("held", flush=True)
    sys.stdin.readline()
else:
    with waited_for(path):
        print("held", flush=True)
        sys.stdin.readline()
"""


def _holder(kind: str, path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, kind, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    return process


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_killed_writer_leaves_its_file_to_the_next(tmp_path: Path) -> None:
    path = tmp_path / "r.vmperf"
    with _holder("one", path) as other:
        assert _line(other) == "held"
        with pytest.raises(vmperf.InvalidArgumentError, match="no other run is writing"):
            FileLock(path)
        other.kill()
    assert path.with_name("r.vmperf.lock").exists()
    FileLock(path).release()
    assert not path.with_name("r.vmperf.lock").exists()


def test_one_waits_for_the_other(tmp_path: Path) -> None:
    with _holder("folder", tmp_path / "made") as first:
        assert _line(first) == "held"
        with _holder("folder", tmp_path / "made") as second:
            first.communicate("done\n")
            assert _line(second) == "held"  # comes only when the first has let go
            second.communicate("done\n")
    with waited_for(tmp_path / "made"):
        pass


def test_the_cache_is_where_the_user_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("VMPERF_CACHE", str(tmp_path / "ours"))
    assert cache_root() == tmp_path / "ours"
    monkeypatch.delenv("VMPERF_CACHE")
    assert cache_root() == tmp_path / "xdg" / "vmperf"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_root() == tmp_path / "home" / ".cache" / "vmperf"
    assert not any(tmp_path.iterdir())


def test_a_cache_without_a_home_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VMPERF_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    with pytest.raises(RuntimeError):
        cache_root()
