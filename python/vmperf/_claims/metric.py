"""Claims on metrics: a limit on a value, or a ratio of two designs' values.

A ratio says how many times as good the design is, so that its direction follows the metric's
`better`: of what should be low the value of versus over that of the design, of what should be high
the other way round, and of what has no good side the design's over that of versus. With
``at_most`` it says how many times as bad.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from .. import _core
from .._catalog.quantities import Metric, Quantities, quantities_of
from .._results.arrays import doubles
from .._results.metrics import Delivery, Figure, read_delivery, row_metrics
from .claim import Claim

if TYPE_CHECKING:
    from .._results.records import CaseRecord
    from .._results.results import Results

__all__ = ["MetricFigures", "NotThere"]

Cases: TypeAlias = "Sequence[CaseRecord]"


class NotThere(Exception):
    """A metric has no value to judge; says which status the claim gets and why."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class MetricFigures:
    """Figures of claims on metrics; what a benchmark delivered is read once."""

    def __init__(self, results: Results) -> None:
        self._results = results
        self._read: dict[str, tuple[Quantities, Delivery]] = {}

    def figure(self, claim: Claim, mine: Cases, other: Cases | None) -> Figure:
        """Return value, low and high of a claim.

        Parameters
        ----------
        claim : Claim
            With a metric.
        mine, other : sequence of CaseRecord
            The processes of the design, and of the one it is compared with.

        Raises
        ------
        NotThere
            ``not_delivered`` where a case has no value; ``unmet`` where there is no ratio.
        """
        if other is None:
            return self._value(claim, mine)
        better = _of_metric(claim).better
        upside_down = (better == "lower") == (claim.bound == "at_least") and better != "neither"
        above, below = (other, mine) if upside_down else (mine, other)
        whole = _ratio(self._value(claim, above)[0], self._value(claim, below)[0])
        if whole is None:
            reason = f"{_of_metric(claim).name} is not above 0 on both sides, so there is no ratio"
            raise NotThere("unmet", reason)
        single = [
            _ratio(self._of(claim, [a])["value"], self._of(claim, [b])["value"])
            for a, b in zip(above, below, strict=False)
        ]
        return whole, *_interval(whole, single)

    def _value(self, claim: Claim, cases: Cases) -> Figure:
        found = self._of(claim, cases)
        if found["value"] is None:
            why = ": too few records lie beyond it" if _of_metric(claim).distribution else ""
            reason = f"{cases[0].design} delivered no {_of_metric(claim).name}{why}"
            raise NotThere("not_delivered", reason)
        return found["value"], found["low"], found["high"]

    def _of(self, claim: Claim, cases: Cases) -> dict[str, Any]:
        id = claim.benchmark
        if id not in self._read:
            quantities = quantities_of(self._results.benchmarks[id])
            self._read[id] = quantities, read_delivery(self._results.path, id, quantities)
        quantities, delivery = self._read[id]
        return row_metrics(quantities, cases, delivery)[_of_metric(claim).name]


def _of_metric(claim: Claim) -> Metric:
    assert claim.metric is not None
    return claim.metric


def _ratio(above: float | None, below: float | None) -> float | None:
    if above is None or below is None or above <= 0 or below <= 0:
        return None
    return above / below


def _interval(
    whole: float, ratios: Sequence[float | None]
) -> tuple[float, float] | tuple[None, None]:
    """Return the t interval of the processes' ratios on a log scale; it holds the whole's."""
    logs = [math.log(ratio) for ratio in ratios if ratio is not None]
    if len(logs) < 2 or len(logs) < len(ratios):
        return None, None
    found = _core.stats.t_interval(doubles(logs))
    return min(whole, math.exp(found["low"])), max(whole, math.exp(found["high"]))
