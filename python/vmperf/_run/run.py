"""run() and sweep(): plan, execute, journal, results."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .. import _core
from .._catalog.catalog import get
from .._errors import Interrupted, invalid
from .._machine import machine
from .._measure.progress import Progress
from .._plan.plan import Plan, make_plan
from .._results.journal import Journal, plan_differences, read_meta
from .._results.results import Results, with_live
from .runner import execute

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Interrupted", "carry_out", "newest", "run", "store", "sweep"]

SUFFIX = ".vmperf"
FAILED = ("crashed", "timed_out", "unverified")  # what another try may mend


def run(
    pattern: str | Iterable[str] | None = None,
    *,
    profile: str = "quick",
    budget_s: float | None = None,
    designs: Iterable[str] | None = None,
    params: Mapping[str, Any] | None = None,
    seed: int = 0,
    results: str | Path | None = None,
    resume: bool = False,
    retry_failures: bool = False,
    timeout_s: float = 60.0,
    isolate: bool | Literal["auto"] = "auto",
    progress: Progress | None = None,
) -> Results:
    """Measure benchmarks.

    Parameters
    ----------
    pattern : str or iterable of str, optional
        Shell patterns over ids, as in `vmperf.list`; ``"*"`` for all. Without one the tour: the
        benchmarks tagged ``headline`` of each component at few points, in 150 s together.
    profile : {"quick", "criterion", "thorough"}
        Warm-up, measurement and samples: 0.1 s, 0.3 s, 30 | 3 s, 10 s, 100 | the same in five
        processes.
    budget_s : float, optional
        Seconds for the whole run, shared over all cases instead of the profile's times. What does
        not fit into its share has fewer samples, or is a row ``timed_out``.
    designs : iterable of str, optional
        Only these designs. ``"my=./libmy.so"`` enters the functions that the library exports
        (``malloc`` and ``free`` for pools, ``memcpy`` for the copies of memops) as design ``my``;
        ``"my=./libmy.so:my_"`` where their names begin with ``my_``.
    params : mapping, optional
        Axis -> value, values, or ``"*"`` for all declared; axes left out take their defaults.
    seed : int
        Decides order, placement and data, 0 <= seed < 2**64.
    results : path, optional
        The journal to write; by default a new file, named by time, in ``VMPERF_STORE`` or
        ``.vmperf``.
    resume : bool
        Go on with a journal of the same plan, code and machine; without `results` with the newest
        such one.
    retry_failures : bool
        With `resume`: measure cases again that crashed, timed out or could not prove their work.
    timeout_s : float
        Seconds without a finished batch after which a design is given up, > 0.
    isolate : {"auto", True, False}
        Measure in worker processes, so that a crash is a row. False measures in this process: its
        samples reach NumPy without a copy. "auto" isolates wherever a worker can be started.
    progress : callable, optional
        Called with each `vmperf._measure.progress.Event`.

    Returns
    -------
    Results
        Every case with its status; a refusal or crash is a row, not an exception.

    Raises
    ------
    InvalidArgumentError
        Unknown pattern, profile, design, axis or value; a library without the functions of an API;
        a budget in which the cases cannot be measured; an existing file without `resume`; a
        journal of another plan.
    OsError, MeasurementError
        A library that cannot be loaded; one that crashes or hangs as it is loaded.
    TraceFormatError
        A file to resume that is not a journal.
    KeyboardInterrupt
        Ctrl-C; the message says how to go on.

    Notes
    -----
    The GIL is free while native code measures. Each finished group is one committed transaction.

    Examples
    --------
    >>> import vmperf
    >>> found = vmperf.run("bench/selftest/one_cycle", budget_s=0.5, results="doc.vmperf")
    >>> [row["params"] for row in found.rows()]
    [{'design': 'kernel'}]
    """
    if not timeout_s > 0:
        raise invalid("timeout_s", timeout_s, "> 0")
    plan = make_plan(
        [pattern] if isinstance(pattern, str) else pattern,
        profile=profile,
        budget_s=budget_s,
        designs=[designs] if isinstance(designs, str) else designs,
        params=params,
        seed=seed,
        isolated=bool(sys.executable) if isolate == "auto" else isolate,
    )
    return carry_out(
        plan,
        results,
        resume=resume,
        retry_failures=retry_failures,
        timeout_s=timeout_s,
        progress=progress,
    )


def sweep(
    id: str,
    *,
    profile: str = "quick",
    budget_s: float | None = None,
    seed: int = 0,
    results: str | Path | None = None,
    resume: bool = False,
    timeout_s: float = 60.0,
    progress: Progress | None = None,
    **axes: Any,
) -> xr.Dataset:
    """Measure one benchmark on the dense grid of its axes.

    Parameters
    ----------
    id : str
        The benchmark.
    profile, budget_s, seed, results, resume, timeout_s, progress
        As in `vmperf.run`.
    **axes
        Axis -> values, such as ``design=["stack"]``; axes left out take all declared values.
        Designs may be libraries, as in `vmperf.run`.

    Returns
    -------
    xarray.Dataset
        Dims ``design``, the other axes, ``process``, ``sample``; see `Results.to_xarray`.

    Raises
    ------
    InvalidArgumentError
        Unknown id, axis, design or value.

    Examples
    --------
    >>> import vmperf
    >>> data = vmperf.sweep("bench/selftest/one_cycle", budget_s=0.5, results="sweep.vmperf")
    >>> data["ns_total"].dims
    ('design', 'process', 'sample')
    """
    benchmark = get(id)
    for axis in axes:
        benchmark.axis(axis)
    plan = make_plan([id], profile=profile, budget_s=budget_s, params=axes, seed=seed, dense=True)
    found = carry_out(plan, results, resume=resume, timeout_s=timeout_s, progress=progress)
    return found.to_xarray(id)


def store() -> Path:
    """Return the folder of journals: ``VMPERF_STORE`` or ``.vmperf``."""
    return Path(os.environ.get("VMPERF_STORE") or ".vmperf")


def carry_out(
    plan: Plan,
    results: str | Path | None,
    *,
    resume: bool,
    retry_failures: bool = False,
    timeout_s: float,
    progress: Progress | None,
) -> Results:
    """Execute a plan into a journal: a new one, or one of the same plan to go on with."""
    if retry_failures and not resume:
        raise invalid("retry_failures", True, "with resume (--resume)")
    if results is not None and not str(results).strip():
        raise invalid("results", repr(str(results)), "the name of a file")
    path = Path(results) if results is not None else _default_path(plan, resume=resume)
    if resume and path.exists():
        journal = Journal.resume(path, plan.identity())
        if retry_failures:
            journal.forget(FAILED)
    else:
        journal = Journal.create(path, _meta(plan))
    try:
        live = execute(plan, journal, timeout_s=timeout_s, progress=progress)
    except KeyboardInterrupt:
        where = shlex.quote(str(path))
        raise Interrupted(path, f"{plan.command} --results {where} --resume") from None
    finally:
        journal.close()
    return with_live(path, live)


def _meta(plan: Plan) -> dict[str, Any]:
    entries = {entry["id"]: entry for entry in _core.bench.catalog()}
    return {
        "plan": plan.identity(),
        "command": plan.command,
        "reference": plan.reference,
        "machine": machine(),
        "catalog": {benchmark.id: entries[benchmark.id] for benchmark in plan.benchmarks},
        "created": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }


def _default_path(plan: Plan, *, resume: bool) -> Path:
    folder = store()
    if resume:
        return _newest_like(plan, folder)
    stem = time.strftime("%Y%m%d-%H%M%S")
    path = folder / f"{stem}{SUFFIX}"
    number = 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}{SUFFIX}"
    return path


def _newest_like(plan: Plan, folder: Path) -> Path:
    for path in _journals(folder):
        try:
            if not plan_differences(read_meta(path)["plan"], plan.identity()):
                return path
        except (_core.TraceFormatError, _core.OsError):
            continue
    raise invalid("resume", True, f"False: no journal in {folder} has this plan")


def newest() -> Path:
    """Return the journal of the newest run in the store."""
    for path in _journals(store()):
        return path
    raise invalid("results", f"none in {store()}", "a file; or measure first: vmperf run")


def _journals(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"), key=lambda p: p.stat().st_mtime, reverse=True)
