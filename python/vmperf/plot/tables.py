"""Results as Markdown tables, for notebooks: the machine, the rows of a benchmark, what failed.

Each takes the `Results` of a run and returns text; those of rows also take the id of a benchmark in
it, and have a line for each row: axes that vary, the design, then the figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._catalog.quantities import quantities_of
from .._results.results import Results

__all__ = ["failures_table", "figures_table", "machine_table", "metrics_table"]

_TIMES = (("ps", 1e-3), ("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9))


def machine_table(results: Results) -> str:
    """Return what was measured on, and how.

    Nested entries have dotted names.

    Parameters
    ----------
    results : Results
        A run.

    Returns
    -------
    str
        A Markdown table.

    Examples
    --------
    >>> found = vmperf.run("bench/selftest/report", budget_s=0.5)
    >>> vmperf.plot.machine_table(found).count("**cpu.model**")
    1
    """
    rows = [*_flat(results.machine), *_flat({"settings": results.settings})]
    return table(["", ""], ([f"**{name}**", value] for name, value in rows))


def figures_table(results: Results, id: str) -> str:
    """Return the rows of one benchmark.

    Parameters
    ----------
    results : Results
        A run.
    id : str
        A benchmark of it.

    Returns
    -------
    str
        A Markdown table: axes that vary, design, median, interval, cycles, instructions, status.

    Examples
    --------
    >>> found = vmperf.run("bench/selftest/report", budget_s=0.5)
    >>> vmperf.plot.figures_table(found, "bench/selftest/report").split(" | ")[1]
    'per op'
    """
    rows, axes = _of(results, id)
    headers = [*axes, "per op", "95 % interval", "cycles", "instructions", "samples", "status"]
    return table(headers, (_line(row, axes) for row in rows))


def metrics_table(results: Results, id: str) -> str:
    """Return what the rows of one benchmark have beside their time.

    Empty where none has any.

    Parameters
    ----------
    results : Results
        A run.
    id : str
        A benchmark of it.

    Returns
    -------
    str
        A Markdown table: axes that vary, design, a column per metric with its unit.

    Examples
    --------
    >>> found = vmperf.run("bench/selftest/report", budget_s=0.5)
    >>> "rss_peak_bytes" in vmperf.plot.metrics_table(found, "bench/selftest/report")
    True
    """
    rows, axes = _of(results, id)
    known = quantities_of(results.benchmarks[id])
    kept = [
        n for n in known.in_order() if any(row["metrics"][n]["value"] is not None for row in rows)
    ]
    if not kept:
        return ""
    units = [known.metric(name).unit for name in kept]
    headers = [*axes, *(f"{n} ({u})" if u not in ("", "1") else n
                        for n, u in zip(kept, units, strict=True))]  # fmt: skip
    lines = (
        [*_at(row, axes),
         *(_value(row["metrics"][name]["value"]) for name in kept)]
        for row in rows
    )  # fmt: skip
    return table(headers, lines)


def _of(results: Results, id: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows of a benchmark, and the axes on which they differ, the design last."""
    rows = [row for row in results.rows() if row["id"] == id]
    axes = dict.fromkeys(axis for row in rows for axis in row["params"] if axis != "design")
    varying = [a for a in axes if len({str(row["params"].get(a)) for row in rows}) > 1]
    return rows, [*varying, "design"]


def _value(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4g}" if abs(value) < 10000 else f"{value:,.0f}"


def failures_table(results: Results) -> str:
    """Return what has no figure, and why.

    A sentence where nothing failed.

    Parameters
    ----------
    results : Results
        A run.

    Returns
    -------
    str
        A Markdown table: benchmark, point, status, reason.

    Examples
    --------
    >>> found = vmperf.run("bench/selftest/crash", budget_s=0.5)
    >>> "killed by SIGSEGV" in vmperf.plot.failures_table(found)
    True
    """
    rows = results.failures
    if not rows:
        return "Every case was measured."
    return table(
        ["benchmark", "at", "status", "reason"],
        (
            [row["id"], ", ".join(f"{n}={v}" for n, v in row["params"].items()),
             row["status"], row["reason"]]
            for row in rows
        ),
    )  # fmt: skip


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; what would end a cell or start markup is escaped."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    for old, new in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("\n", " ")):
        text = text.replace(old, new)
    return text


def _line(row: Mapping[str, Any], axes: Sequence[str]) -> list[str]:
    ns = row["ns_per_op"]
    counts = [row["cycles_per_op"], row["instr_per_op"]]
    return [
        *_at(row, axes),
        _time(ns["median"]),
        "–" if ns["low"] is None else f"{_time(ns['low'])} to {_time(ns['high'])}",
        *("–" if count is None else f"{count:.4g}" for count in counts),
        str(row["samples"]),
        row["status"],
    ]


def _at(row: Mapping[str, Any], axes: Sequence[str]) -> list[str]:
    return [str(row["params"].get(axis, "")) for axis in axes]


def _time(ns: float | None) -> str:
    if ns is None:
        return "–"
    unit, size = next(((u, s) for u, s in reversed(_TIMES) if ns >= s), _TIMES[0])
    return f"{ns / size:.3g} {unit}" if ns < 1000 * size else f"{ns / size:.0f} {unit}"


def _flat(value: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _flat(inner, f"{prefix}{name}.")
        elif isinstance(inner, list | tuple):
            yield prefix + name, "; ".join(map(_item, inner)) or "none"
        else:
            yield prefix + name, _item(inner)


def _item(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_item(inner)}" for name, inner in value.items())
    return "unknown" if value is None else str(value)
