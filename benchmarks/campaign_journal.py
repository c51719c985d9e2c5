"""The journal of a campaign: lines of JSON, a pair each, stopped and gone on with at any time.

It may hold whole comparisons too, of what has to be built for them.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from campaign_neighbour import neighbour
from vmperf._claims.campaign import NEIGHBOURS, Campaign
from vmperf._claims.trial import Taken, Trial, take
from vmperf._errors import invalid, near, trace_format

__all__ = ["Collected", "Whole", "measure", "read_journal", "write_whole"]


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole comparison: its verdict, its effect in time and in instructions (None: uncounted)."""

    verdict: str
    effect: float
    instr_effect: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Collected:
    """What was taken, by series, in the order taken."""

    pairs: dict[str, list[Taken]] = field(default_factory=dict)
    wholes: dict[str, list[Whole]] = field(default_factory=dict)


def read_journal(path: Path) -> Collected:
    """Return what a journal holds; nothing where there is no file.

    Raises
    ------
    TraceFormatError
        A line that is neither a pair nor a comparison; a last one cut short is left out.
    """
    found = Collected()
    offset = 0
    for line in path.read_bytes().splitlines(keepends=True) if path.exists() else []:
        try:
            _read_line(line, found)
        except (ValueError, KeyError, TypeError):
            if not line.endswith(b"\n"):
                break  # the end of its process came first: taken anew
            raise trace_format(str(path), offset, "a line that is no part of a campaign") from None
        offset += len(line)
    return found


def _read_line(line: bytes, found: Collected) -> None:
    one = json.loads(line)
    effect, seconds = float(one["effect"]), float(one["seconds"])
    if "verdict" in one:
        instr = one["instr_effect"]
        whole = Whole(one["verdict"], effect, None if instr is None else float(instr), seconds)
        found.wholes.setdefault(one["series"], []).append(whole)
    else:
        taken = Taken(effect, seconds, int(one["disturbed"]))
        found.pairs.setdefault(one["series"], []).append(taken)


def write_whole(journal: Path, series: str, whole: Whole) -> None:
    """Append a whole comparison to a journal."""
    _cut_short_line(journal)
    with journal.open("a", encoding="utf-8") as out:
        out.write(json.dumps({"series": series, **asdict(whole)}) + "\n")


def measure(
    campaign: Campaign,
    journal: Path,
    *,
    only: str = "",
    seconds: float = math.inf,
    seed: int = 0,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Take pairs until every series has what it needs, or time is up.

    Parameters
    ----------
    campaign : Campaign
        What to measure.
    journal : path
        Written to, and gone on with where it exists.
    only : str
        Trial whose id starts with this.
    seconds : float
        For this call.
    seed : int
        Of the data layouts.
    tell : callable
        Told about every ten seconds how far it is.
    """
    chosen = [one for one in campaign.series if one.id.startswith(only)]
    if not chosen:
        raise invalid("only", repr(only), near(only, [one.id for one in campaign.series]))
    done = {name: len(taken) for name, taken in read_journal(journal).pairs.items()}
    _cut_short_line(journal)
    end = time.monotonic() + seconds
    for beside in NEIGHBOURS:
        series = [one for one in chosen if one.neighbour == beside]
        with ExitStack() as stack, journal.open("a", encoding="utf-8") as out:
            if any(_left(one, done) for one in series):
                stack.enter_context(neighbour(beside))
            _take_all(_Taking(series, done, out, end, seed, tell))


@dataclass(slots=True)
class _Taking:
    series: Sequence[Trial]
    done: dict[str, int]
    out: Any
    end: float
    seed: int
    tell: Callable[[str], None]
    ops: dict[str, int] = field(default_factory=dict)


def _take_all(taking: _Taking) -> None:
    """Take a pair of the series that is furthest behind, again and again: all share the hours."""
    told = 0.0
    while time.monotonic() < taking.end:
        behind = [one for one in taking.series if _left(one, taking.done)]
        if not behind:
            return
        one = min(behind, key=lambda s: taking.done.get(s.id, 0) / (s.pairs * s.comparisons))
        number = taking.done.get(one.id, 0)
        taken = take(one, number, seed=taking.seed, ops=taking.ops)
        line = {"series": one.id, "effect": taken.effect, "seconds": round(taken.seconds, 4)}
        taking.out.write(json.dumps({**line, "disturbed": taken.disturbed}) + "\n")
        taking.done[one.id] = number + 1
        if time.monotonic() - told > 10:
            told = time.monotonic()
            taking.out.flush()
            left = sum(_left(s, taking.done) for s in taking.series)
            taking.tell(f"{one.neighbour}: {left} pairs left of {len(taking.series)} series")


def _left(one: Trial, done: Mapping[str, int]) -> int:
    return max(0, one.pairs * one.comparisons - done.get(one.id, 0))


def _cut_short_line(journal: Path) -> None:
    if journal.exists() and (text := journal.read_bytes()) and not text.endswith(b"\n"):
        journal.write_bytes(text[: text.rfind(b"\n") + 1])
