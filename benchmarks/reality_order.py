"""The order of allocators by replay against their order in reality: pairs, ties, Kendall's tau.

A replay says how much more or less time a program's requests take; a program has its own time
beside. So what is compared is the time of the whole program: really, and as predicted, which is
that under the reference plus the difference of the replays. Two allocators are alike, a tie, where
the 95 % interval of their ratio holds 1 or the ratio is within one per cent; the same rule holds
for prediction and reality. Pure functions of times by round.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vmperf._replay.figures import ratio, typical

__all__ = ["ALIKE", "Pair", "contradictions", "pairs_of", "predicted_cpu_s", "sure_tau", "tau_b"]

ALIKE = 1.01


@dataclass(frozen=True, slots=True)
class Pair:
    """Two allocators on one program: how many times b's time a takes, with interval."""

    program: str
    a: str
    b: str
    predicted: dict[str, float]
    real: dict[str, float]

    @property
    def signs(self) -> tuple[int, int]:
        """Of prediction and reality: 1 where a takes longer, -1 where b does, 0 for a tie."""
        return _sign(self.predicted), _sign(self.real)


def _sign(found: Mapping[str, float]) -> int:
    if found["low"] <= 1 <= found["high"] or 1 / ALIKE <= found["ratio"] <= ALIKE:
        return 0
    return 1 if found["ratio"] > 1 else -1


def predicted_cpu_s(
    net_ns: Mapping[str, Sequence[float]], n_ops: int, real_s: Mapping[str, Sequence[float]],
    reference: str,
) -> dict[str, list[float]]:  # fmt: skip
    """Return by allocator and round the CPU time that its replay predicts for the program.

    `net_ns` is per operation and round; `real_s` needs the reference alone.
    """
    base = typical(real_s[reference])["median"]
    theirs = net_ns[reference]
    return {
        design: [base + (a - b) * n_ops * 1e-9 for a, b in zip(mine, theirs, strict=True)]
        for design, mine in net_ns.items()
    }


def pairs_of(
    program: str, predicted: Mapping[str, Sequence[float]], real: Mapping[str, Sequence[float]]
) -> list[Pair]:
    """Return every pair of allocators; ratios are taken within rounds."""
    return [
        Pair(program, a, b, ratio(predicted[a], predicted[b]), ratio(real[a], real[b]))
        for a, b in itertools.combinations(sorted(predicted), 2)
    ]


def tau_b(pairs: Sequence[Pair]) -> float | None:
    """Return Kendall's tau-b over pairs of all programs; None where one side has ties alone."""
    signs = [one.signs for one in pairs]
    apart = [sum(one[side] != 0 for one in signs) for side in (0, 1)]
    if 0 in apart:
        return None
    return sum(a * b for a, b in signs) / math.sqrt(apart[0] * apart[1])


def sure_tau(pairs: Sequence[Pair]) -> float | None:
    """Return tau over the pairs that reality tells apart, each with the sign of its prediction.

    A prediction has no ties here: the sign of its ratio counts, however near to 1.
    """
    apart = [one for one in pairs if one.signs[1] != 0]
    if not apart:
        return None
    agree = [(one.predicted["ratio"] > 1) == (one.real["ratio"] > 1) for one in apart]
    return sum(1 if one else -1 for one in agree) / len(agree)


def contradictions(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """Return the pairs that both tell apart, in opposite orders."""
    return [
        {"program": one.program, "a": one.a, "b": one.b,
         "predicted": one.predicted["ratio"], "real": one.real["ratio"]}
        for one in pairs
        if one.signs[0] * one.signs[1] < 0
    ]  # fmt: skip
