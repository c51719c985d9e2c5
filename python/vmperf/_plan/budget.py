"""Shares a time budget over the groups that are still to come, and keeps it.

Every group gets an equal share per case of what is left, less the start of its worker. Three
things hold it to that: the times of warm-up, measurement and evidence; a deadline, which the native
runner obeys by taking fewer samples; and a limit, at which a worker in the middle of an op that is
too long is ended. A group that overran leaves less to those after it; once nothing is left, the
others are not started.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["GROUP_S", "LEAST_CASE_S", "Budget", "Share", "evidence_ns", "expected_s", "least_s"]

GROUP_S = 0.08  # a worker: start, imports, calibration of its clocks, end
LEAST_CASE_S = 0.03  # warm-up, evidence, samples and proofs of one case at their shortest
_OVERHEAD_S = 0.1  # beside warm-up and measurement of a case, until the first group has shown it
_OVERHEAD_SHARE = 0.3  # and at most that of its time
_EVIDENCE_SHARE = 0.25  # of warm-up and measurement
_MOST_EVIDENCE_S = 2.0
_OVERRUN = 0.15  # of the budget, for what cannot be cut short before
_MOST_START = 4  # times GROUP_S; a worker that takes longer was held up by its work
_SECOND = 1_000_000_000


def least_s(n_groups: int, n_cases: int) -> float:
    """Return the least budget, in seconds, in which so many groups and cases can be measured."""
    return n_groups * GROUP_S + n_cases * LEAST_CASE_S


def evidence_ns(settings: dict[str, Any]) -> int:
    """Return how long the evidence of work of one case may take, in nanoseconds."""
    measured = settings["warm_up_ns"] + settings["measurement_ns"]
    return max(1, int(min(_EVIDENCE_SHARE * measured, _MOST_EVIDENCE_S * _SECOND)))


def expected_s(settings: dict[str, Any], n_cases: int, *, alone: bool = False) -> float:
    """Return the seconds that a group of so many cases should take."""
    mine = _alone(settings) if alone else settings
    measured_s: float = (mine["warm_up_ns"] + mine["measurement_ns"]) / _SECOND
    return GROUP_S + n_cases * (measured_s + min(_OVERHEAD_S, _EVIDENCE_SHARE * measured_s))


@dataclass(frozen=True, slots=True)
class Share:
    """What one group gets: its settings, and after how many seconds its worker is ended."""

    settings: dict[str, Any]
    limit_s: float | None = None


class Budget:
    """The share of each group of one run; without a budget, the times of the profile.

    Parameters
    ----------
    settings : dict
        A plan's settings; ``budget_s`` None = no budget.
    n_groups, n_cases : int
        To come.
    clock : callable
        Seconds.
    """

    def __init__(
        self,
        settings: dict[str, Any],
        n_groups: int,
        n_cases: int,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._groups_left = n_groups
        self._cases_left = n_cases
        self._budget_s: float | None = settings["budget_s"]
        self._end = clock() + (self._budget_s or 0.0)
        self._start_s: list[float] = []  # of the groups so far
        self._overhead_s = 0.0
        self._n_done = 0

    def share(self, n_cases: int, *, alone: bool = False) -> Share | None:
        """Return what a group of so many cases gets now; None where nothing is left for it.

        Parameters
        ----------
        n_cases : int
            Of the group, or those of it that are still to be measured.
        alone : bool
            The group is one of the many processes of an isolated benchmark.
        """
        if self._budget_s is None:
            mine = _alone(self._settings) if alone else self._settings
            return Share(mine | {"evidence_ns": evidence_ns(mine), "deadline_ns": 0})
        left_s = self._end - self._clock()
        case_s = self._case_s(left_s)
        if case_s < 0.5 * LEAST_CASE_S:
            return None
        mine = _alone(self._settings) if alone else self._settings
        overhead_s = self._overhead_s / self._n_done if self._n_done else _OVERHEAD_S
        measured_s = case_s - min(overhead_s, _OVERHEAD_SHARE * case_s)
        group_s = n_cases * case_s
        limit_s = min(2 * group_s + 0.5, left_s + _OVERRUN * self._budget_s)
        times = split(mine, measured_s)
        return Share(
            mine
            | times
            | {"evidence_ns": evidence_ns(times), "deadline_ns": int(group_s * _SECOND)},
            limit_s,
        )

    def took(self, wall_s: float, share: Share | None, n_cases: int) -> None:
        """Note that a group of so many cases has ended; it had this share when it began."""
        self._groups_left -= 1
        self._cases_left -= n_cases
        if share is None or share.limit_s is None:
            return
        settings = share.settings
        measured_s = n_cases * (settings["warm_up_ns"] + settings["measurement_ns"]) / _SECOND
        self._overhead_s += max(0.0, wall_s - measured_s)
        self._n_done += n_cases
        self._start_s.append(max(0.0, wall_s - settings["deadline_ns"] / _SECOND))

    def _case_s(self, left_s: float) -> float:
        known = self._start_s or [GROUP_S]
        start_s = min(sum(known) / len(known), _MOST_START * GROUP_S)
        return (left_s - self._groups_left * start_s) / max(1, self._cases_left)


def split(settings: dict[str, Any], case_s: float) -> dict[str, int]:
    """Return warm-up and measurement times that make up `case_s`, in the profile's proportion."""
    warm_up = settings["warm_up_ns"]
    share = warm_up / (warm_up + settings["measurement_ns"])
    return {
        "warm_up_ns": int(case_s * share * _SECOND),
        "measurement_ns": int(case_s * (1 - share) * _SECOND),
    }


def _alone(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of one process of an isolated benchmark: one placement of them all."""
    n = settings["n_placements"]
    return settings | {
        "n_placements": 1,
        "n_samples": max(2, -(-settings["n_samples"] // n)),
        "warm_up_ns": settings["warm_up_ns"] // n,
        "measurement_ns": settings["measurement_ns"] // n,
    }
