"""`vmperf trace`: exit codes, signals, JSON, what is said."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vmperf import trace

SLEEP = """
import os, signal, sys
signal.signal(signal.SIGUSR1, lambda *_: os.write(1, b"got it\\n"))
os.write(1, b"ready\\n")
signal.pause()
signal.pause()
"""


def vmperf(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    start = "from vmperf.cli.main import main; main()"
    command = [sys.executable, "-c", start]
    return subprocess.run(
        [*command, *words], cwd=folder, capture_output=True, text=True, timeout=120
    )


def test_record_info_convert(recorder: Path, tmp_path: Path) -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    done = vmperf("trace", "record", "--", sys.executable, "-c", code, folder=tmp_path)
    assert (done.returncode, done.stdout) == (3, "out\n")
    assert done.stderr.startswith("err\n")
    assert done.stderr.splitlines()[-1] == (
        f"trace in {tmp_path}/trace.vmt; next: vmperf replay {tmp_path}/trace.vmt"
    )
    info = vmperf("trace", "info", "trace.vmt", folder=tmp_path)
    assert info.returncode == 0, info.stderr
    assert "most live:" in info.stdout
    assert "bytes asked for from" in info.stdout
    data = json.loads(vmperf("trace", "info", "trace.vmt", "--json", folder=tmp_path).stdout)
    made = trace.load(tmp_path / "trace.vmt")
    assert data["n_ops"] == len(made) > 1000
    assert sum(row["count"] for row in data["sizes"]) == data["n_ops"] - data["n_free"]
    assert data["machine"]
    done = vmperf("trace", "convert", "trace.vmt", "it.txt", folder=tmp_path)
    assert done.returncode == 0
    assert len((tmp_path / "it.txt").read_text().splitlines()) == len(made)


def test_what_goes_wrong_is_a_line(recorder: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.vmt").write_bytes(b"vmptrace" + bytes(20))
    for words, code, said in (
        (["info", "bad.vmt"], 2, "bad.vmt at byte 28: the file ends within its head"),
        (["info", "none.vmt"], 1, "none.vmt"),
        (["convert", "bad.vmt", "out.vmt"], 2, "bad.vmt at byte 28"),
        (["record", "--", "./no-such-program"], 1, "no-such-program"),
        (["record", "--output", "no/it.vmt", "--", "true"], 2, "a file in a folder that exists"),
        (["record"], 2, "COMMAND"),
    ):
        done = vmperf("trace", *words, folder=tmp_path)
        assert (done.returncode, done.stdout) == (code, ""), done
        assert done.stderr.startswith("vmperf: ")
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["bad.vmt"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_pass_through(recorder: Path, tmp_path: Path, number: int) -> None:
    start = "from vmperf.cli.main import main; main()"
    words = ["trace", "record", "--", sys.executable, "-c", SLEEP]
    child = subprocess.Popen(
        [sys.executable, "-c", start, *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # no terminal, whose keys reach both
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == b"ready\n"
        os.kill(child.pid, signal.SIGUSR1)
        assert child.stdout.readline() == b"got it\n"
        os.kill(child.pid, number)
        child.communicate(timeout=60)
    finally:
        child.kill()
    # Python ends by SIGINT as a KeyboardInterrupt, whose exit status is the signal's too.
    assert child.returncode == 128 + number
    assert len(trace.load(tmp_path / "trace.vmt")) > 1000


def test_a_trace_without_times_has_none(tmp_path: Path) -> None:
    trace.from_events([0, 0, 4], [16, 32, 16], [8, 8, 0]).save(tmp_path / "made.vmt")
    done = vmperf("trace", "info", "made.vmt", folder=tmp_path)
    assert "3 operations of 1 threads in 2 steps (clock: steps)" in done.stdout
    assert " ns" not in done.stdout
