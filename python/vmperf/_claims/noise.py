"""Noise that is planted in a series of a campaign: what a process takes, drawn for each anew.

Both sides draw from the same distribution, so every alarm is a false one. It is work that is really
done: the number of steps of the benchmark. The times of real machines have such shapes, from where
memory lies (two modes), a clock that warms up (drift) and what else runs (outliers).
"""

from __future__ import annotations

import random
from collections.abc import Callable

__all__ = ["NOISES", "STEPS", "steps_of"]

STEPS = 100  # without noise
_MODES = (100, 110)
_DRIFT = (100, 105, 110, 115, 120, 115, 110, 105)
_DWELL = 8  # processes, before the drift goes on
_OUTLIER, _OUTLIERS = 200, 0.1


def _two_mode(rng: random.Random, _process: int) -> int:
    return rng.choice(_MODES)


def _drifting(_rng: random.Random, process: int) -> int:
    return _DRIFT[process // _DWELL % len(_DRIFT)]


def _outlying(rng: random.Random, _process: int) -> int:
    return _OUTLIER if rng.random() < _OUTLIERS else STEPS


_DRAWN: dict[str, Callable[[random.Random, int], int]] = {
    "none": lambda _rng, _process: STEPS,
    "two_mode": _two_mode,
    "drifting": _drifting,
    "outlying": _outlying,
}
NOISES = tuple(_DRAWN)


def steps_of(noise: str, rng: random.Random, process: int) -> int:
    """Return the steps of one process.

    Parameters
    ----------
    noise : str
        One of `NOISES`.
    rng : random.Random
        Of the process alone.
    process : int
        Which one of the series, in the order they run.
    """
    return _DRAWN[noise](rng, process)
