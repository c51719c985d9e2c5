"""From patterns, designs and axes to ordered groups that a runner can measure."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .. import _core
from .._catalog.axes import COMMAND, commands, point_values
from .._catalog.catalog import Benchmark, Value, get, select
from .._catalog.own_code import design_words, enter_designs, versions
from .._errors import checked_seed, invalid, near
from .._files.identity import hash_of
from .budget import expected_s, least_s
from .groups import Axes, Group, Point, grid, ordered
from .profiles import PROFILES, Profile
from .tour import TOUR_S, choose

__all__ = ["PROFILES", "Group", "Plan", "Point", "Profile", "make_plan", "plan_points"]

_MACHINE = ("brand", "microarchitecture", "hypervisor")  # whose figures must not mix


def code() -> dict[str, str]:
    """Return the hashes of the native module and of the libraries that are loaded into it."""
    files = [str(_core.__file__), *_core.bench.libraries()]
    names = ["native module", *(f"library {path}" for path in files[1:])]
    return {name: hash_of(path) for name, path in zip(names, files, strict=True)}


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
    present : mapping
        Benchmark id -> its designs that are on this machine; the others take no time.
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
    present: Mapping[str, frozenset[str]]
    points: tuple[Point, ...] | None = None
    reference: str | None = None

    @property
    def n_cases(self) -> int:
        """Number of cases: groups times their designs."""
        return sum(len(g.designs) for g in self.groups)

    @property
    def estimated_s(self) -> float:
        """Seconds that the run should take; designs that are not here take none."""
        if self.settings["budget_s"] is not None:
            return float(self.settings["budget_s"])
        return sum(self.seconds(group, group.designs) for group in self.groups)

    def seconds(self, group: Group, designs: Iterable[str]) -> float:
        """Return the time that these designs of a group should take, without a budget."""
        return expected_s(self.settings, self.n_present(group, designs), alone=group.alone)

    def n_present(self, group: Group, designs: Iterable[str]) -> int:
        """Return how many of these designs of a group are on this machine."""
        return len(self.present[group.id].intersection(designs))

    def identity(self) -> dict[str, Any]:
        """Return what must be the same for a run to be resumed, ready for JSON.

        Names are no identities: all that is measured stands here by the hash of its contents.
        """
        whole: dict[str, Any] = {
            "version": _core.__version__,
            "code": code(),
            "machine": {name: _core.os.machine()["cpu"][name] for name in _MACHINE},
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
        if alone := sorted({g.id for g in self.groups if g.alone}):
            whole["alone"] = alone
        return whole


def make_plan(
    patterns: Iterable[str] | None,
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
    patterns : iterable of str or None
        Which benchmarks; each pattern must match. None is the tour: those tagged ``headline``, at
        few points, within `tour.TOUR_S` seconds unless `budget_s` says otherwise.
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
    params = dict(params or {})
    if COMMAND in params:
        params[COMMAND] = commands(params[COMMAND])
    named = params.pop("design", None)
    designs = _names(designs) if designs is not None else _names(named) if named else None
    designs = None if designs is None else enter_designs(designs)
    chosen, seed = _check_profile(profile), checked_seed(seed)
    if patterns is None:
        budget_s = TOUR_S if budget_s is None else budget_s
        axes = choose(
            functools.partial(_axes_of, designs=designs, params=params), {*params}, budget_s
        )
        words = []
    else:
        words = [*patterns]
        axes = _axes_of(select(words), designs=designs, params=params, dense=dense)
    benchmarks = tuple(map(get, axes))
    groups = _ordered(grid(axes), benchmarks, chosen, seed=seed, isolated=isolated)
    present = _Present(benchmarks, axes)
    settings = _settings(chosen, groups, present, budget_s=budget_s, seed=seed, isolated=isolated)
    given = {} if dense else {a: _names(v) for a, v in params.items()}
    if dense:
        (benchmark,) = axes.values()
        given = {a: [*v] for a, v in benchmark.items() if a != "design"}
    command = _command(words, settings, designs, given)
    return Plan(benchmarks, axes, groups, settings, command, present)


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
    seed = checked_seed(seed)
    axes: Axes = {}
    for point in points:
        mine = axes.setdefault(point.id, {})
        for axis, values in {
            "design": point.designs,
            **{a: (v,) for a, v in point.params.items()},
        }.items():
            mine[axis] = tuple(dict.fromkeys([*mine.get(axis, ()), *values]))
    benchmarks = tuple(map(get, axes))
    groups = _ordered(points, benchmarks, profile, seed=seed, isolated=True)
    present = _Present(benchmarks, axes)
    settings = _settings(profile, groups, present, budget_s=budget_s, seed=seed, isolated=True)
    return Plan(benchmarks, axes, groups, settings, command, present, points)


def _settings(
    profile: Profile,
    groups: tuple[Group, ...],
    present: Mapping[str, frozenset[str]],
    *,
    budget_s: float | None,
    seed: int,
    isolated: bool,
) -> dict[str, Any]:
    return {
        "profile": profile.name,
        "budget_s": None if budget_s is None else _check_budget(budget_s, groups, present),
        "warm_up_ns": profile.warm_up_ns,
        "measurement_ns": profile.measurement_ns,
        "n_samples": profile.n_samples,
        "sampling": profile.sampling,
        "n_placements": profile.n_placements,
        "processes": profile.processes,
        "seed": seed,
        "isolated": isolated,
    }


def _names(values: Any) -> list[Any]:
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        return [values]
    return [*values]


def _check_profile(profile: str) -> Profile:
    if profile not in PROFILES:
        raise invalid("profile", repr(profile), near(profile, PROFILES))
    return PROFILES[profile]


def _axes_of(
    benchmarks: Iterable[Benchmark],
    *,
    designs: list[str] | None,
    params: dict[str, Any],
    dense: bool = False,
) -> Axes:
    """Return the values of all axes of each benchmark that has one of the designs."""
    benchmarks = [*benchmarks]
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


def _ordered(
    points: Iterable[Point],
    benchmarks: Iterable[Benchmark],
    profile: Profile,
    *,
    seed: int,
    isolated: bool,
) -> tuple[Group, ...]:
    alone = {b.id for b in benchmarks if b.isolated}
    if not isolated and (profile.processes > 1 or alone):
        who = f"benchmark {min(alone)}" if alone else f"profile {profile.name}"
        raise invalid("isolate", False, f"True: {who} needs fresh processes")
    return ordered(
        points,
        processes=profile.processes,
        placements=profile.n_placements,
        isolated=alone,
        seed=seed,
    )


class _Present(Mapping[str, frozenset[str]]):
    """Benchmark id -> its designs that are on this machine; libraries are looked for when asked."""

    def __init__(self, benchmarks: Iterable[Benchmark], axes: Axes) -> None:
        self._benchmarks = {b.id: b for b in benchmarks}
        self._axes = axes
        self._known: dict[str, frozenset[str]] = {}

    def __getitem__(self, id: str) -> frozenset[str]:
        if id not in self._known:
            benchmark = self._benchmarks[id]
            designs = map(str, self._axes[id]["design"])
            self._known[id] = frozenset(
                d for d in designs if benchmark.availability(d)["status"] == "ok"
            )
        return self._known[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._benchmarks)

    def __len__(self) -> int:
        return len(self._benchmarks)


def _check_budget(
    budget_s: float, groups: tuple[Group, ...], present: Mapping[str, frozenset[str]]
) -> float:
    """Return the budget as a number; refuse one in which the groups cannot be measured."""
    n_cases = sum(len(present[g.id].intersection(g.designs)) for g in groups)
    least = least_s(len(groups), n_cases)
    if not least <= budget_s < float("inf"):
        allowed = f">= {least:.3g} and finite, for {n_cases} cases in {len(groups)} processes"
        raise invalid("budget_s", budget_s, allowed)
    return float(budget_s)


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
        words += ["--budget", f"{settings['budget_s']:.12g}"]
    if designs is not None:
        words += ["--design", ",".join(design_words(designs))]
    for axis, values in params.items():
        texts = [str(v) for v in values]
        for text in texts if axis == COMMAND else [",".join(texts)]:
            words += ["--param", f"{axis}={text}"]
    words += ["--seed", str(settings["seed"])]
    if not settings["isolated"]:
        words += ["--no-isolate"]
    return shlex.join(words)
