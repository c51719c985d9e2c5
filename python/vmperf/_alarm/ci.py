"""The alarm of continuous integration: a regression counts where a second set of pairs agrees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .._builds.checkout import prefix_in_repository
from .._compare.arms import resolve
from .._compare.compare import compare
from .._compare.pair_log import kept_pairs
from .._compare.points import compare_points
from .._compare.result import Comparison, is_failure, nothing_told
from .._core import InvalidArgumentError, VmperfError
from .._errors import invalid
from .._files.fraction import parse_fraction
from .._measure.progress import Progress
from .._suites.suites import compare_suites

__all__ = ["SALTS", "CiResult", "ci"]

SALTS = 6  # three leave a bound of two degrees of freedom, which sees nothing small
# Far from the first seed, so that neither its data layouts nor its order come again.
_SECOND_SEED = 1_000_003


@dataclass(frozen=True, slots=True)
class CiResult:
    """What a run of the alarm found.

    Attributes
    ----------
    against, max_regression
        As asked for; the latter as a fraction.
    first : Comparison
        All benchmarks.
    second : Comparison or None
        Those that regressed, measured anew; None where none did.
    """

    against: str
    max_regression: float
    first: Comparison
    second: Comparison | None
    _rows: list[dict[str, Any]] = field(default_factory=list, repr=False, compare=False)

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of the first comparison with what the second says of them.

        Returns
        -------
        list of dict
            As `Comparison.rows`, and ``confirmed`` (null where there was nothing to confirm),
            ``second_effect, second_low, second_high, second_verdict``.
        """
        if not self._rows:
            again = {_key(row): row for row in self.second.rows()} if self.second else {}
            for row in self.first.rows():
                self._rows.append({**row, **_second(row, again.get(_key(row)))})
        return self._rows

    @property
    def regressed(self) -> list[dict[str, Any]]:
        """The rows whose regression was confirmed."""
        return [row for row in self.rows() if row["confirmed"]]

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The rows of what fails on this tree's side alone, in either set of pairs.

        What fails on both sides, or on the other one alone, is no fault of the change.
        """
        rows = [*self.first.rows(), *(self.second.rows() if self.second else [])]
        return [row for row in rows if row["failed"] == "B" and is_failure(row)]

    @property
    def reason(self) -> str:
        """Why it is red, in words; empty where it is green."""
        parts = []
        if self.regressed:
            word = "slower" if self.first.metric is None else f"worse in {self.first.metric}"
            parts.append(f"{len(self.regressed)} confirmed to be {word}")
        if self.failed:
            parts.append(f"{len(self.failed)} failed")
        judged = [row for row in self.rows() if row["verdict"]]
        if nothing := nothing_told(self.rows()):
            parts.append(nothing)
        elif all(row["better"] == "neither" for row in judged):
            parts.append(
                f"neither way of {self.first.metric} is better, so that none is a regression"
            )
        return ", ".join(parts)


def ci(
    against: str,
    *,
    max_regression: float | str = 0.0,
    tree: str | Path | None = None,
    command: Sequence[str] | None = None,
    benchmarks: str | Iterable[str] | None = None,
    metric: str | None = None,
    pairs: int | None = None,
    alpha: float | None = None,
    budget_s: float | None = None,
    salts: int | None = None,
    seed: int = 0,
    timeout_s: float | None = None,
    results: str | Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    **others: Any,
) -> CiResult:
    """Compare a tree with a revision and measure what regressed once more.

    Parameters
    ----------
    against : str
        A revision of the tree's repository, a path, or a saved build (not for suites).
    max_regression : float or str
        What is let pass: ``"0.5%"`` or ``0.005``.
    tree : path, optional
        By default the current folder.
    command : sequence of str, optional
        A foreign suite, as `compare_suites` takes it; without it the tree is one of this project.
    benchmarks : str or iterable of str, optional
        Shell patterns; by default all.
    metric : str, optional
        What is held in place of the time per op, as `compare` takes it: it regressed where it moved
        away from what is better. Not for suites, which have only their times.
    pairs, alpha, budget_s, seed, timeout_s, progress
        As `compare` takes them; `budget_s` is that of the first comparison, the second takes as
        many pairs of the benchmarks that regressed.
    salts : int, optional
        Builds of each side with another code layout: 6 by default, fewer where A has fewer or there
        are under 12 pairs; not for suites.
    results, resume
        Where pairs are kept as they come, and whether to go on with such a file, as in `compare`.
    **others
        ``designs``, ``params``, ``rounds``, ``batch_us``, ``layout``, ``correction`` of `compare`;
        ``build``, ``suite``, ``time``, ``pin`` of `compare_suites`.

    Raises
    ------
    InvalidArgumentError
        A revision, benchmark or setting that makes no sense.
    MeasurementError
        ``build_failed``, ``suite_failed``.
    """
    allowed = parse_fraction(max_regression, "max-regression")
    if not against.strip():
        raise invalid("against", repr(against), "a revision, a saved build or a path")
    top, prefix = _top(Path(tree) if tree is not None else Path())
    shared: dict[str, Any] = {
        "tolerance": allowed,
        "pairs": pairs,
        "alpha": alpha,
        "repository": top,
        "progress": progress,
        **({} if timeout_s is None else {"timeout_s": timeout_s}),
        **others,
    }
    if command is None:
        shared["metric"] = metric
        against, most = _baseline(against, top)
        if pairs is not None:
            most = max(1, min(most, pairs // 2))  # each build in two pairs at least
        shared["salts"] = most if salts is None else salts
    elif metric is not None:
        raise invalid(
            "metric", repr(metric), "none for a suite of others, which has only its times"
        )
    elif salts in (None, 1):
        shared["folder"] = prefix
    else:
        raise invalid("salts", salts, "1 for a suite of others, whose link is its own")
    arms = (against, f"path:{top}")
    with kept_pairs(results, resume=resume, kind="ci") as log:
        looks = {**shared, "budget_s": budget_s, "seed": seed, "results": log.section("first")}
        first = _first(arms, command, benchmarks, looks)
        suspects = first.regressed
        shared |= {"pairs": first.settings.pairs, "seed": seed + _SECOND_SEED}
        shared["results"] = log.section("second")
        second = _again(arms, command, suspects, shared) if suspects else None
    return CiResult(against, allowed, replace(first, b="this tree"), second)


def _baseline(against: str, top: Path) -> tuple[str, int]:
    """Return the arm, also for the bare name of a saved build, and how many layouts it can have."""
    try:
        arm = resolve(against, repository=top)
    except InvalidArgumentError as unknown:
        try:
            arm = resolve(f"baseline:{against}", repository=top)
        except VmperfError:
            raise unknown from None
    if arm.baseline is not None:
        return arm.label, min(SALTS, len(arm.baseline.builds))
    return against, SALTS if arm.source is not None else 1


def _first(
    arms: tuple[str, str],
    command: Sequence[str] | None,
    benchmarks: str | Iterable[str] | None,
    settings: dict[str, Any],
) -> Comparison:
    if command is None:
        return compare(*arms, benchmarks=benchmarks, **settings)
    return compare_suites(*arms, command, benchmarks=benchmarks, **settings)


def _again(
    arms: tuple[str, str],
    command: Sequence[str] | None,
    rows: list[dict[str, Any]],
    settings: dict[str, Any],
) -> Comparison:
    """Measure the benchmarks of some rows anew; they alone are corrected together."""
    if command is not None:
        names = [row["id"] for row in rows]
        return compare_suites(*arms, command, benchmarks=names, **settings)
    kept = {k: v for k, v in settings.items() if k not in ("designs", "params")}
    return compare_points(*arms, [(row["id"], row["params"]) for row in rows], **kept)


def _top(tree: Path) -> tuple[Path, str]:
    """Return the top of a tree's repository, and where the tree lies in it."""
    tree = tree.resolve()
    prefix = prefix_in_repository(tree)
    return (tree.parents[len(Path(prefix).parts) - 1] if prefix else tree), prefix


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (row["id"], *sorted((axis, str(value)) for axis, value in row["params"].items()))


def _second(row: Mapping[str, Any], again: Mapping[str, Any] | None) -> dict[str, Any]:
    if row["verdict"] != "regressed" or again is None:
        found: dict[str, Any] = dict.fromkeys(
            ("second_effect", "second_low", "second_high", "second_verdict")
        )
        return {"confirmed": None, **found}
    return {
        "confirmed": again["verdict"] == "regressed",
        **{f"second_{name}": again[name] for name in ("effect", "low", "high", "verdict")},
    }
