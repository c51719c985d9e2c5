"""Executes a plan group by group, each in a worker process that cannot take the run down.

A worker shares a page with its parent: batches finished, design under way. Where no batch ends for
`timeout_s` the worker is killed and that design is a row ``timed_out``; where it dies of a signal
the design is a row ``crashed``; the others of the group are measured again without it in a fresh
worker. Rows are committed as they come, so that the run can be resumed whatever happens.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from . import _core
from ._budget import Budget
from ._journal import Journal, Key, StoredCase, case_key
from ._measure import FIELDS, case_blobs, case_header, measure_group, split_blobs
from ._plan import Group, Plan
from ._supervisor import Death, Supervisor

__all__ = ["Event", "Progress", "execute"]


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


class _Meter:
    """Counts cases and predicts the end from the time that the groups so far took."""

    def __init__(self, plan: Plan, done: set[Key], progress: Progress | None) -> None:
        self._plan = plan
        self._progress = progress
        self._start = self._group_start = time.monotonic()
        self._todo_s = sum(plan.seconds(len(_pending(g, done))) for g in plan.groups)
        self._ended_s = self._group_s = 0.0  # as planned
        self._speed = 1.0
        self.total = plan.n_cases
        self.done = sum(len(g.designs) - len(_pending(g, done)) for g in plan.groups)

    @property
    def todo(self) -> int:
        return self.total - self.done

    def tell(self, kind: Kind, **fields: Any) -> None:
        if self._progress is None:
            return
        now = time.monotonic()
        group_s = max(0.0, self._group_s * self._speed - (now - self._group_start))
        eta = (self._todo_s - self._group_s) * self._speed + group_s
        self._progress(
            Event(kind, self.done, self.total, now - self._start, max(0.0, eta), **fields)
        )

    def begin(self, n_designs: int) -> None:
        self._group_s = self._plan.seconds(n_designs)
        self._group_start = time.monotonic()

    def end(self) -> float:
        """Note the end of the group; return the seconds that it took."""
        now = time.monotonic()
        self._todo_s -= self._group_s
        self._ended_s += self._group_s
        self._group_s = 0.0
        self._speed = (now - self._start) / self._ended_s
        return now - self._group_start


def execute(
    plan: Plan,
    journal: Journal,
    *,
    timeout_s: float,
    progress: Progress | None = None,
) -> dict[Key, Any]:
    """Measure all cases of a plan that the journal does not hold yet.

    Parameters
    ----------
    plan : Plan
        What to measure; its settings say whether in worker processes.
    journal : Journal
        Takes each finished case.
    timeout_s : float
        Longest time without a finished batch, > 0.
    progress : callable, optional
        Called with each `Event`, in this thread.

    Returns
    -------
    dict
        Key -> native samples of the cases measured in this process (without isolation only).
    """
    done = journal.keys()
    meter = _Meter(plan, done, progress)
    budget = Budget(plan.settings, meter.todo)
    meter.tell("started")
    live: dict[Key, Any] = {}
    with Supervisor(timeout_s) as supervisor:
        for group in plan.groups:
            pending = _pending(group, done)
            if not pending:
                continue
            meter.begin(len(pending))
            meter.tell("group", id=group.id, params=group.params)
            job = _job(group, pending, budget.settings())
            if plan.settings["isolated"]:
                batches = _isolated(group, job, supervisor, meter)
            else:
                batches = _in_process(group, job, live)
            for cases in batches:
                journal.commit(cases)
                for case in cases:
                    meter.done += 1
                    _tell_case(meter, case)
            budget.took(meter.end(), job["settings"], len(pending))
    meter.tell("finished")
    return live


def _tell_case(meter: _Meter, case: StoredCase) -> None:
    meter.tell(
        "case",
        id=case.id,
        design=case.design,
        params=case.params,
        status=case.status,
        reason=case.reason,
    )


def _pending(group: Group, done: set[Key]) -> list[str]:
    return [
        d for d in group.designs if case_key(group.id, d, group.params, group.process) not in done
    ]


def _job(group: Group, designs: list[str], settings: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": group.id,
        "params": group.params,
        "designs": designs,
        "process": group.process,
        "settings": settings,
        "libraries": _core.bench.libraries(),
        "imports": [dict(one) for one in _core.bench.imports()],
    }


def _in_process(
    group: Group, job: dict[str, Any], live: dict[Key, Any]
) -> Iterator[list[StoredCase]]:
    cases = []
    for result in measure_group(job, beacon=""):
        case = _stored(group, case_header(result), case_blobs(result))
        live[case.key] = result.samples
        cases.append(case)
    yield cases


def _isolated(
    group: Group, job: dict[str, Any], supervisor: Supervisor, meter: _Meter
) -> Iterator[list[StoredCase]]:
    """Yield the cases of a group as they become final; a fresh worker after each death."""

    def tick(design: str) -> None:
        meter.tell("tick", id=group.id, params=group.params, design=design)

    pending = [*job["designs"]]
    while pending:
        frames, death = supervisor.run({**job, "designs": pending}, on_tick=tick)
        cases = [_stored(group, header, blobs) for header, blobs in frames]
        pending = [d for d in pending if d not in {c.design for c in cases}]
        if death is not None:
            # Without a design under way nobody is to blame alone: the group as a whole has failed.
            blamed = [death.design] if death.design in pending else [*pending]
            cases += [_stored(group, _failure(design, death)) for design in blamed]
            pending = [d for d in pending if d not in blamed]
        yield cases


def _failure(design: str, death: Death) -> dict[str, Any]:
    return {
        "design": design,
        "status": death.status,
        "reason": death.reason,
        "version": "",
        "checksum": 0,
        "evidence": {},
        "metrics": {},
    }


def _stored(
    group: Group, header: dict[str, Any], blobs: dict[str, bytes] | None = None
) -> StoredCase:
    samples, details = split_blobs(blobs or dict.fromkeys(FIELDS, b""))
    return StoredCase(
        id=group.id,
        design=header["design"],
        params=group.params,
        process=group.process,
        status=header["status"],
        reason=header["reason"],
        version=header["version"],
        checksum=header["checksum"],
        evidence=header["evidence"],
        blobs=samples,
        metrics=header["metrics"],
        details=details,
    )
