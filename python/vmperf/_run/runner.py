"""Executes a plan group by group, each in a worker process that cannot take the run down.

A worker shares a page with its parent: batches finished, design under way. Where no batch ends for
`timeout_s`, or the share of the budget is used up, the worker is killed and that design is a row
``timed_out``; where it dies of a signal the design is a row ``crashed``; the others of the group
are measured again without it in a fresh worker, as long as the budget lasts. Rows are committed as
they come, so that the run can be resumed whatever happens.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeAlias

from .. import _core
from .._catalog.catalog import get
from .._measure.measure import FIELDS, case_blobs, case_header, measure_group, split_blobs
from .._measure.progress import Event, Kind, Meter, Progress
from .._measure.supervisor import Death, Frame, Supervisor
from .._plan.budget import Budget, Share
from .._plan.groups import Group
from .._plan.plan import Plan
from .._results.journal import Journal, Key, StoredCase, case_key

__all__ = ["Event", "Kind", "Progress", "Workers", "carry_on", "execute"]

Shares: TypeAlias = Callable[[list[str]], Share | None]


class Workers(Protocol):
    """What runs one job in a process of its own; `Supervisor`, or a stand-in for it."""

    def run(
        self, job: dict[str, Any], *, on_tick: Callable[[str], None], limit_s: float | None = None
    ) -> tuple[list[Frame], Death | None]:
        """Return the frames that came whole, and why there are no more."""


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
    with Supervisor(timeout_s) as workers:
        return carry_on(plan, journal, workers, progress=progress)


def carry_on(
    plan: Plan,
    journal: Journal,
    workers: Workers,
    *,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> dict[Key, Any]:
    """Do what `execute` does, with these workers and this clock, in seconds."""
    done = journal.keys()
    todo = [(group, pending) for group in plan.groups if (pending := _pending(group, done))]
    meter = Meter(plan, todo, progress)
    n_present = sum(plan.n_present(group, pending) for group, pending in todo)
    budget = Budget(plan.settings, len(todo), n_present, clock=clock)
    meter.tell("started")
    live: dict[Key, Any] = {}
    for group, pending in todo:
        meter.begin(group, pending)
        begun = clock()
        turn = _Turn(plan, group, budget)
        if plan.settings["isolated"]:
            batches = _isolated(turn, pending, workers, meter)
        else:
            batches = _in_process(turn, pending, live)
        for cases in batches:
            journal.commit(cases)
            for case in cases:
                meter.case(case.design, case.status, case.reason)
        meter.end()
        budget.took(clock() - begun, turn.first_share, plan.n_present(group, pending))
    meter.tell("finished")
    return live


class _Turn:
    """One group while it is measured: what its designs get of the budget."""

    def __init__(self, plan: Plan, group: Group, budget: Budget) -> None:
        self.plan = plan
        self.group = group
        self._budget = budget
        self.first_share: Share | None = None

    def share(self, designs: list[str]) -> Share | None:
        """Return what these designs get now; None where nothing is left."""
        n_present = self.plan.n_present(self.group, designs)
        share = self._budget.share(n_present, alone=self.group.alone)
        self.first_share = self.first_share or share
        return share

    def job(self, designs: list[str], share: Share) -> dict[str, Any]:
        """Return what a worker is to do."""
        return {
            "id": self.group.id,
            "params": self.group.params,
            "designs": designs,
            "process": self.group.process,
            "settings": share.settings,
            "libraries": _core.bench.libraries(),
            "imports": [dict(one) for one in _core.bench.imports()],
        }

    def too_late(self, designs: list[str]) -> list[StoredCase]:
        """Return the rows of designs for which nothing of the budget is left."""
        benchmark = get(self.group.id)
        reason = f"the budget of {self.plan.settings['budget_s']:g} s was used up before its turn"
        cases = []
        for design in designs:
            found = benchmark.availability(design)
            if found["status"] == "ok":
                found = {"status": "timed_out", "reason": reason, "version": found["version"]}
            cases.append(_stored(self.group, _header(design, **found)))
        return cases


def _pending(group: Group, done: set[Key]) -> list[str]:
    return [
        d for d in group.designs if case_key(group.id, d, group.params, group.process) not in done
    ]


def _in_process(
    turn: _Turn, pending: list[str], live: dict[Key, Any]
) -> Iterator[list[StoredCase]]:
    share = turn.share(pending)
    if share is None:
        yield turn.too_late(pending)
        return
    cases = []
    for result in measure_group(turn.job(pending, share), beacon=""):
        case = _stored(turn.group, case_header(result), case_blobs(result))
        live[case.key] = result.samples
        cases.append(case)
    yield cases


def _isolated(
    turn: _Turn, pending: list[str], workers: Workers, meter: Meter
) -> Iterator[list[StoredCase]]:
    """Yield the cases of a group as they become final; a fresh worker after each death."""
    group = turn.group
    while pending:
        share = turn.share(pending)
        if share is None:
            yield turn.too_late(pending)
            return
        frames, death = workers.run(
            turn.job(pending, share), on_tick=meter.tick, limit_s=share.limit_s
        )
        cases = [_stored(group, header, blobs) for header, blobs in frames]
        pending = [d for d in pending if d not in {c.design for c in cases}]
        if death is not None:
            # Without a design under way nobody is to blame alone: the group as a whole has failed.
            blamed = [death.design] if death.design in pending else [*pending]
            failure = {"status": death.status, "reason": death.reason}
            cases += [_stored(group, _header(design, **failure)) for design in blamed]
            pending = [d for d in pending if d not in blamed]
        yield cases


def _header(design: str, *, status: str, reason: str, version: str = "") -> dict[str, Any]:
    """Return the header of a case that has no samples."""
    return {
        "design": design,
        "status": status,
        "reason": reason,
        "version": version,
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
