"""Where the memory of a watched program went, as a table."""

from __future__ import annotations

import math
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._json import write_json

if TYPE_CHECKING:
    from vmperf._alloc.watch import Watched

__all__ = ["show_watch"]

_SIZES = (("B", 1.0), ("KiB", 2.0**10), ("MiB", 2.0**20), ("GiB", 2.0**30))
_PARTS = ("rss", "live", "retained", "other")
_MOST_LINES = 12  # of a table over time; the page draws all samples


def show_watch(file: Path, json_path: str | None) -> None:
    """Print the processes of a watch, or write them as JSON with all samples."""
    from vmperf._alloc.watch import watch

    from ._console import console, say, table

    found = watch(file)
    if json_path is not None:
        write_json(json_path, [_plain(one) for one in found.processes])
    if json_path == "-":
        return
    out = console()
    for one in found.processes:
        state = "" if one.has_ended else "; did not end by itself, or runs still"
        say(out, f"{one.process_id}: {' '.join(one.command.split())}{state}")
        say(out, f"  allocator: {one.allocator} {one.version} ({one.library})")
        say(out, f"  live: {one.live_is}; held: {one.held_is}")
        for name, value in one.settings.items():
            say(out, f"  {name}={value}")
        lines = [[_seconds(row), *_sizes(row)] for row in _few(one)]
        say(out, table([">s", ">in memory", ">live", ">retained", ">not its own"], lines))
    path = shlex.quote(str(file))
    say(out, f"next: vmperf report {path}")


def _few(one: Watched) -> list[dict[str, float]]:
    """Return some samples: first and last, the one with the most in memory, others between."""
    rows = one.rows()
    step = max(1, -(-len(rows) // _MOST_LINES))
    peak = max(range(len(rows)), key=lambda i: rows[i]["rss_bytes"], default=0)
    return [rows[i] for i in sorted({*range(0, len(rows), step), peak, len(rows) - 1}) if rows]


def _seconds(row: dict[str, float]) -> str:
    return f"{row['time_s']:.2f}"


def _sizes(row: dict[str, float]) -> list[str]:
    from ._console import scaled

    values = [row[f"{part}_bytes"] for part in _PARTS]
    return ["unknown" if math.isnan(value) else scaled(value, _SIZES) for value in values]


def _plain(one: Watched) -> dict[str, Any]:
    names = ("process_id", "command", "allocator", "version", "library", "settings", "live_is",
             "held_is", "has_ended")  # fmt: skip
    return {name: getattr(one, name) for name in names} | {"samples": one.rows()}
