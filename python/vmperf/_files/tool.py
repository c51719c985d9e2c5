"""Programs that are asked something and end by themselves: git, compilers, interpreters.

None raises: a program that is not there, or takes too long, is an answer like another one.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .text import decoded

__all__ = ["Done", "run_tool"]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a program; `code` is None where it did not start or did not end in time."""

    code: int | None
    stdout: bytes
    stderr: bytes

    @property
    def out(self) -> str:
        """What it printed."""
        return decoded(self.stdout)

    @property
    def path(self) -> str:
        """What it printed, as the name of a file, which need not be text."""
        return os.fsdecode(self.stdout).strip()

    @property
    def said(self) -> str:
        """What it complained of, without the blanks around it; else what it printed."""
        return (decoded(self.stderr).strip() or self.out.strip()) or f"ended with {self.code}"


def run_tool(
    words: Sequence[str | Path],
    *,
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout_s: float | None = None,
) -> Done:
    """Run a program to its end and return what it printed.

    Parameters
    ----------
    words : sequence of str or path
        Program and arguments.
    folder : pathlib.Path, optional
        Where; by default here.
    env : mapping, optional
        Its environment; by default this process's.
    timeout_s : float, optional
        After how long it is ended.
    """
    try:
        done = subprocess.run(
            [*map(str, words)],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Done(None, b"", f"{words[0]} was not done after {timeout_s:g} s".encode())
    except (OSError, ValueError) as error:  # a word with a NUL in it is a ValueError
        why = getattr(error, "strerror", None) or str(error)
        return Done(None, b"", f"cannot start {words[0]}: {why}".encode(errors="backslashreplace"))
    return Done(done.returncode, done.stdout, done.stderr)
