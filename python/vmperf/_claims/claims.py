"""Stated figures, measured anew: which measurements claims need, and what comes of them.

Claims of one benchmark and params share a measurement: all their designs are interleaved in one
process. Each runs in several fresh processes, in one journal.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .. import _core
from .._errors import invalid, near
from .._machine import brief, label
from .._measure.progress import Progress
from .._plan.plan import Point, Profile, plan_points
from .._results.journal import read_meta
from .._results.results import Results
from .._run.run import carry_out
from .claim import PROOF, Claim
from .file import read_claims, shipped
from .proofs import proof_rows
from .recorded import rows_of
from .verdicts import verdicts

__all__ = ["claims", "measure_claims"]

_LEAST_PROCESSES = 3
_MILLISECOND = 1_000_000


def claims(
    only: str | None = None,
    *,
    claims: str | Path | None = None,
    processes: int = 3,
    budget_s: float | None = None,
    seed: int = 0,
    results: str | Path | None = None,
    resume: bool = False,
    retry_failures: bool = False,
    timeout_s: float = 60.0,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """Measure stated figures anew and say of each whether it is met.

    Parameters
    ----------
    only : str, optional
        Only claims whose id starts with this, such as ``"pool/"``.
    claims : path, optional
        A claims file; by default the one that comes with the package.
    processes : int
        Fresh processes per measurement, >= 3.
    budget_s : float, optional
        Seconds for all measurements, shared over all cases; by default 0.55 s per case and process.
    seed : int
        Decides order, placement and data, 0 <= seed < 2**64.
    results : path, optional
        The journal to write; by default a new file, as in `vmperf.run`.
    resume : bool
        Go on with a journal of the same measurements.
    retry_failures : bool
        With `resume`: measure cases again that failed, as in `vmperf.run`.
    timeout_s : float
        Seconds without a finished batch after which a design is given up, > 0.
    progress : callable, optional
        Called with each `vmperf._measure.progress.Event`.

    Returns
    -------
    list of dict
        One row per claim, in the order of the file: ``id``, ``benchmark``, ``params``, ``design``,
        ``versus`` (None for a limit), ``kind`` (ratio, cycles, ns, percent, verified, value),
        ``metric``, ``unit``, ``better`` (None where the claim is on time), ``over`` (geomean or
        worst of several points, else empty), ``bound`` (at_least, at_most), ``target``;
        ``ratio``, ``low``, ``high``: the figure in the unit of `kind`, None where it was refused;
        ``status``: met, unmet, not_installed, unsupported, the refusal of a case, or not_delivered
        for a metric without a value; ``met``: None
        where a peer or an instruction set is missing; ``reason``, ``versions`` (of libc and peers),
        ``note``; ``source``: measured, or recorded for claims on comparisons, whose row has
        ``comparisons`` and ``short`` (the short form measured now) too; ``machine`` and ``date`` of
        the measurement, which for a recorded row may be others.

    Raises
    ------
    InvalidArgumentError
        No such file; a malformed claim, named with its line; a prefix that fits none; fewer than
        three processes.
    TraceFormatError
        A claims file that is not TOML; a file to resume that is not a journal.
    KeyboardInterrupt
        Ctrl-C; the message says how to go on.

    Notes
    -----
    A ratio is the median over rounds of the quotient within a round, combined over processes, with
    a 95 % interval. Limits take the best of all rounds; their low and high are the least and the
    greatest best of a process. A metric's figure is that of its row, or the ratio of two, with the
    t interval of the processes' log ratios. The figure itself is compared with the target, not its
    interval.

    Examples
    --------
    >>> import vmperf
    >>> row, = vmperf.claims("pool/churn/naive", budget_s=1, results="claims.vmperf")
    >>> row["design"], row["versus"], row["kind"], row["target"]
    ('stack', 'naive', 'ratio', 1.15)
    """
    rows, _ = measure_claims(
        only,
        claims=claims,
        processes=processes,
        budget_s=budget_s,
        seed=seed,
        results=results,
        resume=resume,
        retry_failures=retry_failures,
        timeout_s=timeout_s,
        progress=progress,
    )
    return rows


def measure_claims(
    only: str | None = None,
    *,
    claims: str | Path | None = None,
    processes: int = 3,
    budget_s: float | None = None,
    seed: int = 0,
    results: str | Path | None = None,
    resume: bool = False,
    retry_failures: bool = False,
    timeout_s: float = 60.0,
    progress: Progress | None = None,
) -> tuple[list[dict[str, Any]], Results]:
    """Return the rows of `claims` and the results that they rest on."""
    if processes < _LEAST_PROCESSES:
        raise invalid("processes", processes, f">= {_LEAST_PROCESSES}")
    if not timeout_s > 0:
        raise invalid("timeout_s", timeout_s, "> 0")
    if not sys.executable:
        raise invalid("sys.executable", "empty", "an interpreter that can start workers")
    path = shipped() if claims is None else Path(claims)
    everything = read_claims(path)
    chosen = [c for c in everything if c.id.startswith(only or "")]
    if not chosen:
        raise invalid("only", repr(only), f"a prefix of {near(str(only), _ids(everything))}")
    # Many short rounds: most of them fit between two switches of a busy machine. Placements are
    # few, as each is made and proved anew, and every process has others.
    profile = Profile("claims", 50 * _MILLISECOND, 500 * _MILLISECOND, 1000, "flat", 4, processes)
    words = ["vmperf", "claims", *(["--only", only] if only else [])]
    words += ["--file", str(claims)] if claims is not None else []
    words += [word for library in _core.bench.libraries() for word in ("--load", library)]
    words += ["--processes", str(processes), "--seed", str(seed)]
    words += ["--budget", f"{budget_s:g}"] if budget_s is not None else []
    plan = plan_points(
        _points(chosen), profile, budget_s=budget_s, seed=seed, command=shlex.join(words)
    )
    found = carry_out(
        plan,
        results,
        resume=resume,
        retry_failures=retry_failures,
        timeout_s=timeout_s,
        progress=progress,
    )
    timed = verdicts([c for c in chosen if _is_timed(c)], found)
    compared = rows_of(
        [c for c in chosen if c.series], path.parent, found.machine, seed=seed, progress=progress
    )
    proved = proof_rows(
        [c for c in chosen if c.kind == PROOF],
        found.machine,
        seed=seed,
        timeout_s=timeout_s,
        progress=progress,
    )
    rows = {row["id"]: row for row in timed} | compared | proved
    here = {
        "machine": label(brief(found.machine)),
        "date": read_meta(found.path)["created"][:10],
    }
    return [here | rows[claim.id] for claim in chosen], found


def _is_timed(claim: Claim) -> bool:
    return not claim.series and claim.kind != PROOF


def _ids(claims: Iterable[Claim]) -> list[str]:
    return [claim.id for claim in claims]


def _points(claims: Iterable[Claim]) -> list[Point]:
    """Return what claims need, each benchmark and params once, with the designs of all claims."""
    points: dict[str, Point] = {}
    for claim in claims:
        for params in claim.points if _is_timed(claim) else ():
            key = json.dumps([claim.benchmark, params])
            known = points[key].designs if key in points else ()
            designs = tuple(dict.fromkeys([*known, *claim.designs]))
            points[key] = Point(claim.benchmark, params, designs)
    return [*points.values()]
