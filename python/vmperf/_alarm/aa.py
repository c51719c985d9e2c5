"""aa(): the same build on both sides, so that every difference found is false."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from .. import _core
from .._builds.source import Build, here
from .._catalog.quantities import Metric
from .._compare.arms import Arm, resolve
from .._compare.cases import Case, catalog_of, make_cases
from .._compare.compare import told
from .._compare.keeping import code_of
from .._compare.metric import choose_metric, delivered, log_ratio
from .._compare.pair import Pair, kept_pair, run_pair, shape_of
from .._compare.pair_log import PairLog, kept_pairs
from .._compare.settings import Settings, with_changes
from .._compare.side import Dead, Task, task_at
from .._errors import invalid
from .._history.fingerprint import fingerprint_of
from .._machine import machine
from .._measure.progress import Event, Progress
from .aa_rows import Noise, NoiseCase, Taken

__all__ = ["aa"]

_LEAST_CYCLES = 3  # pairs of each layout, also where the budget is shorter
_SALTS = 6


def aa(
    pattern: str | Iterable[str],
    *,
    budget_s: float,
    designs: Iterable[str] | None = None,
    params: Mapping[str, Any] | None = None,
    metric: str | None = None,
    pairs: int | None = None,
    rounds: int | None = None,
    batch_us: int | None = None,
    alpha: float | None = None,
    tree: str | Path | None = None,
    salts: int = _SALTS,
    seed: int = 0,
    timeout_s: float = 60.0,
    results: str | Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> Noise:
    """Measure what a comparison says of identical code, on this machine, benchmark by benchmark.

    Parameters
    ----------
    pattern : str or iterable of str
        Shell patterns over ids.
    budget_s : float
        Seconds for all pairs together, builds aside; each benchmark gets 3 pairs of each data
        layout at least. More seconds give more independent comparisons, hence a tighter bound.
    designs : iterable of str, optional
        Of each benchmark; by default its first.
    params : mapping, optional
        Axis -> value or values; axes left out take the values of a plain run.
    metric : str, optional
        What is compared in place of the time per op, as `compare` takes it.
    pairs, rounds, batch_us, alpha : optional
        Of the comparisons whose false alarms are counted; see `compare`.
    tree : path, optional
        A source tree, built and linked `salts` times: both sides run its build, and the relink
        floor is measured. Without it the floor is said to be not measured.
    salts : int
        Builds of the tree, 3 or more; the first is the one that the others are compared with.
    seed : int
        Of layouts and order.
    timeout_s : float
        How long a process may be silent.
    results, resume
        Where pairs are kept as they come, and whether to go on with such a file, as in `compare`.
    progress : callable, optional
        Called with each `vmperf._measure.progress.Event`.

    Returns
    -------
    Noise
        ``rows()``: noise floors, arm bias, false alarms with their upper bound, relink floor,
        smallest visible change, and what other rules say of the same wall time.

    Raises
    ------
    InvalidArgumentError
        Unknown benchmark, axis, value or metric; a setting out of range; a tree that is none.
    MeasurementError
        ``build_failed``: the tree can't be built.

    Notes
    -----
    Pairs of random and of paired data layout take turns, so that both see the same machine. The
    number of pairs depends on time alone, never on what they show. A case whose process dies or
    hangs gets that as its status; the others go on.

    Examples
    --------
    >>> import vmperf
    >>> noise = vmperf.aa("bench/selftest/one_cycle", budget_s=0.5, rounds=4)
    >>> [row["relink_reason"] for row in noise.rows()]
    ['not measured: no source tree']
    """
    settings = with_changes(pairs=pairs, rounds=rounds, batch_us=batch_us, alpha=alpha)
    if not budget_s > 0:
        raise invalid("budget_s", budget_s, "> 0")
    if tree is not None and salts < 3:
        raise invalid("salts", salts, "3 or more: the spread of two builds less one is none")
    builds = _builds(tree, salts, progress)
    arm = Arm("path", "this build", build=builds[0])
    catalog = catalog_of(builds[0], timeout_s=timeout_s)
    cases = make_cases(
        (arm, arm),
        (catalog, catalog),
        patterns=[pattern] if isinstance(pattern, str) else pattern,
        designs=designs,
        params=params or {},
    )
    if metric is not None:
        choose_metric(metric, cases, (catalog, catalog))
    fingerprint = machine()
    with kept_pairs(results, resume=resume, kind="aa") as log:
        log.begin(
            {
                "code": code_of(builds),
                "machine": fingerprint_of(fingerprint),
                "settings": asdict(settings),
                "seed": seed,
                "metric": metric,
                "cases": [[case.id, case.points[0]] for case in cases],
            }
        )
        pairing = _Pairing(
            cases, builds, settings, seed=seed, timeout_s=timeout_s, log=log, progress=progress
        )
        pairing.run(budget_s)
    return Noise(
        cases=tuple(pairing.found),
        settings=settings,
        machine=fingerprint,
        n_builds=len(builds),
        clock_step_ns=float(fingerprint["timers"]["clock_gettime"]["step_ns"]),
        seed=seed,
        metric=metric,
    )


def _builds(tree: str | Path | None, salts: int, progress: Progress | None) -> list[Build]:
    if tree is None:
        return [here()]
    from .._builds.builds import source_builds

    source = resolve(f"path:{tree}").source
    if source is None:
        raise invalid("tree", tree, "a source tree (pyproject.toml)")
    return source_builds(source, salts=salts, on_step=told(progress, str(tree)))


class _Pairing:
    """Pairs of all cases by turns, until time is up."""

    def __init__(
        self,
        cases: list[Case],
        builds: list[Build],
        settings: Settings,
        *,
        seed: int,
        timeout_s: float,
        log: PairLog,
        progress: Progress | None,
    ) -> None:
        self._log = log
        self._earlier_s = 0.0  # what the pairs took that were kept before
        self.found = [
            NoiseCase(c.id, c.params, status=c.status, reason=c.reason, metric=c.metric)
            for c in cases
        ]
        self._points = {
            id(one): case.points[0] for one, case in zip(self.found, cases, strict=True)
        }
        self._builds = builds
        self._settings = settings
        self._seed = seed
        self._timeout_s = timeout_s
        self._progress = progress
        self._done = 0
        self._began = time.monotonic()
        # One CPU for both sides, for all pairs.
        self._cpu = _core.os.allowed_cpus()[-1]

    def run(self, budget_s: float) -> None:
        order = random.Random(self._seed)
        cycle = 0
        while cycle < _LEAST_CYCLES or self._elapsed() < budget_s:
            todo = [case for case in self.found if case.status == "ok"]
            order.shuffle(todo)
            for case in todo:
                self._tell(case, budget_s)
                self._cycle(case, cycle)
            cycle += 1
            if not todo:
                break

    def _elapsed(self) -> float:
        return time.monotonic() - self._began + self._earlier_s

    def _cycle(self, case: NoiseCase, cycle: int) -> None:
        try:
            self._one(case, "random", cycle, 0)
            self._one(case, "paired", cycle, 0)
            if len(self._builds) > 1:
                self._one(case, "relink", cycle, 1 + cycle % (len(self._builds) - 1))
        except Dead as death:
            case.status, case.reason = death.status, str(death)

    def _one(self, case: NoiseCase, kind: str, number: int, salt: int) -> None:
        key = (kind, case.id, case.params, number)
        kept = self._log.get(*key)
        if kept is not None:
            self._earlier_s += kept["seconds"]
            pair = kept_pair(kept["pair"])
            assert pair is not None
        else:
            began = time.monotonic()
            pair = self._pair(case, kind, number, salt)
            kept = {"seconds": time.monotonic() - began, "pair": asdict(pair)}
            self._log.put(kept, *key)
        case.ops = pair.n
        self._done += 1
        ratio = _ratio(case.metric, pair) if case.metric is not None else None
        case.taken.append(Taken(kind, salt, pair, kept["seconds"], ratio))

    def _pair(self, case: NoiseCase, kind: str, number: int, salt: int) -> Pair:
        layout = "paired" if kind == "paired" else "random"
        shape = replace(shape_of(self._settings), layout=layout)
        rng = random.Random(f"{self._seed}/{kind}/{number}")
        first, second = rng.getrandbits(63), rng.getrandbits(63)
        return run_pair(
            (
                self._task(case, 0, first),
                self._task(case, salt, first if kind == "paired" else second),
            ),
            shape,
            number=number,
            timeout_s=self._timeout_s,
            count=kind == "random" and number == 0,
            n=case.ops,
            metric=case.metric,
        )

    def _task(self, case: NoiseCase, build: int, seed: int) -> Task:
        point = self._points[id(case)]
        build_now, data_seed = self._builds[build], self._seed
        return task_at(build_now, case.id, point, seed=seed, data_seed=data_seed, cpu=self._cpu)

    def _tell(self, case: NoiseCase, budget_s: float) -> None:
        if self._progress is None:
            return
        elapsed = self._elapsed()
        total = max(self._done + 1, round(self._done * budget_s / max(elapsed, 1e-3)))
        eta = max(0.0, budget_s - elapsed)
        self._progress(Event("group", self._done, total, elapsed, eta, case.id, params=case.params))


def _ratio(metric: Metric, pair: Pair) -> float:
    """Return the log ratio of a metric's values; Dead where they have none."""
    both = delivered(metric, pair.values)
    if isinstance(both, str):
        raise Dead("not_delivered", both)
    found = log_ratio(metric, *both)
    if isinstance(found, str):
        raise Dead("no_ratio", found)
    return found
