"""Where and on what it was measured."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

from . import _core
from ._files.git import git

__all__ = ["brief", "machine"]


def machine(*, selftest: bool = False) -> dict[str, Any]:
    """Return the fingerprint of this machine.

    Parameters
    ----------
    selftest : bool
        Also time known instruction chains and report cycles beside the documented figures
        (about a second).

    Returns
    -------
    dict
        CPU, caches, clocks, timers, page sizes, kernel, libc, compiler; ``vmperf`` and ``python``
        versions; ``git`` (revision of the source, or None outside a repository) and, if asked for,
        ``selftest``: rows ``kernel``, ``cycles``, ``expected_cycles``. Ready for JSON.

    Raises
    ------
    OsError
        Where the kernel refuses what the fingerprint needs.

    Notes
    -----
    Calibrates the clocks, so it takes some milliseconds, and runs git.

    Examples
    --------
    >>> import vmperf
    >>> vmperf.machine()["vmperf"] == vmperf.__version__
    True
    """
    found = dict(_core.os.machine())
    found["vmperf"] = _core.__version__
    found["python"] = f"{platform.python_implementation()} {platform.python_version()}"
    found["git"] = git_state()
    if selftest:
        found["selftest"] = [dict(row) for row in _core.os.selftest()]
    return found


def brief(fingerprint: dict[str, Any]) -> dict[str, Any]:
    """Return what a recorded figure says of its machine."""
    cpu, system = fingerprint["cpu"], fingerprint["os"]
    return {
        "cpu": cpu["brand"],
        "microarchitecture": cpu["microarchitecture"],
        "hypervisor": cpu["hypervisor"],
        "n_online": cpu["n_online"],
        "kernel": system["kernel"],
        "libc": system["libc"],
    }


def label(machine: dict[str, Any]) -> str:
    """Return one line for what `brief` says: ``AMD EPYC (Zen 4), virtual machine, 2 cores``."""
    core = f" ({machine['microarchitecture']})" if machine["microarchitecture"] else ""
    guest = ", virtual machine" if machine["hypervisor"] else ""
    return f"{machine['cpu']}{core}{guest}, {machine['n_online']} cores"


def git_state() -> dict[str, Any] | None:
    """Return revision, branch, time and dirtiness of the source that is measured.

    That is the repository which tracks this package, else the one of the current folder.
    """
    here = Path(__file__)
    folder = here.parent if git(here.parent, "ls-files", here.name) else Path.cwd()
    revision = git(folder, "rev-parse", "HEAD")
    if not revision:
        return None
    return {
        "revision": revision,
        "branch": git(folder, "rev-parse", "--abbrev-ref", "HEAD") or "",
        "time": git(folder, "show", "-s", "--format=%cI") or "",
        "author_time": git(folder, "show", "-s", "--format=%aI") or "",
        "dirty": bool(git(folder, "status", "--porcelain", "--untracked-files=no")),
    }
