"""Claims on proofs: so many ops, each looked at by the workload itself, and none of them wrong.

Nothing is compared here, so these are measured apart from the rest: the ops of a claim one after
the other, in this process, until there are enough.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from .. import _core
from .._measure.progress import Event, Progress
from .claim import Claim, claim_row

__all__ = ["proof_rows"]

_SECOND = 1_000_000_000
# What a measurement comes to of which nothing but the time is in doubt.
_PROVED = ("ok", "too_noisy", "below_resolution")


def proof_rows(
    claims: Sequence[Claim],
    machine: Mapping[str, Any],
    *,
    seed: int,
    timeout_s: float,
    progress: Progress | None,
) -> dict[str, dict[str, Any]]:
    """Measure claims of kind verified and return their rows by id, as `vmperf.claims` documents."""
    rows = {}
    for number, claim in enumerate(claims):
        if progress is not None:
            progress(Event("tick", number, len(claims), 0.0, 0.0, claim.benchmark, claim.design))
        rows[claim.id] = _row(claim, machine, seed=seed, timeout_s=timeout_s)
    return rows


def _row(
    claim: Claim, machine: Mapping[str, Any], *, seed: int, timeout_s: float
) -> dict[str, Any]:
    done, status, reason = _prove(claim, seed=seed, timeout_s=timeout_s)
    value = float(done) if status in ("met", "unmet") else None
    figure = (value, value, value)
    return claim_row(claim, machine, figure, status, reason, params=claim.params)


def _prove(claim: Claim, *, seed: int, timeout_s: float) -> tuple[int, str, str]:
    """Return how many ops were proved, the claim's status, and why it is neither met nor unmet."""
    done, process = 0, 0
    end = time.monotonic() + timeout_s
    while done < claim.target:
        process += 1  # another order and placement
        (case,) = _core.bench.measure(
            claim.benchmark,
            claim.points[0],
            [claim.design],
            warm_up_ns=0,
            measurement_ns=_SECOND,
            n_samples=20,
            sampling="flat",
            n_placements=1,
            seed=seed,
            process=process,
            count_instructions=False,
        )
        if case.status not in _PROVED:
            return done, case.status, f"{claim.design}, after {done} ops: {case.reason}"
        done += int(case.samples.iterations.sum())
        if done < claim.target and time.monotonic() > end:
            return done, "unmet", f"{done} ops in {timeout_s:g} s"
    return done, "met", ""
