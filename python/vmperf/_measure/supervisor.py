"""Starts worker processes, watches them and says what killed them.

The watcher sleeps in select() and wakes five times a second, so that it does not disturb what is
measured.
"""

from __future__ import annotations

import json
import mmap
import os
import selectors
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TypeAlias

from .. import _core
from . import worker as _worker
from .child import cause_of_death, kill, last_words, start, wait
from .frames import FrameReader

__all__ = ["Death", "Supervisor"]

_TICK_S = 0.2
_BEACON_BYTES = 4096
_BEACON = struct.Struct("<QII")  # batches finished, design under way + 1, phase
_EXIT_S = 5.0

Frame: TypeAlias = tuple[dict[str, Any], dict[str, bytes]]


@dataclass(frozen=True, slots=True)
class Death:
    """How a worker failed; `design` is the one under way, empty where there was none."""

    design: str
    status: str
    reason: str


class Supervisor:
    """Runs jobs in fresh workers; a context manager that owns the beacon's folder."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s

    def __enter__(self) -> Supervisor:
        self._folder = tempfile.TemporaryDirectory(prefix="vmperf-")
        try:
            self._beacon_path = Path(self._folder.name) / "beacon"
            self._beacon_path.write_bytes(bytes(_BEACON_BYTES))
            with self._beacon_path.open("r+b") as file:
                self._beacon = mmap.mmap(file.fileno(), _BEACON_BYTES)
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._beacon.close()
        self._folder.cleanup()

    def run(
        self, job: dict[str, Any], *, on_tick: Callable[[str], None], limit_s: float | None = None
    ) -> tuple[list[Frame], Death | None]:
        """Run one job.

        Parameters
        ----------
        job : dict
            What `worker` takes; parent and beacon are added here.
        on_tick : callable
            Called with the design under way while the worker measures.
        limit_s : float, optional
            Seconds after which the worker is ended, whatever it does: from when its first design
            was under way, as a busy machine may start it late.

        Returns
        -------
        frames : list
            Header and blobs of each case that came whole.
        death : Death or None
            Why there are no more, if the worker failed.
        """
        self._beacon[:] = bytes(_BEACON_BYTES)
        job = {**job, "parent_pid": os.getpid(), "beacon": str(self._beacon_path)}
        with tempfile.TemporaryFile(dir=self._folder.name) as output:
            worker = _start(output)
            try:
                _send(worker, job)
                frames, late = self._watch(worker, job["designs"], on_tick, limit_s)
                if not late:
                    wait(worker, _EXIT_S)  # its own exit code tells more
            finally:
                kill(worker)
            return self._verdict(worker, job["designs"], frames, late, output)

    def _watch(
        self,
        worker: subprocess.Popen[bytes],
        designs: list[str],
        on_tick: Callable[[str], None],
        limit_s: float | None,
    ) -> tuple[list[Frame], str]:
        """Collect frames until the last one, the worker's end, or a hang: then say which."""
        assert worker.stdout is not None
        reader = FrameReader()
        frames: list[Frame] = []
        start = last_moved = time.monotonic()  # of the limit: once the worker has begun
        begun, last_batches = False, -1
        with selectors.DefaultSelector() as selector:
            selector.register(worker.stdout, selectors.EVENT_READ)
            while True:
                dead = worker.poll() is not None  # asked first: what it wrote is read below
                ready = selector.select(_TICK_S)
                data = os.read(worker.stdout.fileno(), 1 << 16) if ready else b""
                try:
                    frames += reader.feed(data)
                except ValueError as error:  # the stream is lost, and with it the worker
                    frames.append(({"kind": "error", "type": "torn answer", "message": error}, {}))
                if frames and frames[-1][0]["kind"] != "case":
                    return frames, ""
                if not data and (ready or dead):
                    return frames, ""
                batches, design, _ = _BEACON.unpack_from(self._beacon)
                now = time.monotonic()
                if not begun and design:
                    begun, start = True, now
                if batches != last_batches:
                    last_batches, last_moved = batches, now
                elif now - last_moved > self._timeout_s:
                    return frames, f"no batch finished within {self._timeout_s:g} s"
                if limit_s is not None and now - start > limit_s:
                    return frames, f"its share of the budget was used up within {limit_s:.3g} s"
                if not ready:
                    on_tick(_named(designs, design))

    def _verdict(
        self,
        worker: subprocess.Popen[bytes],
        designs: list[str],
        frames: list[Frame],
        late: str,
        output: IO[bytes],
    ) -> tuple[list[Frame], Death | None]:
        cases = [frame for frame in frames if frame[0].pop("kind") == "case"]
        batches, index, _ = _BEACON.unpack_from(self._beacon)
        design = _named(designs, index)
        if late:
            return cases, Death(design, "timed_out", f"{late}, after {batches} batches")
        if len(cases) < len(frames):
            last = frames[-1][0]
            if "type" not in last:
                return cases, None
            return cases, Death("", "crashed", f"{last['type']}: {last['message']}")
        ended = "exited with code {} before it was done"
        cause = cause_of_death(worker.returncode, last_words(output), ended=ended)
        return cases, Death(design, "crashed", cause)


def _named(designs: list[str], index: int) -> str:
    return designs[index - 1] if 0 < index <= len(designs) else ""


def _start(output: IO[bytes]) -> subprocess.Popen[bytes]:
    if not sys.executable:
        raise _core.UnsupportedError("no Python executable to start workers: use isolate=False")
    package = Path(_worker.__file__).parent.parent
    path = [str(package.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    return start(
        [sys.executable, "-P", _worker.__file__, _core.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=output,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
    )


def _send(worker: subprocess.Popen[bytes], job: dict[str, Any]) -> None:
    assert worker.stdin is not None
    with suppress(BrokenPipeError):  # it is dead already: its exit code will say why
        worker.stdin.write(json.dumps(job).encode() + b"\n")
        worker.stdin.flush()
