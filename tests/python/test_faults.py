"""Every command under every fault of the layers below: one line that says what, no traceback."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import vmperf
from vmperf import _core
from vmperf.cli.main import _files, cli

KERNEL = "bench/selftest/one_cycle"
CORE = str(_core.__file__)
PAIRS = ["--benchmark", KERNEL, "--pairs", "3", "--json", "out.json"]
REPLAY = ["--designs", "libc", "--repeats", "1"]
# command -> words of calls that read and write everything it knows
CALLS: dict[str, list[list[str]]] = {
    "aa": [[KERNEL, "--budget", "0.1", "--json", "out.json"]],
    "cache": [["info", "--json", "out.json"], ["clear"]],
    "ci": [["--against", CORE, *PAIRS, "--markdown", "out.md", "--github-json", "g.json"]],
    "claims": [
        ["--file", "claims.toml", "--budget", "0.5", "--record", "r.json", "--json", "out.json"],
        ["--from", "record0.json", "--json", "out.json"],
    ],
    "compare": [
        [CORE, CORE, *PAIRS, "--save", "main", "--history", "h.db"],
        ["--baseline", "kept", *PAIRS],
        ["HEAD", "HEAD", "--pairs", "3", "--", "./suite"],
        ["x.whl", CORE, *PAIRS],
        ["venv", CORE, *PAIRS],
    ],
    "export": [["kept.vmperf", "out.csv"], ["kept.vmperf", "out.json", "--json"]],
    "list": [["--json", "out.json"]],
    "machine": [["--json", "out.json"]],
    "preload": [
        ["--watch", "watch.jsonl", "--", "/bin/true"],
        ["--design", "mimalloc", "--checked", "--", "/bin/true"],
    ],
    "replay": [
        ["kept.vmt", *REPLAY, "--html", "replay.html", "--json", "out.json"],
        ["kept.txt", *REPLAY, "--no-latency"],
    ],
    "report": [["kept.vmperf", "page.html"]],
    "run": [[KERNEL, "--budget", "0.2", "--json", "out.json", "--results", "new.vmperf"]],
    "show": [["kept.vmperf", "--json", "out.json"], []],
    "sweep": [["mine.toml", "--budget", "0.2", "--json", "out.json"], ["--list"]],
    "trace": [
        ["info", "kept.vmt", "--json", "out.json"],
        ["convert", "kept.vmt", "out.txt"],
        ["convert", "kept.txt", "out.vmt"],
        ["record", "--output", "out.vmt", "--", "/bin/ls"],
    ],
    "trend": [["--history", "kept.db", "--json", "out.json"]],
}


def _sqlite(code: int, words: str) -> Callable[..., Any]:
    def refuse(*_: object, **__: object) -> Any:
        error = sqlite3.OperationalError(words)
        error.sqlite_errorcode = code
        raise error

    return refuse


def _os(number: int) -> Callable[..., Any]:
    def refuse(*_: object, **__: object) -> Any:
        raise OSError(number, os.strerror(number), "some/file")

    return refuse


def _raising(error: BaseException) -> Callable[..., Any]:
    def refuse(*_: object, **__: object) -> Any:
        raise error

    return refuse


def _not_text(*_: object, **__: object) -> Any:
    return b"\xff\xfe no text \x1b[31m"


# fault -> where it is planted, and what then happens there
FAULTS: dict[str, tuple[str, Callable[..., Any] | str]] = {
    "sqlite locked": ("sqlite3.connect", _sqlite(sqlite3.SQLITE_BUSY, "database is locked")),
    "sqlite full": ("sqlite3.connect", _sqlite(sqlite3.SQLITE_FULL, "database or disk is full")),
    "sqlite read-only": ("sqlite3.connect", _sqlite(sqlite3.SQLITE_READONLY, "readonly")),
    "sqlite torn": ("sqlite3.connect", _sqlite(sqlite3.SQLITE_CORRUPT, "malformed")),
    "files full": ("vmperf._files.whole_file.os.fsync", _os(errno.ENOSPC)),
    "files forbidden": ("pathlib.Path.write_bytes", _os(errno.EACCES)),
    "folders forbidden": ("pathlib.Path.mkdir", _os(errno.EACCES)),
    "names refused": ("pathlib.Path.replace", _os(errno.EROFS)),
    "locks refused": ("fcntl.flock", _os(errno.ENOLCK)),
    "reading fails": ("pathlib.Path.read_bytes", _os(errno.EIO)),
    "reading text fails": ("pathlib.Path.read_text", _os(errno.EIO)),
    "text is none": ("pathlib.Path.read_bytes", _not_text),
    "no process": ("subprocess.Popen.__init__", _os(errno.EAGAIN)),
    "no such program": ("subprocess.Popen.__init__", _os(errno.ENOENT)),
    "json": ("json.loads", _raising(json.JSONDecodeError("planted", "x", 0))),
    "torn answer": ("marshal.loads", _raising(ValueError("bad marshal data (planted)"))),
    "a child that fails": ("sys.executable", "/bin/false"),
    "a child that says other things": ("sys.executable", "/bin/echo"),
    "no new program": ("os.execve", _os(errno.ENOEXEC)),
    "no temporary folder": ("tempfile.mkdtemp", _os(errno.ENOSPC)),
}
# What would be a mistake of ours told in one line; a fault below is to be told in words.
_RAW = re.compile(r"--debug shows where")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything the calls read."""
    top = tmp_path_factory.mktemp("made")
    before = Path.cwd()
    os.chdir(top)
    os.environ["VMPERF_STORE"] = str(top / "store")
    try:
        Path("mine.toml").write_text(f'[[sweep]]\nbenchmark = "{KERNEL}"\n')
        Path("claims.toml").write_text(
            f'[[claim]]\nid = "one"\nbenchmark = "{KERNEL}"\ndesign = "kernel"\n'
            'kind = "cycles"\nbound = "at_most"\ntarget = 1000\n'
        )
        shutil.copy(Path(__file__).with_name("data") / "schema1.vmperf", "kept.vmperf")
        found = vmperf.compare(CORE, CORE, benchmarks=KERNEL, pairs=3, save="kept",
                               history="kept.db")  # fmt: skip
        assert not found.unkept
        CliRunner().invoke(cli, ["claims", "--file", "claims.toml", "--budget", "2", "--record",
                                 "record0.json", "--results", "c.vmperf"])  # fmt: skip
        with zipfile.ZipFile("x.whl", "w") as wheel:
            wheel.write(CORE, f"vmperf/{Path(CORE).name}")
        made = vmperf.trace.generate(200)
        made.save("kept.vmt")
        vmperf.trace.convert("kept.vmt", "kept.txt")
        Path("venv/bin").mkdir(parents=True)
        Path("venv/bin/python").touch(mode=0o755)
    finally:
        os.chdir(before)
        del os.environ["VMPERF_STORE"]
    return top


def _linked(source: str, target: str) -> str:
    """Copy a file; the large ones, which nobody writes to, by a second name."""
    copy = os.link if source.endswith((".so", ".whl")) else shutil.copy2
    copy(source, target)
    return target


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    shutil.copytree(made, folder, symlinks=True, copy_function=_linked)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("VMPERF_STORE", str(folder / "store"))
    monkeypatch.setenv("VMPERF_CACHE", str(made / "cache"))  # what takes long to make
    monkeypatch.setattr("os.execve", _raising(SystemExit(0)))  # a new program would end the tests
    return folder


def test_every_command_is_walked() -> None:
    assert {*CALLS} == {*_files()}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("command", CALLS)
def test_a_fault_below_is_one_line(
    made: Path, here: Path, monkeypatch: pytest.MonkeyPatch, command: str, fault: str
) -> None:
    if command == "cache":  # what it clears is its own
        (here / "cache" / "kind" / "entry").mkdir(parents=True)
        monkeypatch.setenv("VMPERF_CACHE", str(here / "cache"))
    for words in CALLS[command]:
        with monkeypatch.context() as planted:
            planted.setattr(*FAULTS[fault])
            done = CliRunner().invoke(cli, [command, *words])
        told = f"{command} {words} under {fault}: {done.output}\n{done.exception!r}"
        assert done.exception is None or isinstance(done.exception, SystemExit), told
        assert done.exit_code in (0, 1, 2), told
        assert "Traceback" not in done.output, told
        assert not _RAW.search(done.stderr), told
        if done.exit_code == 2 or (done.exit_code == 1 and not done.stdout):
            assert done.stderr.strip().splitlines()[-1].startswith("vmperf: "), told
    assert (here / "kept.vmt").read_bytes() == (made / "kept.vmt").read_bytes()
    for kept in ("kept.vmperf", "kept.db"):
        assert (here / kept).read_bytes()[:15] == b"SQLite format 3"
    left = [path.name for path in here.rglob("*.new*")]
    assert left == []


def test_a_fault_is_shown_in_full_where_that_is_asked_for(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmperf._results.results.load_results", _raising(KeyError("ours")))
    done = CliRunner().invoke(cli, ["show", "kept.vmperf"])
    assert (done.exit_code, done.stderr) == (
        1, "vmperf: KeyError: 'ours'; --debug shows where\n"
    )  # fmt: skip
    done = CliRunner().invoke(cli, ["show", "kept.vmperf", "--debug"])
    assert isinstance(done.exception, KeyError)
    assert subprocess  # its faults are planted by name
