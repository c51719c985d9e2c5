"""From the cases of a run to a verdict on each claim. All estimates come from `_core.stats`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from .. import _core
from .._results.rows import gather, pooled
from .claim import ABSENT, BEST, NOTHING, Claim, claim_row
from .metric import MetricFigures, NotThere

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .._results.records import CaseRecord
    from .._results.results import Results

__all__ = ["verdicts"]

Cases: TypeAlias = "Sequence[CaseRecord]"
Figure: TypeAlias = tuple[float, float, float]  # value, low, high
AnyFigure: TypeAlias = tuple[float | None, float | None, float | None]  # of a metric


class _Refused(Exception):
    """A claim cannot be judged; says which status it gets and why."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def verdicts(claims: Iterable[Claim], results: Results) -> list[dict[str, Any]]:
    """Return one row per claim, as `vmperf.claims` documents them."""
    found = {_key(cases[0].id, cases[0].params): cases for cases in gather(results.cases)}
    metrics = MetricFigures(results)
    return [_row(claim, found, results.machine, metrics) for claim in claims]


def _key(id: str, params: dict[str, Any]) -> str:
    return json.dumps([id, params], sort_keys=True)


def _row(
    claim: Claim, found: Mapping[str, Cases], machine: dict[str, Any], metrics: MetricFigures
) -> dict[str, Any]:
    cases = {
        design: [
            found[_key(claim.benchmark, {**point, "design": design})] for point in claim.points
        ]
        for design in claim.designs
    }
    figure: tuple[float | None, float | None, float | None] = NOTHING
    reason = ""
    try:
        if claim.versus == BEST:
            figure, reason = _against_best(claim, cases, metrics)
        else:
            _refuse(cases)
            figure, reason = _figure(claim, cases, metrics)
        value = figure[0]
        assert value is not None
        met = value >= claim.target if claim.bound == "at_least" else value <= claim.target
        status = "met" if met else "unmet"
    except (_Refused, NotThere) as refusal:
        status, reason = refusal.status, refusal.reason
    params = {a: [*v] if isinstance(v, tuple) else v for a, v in claim.params.items()}
    versions = {design: points[0][0].version for design, points in cases.items()}
    known = {design: version for design, version in versions.items() if version}
    return claim_row(claim, machine, figure, status, reason, params=params, versions=known)


def _refuse(cases: dict[str, list[Cases]]) -> None:
    """Raise for the worst case that is not ok: a crash is not hidden by a peer's absence."""
    bad = [
        (design, case)
        for design, points in cases.items()
        for point in points
        for case in point
        if case.status != "ok"
    ]
    for design, case in sorted(bad, key=lambda one: one[1].status in ABSENT):
        raise _Refused(case.status, f"{design}: {case.reason}")


def _against_best(
    claim: Claim, cases: dict[str, list[Cases]], metrics: MetricFigures
) -> tuple[AnyFigure, str]:
    """Return the figure against the peer that leaves least of it, and which one that is.

    Peers that are not there do not count; one that is refused might have been the best.
    """
    found = {
        design: points
        for design, points in cases.items()
        if design == claim.design or all(c.status not in ABSENT for point in points for c in point)
    }
    _refuse(found)
    if len(found) < 2:
        raise _Refused("not_installed", f"none of {', '.join(claim.rivals)} is there")
    worst = min if claim.bound == "at_least" else max
    figures = {
        rival: _figure(replace(claim, versus=rival), found, metrics)
        for rival in found
        if rival != claim.design
    }
    rival = worst(figures, key=lambda one: figures[one][0][0] or 0.0)
    figure, where = figures[rival]
    return figure, f"the best peer is {rival}" + (f"; {where}" if where else "")


def _figure(
    claim: Claim, cases: dict[str, list[Cases]], metrics: MetricFigures
) -> tuple[AnyFigure, str]:
    """Return the figure, and at which point it was taken where that is not all of them."""
    mine = cases[claim.design]
    if claim.metric:
        other = cases[claim.versus][0] if claim.versus is not None else None
        return metrics.figure(claim, mine[0], other), ""
    if claim.versus is not None:
        return _compared(claim, mine, cases[claim.versus])
    if claim.kind == "percent":
        return _spread(mine), ""
    # Best against best: where others move the core's clock, the fastest batch had the fastest one.
    scale = max(map(_cycles_per_ns, mine[0])) if claim.kind == "cycles" else 1.0
    best = [ns * scale for ns in _best_ns(mine[0])]
    return (min(best), min(best), max(best)), ""


def _compared(claim: Claim, mine: list[Cases], other: list[Cases]) -> tuple[Figure, str]:
    pairs = [*zip(mine, other, strict=True)]
    if claim.bound == "at_least":
        pairs = [(slow, fast) for fast, slow in pairs]
    where = ""
    if claim.over == "geomean":
        figure = _geomean(pairs)
    else:
        worst = min if claim.bound == "at_least" else max
        found = [_paired(slow, fast) for slow, fast in pairs]
        figure = worst(found)
        if claim.over:
            where = _place(claim, claim.points[found.index(figure)])
    if claim.kind == "ratio":
        return figure, where
    value, low, high = figure
    return (100 * (value - 1), 100 * (low - 1), 100 * (high - 1)), where


def _place(claim: Claim, point: Mapping[str, Any]) -> str:
    varied = [axis for axis, values in claim.params.items() if isinstance(values, tuple)]
    return "worst at " + " ".join(f"{axis}={point[axis]}" for axis in varied)


def _paired(slow: Cases, fast: Cases) -> Figure:
    """Time of `slow` over time of `fast`, round by round."""
    found = _core.stats.paired_ratio(*_rounds(slow, fast))
    return found["ratio"], found["low"], found["high"]


def _geomean(pairs: Sequence[tuple[Cases, Cases]]) -> Figure:
    """The geometric mean over points of what `_paired` gives."""
    import numpy as np

    rounds = [_rounds(slow, fast) for slow, fast in pairs]
    point = np.repeat(np.arange(len(rounds), dtype=np.int64), [len(one[0]) for one in rounds])
    slow_ns, fast_ns = (np.concatenate([one[k] for one in rounds]) for k in (0, 1))
    cluster = np.concatenate(_as_many([one[2] for one in rounds]))
    found = _core.stats.paired_geomean(slow_ns, fast_ns, cluster, point)
    return found["ratio"], found["low"], found["high"]


def _rounds(
    slow: Cases, fast: Cases
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Times per op of both, and the cluster, of the rounds in which both took any time."""
    if [(c.process, len(c.ns_total)) for c in slow] != [(c.process, len(c.ns_total)) for c in fast]:
        reason = f"the rounds of {slow[0].design} and {fast[0].design} do not pair"
        raise _Refused("unverified", reason)
    slow_ns, cluster = _per_op(slow)
    fast_ns, _ = _per_op(fast)
    whole = (slow_ns > 0) & (fast_ns > 0)
    return slow_ns[whole], fast_ns[whole], cluster[whole]


def _as_many(clusters: Sequence[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
    """Number the clusters of each point from 0; neighbours join until all points have as many.

    Long work gets fewer samples, so that its points may have fewer placements than others.
    """
    import numpy as np

    found = [np.unique(one, return_inverse=True) for one in clusters]
    fewest = min(len(distinct) for distinct, _ in found)
    return [(index * fewest // len(distinct)).astype(np.int64) for distinct, index in found]


def _per_op(cases: Cases) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    ns_total, iterations, cluster = pooled(cases)
    return _core.stats.per_op(ns_total, iterations), cluster


def _best_ns(cases: Cases) -> list[float]:
    """The least time of each cluster that took any."""
    import numpy as np

    ns, cluster = _per_op(cases)
    ns, cluster = ns[ns > 0], cluster[ns > 0]
    return [float(_core.stats.minimum(ns[cluster == one])) for one in np.unique(cluster)]


def _cycles_per_ns(case: CaseRecord) -> float:
    hz = float(case.evidence.get("core_hz") or 0)
    if hz <= 0:
        raise _Refused("unsupported", f"{case.design}: the core clock could not be measured")
    return hz / 1e9


def _spread(points: list[Cases]) -> Figure:
    """(max - min) / min over the points, in percent, of the best over all clusters.

    The interval is from the least to the greatest of that figure and those of single clusters.
    """
    best = [_best_ns(point) for point in points]
    whole = _apart([min(ns) for ns in best])
    single = [_apart(list(ns)) for ns in zip(*best, strict=False)]
    return whole, min(whole, *single), max(whole, *single)


def _apart(ns: list[float]) -> float:
    return 100 * (max(ns) - min(ns)) / min(ns)
