"""From patterns, designs and axes to ordered groups that a runner can measure.

A group is all designs of one benchmark at one point of its other axes, measured interleaved in one
process. Groups are shuffled within each process number; the same seed gives the same order in any
process and on any machine.
"""

from __future__ import annotations

import functools
import itertools
import random
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from . import _core
from ._axes import point_values
from ._budget import CASE_OVERHEAD_S, LEAST_CASE_S, split
from ._catalog import Benchmark, Value, get, select
from ._errors import invalid, near
from ._own_code import design_words, enter_designs, versions

__all__ = ["PROFILES", "Group", "Plan", "Point", "Profile", "make_plan", "plan_points"]

_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Profile:
    """How long and how often a case is measured. Times are per design, in nanoseconds.

    Linear sampling is a wish: for large work the native schedule takes 20 flat samples.
    """

    name: str
    warm_up_ns: int
    measurement_ns: int
    n_samples: int
    sampling: str
    n_placements: int
    processes: int


_CRITERION = Profile("criterion", 3 * _SECOND, 10 * _SECOND, 100, "linear", 10, 1)
PROFILES = {
    p.name: p
    for p in (
        Profile("quick", _SECOND // 10, 3 * _SECOND // 10, 30, "flat", 5, 1),
        _CRITERION,
        replace(_CRITERION, name="thorough", processes=5),
    )
}


@dataclass(frozen=True, slots=True)
class Group:
    """All designs of one benchmark at one point, in one process."""

    id: str
    params: dict[str, Value]
    designs: tuple[str, ...]
    process: int


@dataclass(frozen=True, slots=True)
class Point:
    """Some designs of one benchmark at one point of all its other axes."""

    id: str
    params: dict[str, Value]
    designs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run measures, in order, and how.

    Attributes
    ----------
    benchmarks : tuple of Benchmark
        What is measured.
    axes : dict
        Benchmark id -> axis -> values, ``design`` first.
    groups : tuple of Group
        In the order of measurement.
    settings : dict
        What each measuring call gets, with ``profile``, ``budget_s``, ``processes``, ``isolated``.
    command : str
        The exact command that does the same.
    points : tuple of Point, optional
        Where only some points of the grid of `axes` are measured: these.
    reference : str, optional
        The design that ratios refer to, unless a reader chooses another.
    """

    benchmarks: tuple[Benchmark, ...]
    axes: dict[str, dict[str, tuple[Value, ...]]]
    groups: tuple[Group, ...]
    settings: dict[str, Any]
    command: str
    points: tuple[Point, ...] | None = None
    reference: str | None = None

    @property
    def n_cases(self) -> int:
        """Number of cases: groups times their designs."""
        return sum(len(g.designs) for g in self.groups)

    @property
    def estimated_s(self) -> float:
        """Seconds that the run should take; designs that are not here take none."""
        runnable = functools.cache(_runnable)
        return sum(self.seconds(sum(map(runnable(g.id), g.designs))) for g in self.groups)

    def seconds(self, n_designs: int) -> float:
        """Return the time that a group of so many designs should take."""
        measured: float = (self.settings["warm_up_ns"] + self.settings["measurement_ns"]) / _SECOND
        return n_designs * (measured + CASE_OVERHEAD_S)

    def identity(self) -> dict[str, Any]:
        """Return what must be the same for a run to be resumed, ready for JSON."""
        whole: dict[str, Any] = {
            "version": _core.__version__,
            "settings": self.settings,
            "benchmarks": {
                id: {axis: [*values] for axis, values in axes.items()}
                for id, axes in self.axes.items()
            },
        }
        own = versions(str(v) for axes in self.axes.values() for v in axes["design"])
        if own:
            whole["own_designs"] = own
        if self.points is not None:
            whole["points"] = [[p.id, p.params, [*p.designs]] for p in self.points]
        return whole


def make_plan(
    patterns: Iterable[str],
    *,
    profile: str = "quick",
    budget_s: float | None = None,
    designs: Iterable[str] | None = None,
    params: Mapping[str, Any] | None = None,
    seed: int = 0,
    isolated: bool = True,
    dense: bool = False,
) -> Plan:
    """Build the plan of a run.

    Parameters
    ----------
    patterns : iterable of str
        Which benchmarks; each pattern must match.
    profile : str
        A key of `PROFILES`.
    budget_s : float, optional
        Seconds for the whole run, shared over all cases.
    designs : iterable of str, optional
        Only these; a benchmark that has none of them is left out. ``NAME=PATH[:PREFIX]`` enters a
        library of C functions as design NAME first.
    params : mapping, optional
        Axis -> one value, several, or ``"*"`` for all declared; other axes take their defaults.
    seed : int
        Decides order, placement and data, 0 <= seed < 2**64.
    isolated : bool
        Whether groups run in worker processes.
    dense : bool
        Axes that are not named take all their values instead of their defaults.

    Returns
    -------
    Plan
        Deterministic in its arguments and the registry.

    Raises
    ------
    InvalidArgumentError
        Unknown pattern, profile, design, axis or value; a budget that is too small.
    """
    patterns = [*patterns]
    params = dict(params or {})
    named = params.pop("design", None)
    designs = _names(designs) if designs is not None else _names(named) if named else None
    designs = None if designs is None else enter_designs(designs)
    chosen = _check_profile(profile, seed, isolated)
    axes = _axes_of(select(patterns), designs, params, dense=dense)
    benchmarks = tuple(b for b in select(patterns) if b.id in axes)
    groups = _ordered_groups(axes, chosen.processes, seed)
    settings = _settings(chosen, groups, budget_s=budget_s, seed=seed, isolated=isolated)
    given = {} if dense else {a: _names(v) for a, v in params.items()}
    if dense:
        (benchmark,) = benchmarks
        given = {a: [*v] for a, v in axes[benchmark.id].items() if a != "design"}
    command = _command(patterns, settings, designs, given)
    return Plan(benchmarks, axes, groups, settings, command)


def plan_points(
    points: Iterable[Point], profile: Profile, *, budget_s: float | None, seed: int, command: str
) -> Plan:
    """Build the plan of single points with designs of their own, each in a fresh process.

    Parameters
    ----------
    points : iterable of Point
        What to measure; values as the axes have them, each benchmark and params once.
    profile : Profile
        How long, how often and in how many processes.
    budget_s : float, optional
        Seconds for the whole run, shared over all cases.
    seed : int
        Decides order, placement and data, 0 <= seed < 2**64.
    command : str
        What does the same on the command line.

    Returns
    -------
    Plan
        Its axes are the smallest grid that holds the points.

    Raises
    ------
    InvalidArgumentError
        A seed out of range; a budget that is too small.
    """
    points = tuple(points)
    _check_seed(seed)
    axes: dict[str, dict[str, tuple[Value, ...]]] = {}
    for point in points:
        mine = axes.setdefault(point.id, {})
        for axis, values in {
            "design": point.designs,
            **{a: (v,) for a, v in point.params.items()},
        }.items():
            mine[axis] = tuple(dict.fromkeys([*mine.get(axis, ()), *values]))
    groups: list[Group] = []
    for process in range(profile.processes):
        block = [Group(p.id, p.params, p.designs, process) for p in points]
        groups += _shuffled(block, seed, process)
    settings = _settings(profile, tuple(groups), budget_s=budget_s, seed=seed, isolated=True)
    benchmarks = tuple(get(id) for id in axes)
    return Plan(benchmarks, axes, tuple(groups), settings, command, points)


def _settings(
    profile: Profile,
    groups: tuple[Group, ...],
    *,
    budget_s: float | None,
    seed: int,
    isolated: bool,
) -> dict[str, Any]:
    settings = {
        "profile": profile.name,
        "budget_s": None if budget_s is None else float(budget_s),
        "warm_up_ns": profile.warm_up_ns,
        "measurement_ns": profile.measurement_ns,
        "n_samples": profile.n_samples,
        "sampling": profile.sampling,
        "n_placements": profile.n_placements,
        "processes": profile.processes,
        "seed": seed,
        "isolated": isolated,
    }
    return settings if budget_s is None else _within(settings, groups)


def _names(values: Any) -> list[Any]:
    if isinstance(values, str | int | float):
        return [values]
    return [*values]


def _check_profile(profile: str, seed: int, isolated: bool) -> Profile:
    if profile not in PROFILES:
        raise invalid("profile", repr(profile), near(profile, PROFILES))
    _check_seed(seed)
    chosen = PROFILES[profile]
    if chosen.processes > 1 and not isolated:
        raise invalid("isolate", False, f"True: profile {profile} needs fresh processes")
    return chosen


def _check_seed(seed: int) -> None:
    if not 0 <= seed < 2**64:
        raise invalid("seed", seed, "0 <= seed < 2**64")


def _axes_of(
    benchmarks: list[Benchmark],
    designs: list[str] | None,
    params: dict[str, Any],
    *,
    dense: bool,
) -> dict[str, dict[str, tuple[Value, ...]]]:
    """Return the values of all axes of each benchmark that has one of the designs."""
    if designs is not None:
        known = [d.name for b in benchmarks for d in b.designs]
        for design in designs:
            if design not in known:
                raise invalid("design", repr(design), near(str(design), known))
    known_axes = [a.name for b in benchmarks for a in b.axes]
    for axis in params:
        if axis not in known_axes:
            raise invalid("axis", repr(axis), near(axis, known_axes))
    result = {}
    for benchmark in benchmarks:
        mine = tuple(d.name for d in benchmark.designs if designs is None or d.name in designs)
        if not mine:
            continue
        values: dict[str, tuple[Value, ...]] = {"design": mine}
        for other in benchmark.axes[1:]:
            values[other.name] = point_values(other, params.get(other.name), dense=dense)
        result[benchmark.id] = values
    return result


def _ordered_groups(
    axes: dict[str, dict[str, tuple[Value, ...]]], processes: int, seed: int
) -> tuple[Group, ...]:
    groups = []
    for process in range(processes):
        block = []
        for id, values in axes.items():
            names = [*values][1:]
            for point in itertools.product(*(values[name] for name in names)):
                params = dict(zip(names, point, strict=True))
                block.append(Group(id, params, _designs(values), process))
        groups += _shuffled(block, seed, process)
    return tuple(groups)


def _shuffled(block: list[Group], seed: int, process: int) -> list[Group]:
    random.Random(f"{seed}/{process}").shuffle(block)  # text seeds are hashed alike everywhere
    return block


def _designs(values: dict[str, tuple[Value, ...]]) -> tuple[str, ...]:
    return tuple(str(v) for v in values["design"])


def _runnable(id: str) -> Callable[[str], bool]:
    """Return what says of a design of this benchmark whether it is on this machine."""
    benchmark = get(id)
    return functools.cache(lambda design: benchmark.availability(design)["status"] == "ok")


def _within(settings: dict[str, Any], groups: tuple[Group, ...]) -> dict[str, Any]:
    """Return the settings with the times that the budget should leave for each case."""
    runnable = functools.cache(_runnable)
    n_cases = sum(runnable(g.id)(d) for g in groups for d in g.designs)
    least = n_cases * LEAST_CASE_S
    if not least <= settings["budget_s"] < float("inf"):
        allowed = f">= {least:g} and finite, for {n_cases} cases"
        raise invalid("budget_s", settings["budget_s"], allowed)
    n_all = sum(len(g.designs) for g in groups)
    return settings | split(settings, settings["budget_s"] / n_all - CASE_OVERHEAD_S)


def _command(
    patterns: list[str],
    settings: dict[str, Any],
    designs: list[str] | None,
    params: dict[str, list[Value]],
) -> str:
    words = ["vmperf", "run", *patterns, "--profile", settings["profile"]]
    for library in _core.bench.libraries():
        words += ["--load", library]
    if settings["budget_s"] is not None:
        words += ["--budget", f"{settings['budget_s']:g}"]
    if designs is not None:
        words += ["--design", ",".join(design_words(designs))]
    for axis, values in params.items():
        words += ["--param", f"{axis}={','.join(str(v) for v in values)}"]
    words += ["--seed", str(settings["seed"])]
    if not settings["isolated"]:
        words += ["--no-isolate"]
    return shlex.join(words)
