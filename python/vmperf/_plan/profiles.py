"""How long and how often a case is measured: the named choices."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["PROFILES", "Profile"]

_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Profile:
    """How long and how often a case is measured. Times are per design, in nanoseconds.

    Linear sampling is a wish: for large work the native schedule takes 20 flat samples.
    """

    name: str
    warm_up_ns: int
    measurement_ns: int
    n_samples: int
    sampling: str
    n_placements: int
    processes: int


_CRITERION = Profile("criterion", 3 * _SECOND, 10 * _SECOND, 100, "linear", 10, 1)
PROFILES = {
    p.name: p
    for p in (
        Profile("quick", _SECOND // 10, 3 * _SECOND // 10, 30, "flat", 5, 1),
        _CRITERION,
        replace(_CRITERION, name="thorough", processes=5),
    )
}
