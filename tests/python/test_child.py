"""Children: a group of their own that leaves nothing behind, and words for what they died of."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

import vmperf
from vmperf._measure.child import cause_of_death, kill, last_words, start, wait

LONG_S = 600.0


@pytest.fixture
def output() -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as file:
        yield file


def _shell(script: str, output: IO[bytes], folder: Path) -> subprocess.Popen[bytes]:
    return start(
        ["sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=output,
        folder=folder,
    )


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def _ends(pid: int) -> bool:
    end = time.monotonic() + 30
    while _is_running(pid) and time.monotonic() < end:
        os.sched_yield()
    return not _is_running(pid)


def test_it_leads_a_group_of_its_own(output: IO[bytes], tmp_path: Path) -> None:
    child = _shell("pwd >&2; read line", output, tmp_path)
    try:
        assert os.getpgid(child.pid) == os.getsid(child.pid) == child.pid != os.getpgid(0)
        assert wait(child, 0.0) is None
        assert child.stdin is not None
        child.stdin.write(b"go\n")
        child.stdin.flush()
        assert wait(child, LONG_S) == 0
    finally:
        kill(child)
    assert last_words(output) == str(tmp_path)


def test_its_environment_is_what_it_is_given(output: IO[bytes]) -> None:
    words = ["/bin/sh", "-c", "echo $PLANTED$HOME"]
    child = start(
        words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env={"PLANTED": "seed"}
    )
    assert wait(child, LONG_S) == 0
    kill(child)
    assert last_words(output) == "seed"


@pytest.mark.parametrize("leader", ["exit 0", "read line", "exec sleep 1000"])
def test_a_killed_group_leaves_no_child(output: IO[bytes], tmp_path: Path, leader: str) -> None:
    """Neither one whose leader is there, nor one whose leader has gone before."""
    child = _shell(f"sleep 1000 >&- 2>&- & echo $!; {leader}", output, tmp_path)
    assert child.stdout is not None
    grandchild = int(child.stdout.readline())
    if leader == "exit 0":
        assert wait(child, LONG_S) == 0
    assert _is_running(grandchild)
    kill(child)
    assert _ends(grandchild)
    assert child.returncode == (0 if leader == "exit 0" else -signal.SIGKILL)


def test_killing_closes_the_pipes_and_may_be_repeated(output: IO[bytes], tmp_path: Path) -> None:
    child = _shell("exec sleep 1000 <&-", output, tmp_path)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(b"never flushed, and nobody is there to read it")
    kill(child)
    assert child.stdin.closed
    assert child.stdout.closed
    kill(child)


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        ("kill -KILL $$", "killed by SIGKILL"),
        ("echo oh >&2; kill -SEGV $$", "killed by SIGSEGV: oh"),
        ("kill -35 $$", "killed by signal 35"),  # a real-time signal, which has no name
        ("exit 7", "ended with 7"),
        ("echo first >&2; echo '  no luck ' >&2; echo >&2; exit 1", "ended with 1: no luck"),
        ("exit 0", "ended with 0"),
    ],
)
def test_the_cause_of_death(output: IO[bytes], tmp_path: Path, script: str, cause: str) -> None:
    child = _shell(f"ulimit -c 0; {script}", output, tmp_path)
    code = wait(child, LONG_S)
    kill(child)
    assert cause_of_death(code, last_words(output)) == cause


def test_an_exit_in_other_words() -> None:
    ended = "exited with code {} before it was done"
    assert cause_of_death(3, "x", ended=ended) == "exited with code 3 before it was done: x"
    assert cause_of_death(-9, ended=ended) == "killed by SIGKILL"
    assert cause_of_death(None) == "ended with None"  # it closed its pipe and lives


@pytest.mark.parametrize(
    ("written", "lines", "said"),
    [
        (b"", 3, ""),
        (b"\n \n\t\n", 3, ""),
        (b"a\n\n  b\nc\nd \n\n", 3, "b | c | d"),
        (b"a\nb", 1, "b"),
        (b"x" * 9000 + b"\nlast\n", 1, "last"),
        (b"first\n" + b"y" * 9000, 3, "y" * 4000),
        ("ä".encode() * 3000 + b"z", 1, r"\xa4" + "ä" * 1999 + "z"),
        (b"\xff\xfe", 1, r"\xff\xfe"),
    ],
)
def test_last_words(output: IO[bytes], written: bytes, lines: int, said: str) -> None:
    output.write(written)
    output.flush()
    output.seek(1)
    assert last_words(output, lines=lines) == said
    assert os.lseek(output.fileno(), 0, os.SEEK_CUR) == 1  # a child that lives writes on


def test_no_other_module_starts_or_kills_one() -> None:
    """A second door for processes would be a second set of words and signals."""
    package = Path(vmperf.__file__).parent
    found = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in ("Popen", "kill", "killpg")
    }
    assert found == {"_measure/child.py"}
