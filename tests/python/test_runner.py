"""Workers: crashes, hangs, stray output and a dead parent, each with its own end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import vmperf
from house.weather import PROVED
from vmperf import _core
from vmperf._measure import worker as _worker
from vmperf._measure.progress import Event
from vmperf._plan.budget import Budget
from vmperf._plan.plan import make_plan

FAST = {"profile": "quick", "budget_s": 0.5}


def _statuses(found: vmperf.Results) -> dict[str, str]:
    return {case.design: case.status for case in found.cases}


def _reason(found: vmperf.Results, design: str) -> str:
    return next(case.reason for case in found.cases if case.design == design)


def test_crash_is_a_row_with_the_signal() -> None:
    found = vmperf.run("bench/selftest/crash", **FAST)
    assert _statuses(found) == {"kernel": "crashed"}
    assert "SIGSEGV" in _reason(found, "kernel")
    assert found.failures[0]["ns_per_op"] == dict.fromkeys(("median", "low", "high", "min"))


def test_hang_is_a_row_after_the_time_out() -> None:
    found = vmperf.run("bench/selftest/hang", timeout_s=1.0)
    assert _statuses(found) == {"kernel": "timed_out"}
    assert "no batch finished within 1 s" in _reason(found, "kernel")


def test_hang_is_a_row_when_the_budget_is_used_up() -> None:
    found = vmperf.run("bench/selftest/hang", timeout_s=1e9, **FAST)
    assert _statuses(found) == {"kernel": "timed_out"}
    assert "its share of the budget was used up" in _reason(found, "kernel")


def test_exception_is_a_row_with_its_words() -> None:
    found = vmperf.run("bench/selftest/throwing", **FAST)
    assert _statuses(found) == {"kernel": "crashed"}
    assert "planted exception" in _reason(found, "kernel")


def test_the_others_of_a_group_are_measured_without_the_dead(hurdles: str) -> None:
    events: list[Event] = []
    found = vmperf.run(hurdles, timeout_s=1.5, progress=events.append)
    statuses = _statuses(found)
    assert set(statuses) == {"fine", "faults", "hangs", "aborts", "exits", "chatty"}
    assert statuses["faults"] == statuses["aborts"] == statuses["exits"] == "crashed"
    assert statuses["hangs"] == "timed_out"
    assert {statuses["fine"], statuses["chatty"]} <= PROVED
    assert "SIGABRT" in _reason(found, "aborts")
    assert "code 7" in _reason(found, "exits")
    cases = [event for event in events if event.kind == "case"]
    assert [event.done for event in cases] == [1, 2, 3, 4, 5, 6]
    assert events[0].kind == "started"
    assert events[-1].kind == "finished"
    assert events[-1].eta_s == 0.0
    assert all(event.eta_s >= 0.0 for event in events)


def test_stray_output_does_not_tear_frames(hurdles: str, capfd: pytest.CaptureFixture[str]) -> None:
    found = vmperf.run(hurdles, designs=["chatty"])
    assert len(found.cases[0].ns_total) == 30
    assert "native code" not in capfd.readouterr().out


def test_a_missing_peer_is_a_row() -> None:
    found = vmperf.run("bench/selftest/missing", **FAST)
    assert _statuses(found) == {"absent": "not_installed", "lacking": "unsupported"}


def test_in_process_samples_are_not_copied() -> None:
    found = vmperf.run("bench/selftest/one_cycle", isolate=False, **FAST)
    (case,) = found.cases
    assert isinstance(case.ns_total.base, vmperf.bench.Samples)
    assert not case.ns_total.flags.writeable
    kept = vmperf.load_results(found.path).cases[0]
    assert (kept.ns_total == case.ns_total).all()
    assert (kept.flags == case.flags).all()


def test_bad_time_out() -> None:
    for bad in (0.0, -1.0, float("nan")):
        with pytest.raises(vmperf.InvalidArgumentError, match="timeout_s"):
            vmperf.run("bench/selftest/one_cycle", timeout_s=bad)


def _settings() -> dict[str, Any]:
    share = Budget(make_plan(["bench/selftest/one_shot"], budget_s=0.4).settings, 1, 1).share(1)
    assert share is not None
    return share.settings


def _job(**changes: Any) -> dict[str, Any]:
    return {
        "id": "bench/selftest/one_shot",
        "params": {},
        "designs": ["kernel"],
        "process": 0,
        "settings": _settings(),
        "libraries": [],
        "imports": [],
        "parent_pid": os.getpid(),
        "beacon": "",
    } | changes


def _start_worker(*flags: str, stdin: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *flags, _worker.__file__, str(_core.__file__)],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(vmperf.__file__).parent.parent)},
    )


def _finish(worker: subprocess.Popen[bytes], job: dict[str, Any]) -> tuple[bytes, bytes]:
    """Hand over the job and keep its pipe open until the end: a closed one means no parent."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    assert worker.stderr is not None
    with worker:
        worker.stdin.write(json.dumps(job).encode() + b"\n")
        worker.stdin.flush()
        return worker.stdout.read(), worker.stderr.read()


def test_worker_never_imports_numpy() -> None:
    out, imports = _finish(_start_worker("-X", "importtime"), _job())
    assert b'"kind": "case"' in out
    assert b"vmperf._measure.measure" in imports
    assert b"numpy" not in imports


def test_worker_tells_an_error_in_a_frame() -> None:
    worker = _start_worker()
    out, _ = _finish(worker, _job(beacon="/nowhere/beacon"))
    assert b'"kind": "error"' in out
    assert b"OsError" in out
    assert worker.returncode == 0


def test_worker_without_its_parent_does_nothing() -> None:
    worker = _start_worker()
    out, _ = _finish(worker, _job(parent_pid=1))
    assert (out, worker.returncode) == (b"", 1)
    theirs, ours = os.pipe()
    os.write(ours, json.dumps(_job()).encode() + b"\n")
    os.close(ours)  # before the worker begins: it cannot be faster
    orphan = _start_worker(stdin=theirs)
    os.close(theirs)
    out, _ = orphan.communicate()
    assert (out, orphan.returncode) == (b"", 1)


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    try:
        return [int(c) for t in tasks.iterdir() for c in (t / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def _wait_for(what: Any, *, seconds: float = 30.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        os.sched_yield()
    pytest.fail(f"nothing within {seconds} s")


@pytest.mark.skipif(
    not Path(f"/proc/self/task/{os.getpid()}/children").exists(), reason="no list of children"
)
def test_a_worker_dies_with_its_parent(tmp_path: Path) -> None:
    program = f"import vmperf; vmperf.run('bench/selftest/hang', results={str(tmp_path / 'r')!r})"
    with subprocess.Popen([sys.executable, "-c", program]) as parent:
        (worker,) = _wait_for(lambda: [c for c in _children(parent.pid) if _is_worker(c)])
        parent.send_signal(signal.SIGKILL)
    _wait_for(lambda: not _is_running(worker), seconds=10.0)


def _is_worker(pid: int) -> bool:
    try:
        return b"_measure/worker.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(tmp_path: Path) -> None:
    path = tmp_path / "cut.vmperf"

    def interrupt(event: Event) -> None:
        if event.kind == "case":
            raise KeyboardInterrupt

    ids = ["bench/selftest/one_shot", "bench/selftest/folded"]
    with pytest.raises(KeyboardInterrupt, match=r"kept in .*cut\.vmperf; go on: vmperf run .*"):
        vmperf.run(ids, results=path, progress=interrupt, **FAST)
    cut = vmperf.load_results(path)
    assert len(cut.cases) == 1
    assert cut.n_planned == 2
    whole = vmperf.run(ids, results=path, resume=True, **FAST)
    assert {c.id for c in whole.cases} == set(ids)
    assert (whole.select(cut.cases[0].id).cases[0].ns_total == cut.cases[0].ns_total).all()
