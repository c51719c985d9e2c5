"""compare_suites(): two revisions by a suite that knows nothing of this package.

Whole processes of the suite alternate, one of each side in a pair; each benchmark gives one log
ratio per pair, and from there on all is as in `compare`.
"""

from __future__ import annotations

import datetime
import math
import random
import re
import time as clock
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from .. import _core
from .._builds.brought import differences, kept_brought
from .._builds.checkout import checked_out, digest, find_source, prefix_in_repository
from .._builds.source import Source
from .._catalog.naming import chosen_names
from .._compare.cases import Case
from .._compare.pair_log import PairLog, kept_pairs
from .._compare.result import Comparison
from .._compare.settings import Settings, with_changes
from .._compare.verdict import crossed, fewest_pairs
from .._errors import invalid, measurement
from .._files.fraction import parse_fraction
from .._history.fingerprint import fingerprint_of
from .._machine import machine
from .._measure.progress import Event, Kind, Progress
from .process import TIMES, Command, Ran, kept_ran, kind_of, run_once

__all__ = ["compare_suites"]

_THREADS = re.compile(r"/threads:(?!1\b)\d+")  # as Google Benchmark names them
_LAYOUT = (
    "code layout was not varied: the suite is linked once a side, and a relink alone can move a "
    "benchmark"
)


def compare_suites(
    a: str,
    b: str,
    command: Sequence[str],
    *,
    build: str | None = None,
    suite: str | None = None,
    time: str = "real",
    benchmarks: str | Iterable[str] | None = None,
    pairs: int | None = None,
    alpha: float | None = None,
    tolerance: float | str = 0.0,
    correction: str | None = None,
    stopping: str | None = None,
    budget_s: float | None = None,
    seed: int = 0,
    timeout_s: float = 600.0,
    pin: bool = True,
    folder: str | None = None,
    repository: str | Path | None = None,
    results: str | Path | PairLog | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    """Tell whether B is slower than A by an unmodified Google Benchmark or pytest-benchmark suite.

    Parameters
    ----------
    a, b : str
        Revisions of a git repository, or folders; ``rev:`` or ``path:`` in front decides. They are
        checked out into the cache (``VMPERF_CACHE``); two folders without `build` are run where
        they are.
    command : sequence of str
        Program and arguments, run in both trees: ``["./gbench", "--benchmark_min_time=0.05"]``,
        ``["pytest", "tests/bench"]``.
    build : str, optional
        A command for the shell, run once in each tree.
    suite : {"gbench", "pytest"}, optional
        What the command writes; by default pytest where the command says so, else gbench.
    time : {"real", "cpu"}
        Which time of Google Benchmark; pytest-benchmark has one.
    benchmarks : str or iterable of str, optional
        Shell patterns over names; by default all.
    pairs : int, optional
        Pairs of processes.
    alpha : float, optional
        One-sided probability of a false alarm over all benchmarks together.
    tolerance : float or str
        Differences up to this share are none, ``0.01`` or ``"1%"``; 0 = any.
    correction : {"bh", "holm"}, optional
        Of p values over the benchmarks.
    stopping : {"sequential"}, optional
        Stop early at fixed looks whose bounds keep alpha.
    budget_s : float, optional
        Seconds for all pairs: decides their number after the first.
    seed : int
        Of the order.
    timeout_s : float
        How long one process may take.
    pin : bool
        Run all processes on one CPU. Benchmarks with threads need False.
    folder : str, optional
        Where in the trees the commands are run; by default, between revisions, where `repository`
        lies in its repository.
    repository : path, optional
        Where revisions are looked up; by default the current folder.
    results, resume
        Where pairs are kept as they come, and whether to go on with such a file, as in `compare`.
    progress : callable, optional
        Called with each `vmperf._measure.progress.Event`.

    Returns
    -------
    Comparison
        One row per benchmark, with the suite's name as id. A benchmark that only one side has, that
        fails or whose process dies has that as its status; the others go on.

    Raises
    ------
    InvalidArgumentError
        A revision, command or setting that makes no sense.
    MeasurementError
        ``build_failed``; ``suite_failed`` where neither side gave a single figure.

    Notes
    -----
    Without `build`, the tree and its ``src`` lead Python's path for pytest, so that not both sides
    import one installed copy.

    Examples
    --------
    >>> import vmperf
    >>> vmperf.compare_suites("HEAD~1", "HEAD", [])
    Traceback (most recent call last):
    vmperf.InvalidArgumentError: command is empty; allowed: a program and its arguments
    """
    kind = kind_of(command, suite)
    if time not in TIMES:
        raise invalid("time", repr(time), ", ".join(TIMES))
    if stopping not in (None, "sequential"):
        raise invalid("stopping", repr(stopping), "None, 'sequential'")
    for name, value in (("budget_s", budget_s), ("timeout_s", timeout_s)):
        if value is not None and not value > 0:
            raise invalid(name, value, "> 0")
    settings = with_changes(
        pairs=pairs,
        alpha=alpha,
        tolerance=parse_fraction(tolerance, "tolerance"),
        correction=correction,
        sequential=stopping is not None,
    )
    where = Path(repository) if repository is not None else Path()
    sources = (find_source(a, repository=where), find_source(b, repository=where))
    if folder is None:
        folder = prefix_in_repository(where) if all(s.revision for s in sources) else ""
    on_step = _told(progress)
    trees = _trees(sources, (a, b), build, folder, on_step)
    folders = (trees[0] / folder, trees[1] / folder)
    came = (kept_brought(trees[0]), kept_brought(trees[1]))
    runner = Command(
        words=tuple(command),
        kind=kind,
        time=time,
        cpu=_core.os.allowed_cpus()[-1] if pin else None,
        timeout_s=timeout_s,
        own_sources=kind == "pytest" and build is None,
    )
    patterns = [benchmarks] if isinstance(benchmarks, str) else benchmarks
    wanted = None if patterns is None else [*patterns]
    fingerprint = machine()
    with kept_pairs(results, resume=resume, kind="compare") as log:
        log.begin(
            {
                "A": f"{a}, {folders[0]}",
                "B": f"{b}, {folders[1]}",
                "files of A": digest(folders[0]),
                "files of B": digest(folders[1]),
                "builds brought": came,
                "machine": fingerprint_of(fingerprint),
                "settings": {**asdict(settings), "pairs": None if budget_s is None else budget_s},
                "seed": seed,
                "command": asdict(replace(runner, timeout_s=0.0)),
                "benchmarks": wanted,
            }
        )
        series = SuiteSeries(runner, folders, settings, seed=seed, log=log, progress=progress)
        series.run(budget_s, wanted)
    return Comparison(
        a=a,
        b=b,
        settings=series.settings,
        machine=fingerprint,
        cases=tuple(series.cases),
        salts=1,
        layout_note=_LAYOUT,
        seed=seed,
        revisions=(sources[0].revision, sources[1].revision),
        notes=(*differences(*came), *series.notes, *_pinned(runner, series.cases)),
        date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )


def _pinned(runner: Command, cases: Sequence[Case]) -> list[str]:
    if runner.cpu is None:
        return []
    threaded = [case.id for case in cases if _THREADS.search(case.id)]
    what = f"; {threaded[0]} has threads, which took turns on it" if threaded else ""
    return [f"each process ran on CPU {runner.cpu} alone{what}: --no-pin leaves all CPUs to it"]


def _told(progress: Progress | None) -> Callable[[str], None]:
    return lambda what: progress(Event("tick", 0, 1, 0, 0, what)) if progress else None


def _trees(
    sources: tuple[Source, Source],
    labels: tuple[str, str],
    build: str | None,
    folder: str,
    on_step: Callable[[str], None],
) -> tuple[Path, Path]:
    in_place = build is None and not any(source.revision for source in sources)
    found = []
    for source, label in zip(sources, labels, strict=True):
        tree = source.tree
        if not in_place:
            on_step(f"{label}: checking out and building, unless that was done before")
            tree = checked_out(source, build=build, folder=folder)
        if not (tree / folder).is_dir():
            raise invalid("folder", repr(folder), f"a folder that {label} has")
        found.append(tree)
    return found[0], found[1]


class SuiteSeries:
    """The pairs of a suite; its cases are known after the first."""

    def __init__(
        self,
        command: Command,
        folders: tuple[Path, Path],
        settings: Settings,
        *,
        seed: int,
        log: PairLog,
        progress: Progress | None,
    ) -> None:
        self._log = log
        self.settings = settings
        self.cases: list[Case] = []
        self._command = command
        self._folders = folders
        self._first = random.Random(f"suite/{seed}").randrange(2)
        self._progress = progress
        self._began = clock.monotonic()
        self._only: list[str] | None = None
        self.notes: tuple[str, ...] = ()

    def run(self, budget_s: float | None, patterns: list[str] | None) -> None:
        """Measure; fills `cases`."""
        number = 0
        while number < self.settings.pairs:
            self._tell("group", number)
            ran = self._pair(number)
            if number == 0:
                self.cases = _cases(ran, patterns)
                if budget_s is not None:
                    self._plan_for(budget_s)
            live = [case for case in self.cases if self._goes_on(case)]
            for case in live:
                _take(case, ran, number)
                if case.status != "ok":
                    self._tell("case", number, case)
            number += 1
            going = [case for case in self.cases if self._goes_on(case)]
            if not going:
                break
            if patterns is not None or len(going) < len(self.cases):
                self._only = [case.id for case in going]

    def _plan_for(self, budget_s: float) -> None:
        """Decide the number of pairs before any effect is looked at: by nothing but time."""
        first_s = float(self._log.get("first_s") or clock.monotonic() - self._began)
        self._log.put(first_s, "first_s")
        least = fewest_pairs(self.settings, len(self.cases))
        pairs = int(budget_s / max(first_s, 1e-3))
        if pairs < least:
            self.notes += (
                f"the budget of {budget_s:g} s is too short: {least} pairs, the fewest that can "
                f"tell, take about {least * first_s:.2g} s",
            )
        self.settings = replace(self.settings, pairs=max(least, pairs))

    def _goes_on(self, case: Case) -> bool:
        case.evidence.planned = self.settings.pairs
        if case.status != "ok":
            return False
        return not (self.settings.sequential and crossed(case.evidence, self.settings))

    def _pair(self, number: int) -> tuple[Ran, Ran]:
        first = (number + self._first) % 2
        found: dict[int, Ran] = {}
        if (kept := self._log.get("pair", number)) is not None:
            return kept_ran(kept[0]), kept_ran(kept[1])
        for side in (first, 1 - first):
            found[side] = run_once(self._command, self._folders[side], only=self._only)
        if not any(ran.failure for ran in found.values()):  # a failure is tried again
            self._log.put([asdict(found[0]), asdict(found[1])], "pair", number)
        return found[0], found[1]

    def _tell(self, kind: Kind, done: int, case: Case | None = None) -> None:
        if self._progress is None:
            return
        total = self.settings.pairs
        elapsed = clock.monotonic() - self._began
        self._progress(
            Event(
                kind,
                done,
                total,
                elapsed,
                elapsed / done * (total - done) if done else 0.0,
                case.id if case else f"pair {done + 1}",
                status=case.status if case else "",
                reason=case.reason if case else "",
            )
        )


def _cases(ran: tuple[Ran, Ran], patterns: list[str] | None) -> list[Case]:
    """Return a case for each name of either side."""
    sides = [[*one.readings.times, *one.readings.faults] for one in ran]
    names = [*dict.fromkeys([*sides[0], *sides[1]])]
    if not any(one.readings.times for one in ran):
        raise measurement("suite_failed", _why(ran, names))
    if patterns is not None:
        names = chosen_names(patterns, names)
    cases = [Case(name, {}, ({}, {})) for name in names]
    for case in cases:
        missing = [side for side in (0, 1) if case.id not in sides[side]]
        if missing and ran[missing[0]].failure is None:
            case.status = "one_sided"
            case.reason = f"only {'AB'[1 - missing[0]]} has this benchmark"
    return cases


def _why(ran: tuple[Ran, Ran], names: list[str]) -> str:
    reasons = []
    for side, one in zip("AB", ran, strict=True):
        if one.failure is not None:
            reasons.append(f"side {side}: {one.failure[1]}")
        else:
            reasons += [
                f"side {side}: {name}: {fault[1]}" for name, fault in one.readings.faults.items()
            ]
    return "; ".join(reasons[:4]) or f"the suite has no benchmarks ({len(names)} names)"


def _take(case: Case, ran: tuple[Ran, Ran], number: int) -> None:
    """Add one pair to a case, or end it with the reason why there is none."""
    times = [one.readings.times.get(case.id) for one in ran]
    case.batches += 2
    case.failed = "".join(side for side, t in zip("AB", times, strict=True) if t is None)
    if case.failed:
        side = 1 if case.failed == "B" else 0
        missing = ran[side].failure or ("failed", f"missing in pair {number + 1}")
        status, reason = ran[side].readings.faults.get(case.id, missing)
        where = "both sides" if len(case.failed) > 1 else f"side {case.failed}"
        case.status, case.reason = status, f"{where}: {reason}"
        return
    assert times[0] is not None
    assert times[1] is not None
    case.evidence.effects.append(math.log(times[1] / times[0]))
    case.evidence.builds.append(0)
