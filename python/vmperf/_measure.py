"""One measuring call into the native core and the plain bytes of its results.

Used by the worker process and, without isolation, by the parent. Never imports NumPy.
"""

from __future__ import annotations

from typing import Any

from . import _core

__all__ = ["FIELDS", "case_header", "measure_group"]

# Per-sample arrays of a case: name -> bytes per sample, little-endian.
FIELDS = {"ns_total": 8, "iterations": 8, "flags": 4, "placement": 4}


def measure_group(job: dict[str, Any], *, beacon: str) -> list[Any]:
    """Measure the designs of one group in this process.

    Parameters
    ----------
    job : dict
        ``id``, ``params``, ``designs``, ``process`` and ``settings`` of a plan.
    beacon : str
        Path of the shared page that tells a watcher how far it got; empty = none.

    Returns
    -------
    list of vmperf._core.bench.CaseResult
        One per design.
    """
    settings = _fitted(job, beacon)
    return list(
        _core.bench.measure(
            job["id"],
            job["params"],
            job["designs"],
            warm_up_ns=settings["warm_up_ns"],
            measurement_ns=settings["measurement_ns"],
            n_samples=settings["n_samples"],
            sampling=settings["sampling"],
            n_placements=settings["n_placements"],
            seed=settings["seed"],
            process=job["process"],
            count_instructions=True,
            beacon=beacon,
        )
    )


def _fitted(job: dict[str, Any], beacon: str) -> dict[str, Any]:
    """Settle "auto" sampling: linear, or fewer flat samples where linear would overrun.

    Linear sampling of n samples takes at least n (n + 1) / 2 ops, so an op that is slower than the
    measurement time over that cannot be sampled so.
    """
    settings = dict(job["settings"])
    if settings["sampling"] != "auto":
        return settings
    n = settings["n_samples"]
    probe = _core.bench.measure(
        job["id"],
        job["params"],
        job["designs"],
        warm_up_ns=0,
        measurement_ns=1_000_000,
        n_samples=2,
        sampling="flat",
        n_placements=1,
        seed=settings["seed"],
        process=job["process"],
        count_instructions=False,
        beacon=beacon,
    )
    slowest = max((_best_ns_per_op(result.samples) for result in probe), default=0.0)
    if slowest * n * (n + 1) / 2 > settings["measurement_ns"]:
        n = settings["n_samples_large"]
        return settings | {
            "sampling": "flat",
            "n_samples": n,
            "n_placements": min(n, settings["n_placements"]),
        }
    return settings | {"sampling": "linear"}


def _best_ns_per_op(samples: Any) -> float:
    ns = memoryview(samples.to_bytes("ns_total")).cast("q")
    iterations = memoryview(samples.to_bytes("iterations")).cast("q")
    return min((t / n for t, n in zip(ns, iterations, strict=True) if n > 0), default=0.0)


def case_header(result: Any) -> dict[str, Any]:
    """Return everything of a native result but its samples, ready for JSON."""
    return {
        "design": result.design,
        "status": result.status,
        "reason": result.reason,
        "version": result.version,
        "checksum": int(result.checksum),
        "evidence": dict(result.evidence),
    }
