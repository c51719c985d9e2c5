"""Which allocator for this trace: the front of time against memory, and a sentence with evidence.

A pure function of times by round and of memory, so that it is tested with figures that were never
measured. What an interval cannot tell apart counts as alike; among what is alike the one that
retains least is taken, and where nothing stands out the present allocator stays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .figures import Times, compared, typical

__all__ = ["Candidate", "Recommendation", "evidence", "recommend"]

ALIKE = 1.02  # times within two per cent are alike whatever the interval says
MEMORY_ALIKE = 1.05
_MEMORY_FLOOR = 1 << 20  # bytes that processes differ by, whatever they do


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of one allocator on one trace.

    Parameters
    ----------
    design : str
        Its name.
    times : Times
        Per op of each round.
    retained_bytes : float
        Resident after the last op, above the start.
    peak_bytes : float
        The most at once.
    page_faults : float
        Of the whole replay.
    p99_9_ns : float or None
        Of the delays of single ops, where they were stamped.
    """

    design: str
    times: Times
    retained_bytes: float
    peak_bytes: float = 0.0
    page_faults: float = 0.0
    p99_9_ns: float | None = None

    @property
    def ns(self) -> float:
        """The net time per op that stands for all rounds."""
        return typical(self.times.net_ns, least=-math.inf)["median"]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The answer and what it stands on.

    Attributes
    ----------
    design : str or None
        The allocator to take; None where there is nothing to choose from.
    text : str
        The answer in sentences, with its evidence.
    clear : bool
        Whether it differs from the reference by more than the noise.
    front : tuple of str
        Designs than which no other is both faster and smaller, fastest first.
    against : dict
        By design, the ratio of its time to that of the chosen one: ratio, low, high; of "net"
        times or of "gross" ones.
    """

    design: str | None
    text: str
    clear: bool = False
    front: tuple[str, ...] = ()
    against: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text


def recommend(
    candidates: Sequence[Candidate], reference: str, *, n_ops: int = 0, recorded_ns: float = 0.0
) -> Recommendation:
    """Choose an allocator.

    Parameters
    ----------
    candidates : sequence of Candidate
        Those that replayed the trace without a fault, with as many rounds each.
    reference : str
        What the program has now; it is kept where nothing is clearly better.
    n_ops, recorded_ns : number, optional
        Of the trace, to say what a gain is of the program's time.

    Returns
    -------
    Recommendation
        Its text names the evidence.
    """
    if not candidates:
        return Recommendation(None, "No allocator replayed the trace: there is nothing to choose.")
    by_name = {one.design: one for one in candidates}
    front = _front(candidates)
    if len(candidates) == 1:
        only = candidates[0].design
        return Recommendation(only, f"Only {only} replayed the trace: there is no choice.",
                              front=front)  # fmt: skip
    chosen = _choose(candidates, by_name.get(reference))
    against = {
        one.design: compared(one.times, chosen.times) for one in candidates if one is not chosen
    }
    now = by_name.get(reference)
    sentences = [_headline(chosen, now, candidates, against)]
    if now is not None and now is not chosen:
        sentences += _evidence(chosen, now, against[now.design])
        sentences += _share(chosen, now, n_ops, recorded_ns)
    sentences += _otherwise(chosen, candidates, front, against)
    clear = now is not None and now is not chosen and _clear(chosen, now)
    return Recommendation(chosen.design, " ".join(sentences), clear, front, against)


def _front(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    found: list[Candidate] = []
    for one in sorted(candidates, key=lambda c: (c.ns, c.retained_bytes)):
        if not found or one.retained_bytes < found[-1].retained_bytes:
            found.append(one)
    return tuple(one.design for one in found)


def _slower(a: Candidate, b: Candidate) -> bool:
    """Whether a takes more time than b by more than the noise."""
    found = compared(a.times, b.times)
    return bool(found["low"] > 1 and found["ratio"] > ALIKE)


def _heavier(a: Candidate, b: Candidate) -> bool:
    """Whether a retains more than b by more than processes differ anyway."""
    floor = b.retained_bytes + _MEMORY_FLOOR
    return a.retained_bytes > floor and a.retained_bytes > MEMORY_ALIKE * b.retained_bytes


def _clear(better: Candidate, than: Candidate) -> bool:
    return _slower(than, better) or _heavier(than, better)


def _choose(candidates: Sequence[Candidate], now: Candidate | None) -> Candidate:
    fastest = min(candidates, key=lambda c: c.ns)
    alike = [one for one in candidates if not _slower(one, fastest)]
    smallest = min(alike, key=lambda c: c.retained_bytes)
    light = [one for one in alike if not _heavier(one, smallest)]
    if now in light:
        return now  # nothing is clearly better
    return min(light, key=lambda c: c.ns)


def _headline(
    chosen: Candidate, now: Candidate | None, candidates: Sequence[Candidate],
    against: dict[str, dict[str, Any]],
) -> str:  # fmt: skip
    if now is chosen:
        near = [one for one in candidates if one is not chosen and not _clear(chosen, one)]
        if len(near) == len(candidates) - 1:
            return f"Stay with {chosen.design}: the differences are within the noise."
        return f"Stay with {chosen.design}: no other is faster or smaller by more than the noise."
    others = [one for one in candidates if one is not chosen]
    nearest = min(others, key=lambda one: one.ns)
    if not _slower(nearest, chosen):
        same = f"as fast as {nearest.design} within the noise" + (
            f", and retains {_mib(chosen.retained_bytes)} instead of {_mib(nearest.retained_bytes)}"
            if _heavier(nearest, chosen)
            else ""
        )
        return f"Take {chosen.design}: it is {same}."
    words = _interval(against[nearest.design])
    return f"Take {chosen.design}: {nearest.design}, the next in time, takes {words} of its time."


def _evidence(chosen: Candidate, now: Candidate, found: dict[str, Any]) -> list[str]:
    lines = [
        f"Against {now.design}: {chosen.ns:.1f} ns an op instead of {now.ns:.1f} "
        f"({now.design} takes {_interval(found)} of its time), "
        f"{_mib(chosen.retained_bytes)} retained instead of {_mib(now.retained_bytes)}, "
        f"{_mib(chosen.peak_bytes)} at most instead of {_mib(now.peak_bytes)}, "
        f"{chosen.page_faults:,.0f} page faults instead of {now.page_faults:,.0f}."
    ]
    if _heavier(chosen, now):
        more = chosen.retained_bytes / max(1.0, now.retained_bytes)
        lines.append(f"It buys the time with memory: {more:.2f} times that of {now.design}.")
    return lines


def _share(chosen: Candidate, now: Candidate, n_ops: int, recorded_ns: float) -> list[str]:
    if n_ops == 0 or recorded_ns <= 0 or not _slower(now, chosen):
        return []
    saved = (now.ns - chosen.ns) * n_ops
    share = saved / recorded_ns
    return [f"That is {saved / 1e9:.3g} s of the {recorded_ns / 1e9:.3g} s that were recorded "
            f"({100 * share:.1f} %)."]  # fmt: skip


def _otherwise(
    chosen: Candidate, candidates: Sequence[Candidate], front: Sequence[str],
    against: dict[str, dict[str, Any]],
) -> list[str]:  # fmt: skip
    """When it would be another."""
    by_name = {one.design: one for one in candidates}
    lines = []
    smaller = [by_name[name] for name in front if _heavier(chosen, by_name[name])]
    if smaller:
        least = min(smaller, key=lambda one: one.retained_bytes)
        lines.append(
            f"If memory counts for more: {least.design} retains {_mib(least.retained_bytes)} at "
            f"{_interval(against[least.design])} of its time."
        )
    faster = [by_name[name] for name in front if _slower(chosen, by_name[name])]
    if faster:
        first = min(faster, key=lambda one: one.ns)
        lines.append(
            f"If time alone counts: {first.design}, at {_interval(against[first.design])} of its "
            f"time and {_mib(first.retained_bytes)}."
        )
    known = [one for one in candidates if one.p99_9_ns is not None]
    calm = min(known, key=lambda one: one.p99_9_ns or 0.0, default=None)
    if (
        calm is not None
        and calm is not chosen
        and chosen.p99_9_ns is not None
        and (calm.p99_9_ns or 0.0) * 1.25 < chosen.p99_9_ns
    ):
        lines.append(
            f"If rare delays count: {calm.design}, whose p99.9 is {calm.p99_9_ns:.0f} ns against "
            f"{chosen.p99_9_ns:.0f}."
        )
    return lines


def _interval(found: dict[str, Any]) -> str:
    beside = "" if found["of"] == "net" else ", the loop's own time in both"
    if found["high"] == float("inf"):
        return f"{found['ratio']:.2f} times (one round: no interval{beside})"
    return f"{found['ratio']:.2f} times ({found['low']:.2f} to {found['high']:.2f}{beside})"


def _mib(size: float) -> str:
    return f"{size / (1 << 20):.1f} MiB"


def evidence(found: Recommendation) -> dict[str, Any]:
    """Return the recommendation as plain data."""
    return {
        "design": found.design,
        "text": found.text,
        "clear": found.clear,
        "front": list(found.front),
        "against": found.against,
    }
