"""One replay of a plan by a worker: started, waited for, and what it died of."""

from __future__ import annotations

import json
import marshal
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from .. import _core
from .._catalog.peers import peer_folders
from .._measure.child import cause_of_death, kill, last_words, start, wait
from . import worker as _worker

__all__ = ["Record", "replay_once"]

Record = dict[str, Any]
_EXIT_S = 5.0
# Some libraries (jemalloc) keep much in the static TLS block, of which a process has little to
# spare for what it loads later.
_TUNABLES = "glibc.rtld.optional_static_tls=16384"


def replay_once(
    plan: Path, design: str, *, touch: str, stamped: bool, cpu: int | None, timeout_s: float
) -> Record:
    """Replay once in a fresh process.

    Parameters
    ----------
    plan : pathlib.Path
        A file that ``ReplayPlan.save`` wrote.
    design : str
        The allocator, or ``"null"``.
    touch : str
        As for ``ReplayPlan.replay``.
    stamped : bool
        Likewise.
    cpu : int or None
        Where the process stays.
    timeout_s : float
        After which it is ended.

    Returns
    -------
    dict
        ``status`` ("ok", "not_installed", "crashed", "timed_out"), ``reason`` and, where it is ok,
        what ``ReplayPlan.replay`` returns.
    """
    job = {
        "plan": str(plan),
        "design": design,
        "touch": touch,
        "stamped": stamped,
        "cpu": cpu,
        "folders": peer_folders(),
    }
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        child = start(
            [sys.executable, "-P", "-S", _worker.__file__, str(_core.__file__)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=errors,
            env=_environment(),
        )
        try:
            assert child.stdin is not None
            with suppress(BrokenPipeError):  # it is dead: its exit code says why
                child.stdin.write(json.dumps(job).encode() + b"\n")
                child.stdin.flush()
            code = wait(child, timeout_s)
        finally:
            kill(child)
        if code is None:
            return {"status": "timed_out", "reason": f"no end within {timeout_s:g} s"}
        output.seek(0)
        answer = output.read().strip()
        if code != 0 or not answer:
            cause = cause_of_death(code, last_words(errors), ended="exited with code {}")
            return {"status": "crashed", "reason": cause}
        try:
            record: Record = marshal.loads(bytes.fromhex(answer.decode()))
        except (ValueError, EOFError, TypeError):
            return {"status": "crashed", "reason": f"a torn answer of {len(answer)} bytes"}
        return record


def _environment() -> dict[str, str]:
    # A preloaded allocator would be what "libc" means in the worker.
    env = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    others = [one for one in env.get("GLIBC_TUNABLES", "").split(":") if one]
    return {**env, "GLIBC_TUNABLES": ":".join([*others, _TUNABLES])}
