"""A claim: one stated figure, the kinds that there are, and the row of what was found of it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._catalog.catalog import Value
from .._catalog.quantities import Metric

__all__ = ["ABSENT", "BEST", "COMPARED", "KINDS", "NOTHING", "PROOF", "Claim", "claim_row"]

BEST = "best_peer"  # versus: whichever of a benchmark's peers is the fastest where it is measured
PROOF = "verified"
# kind -> whether it compares with another design: "yes", "no", or "may" (else over an axis)
KINDS = {"ratio": "yes", "cycles": "no", "ns": "no", "percent": "may", PROOF: "no", "value": "no"}
# kind of a claim on comparisons -> its bound. All are in percent; `off` in percentage points.
COMPARED = {
    "alarms": "at_most",
    "found": "at_least",
    "off": "at_most",
    "counted": "at_least",
    "miscounted": "at_most",
}
NOTHING = (None, None, None)
# No one's fault: the claim stays open. "elsewhere": it holds for other microarchitectures.
ABSENT = ("not_installed", "unsupported", "elsewhere")


@dataclass(frozen=True, slots=True)
class Claim:
    """One stated figure.

    Attributes
    ----------
    id, benchmark, design : str
        Its name; what is measured.
    params : dict
        Value of each axis but the design; a tuple of values on the axis of a spread, or on those
        that a ratio is taken over.
    versus : str or None
        The design that it is compared with, or `BEST` for the fastest of `rivals`; None for a
        limit.
    kind : {"ratio", "cycles", "ns", "percent", "verified", "value", "alarms", "found", "off", ...}
        What is measured; from alarms on of comparisons.
    bound : {"at_least", "at_most"}
        On which side of the target the figure must lie.
    target : float
        The limit, positive.
    note : str
        A remark for the reader.
    headline : str
        What it says to one who knows no axis, for the table of the first page; else empty.
    series : str
        Of the campaign, for a claim on comparisons; else empty.
    over : {"", "geomean", "worst"}
        What a ratio at several points comes to; empty for one point.
    metric : Metric or None
        What is judged in place of the time: its value, or the ratio of both designs' values.
    rivals : tuple of str
        The peers among which `BEST` is found.
    on : tuple of str
        Microarchitectures that it holds for; elsewhere its figure has no verdict. Empty: all.
    """

    id: str
    benchmark: str
    params: dict[str, Value | tuple[Value, ...]]
    design: str
    versus: str | None
    kind: str
    bound: str
    target: float
    note: str
    series: str = ""
    over: str = ""
    metric: Metric | None = None
    headline: str = ""
    rivals: tuple[str, ...] = ()
    on: tuple[str, ...] = ()

    @property
    def designs(self) -> tuple[str, ...]:
        """What has to be measured: the design and the one it is compared with."""
        if self.versus == BEST:
            return (self.design, *self.rivals)
        return (self.design,) if self.versus is None else (self.design, self.versus)

    @property
    def points(self) -> tuple[dict[str, Value], ...]:
        """Where it has to be measured: one point, or one per value of a spread's axis."""
        choices = [v if isinstance(v, tuple) else (v,) for v in self.params.values()]
        return tuple(dict(zip(self.params, p, strict=True)) for p in itertools.product(*choices))

    @property
    def spread_axis(self) -> str | None:
        """The axis of a spread."""
        return next((a for a, v in self.params.items() if isinstance(v, tuple)), None)


def claim_row(
    claim: Claim,
    machine: Mapping[str, Any],
    figure: tuple[float | None, float | None, float | None],  # value, low, high
    status: str,
    reason: str,
    *,
    params: Mapping[str, Any],
    versions: Mapping[str, str] | None = None,
    source: str = "measured",
) -> dict[str, Any]:
    """Return one row, as `vmperf.claims` documents it."""
    value, low, high = figure
    here = str((machine.get("cpu") or {}).get("microarchitecture") or "unknown")
    if claim.on and here not in claim.on and status in ("met", "unmet"):
        status, reason = "elsewhere", f"holds on {', '.join(claim.on)}; this is {here}"
    libc = machine.get("os", {}).get("libc") or "unknown"
    return {
        "id": claim.id,
        "benchmark": claim.benchmark,
        "params": dict(params),
        "design": claim.design,
        "versus": claim.versus,
        "kind": claim.kind,
        "over": claim.over,
        "bound": claim.bound,
        "target": claim.target,
        "ratio": value,
        "low": low,
        "high": high,
        "status": status,
        "met": None if status in ABSENT else status == "met",
        "reason": reason,
        "versions": {"libc": libc} | dict(versions or {}),
        "note": claim.note,
        "on": [*claim.on],
        "metric": claim.metric.name if claim.metric else None,
        "unit": claim.metric.unit if claim.metric else None,
        "better": claim.metric.better if claim.metric else None,
        "source": source,
    }
