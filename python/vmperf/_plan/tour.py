"""The tour: what a run without a pattern measures, in a time that does not grow with components.

Benchmarks tagged ``headline`` at the first of their default values. The more there are, the fewer
values of each axis, then the fewer benchmarks of each component are taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .._catalog.catalog import Benchmark
from .._catalog.catalog import list as listed
from .budget import GROUP_S, least_s
from .groups import Axes, grid

__all__ = ["HEADLINE", "MOST_PER_COMPONENT", "TOUR_S", "choose", "headlines"]

TOUR_S = 150.0
HEADLINE = "headline"
MOST_PER_COMPONENT = 4
_MOST_VALUES = 3
_CASE_S = 0.6  # with fewer seconds for a case, points are left out


def headlines() -> tuple[Benchmark, ...]:
    """Return the benchmarks of the tour, in order of declaration."""
    return tuple(b for b in listed() if HEADLINE in b.tags)


def choose(
    axes_of: Callable[[tuple[Benchmark, ...]], Axes], named: set[str], budget_s: float
) -> Axes:
    """Return the axes of the tour.

    Parameters
    ----------
    axes_of : callable
        Gives the values of all axes of benchmarks, id -> axis -> values; benchmarks that have none
        of the wanted designs are left out.
    named : set of str
        Axes whose values the caller has named: they stay whole.
    budget_s : float
        Seconds for the tour.

    Returns
    -------
    dict
        The most points that leave each case a fair time; at the very least one point of one
        benchmark per component.
    """
    candidates = [*_candidates(axes_of, named)]
    for axes, full in candidates[:-1]:
        n_groups, n_cases = _size(axes)
        needed_s = n_groups * GROUP_S + n_cases * _CASE_S if full else least_s(n_groups, n_cases)
        if needed_s <= budget_s:
            return axes
    return candidates[-1][0]


def _candidates(
    axes_of: Callable[[tuple[Benchmark, ...]], Axes], named: set[str]
) -> Iterator[tuple[Axes, bool]]:
    """Yield choices, the largest first; True where each case wants its full time."""
    for n_values in range(_MOST_VALUES, 0, -1):
        yield _cut(axes_of(headlines()), named, n_values), True
    for n_benchmarks in range(MOST_PER_COMPONENT, 0, -1):
        yield _cut(axes_of(_first(n_benchmarks)), named, 1), False


def _first(n: int) -> tuple[Benchmark, ...]:
    """Return the first headlines of each component."""
    taken: dict[str, int] = {}
    found = []
    for benchmark in headlines():
        taken[benchmark.component] = taken.get(benchmark.component, 0) + 1
        if taken[benchmark.component] <= n:
            found.append(benchmark)
    return tuple(found)


def _cut(axes: Axes, named: set[str], n_values: int) -> Axes:
    """Return the axes with so many values at most, but for designs and what is named."""
    return {
        id: {
            axis: values if axis == "design" or axis in named else values[:n_values]
            for axis, values in mine.items()
        }
        for id, mine in axes.items()
    }


def _size(axes: Axes) -> tuple[int, int]:
    points = [*grid(axes)]
    return len(points), sum(len(point.designs) for point in points)
