"""What a comparison found: verdicts, raw pairs, and how it was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .. import _core
from .._results.arrays import doubles
from .cases import Case
from .settings import Settings
from .verdict import judge

__all__ = ["Comparison", "make_rows", "plus_of"]


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

    Notes
    -----
    Iterating gives the rows; `len` counts them. Immutable; for any thread.

    Examples
    --------
    >>> import vmperf
    >>> found = vmperf.compare("stack", "libc", benchmarks="pool/cycle",
    ...                        params={"state": "member"}, pairs=4, rounds=6)
    >>> [(row["id"], row["pairs"]) for row in found.rows()]
    [('pool/cycle', 4)]
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
            failed (see ``status``). ``metric``, ``better``, ``value_a``, ``value_b``: what was
            compared in place of the time, and the medians of its values; effects are then fractions
            of A's value, + = B's is greater.
        """
        return make_rows(self.cases, self.settings)

    @property
    def regressed(self) -> list[dict[str, Any]]:
        """The rows with the verdict regressed."""
        return [row for row in self.rows() if row["verdict"] == "regressed"]

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
                "reason": case.reason,
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


def _verdict(case: Case, found: str | None) -> str | None:
    if case.status != "ok":
        return None
    return "inconclusive" if case.evidence.no_ratio else found


def _median(values: Sequence[float]) -> float | None:
    return float(_core.stats.median(doubles(values))) if values else None
