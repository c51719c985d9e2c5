"""Which benchmarks at which points two arms are compared on."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._builds.source import Build
from .._catalog.axes import point_values
from .._catalog.catalog import Benchmark, Value, from_entry, matches
from .._catalog.naming import chosen_names
from .._catalog.quantities import Metric
from .._errors import invalid, measurement, near
from .arms import Arm
from .side import Dead, Side, Task
from .verdict import Evidence

__all__ = ["Case", "catalog_of", "make_cases"]


@dataclass(slots=True)
class Case:
    """One benchmark at one point, A against B.

    Attributes
    ----------
    id : str
        The benchmark.
    params : dict
        Axis -> value, ``design`` first; an axis on which the arms differ is left out.
    points : tuple of dict
        The same with that axis, for A and for B.
    minima : tuple of float or None
        Least time per op over all batches of A and of B, in ns.
    metric : Metric or None
        What is compared in place of the time.
    values : list of tuple
        Its values on side A and B, pair by pair.
    failed : str
        The sides that failed, ``A``, ``B`` or ``AB``; empty where none did.
    """

    id: str
    params: dict[str, Value]
    points: tuple[dict[str, Value], dict[str, Value]]
    evidence: Evidence = field(default_factory=Evidence)
    status: str = "ok"
    reason: str = ""
    disturbed: int = 0
    batches: int = 0
    versions: tuple[str, str] = ("", "")
    ops: int | None = None
    minima: tuple[float, float] | None = None
    metric: Metric | None = None
    values: list[tuple[float, float]] = field(default_factory=list)
    failed: str = ""


def catalog_of(build: Build, *, timeout_s: float) -> dict[str, Benchmark]:
    """Return id -> benchmark of a build, asked of a process of its own.

    Raises
    ------
    MeasurementError
        The build cannot be loaded: ``crashed`` or ``timed_out``.
    """
    try:
        with Side(Task(build), timeout_s=timeout_s) as side:
            side.begin()
            side.wait_ready()
            return {entry["id"]: from_entry(entry) for entry in side.ask("c")}
    except Dead as death:
        raise measurement(death.status, f"{build.core}: {death}") from None


def make_cases(
    arms: tuple[Arm, Arm],
    catalogs: tuple[Mapping[str, Benchmark], Mapping[str, Benchmark]],
    *,
    patterns: Iterable[str] | None,
    designs: Iterable[str] | None,
    params: Mapping[str, Any],
) -> list[Case]:
    """Return the cases of a comparison.

    Parameters
    ----------
    arms : tuple of Arm
        A and B.
    catalogs : tuple of mapping
        Id -> benchmark of each side.
    patterns : iterable of str, optional
        Which benchmarks; by default all that both sides can run.
    designs : iterable of str, optional
        Of each benchmark; by default its first, which is the project's own.
    params : mapping
        Axis -> value or values; axes left out take the values of a plain run.

    Raises
    ------
    InvalidArgumentError
        Unknown benchmark, axis or value; nothing to compare.
    """
    known = {**catalogs[1], **catalogs[0]}
    chosen = _chosen(known, patterns)
    cases: list[Case] = []
    for id in chosen:
        missing = [which for which in (0, 1) if id not in catalogs[which]]
        if missing:
            cases.append(_one_sided(id, "AB"[1 - missing[0]]))
            continue
        cases += _points(known[id], arms, designs, params)
    if not cases:
        raise invalid("benchmarks", "none", f"one that both arms can run: {near('', known)}")
    _check_axes([known[id] for id in chosen], params)
    return cases


def _chosen(known: Mapping[str, Benchmark], patterns: Iterable[str] | None) -> list[str]:
    if patterns is None:
        return [id for id, benchmark in known.items() if not benchmark.hidden]
    return chosen_names(patterns, known, matches=lambda id, word: matches(known[id], word))


def _one_sided(id: str, side: str) -> Case:
    reason = f"only {side} has this benchmark"
    return Case(id, {}, ({}, {}), status="one_sided", reason=reason)


def _points(
    benchmark: Benchmark,
    arms: tuple[Arm, Arm],
    designs: Iterable[str] | None,
    params: Mapping[str, Any],
) -> list[Case]:
    names = [design.name for design in benchmark.designs]
    varied = [_varied(benchmark, arm) for arm in arms]
    if any(one is None for one in varied):
        return []  # a benchmark without that design or axis has nothing to say about it
    fixed = {axis for one in varied for axis in one or {}}
    wanted = {
        axis.name: point_values(axis, params.get(axis.name))
        for axis in benchmark.axes
        if axis.name != "design" and axis.name not in fixed
    }
    if "design" not in fixed:
        chosen = [name for name in designs if name in names] if designs else names[:1]
        wanted = {"design": tuple(chosen), **wanted}
    cases = []
    for values in itertools.product(*wanted.values()):
        params_of = dict(zip(wanted, values, strict=True))
        a, b = ({**params_of, **(one or {})} for one in varied)
        cases.append(Case(benchmark.id, params_of, (a, b)))
    return cases


def _varied(benchmark: Benchmark, arm: Arm) -> dict[str, Value] | None:
    """Return what the arm fixes of the point; None where the benchmark has no such thing."""
    if arm.kind == "design":
        names = [design.name for design in benchmark.designs]
        return {"design": arm.design} if arm.design in names else None
    if arm.kind != "param":
        return {}
    ((name, given),) = arm.params.items()
    axes = {axis.name: axis for axis in benchmark.axes}
    if name not in axes:
        return None
    (value,) = point_values(axes[name], given)
    return {name: value}


def _check_axes(benchmarks: list[Benchmark], params: Mapping[str, Any]) -> None:
    axes = {axis.name for benchmark in benchmarks for axis in benchmark.axes}
    for name in params:
        if name not in axes or name == "design":
            raise invalid("param", repr(name), near(name, axes - {"design"}))
