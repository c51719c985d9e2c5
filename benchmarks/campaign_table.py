"""What a campaign says: alarms on identical code, real differences found, each with its bounds."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from campaign_journal import Collected, Whole
from vmperf import _core
from vmperf._alarm.ci import SALTS
from vmperf._claims.campaign import Campaign
from vmperf._claims.trial import counts, row_of, shares
from vmperf._compare.settings import Settings, defaults
from vmperf._compare.verdict import INSTRUCTIONS_APART, Evidence, judge
from vmperf._machine import brief, machine
from vmperf._results.arrays import doubles

__all__ = ["group_rows", "table"]


def table(campaign: Campaign, journal: Collected) -> dict[str, Any]:
    """Return the small table of a journal, with what one has to know to judge it.

    Returns
    -------
    dict
        ``date, machine, vmperf, revision, settings, rows``. A row: ``id``; ``comparisons`` that
        were made and how many of them said ``regressed`` and ``improved``; ``share`` of regressed
        with ``low`` and ``high`` (each a 95 % bound); ``pairs`` of a comparison, its mean
        ``seconds``; for a series also ``benchmark, params, neighbour, noise, truth``, ``effect``
        (mean estimate over the comparisons) and ``default`` (the same pairs in sets of the default
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
            "noise": members[0]["noise"],
            "truth": 0.0,
            **shares(
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
        **counts([one.verdict for one in wholes]),
        "effect": float(_core.stats.mean(doubles([one.effect for one in wholes]))),
        "seconds": sum(one.seconds for one in wholes) / len(wholes),
        "instr_counted": len(counted),
        "instr_apart": sum(1 for effect in counted if abs(effect) > INSTRUCTIONS_APART),
    }


def _suite(campaign: Campaign, journal: Collected, settings: Settings) -> list[dict[str, Any]]:
    """Simulate unchanged runs of `vmperf ci`: pairs drawn anew from those of identical series."""
    quiet = [one for one in campaign.series if one.neighbour == one.noise == "none"]
    names = [one.id for one in quiet if one.identical]
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
    return [{"id": "suite/simulated", "benchmarks": size, "pairs": pairs, **counts(verdicts)}]


def _simulated(
    owners: Sequence[Sequence[float]], pairs: int, settings: Settings, rng: random.Random
) -> list[int]:
    """Return which of the benchmarks regressed in one set of pairs."""
    builds = [i % SALTS for i in range(pairs)]
    cases = [Evidence([rng.choice(pool) for _ in builds], [*builds]) for pool in owners]
    found = judge(cases, settings)
    return [i for i, one in enumerate(found) if one is not None and one.verdict == "regressed"]
