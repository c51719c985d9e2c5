"""Claims made by rule: of each benchmark one at its default point, against the best peer found.

What is praised is the design that the written claims on the benchmark praise first, else the first
of its own designs; it is held to be no slower than any peer, or than the naive design where there
is no peer. Whoever states more, or less, writes the claim by hand: `versus = "best_peer"` at the
default point takes the place of the one made here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .. import _core
from .._catalog.catalog import Benchmark, from_entry
from .claim import BEST, PROOF, Claim

__all__ = ["claims_by_rule", "rivals_of"]

_NOTE = "made by rule: no one stated more"


def rivals_of(benchmark: str) -> tuple[str, ...]:
    """Return the peers of a benchmark; its naive design where it has none; else nothing."""
    return _rivals(next(e for e in _core.bench.catalog() if e["id"] == benchmark))


def claims_by_rule(written: Iterable[Claim]) -> list[Claim]:
    """Return a claim for each benchmark of the catalog that has none of the kind among `written`.

    Hidden benchmarks, those of the harness itself and those that are but proofs have none, nor has one
    without a design of its own or without a rival.
    """
    written = [*written]
    entries = {entry["id"]: entry for entry in _core.bench.catalog()}  # once: it is made anew
    stated = {c.benchmark for c in written if _is_of_rule(c, entries)} | _proofs(written)
    praised = {claim.benchmark: claim.design for claim in reversed(written) if claim.versus}
    made = []
    for id, entry in entries.items():
        if entry["hidden"] or id in stated or id.startswith("bench/"):
            continue
        own, rivals = praised.get(id) or _own(entry), _rivals(entry)
        if own is not None and rivals and own not in rivals:
            made.append(_claim(from_entry(entry), own, rivals))
    return made


def _proofs(written: Iterable[Claim]) -> set[str]:
    """Return the benchmarks of which nothing but proofs is stated."""
    kinds: dict[str, set[str]] = {}
    for claim in written:
        kinds.setdefault(claim.benchmark, set()).add(claim.kind)
    return {benchmark for benchmark, found in kinds.items() if found == {PROOF}}


def _is_of_rule(claim: Claim, entries: Mapping[str, Any]) -> bool:
    if claim.versus != BEST or claim.metric is not None:
        return False
    default = _params(from_entry(entries[claim.benchmark]))
    chosen = {a: v if isinstance(v, tuple) else (v,) for a, v in claim.params.items()}
    whole = {a: v if isinstance(v, tuple) else (v,) for a, v in default.items()}
    return all({*whole[axis]} <= {*chosen[axis]} for axis in whole)


def _claim(benchmark: Benchmark, own: str, rivals: tuple[str, ...]) -> Claim:
    params = _params(benchmark)
    return Claim(
        id=f"{benchmark.id}/best-peer",
        benchmark=benchmark.id,
        params=params,
        design=own,
        versus=BEST,
        kind="ratio",
        bound="at_least",
        target=1.0,
        note=_NOTE,
        over="worst" if any(isinstance(v, tuple) for v in params.values()) else "",
        rivals=rivals,
    )


def _params(benchmark: Benchmark) -> dict[str, Any]:
    return {
        axis.name: axis.defaults[0] if len(axis.defaults) == 1 else tuple(axis.defaults)
        for axis in benchmark.axes[1:]
    }


def _rivals(entry: Mapping[str, Any]) -> tuple[str, ...]:
    peers = tuple(d["name"] for d in entry["designs"] if d["peer"])
    return peers or tuple(d["name"] for d in entry["designs"] if d["name"] == "naive")


def _own(entry: Mapping[str, Any]) -> str | None:
    """The first design that is neither a peer nor naive, nor a limit."""
    for d in entry["designs"]:
        if not (d["peer"] or d["limit"] or d["name"] == "naive"):
            return str(d["name"])
    return None
