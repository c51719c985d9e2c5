"""A program of the user's run in the foreground, as a shell would."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from .._errors import os_error
from .._measure.child import start

__all__ = ["run"]

_PASSED_ON = (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)


def run(words: Sequence[str], env: Mapping[str, str]) -> tuple[int, int]:
    """Run a program to its end with this process's streams.

    Signals that reach this process meanwhile are passed on. Those of a terminal's keys reach the
    program by themselves and are ignored here.

    Returns
    -------
    process_id, exit_code : int
        The code is negative for a signal.

    Raises
    ------
    OsError
        If it cannot be started.
    """
    try:
        child = start(list(words), stdin=None, stdout=None, stderr=None, env=env, foreground=True)
    except OSError as error:
        raise os_error(f"start {words[0]}", error) from None
    with _passing_on(child):
        return child.pid, child.wait()


@contextmanager
def _passing_on(child: subprocess.Popen[bytes]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread has handlers
        return

    def pass_on(number: int, _frame: Any) -> None:
        child.send_signal(number)

    handlers: dict[int, Any] = dict.fromkeys(_PASSED_ON, pass_on)
    handlers[signal.SIGINT] = signal.SIG_IGN if _at_terminal() else pass_on
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _at_terminal() -> bool:
    """Whether a Ctrl-C goes to this process's whole group, the program included."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
