"""Shares a time budget over the cases that are still to come.

Every group gets an equal share per case of what is left, less what a case has cost so far beside
its measurement (start of the worker, calibration, counting instructions). A share never falls under
`LEAST_CASE_S`, so a budget that is too small is overrun rather than met with worthless samples.
"""

from __future__ import annotations

import time
from typing import Any

__all__ = ["CASE_OVERHEAD_S", "LEAST_CASE_S", "Budget", "split"]

LEAST_CASE_S = 0.01
CASE_OVERHEAD_S = 0.3  # until the first group has shown it
_SECOND = 1_000_000_000


def split(settings: dict[str, Any], case_s: float) -> dict[str, int]:
    """Return warm-up and measurement times that make up `case_s`, in the profile's proportion."""
    warm_up = settings["warm_up_ns"]
    share = warm_up / (warm_up + settings["measurement_ns"])
    case_s = max(case_s, LEAST_CASE_S)
    return {
        "warm_up_ns": int(case_s * share * _SECOND),
        "measurement_ns": int(case_s * (1 - share) * _SECOND),
    }


class Budget:
    """The times of each group of one run; without a budget those of the profile.

    Parameters
    ----------
    settings : dict
        A plan's settings.
    n_cases : int
        Cases to come.
    """

    def __init__(self, settings: dict[str, Any], n_cases: int) -> None:
        self._settings = settings
        self._left = n_cases
        self._end = time.monotonic() + (settings["budget_s"] or 0.0)
        self._overhead_s = 0.0
        self._n_done = 0

    def settings(self) -> dict[str, Any]:
        """Return the settings of the next group."""
        if self._settings["budget_s"] is None:
            return self._settings
        overhead = self._overhead_s / self._n_done if self._n_done else CASE_OVERHEAD_S
        case_s = (self._end - time.monotonic()) / max(1, self._left) - overhead
        return self._settings | split(self._settings, case_s)

    def took(self, wall_s: float, settings: dict[str, Any], n_cases: int) -> None:
        """Note that a group of so many cases has ended."""
        measured_s = n_cases * (settings["warm_up_ns"] + settings["measurement_ns"]) / _SECOND
        self._overhead_s += max(0.0, wall_s - measured_s)
        self._n_done += n_cases
        self._left -= n_cases
