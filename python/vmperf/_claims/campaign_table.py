"""What a campaign says: alarms on identical code, real differences found, each with its bounds."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from .. import _core
from .._alarm.ci import SALTS
from .._compare.settings import Settings, defaults
from .._compare.verdict import INSTRUCTIONS_APART, Evidence, Judged, judge
from .._machine import brief, machine
from .._results.arrays import doubles
from .campaign import Campaign, Journal, Series, Taken, Whole

__all__ = ["group_rows", "row_of", "table"]

_CONFIDENCE = 0.95  # of each bound of a share


def table(campaign: Campaign, journal: Journal) -> dict[str, Any]:
    """Return the small table of a journal, with what one has to know to judge it.

    Returns
    -------
    dict
        ``date, machine, vmperf, revision, settings, rows``. A row: ``id``; ``comparisons`` that
        were made and how many of them said ``regressed`` and ``improved``; ``share`` of regressed
        with ``low`` and ``high`` (each a 95 % bound); ``pairs`` of a comparison, its mean
        ``seconds``; for a series also ``benchmark, params, neighbour, truth``, ``effect`` (mean
        estimate over the comparisons) and ``default`` (the same pairs in sets of the default
        number); for whole comparisons ``instr_apart``: how many differed in instructions per op.
    """
    settings = defaults()
    rows = [
        row_of(one, journal.pairs[one.id], settings)
        for one in campaign.series
        if len(journal.pairs.get(one.id, ())) >= one.pairs
    ]
    rows += group_rows(rows)
    rows += [_whole_row(name, wholes) for name, wholes in journal.wholes.items()]
    rows += _suite(campaign, journal, settings)
    fingerprint = machine()
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": brief(fingerprint),
        "vmperf": _core.__version__,
        "revision": (fingerprint["git"] or {}).get("revision"),
        "settings": asdict(settings),
        "rows": rows,
    }


def row_of(one: Series, taken: Sequence[Taken], settings: Settings) -> dict[str, Any]:
    """Return the row of a series from its pairs; what makes no whole comparison is left out."""
    judged = _judged(taken, one.pairs, settings)
    sets = len(judged)
    seconds = [t.seconds for t in taken[: sets * one.pairs]]
    whole = _judged(taken, settings.pairs, settings)
    params = {name: _both(one, name) for name in one.params[0] if name != "design"}
    return {
        "id": one.id,
        "benchmark": one.benchmark,
        "design": one.params[0]["design"],
        "params": params,
        "neighbour": one.neighbour,
        "truth": one.truth,
        "pairs": one.pairs,
        **_counts([found.verdict for found in judged]),
        "effect": float(_core.stats.mean(doubles([found.effect for found in judged]))),
        "seconds": sum(seconds) / sets,
        "default": {"pairs": settings.pairs, **_counts([found.verdict for found in whole])},
    }


def _both(one: Series, name: str) -> Any:
    a, b = (side[name] for side in one.params)
    return a if a == b else f"{a} against {b}"


def group_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a row per group of series whose sides are identical: all of them pooled."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["truth"] == 0:
            groups.setdefault(row["id"].partition("/")[0] + "/", []).append(row)
    return [
        {
            "id": name,
            "neighbour": members[0]["neighbour"],
            "truth": 0.0,
            **_shares(
                sum(row["comparisons"] for row in members),
                sum(row["regressed"] for row in members),
                sum(row["improved"] for row in members),
            ),
        }
        for name, members in groups.items()
    ]


def _whole_row(name: str, wholes: Sequence[Whole]) -> dict[str, Any]:
    counted = [one.instr_effect for one in wholes if one.instr_effect is not None]
    return {
        "id": name,
        **_counts([one.verdict for one in wholes]),
        "effect": float(_core.stats.mean(doubles([one.effect for one in wholes]))),
        "seconds": sum(one.seconds for one in wholes) / len(wholes),
        "instr_counted": len(counted),
        "instr_apart": sum(1 for effect in counted if abs(effect) > INSTRUCTIONS_APART),
    }


def _suite(campaign: Campaign, journal: Journal, settings: Settings) -> list[dict[str, Any]]:
    """Simulate unchanged runs of `vmperf ci`: pairs drawn anew from those of identical series."""
    names = [one.id for one in campaign.series if one.identical and one.neighbour == "none"]
    pools = [[t.effect for t in journal.pairs[n]] for n in names if n in journal.pairs]
    if not campaign.suite or not pools:
        return []
    size, pairs, runs = (campaign.suite[key] for key in ("benchmarks", "pairs", "runs"))
    rng = random.Random(0)
    verdicts = []
    for _ in range(runs):
        owners = [pools[i % len(pools)] for i in range(size)]
        suspects = _simulated(owners, pairs, settings, rng)
        confirmed = _simulated([owners[i] for i in suspects], pairs, settings, rng)
        verdicts.append("regressed" if confirmed else "unchanged")
    return [{"id": "suite/simulated", "benchmarks": size, "pairs": pairs, **_counts(verdicts)}]


def _simulated(
    owners: Sequence[Sequence[float]], pairs: int, settings: Settings, rng: random.Random
) -> list[int]:
    """Return which of the benchmarks regressed in one set of pairs."""
    builds = [i % SALTS for i in range(pairs)]
    cases = [Evidence([rng.choice(pool) for _ in builds], [*builds]) for pool in owners]
    found = judge(cases, settings)
    return [i for i, one in enumerate(found) if one is not None and one.verdict == "regressed"]


def _judged(taken: Sequence[Taken], pairs: int, settings: Settings) -> list[Judged]:
    """Return what disjoint sets of pairs say, each a comparison of its own."""
    found = []
    for first in range(0, len(taken) - pairs + 1, pairs):
        effects = [t.effect for t in taken[first : first + pairs]]
        (one,) = judge([Evidence(effects, [0] * pairs)], settings)
        assert one is not None
        found.append(one)
    return found


def _counts(verdicts: Sequence[str]) -> dict[str, Any]:
    return _shares(len(verdicts), verdicts.count("regressed"), verdicts.count("improved"))


def _shares(comparisons: int, regressed: int, improved: int) -> dict[str, Any]:
    bounds = {
        side: _core.stats.binomial_bound(regressed, comparisons, confidence=_CONFIDENCE, side=word)[
            side
        ]
        if comparisons
        else None
        for side, word in (("low", "lower"), ("high", "upper"))
    }
    return {
        "comparisons": comparisons,
        "regressed": regressed,
        "improved": improved,
        "share": regressed / comparisons if comparisons else None,
        **bounds,
    }
