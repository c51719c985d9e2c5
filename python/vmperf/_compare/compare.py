"""compare(): two arms, case by case, pair by pair."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .._builds.source import Build, Source, here
from .._catalog.catalog import Benchmark
from .._errors import invalid
from .._files.fraction import parse_fraction
from .._history.fingerprint import fingerprint_of
from .._measure.progress import Event, Progress
from .arms import Arm, resolve, revision_of
from .cases import catalog_of, make_cases
from .keeping import Keeping, check_salts, code_of, identities
from .metric import choose_metric
from .pair_log import PairLog, kept_pairs
from .pairs import PairSeries
from .result import Comparison
from .settings import with_changes

__all__ = ["compare", "told"]

_NO_LAYOUT = "code layout was not varied: both arms run the same code"
_ONE_LAYOUT = "code layout was not varied: one build a side; a relink alone can move a benchmark"


def compare(
    a: str,
    b: str,
    *,
    benchmarks: str | Iterable[str] | None = None,
    designs: Iterable[str] | None = None,
    params: Mapping[str, Any] | None = None,
    metric: str | None = None,
    pairs: int | None = None,
    rounds: int | None = None,
    batch_us: int | None = None,
    alpha: float | None = None,
    tolerance: float | str = 0.0,
    layout: str | None = None,
    aslr: bool | None = None,
    salts: int | None = None,
    correction: str | None = None,
    stopping: str | None = None,
    budget_s: float | None = None,
    seed: int = 0,
    timeout_s: float = 60.0,
    repository: str | Path | None = None,
    save: str | None = None,
    history: str | Path | None = None,
    force: bool = False,
    results: str | Path | PairLog | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    """Tell whether B is slower than A, and by how much.

    Each pair is two fresh processes, one per arm, that run equal batches in turn on one CPU. A pair
    gives one number, the median log ratio of its rounds; the verdict is the trimmed mean over the
    pairs with its bound, corrected for the number of benchmarks.

    Parameters
    ----------
    a, b : str
        The arms: a path (native module, library of own benchmarks, wheel, virtual environment,
        source tree), a design, ``AXIS=VALUE`` or a git revision; ``path:``, ``design:``,
        ``param:`` or ``rev:`` in front decides where a word could be several; ``baseline:NAME`` is
        a saved build. Trees and revisions
        are built once into a cache (``VMPERF_CACHE``).
    benchmarks : str or iterable of str, optional
        Shell patterns over ids; by default all that both arms have.
    designs : iterable of str, optional
        Of each benchmark; by default its first. Not where the arms are designs.
    params : mapping, optional
        Axis -> value or values; axes left out take the values of a plain run.
    metric : str, optional
        What is compared in place of the time per op: a metric or quantile that the benchmarks
        deliver, such as ``rss_peak_bytes`` or ``p99_ns``. Each pair gives the log ratio of both
        sides' values; where there is one a sample, of what those of all batches come to. Nothing is
        appended to a history.
    pairs, rounds, batch_us : int, optional
        Pairs of processes, batches of each side in a pair, microseconds of a batch.
    alpha : float, optional
        One-sided probability of a false alarm over all benchmarks together.
    tolerance : float or str
        Differences up to this share are none, ``0.01`` or ``"1%"``; 0 = any.
    layout : {"random", "paired", "fixed"}, optional
        Where data lies: by each process, by each pair, always the same.
    aslr : bool, optional
        Whether the system randomises addresses.
    salts : int, optional
        Builds of each side with another code layout, where both sides are source trees or
        revisions: 1 by default.
    correction : {"bh", "holm"}, optional
        Of p values over the benchmarks.
    stopping : {"sequential"}, optional
        Stop a case early at fixed looks whose bounds keep alpha.
    budget_s : float, optional
        Seconds for all of it, builds aside: decides the number of pairs after the first one.
    seed : int
        Of layouts and order.
    timeout_s : float
        How long a process may be silent.
    repository : path, optional
        Where revisions are looked up; by default the current folder.
    save : str, optional
        Keep the build of B as a baseline of this name (``baseline:NAME``, later).
    history : path, optional
        Append to this history. With `save`, or where an arm is a baseline, to the store's by
        default; else to none.
    force : bool
        Compare with a baseline of an unlike machine; the result says so.
    results : path, optional
        The file in which pairs are kept as they come; by default one in ``VMPERF_STORE`` or
        ``.vmperf``, which goes away once the comparison is whole.
    resume : bool
        Go on with such a file; without `results` with the newest.
    progress : callable, optional
        Called with each `vmperf._measure.progress.Event`.

    Returns
    -------
    Comparison
        Rows with verdict regressed, improved, unchanged, inconclusive or layout. Of a metric,
        regressed is what moved away from what is better; ``changed`` stands for both where neither
        is.

    Raises
    ------
    InvalidArgumentError
        An arm, benchmark, axis or setting that makes no sense.
    UnsupportedError
        ``aslr=False`` where the system refuses it.
    MeasurementError
        ``build_failed``; ``unlike_machines`` for a baseline of another machine, without `force`.
    TraceFormatError
        A damaged baseline or history; before anything is measured.
    OsError
        A history or a file of pairs that cannot be written; before anything is measured.
    KeyboardInterrupt
        Ctrl-C; the message says where the pairs are kept.

    Notes
    -----
    A case whose process dies or hangs gets that as its status; the others go on. The settings that
    are not given come from ``benchmarks/compare.toml``. A verdict takes so many pairs that
    identical code would not have it by chance, whatever its noise: log2(cases / alpha), 7 for one.

    References
    ----------
    Yuen, Biometrika 61, 1974. Kalibera, Jones, Rigorous Benchmarking in Reasonable Time, ISMM 2013.

    Examples
    --------
    >>> import vmperf
    >>> found = vmperf.compare("design:stack", "design:libc", benchmarks="pool/cycle",
    ...                        params={"state": "member"}, pairs=4, rounds=6)
    >>> [(row["id"], row["pairs"]) for row in found.rows()]
    [('pool/cycle', 4)]
    """
    settings = with_changes(
        pairs=pairs,
        rounds=rounds,
        batch_us=batch_us,
        alpha=alpha,
        tolerance=parse_fraction(tolerance, "tolerance"),
        layout=layout,
        aslr=aslr,
        correction=correction,
        sequential=_is_sequential(stopping),
    )
    if budget_s is not None and not budget_s > 0:
        raise invalid("budget_s", budget_s, "> 0")
    where = Path(repository) if repository is not None else None
    arms = (resolve(a, repository=where), resolve(b, repository=where))
    keeping = Keeping(arms, save=save, history=history, force=force, metric=metric)
    builds = _builds(arms, salts, progress)
    if settings.pairs < 2 * len(builds[0]):
        raise invalid("pairs", settings.pairs, f"{2 * len(builds[0])} or more: two a salted build")
    first, second = builds[0][0], builds[1][0]
    catalog = catalog_of(first, timeout_s=timeout_s)
    catalogs = catalog, catalog if first == second else catalog_of(second, timeout_s=timeout_s)
    cases = make_cases(
        arms,
        catalogs,
        patterns=_patterns(benchmarks, (first, second), catalogs, timeout_s=timeout_s),
        designs=designs,
        params=params or {},
    )
    if metric is not None:
        choose_metric(metric, cases, catalogs)
    with kept_pairs(results, resume=resume, kind="compare") as log:
        log.begin(
            {
                "A": a,
                "B": b,
                "code of A": code_of(builds[0]),
                "code of B": code_of(builds[1]),
                "machine": fingerprint_of(keeping.machine),
                "settings": {**asdict(settings), "pairs": None if budget_s is None else budget_s},
                "seed": seed,
                "metric": metric,
                "cases": [[case.id, *case.points] for case in cases],
            }
        )
        series = PairSeries(
            cases,
            builds,
            settings,
            clock_step_ns=float(keeping.machine["timers"]["clock_gettime"]["step_ns"]),
            seed=seed,
            timeout_s=timeout_s,
            log=log,
            progress=progress,
        )
        series.run(budget_s)
    found = Comparison(
        a=a,
        b=b,
        settings=series.settings,
        machine=keeping.machine,
        cases=tuple(cases),
        salts=len(builds[0]),
        layout_note=_layout_note(arms, len(builds[0])),
        seed=seed,
        revisions=(revision_of(arms[0]), revision_of(arms[1])),
        builds=identities(arms, builds),
        notes=(*keeping.notes, *series.notes),
        metric=metric,
        date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )
    return keeping.keep(found, builds[1])


def _patterns(
    benchmarks: str | Iterable[str] | None,
    builds: tuple[Build, Build],
    catalogs: tuple[Mapping[str, Benchmark], Mapping[str, Benchmark]],
    *,
    timeout_s: float,
) -> list[str] | None:
    """Return what is compared: of two libraries their own benchmarks, not the built-in ones."""
    if benchmarks is not None:
        return [benchmarks] if isinstance(benchmarks, str) else [*benchmarks]
    loaded = {*here().libraries}
    if all({*build.libraries} <= loaded for build in builds):
        return None
    known = catalog_of(here(), timeout_s=timeout_s)
    own = [id for catalog in catalogs for id in catalog if id not in known]
    return [*dict.fromkeys(own)] or None


def _is_sequential(stopping: str | None) -> bool:
    if stopping not in (None, "sequential"):
        raise invalid("stopping", repr(stopping), "None, 'sequential'")
    return stopping is not None


def _builds(
    arms: tuple[Arm, Arm], salts: int | None, progress: Progress | None
) -> tuple[list[Build], list[Build]]:
    sources = [arm.source for arm in arms]
    if salts is not None and salts > 1:
        for arm in arms:
            check_salts(arm, salts)

    def of(arm: Arm, source: Source | None) -> list[Build]:
        if source is None:
            assert arm.build is not None
            return [*arm.baseline.builds[: salts or 1]] if arm.baseline else [arm.build]
        from .._builds.builds import source_builds

        return source_builds(source, salts=salts or 1, on_step=told(progress, arm.label))

    return of(arms[0], sources[0]), of(arms[1], sources[1])


def told(progress: Progress | None, label: str) -> Callable[[str], None]:
    """Return what tells `progress` the steps of a build."""

    def tell(what: str) -> None:
        if progress is not None:
            progress(Event("tick", 0, 1, 0, 0, f"{label}: {what}"))

    return tell


def _layout_note(arms: tuple[Arm, Arm], salts: int) -> str:
    if all(arm.kind in ("design", "param") for arm in arms):
        return _NO_LAYOUT
    if salts < 2:
        return _ONE_LAYOUT
    return f"code layout: {salts} salted builds a side, a random effect"
