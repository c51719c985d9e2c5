"""Reads claims files: TOML in, checked claims out, every mistake named with its line."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .. import _core
from .._catalog.axes import coerce
from .._catalog.catalog import Benchmark, Value, get
from .._catalog.quantities import Metric
from .._errors import invalid, located, near
from .._files.toml_file import Place, read_tables
from .campaign import Campaign, campaign_beside
from .claim import BEST, COMPARED, KINDS, PROOF, Claim
from .rule import claims_by_rule, rivals_of

__all__ = ["read_claims", "shipped"]

_OF_METRICS = ("ratio", "value")
_BOUNDS = ("at_least", "at_most")
_OVER = ("geomean", "worst")
_NEEDED = ("id", "benchmark", "design", "kind", "target")
_ALLOWED = (*_NEEDED, "params", "versus", "metric", "over", "bound", "note", "headline", "on")
_SERIES_NEEDED = ("id", "series", "kind", "target")
_SERIES_ALLOWED = (*_SERIES_NEEDED, "note", "headline")


def shipped() -> Path:
    """Return the claims file of this package, which lies beside the native module."""
    return Path(str(_core.__file__)).parent / "benchmarks" / "claims.toml"


def read_claims(path: Path) -> list[Claim]:
    """Read a claims file and check it against the registry.

    Parameters
    ----------
    path : pathlib.Path
        TOML with one ``[[claim]]`` table per claim; before the first, ``include`` may name further
        such files, relative to this one, or a pattern of theirs (``claims_*.toml``), and ``by_rule = true`` adds the claims of
        `claims_by_rule` after those that are written.

    Returns
    -------
    list of Claim
        In the order of the file; at least one.

    Raises
    ------
    InvalidArgumentError
        No such file, or one that is included; an unknown key, benchmark, design, axis, value or
        kind; a missing key; a target that is no positive number; an id that is used twice. The
        message starts with file and line.
    TraceFormatError
        The file is not TOML, or holds something other than ``[[claim]]`` tables.
    """
    claims: dict[str, Claim] = {}
    find = functools.cache(get)  # a look through the whole catalog each
    campaign = functools.cache(lambda: campaign_beside(path.parent))  # where a claim asks for it
    entries, by_rule = _entries(path)
    for entry, place in entries:
        try:
            if "series" in entry:
                claim = _series_claim(entry, place, campaign)
            else:
                claim = _claim(entry, place, find)
            if claim.id in claims:
                raise place.at("id", invalid("id", repr(claim.id), "an id that is used once"))
        except _core.InvalidArgumentError as error:
            raise located(error, place.where) from None
        claims[claim.id] = claim
    written = [*claims.values()]
    return written + claims_by_rule(written) if by_rule else written


def _entries(path: Path) -> tuple[list[tuple[Any, Place]], bool]:
    """Return the tables of a file, then those it includes; whether others are made by rule."""
    found = read_tables(path, "claim", argument="claims", head=False, keys=("include", "by_rule"))
    by_rule = found.head.get("by_rule", False)
    if not isinstance(by_rule, bool):
        error = invalid("by_rule", repr(by_rule), "true, false")
        raise located(found.head_place.at("by_rule", error), found.head_place.where)
    others = found.head.get("include", [])
    if not isinstance(others, list) or not all(isinstance(name, str) for name in others):
        error = invalid("include", repr(others), "a list of file names or patterns")
        raise located(found.head_place.at("include", error), found.head_place.where)
    entries = found.entries
    for name in others:
        for file in _named(path.parent, name):
            entries += read_tables(file, "claim", argument="include", head=False).entries
    return entries, by_rule


def _named(folder: Path, name: str) -> list[Path]:
    """Return the file of a name, or those of a pattern in their order."""
    return sorted(folder.glob(name)) if "*" in name and name.strip("*") else [folder / name]


def _series_claim(entry: Any, place: Place, campaign: Callable[[], Campaign]) -> Claim:
    """Read a claim on comparisons: of a series of the campaign beside the file."""
    _check_keys(entry, place, needed=_SERIES_NEEDED, allowed=_SERIES_ALLOWED)
    words = {key: _text(entry, key, place) for key in _SERIES_ALLOWED if key != "target"}
    place.to("kind")
    if words["kind"] not in COMPARED:
        raise invalid("kind", repr(words["kind"]), near(words["kind"], COMPARED))
    place.to("series")
    known = campaign()
    if words["series"] not in known.names:
        raise invalid("series", repr(words["series"]), near(words["series"], known.names))
    one = next((one for one in known.series if one.id == words["series"]), None)
    return Claim(
        id=words["id"],
        benchmark=one.benchmark if one else words["series"],
        params={},
        design=str(one.params[0]["design"]) if one else "",
        versus=None,
        kind=words["kind"],
        bound=COMPARED[words["kind"]],
        target=_target(entry["target"], place, least=0.0),
        note=words["note"],
        series=words["series"],
        headline=words["headline"],
    )


def _check_keys(
    entry: Any, place: Place, *, needed: tuple[str, ...], allowed: tuple[str, ...]
) -> None:
    for key in entry:
        if key not in allowed:
            raise place.at(key, invalid("key", repr(key), near(key, allowed)))
    for key in needed:
        if key not in entry:
            raise invalid(f"key {key}", "missing", f"a claim has {', '.join(needed)}")


def _claim(entry: Any, place: Place, find: Callable[[str], Benchmark]) -> Claim:
    _check_keys(entry, place, needed=_NEEDED, allowed=_ALLOWED)
    words = {
        key: _text(entry, key, place) for key in _ALLOWED if key not in ("target", "params", "on")
    }
    place.to("kind")
    if words["kind"] not in KINDS:
        raise invalid("kind", repr(words["kind"]), near(words["kind"], KINDS))
    place.to("benchmark")
    benchmark = find(words["benchmark"])
    params = _params(benchmark, entry.get("params", {}), place)
    for key in ("design", "versus"):
        place.to(key)
        known = [d.name for d in benchmark.designs]
        rivals = _rivals(benchmark.id, words) if key == "versus" else ()
        if rivals and words["kind"] == "ratio":
            known.append(BEST)
        if words[key] not in known and (key in entry or key == "design"):
            raise invalid(key, repr(words[key]), near(words[key], known))
    metric = _metric(benchmark, words, place)
    claim = Claim(
        id=words["id"],
        benchmark=benchmark.id,
        params=params,
        design=words["design"],
        versus=words["versus"] or None,
        kind=words["kind"],
        bound=_bound(words, metric, place),
        target=_target(entry["target"], place, least=0.0 if words["kind"] == "value" else None),
        note=words["note"],
        over=_over(words, place),
        metric=metric,
        headline=words["headline"],
        rivals=rivals,
        on=_on(entry, place),
    )
    _check_comparison(claim, place)
    return claim


def _rivals(benchmark: str, words: Mapping[str, str]) -> tuple[str, ...]:
    if words["versus"] != BEST:
        return ()
    return tuple(name for name in rivals_of(benchmark) if name != words["design"])


def _on(entry: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    names = entry.get("on", [])
    if not isinstance(names, list) or not all(isinstance(n, str) and n for n in names):
        allowed = "a list of microarchitectures, as `vmperf machine` names them"
        raise place.at("on", invalid("on", repr(names), allowed))
    return tuple(names)


def _text(entry: Mapping[str, Any], key: str, place: Place) -> str:
    value = entry.get(key, "")
    if not isinstance(value, str) or (key in _NEEDED and not value):
        raise place.at(key, invalid(key, repr(value), "a text in quotes, not empty"))
    return value


def _target(value: Any, place: Place, *, least: float | None = None) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not (value > 0 or value == least) or value == float("inf"):
        allowed = "a positive number" if least is None else f"a number of {least:g} or more"
        raise place.at("target", invalid("target", repr(value), allowed))
    return float(value)


def _metric(benchmark: Benchmark, words: Mapping[str, str], place: Place) -> Metric | None:
    place.to("metric")
    if not words["metric"]:
        if words["kind"] == "value":
            raise invalid("metric", "missing", "the name of one: kind value is a limit on it")
        return None
    if words["kind"] not in _OF_METRICS:
        allowed = f"none with kind {words['kind']}; kinds {', '.join(_OF_METRICS)} have one"
        raise invalid("metric", repr(words["metric"]), allowed)
    return benchmark.quantities.metric(words["metric"])


def _bound(words: Mapping[str, str], metric: Metric | None, place: Place) -> str:
    place.to("bound")
    one_sided = _BOUNDS[:1] if words["kind"] == PROOF else _BOUNDS[1:]
    allowed = _BOUNDS if words["kind"] in _OF_METRICS else one_sided
    usual = allowed[0]
    if words["kind"] == "value" and metric is not None:
        usual = {"lower": "at_most", "higher": "at_least"}.get(metric.better, "missing")
    bound = words["bound"] or usual
    if bound not in allowed:
        raise invalid(f"bound of kind {words['kind']}", repr(bound), ", ".join(allowed))
    return bound


def _over(words: Mapping[str, str], place: Place) -> str:
    place.to("over")
    if words["over"] not in ("", *_OVER):
        raise invalid("over", repr(words["over"]), ", ".join(_OVER))
    if words["over"] and words["metric"]:
        raise invalid("over", repr(words["over"]), "nothing, for a claim on a metric")
    if words["over"] and not words["versus"]:
        raise invalid("over", repr(words["over"]), "nothing, where there is no versus")
    return words["over"]


def _params(benchmark: Benchmark, given: Any, place: Place) -> dict[str, Value | tuple[Value, ...]]:
    if not isinstance(given, dict):
        raise place.at("params", invalid("params", repr(given), "a table of axis = value"))
    for name in given:
        place.to_inner("params", name)
        if name == "design":
            raise invalid("axis", "'design'", "the key design of the claim, not one of params")
        benchmark.axis(name)
    params: dict[str, Value | tuple[Value, ...]] = {}
    for axis in benchmark.axes[1:]:
        place.to_inner("params", axis.name)
        value = given.get(axis.name)
        if isinstance(value, list):
            params[axis.name] = tuple(dict.fromkeys(coerce(axis, v) for v in value))
        elif value is not None:
            params[axis.name] = coerce(axis, value)
        elif len(axis.defaults) == 1:
            params[axis.name] = axis.defaults[0]
        else:
            raise invalid(axis.name, "missing", f"one of {', '.join(map(str, axis.values))}")
    return params


def _check_comparison(claim: Claim, place: Place) -> None:
    """Refuse a comparison that the kind has not, or lacks."""
    compared = KINDS[claim.kind]
    place.to("versus")
    if claim.versus is None and compared == "yes":
        raise invalid("versus", "missing", f"a design: kind {claim.kind} compares two")
    if claim.versus is not None and compared == "no":
        raise invalid("versus", repr(claim.versus), f"none: kind {claim.kind} is a limit")
    if claim.versus == claim.design:
        raise invalid("versus", repr(claim.versus), "another design than the claim's own")
    lists = {axis: v for axis, v in claim.params.items() if isinstance(v, tuple)}
    place.to("params")
    for axis in [*lists][:1]:
        place.to_inner("params", axis)
    if claim.over:
        fits, allowed = bool(lists), "a list of values on at least one axis: a claim with over"
    elif compared == "may" and claim.versus is None:
        fits, allowed = len(lists) == 1, "one axis with a list of values"
    else:
        fits, allowed = not lists, "one value on every axis, or over = geomean, worst"
    if not fits:
        raise invalid("params", ", ".join(lists) or "without a list", allowed)
    if any(len(values) < 2 for values in lists.values()):
        raise invalid(next(iter(lists)), "a single value", "a list of two values or more")
