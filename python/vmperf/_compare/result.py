"""What a comparison found: verdicts, raw pairs, and how it was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .. import _core
from .._results.arrays import doubles
from .cases import Case
from .settings import Settings
from .verdict import Judged, judge

__all__ = ["Comparison", "is_failure", "make_rows", "nothing_told", "plus_of"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A against B, benchmark by benchmark.

    Attributes
    ----------
    a, b : str
        The arms as they were named.
    settings : Settings
        What the verdicts were made with; `settings.alpha` is over all cases together.
    machine : dict
        The fingerprint.
    cases : tuple of Case
        With the effect of every pair, also of cases that failed.
    salts : int
        Salted builds of each side; 1 = code layout was not varied.
    layout_note : str
        What is said of code layout.
    seed : int
        Of layouts and order.
    revisions : tuple of str
        The commits of A and B, where they are known.
    builds : tuple of str
        What tells the code of A and of B from other code: a commit, or a hash of the files.
    notes : tuple of str
        What must be said with the verdicts: unlike machines that were compared by force.
    date : str
        When it ended, in UTC.
    metric : str or None
        What was compared in place of the time per op.
    unkept : tuple of str
        What could not be written of it, and why.

    Notes
    -----
    Iterating gives the rows; `len` counts them. Immutable; for any thread.

    Examples
    --------
    >>> import vmperf
    >>> found = vmperf.compare("stack", "libc", benchmarks="pool/cycle",
    ...                        params={"state": "member"}, pairs=8, rounds=4)
    >>> [(row["id"], row["pairs"]) for row in found.rows()]
    [('pool/cycle', 8)]
    >>> [row["id"] for row in found.regressed]
    ['pool/cycle']
    >>> sorted(found.to_dict())[:4]
    ['a', 'b', 'builds', 'date']
    """

    a: str
    b: str
    settings: Settings
    machine: dict[str, Any]
    cases: tuple[Case, ...]
    salts: int
    layout_note: str
    seed: int
    revisions: tuple[str, str] = ("", "")
    builds: tuple[str, str] = ("", "")
    notes: tuple[str, ...] = ()
    date: str = ""
    metric: str | None = None
    unkept: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Return one dict per case.

        Returns
        -------
        list of dict
            ``id, params, verdict, effect, low, high, pairs, detectable, instr_effect`` and
            ``status, reason, p_slower, p_faster, hodges_lehmann, relink_floor``; ``disturbed`` of
            so many ``batches`` had a context switch, a page fault or stolen time. Effects are
            fractions of A's time, + = B is slower. ``verdict`` is regressed, improved, unchanged,
            inconclusive or layout, of a metric without a good side changed; null where the case
            failed (see ``status``); ``failed`` says on which sides, A, B or AB. ``more_pairs``: how
            many are missing before any verdict can be given. ``metric``, ``better``, ``value_a``,
            ``value_b``: what was compared in place of the time, and the medians of its values;
            effects are then fractions of A's value, + = B's is greater.
        """
        return make_rows(self.cases, self.settings)

    @property
    def regressed(self) -> list[dict[str, Any]]:
        """The rows with the verdict regressed."""
        return [row for row in self.rows() if row["verdict"] == "regressed"]

    @property
    def broken(self) -> list[dict[str, Any]]:
        """The rows of what fails on B's side alone: it crashed, hung, or could not prove work."""
        return [row for row in self.rows() if row["failed"] == "B" and is_failure(row)]

    @property
    def failure(self) -> str:
        """Why it is no success, in words; empty where it is one.

        Something regressed, fails on B's side alone, nothing was compared, or there are too few
        pairs to tell anything.
        """
        rows, parts = self.rows(), []
        if regressed := [row for row in rows if row["verdict"] == "regressed"]:
            parts.append(f"{len(regressed)} regressed")
        if self.broken:
            parts.append(f"{len(self.broken)} fail on B's side alone")
        return ", ".join([*parts, *filter(None, [nothing_told(rows)]), *self.unkept])

    def to_dict(self) -> dict[str, Any]:
        """Return all of it, ready for JSON.

        Returns
        -------
        dict
            ``a, b, revisions, salts, layout, seed, settings, machine, rows`` and ``effects``: the
            log ratio of every pair of every case.
        """
        return {
            "a": self.a,
            "b": self.b,
            "revisions": [*self.revisions],
            "salts": self.salts,
            "builds": [*self.builds],
            "notes": [*self.notes],
            "date": self.date,
            "metric": self.metric,
            "layout": self.layout_note,
            "seed": self.seed,
            "settings": asdict(self.settings),
            "machine": self.machine,
            "rows": self.rows(),
            "effects": [[*case.evidence.effects] for case in self.cases],
        }

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows())

    def __len__(self) -> int:
        return len(self.cases)


# Of the statuses of a case those that no change of code answers for.
_HARMLESS = ("ok", "one_sided", "not_installed", "unsupported", "too_noisy", "below_resolution")


def is_failure(row: Mapping[str, Any]) -> bool:
    """Return whether the status of a row is one that code answers for."""
    return row["status"] not in _HARMLESS


def nothing_told(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return why rows tell nothing at all, in words; empty where they tell something."""
    judged = [row for row in rows if row["verdict"]]
    if not judged:
        return "nothing could be compared"
    if all(row["more_pairs"] for row in judged):
        return f"too few pairs to tell: {max(row['more_pairs'] for row in judged)} more are needed"
    return ""


def plus_of(found: Comparison, a: str, b: str) -> str:
    """Return in words what an effect above 0 says of B, under these names of the sides."""
    if found.metric is None:
        return f"{b} is slower than {a}"
    better = {row["better"] for row in found.rows()} - {"neither"}
    side = f", {better.pop()} is better" if len(better) == 1 else ""
    return f"{found.metric} is more of {b} than of {a}{side}"


def make_rows(cases: tuple[Case, ...], settings: Settings) -> list[dict[str, Any]]:
    """Judge the cases together and return their rows."""
    judged = judge([case.evidence for case in cases], settings)
    rows = []
    for case, found in zip(cases, judged, strict=True):
        if case.evidence.no_ratio:
            found = None
        rows.append(
            {
                "id": case.id,
                "params": {**case.params},
                "verdict": _verdict(case, found.verdict if found is not None else None),
                "effect": found.effect if found is not None else None,
                "low": found.low if found is not None else None,
                "high": found.high if found is not None else None,
                "pairs": len(case.evidence.effects),
                "detectable": found.detectable if found is not None else None,
                "instr_effect": found.instr_effect if found is not None else None,
                "status": case.status,
                "reason": case.reason or _wanted(found),
                "failed": case.failed,
                "more_pairs": found.more_pairs if found is not None else 0,
                "p_slower": found.p_slower if found is not None else None,
                "p_faster": found.p_faster if found is not None else None,
                "hodges_lehmann": found.hodges_lehmann if found is not None else None,
                "relink_floor": case.evidence.relink_floor,
                "disturbed": case.disturbed,
                "batches": case.batches,
                "metric": case.metric.name if case.metric else None,
                "better": case.metric.better if case.metric else "lower",
                "value_a": _median([a for a, _ in case.values]),
                "value_b": _median([b for _, b in case.values]),
            }
        )
    return rows


def _wanted(found: Judged | None) -> str:
    if found is None or not found.more_pairs:
        return ""
    return f"{found.more_pairs} more pairs are needed before any verdict"


def _verdict(case: Case, found: str | None) -> str | None:
    if case.status != "ok":
        return None
    return "inconclusive" if case.evidence.no_ratio else found


def _median(values: Sequence[float]) -> float | None:
    return float(_core.stats.median(doubles(values))) if values else None
