"""One side of a pair: its process (`side_process`) started, asked, ended."""

from __future__ import annotations

import marshal
import os
import selectors
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from .._builds.source import Build
from .._catalog.peers import peer_folders
from .._errors import unsupported
from .._measure.child import cause_of_death, kill, last_words, start, wait

__all__ = ["Dead", "Side", "Task", "task_at"]

_PROCESS = Path(__file__).with_name("side_process.py")
_EXIT_S = 5.0
_MARSHAL_VERSION = 2  # any interpreter that a side may run reads it


@dataclass(frozen=True, slots=True)
class Task:
    """What one side measures; an empty id starts a process that can only tell its catalog."""

    build: Build
    id: str = ""
    design: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    """Of where buffers lie."""
    data_seed: int = 0
    """Of what they hold: alike on both sides."""
    aslr: bool = True
    cpu: int | None = None
    warm_up_ns: int = 0


def task_at(
    build: Build, id: str, point: Mapping[str, Any], *, seed: int, data_seed: int, cpu: int
) -> Task:
    """Return the task of one benchmark at a point of its axes, ``design`` among them."""
    params = {axis: value for axis, value in point.items() if axis != "design"}
    design = str(point["design"])
    return Task(build, id, design, params, seed=seed, data_seed=data_seed % 2**64, cpu=cpu)


class Dead(Exception):
    """A side that died, hung or answered with an error; `status` as in a row of `run`.

    `side` is A or B, empty where that is not known.
    """

    def __init__(self, status: str, reason: str, side: str = "") -> None:
        self.status = status
        self.side = side
        super().__init__(reason)


class Side:
    """The process of a task; a context manager. Raises Dead wherever it fails to answer."""

    def __init__(self, task: Task, *, timeout_s: float) -> None:
        self._task = task
        self._timeout_s = timeout_s
        self.ready: dict[str, Any] = {}

    def __enter__(self) -> Side:
        task = self._task
        self._output: IO[bytes] = tempfile.TemporaryFile()
        try:
            self._process = start(
                # -S -E: nothing of the environment may run in one side and not in the other
                [task.build.python, "-S", "-E", str(_PROCESS), task.build.core, _aslr_word(task)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._output,
            )
        except BaseException as error:
            self._output.close()
            if isinstance(error, OSError):
                said = f"cannot start {task.build.python}: {error.strerror}"
                raise Dead("crashed", said) from None
            raise
        self._buffer = b""
        return self

    def begin(self) -> None:
        """Send the task without waiting, so that two sides can start at a time."""
        task = self._task
        self._send(
            marshal.dumps(
                {
                    "id": task.id,
                    "params": task.params,
                    "design": task.design,
                    "seed": task.seed,
                    "data_seed": task.data_seed,
                    "cpu": task.cpu,
                    "warm_up_ns": task.warm_up_ns,
                    "libraries": task.build.libraries,
                    "imports": task.build.imports,
                    "peer_folders": peer_folders(),
                },
                _MARSHAL_VERSION,
            ).hex()
        )

    def wait_ready(self) -> None:
        """Wait until the workload is made and warm."""
        self.ready = self._answer()
        if self._task.id and not self._task.aslr and self.ready["aslr"]:
            raise unsupported("aslr=False: the system starts workers with randomised addresses")

    def ask(self, command: str) -> Any:
        """Send one command of `side_process` and return its answer."""
        self._send(command)
        return self._answer()

    def batch(self, n: int, metric: str = "") -> tuple[int, int, Any]:
        """Time n ops: nanoseconds, flags, and the value of a metric that has one per sample."""
        ns, flags, *value = self.ask(f"b {n} {metric}".rstrip())
        return int(ns), int(flags), value[0] if value else None

    def __exit__(self, *_: object) -> None:
        kill(self._process)
        self._output.close()

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._death() from None

    def _answer(self) -> Any:
        line = self._line()
        answer = _unpacked(line)
        if isinstance(answer, dict) and "error" in answer:
            status = {"UnsupportedError": "unsupported", "MeasurementError": answer["reason"]}
            raise Dead(status.get(answer["error"], "crashed"), answer["message"])
        return answer

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        deadline = time.monotonic() + self._timeout_s
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise Dead("timed_out", f"no answer for {self._timeout_s:g} s")
                data = os.read(self._process.stdout.fileno(), 1 << 20)
                if not data:
                    raise self._death()
                self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _death(self) -> Dead:
        code = wait(self._process, _EXIT_S)
        by_signal = code is not None and code < 0  # which says enough in a table of rows
        return Dead("crashed", cause_of_death(code, "" if by_signal else last_words(self._output)))


def _unpacked(line: bytes) -> Any:
    try:
        return marshal.loads(bytes.fromhex(line.decode()))
    except (ValueError, EOFError, TypeError):
        raise Dead("crashed", f"answered {line[:80]!r}") from None


def _aslr_word(task: Task) -> str:
    return "aslr" if task.aslr else "no-aslr"
