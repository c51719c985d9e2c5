"""From the records of processes to the figures of a row: time, memory, delays, each with intervals.

Rounds are independent: each has a process of its own for every design, one after the other, so a
ratio of two designs is taken within rounds. All statistics are those of `vmperf.stats`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import _core

if TYPE_CHECKING:
    from .process import Record

__all__ = ["CLASSES", "NULL", "PERCENTILES", "Times", "compared", "figures", "is_resolved",
           "merged", "net_ns", "op_ns", "ratio", "typical"]  # fmt: skip

NULL = "null"
CLASSES = ("malloc_small", "malloc_large", "calloc", "realloc", "aligned", "free")
PERCENTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99_9": 0.999, "p99_99": 0.9999}
_MEMORY = ("peak_bytes", "end_bytes", "freed_bytes", "purged_bytes", "loaded_bytes", "page_faults")


@dataclass(frozen=True, slots=True)
class Times:
    """Times per op of one design by round, in ns: without what the loop takes, and with it."""

    net_ns: Sequence[float]
    gross_ns: Sequence[float]


def op_ns(record: Mapping[str, Any]) -> float:
    """Return the time of one op, the loop's own included, in ns.

    CPU time where one thread did all without a pause: a busy machine adds nothing to that. Else
    what passed in ops.
    """
    total = record["ns_total"] if record["n_threads"] > 1 or record["paced"] else record["cpu_ns"]
    return float(total) / int(record["n_ops"])


def net_ns(records: Sequence[Record], null: Sequence[Record]) -> list[float]:
    """Return the time per op of each round without what the loop takes, in ns.

    What the loop takes is the least of all rounds, as noise only adds to it. A difference may be
    negative: then noise is more than what the allocator takes, and nothing is cut off to hide it.
    """
    loop = min(map(op_ns, null))
    return [op_ns(one) - loop for one in records]


def typical(values: Sequence[float], *, least: float = 0.0) -> dict[str, float]:
    """Return the median over rounds with its interval; of one round that value alone.

    No interval reaches below `least`: zero, but for a difference minus infinity.
    """
    import numpy as np

    if len(values) == 1:
        only = float(values[0])
        return {"median": only, "low": only, "high": only}
    given = np.asarray(values, dtype=np.float64)
    found = _core.stats.location_intervals(given, np.arange(len(given)))["median"]
    low = found["low"] if min(values) < least else max(least, found["low"])
    return {"median": found["estimate"], "low": low, "high": found["high"]}


def is_resolved(net_ns: Sequence[float]) -> bool:
    """Whether net times stand clear of the loop's noise: no part of their interval is below 0."""
    return typical(net_ns, least=-math.inf)["low"] > 0 and min(net_ns) > 0


def compared(a: Times, b: Times) -> dict[str, Any]:
    """Return how many times b's time a takes: of net times where both are resolved, else of gross.

    A quotient of differences that may be zero says nothing; with the loop's own time in both it is
    nearer to 1 than the truth, and ``of`` says so.
    """
    if is_resolved(a.net_ns) and is_resolved(b.net_ns):
        return {**ratio(a.net_ns, b.net_ns), "of": "net"}
    return {**ratio(a.gross_ns, b.gross_ns), "of": "gross"}


def ratio(a: Sequence[float], b: Sequence[float]) -> dict[str, float]:
    """Return how many times b's time a takes, by rounds; of one round without an interval."""
    import numpy as np

    if len(a) == 1:
        return {"ratio": a[0] / b[0], "low": 0.0, "high": float("inf")}
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    return _core.stats.paired_ratio(first, second, np.arange(len(first)))


def figures(
    timed: Sequence[Record], null: Sequence[Record], stamped: Sequence[Record],
    null_stamped: Sequence[Record],
) -> dict[str, Any]:  # fmt: skip
    """Return the figures of one design over all rounds."""
    found: dict[str, Any] = {
        "ns_per_op": typical(net_ns(timed, null), least=-math.inf),
        "gross_ns_per_op": typical([*map(op_ns, timed)]),
        "wall_ns": typical([one["wall_ns"] for one in timed]),
        "cpu_ns": typical([one["cpu_ns"] for one in timed]),
        "n_ops": timed[0]["n_ops"],
        "n_failed": max(one["n_failed"] for one in timed),
    }
    for name in _MEMORY:
        found[name] = typical([float(one[name]) for one in timed])
    found["classes"] = _classes(stamped, null_stamped)
    found["latency_ns"] = _percentiles(stamped)
    return found


def _classes(stamped: Sequence[Record], null: Sequence[Record]) -> dict[str, Any]:
    found = {}
    for name in CLASSES:
        n_ops = stamped[0]["classes"][name]["n_ops"] if stamped else 0
        if n_ops == 0:
            continue
        loop = min(one["classes"][name]["ns_total"] for one in null)
        times = [(one["classes"][name]["ns_total"] - loop) / n_ops for one in stamped]
        delays = merged(stamped, [name])
        found[name] = {"n_ops": n_ops, "ns_per_op": typical(times, least=-math.inf),
                       **_quantiles(delays)}  # fmt: skip
    return found


def _percentiles(stamped: Sequence[Record]) -> dict[str, float | None]:
    return _quantiles(merged(stamped, CLASSES)) if stamped else {}


def _quantiles(histogram: _core.stats.Histogram | None) -> dict[str, float | None]:
    if histogram is None or histogram.count == 0:
        return {}
    n = histogram.count
    # A quantile with fewer than ten records beyond it is chance.
    return {
        name: float(histogram.quantile(q)) if n * (1 - q) >= 10 else None
        for name, q in PERCENTILES.items()
    } | {"max": float(histogram.max)}


def merged(
    stamped: Sequence[Mapping[str, Any]], classes: Sequence[str]
) -> _core.stats.Histogram | None:
    """Return the delays of some classes of ops over all rounds; None where none was stamped."""
    total = None
    for record in stamped:
        for name in classes:
            blob = record["classes"][name]["latency"]
            if not blob:
                continue
            one = _core.stats.Histogram.from_bytes(blob)
            if total is None:
                total = one
            else:
                total.merge(one)
    return total
