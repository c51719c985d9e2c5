"""Merges the cases of one design over its processes into one row of estimates.

All estimates come from `_core.stats`, with the outermost unit that varies as the unit of
independence: the process where there are several, else the placement of buffers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import _core

if TYPE_CHECKING:
    from .records import CaseRecord

__all__ = ["FLAGS", "gather", "is_oversubscribed", "merged_row", "pooled"]

FLAGS = {"switch": 1, "fault": 2, "steal": 4}


def gather(cases: Iterable[CaseRecord]) -> list[list[CaseRecord]]:
    """Return the cases grouped by benchmark and params, processes together, order kept."""
    groups: dict[tuple[str, str], list[CaseRecord]] = {}
    for case in cases:
        groups.setdefault((case.id, json.dumps(case.params)), []).append(case)
    return [*groups.values()]


def pooled(cases: Sequence[CaseRecord]) -> tuple[Any, Any, Any]:
    """Return ns_total, iterations and cluster (all int64) of several processes in a row."""
    import numpy as np

    process = np.array([c.process for c in cases], dtype=np.int64)
    placement = np.concatenate([c.placement for c in cases]).astype(np.int64)
    return (
        np.concatenate([c.ns_total for c in cases]),
        np.concatenate([c.iterations for c in cases]),
        _core.stats.clusters(np.repeat(process, [len(c.ns_total) for c in cases]), placement),
    )


def is_oversubscribed(params: Mapping[str, Any], machine: Mapping[str, Any]) -> bool:
    """Return whether a case's ``threads`` exceed the CPUs that the recorded machine had for it.

    Those are the online or, where fewer, the allowed ones, within the quota of its control group.
    False where the benchmark has no such axis or the machine does not say.
    """
    cpu, system = machine.get("cpu") or {}, machine.get("os") or {}
    found = (cpu.get("n_online"), len(cpu.get("allowed") or ()), system.get("cpu_quota"))
    limits = [n for n in found if isinstance(n, int | float) and n > 0]
    threads = params.get("threads")
    return isinstance(threads, int) and bool(limits) and threads > min(limits)


def merged_row(cases: Sequence[CaseRecord], machine: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row of ``show --json``.

    A row is ok only where every process was; it has figures only where it is ok: what is refused
    is not reported, its raw samples stay in the results. Instructions are those of process 0, which
    alone counts them.
    """
    import numpy as np

    failed = next((c for c in cases if c.status != "ok"), None)
    first = failed or cases[0]
    counted = next((c for c in cases if c.process == 0), first).evidence
    flags = np.concatenate([c.flags for c in cases])
    row = {
        "id": first.id,
        "params": dict(first.params),
        "status": first.status,
        "reason": first.reason,
        "version": first.version,
        "oversubscribed": is_oversubscribed(first.params, machine),
        "samples": sum(len(c.ns_total) for c in cases),
        "processes": len(cases),
        "ns_per_op": dict.fromkeys(("median", "low", "high", "min")),
        "cycles_per_op": None,
        "instr_per_op": counted.get("instr_per_op"),
        "instr_status": counted.get("instr_status", ""),
        "empty_ns_per_op": first.evidence.get("empty_ns_per_op"),
        "empty_instr_per_op": counted.get("empty_instr_per_op"),
        "ops_per_s": None,
        "outliers": None,
        "flags": {name: int(np.count_nonzero(flags & bit)) for name, bit in FLAGS.items()},
        "checksum": first.checksum,
        "notes": _notes(cases),
        "estimates": None,
        "metrics": {},
    }
    if failed is None:
        row |= _figures(cases)
    return row


def _notes(cases: Sequence[CaseRecord]) -> list[str]:
    """Return what the figures do not show by themselves, each once, of all processes."""
    found: dict[str, None] = {}
    for case in cases:
        found |= dict.fromkeys(case.evidence.get("notes", ()))
        found |= dict.fromkeys(f"disturbs: {text}" for text in case.evidence.get("disturbs", ()))
    return [*found]


def _figures(cases: Sequence[CaseRecord]) -> dict[str, Any]:
    estimates = dict(_core.stats.summarize(*pooled(cases)))
    waits = any(case.evidence.get("waits") for case in cases)  # time passes without cycles
    core_hz = None if waits else cases[0].evidence.get("core_hz") or None
    return {
        "ns_per_op": {name: estimates[name] for name in ("median", "low", "high", "min")},
        "cycles_per_op": core_hz and estimates["median"] * core_hz / 1e9,
        "ops_per_s": estimates["ops_per_s"],
        "outliers": dict(estimates["outliers"]),
        "estimates": estimates,
    }
