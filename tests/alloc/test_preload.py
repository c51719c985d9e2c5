"""`vmperf preload`: the command is itself, under the allocator that was asked for, and watched."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import vmperf
from house import malloc
from vmperf import InvalidArgumentError, TraceFormatError, UnsupportedError
from vmperf._alloc.preload import environment, is_static
from vmperf.cli.main import cli

Compile = Callable[..., Path]
NAME = "from vmperf import _core; print(_core.os.machine()['allocator']['name'])"
GROW = """
import os, time
def settle():  # until two more samples are taken, however late their thread is
    file = os.environ["VMPERF_ALLOC_WATCH"]
    enough = open(file, "rb").read().count(b"\\n") + 2
    while open(file, "rb").read().count(b"\\n") < enough:
        time.sleep(0.002)
held = [bytes(1000) for _ in range(60_000)]
settle()
del held
settle()
"""

pytestmark = malloc.needs_the_systems


def preload(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from vmperf.cli.main import main; main()"
    command = [sys.executable, "-c", code, "preload", *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=os.environ | env
    )


def present() -> list[str]:
    return [row["name"] for row in vmperf.alloc.peers() if row["peer"] and row["present"]]


def test_allocator_in_use_stands_in_the_fingerprint() -> None:
    done = preload("--", sys.executable, "-c", NAME)
    assert (done.stdout, done.returncode) == ("vmperf\n", 0)
    found = vmperf.machine()["allocator"]
    assert set(found) == {"name", "version", "library", "settings"}


@pytest.mark.peers
@pytest.mark.parametrize("design", ["libc", "mimalloc", "mimalloc2", "jemalloc", "tcmalloc"])
def test_peers_are_preloaded(design: str) -> None:
    done = preload("--design", design, "--", sys.executable, "-c", NAME, MALLOC_ARENA_MAX="1")
    if done.returncode == 1:
        pytest.skip(done.stderr)
    assert done.stdout.strip() == design.rstrip("2")
    assert done.stderr == ""


def test_settings_are_in_the_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "from vmperf import _core; print(_core.os.machine()['allocator']['settings'])"
    done = preload("--checked", "--", sys.executable, "-c", code, MALLOC_ARENA_MAX="3")
    found = eval(done.stdout)
    assert found["MALLOC_ARENA_MAX"] == "3"
    assert found["VMPERF_ALLOC_CHECKED"] == "1"
    assert found["LD_PRELOAD"].endswith("libvmperf_alloc.so")


@pytest.mark.parametrize("code", [0, 3, 77])
def test_exit_status_is_the_commands(code: int) -> None:
    done = preload("--", "sh", "-c", f"echo out; echo err >&2; exit {code}")
    assert (done.returncode, done.stdout, done.stderr) == (code, "out\n", "err\n")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL", "SIGSEGV"])
def test_death_by_a_signal_is_the_commands(name: str) -> None:
    done = preload("--", "sh", "-c", f"kill -{name[3:]} $$")
    assert done.returncode == -signal.Signals[name].value


def test_options_of_the_command_are_its_own() -> None:
    done = preload("--", "echo", "--design", "x", "--watch", "--help")
    assert done.stdout == "--design x --watch --help\n"
    assert preload("echo", "--checked", "-n").stdout == "--checked -n\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "COMMAND"),
        (("--", "no-such-program"), 2, "a program that there is"),
        (("--design", "mimaloc", "--", "true"), 2, "did you mean mimalloc"),
        (("--design", "libc", "--checked", "--", "true"), 2, "vmperf where checked is asked for"),
        (("--watch", "w.json", "--interval", "0", "--", "true"), 2, "interval_ms"),
        (("--watch", "/nowhere/w.json", "--", "true"), 2, "/nowhere/w.json"),
        (("--design", "rpmalloc", "--", "true"), 1, "VMPERF_PEERS=rpmalloc=PATH"),
    ],
)
def test_errors_are_one_line(words: tuple[str, ...], code: int, said: str) -> None:
    done = preload(*words, VMPERF_PEERS="")
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_static_program_is_refused(compile_cpp: Compile, tmp_path: Path) -> None:
    try:
        program = compile_cpp("int main() { return 0; }", "-static")
    except subprocess.CalledProcessError:
        pytest.skip("not installed: a static C library")
    assert is_static(program)
    assert not is_static(Path(sys.executable).resolve())
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    assert not is_static(script)
    done = preload("--", str(program))
    assert done.returncode == 2
    assert "a dynamically linked program" in done.stderr


def test_without_our_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("vmperf._core.__file__", str(tmp_path / "_core.so"))
    with pytest.raises(UnsupportedError, match=r"libvmperf_alloc.so is not there: .*rebuild"):
        environment()
    blank = tmp_path / "a b"
    (blank / "lib").mkdir(parents=True)
    (blank / "lib" / "libvmperf_alloc.so").touch()
    monkeypatch.setattr("vmperf._core.__file__", str(blank / "_core.so"))
    with pytest.raises(InvalidArgumentError, match="blanks"):
        environment()


def test_what_was_preloaded_before_stays() -> None:
    found = environment(base={"LD_PRELOAD": "/a.so b.so", "X": "1"})
    first, *others = found["LD_PRELOAD"].split(":")
    assert first.endswith("libvmperf_alloc.so")
    assert others == ["/a.so", "b.so"]
    assert found["X"] == "1"
    assert environment("libc", base={}) == {}


@pytest.mark.parametrize("design", ["vmperf", "libc"])
def test_watch_splits_memory(design: str, tmp_path: Path) -> None:
    file = tmp_path / "w.json"
    done = preload("--design", design, "--watch", str(file), "--interval", "10", "--",
                   sys.executable, "-c", GROW)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    one = vmperf.alloc.watch(file).program
    assert one.has_ended
    assert one.allocator == design
    assert "VMPERF_ALLOC_WATCH" in one.command
    assert len(one.time_s) >= 3
    assert (np.diff(one.time_s) > 0).all()
    parts = one.live_bytes + one.retained_bytes + one.other_bytes
    assert parts == pytest.approx(one.rss_bytes)
    assert (np.minimum(one.retained_bytes, one.other_bytes) >= 0).all()
    most = int(np.argmax(one.live_bytes))
    assert one.live_bytes[most] > 60e6
    assert one.live_bytes[-1] < 10e6
    assert one.other_bytes[most] < 60e6


def test_watch_of_a_program_that_starts_others(tmp_path: Path) -> None:
    file = tmp_path / "w.json"
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'pass'])"
    preload("--watch", str(file), "--", sys.executable, "-c", code)
    found = vmperf.alloc.watch(file)
    assert len(found.processes) == 2
    assert found.processes[1].process_id != found.program.process_id
    assert all(one.has_ended for one in found.processes)


def test_watch_of_a_program_that_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "w.json"
    done = preload("--watch", str(file), "--", sys.executable, "-c",
                   "import os; os.kill(os.getpid(), 9)")  # fmt: skip
    assert done.returncode == -9
    one = vmperf.alloc.watch(file).program
    assert not one.has_ended
    assert len(one.rss_bytes) >= 1


HOARDER = """
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
namespace {
constexpr std::size_t kBytes = std::size_t{64} << 20U;
void *hoard = nullptr;
[[gnu::constructor]] void take() {
  hoard = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  std::memset(hoard, 1, kBytes);
  std::atexit([] { ::munmap(hoard, kBytes); });
}
} // namespace
"""


def test_the_last_sample_comes_before_an_allocator_gives_all_back(
    compile_cpp: Compile, tmp_path: Path
) -> None:
    """An allocator's own exit handler empties it: the program never had so little."""
    file = tmp_path / "w.json"
    library = compile_cpp(HOARDER, "-shared", "-fPIC")
    done = preload("--watch", str(file), "--", "/bin/true", LD_PRELOAD=str(library))
    assert (done.returncode, done.stderr) == (0, "")
    one = vmperf.alloc.watch(file).program
    assert one.has_ended
    assert one.rss_bytes[-1] > 64e6


HEAD = {
    **{"process": 7, "command": 'a "b"', "allocator": "other", "version": "", "library": "/l.so"},
    **{"interval_ms": 50, "live_is": "unknown", "held_is": "unknown", "settings": {"": ""}},
}
SAMPLE = {"p": 7, "t": 5, "rss": 100, "live": None, "held": None}


def lines(*said: object) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in said)


def test_unknown_is_not_guessed(tmp_path: Path) -> None:
    file = tmp_path / "w.json"
    held = SAMPLE | {"held": 40}
    file.write_bytes(lines(HEAD, SAMPLE, held, held | {"live": 90}) + b'{"p":7,"t":')
    one = vmperf.alloc.watch(file).program
    assert one.command == 'a "b"'
    assert one.settings == {}
    assert np.isnan(one.live_bytes).tolist() == [True, True, False]
    assert np.isnan(one.held_bytes).tolist() == [True, False, False]
    assert one.other_bytes[1:].tolist() == [60, 60]
    assert (one.live_bytes[2], one.allocated_bytes[2], one.retained_bytes[2]) == (40, 90, 0)


@pytest.mark.parametrize(
    ("content", "offset"),
    [
        (b"", 0),
        (b"garbage\n", 0),
        (lines(SAMPLE), 0),
        (lines(HEAD) + b"{}\n", len(lines(HEAD))),
        (lines(HEAD, SAMPLE) + b"[1]\n", len(lines(HEAD, SAMPLE))),
        (lines(HEAD, SAMPLE | {"rss": "x"}), len(lines(HEAD))),
        (lines(HEAD, SAMPLE | {"p": 8}), len(lines(HEAD))),
        (lines({"process": 1}), 0),
        (b"\xff\xfe\n", 0),
    ],
)
def test_another_file_is_refused(content: bytes, offset: int, tmp_path: Path) -> None:
    file = tmp_path / "w.json"
    file.write_bytes(content)
    with pytest.raises(TraceFormatError) as error:
        vmperf.alloc.watch(file)
    assert error.value.offset == offset
    with pytest.raises(OSError, match="nothing"):
        vmperf.alloc.watch(tmp_path / "nothing")


def test_show_and_report(tmp_path: Path) -> None:
    file = tmp_path / "w.json"
    held = SAMPLE | {"held": 40 << 20, "rss": 50 << 20}
    samples = [held | {"t": int(k * 1e8), "live": (k % 40) << 20} for k in range(100)]
    file.write_bytes(lines(HEAD, *samples))
    shown = CliRunner().invoke(cli, ["show", str(file)])
    assert shown.exit_code == 0
    assert "39.0 MiB" in shown.output
    assert "did not end by itself" in shown.output
    as_json = json.loads(CliRunner().invoke(cli, ["show", str(file), "--json"]).output)
    assert len(as_json[0]["samples"]) == 100
    pytest.importorskip("altair")
    page = tmp_path / "page.html"
    done = CliRunner().invoke(cli, ["report", str(file), str(page)])
    assert done.exit_code == 0, done.output
    text = page.read_text()
    assert "a &#34;b&#34;" in text
    assert '"retained"' in text
    refused = CliRunner().invoke(cli, ["report", str(file), str(page), "--pattern", "x"])
    assert refused.exit_code == 2
