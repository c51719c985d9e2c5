"""What a build depends on beside its sources: the environment, the compilers, their versions.

Equal sources give other code under another CXXFLAGS or compiler, so both stand in the keys under
which builds are kept. Of the environment everything counts but what a shell, a terminal or a job
of continuous integration says of itself.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from .._files.identity import hash_of

__all__ = ["surroundings"]

_OF_NO_MATTER = re.compile(
    r"_|PWD|OLDPWD|SHLVL|HISTFILE|LINES|COLUMNS|TERM.*|COLORTERM|LS_COLORS|DISPLAY|WINDOWID|"
    r"HOSTNAME|LOGNAME|USER|USERNAME|MAIL|TMPDIR|EDITOR|VISUAL|PAGER|PS\d|PROMPT_COMMAND|SSH_.*|"
    r"XDG_.*|DBUS_.*|GPG_.*|TMUX.*|STY|PYTEST_.*|HYPOTHESIS_.*|VMPERF_.*|COVERAGE_.*|GITHUB_.*|"
    r"RUNNER_.*|ACTIONS_.*|GITLAB_.*|CI(_.*)?|BUILD_(ID|NUMBER|TAG|URL)|JOB_.*|CCACHE_.*"
)
_COMPILERS = ("cc", "c++", "gcc", "g++", "clang", "clang++", "ld", "rustc", "go")


def surroundings(environment: Mapping[str, str] | None = None, *, versions: str = "") -> str:
    """Return a short hash of what a build here depends on.

    Parameters
    ----------
    environment : mapping, optional
        By default this process's.
    versions : str
        Of build tools that come from elsewhere and stand in the result.
    """
    env = os.environ if environment is None else environment
    kept = sorted((k, v) for k, v in env.items() if not _OF_NO_MATTER.fullmatch(k))
    named = [_first(env.get(name, "")) for name in ("CC", "CXX", "LD")]
    found = [shutil.which(name, path=env.get("PATH")) for name in (*_COMPILERS, *named) if name]
    tools = [(path, _content(os.path.realpath(path))) for path in found if path]
    whole = hashlib.sha256(os.fsencode(repr((kept, tools, sys.version, versions))))
    return whole.hexdigest()[:12]


def _first(words: str) -> str:
    try:
        return next(iter(shlex.split(words)), "")
    except ValueError:  # an open quote
        return words


@functools.cache
def _content(path: str) -> str:
    # Of a compiler driver: its version and what it was built from are in it.
    return hash_of(path) if Path(path).is_file() else ""
