"""Charts of a replayed trace: time against memory with its front, and memory over the trace.

O(designs) and O(points of the series); no shared state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._errors import invalid
from .._extras import require
from .._replay.result import Replay
from .charts import Mode, fill

if TYPE_CHECKING:
    import altair as alt

__all__ = ["front", "front_spec", "resident", "resident_spec"]

_MIB = 2.0**20


def front_spec(found: Replay, *, mode: Mode = "light") -> dict[str, Any]:
    """Return the finished specification of the front of time against memory."""
    rows = [row for row in found.rows() if row["status"] == "ok"]
    if not rows:
        raise invalid("found", "without an allocator that replayed the trace", "one at least")
    points = {row["design"]: _point(row) for row in rows}
    line = [
        {"time": points[name]["time"], "memory": points[name]["memory"], "rank": rank}
        for rank, name in enumerate(found.recommendation().front)
    ]
    return fill(
        "front",
        {"front": [*points.values()], "line": line},
        designs=[*points],
        axis="time per op, ns",
        quantity="retained, MiB",
        mode=mode,
    )


def _point(row: dict[str, Any]) -> dict[str, Any]:
    times = row["ns_per_op"]
    return {
        "design": row["design"],
        "time": times["median"],
        "low": times["low"],
        "high": times["high"],
        "memory": row["end_bytes"]["median"] / _MIB,
    }


def resident_spec(found: Replay, *, mode: Mode = "light") -> dict[str, Any]:
    """Return the finished specification of memory over the trace."""
    lines = found.series
    if not lines:
        raise invalid("found", "without an allocator that replayed the trace", "one at least")
    live = next(iter(lines.values()))
    drawn = {name: [(ops, resident) for ops, resident, _ in line] for name, line in lines.items()}
    drawn["live bytes"] = [(ops, bytes_) for ops, _, bytes_ in live]  # last: same colours
    rows = [
        {"design": name, "x": ops, "y": size / _MIB, "index": i, "placement": 0, "process": 0}
        for name, line in drawn.items()
        for i, (ops, size) in enumerate(line)
    ]
    return fill(
        "series", {"series": rows}, designs=[*drawn], axis="operations done",
        quantity="resident above the start, MiB", mode=mode,
    )  # fmt: skip


def front(found: Replay, *, mode: Mode = "light") -> alt.LayerChart:
    """Return time against retained memory, with the front that nothing beats in both.

    Parameters
    ----------
    found : Replay
        What `vmperf.alloc.replay` returned.
    mode : {"light", "dark"}
        Background that the colours suit.

    Returns
    -------
    altair.LayerChart
        A point for each allocator with the interval of its time.

    Raises
    ------
    InvalidArgumentError
        No allocator replayed the trace.
    UnsupportedError
        Altair is not installed.

    Examples
    --------
    >>> from vmperf import alloc, trace
    >>> found = alloc.replay(trace.generate(2000, seed=1), ["libc"], repeats=2, latency=False)
    >>> type(vmperf.plot.front(found)).__name__
    'LayerChart'
    """
    chart = require("altair", "report").Chart
    made: alt.LayerChart = chart.from_dict(front_spec(found, mode=mode))
    return made


def resident(found: Replay, *, mode: Mode = "light") -> alt.LayerChart:
    """Return what is resident over the trace, beside the bytes that were live.

    Parameters
    ----------
    found : Replay
        What `vmperf.alloc.replay` returned.
    mode : {"light", "dark"}
        Background that the colours suit.

    Returns
    -------
    altair.LayerChart
        A line for each allocator, of its first round.

    Raises
    ------
    InvalidArgumentError
        No allocator replayed the trace.
    UnsupportedError
        Altair is not installed.

    Examples
    --------
    >>> from vmperf import alloc, trace
    >>> found = alloc.replay(trace.generate(2000, seed=1), ["libc"], repeats=2, latency=False)
    >>> type(vmperf.plot.resident(found)).__name__
    'LayerChart'
    """
    chart = require("altair", "report").Chart
    made: alt.LayerChart = chart.from_dict(resident_spec(found, mode=mode))
    return made
