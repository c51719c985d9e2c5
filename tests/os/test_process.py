"""Death with the parent, pinning, address layout."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import vmperf
from vmperf import _core

# A parent starts a child that dies with it and says on a pipe that it lives; the pipe ends when the
# child does, so nobody waits by the clock.
PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=sys.stdout)
sys.stdin.read()
"""
CHILD = """
import os, time
from vmperf import _core
{call}
print("alive", flush=True)
time.sleep(120)
"""


def start(call: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD.format(call=call)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    "call", ["_core.os.die_with_parent()", "_core.os.die_with_parent(os.getppid())"]
)
def test_child_dies_when_its_parent_is_killed(call: str) -> None:
    with start(call) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "alive\n"
        parent.kill()
        # The pipe ends only when no process holds it any more: without the signal, after 120 s.
        rest, _ = parent.communicate(timeout=60)
        assert rest == ""


def test_a_parent_that_has_gone_is_noticed() -> None:
    code = "from vmperf import _core; _core.os.die_with_parent(2**22 + 1); print('survived')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == b""


def test_pinning_holds_for_the_thread() -> None:
    wanted = _core.os.allowed_cpus()[-1]
    seen: list[list[int]] = []

    def work() -> None:
        _core.os.pin_to_cpu(wanted)
        seen.append(_core.os.allowed_cpus())

    before = _core.os.allowed_cpus()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [[wanted]]
    assert _core.os.allowed_cpus() == before == sorted(os.sched_getaffinity(0))


@pytest.mark.parametrize("cpu", [-1, 1 << 20])
def test_a_cpu_that_is_not_allowed(cpu: int) -> None:
    with pytest.raises(vmperf.InvalidArgumentError) as raised:
        _core.os.pin_to_cpu(cpu)
    assert raised.value.value == str(cpu)
    assert str(_core.os.allowed_cpus()[0]) in raised.value.allowed


def test_aslr_agrees_with_the_kernel() -> None:
    setting = Path("/proc/sys/kernel/randomize_va_space")
    if not setting.exists():
        pytest.skip("the kernel has no randomize_va_space")
    code = (
        "from vmperf import _core; print(_core.os.aslr_enabled(), _core.os.machine()['os']['aslr'])"
    )
    plain = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    on = setting.read_text().strip() != "0"
    assert plain.stdout.split() == [str(on)] * 2
    if shutil.which("setarch") is None:
        pytest.skip("not installed: setarch")
    off = subprocess.run(
        ["setarch", "-R", sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    if off.returncode != 0:
        pytest.skip("changing the personality is not permitted here")
    assert off.stdout.split() == ["False", "False"]
