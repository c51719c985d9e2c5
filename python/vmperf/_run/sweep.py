"""run_sweep(): what a sweep file asks for, measured as run() does it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .. import _core
from .._catalog.catalog import get
from .._errors import invalid, near
from .._plan.plan import PROFILES, Plan, Point, plan_points
from .._plan.sweep_file import SweepFile, find, read_sweep
from .._results.results import Results
from .run import carry_out

if TYPE_CHECKING:
    from .._measure.progress import Progress

__all__ = ["plan_sweep", "run_sweep"]


def run_sweep(
    sweep: str | Path,
    *,
    profile: str | None = None,
    budget_s: float | None = None,
    seed: int | None = None,
    results: str | Path | None = None,
    resume: bool = False,
    retry_failures: bool = False,
    timeout_s: float = 60.0,
    progress: Progress | None = None,
) -> Results:
    """Measure what a sweep file asks for.

    Parameters
    ----------
    sweep : str or path
        A TOML file, or the name of a sweep that comes with the package, such as ``"pools"``.
    profile : {"quick", "criterion", "thorough"}, optional
        In place of the file's.
    budget_s : float, optional
        Seconds for the whole run, shared over all cases, in place of the file's.
    seed : int, optional
        Decides order, placement and data, 0 <= seed < 2**64, in place of the file's.
    results : path, optional
        The journal to write; by default a new file, as in `vmperf.run`.
    resume : bool
        Go on with a journal of the same sweep; without `results` with the newest such one.
    retry_failures : bool
        With `resume`: measure cases again that failed, as in `vmperf.run`.
    timeout_s : float
        Seconds without a finished batch after which a design is given up, > 0.
    progress : callable, optional
        Called with each `vmperf._measure.progress.Event`.

    Returns
    -------
    Results
        Every case with its status; `Results.reference` is the file's.

    Raises
    ------
    InvalidArgumentError
        No such file or name; a mistake in the file, named with its line; an existing journal
        without `resume`, or one of another plan; a budget that is too small.
    TraceFormatError
        A file that is not TOML; a file to resume that is not a journal.
    KeyboardInterrupt
        Ctrl-C; the message says how to go on.

    Notes
    -----
    Tables of one benchmark share its points: each is measured once, with the designs of all of
    them. Every point runs in a fresh process. For one benchmark on a dense grid without a file
    there is `vmperf.sweep`.

    Examples
    --------
    >>> import pathlib, vmperf
    >>> lines = ["[[sweep]]", 'benchmark = "bench/selftest/one_cycle"']
    >>> _ = pathlib.Path("mine.toml").write_text(chr(10).join(lines))
    >>> found = vmperf.run_sweep("mine.toml", budget_s=0.5, results="sweep.vmperf")
    >>> [row["params"] for row in found.rows()]
    [{'design': 'kernel'}]
    """
    if not timeout_s > 0:
        raise invalid("timeout_s", timeout_s, "> 0")
    if not sys.executable:
        raise invalid("sys.executable", "empty", "an interpreter that can start workers")
    plan, _ = plan_sweep(sweep, profile=profile, budget_s=budget_s, seed=seed)
    return carry_out(
        plan,
        results,
        resume=resume,
        retry_failures=retry_failures,
        timeout_s=timeout_s,
        progress=progress,
    )


def plan_sweep(
    sweep: str | Path,
    *,
    profile: str | None = None,
    budget_s: float | None = None,
    seed: int | None = None,
) -> tuple[Plan, SweepFile]:
    """Return what `run_sweep` would carry out, and the file that it comes from."""
    asked = read_sweep(find(sweep))
    chosen = profile or asked.profile
    if chosen not in PROFILES:
        raise invalid("profile", repr(chosen), near(chosen, PROFILES))
    words = ["vmperf", "sweep", str(sweep)]
    words += [word for library in _core.bench.libraries() for word in ("--load", library)]
    words += ["--profile", profile] if profile is not None else []
    words += ["--budget", f"{budget_s:g}"] if budget_s is not None else []
    words += ["--seed", str(seed)] if seed is not None else []
    plan = plan_points(
        _sorted(asked.points),
        PROFILES[chosen],
        budget_s=asked.budget_s if budget_s is None else budget_s,
        seed=asked.seed if seed is None else seed,
        command=shlex.join(words),
    )
    return replace(plan, reference=asked.reference), asked


def _sorted(points: Iterable[Point]) -> list[Point]:
    """Return the points in the order of tables: benchmarks as they came, numbers ascending."""
    groups: dict[str, list[Point]] = {}
    for point in points:
        groups.setdefault(point.id, []).append(point)

    def place(point: Point) -> list[tuple[int, int | float]]:
        axes = {axis.name: axis.values for axis in get(point.id).axes}
        return [
            (1, axes[name].index(value)) if isinstance(value, str) else (0, value)
            for name, value in point.params.items()
        ]

    return [point for group in groups.values() for point in sorted(group, key=place)]
