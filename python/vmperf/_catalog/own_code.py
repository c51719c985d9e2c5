"""Code of the user's own in the registry: libraries of benchmarks, libraries that are a design."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from .. import _core
from .._errors import invalid

__all__ = ["design_words", "enter_designs", "load", "versions"]

_PREFIXED = re.compile(r"(?P<path>.+):(?P<prefix>[A-Za-z_]\w*)")


def load(path: str | Path) -> list[str]:
    """Add the benchmarks and designs of a shared library to what vmperf measures.

    They are then listed, run, swept, claimed, reported and tested like the built-in ones; worker
    processes load the same libraries.

    Parameters
    ----------
    path : path
        A library written with ``<vmperf/bench/plugin.hpp>`` (README.md, "Your own code"); loading
        it twice is loading it once.

    Returns
    -------
    list of str
        The ids of its benchmarks, then ``api:name`` of each design that it adds to an API.

    Raises
    ------
    OsError
        The library cannot be loaded; the loader's words.
    UnsupportedError
        It was built for another version of the plugin interface.
    MeasurementError
        ``reason`` ``crashed`` or ``timed_out``: loading it in a child process, tried first.
    InvalidArgumentError
        It is no library of benchmarks, or a name it declares exists already; nothing is added then.

    Notes
    -----
    The library stays loaded for the life of the process. Its benchmarks run in worker processes.

    Examples
    --------
    >>> import vmperf
    >>> try:
    ...     vmperf.load("no-such-library.so")
    ... except vmperf.OsError as error:
    ...     print(error.call)
    dlopen
    """
    return list(_core.bench.load(str(path)))


def enter_designs(designs: Iterable[str]) -> list[str]:
    """Return the names of designs; each ``NAME=PATH[:PREFIX]`` is entered as design NAME first."""
    return [_entered(design) if "=" in str(design) else str(design) for design in designs]


def _entered(spec: str) -> str:
    name, _, path = spec.partition("=")
    if not name or not path:
        raise invalid("design", repr(spec), "a name, or NAME=PATH[:PREFIX] of a shared library")
    prefix = ""
    split = _PREFIXED.fullmatch(path)
    if split and not Path(path).exists():  # a file name may hold a colon
        path, prefix = split["path"], split["prefix"]
    _core.bench.import_design(name, path, prefix)
    return name


def design_words(designs: Iterable[str]) -> list[str]:
    """Return designs as a command line takes them: imported ones with their library."""
    known = {one["name"]: one for one in _core.bench.imports()}
    return [_spec(known[name]) if name in known else name for name in designs]


def _spec(one: dict[str, str]) -> str:
    prefix = f":{one['prefix']}" if one["prefix"] else ""
    return f"{one['name']}={one['path']}{prefix}"


def versions(designs: Iterable[str]) -> dict[str, str]:
    """Return imported design -> path and hash of its library, for those among `designs`."""
    known = {one["name"]: one["version"] for one in _core.bench.imports()}
    return {name: known[name] for name in sorted({*designs}) if name in known}
