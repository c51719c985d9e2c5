"""One fresh pair of processes: both sides in turn on one CPU, batch by batch.

Both sides do equally many batches of equally many ops after equally much warm-up: an arm that works
more stays warmer, and identical code then looks tens of percent apart.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from typing import Any

from .._catalog.quantities import Metric
from .metric import value_of, words_of
from .settings import Settings
from .side import Dead, Side, Task

__all__ = ["Pair", "Shape", "run_pair", "seeds", "shape_of"]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a pair is measured; the same for all pairs of a comparison.

    Attributes
    ----------
    rounds : int
        Batches of each side.
    batch_ns : int
        About how long one batch is.
    warm_up_ns : int
        Of each side before the first round.
    layout : str
        Where data lies: ``random`` (each process its own seed), ``paired`` (both sides of a pair
        the same one), ``fixed`` (all processes the same one).
    aslr : bool
        Whether addresses are randomised.
    """

    rounds: int
    batch_ns: int
    warm_up_ns: int
    layout: str
    aslr: bool


def shape_of(settings: Settings) -> Shape:
    """Return the shape of the pairs that settings ask for."""
    return Shape(
        rounds=settings.rounds,
        batch_ns=settings.batch_us * 1000,
        warm_up_ns=settings.warm_up_ms * 1_000_000,
        layout=settings.layout,
        aslr=settings.aslr,
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """What a pair gave: nanoseconds per batch of n ops, side A and B round by round.

    `values` are those of the metric that was asked for.
    """

    n: int
    ns: tuple[tuple[int, ...], tuple[int, ...]]
    flags: tuple[tuple[int, ...], tuple[int, ...]]
    versions: tuple[str, str]
    instructions: tuple[float | None, float | None] = (None, None)
    instr_status: str = "not asked for"
    values: tuple[float | None, float | None] = (None, None)

    def log_ratios(self) -> list[float]:
        """Return log(B / A) of each round."""
        return [math.log(max(b, 1) / max(a, 1)) for a, b in zip(*self.ns, strict=True)]

    @property
    def disturbed(self) -> int:
        """Batches with a context switch, page fault or stolen time."""
        return sum(1 for side in self.flags for flag in side if flag)


def kept_pair(stored: Any) -> Pair | None:
    """Return a pair from what `asdict` made of it and JSON kept; None for None."""
    if stored is None:
        return None
    both = {name: tuple(map(tuple, stored[name])) for name in ("ns", "flags")}
    others = {name: tuple(stored[name]) for name in ("versions", "instructions", "values")}
    return Pair(**{**stored, **both, **others})


def seeds(shape: Shape, seed: int, number: int) -> tuple[int, int]:
    """Return the placement seeds of both sides of pair `number`."""
    if shape.layout == "fixed":
        number = 0
    rng = random.Random(f"{seed}/{number}")
    first, second = rng.getrandbits(63), rng.getrandbits(63)
    return (first, second) if shape.layout == "random" else (first, first)


def run_pair(
    tasks: tuple[Task, Task],
    shape: Shape,
    *,
    number: int,
    timeout_s: float,
    count: bool = False,
    n: int | None = None,
    metric: Metric | None = None,
) -> Pair:
    """Measure one pair.

    Parameters
    ----------
    tasks : tuple of Task
        Side A and side B.
    shape : Shape
        Rounds, batches, layout.
    number : int
        Which pair: odd ones start with side B.
    timeout_s : float
        How long an answer may take.
    count : bool
        Count instructions per op on both sides, after the rounds.
    n : int, optional
        Ops of a batch; by default about `batch_ns` of the slower side.
    metric : Metric, optional
        What both sides are asked for after the rounds.

    Raises
    ------
    Dead
        A side that died, hung or could not prove its work; the message says which.
    """
    tasks = _warm(tasks, shape)
    with Side(tasks[0], timeout_s=timeout_s) as a, Side(tasks[1], timeout_s=timeout_s) as b:
        sides = (a, b)
        first = number % 2
        _begin(sides, first)
        n = n or _batch_ops(sides, shape)
        ns: tuple[list[int], list[int]] = ([], [])
        flags: tuple[list[int], list[int]] = ([], [])
        told: tuple[list[Any], list[Any]] = ([], [])
        by_sample = metric.name if metric is not None and metric.scope == "sample" else ""
        for round_ in range(shape.rounds):
            for which in _order(round_, first):
                with _named(which):
                    took, flag, value = sides[which].batch(n, by_sample)
                ns[which].append(took)
                flags[which].append(flag)
                told[which].append(value)
        values = _values(sides, metric, told)
        _verify(sides)
        instructions, status = _instructions(sides) if count else ((None, None), "not asked for")
        return Pair(
            n=n,
            ns=(tuple(ns[0]), tuple(ns[1])),
            flags=(tuple(flags[0]), tuple(flags[1])),
            versions=(a.ready["version"], b.ready["version"]),
            instructions=instructions,
            instr_status=status,
            values=values,
        )


def failing_sides(tasks: tuple[Task, Task], shape: Shape, death: Dead, *, timeout_s: float) -> str:
    """Return which sides fail, ``A``, ``B`` or ``AB``, where one of them was seen to.

    The other one is run beside itself: what fails on both sides is no fault of a change.
    """
    if not death.side:
        return "AB"
    other = 1 - "AB".index(death.side)
    short = replace(shape, rounds=2)
    try:
        run_pair((tasks[other], tasks[other]), short, number=0, timeout_s=timeout_s)
    except Dead:
        return "AB"
    return death.side


def _warm(tasks: tuple[Task, Task], shape: Shape) -> tuple[Task, Task]:
    a, b = (replace(t, warm_up_ns=shape.warm_up_ns, aslr=shape.aslr) for t in tasks)
    return a, b


def _order(round_: int, first: int) -> tuple[int, int]:
    """A B B A A B B A: neither side is always the one that follows."""
    return (first, 1 - first) if round_ % 2 == 0 else (1 - first, first)


class _named:
    """Adds to a failure which side it was."""

    def __init__(self, which: int) -> None:
        self._which = which

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Dead):
            said = f"side {'AB'[self._which]}: {error}"
            raise Dead(error.status, said, side="AB"[self._which]) from None


def _begin(sides: tuple[Side, Side], first: int) -> None:
    # One after the other: calibrations side by side on one CPU would measure each other.
    for which in (first, 1 - first):
        with _named(which):
            sides[which].begin()
            sides[which].wait_ready()


def _batch_ops(sides: tuple[Side, Side], shape: Shape) -> int:
    """Equally many ops for both, about `batch_ns` of the slower side."""
    slower = max(float(side.ready["ns_per_op"]) for side in sides)
    most = min(int(side.ready["max_n"]) for side in sides)
    return max(1, min(most, round(shape.batch_ns / slower)))


def _verify(sides: tuple[Side, Side]) -> None:
    for which, side in enumerate(sides):
        with _named(which):
            if fault := side.ask("v"):
                raise Dead("unverified", str(fault))


def _values(
    sides: tuple[Side, Side], metric: Metric | None, told: tuple[list[Any], list[Any]]
) -> tuple[float | None, float | None]:
    """Return what a metric is on both sides: `told` are its values by sample, where it has them."""
    if metric is None:
        return None, None
    values = []
    for which, side in enumerate(sides):
        with _named(which):
            by_sample = metric.scope == "sample"
            answer = told[which] if by_sample else side.ask(words_of(metric))
            values.append(value_of(metric, answer))
    return values[0], values[1]


def _instructions(sides: tuple[Side, Side]) -> tuple[tuple[float | None, float | None], str]:
    counts = []
    for which, side in enumerate(sides):
        with _named(which):
            counts.append(side.ask("i"))
    return (counts[0][0], counts[1][0]), counts[0][1] if counts[0][0] is None else counts[1][1]
