"""Noise that is planted in a series of a campaign: what a process takes, drawn for each anew.

Both sides draw from the same distribution, so every alarm is a false one. It is work that is really
done: the number of steps of the benchmark. The times of real machines have such shapes, from where
memory lies (two modes), a clock that warms up (drift) and what else runs (outliers).
"""

from __future__ import annotations

import random
from collections.abc import Callable

__all__ = ["NOISES", "steps_of"]

_MODE = 1.1  # the slower mode of two
_DRIFT = 0.2  # from the slowest process to the fastest
_PERIOD = 60  # processes, up and down again
_OUTLIER, _OUTLIERS = 2.0, 0.1


def _two_mode(rng: random.Random, _process: int) -> float:
    return _MODE if rng.random() < 0.5 else 1.0


def _drifting(_rng: random.Random, process: int) -> float:
    phase = process % _PERIOD / (_PERIOD / 2)
    return 1 + _DRIFT * min(phase, 2 - phase)


def _outlying(rng: random.Random, _process: int) -> float:
    return _OUTLIER if rng.random() < _OUTLIERS else 1.0


_FACTORS: dict[str, Callable[[random.Random, int], float]] = {
    "none": lambda _rng, _process: 1.0,
    "two_mode": _two_mode,
    "drifting": _drifting,
    "outlying": _outlying,
}
NOISES = tuple(_FACTORS)


def steps_of(noise: str, steps: int, rng: random.Random, process: int) -> int:
    """Return the steps of one process.

    Parameters
    ----------
    noise : str
        One of `NOISES`.
    steps : int
        Without noise.
    rng : random.Random
        Of the process alone.
    process : int
        Which one of the series, in the order they run.
    """
    return round(steps * _FACTORS[noise](rng, process))
