"""Claims on proofs: so many ops, each looked at by the workload itself, and none of them wrong.

Nothing is compared here, so these are measured apart from the rest: the ops of a claim one after
the other until there are enough, a second of them in a worker process of its own, since a proof is
where broken code may crash.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Mapping, Sequence
from typing import Any

from .. import _core
from .._measure.progress import Event, Progress
from .._measure.supervisor import Supervisor
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
    with Supervisor(timeout_s) as workers:
        for number, claim in enumerate(claims):
            if progress is not None:
                where = (claim.benchmark, claim.design)
                progress(Event("tick", number, len(claims), 0.0, 0.0, *where))
            rows[claim.id] = _row(claim, machine, workers, seed=seed, timeout_s=timeout_s)
    return rows


def _row(
    claim: Claim,
    machine: Mapping[str, Any],
    workers: Supervisor,
    *,
    seed: int,
    timeout_s: float,
) -> dict[str, Any]:
    done, status, reason = _prove(claim, workers, seed=seed, timeout_s=timeout_s)
    value = float(done) if status in ("met", "unmet") else None
    figure = (value, value, value)
    return claim_row(claim, machine, figure, status, reason, params=claim.params)


def _job(claim: Claim, *, seed: int, process: int) -> dict[str, Any]:
    settings = {
        "warm_up_ns": 0,
        "measurement_ns": _SECOND,
        "n_samples": 20,
        "sampling": "flat",
        "n_placements": 1,
        "seed": seed,
        "evidence_ns": _SECOND,
        "deadline_ns": 0,
    }
    return {
        "id": claim.benchmark,
        "params": claim.points[0],
        "designs": [claim.design],
        "process": process,
        "settings": settings,
        "libraries": _core.bench.libraries(),
        "imports": [dict(one) for one in _core.bench.imports()],
    }


def _prove(
    claim: Claim, workers: Supervisor, *, seed: int, timeout_s: float
) -> tuple[int, str, str]:
    """Return how many ops were proved, the claim's status, and why it is neither met nor unmet."""
    done, process = 0, 0
    end = time.monotonic() + timeout_s
    while done < claim.target:
        process += 1  # another order and placement
        frames, death = workers.run(
            _job(claim, seed=seed, process=process), on_tick=lambda _: None, limit_s=None
        )
        if death is not None or not frames:
            status, why = (death.status, death.reason) if death else ("crashed", "no answer")
            return done, status, f"{claim.design}, after {done} ops: {why}"
        header, blobs = frames[0]
        if header["status"] not in _PROVED:
            return done, header["status"], f"{claim.design}, after {done} ops: {header['reason']}"
        counts = blobs["iterations"]
        done += sum(struct.unpack(f"<{len(counts) // 8}q", counts))
        if done < claim.target and time.monotonic() > end:
            return done, "unmet", f"{done} ops in {timeout_s:g} s"
    return done, "met", ""
