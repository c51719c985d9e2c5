"""Claims on comparisons: the recorded table of the long campaign, and a short form measured now.

The long form decides, because a handful of comparisons can't tell one false alarm in a hundred from
three. The short form can only refute: where it would be that bad once in a hundred times or less if
the target held, the claim is unmet, whatever is recorded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import _core
from .._compare.settings import defaults
from .._errors import trace_format
from .._machine import label
from .._measure.progress import Event, Progress
from .campaign import campaign_beside
from .claim import NOTHING, Claim, claim_row
from .trial import Trial, row_of, take

__all__ = ["recorded_row", "recorded_table", "rows_of"]

_TABLE = "campaign-measured.json"
_SHORT = {True: 8, False: 2}  # comparisons of identical sides; of sides that differ
_REFUTED = 0.99


def recorded_table(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the rows of the recorded table by id; none where there is no such file.

    Raises
    ------
    TraceFormatError
        A file that is something else.
    """
    path = folder / _TABLE
    if not path.is_file():
        return {}
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        where = {"machine": label(table["machine"]), "date": table["date"]}
        return {row["id"]: row | where for row in table["rows"]}
    except (ValueError, KeyError, TypeError) as error:
        raise trace_format(path, getattr(error, "pos", 0), "not a campaign's table") from error


def short_form(one: Trial, *, seed: int, progress: Progress | None) -> dict[str, Any]:
    """Measure a few comparisons of a series now and return their row."""
    settings, ops = defaults(), dict[str, int]()
    total = _SHORT[one.identical] * one.pairs
    taken = []
    for number in range(total):
        if progress is not None:
            progress(Event("tick", number, total, 0.0, 0.0, one.id))
        taken.append(take(one, number, seed=seed, ops=ops))
    return row_of(one, taken, settings)


def recorded_row(
    claim: Claim,
    recorded: Mapping[str, Any] | None,
    short: Mapping[str, Any] | None,
    machine: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the row of a claim on comparisons, in the form of all claims."""
    found = recorded or short
    figure = _figure(claim.kind, found) if found else NOTHING
    status, reason = _status(claim, figure[0], recorded, short)
    params, source = (found or {}).get("params", {}), "recorded" if recorded else "measured"
    return {
        **claim_row(claim, machine, figure, status, reason, params=params, source=source),
        "comparisons": found["comparisons"] if found else 0,
        "short": _said(short),
        **({key: recorded[key] for key in ("machine", "date")} if recorded else {}),
    }


def _figure(kind: str, row: Mapping[str, Any]) -> tuple[float, float | None, float | None]:
    if kind == "off":
        off = 100 * abs(row["effect"] - row["truth"])
        return off, off, off
    if kind in ("counted", "miscounted"):
        share = 100 * row["instr_apart"] / row["instr_counted"] if row["instr_counted"] else 0.0
        return share, share, share
    return 100 * row["share"], 100 * row["low"], 100 * row["high"]


def _status(
    claim: Claim,
    value: float | None,
    recorded: Mapping[str, Any] | None,
    short: Mapping[str, Any] | None,
) -> tuple[str, str]:
    if value is None:
        return "unsupported", f"{claim.series} is recorded nowhere: measure it with campaign.py"
    if short and _is_refuted(claim, short):
        return "unmet", f"the short form: {_said(short)}"
    met = value <= claim.target if claim.bound == "at_most" else value >= claim.target
    return ("met" if met else "unmet"), ("" if recorded else "short form; nothing is recorded")


def _is_refuted(claim: Claim, short: Mapping[str, Any]) -> bool:
    if claim.kind not in ("alarms", "found"):
        return False
    side = "lower" if claim.kind == "alarms" else "upper"
    bounds = _core.stats.binomial_bound(
        short["regressed"], short["comparisons"], confidence=_REFUTED, side=side
    )
    if claim.kind == "alarms":
        return bool(100 * bounds["low"] > claim.target)
    return bool(100 * bounds["high"] < claim.target)


def _said(short: Mapping[str, Any] | None) -> str:
    if short is None:
        return ""
    return (
        f"{short['regressed']} of {short['comparisons']} slower, {100 * short['effect']:+.2f} % "
        f"in {short['seconds']:.1f} s each"
    )


def rows_of(
    claims: Sequence[Claim],
    folder: Path,
    machine: Mapping[str, Any],
    *,
    seed: int,
    progress: Progress | None,
) -> dict[str, dict[str, Any]]:
    """Return a row for each claim on comparisons, by id; each series is measured once."""
    if not claims:
        return {}  # a file of other claims needs no campaign beside it
    table = recorded_table(folder)
    series = {one.id: one for one in campaign_beside(folder).series}
    short = {
        name: short_form(series[name], seed=seed, progress=progress)
        for name in dict.fromkeys(claim.series for claim in claims)
        if name in series
    }
    return {
        claim.id: recorded_row(claim, table.get(claim.series), short.get(claim.series), machine)
        for claim in claims
    }
