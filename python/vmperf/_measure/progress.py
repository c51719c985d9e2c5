"""What a run tells while it goes on: cases done, time gone, time to come."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from .._plan.groups import Group
from .._plan.plan import Plan

__all__ = ["Event", "Meter", "Progress", "Todo"]

Todo: TypeAlias = list[tuple[Group, list[str]]]
Kind: TypeAlias = Literal["started", "group", "tick", "case", "finished"]


@dataclass(frozen=True, slots=True)
class Event:
    """What a run tells while it goes on.

    Attributes
    ----------
    kind : {"started", "group", "tick", "case", "finished"}
        ``tick`` comes a few times a second while a worker measures.
    done, total : int
        Cases.
    elapsed_s, eta_s : float
        Seconds since the start, and until the end at the speed so far.
    id, design, status, reason : str
        Of the group or case; empty where they do not apply.
    params : dict
        Of the group or case, without the design.
    """

    kind: Kind
    done: int
    total: int
    elapsed_s: float
    eta_s: float
    id: str = ""
    design: str = ""
    params: dict[str, Any] | None = None
    status: str = ""
    reason: str = ""


Progress = Callable[[Event], None]


class Meter:
    """Counts cases and predicts the end from the time that the groups so far took.

    Parameters
    ----------
    plan : Plan
        What is measured.
    todo : list
        Groups with the designs that are still to come.
    progress : callable, optional
        Who is told.
    """

    def __init__(self, plan: Plan, todo: Todo, progress: Progress | None) -> None:
        self._plan = plan
        self._progress = progress
        self._start = self._group_start = time.monotonic()
        self._todo_s = sum(plan.seconds(group, designs) for group, designs in todo)
        self._ended_s = self._group_s = 0.0  # as planned
        budget_s = plan.settings["budget_s"]
        self._speed = budget_s / self._todo_s if budget_s is not None and todo else 1.0
        self._total = plan.n_cases
        self._done = plan.n_cases - sum(len(designs) for _, designs in todo)
        self._where: dict[str, Any] = {}

    def tell(self, kind: Kind, **fields: Any) -> None:
        """Tell where the run is."""
        if self._progress is None:
            return
        now = time.monotonic()
        group_s = max(0.0, self._group_s * self._speed - (now - self._group_start))
        eta = (self._todo_s - self._group_s) * self._speed + group_s
        self._progress(
            Event(kind, self._done, self._total, now - self._start, max(0.0, eta), **fields)
        )

    def begin(self, group: Group, designs: list[str]) -> None:
        """Note and tell the begin of a group."""
        self._group_s = self._plan.seconds(group, designs)
        self._group_start = time.monotonic()
        self._where = {"id": group.id, "params": group.params}
        self.tell("group", **self._where)

    def tick(self, design: str) -> None:
        """Tell that the group goes on."""
        self.tell("tick", design=design, **self._where)

    def case(self, design: str, status: str, reason: str) -> None:
        """Note and tell a finished case of the group."""
        self._done += 1
        self.tell("case", design=design, status=status, reason=reason, **self._where)

    def end(self) -> None:
        """Note the end of the group."""
        self._todo_s -= self._group_s
        self._ended_s += self._group_s
        self._group_s = 0.0
        self._speed = (time.monotonic() - self._start) / self._ended_s
