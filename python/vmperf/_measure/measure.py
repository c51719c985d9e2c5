"""One measuring call into the native core and the plain bytes of its results.

Used by the worker process and, without isolation, by the parent. Never imports NumPy.
"""

from __future__ import annotations

from typing import Any

from .. import _core
from .._catalog.peers import add_peer_directories

__all__ = ["FIELDS", "case_blobs", "case_header", "measure_group", "split_blobs"]

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
    add_peer_directories()
    settings = job["settings"]
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
            # The machine code is the same in all processes, and single-stepping is slow.
            count_instructions=job["process"] == 0,
            beacon=beacon,
            evidence_ns=settings["evidence_ns"],
            deadline_ns=settings["deadline_ns"],
        )
    )


def case_header(result: Any) -> dict[str, Any]:
    """Return everything of a native result but its samples, ready for JSON."""
    return {
        "design": result.design,
        "status": result.status,
        "reason": result.reason,
        "version": result.version,
        "checksum": int(result.checksum),
        "evidence": dict(result.evidence),
        "metrics": {name: [*values] for name, values in result.metrics.items()},
    }


def case_blobs(result: Any) -> dict[str, bytes]:
    """Return the samples of a native result, then what it delivered beside them.

    The latter bear names such as ``distribution:latency:0``: kind, name, placement.
    """
    blobs = {name: result.samples.to_bytes(name) for name in FIELDS}
    for kind, name, placement, data in result.details():
        blobs[f"{kind}:{name}:{placement}"] = bytes(data)
    return blobs


def split_blobs(
    blobs: dict[str, bytes],
) -> tuple[dict[str, bytes], dict[tuple[str, str, int], bytes]]:
    """Return samples by field, and details by kind, name and placement."""
    samples, details = {}, {}
    for label, data in blobs.items():
        if label in FIELDS:
            samples[label] = data
        else:
            kind, _, rest = label.partition(":")
            name, _, placement = rest.rpartition(":")
            details[kind, name, int(placement)] = data
    return samples, details
