"""What `vmperf trace info` prints of a trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .._trace.missing import MISSING
from ._console import duration, scaled, table

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["tables", "to_json"]

_BYTES = (("B", 1.0), ("KiB", 2.0**10), ("MiB", 2.0**20), ("GiB", 2.0**30), ("TiB", 2.0**40))
_BARS = " ▁▂▃▄▅▆▇█"


def size(value: float) -> str:
    """Return bytes with a unit."""
    return scaled(value, _BYTES)


def steps(value: float) -> str:
    """Return a time of a trace that knows the order of its operations alone."""
    return f"{value:.0f} steps"


def tables(found: Mapping[str, Any]) -> Iterable[Table | str]:
    """Yield the parts: what it is, counts, histograms, the curve."""
    is_made = found["source"] == "generated"  # whose times are meant as such
    time = steps if found["clock"] == "steps" and not is_made else duration
    yield f"{found['path']}: {found['source']} {found['command']}".rstrip()
    yield (
        f"  {found['n_ops']} operations of {found['n_threads']} threads in "
        f"{time(found['duration_ns'])} (clock: {found['clock']})"
    )
    kinds = ("malloc", "calloc", "realloc", "aligned", "free")
    yield "  " + ", ".join(f"{found[f'n_{kind}']} {kind}" for kind in kinds)
    yield (
        f"  most live: {size(found['peak_live_bytes'])} after {time(found['peak_time_ns'])}, "
        f"{found['peak_live_blocks']} blocks; never freed: {found['n_never_freed']} blocks, "
        f"{size(found['never_freed_bytes'])}"
    )
    yield (
        f"  freed by another thread: {found['n_handed_over']} blocks, "
        f"{size(found['handed_over_bytes'])}"
    )
    for name, words in MISSING.items():
        if found[name]:
            yield f"  {found[name]} {words}"
    yield f"  live bytes over time |{_bars(found['curve_live_bytes'])}|"
    yield _histogram("bytes asked for", found["sizes"], size)
    yield _histogram("lifetime", found["lifetimes"], time)


def _bars(values: Iterable[int]) -> str:
    heights = [int(value) for value in values]
    most = max(heights, default=0) or 1
    return "".join(_BARS[-(-value * (len(_BARS) - 1) // most)] for value in heights)


def _histogram(title: str, counts: Any, unit: Any) -> Table:
    total = int(counts.sum()) or 1
    rows = []
    below = 0
    for place, count in enumerate(counts.tolist()):
        if count:
            below += count
            least = 0 if place == 0 else 2 ** (place - 1)
            share, sum_ = (f"{100 * part / total:.1f} %" for part in (count, below))
            rows.append([unit(float(least)), str(count), share, sum_])
    return table([f">{title} from", ">count", ">share", ">up to here"], rows)


def to_json(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same with lists in place of arrays, histograms by their least value."""
    data = {
        name: value.tolist() if hasattr(value, "tolist") else value for name, value in found.items()
    }
    for name in ("sizes", "lifetimes"):
        data[name] = [
            {"from": 0 if place == 0 else 2 ** (place - 1), "count": count}
            for place, count in enumerate(data[name])
            if count
        ]
    return data
