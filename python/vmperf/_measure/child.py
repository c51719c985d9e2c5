"""Child processes that measure: started, waited for, killed, and what they died of.

A child leads a process group of its own: killing the group takes along what it forked, and a Ctrl-C
at the terminal reaches the parent alone. Workers of a run, sides of a pair and programs of others
differ in what they load and say, so each has its own command line and words. A child pins itself to
a CPU and ties itself to its parent's life before it makes what it measures, by the native module
that it loads (`_compare.side_process`, `_suites.launch`): it may be of another build than ours.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from .._files.text import decoded

__all__ = ["cause_of_death", "kill", "last_words", "start", "wait"]

_LAST_BYTES = 4000
# Allocators keep their thread caches in static TLS; the loader sets too little aside for a jemalloc
# that comes by dlopen, unless it is told before the start.
_TUNABLES = "GLIBC_TUNABLES"
_STATIC_TLS = "glibc.rtld.optional_static_tls"
_STATIC_TLS_BYTES = 16384


def _with_static_tls(env: Mapping[str, str]) -> dict[str, str]:
    given = env.get(_TUNABLES, "")
    if _STATIC_TLS in given:
        return dict(env)
    ours = f"{_STATIC_TLS}={_STATIC_TLS_BYTES}"
    return {**env, _TUNABLES: f"{given}:{ours}" if given else ours}


def start(
    words: Sequence[str],
    *,
    stdin: int | None,
    stdout: int | IO[bytes] | None,
    stderr: IO[bytes] | None,
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
    foreground: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a child; whoever does so calls `kill` at the end, also where it ended by itself.

    Parameters
    ----------
    words : sequence of str
        Program and arguments.
    stdin, stdout, stderr : int or binary file, or None
        As `subprocess.Popen` takes them; `stderr` is a file, for `last_words`.
    folder : pathlib.Path, optional
        Where it runs; by default here.
    env : mapping, optional
        Its environment; by default this process's. Room for libraries with thread-local memory of
        their own is added (``GLIBC_TUNABLES``), unless it says how much.
    foreground : bool
        A program of the user's: in this process's group, as a shell has it, with `env` as it is.
    """
    whole = os.environ if env is None else env
    return subprocess.Popen(
        words,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        cwd=folder,
        env=dict(whole) if foreground else _with_static_tls(whole),
        start_new_session=not foreground,
    )


def wait(child: subprocess.Popen[bytes], seconds: float) -> int | None:
    """Return the exit code, negative for a signal; None where it is not over after `seconds`."""
    with suppress(subprocess.TimeoutExpired):
        return child.wait(seconds)
    return None


def kill(child: subprocess.Popen[bytes]) -> None:
    """End the whole group, also what outlives its leader, and close the pipes to it."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):  # what was not written yet has no reader
                pipe.close()


def cause_of_death(code: int | None, said: str = "", *, ended: str = "ended with {}") -> str:
    """Return in words how a child ended: by which signal, else with which code.

    Parameters
    ----------
    code : int or None
        Its exit code as `wait` gives it.
    said : str
        Its last words, which follow where there are any.
    ended : str
        What an exit is called, with ``{}`` in place of the code.

    Examples
    --------
    >>> cause_of_death(-11, "stack overflow")
    'killed by SIGSEGV: stack overflow'
    >>> cause_of_death(7)
    'ended with 7'
    """
    if code is not None and code < 0:
        names = {one.value: one.name for one in signal.Signals}  # real-time ones have none
        how = f"killed by {names.get(-code, f'signal {-code}')}"
    else:
        how = ended.format(code)
    return f"{how}: {said}" if said else how


def last_words(output: IO[bytes], *, lines: int = 1) -> str:
    """Return the last lines in a file that a child wrote, empty where it said nothing.

    The offset stays where it is, since a child that lives may share it.
    """
    end = os.fstat(output.fileno()).st_size
    data = os.pread(output.fileno(), _LAST_BYTES, max(0, end - _LAST_BYTES))
    said = (line.strip() for line in decoded(data).splitlines())
    return " | ".join([line for line in said if line][-lines:])
