"""A campaign's file: trials to be run very often, to count what comparisons say of them.

``benchmarks/campaign.toml`` lies beside the claims; `claims` runs each of its trials a few times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._catalog.catalog import get
from .._errors import invalid, near
from .._files.toml_file import read_tables
from .noise import NOISES, STEPS
from .trial import Trial

__all__ = ["NEIGHBOURS", "Campaign", "campaign_beside", "read_campaign"]

NEIGHBOURS = ("none", "steady", "bursty")
_KEYS = ("id", "benchmark", "params", "a", "b", "pairs", "comparisons", "neighbour", "noise")
_FILE = "campaign.toml"


@dataclass(frozen=True, slots=True)
class Campaign:
    """The series of a file, the size of its simulated suite, the names of whole comparisons."""

    series: tuple[Trial, ...]
    suite: dict[str, int]
    whole: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return what rows of the table may be called: series, their groups, the rest."""
        groups = (one.id.partition("/")[0] + "/" for one in self.series if one.identical)
        suite = ("suite/simulated",) if self.suite else ()
        ids = (one.id for one in self.series)
        return tuple(dict.fromkeys((*ids, *groups, *suite, *self.whole)))


def read_campaign(path: Path) -> Campaign:
    """Read a campaign's file.

    Raises
    ------
    InvalidArgumentError
        An unknown key, benchmark, axis or value; a number out of range; an id that comes twice.
    TraceFormatError
        It is not TOML.
    """
    tables = read_tables(path, "series", argument="campaign", head=True)
    found: dict[str, Trial] = {}
    for entry, place in tables.entries:
        for key in entry:
            if key not in _KEYS:
                raise place.at(key, invalid("key", repr(key), near(key, _KEYS)))
        one = _trial(entry)
        if one.id in found:
            raise place.at("id", invalid("id", repr(one.id), "an id that is used once"))
        found[one.id] = one
    head = tables.head
    return Campaign(
        tuple(found.values()), dict(head.get("suite", {})), tuple(head.get("whole", ()))
    )


def _trial(entry: Mapping[str, Any]) -> Trial:
    benchmark = get(entry["benchmark"])
    base = {axis.name: axis.defaults[0] for axis in benchmark.axes}
    a, b = ({**base, **entry.get("params", {}), **entry.get(side, {})} for side in ("a", "b"))
    for name in {*a, *b}:
        benchmark.axis(name)
    one = Trial(
        id=entry["id"],
        benchmark=benchmark.id,
        params=(a, b),
        pairs=entry["pairs"],
        comparisons=entry["comparisons"],
        neighbour=entry.get("neighbour", "none"),
        noise=entry.get("noise", "none"),
    )
    if one.noise not in NOISES:
        raise invalid("noise", repr(one.noise), ", ".join(NOISES))
    if one.noise != "none" and [side.get("steps") for side in one.params] != [STEPS, STEPS]:
        raise invalid("noise", repr(one.noise), f"none, where not both sides have steps = {STEPS}")
    if one.neighbour not in NEIGHBOURS:
        raise invalid("neighbour", repr(one.neighbour), ", ".join(NEIGHBOURS))
    if one.pairs < 3:
        raise invalid("pairs", one.pairs, "3 or more")
    return one


def campaign_beside(folder: Path) -> Campaign:
    """Return the campaign in the folder of a claims file."""
    return read_campaign(folder / _FILE)
