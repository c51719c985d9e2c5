"""Cases as a reader of results sees them: the journal's bytes as NumPy arrays, in plan order."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from .journal import Key, StoredCase, case_key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Bits: TypeAlias = NDArray[np.uint32]

__all__ = ["CaseRecord", "order", "records"]

_DTYPES = {"ns_total": "<i8", "iterations": "<i8", "flags": "<u4", "placement": "<u4"}


@dataclass(frozen=True, slots=True, eq=False)
class CaseRecord:
    """One design at one point in one process, with its raw samples.

    Attributes
    ----------
    id : str
        The benchmark.
    params : dict
        Axis -> value, ``design`` first.
    process : int
        Number of the process, from 0.
    status, reason, version : str
        ``ok`` or why not; version of a peer.
    ns_total, iterations : int64 array of shape (n_samples,)
        Nanoseconds of each batch, timer cost subtracted, and ops in it.
    flags, placement : uint32 array of shape (n_samples,)
        Disturbances (1 switch, 2 fault, 4 steal); which placement of buffers.
    evidence : dict
        Instructions per op, the empty loop, core clock.
    checksum : int
        What the work returned.
    metrics : dict
        Metric -> value of each placement, None where it was not delivered.
    """

    id: str
    params: dict[str, Any]
    process: int
    status: str
    reason: str
    version: str
    ns_total: Ints
    iterations: Ints
    flags: Bits
    placement: Bits
    evidence: dict[str, Any]
    checksum: int
    metrics: dict[str, list[float | None]] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """The key under which the journal holds it."""
        params = {axis: value for axis, value in self.params.items() if axis != "design"}
        return case_key(self.id, self.design, params, self.process)

    @property
    def design(self) -> str:
        """The design, short for ``params["design"]``."""
        return str(self.params["design"])


def order(plan: Mapping[str, Any]) -> dict[Key, int]:
    keys: dict[Key, int] = {}
    settings, alone = plan["settings"], plan.get("alone", ())
    for id, params, designs in plan.get("points") or _grid(plan["benchmarks"]):
        n_processes = settings["processes"] * (settings["n_placements"] if id in alone else 1)
        for design, process in itertools.product(designs, range(n_processes)):
            keys[case_key(id, design, params, process)] = len(keys)
    return keys


def _grid(benchmarks: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    for id, axes in benchmarks.items():
        names = [*axes][1:]
        for point in itertools.product(*(axes[name] for name in names)):
            yield id, dict(zip(names, point, strict=True)), axes["design"]


def records(
    meta: Mapping[str, Any], stored: Iterable[StoredCase], live: Mapping[Key, Any]
) -> list[CaseRecord]:
    places = order(meta["plan"])
    ordered = sorted(stored, key=lambda case: places.get(case.key, len(places)))
    axes = meta["plan"]["benchmarks"]
    return [_record(case, axes[case.id], live.get(case.key)) for case in ordered]


def _record(case: StoredCase, axes: Iterable[str], samples: Any) -> CaseRecord:
    import numpy as np

    arrays = {
        name: np.frombuffer(case.blobs[name], dtype=dtype)
        if samples is None
        else getattr(samples, name)
        for name, dtype in _DTYPES.items()
    }
    return CaseRecord(
        id=case.id,
        params={axis: (case.params | {"design": case.design})[axis] for axis in axes},
        process=case.process,
        status=case.status,
        reason=case.reason,
        version=case.version,
        evidence=case.evidence,
        checksum=case.checksum,
        metrics=case.metrics,
        **arrays,
    )
