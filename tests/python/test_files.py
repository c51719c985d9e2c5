"""Files come into being whole, locks are held by one, the cache lies where the user says."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import vmperf
from vmperf._files.cache import cache_root, cache_usage, clear_cache, trim_cache
from vmperf._files.kept import check_output
from vmperf._files.locks import FileLock, waited_for
from vmperf._files.sqlite_file import FileKind
from vmperf._files.whole_file import drafted, write_whole
from vmperf.cli.main import cli


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


def test_a_link_stays_one_and_a_mode_stays_what_it_was(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "a.txt", tmp_path / "link.txt"
    target.write_text("old")
    target.chmod(0o600)
    link.symlink_to(target)
    write_whole(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o600
    assert [*target.parent.iterdir()] == [target]


def test_a_link_to_nothing_makes_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "made")
    write_whole(tmp_path / "link", "text")
    assert (tmp_path / "made").read_text() == "text"


def test_a_pipe_gets_the_bytes_and_stays_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(path, "text")
        assert os.read(reader, 100) == b"text"
    finally:
        os.close(reader)
    assert path.is_fifo()


def test_half_a_letter_can_be_written(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", "half \ud83d")  # of a file name that is no UTF-8
    assert (tmp_path / "a").read_text() == "half \\ud83d"


KEPT = FileKind("notebook", application_id=0x6E6F7465, oldest=1, newest=1)


@pytest.mark.parametrize("ending", ["", "-wal", "-journal", ".lock"])
@pytest.mark.parametrize("write", [write_whole, lambda p, _: check_output(p, "--html")])
def test_no_output_replaces_a_database(
    tmp_path: Path, ending: str, write: Callable[[Path, str], object]
) -> None:
    path = tmp_path / "named like a page.html"
    with KEPT.created(path, "CREATE TABLE notes (name TEXT);"):
        pass
    before = path.read_bytes()
    with pytest.raises(vmperf.InvalidArgumentError, match="which nothing replaces"):
        write(path.with_name(path.name + ending), "<html>")
    assert path.read_bytes() == before
    assert [*tmp_path.iterdir()] == [path]


def test_no_output_replaces_a_part_of_a_baseline(tmp_path: Path) -> None:
    for name in ("baseline.json", "_core-1.so"):
        (tmp_path / name).write_text("kept")
    for name in ("baseline.json", "_core-1.so"):
        with pytest.raises(vmperf.InvalidArgumentError, match="a part of a baseline"):
            write_whole(tmp_path / name, "x")
    write_whole(tmp_path / "baseline.json", "its owner may", own=True)
    write_whole(tmp_path / "new", "x")


@pytest.mark.parametrize(
    ("name", "said"),
    [("", "the name of a file"), (".", "that is a folder"), ("no/such/x.md", "does not")],
)
def test_where_an_output_cannot_be_is_told_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(vmperf.InvalidArgumentError, match=said) as caught:
        check_output(name, "--markdown")
    assert caught.value.argument == "--markdown"


def test_a_full_disk_is_told_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> object:
        raise OSError(errno.ENOSPC, "No space left on device")

    assert check_output(tmp_path / "x.json", "--json") == tmp_path / "x.json"
    assert check_output("/dev/null", "--json") == Path("/dev/null")
    assert [*tmp_path.iterdir()] == []
    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(vmperf.OsError, match=r"cannot write --json .*x\.json: No space") as caught:
        check_output(tmp_path / "x.json", "--json")
    assert caught.value.errno == errno.ENOSPC


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


def test_two_names_of_a_file_are_one_lock(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "r.vmperf")
    lock = FileLock(tmp_path / "r.vmperf")
    with pytest.raises(vmperf.InvalidArgumentError, match="no other run is writing"):
        FileLock(tmp_path / "link")
    lock.release()
    FileLock(tmp_path / "link").release()


def test_a_lock_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(vmperf.OsError, match=r"cannot write beside .*gone"):
        FileLock(tmp_path / "gone" / "r.vmperf")


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
    with pytest.raises(vmperf.InvalidArgumentError, match="VMPERF_CACHE is not set"):
        cache_root()


def test_the_cache_is_shown_cleared_and_bounds_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VMPERF_CACHE", str(tmp_path / "cache"))
    assert cache_usage() == []
    day = 86400
    for number in range(25):
        entry = tmp_path / "cache" / "suites" / f"{number:02d}"
        entry.mkdir(parents=True)
        (entry / "file").write_bytes(bytes(4096))
        os.utime(entry, (0, 100 * day - number * day // 4))  # each six hours older
    (tmp_path / "cache" / "wheels").mkdir()
    trim_cache("suites", now_s=100 * day)
    assert len([*(tmp_path / "cache" / "suites").iterdir()]) == 20
    shown = {one["kind"]: one for one in cache_usage()}
    assert shown["suites"]["entries"] == 20
    assert int(shown["suites"]["size_bytes"]) >= 20 * 4096
    trim_cache("suites", now_s=131 * day)
    assert len([*(tmp_path / "cache" / "suites").iterdir()]) == 0
    with pytest.raises(vmperf.InvalidArgumentError, match=r"kind is 'whels'.*mean wheels"):
        clear_cache("whels")
    clear_cache("wheels")
    assert [one["kind"] for one in cache_usage()] == ["suites"]
    clear_cache()
    assert cache_usage() == []


def test_the_cache_has_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VMPERF_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache" / "wheels" / "one").mkdir(parents=True)
    done = CliRunner().invoke(cli, ["cache", "info", "--json"])
    assert [row["kind"] for row in json.loads(done.stdout)] == ["wheels"]
    assert "wheels" in CliRunner().invoke(cli, ["cache", "info"]).stdout
    assert CliRunner().invoke(cli, ["cache", "clear"]).exit_code == 0
    assert not [*(tmp_path / "cache").iterdir()]
    assert CliRunner().invoke(cli, ["cache", "clear", "x"]).exit_code == 2
