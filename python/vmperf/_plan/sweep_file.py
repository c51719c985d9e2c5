"""Reads sweep files: TOML in, points to measure out, every mistake named with its line."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import _core
from .._catalog.axes import coerce, point_values
from .._catalog.catalog import Axis, Benchmark, Value, select
from .._catalog.ranges import MOST_VALUES, RANGE_KEYS, expand
from .._errors import invalid, located, near
from .._files.toml_file import Place, read_tables
from .plan import PROFILES, Point

__all__ = ["SweepFile", "find", "read_sweep", "shipped_sweeps"]

_HEAD = ("description", "reference", "profile", "budget_s", "seed")
_KEYS = ("benchmark", "description", "designs", "axes", "zip")
MOST_POINTS = 100_000


@dataclass(frozen=True, slots=True)
class SweepFile:
    """What a sweep file asks for.

    Attributes
    ----------
    name, description : str
        The file's name without its suffix; what it says of itself.
    points : tuple of Point
        What to measure, each benchmark and params once, with the designs of all tables.
    reference : str or None
        The design that ratios refer to.
    profile : str
        A key of `PROFILES`.
    budget_s : float or None
        Seconds for the whole run.
    seed : int
        Decides order, placement and data.
    """

    name: str
    description: str
    points: tuple[Point, ...]
    reference: str | None
    profile: str
    budget_s: float | None
    seed: int


def shipped_sweeps() -> dict[str, Path]:
    """Return name -> file of the sweeps that come with the package, beside the native module."""
    folder = Path(str(_core.__file__)).parent / "benchmarks" / "sweeps"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def find(sweep: str | Path) -> Path:
    """Return the file of a path or of a shipped sweep's name; an existing file comes first."""
    path = Path(sweep)
    if path.is_file():
        return path
    known = shipped_sweeps()
    if str(sweep) in known:
        return known[str(sweep)]
    raise invalid("sweep", repr(str(sweep)), f"a TOML file or one of {near(str(sweep), known)}")


def read_sweep(path: Path) -> SweepFile:
    """Read a sweep file and check it against the registry.

    Parameters
    ----------
    path : pathlib.Path
        TOML with one ``[[sweep]]`` table or more; the shipped ``pools.toml`` explains the keys.

    Returns
    -------
    SweepFile
        At least one point.

    Raises
    ------
    InvalidArgumentError
        No such file; an unknown key, benchmark, design, axis or value; a malformed range or zip.
        The message starts with file and line.
    TraceFormatError
        The file is not TOML, or has no ``[[sweep]]`` table.
    """
    tables = read_tables(path, "sweep", argument="sweep", head=True)
    points: dict[tuple[str, tuple[tuple[str, Value], ...]], Point] = {}
    for entry, place in tables.entries:
        try:
            for point in _points(entry, place):
                key = (point.id, tuple(sorted(point.params.items())))
                known = points[key].designs if key in points else ()
                designs = tuple(dict.fromkeys([*known, *point.designs]))
                points[key] = Point(point.id, point.params, designs)
                if len(points) > MOST_POINTS:
                    raise invalid("points", f"more than {MOST_POINTS}", f"<= {MOST_POINTS}")
        except _core.InvalidArgumentError as error:
            raise located(error, place.where) from None
    try:
        head = _head(tables.head, points.values(), tables.head_place)
        return SweepFile(path.stem, points=tuple(points.values()), **head)
    except _core.InvalidArgumentError as error:
        raise located(error, tables.head_place.where) from None


def _head(head: Mapping[str, Any], points: Iterable[Point], place: Place) -> dict[str, Any]:
    """Check the keys of the whole file."""
    _check_keys(head, _HEAD, place)
    place.to("reference")
    reference = head.get("reference")
    designs = {design: None for point in points for design in point.designs}
    if reference is not None and reference not in designs:
        raise invalid("reference", repr(reference), near(str(reference), designs))
    place.to("profile")
    profile = head.get("profile", "quick")
    if profile not in PROFILES:
        raise invalid("profile", repr(profile), near(str(profile), PROFILES))
    place.to("budget_s")
    budget_s = head.get("budget_s")
    number = isinstance(budget_s, int | float) and not isinstance(budget_s, bool)
    if budget_s is not None and (not number or not 0 < budget_s < float("inf")):
        raise invalid("budget_s", repr(budget_s), "seconds, > 0 and finite")
    place.to("seed")
    seed = head.get("seed", 0)
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**63:
        raise invalid("seed", repr(seed), "a whole number, 0 <= seed < 2**63")
    return {
        "description": _text(head, "description", place),
        "reference": reference,
        "profile": profile,
        "budget_s": None if budget_s is None else float(budget_s),
        "seed": seed,
    }


def _check_keys(table: Any, allowed: tuple[str, ...], place: Place) -> None:
    if not isinstance(table, dict):
        raise invalid("sweep", repr(table), f"a table with {', '.join(allowed)}")
    for key in table:
        if key not in allowed:
            raise place.at(key, invalid("key", repr(key), near(key, allowed)))


def _text(table: Mapping[str, Any], key: str, place: Place) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise place.at(key, invalid(key, repr(value), "a text in quotes"))
    return value


def _points(entry: Any, place: Place) -> Iterable[Point]:
    """Yield the points of one table, a benchmark of the pattern after the other."""
    _check_keys(entry, _KEYS, place)
    pattern = _text(entry, "benchmark", place)
    if not pattern:
        raise invalid("key benchmark", "missing", "an id or a pattern such as 'pool/*'")
    _text(entry, "description", place)
    place.to("benchmark")
    benchmarks = select([pattern])
    designs = _designs(entry.get("designs"), benchmarks, place)
    axes = entry.get("axes", {})
    _check_axes(axes, benchmarks, place)
    zips = _zips(entry.get("zip", []), axes, place)
    for benchmark in benchmarks:
        mine = tuple(d.name for d in benchmark.designs if designs is None or d.name in designs)
        if mine:
            zipped = [axis for group in zips for axis in group]
            values = {
                a.name: _values(a, axes.get(a.name), place, unique=a.name not in zipped)
                for a in benchmark.axes[1:]
            }
            for params in _crossed(values, zips, place):
                yield Point(benchmark.id, params, mine)


def _designs(given: Any, benchmarks: Iterable[Benchmark], place: Place) -> list[str] | None:
    if given is None:
        return None
    place.to("designs")
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not names:
        raise invalid("designs", repr(given), "a list of names")
    known = [d.name for b in benchmarks for d in b.designs]
    for name in names:
        if name not in known:
            raise invalid("design", repr(name), near(str(name), known))
    return names


def _check_axes(axes: Any, benchmarks: Iterable[Benchmark], place: Place) -> None:
    if not isinstance(axes, dict):
        raise place.at("axes", invalid("axes", repr(axes), "a table of axis = values"))
    known = [a.name for b in benchmarks for a in b.axes[1:]]
    for name in axes:
        place.to_inner("axes", name)
        if name == "design":
            raise invalid("axis", "'design'", "the key designs of the sweep, not one of axes")
        if name not in known:
            raise invalid("axis", repr(name), near(name, known))


def _values(axis: Axis, given: Any, place: Place, *, unique: bool) -> tuple[Value, ...]:
    """Return the values of one axis; a list that moves with another may repeat some."""
    place.to_inner("axes", axis.name)
    if isinstance(given, list) and not unique and given:
        values = tuple(coerce(axis, value) for value in given)
    elif not isinstance(given, dict):
        values = point_values(axis, given)
    elif all(isinstance(value, str) for value in axis.values):
        raise invalid(axis.name, "a range", f"names: {', '.join(map(str, axis.values))}")
    else:
        ends = {k: coerce(axis, v) if _is_end(k, v) else v for k, v in given.items()}
        try:
            values = tuple(dict.fromkeys(coerce(axis, value) for value in expand(ends)))
        except _core.InvalidArgumentError as error:
            raise _inside(error, axis, given, place) from None
    if len(values) > MOST_VALUES:
        raise invalid(axis.name, f"{len(values)} values", f"at most {MOST_VALUES}")
    return values


def _is_end(key: str, value: Any) -> bool:
    return key in ("from", "to") and isinstance(value, str)  # such as "4KiB"


def _inside(
    error: _core.InvalidArgumentError, axis: Axis, given: Mapping[str, Any], place: Place
) -> _core.InvalidArgumentError:
    """Go to the line of the range's faulty key; say which axis has it."""
    if error.argument in given and error.argument in RANGE_KEYS:
        place.to_inner(axis.name, error.argument)
    name = axis.name if error.argument == axis.name else f"{axis.name}.{error.argument}"
    return invalid(name, error.value, error.allowed)


def _zips(given: Any, axes: Mapping[str, Any], place: Place) -> list[list[str]]:
    """Check and return the groups of axes that move together."""
    place.to("zip")
    shape = 'lists of axes that move together, such as [["batch", "capacity"]]'
    if not isinstance(given, list) or not all(isinstance(group, list) for group in given):
        raise invalid("zip", repr(given), shape)
    seen: list[str] = []
    for group in given:
        if len(group) < 2:
            raise invalid("zip", repr(group), "two axes or more")
        for name in group:
            if name not in axes:
                raise invalid("axis in zip", repr(name), near(str(name), axes))
            if name in seen:
                raise invalid("axis in zip", repr(name), "each axis once")
            seen.append(name)
    return given


def _crossed(
    values: Mapping[str, tuple[Value, ...]], zips: Iterable[list[str]], place: Place
) -> Iterable[dict[str, Value]]:
    """Yield the product over all axes, those of a zip moving together as one."""
    choices: list[list[dict[str, Value]]] = []
    together: dict[str, list[str]] = {}
    for group in zips:
        mine = [name for name in group if name in values]
        together.update(dict.fromkeys(mine, mine))
        lengths = {name: len(values[name]) for name in mine}
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{name} has {n}" for name, n in lengths.items())
            raise place.at("zip", invalid("zip", said, "as many values on each"))
    for name in values:
        group = together.get(name, [name])
        if name == group[0]:
            rows = zip(*(values[one] for one in group), strict=True)
            choices.append([dict(zip(group, row, strict=True)) for row in rows])
    for parts in itertools.product(*choices):
        merged = {axis: value for part in parts for axis, value in part.items()}
        yield {axis: merged[axis] for axis in values}
