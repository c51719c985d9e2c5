"""One process of a foreign suite: started, waited for, read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import _core
from .._errors import invalid
from .._files.text import json_text, read_text
from .._measure.child import cause_of_death, kill, last_words, start, wait
from .output import Fault, Readings, failed_tests, read_gbench, read_pytest

__all__ = ["KINDS", "TIMES", "Command", "Ran", "kept_ran", "kind_of", "run_once"]

KINDS = ("gbench", "pytest")
TIMES = ("real", "cpu")
_LAUNCHER = Path(__file__).with_name("launch.py")
_LAST_LINES = 3
# About as long as Google Benchmark's own default, 0.5 s, but with a median: its figure is a mean,
# which one preemption spoils.
_REPEATED = (("--benchmark_min_time", "0.05"), ("--benchmark_repetitions", "10"))
_MOST_FILTER = 100_000  # characters: the system takes no longer word; then all are run
_TESTS_FAILED = 1  # pytest's exit code: the JSON is whole, some tests are not


@dataclass(frozen=True, slots=True)
class Command:
    """How a suite is run, the same on both sides.

    Attributes
    ----------
    words : tuple of str
        Program and arguments.
    kind : {"gbench", "pytest"}
        What it writes.
    time : {"real", "cpu"}
        Which time of Google Benchmark.
    cpu : int or None
        The CPU it is pinned to.
    timeout_s : float
        How long one process may take.
    own_sources : bool
        Whether the tree it runs in leads Python's path.
    """

    words: tuple[str, ...]
    kind: str
    time: str
    cpu: int | None
    timeout_s: float
    own_sources: bool


@dataclass(slots=True)
class Ran:
    """What came of it: readings, and why they are not all there."""

    readings: Readings = field(default_factory=Readings)
    failure: Fault | None = None


def kept_ran(stored: Mapping[str, Any]) -> Ran:
    """Return what `asdict` made of a process and JSON kept."""
    readings, failure = stored["readings"], stored["failure"]
    faults = {name: (fault[0], fault[1]) for name, fault in readings["faults"].items()}
    failed = None if failure is None else (failure[0], failure[1])
    return Ran(Readings(dict(readings["times"]), faults), failed)


def kind_of(words: Sequence[str], asked: str | None) -> str:
    """Return which suite a command runs: pytest where it says so, else Google Benchmark.

    Raises
    ------
    InvalidArgumentError
        An unknown kind, or no command.
    """
    if not words:
        raise invalid("command", "empty", "a program and its arguments")
    if asked is not None:
        if asked not in KINDS:
            raise invalid("suite", repr(asked), ", ".join(KINDS))
        return asked
    is_pytest = any(Path(word).name in ("pytest", "py.test") for word in words)
    return "pytest" if is_pytest else "gbench"


def run_once(command: Command, folder: Path, *, only: Sequence[str] | None = None) -> Ran:
    """Run a suite in a folder and read what it wrote.

    Parameters
    ----------
    command : Command
        What to run.
    folder : Path
        Where.
    only : sequence of str, optional
        Benchmarks that are wanted, where the suite can be told so.
    """
    with tempfile.TemporaryDirectory(prefix="vmperf-suite-") as scratch:
        out, junit, log = (Path(scratch) / name for name in ("out.json", "junit.xml", "log"))
        words = [*_program(command.words), *_options(command, out, junit, folder, only)]
        code = _run(words, command, folder, log)
        text = json_text(out.read_bytes()) if out.is_file() else ""
        if not text.strip() and command.kind == "gbench":
            text = json_text(log.read_bytes())  # a program that knows no --benchmark_out
        failure = code if isinstance(code, tuple) else _failure(code, command, log)
        _hand_over(command, out, folder)
        ran = Ran(failure=failure)
        try:
            if command.kind == "gbench":
                ran.readings = read_gbench(text, time=command.time, torn=failure is not None)
            else:
                xml = read_text(junit)
                names = set(read_pytest(text, {}).times)
                ran.readings = read_pytest(text, failed_tests(xml, names))
        except ValueError as error:
            said = str(error) if text.strip() else _nothing(command, log)
            ran.failure = failure or ("bad_output", said)
        if failure is not None and isinstance(code, int) and code > 0:
            # It says itself that something is wrong: none of its figures stands.
            ran.readings.spoil(*failure)
        return ran


def _program(words: Sequence[str]) -> list[str]:
    if words[0] == "pytest" and shutil.which("pytest") is None:
        return [sys.executable, "-m", *words]
    return [*words]


def _options(
    command: Command, out: Path, junit: Path, folder: Path, only: Sequence[str] | None
) -> list[str]:
    if command.kind == "pytest":
        given = any(word.startswith("--rootdir") for word in command.words)
        # Without it the names of tests could depend on what lies above the tree.
        root = [] if given else [f"--rootdir={folder}"]
        return [*root, f"--benchmark-json={out}", f"--junitxml={junit}"]
    options = [f"--benchmark_out={out}", "--benchmark_out_format=json", "--benchmark_format=json"]
    for name, value in _REPEATED:
        if not any(word.startswith(f"{name}=") for word in command.words):
            options.append(f"{name}={value}")
    if only is not None:
        wanted = f"^({'|'.join(_escaped(name) for name in only)})$"
        if len(wanted.encode()) <= _MOST_FILTER:
            options.append(f"--benchmark_filter={wanted}")
    return options


def _escaped(name: str) -> str:
    return "".join(f"\\{c}" if c in r"\^$.|?*+()[]{}" else c for c in name)


def _hand_over(command: Command, out: Path, folder: Path) -> None:
    """Write the user's own --benchmark_out, too, in whose place ours stood."""
    for word in command.words if command.kind == "gbench" else ():
        name, _, path = word.partition("=")
        if name == "--benchmark_out" and path and out.is_file():
            with suppress(OSError):  # the suite could not have written it either
                shutil.copyfile(out, folder / path)


def _run(words: list[str], command: Command, folder: Path, log: Path) -> int | Fault | None:
    """Return the exit code, negative for a signal; None where it took too long.

    What cannot be started at all is a fault.
    """
    env = {**os.environ}
    if command.own_sources:
        paths = [str(folder), str(folder / "src"), env.get("PYTHONPATH", "")]
        env["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    cpu = "-" if command.cpu is None else str(command.cpu)
    launcher = [sys.executable, "-S", "-E", str(_LAUNCHER), str(_core.__file__), cpu]
    with log.open("wb") as stdout, log.with_suffix(".err").open("wb") as stderr:
        try:
            program = start(
                [*launcher, *words],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                folder=folder,
                env=env,
            )
        except (OSError, ValueError) as error:
            return ("failed", f"cannot start {words[0]}: {error}")
        try:
            return wait(program, command.timeout_s)
        finally:
            kill(program)


def _failure(code: int | None, command: Command, log: Path) -> Fault | None:
    if code is None:
        return ("timed_out", f"not done after {command.timeout_s:g} s")
    if code < 0:
        return ("crashed", cause_of_death(code, _said(command, log)))
    if code == 0 or (command.kind == "pytest" and code == _TESTS_FAILED):
        return None
    return ("failed", cause_of_death(code, _said(command, log)))


def _said(command: Command, log: Path) -> str:
    """Return the last words: pytest reports on stdout, warnings alone go elsewhere."""
    paths = [log.with_suffix(".err"), log]
    if command.kind == "pytest":
        lines = [line.strip() for line in read_text(log).splitlines()]
        errors = [line for line in lines if line.startswith(("E ", "ERROR"))]
        if errors:
            return " | ".join(errors[-_LAST_LINES:])
        paths.reverse()
    for path in paths:
        with path.open("rb") as output:
            if said := last_words(output, lines=_LAST_LINES):
                return said
    return ""


def _nothing(command: Command, log: Path) -> str:
    said = _said(command, log)
    return f"it wrote no JSON: {said}" if said else "it wrote no JSON"
