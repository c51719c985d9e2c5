"""The row of a claim, whatever its kind: what it states, and what was found of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .file import Claim

__all__ = ["ABSENT", "NOTHING", "claim_row"]

NOTHING = (None, None, None)
ABSENT = ("not_installed", "unsupported")  # no one's fault: the claim stays open


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
        "metric": claim.metric.name if claim.metric else None,
        "unit": claim.metric.unit if claim.metric else None,
        "better": claim.metric.better if claim.metric else None,
        "source": source,
    }
