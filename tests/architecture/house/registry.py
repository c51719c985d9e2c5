"""Rules on what the registry declares."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

_ID = re.compile(r"[a-z]\w*(/[a-z0-9]\w*){1,2}")
# Without a naive design: tags under which one makes no sense.
WITHOUT_NAIVE = {"selftest", "fraud", "no_naive"}
# The tour shares one budget: a component has a few benchmarks of it, and one at least.
HEADLINE, MOST_HEADLINES = "headline", 4
NOT_FOR_THE_TOUR = {"selftest", "noise"}


def faults(catalog: list[dict[str, Any]], components: set[str]) -> list[str]:
    """Duplicate or malformed ids, gaps in declarations, a missing naive design."""
    counts = Counter(entry["id"] for entry in catalog)
    bad = [f"{name}: declared {n} times" for name, n in counts.items() if n > 1]
    for entry in catalog:
        bad += [f"{entry['id']}: {what}" for what in _faults_of(entry, components)]
    return bad


def headline_faults(catalog: list[dict[str, Any]]) -> list[str]:
    """Components with too many headline benchmarks or none; hidden headlines."""
    shown = [entry for entry in catalog if not NOT_FOR_THE_TOUR & set(entry["tags"])]
    counts = {entry["component"]: 0 for entry in shown}
    bad = []
    for entry in catalog:
        if HEADLINE in entry["tags"]:
            counts[entry["component"]] = counts.get(entry["component"], 0) + 1
            bad += [f"{entry['id']}: hidden, and a headline"] if entry["hidden"] else []
    return bad + [
        f"{component}: {n} headline benchmarks; allowed: 1 to {MOST_HEADLINES}"
        for component, n in counts.items()
        if not 1 <= n <= MOST_HEADLINES
    ]


def _faults_of(entry: dict[str, Any], components: set[str]) -> list[str]:
    bad: list[str] = []
    if not _ID.fullmatch(entry["id"]):
        bad.append("the id is not component/operation")
    if entry["id"].split("/")[0] not in components or entry["component"] not in components:
        bad.append("the id does not begin with a component")
    bad += [f"no {key}" for key in ("summary", "op", "fooled_by") if not entry[key]]
    if not entry["hidden"] and bool(entry["repeatable"]) == bool(entry["varies"]):
        bad.append("says not whether batches of one n have one checksum: repeatable() or varies()")
    axes = [axis["name"] for axis in entry["axes"]]
    if axes[:1] != ["design"]:
        bad.append("the first axis is not 'design'")
    bad += [f"axis '{name}' twice" for name, n in Counter(axes).items() if n > 1]
    for axis in entry["axes"]:
        values = [repr(value) for value in axis["values"]]
        if len(set(values)) < len(values) or not values:
            bad.append(f"axis '{axis['name']}' has no values or the same twice")
        if not {repr(value) for value in axis["defaults"]} <= set(values) or not axis["defaults"]:
            bad.append(f"axis '{axis['name']}' has defaults that are not among its values")
    designs = [design["name"] for design in entry["designs"]]
    bad += [f"design '{name}' twice" for name, n in Counter(designs).items() if n > 1]
    bad += [f"design '{d['name']}' has no summary" for d in entry["designs"] if not d["summary"]]
    if "naive" not in designs and not WITHOUT_NAIVE & set(entry["tags"]):
        bad.append("no 'naive' design")
    return bad
