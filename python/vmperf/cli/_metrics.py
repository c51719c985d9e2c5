"""Metrics as tables, one line per design and metric, each in a readable unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from ._console import duration, point, scaled, table
from ._params import names

if TYPE_CHECKING:
    from rich.table import Table

    from vmperf._catalog.quantities import Quantities
    from vmperf._results.results import Results

__all__ = ["ALL", "delivered_by", "figure", "metric_names", "metric_option", "metric_tables"]

ALL = "all"
_BYTES = (("B", 1.0), ("KiB", 2.0**10), ("MiB", 2.0**20), ("GiB", 2.0**30), ("TiB", 2.0**40))
_HEADERS = ("design", "metric", ">value", ">interval", "better")


metric_option = click.option(
    "--metric",
    "metrics",
    multiple=True,
    callback=names,
    metavar="NAME,NAME",
    help="Only these metrics, or all; by default those that the benchmark declares.",
)


def metric_names(known: Mapping[str, Quantities], wanted: Sequence[str]) -> dict[str, list[str]]:
    """Return benchmark -> names of metrics to show.

    Parameters
    ----------
    known : mapping
        Benchmark -> what it delivers; see `delivered_by`.
    wanted : sequence of str
        Names, or ``all``; empty for those that a benchmark declares, quantiles among them.

    Raises
    ------
    InvalidArgumentError
        A name that none of the benchmarks has.
    """
    from vmperf._errors import invalid, near

    every = {name for one in known.values() for name in one.all_metrics()}
    for name in wanted:
        if name != ALL and name not in every:
            raise invalid("metric", repr(name), near(name, [ALL, *sorted(every)]))
    if not wanted:
        return {id: one.declared() for id, one in known.items()}
    names = {id: [*one.all_metrics()] for id, one in known.items()}
    if ALL in wanted:
        return names
    return {id: [name for name in wanted if name in mine] for id, mine in names.items()}


def delivered_by(results: Results) -> dict[str, Quantities]:
    """Return what the benchmarks of some results deliver beside their time."""
    from vmperf._catalog.quantities import quantities_of

    ids = dict.fromkeys(case.id for case in results.cases)
    return {id: quantities_of(results.benchmarks.get(id, {})) for id in ids}


def metric_tables(results: Results, names: dict[str, list[str]]) -> Iterable[Table | str]:
    """Yield title and table of each benchmark that delivered one of its names.

    What is modelled has a table of its own.
    """
    rows = results.rows()
    for id, chosen in names.items():
        mine = [row for row in rows if row["id"] == id]
        for provenance, title in (("measured", "metrics"), ("modelled", "metrics of a model")):
            known = [
                name for name in chosen
                if mine and mine[0]["metrics"][name]["provenance"] == provenance
            ]  # fmt: skip
            yield from _tables(id, mine, known, title)


def _tables(
    id: str, mine: list[dict[str, Any]], names: list[str], title: str
) -> Iterable[Table | str]:
    values: dict[str, set[str]] = {}
    for row in mine:
        for axis, value in row["params"].items():
            values.setdefault(axis, set()).add(str(value))
    varying = [axis for axis in values if axis != "design" and len(values[axis]) > 1]
    lines = [
        [
            *(str(row["params"][axis]) for axis in varying),
            row["params"]["design"],
            name,
            figure(one["value"], one["unit"]),
            _interval(one),
            "" if one["better"] == "neither" else one["better"],
        ]
        for name in names
        for row in mine
        if (one := row["metrics"][name])["value"] is not None
    ]
    if lines:
        fixed = {a: v for a, v in mine[0]["params"].items() if a not in varying}
        yield " ".join(filter(None, [f"{id}: {title}", point(fixed)]))
        yield table([*(f">{axis}" for axis in varying), *_HEADERS], lines)


def _interval(one: dict[str, Any]) -> str:
    if one["low"] is None:
        return "-"
    return f"{figure(one['low'], one['unit'])} to {figure(one['high'], one['unit'])}"


def figure(value: float | None, unit: str) -> str:
    """Return a figure with its unit: times and sizes in the one that suits them."""
    from vmperf._catalog.quantities import with_unit

    if value is None:
        return "-"
    if unit == "ns":
        return duration(value)
    if unit == "B":
        return scaled(value, _BYTES)
    whole = value == int(value) or abs(value) >= 1000
    number = f"{value:,.0f}" if whole else f"{value:.4g}"
    return with_unit(number, unit)
