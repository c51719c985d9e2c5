"""Groups: what one process measures, and the order in which they come.

A group is all designs of one benchmark at one point of its other axes, interleaved in one process.
A benchmark that is declared ``isolated`` has groups of one design each: A B A B, as often as the
profile places buffers anew, so that process k of A has process k of B beside it.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from .._catalog.catalog import Value

__all__ = ["Axes", "Group", "Point", "grid", "ordered"]

Axes = dict[str, dict[str, tuple[Value, ...]]]


@dataclass(frozen=True, slots=True)
class Point:
    """Some designs of one benchmark at one point of all its other axes."""

    id: str
    params: dict[str, Value]
    designs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """What one process measures; `alone`: one of the many processes of an isolated benchmark."""

    id: str
    params: dict[str, Value]
    designs: tuple[str, ...]
    process: int
    alone: bool = False


def grid(axes: Axes) -> Iterator[Point]:
    """Yield each point of each benchmark's grid, with all its designs."""
    for id, values in axes.items():
        names = [*values][1:]
        designs = tuple(str(v) for v in values["design"])
        for point in itertools.product(*(values[name] for name in names)):
            yield Point(id, dict(zip(names, point, strict=True)), designs)


def ordered(
    points: Iterable[Point],
    *,
    processes: int,
    placements: int,
    isolated: Collection[str],
    seed: int,
) -> tuple[Group, ...]:
    """Return the groups of all points, shuffled within each process number.

    Parameters
    ----------
    points : iterable of Point
        What is measured.
    processes, placements : int
        Of the profile. A point of an isolated benchmark takes ``processes * placements``
        processes, numbered from 0.
    isolated : collection of str
        Ids of the benchmarks whose designs must not share a process.
    seed : int
        The same seed gives the same order in any process and on any machine.

    Returns
    -------
    tuple of Group
        The groups of an isolated point follow one another, designs in turn.
    """
    points = [*points]
    groups: list[Group] = []
    for process in range(processes):
        block = [*points]
        # Text seeds are hashed alike everywhere.
        random.Random(f"{seed}/{process}").shuffle(block)
        for point in block:
            if point.id in isolated:
                groups += _alternating(point, process * placements, placements)
            else:
                groups.append(Group(point.id, point.params, point.designs, process))
    return tuple(groups)


def _alternating(point: Point, first: int, n: int) -> Iterator[Group]:
    for process in range(first, first + n):
        for design in point.designs:
            yield Group(point.id, point.params, (design,), process, alone=True)
