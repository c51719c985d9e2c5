"""What is recorded of a program is what it did: each call, of each thread and process."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vmperf import trace

Run = Callable[..., tuple[subprocess.CompletedProcess[str], list[Any]]]
Line = tuple[str, int, int, int, int]
pytestmark = pytest.mark.differential


def lines_of(output: str) -> list[Line]:
    found = []
    for line in output.splitlines():
        kind, *numbers = line.split()
        thread, address, old, size = map(int, numbers)
        found.append((kind, thread, address, old, size))
    return found


def expected(lines: list[Line]) -> list[tuple[str, int, int, int, int]]:
    """Kind, thread, size, alignment and the block's number in the order of allocation."""
    live: dict[int, int] = {}
    found = []
    for kind, thread, address, old, size in lines:
        log2 = old if kind == "aligned" else 0
        if kind == "realloc":
            live[address] = live.pop(old)
        elif kind != "free":
            live[address] = len(found) + len(lines)  # unique
        block = live.pop(address) if kind == "free" else live[address]
        found.append((kind, thread, size, log2, block))
    return numbered(found)


def numbered(rows: list[tuple[str, int, int, int, int]]) -> list[tuple[str, int, int, int, int]]:
    names: dict[int, int] = {}
    return [(*row[:4], names.setdefault(row[4], len(names))) for row in rows]


def recorded(made: Any, n_last: int, threads: int = 1) -> list[tuple[str, int, int, int, int]]:
    """The same of a trace's last operations: what the program's start did comes before."""
    births: dict[int, int] = {}
    rows = []
    for i, op in enumerate(made.ops.tolist()):
        _, size, slot, thread, kind, log2 = op
        if trace.KINDS[kind] in ("malloc", "calloc", "aligned"):
            births[slot] = i
        rows.append((trace.KINDS[kind], thread, size, log2, births[slot]))
    return numbered(rows[len(rows) - n_last :])


@pytest.mark.parametrize("mode", ["plain", "many", "crash"])
def test_every_call_is_there(known: Path, run_recorded: Run, mode: str) -> None:
    done, (made,) = run_recorded(known, mode)
    assert done.returncode == (-signal.SIGKILL if mode == "crash" else 3)
    lines = lines_of(done.stdout)
    assert len(lines) > 1900
    assert recorded(made, len(lines)) == expected(lines)
    header = made.header
    assert header["command"] == f"{known} {mode}"
    names = ("unmatched_frees", "unmatched_reallocs", "lost_frees", "lost_ops")
    assert [header[name] for name in names] == [0, 0, 0, 0]


def test_threads_keep_the_order_of_their_calls(known: Path, run_recorded: Run) -> None:
    # A lock orders the program's calls, but not a thread's stamps after it: blocks, sizes and the
    # order within a thread must hold.
    done, (made,) = run_recorded(known, "threads")
    lines = lines_of(done.stdout)
    assert made.n_threads == 4
    stray = ("unmatched_frees", "unmatched_reallocs", "lost_frees", "lost_ops")
    assert [made.header[name] for name in stray] == [0, 0, 0, 0]
    ops = made.ops
    for thread in range(1, 4):
        mine = [(kind, size) for kind, t, _, _, size in lines if t == thread]
        found = [
            [(trace.KINDS[op["kind"]], int(op["size_bytes"])) for op in ops[ops["thread"] == t]]
            for t in range(1, 4)
        ]
        assert any(each[-len(mine) :] == mine for each in found)  # what starts a thread is before
    assert (ops["time_ns"][1:] >= ops["time_ns"][:-1]).all()
    assert made.stats()["n_handed_over"] > 100


def test_fork_has_a_file_of_its_own(known: Path, run_recorded: Run) -> None:
    done, traces = run_recorded(known, "fork")
    assert len(traces) == 2
    parent, child = sorted(traces, key=len, reverse=True)
    lines = lines_of(done.stdout)
    assert recorded(parent, len(lines)) == expected(lines)
    assert parent.header["unmatched_frees"] == 0
    assert parent.header["process_id"] != child.header["process_id"]
    # Of what it inherited it frees and moves some, which it never allocated.
    assert 0 < child.header["unmatched_frees"] + child.header["unmatched_reallocs"] <= 64
    assert 1300 < len(child) + child.header["unmatched_frees"] <= 1500


def test_exec_begins_a_new_file(known: Path, run_recorded: Run) -> None:
    done, traces = run_recorded(known, "exec")
    assert done.returncode == 5
    assert len(traces) == 2
    assert [made.header["command"].split()[-1] for made in traces] == ["exec", "exit"]
    assert len({made.header["process_id"] for made in traces}) == 1
    half = len(lines_of(done.stdout)) // 2
    for made in traces:
        assert recorded(made, half) == expected(lines_of(done.stdout)[:half])


def test_the_program_sees_no_descriptor_and_the_right_errno(
    compile_cpp: Callable[..., Path], run_recorded: Run
) -> None:
    text = r"""
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>
int main() {
  errno = 77;
  for (int i = 0; i < 50000; ++i) free(malloc(10)); // a buffer is written out
  const int kept = errno;
  void *block = malloc(10);
  volatile std::size_t much = SIZE_MAX / 2, two = 2;
  void *refused[] = {malloc(much), calloc(much, 4), realloc(block, much),
                     reallocarray(block, much, 4), aligned_alloc(64, much)};
  const int refusal = errno;
  for (void *one : refused) if (one != nullptr) return 1;
  const int next = dup(0);
  void *old = realloc(malloc(5), 0); // frees
  printf("%d %d %d %d\n", kept, refusal == ENOMEM, next, old == nullptr);
  for (int i = 3; i < 1000; ++i) close(i);
  for (int i = 0; i < 50000; ++i) free(malloc(two));
}
"""
    program = compile_cpp(text, "-fno-builtin", "-Wno-unused-result", "-Wno-use-after-free")
    done, (made,) = run_recorded(program)
    assert done.stdout == "77 1 3 1\n"
    found = made.stats()
    assert found["n_malloc"] >= 100_000
    assert found["lost_ops"] == found["lost_frees"] == found["unmatched_reallocs"] == 0


def test_threads_that_come_and_go_share_buffers(
    compile_cpp: Callable[..., Path], run_recorded: Run, tmp_path: Path
) -> None:
    text = r"""
#include <cstdlib>
#include <thread>
struct Last { ~Last() { free(malloc(3)); } };
thread_local Last last;
int main() {
  for (int i = 0; i < 200; ++i) std::thread([] { (void)&last; free(malloc(77)); }).join();
}
"""
    program = compile_cpp(text, "-fno-builtin", "-pthread", "-Wno-unused-value")
    _, (made,) = run_recorded(program)
    ops = made.ops
    assert made.n_threads == 201
    assert (ops["size_bytes"] == 77).sum() == 200
    (buffers,) = (tmp_path / "recording").glob("*.buf")
    assert buffers.stat().st_size <= 65536 * 4
    assert made.header["lost_frees"] == made.header["unmatched_frees"] == 0


def test_record_keeps_the_exit_code_and_names_all_processes(recorder: Path, tmp_path: Path) -> None:
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', '']); sys.exit(9)"
    found = trace.record([sys.executable, "-c", script], tmp_path / "it.vmt", python_malloc=True)
    assert found["exit_code"] == 9
    assert found["path"] == str(tmp_path / "it.vmt")
    own, other = found["processes"]
    assert own["own"]
    assert not other["own"]
    assert own["process_id"] == other["parent_id"]
    assert trace.load(own["path"]).stats()["n_malloc"] > 10_000
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        ["it.vmt", Path(other["path"]).name]
    )


def test_what_is_never_told_is_said(
    recorder: Path, compile_cpp: Callable[..., Path], tmp_path: Path
) -> None:
    static = compile_cpp("int main() { return 4; }", "-static")
    with pytest.raises(NotImplementedError, match="linked statically") as failed:
        trace.record([str(static)], tmp_path / "none.vmt")
    assert failed.value.exit_code == 4  # type: ignore[attr-defined]
    with pytest.raises(OSError, match="no-such-program"):
        trace.record(["./no-such-program"], tmp_path / "none.vmt")
    with pytest.raises(ValueError, match="no-such-folder"):
        trace.record([str(static)], tmp_path / "no-such-folder" / "none.vmt")
    with pytest.raises(ValueError, match="cmd"):
        trace.record([], tmp_path / "none.vmt")
    assert list(tmp_path.iterdir()) == []
