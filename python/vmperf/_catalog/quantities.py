"""What a benchmark delivers beside its time: metrics, distributions, series, tables.

A view of its catalog entry, of this registry or of a stored one. Each distribution gives rise to
further metrics, its quantiles, so that whatever has a figure has one name: in rows, claims,
comparisons and on the command line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .._errors import invalid, near

__all__ = [
    "BUILT_IN",
    "QUANTILES",
    "Column",
    "DeclaredSeries",
    "Distribution",
    "Metric",
    "Quantities",
    "Table",
    "quantities_of",
    "with_unit",
]

# Delivered for every case, declared by no benchmark.
BUILT_IN = (
    "rss_before_bytes", "rss_peak_bytes", "rss_after_bytes", "page_faults", "cpu_ratio", "threads",
)  # fmt: skip
# Name -> share of the records below it.
QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99_9": 0.999, "p99_99": 0.9999}
_LATENCY = "latency"
_NO_UNIT = ("", "1")


@dataclass(frozen=True, slots=True)
class Metric:
    """One number of a case.

    Attributes
    ----------
    name, unit : str
        ``1`` for counts and shares.
    better : {"lower", "higher", "neither"}
        Which way is good.
    scope : {"case", "sample"}
        Whether there is one value per placement, or one per sample.
    merge : {"mean", "sum", "min", "max", "last", "quantile"}
        What several values come to; quantiles are of the merged distribution.
    distribution, figure : str
        Of which distribution it is what (``p99``, ``max``, ``mean``, ``count``); else empty.
    """

    name: str
    unit: str
    better: str
    scope: str
    merge: str
    distribution: str = ""
    figure: str = ""

    @property
    def provenance(self) -> str:
        """``modelled`` where the name says so, as it does of all that no clock or counter gave."""
        return "modelled" if "modelled" in self.name.split("_") else "measured"


@dataclass(frozen=True, slots=True)
class Distribution:
    """Many values of a case, recorded as a histogram."""

    name: str
    unit: str
    better: str

    def metrics(self) -> Iterator[Metric]:
        """Yield its quantiles, greatest, mean and count; those of latency by their short names."""
        for figure in (*QUANTILES, "max", "mean", "count"):
            unit = "1" if figure == "count" else self.unit
            better = "neither" if figure == "count" else self.better
            short = figure if unit in _NO_UNIT else f"{figure}_{unit}"
            names = [f"{self.name}_{short}"] + ([short] if self.name == _LATENCY else [])
            for name in names:
                yield Metric(name, unit, better, "case", "quantile", self.name, figure)


@dataclass(frozen=True, slots=True)
class DeclaredSeries:
    """Values y over x."""

    name: str
    x_unit: str
    y_unit: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a case: one per collection, worker or phase."""

    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Quantities:
    """All that a benchmark delivers beside its time.

    Attributes
    ----------
    metrics : tuple of Metric
        With those that every case has.
    distributions : tuple of Distribution
    series : tuple of DeclaredSeries
    tables : tuple of Table
    """

    metrics: tuple[Metric, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    series: tuple[DeclaredSeries, ...] = ()
    tables: tuple[Table, ...] = ()

    def all_metrics(self) -> dict[str, Metric]:
        """Return name -> metric, the quantiles of distributions among them."""
        found = {metric.name: metric for metric in self.metrics}
        for distribution in self.distributions:
            for metric in distribution.metrics():
                found.setdefault(metric.name, metric)  # a declared one has the name first
        return found

    def metric(self, name: str) -> Metric:
        """Return a metric or quantile by name; InvalidArgumentError names near ones."""
        known = self.all_metrics()
        if name not in known:
            raise invalid("metric", repr(name), near(name, known))
        return known[name]

    def declared(self) -> list[str]:
        """Return the names of what the benchmark itself declares, one for each figure."""
        return [
            metric.name
            for metric in self.all_metrics().values()
            if metric.name not in BUILT_IN and not metric.name.startswith(f"{_LATENCY}_")
        ]

    def in_order(self) -> list[str]:
        """Return the names of `declared`, then of what every case has: an order to show them in."""
        known = self.all_metrics()
        return [*dict.fromkeys([*self.declared(), *(name for name in BUILT_IN if name in known)])]

    def to_dict(self) -> dict[str, Any]:
        """Return the form of the catalog."""
        return {
            "metrics": [
                {"name": m.name, "unit": m.unit, "better": m.better, "scope": m.scope,
                 "merge": m.merge}
                for m in self.metrics
            ],
            "distributions": [
                {"name": d.name, "unit": d.unit, "better": d.better} for d in self.distributions
            ],
            "series": [
                {"name": s.name, "x_unit": s.x_unit, "y_unit": s.y_unit} for s in self.series
            ],
            "tables": [
                {"name": t.name, "columns": [{"name": c.name, "unit": c.unit} for c in t.columns]}
                for t in self.tables
            ],
        }  # fmt: skip


def with_unit(number: str, unit: str) -> str:
    """Return a number in words with its unit, where it has one."""
    return number if unit in _NO_UNIT else f"{number} {unit}"


def quantities_of(entry: Mapping[str, Any]) -> Quantities:
    """Return the view of a catalog entry; empty for one that was stored before there were any."""
    found = entry.get("quantities", {})
    return Quantities(
        metrics=tuple(
            Metric(m["name"], m["unit"], m["better"], m["scope"], m["merge"])
            for m in found.get("metrics", ())
        ),
        distributions=tuple(
            Distribution(d["name"], d["unit"], d["better"]) for d in found.get("distributions", ())
        ),
        series=tuple(
            DeclaredSeries(s["name"], s["x_unit"], s["y_unit"]) for s in found.get("series", ())
        ),
        tables=tuple(
            Table(t["name"], tuple(Column(c["name"], c["unit"]) for c in t["columns"]))
            for t in found.get("tables", ())
        ),
    )
