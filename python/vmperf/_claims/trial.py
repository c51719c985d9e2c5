"""A trial: one benchmark whose two sides differ by what is known, and what its comparisons say.

Comparisons are made of disjoint sets of pairs in the order taken, whatever they show.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .. import _core
from .._builds.source import here
from .._catalog.catalog import Value
from .._compare.pair import run_pair, shape_of
from .._compare.settings import Settings, defaults
from .._compare.side import Task, task_at
from .._compare.verdict import Evidence, Judged, judge
from .._results.arrays import doubles
from .noise import steps_of

__all__ = ["Taken", "Trial", "counts", "row_of", "shares", "take"]

_CONFIDENCE = 0.95  # of each bound of a share


@dataclass(frozen=True, slots=True)
class Trial:
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
    noise : str
        What is planted in the steps of each process: none, two_mode, drifting, outlying.
    """

    id: str
    benchmark: str
    params: tuple[dict[str, Value], dict[str, Value]]
    pairs: int
    comparisons: int
    neighbour: str = "none"
    noise: str = "none"

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
class Taken:
    """One pair: its median log ratio and what it cost."""

    effect: float
    seconds: float
    disturbed: int


def take(
    one: Trial, number: int, *, seed: int, ops: dict[str, int], settings: Settings | None = None
) -> Taken:
    """Measure pair `number` of a series; `ops` keeps the batch that its first pair found."""
    settings = settings or defaults()
    rng = random.Random(f"{seed}/{one.id}/{number}")
    began = time.monotonic()
    tasks = tuple(_task(one, side, rng, number, seed) for side in (0, 1))
    pair = run_pair(
        (tasks[0], tasks[1]), shape_of(settings), number=number, timeout_s=60, n=ops.get(one.id)
    )
    ops[one.id] = pair.n
    effect = float(_core.stats.median(doubles(pair.log_ratios())))
    return Taken(effect, time.monotonic() - began, pair.disturbed)


def _task(one: Trial, side: int, rng: random.Random, number: int, data_seed: int) -> Task:
    cpu = _core.os.allowed_cpus()[-1]
    seed = rng.getrandbits(63)
    point = one.params[side]
    if one.noise != "none":
        process = 2 * number + (side + number) % 2  # the side that starts first takes turns
        point = point | {"steps": steps_of(one.noise, random.Random(seed), process)}
    return task_at(here(), one.benchmark, point, seed=seed, data_seed=data_seed, cpu=cpu)


def row_of(one: Trial, taken: Sequence[Taken], settings: Settings) -> dict[str, Any]:
    """Return the row of a series from its pairs; what makes no whole comparison is left out."""
    judged = _judged(taken, one.pairs, settings)
    sets = len(judged)
    seconds = [t.seconds for t in taken[: sets * one.pairs]]
    whole = _judged(taken, settings.pairs, settings)
    params = {name: _both(one, name) for name in one.params[0] if name != "design"}
    return {
        "id": one.id,
        "benchmark": one.benchmark,
        "design": one.params[0]["design"],
        "params": params,
        "neighbour": one.neighbour,
        "noise": one.noise,
        "truth": one.truth,
        "pairs": one.pairs,
        **counts([found.verdict for found in judged]),
        "effect": float(_core.stats.mean(doubles([found.effect for found in judged]))),
        "seconds": sum(seconds) / sets,
        "default": {"pairs": settings.pairs, **counts([found.verdict for found in whole])},
    }


def _both(one: Trial, name: str) -> Any:
    a, b = (side[name] for side in one.params)
    return a if a == b else f"{a} against {b}"


def _judged(taken: Sequence[Taken], pairs: int, settings: Settings) -> list[Judged]:
    """Return what disjoint sets of pairs say, each a comparison of its own."""
    found = []
    for first in range(0, len(taken) - pairs + 1, pairs):
        effects = [t.effect for t in taken[first : first + pairs]]
        (one,) = judge([Evidence(effects, [0] * pairs)], settings)
        assert one is not None
        found.append(one)
    return found


def counts(verdicts: Sequence[str]) -> dict[str, Any]:
    """Return how many verdicts there are, and the share of each that is a change."""
    return shares(len(verdicts), verdicts.count("regressed"), verdicts.count("improved"))


def shares(comparisons: int, regressed: int, improved: int) -> dict[str, Any]:
    """Return the counts with the share of regressed and its bounds."""
    bounds = {
        side: _core.stats.binomial_bound(regressed, comparisons, confidence=_CONFIDENCE, side=word)[
            side
        ]
        if comparisons
        else None
        for side, word in (("low", "lower"), ("high", "upper"))
    }
    return {
        "comparisons": comparisons,
        "regressed": regressed,
        "improved": improved,
        "share": regressed / comparisons if comparisons else None,
        **bounds,
    }
