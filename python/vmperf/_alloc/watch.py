"""What `vmperf preload --watch` wrote: memory of a program over time, and whose it was.

The file grows while the program runs, a line of JSON each (cpp/alloc/src/watch/watch.cpp says
which), so one of a program that still runs, or that was killed, is read as well.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .._errors import trace_format

if TYPE_CHECKING:
    import os

    import numpy as np
    from numpy.typing import NDArray

    Doubles: TypeAlias = NDArray[np.float64]

__all__ = ["Watch", "Watched", "watch"]

_TEXTS = ("command", "allocator", "version", "library", "live_is", "held_is")


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """One process: its samples, and the split of what it had in memory.

    The three parts add up to `rss_bytes`. Where the allocator does not count live bytes,
    `live_bytes` and `retained_bytes` are NaN and `held_bytes` is their sum; where it says nothing,
    all are NaN.

    Attributes
    ----------
    process_id : int
        As the system gave it.
    command : str
        Its words, separated by blanks; at most 1023 bytes.
    allocator, version, library : str
        Whose ``malloc`` it had: name, what the library says of its version, path.
    settings : dict of str
        The variables of its environment that allocators and the loader read.
    live_is, held_is : str
        How exact the allocator's figures are.
    has_ended : bool
        Whether it ended by itself; False where it was killed, or runs.
    time_s : numpy.ndarray of float64, shape (n_samples,)
        Since its start.
    rss_bytes : numpy.ndarray of float64, shape (n_samples,)
        Resident memory of the process.
    live_bytes : numpy.ndarray of float64, shape (n_samples,)
        Of it, in blocks that the program has. A block that was never touched is not resident, so
        `allocated_bytes` may be more.
    retained_bytes : numpy.ndarray of float64, shape (n_samples,)
        Freed, and still with the allocator: at most that where `held_is` says so.
    held_bytes : numpy.ndarray of float64, shape (n_samples,)
        The allocator's, live or not.
    other_bytes : numpy.ndarray of float64, shape (n_samples,)
        Not the allocator's: code, stacks, mapped files, memory that the program mapped itself.
    allocated_bytes : numpy.ndarray of float64, shape (n_samples,)
        Live bytes as the allocator counts them.
    """

    process_id: int
    command: str
    allocator: str
    version: str
    library: str
    settings: dict[str, str]
    live_is: str
    held_is: str
    has_ended: bool
    time_s: Doubles
    rss_bytes: Doubles
    live_bytes: Doubles
    retained_bytes: Doubles
    held_bytes: Doubles
    other_bytes: Doubles
    allocated_bytes: Doubles

    def rows(self) -> list[dict[str, float]]:
        """Return a dict of each sample: ``time_s`` and the bytes, NaN where unknown."""
        names = ("time_s", *(f"{name}_bytes" for name in _BYTES))
        columns = [getattr(self, name).tolist() for name in names]
        return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


_BYTES = ("rss", "live", "retained", "held", "other", "allocated")


@dataclass(frozen=True, slots=True)
class Watch:
    """A watched command.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    processes : tuple of Watched
        The program, then what it started, in the order of their starts.
    """

    path: Path
    processes: tuple[Watched, ...]

    @property
    def program(self) -> Watched:
        """The process that was started first."""
        return self.processes[0]


@dataclass(slots=True)
class _Growing:
    head: dict[str, Any]
    samples: list[tuple[float, float, float, float]] = field(default_factory=list)
    has_ended: bool = False


def watch(path: str | os.PathLike[str]) -> Watch:
    """Load what ``vmperf preload --watch`` wrote; `vmperf.alloc.watch` is this function."""
    file = Path(path)
    found: list[_Growing] = []
    running: dict[int, _Growing] = {}
    offset = 0
    for line in file.read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n"):  # else it is being written, or its writer was killed
            _take(line, found, running, (file, offset))
        offset += len(line)
    if not found:
        raise trace_format(file, 0, "no watched process in it")
    return Watch(file, tuple(_finish(one) for one in found))


def is_watch(path: Path) -> bool:
    """Whether a file begins as one of `watch` does."""
    try:
        with path.open("rb") as file:
            return file.read(11) == b'{"process":'
    except OSError:
        return False


def _take(
    line: bytes, found: list[_Growing], running: dict[int, _Growing], where: tuple[Path, int]
) -> None:
    try:
        said = json.loads(line.decode("utf-8", "replace"))
        if "process" in said:
            head = {name: str(said[name]) for name in _TEXTS}
            settings = {str(k): str(v) for k, v in said["settings"].items() if k}
            grown = _Growing(head | {"settings": settings, "process_id": int(said["process"])})
            found.append(grown)
            running[grown.head["process_id"]] = grown
            return
        rss, live, held = (_number(said[k]) for k in ("rss", "live", "held"))
        values = (float(said["t"]) * 1e-9, rss, live, held)
        one = running[int(said["p"])]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise trace_format(*where, f"not a line of a watch: {error!r}") from None
    one.samples.append(values)
    one.has_ended = bool(said.get("end"))


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _finish(one: _Growing) -> Watched:
    import numpy as np

    columns = np.array(one.samples, dtype=np.float64).reshape(-1, 4).T
    time_s, rss, allocated, mapped = columns
    held = np.minimum(mapped, rss)  # NaN stays NaN
    live = np.minimum(allocated, held)
    return Watched(
        **one.head,
        has_ended=one.has_ended,
        time_s=time_s,
        rss_bytes=rss,
        live_bytes=live,
        retained_bytes=held - live,
        held_bytes=held,
        other_bytes=rss - held,
        allocated_bytes=allocated,
    )
