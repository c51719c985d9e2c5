"""The chart of a watched program: what it had in memory over time, and whose that was.

O(samples); at most 500 points are drawn of each part, the greatest of each stretch among them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .._alloc.watch import Watched
from .._extras import require
from .charts import Mode, fill

if TYPE_CHECKING:
    import altair as alt

__all__ = ["memory_chart", "spec"]

_MOST_POINTS = 500
_MIB = 2.0**20
# From the bottom up. Where the allocator does not tell live from free, it has one part.
_PARTS = {"other": "not its own", "held": "the allocator's", "retained": "retained", "live": "live"}


def spec(watched: Watched, *, mode: Mode = "light") -> dict[str, Any]:
    """Return the finished specification of one process's chart."""
    rows = _thinned(watched.rows())
    known = {
        part: any(not math.isnan(row[f"{part}_bytes"]) for row in rows)
        for part in ("live", "retained", "held", "other")
    }
    known["held"] = known["held"] and not known["live"]
    shown = [part for part in _PARTS if known[part]] or ["rss"]
    names = [_PARTS.get(part, "in memory, nothing else known") for part in shown]
    parts = [
        {"time": row["time_s"], "design": name, "rank": rank, "value": row[f"{part}_bytes"] / _MIB}
        for rank, (part, name) in enumerate(zip(shown, names, strict=True))
        for row in rows
    ]
    counted = [
        {"time": row["time_s"], "value": row["allocated_bytes"] / _MIB}
        for row in rows
        if known["live"] and row["allocated_bytes"] > row["live_bytes"]
    ]
    made = fill(
        "memory", {"parts": parts, "counted": counted}, designs=names, axis="time, s",
        quantity="resident, MiB", mode=mode,
    )  # fmt: skip
    if not counted:  # an empty layer would have an infinite extent
        made["layer"] = [one for one in made["layer"] if one["data"]["name"] != "counted"]
    return made


def memory_chart(watched: Watched, *, mode: Mode = "light") -> alt.LayerChart:
    """Return the chart of a watched process for a notebook.

    Parameters
    ----------
    watched : vmperf.alloc.Watched
        One of the ``processes`` of `vmperf.alloc.watch`.
    mode : {"light", "dark"}
        Background that the colours suit.

    Returns
    -------
    altair.LayerChart
        Resident memory as a stack: not the allocator's, freed but retained, live. A dashed line
        shows live bytes as counted where more is live than resident.

    Raises
    ------
    UnsupportedError
        Altair is not installed.

    Examples
    --------
    >>> from subprocess import run
    >>> import sys
    >>> command = ["preload", "--design", "libc", "--watch", "w.json", "--", sys.executable, "-V"]
    >>> start = "from vmperf.cli.main import main; main()"
    >>> _ = run([sys.executable, "-c", start, *command], check=True, capture_output=True)
    >>> chart = vmperf.plot.memory_chart(vmperf.alloc.watch("w.json").program)
    >>> type(chart).__name__
    'LayerChart'
    """
    chart = require("altair", "report").Chart
    made: alt.LayerChart = chart.from_dict(spec(watched, mode=mode))
    return made


def _thinned(rows: list[dict[str, float]]) -> list[dict[str, float]]:
    step = max(1, -(-len(rows) // _MOST_POINTS))
    stretches = (rows[i : i + step] for i in range(0, len(rows), step))
    return [max(some, key=lambda row: row["rss_bytes"]) for some in stretches]
