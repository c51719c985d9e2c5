"""Campaigns: very many independent comparisons whose truth is known, to count what they say.

A campaign is a file of series (``benchmarks/campaign.toml``); its pairs go into a journal of lines
of JSON, one a pair, so that it can be stopped and gone on with at any time. Comparisons are made of
disjoint sets of pairs in the order taken, whatever they show. A journal may hold whole comparisons
too, of what has to be built for it.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .. import _core
from .._catalog.catalog import Value, get
from .._compare.arms import here
from .._compare.pair import run_pair, shape_of
from .._compare.settings import Settings, defaults
from .._compare.side import Task, task_at
from .._errors import invalid, near, trace_format
from .._files.toml_file import read_tables
from .._results.arrays import doubles
from .campaign_neighbour import NEIGHBOURS, neighbour

__all__ = [
    "Campaign",
    "Journal",
    "Series",
    "Taken",
    "Whole",
    "measure",
    "read_campaign",
    "read_journal",
    "take",
    "write_whole",
]

_KEYS = ("id", "benchmark", "params", "a", "b", "pairs", "comparisons", "neighbour")


@dataclass(frozen=True, slots=True)
class Series:
    """One benchmark and what is known of its two sides.

    Attributes
    ----------
    id, benchmark : str
        Group and name; what both sides run.
    params : tuple of dict
        Of side A and of side B.
    pairs, comparisons : int
        Of one comparison; how many comparisons.
    neighbour : str
        What runs beside: none, steady, bursty.
    """

    id: str
    benchmark: str
    params: tuple[dict[str, Value], dict[str, Value]]
    pairs: int
    comparisons: int
    neighbour: str = "none"

    @property
    def identical(self) -> bool:
        """Whether both sides run the same code."""
        return self.params[0] == self.params[1]

    @property
    def truth(self) -> float:
        """By how much B is slower, as a fraction."""
        a, b = (int(side.get("steps", 1)) for side in self.params)
        return b / a - 1


@dataclass(frozen=True, slots=True)
class Campaign:
    """The series of a file, the size of its simulated suite, the names of whole comparisons."""

    series: tuple[Series, ...]
    suite: dict[str, int]
    whole: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return what rows of the table may be called: series, their groups, the rest."""
        groups = (one.id.partition("/")[0] + "/" for one in self.series if one.identical)
        suite = ("suite/simulated",) if self.suite else ()
        ids = (one.id for one in self.series)
        return tuple(dict.fromkeys((*ids, *groups, *suite, *self.whole)))


@dataclass(frozen=True, slots=True)
class Taken:
    """One pair: its median log ratio and what it cost."""

    effect: float
    seconds: float
    disturbed: int


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole comparison: its verdict, its effect in time and in instructions (None: uncounted)."""

    verdict: str
    effect: float
    instr_effect: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Journal:
    """What was taken, by series, in the order taken."""

    pairs: dict[str, list[Taken]] = field(default_factory=dict)
    wholes: dict[str, list[Whole]] = field(default_factory=dict)


def read_campaign(path: Path) -> Campaign:
    """Read a campaign's file.

    Raises
    ------
    InvalidArgumentError
        An unknown key, benchmark, axis or value; a number out of range; an id that comes twice.
    TraceFormatError
        It is not TOML.
    """
    tables = read_tables(path, "series", argument="campaign", head=True)
    found: dict[str, Series] = {}
    for entry, place in tables.entries:
        for key in entry:
            if key not in _KEYS:
                raise place.at(key, invalid("key", repr(key), near(key, _KEYS)))
        one = _series(entry)
        if one.id in found:
            raise place.at("id", invalid("id", repr(one.id), "an id that is used once"))
        found[one.id] = one
    head = tables.head
    return Campaign(
        tuple(found.values()), dict(head.get("suite", {})), tuple(head.get("whole", ()))
    )


def _series(entry: Mapping[str, Any]) -> Series:
    benchmark = get(entry["benchmark"])
    base = {axis.name: axis.defaults[0] for axis in benchmark.axes}
    a, b = ({**base, **entry.get("params", {}), **entry.get(side, {})} for side in ("a", "b"))
    for name in {*a, *b}:
        benchmark.axis(name)
    one = Series(
        id=entry["id"],
        benchmark=benchmark.id,
        params=(a, b),
        pairs=entry["pairs"],
        comparisons=entry["comparisons"],
        neighbour=entry.get("neighbour", "none"),
    )
    if one.neighbour not in NEIGHBOURS:
        raise invalid("neighbour", repr(one.neighbour), ", ".join(NEIGHBOURS))
    if one.pairs < 3:
        raise invalid("pairs", one.pairs, "3 or more")
    return one


def read_journal(path: Path) -> Journal:
    """Return what a journal holds; nothing where there is no file.

    Raises
    ------
    TraceFormatError
        A line that is neither a pair nor a comparison; a last one cut short is left out.
    """
    found = Journal()
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


def _read_line(line: bytes, found: Journal) -> None:
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
        Series whose id starts with this.
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
    series: Sequence[Series]
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


def take(
    one: Series, number: int, *, seed: int, ops: dict[str, int], settings: Settings | None = None
) -> Taken:
    """Measure pair `number` of a series; `ops` keeps the batch that its first pair found."""
    settings = settings or defaults()
    rng = random.Random(f"{seed}/{one.id}/{number}")
    began = time.monotonic()
    tasks = tuple(_task(one, side, rng.getrandbits(63), seed) for side in (0, 1))
    pair = run_pair(
        (tasks[0], tasks[1]), shape_of(settings), number=number, timeout_s=60, n=ops.get(one.id)
    )
    ops[one.id] = pair.n
    effect = float(_core.stats.median(doubles(pair.log_ratios())))
    return Taken(effect, time.monotonic() - began, pair.disturbed)


def _task(one: Series, side: int, seed: int, data_seed: int) -> Task:
    cpu = _core.os.allowed_cpus()[-1]
    point = one.params[side]
    return task_at(here(), one.benchmark, point, seed=seed, data_seed=data_seed, cpu=cpu)


def _left(one: Series, done: Mapping[str, int]) -> int:
    return max(0, one.pairs * one.comparisons - done.get(one.id, 0))


def _cut_short_line(journal: Path) -> None:
    if journal.exists() and (text := journal.read_bytes()) and not text.endswith(b"\n"):
        journal.write_bytes(text[: text.rfind(b"\n") + 1])
