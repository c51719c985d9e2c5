"""The pairs of all cases of a comparison, in an order that cuts them equally short."""

from __future__ import annotations

import math
import random
import time
from dataclasses import asdict, replace

from .. import _core
from .._builds.source import Build
from .._measure.progress import Event, Kind, Progress
from .._results.arrays import doubles, integers
from .cases import Case
from .metric import take_values
from .pair import Pair, failing_sides, kept_pair, run_pair, seeds, shape_of
from .pair_log import PairLog
from .settings import Settings
from .side import Dead, Task, task_at
from .verdict import crossed, fewest_pairs

__all__ = ["PairSeries"]


class PairSeries:
    """The pairs of all cases, in an order that cuts them equally short."""

    def __init__(
        self,
        cases: list[Case],
        builds: tuple[list[Build], list[Build]],
        settings: Settings,
        *,
        clock_step_ns: float,
        seed: int,
        timeout_s: float,
        log: PairLog,
        progress: Progress | None,
    ) -> None:
        self.settings = settings
        self.notes: tuple[str, ...] = ()
        self._log = log
        self._clock_step_ns = clock_step_ns
        self._cases = [case for case in cases if case.status == "ok"]
        self._builds = builds
        self._seed = seed
        self._timeout_s = timeout_s
        self._progress = progress
        self._done = 0
        self._began = time.monotonic()
        # One CPU for both sides, for the whole comparison.
        self._cpu = _core.os.allowed_cpus()[-1]
        self._shape = shape_of(settings)

    def run(self, budget_s: float | None) -> None:
        """Measure; fills the evidence of the cases."""
        order = random.Random(self._seed)
        number = 0
        while number < self.settings.pairs:
            todo = [case for case in self._cases if self._goes_on(case)]
            order.shuffle(todo)
            for case in todo:
                self._one(case, number)
            number += 1
            if number == 1 and budget_s is not None:
                # Known before any effect is looked at, so it may depend on nothing but time.
                self._plan_for(budget_s)
            if not todo:
                break
        for case in self._cases:
            case.evidence.relink_floor = _relink_floor(case, len(self._builds[0]))

    def _plan_for(self, budget_s: float) -> None:
        first_s = float(self._log.get("first_s") or time.monotonic() - self._began)
        self._log.put(first_s, "first_s")
        least = max(
            fewest_pairs(self.settings, len(self._cases)),
            2 * len(self._builds[0]),  # each salted build in two pairs
        )
        pairs = int(budget_s / max(first_s, 1e-3))
        if pairs < least:
            self.notes = (
                f"the budget of {budget_s:g} s is too short: {least} pairs, the fewest that can "
                f"tell, take about {least * first_s:.2g} s",
            )
        self.settings = replace(self.settings, pairs=max(least, pairs))

    def _goes_on(self, case: Case) -> bool:
        case.evidence.planned = self.settings.pairs
        if case.status != "ok" or case.evidence.no_ratio:
            return False
        return not (self.settings.sequential and crossed(case.evidence, self.settings))

    def _one(self, case: Case, number: int) -> None:
        which = number % len(self._builds[0])
        a_seed, b_seed = seeds(self._shape, self._seed, number)
        tasks = (self._task(case, 0, which, a_seed), self._task(case, 1, which, b_seed))
        key = ("pair", case.id, case.points, number)
        pair = kept_pair(self._log.get(*key))
        self._tell("group", case)
        try:
            if pair is None:
                pair = run_pair(
                    tasks,
                    self._shape,
                    number=number,
                    timeout_s=self._timeout_s,
                    count=number == 0,
                    n=case.ops,
                    metric=case.metric,
                )
                self._log.put(asdict(pair), *key)
        except Dead as death:
            case.status, case.reason = death.status, str(death)
            case.failed = failing_sides(tasks, self._shape, death, timeout_s=self._timeout_s)
            self._tell("case", case)
            return
        finally:
            self._done += 1
        _take(case, pair, which, self._clock_step_ns)

    def _tell(self, kind: Kind, case: Case) -> None:
        if self._progress is None:
            return
        total = self.settings.pairs * len(self._cases)
        elapsed = time.monotonic() - self._began
        eta = elapsed / self._done * (total - self._done) if self._done else 0.0
        self._progress(
            Event(
                kind,
                self._done,
                total,
                elapsed,
                eta,
                case.id,
                params=case.params,
                status=case.status,
                reason=case.reason,
            )
        )

    def _task(self, case: Case, side: int, which: int, seed: int) -> Task:
        build, point = self._builds[side][which], case.points[side]
        return task_at(build, case.id, point, seed=seed, data_seed=self._seed, cpu=self._cpu)


_LEAST_SALTS = 3  # two layouts say next to nothing of the spread between layouts


def _relink_floor(case: Case, salts: int) -> float | None:
    """Return how far pairs of salted builds lie apart, as a log ratio, where there are enough."""
    builds = integers(case.evidence.builds)
    if (
        case.metric is not None
        or salts < _LEAST_SALTS
        or case.status != "ok"
        or len(builds) < 2 * salts
    ):
        return None
    effects = doubles(case.evidence.effects)
    return float(_core.stats.layout_floor(effects, builds)["spread"])


def _take(case: Case, pair: Pair, build: int, clock_step_ns: float) -> None:
    case.ops = pair.n
    case.versions = pair.versions
    case.disturbed += pair.disturbed
    case.batches += 2 * len(pair.ns[0])
    if pair.instructions != (None, None):
        case.evidence.instructions = pair.instructions
    if case.metric is not None:
        take_values(case, pair.values, build)
        return
    case.evidence.effects.append(float(_core.stats.median(doubles(pair.log_ratios()))))
    case.evidence.builds.append(build)
    per_op = [min(ns) / pair.n for ns in pair.ns]
    before = case.minima or (math.inf, math.inf)
    case.minima = (min(before[0], per_op[0]), min(before[1], per_op[1]))
    shortest = max(1, min(min(ns) for ns in pair.ns))
    case.evidence.resolution = max(case.evidence.resolution, clock_step_ns / shortest)
