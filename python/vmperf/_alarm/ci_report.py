"""What the alarm tells others: a Markdown summary, and JSON for github-action-benchmark."""

from __future__ import annotations

from typing import Any

from .._compare.result import plus_of
from .ci import CiResult

__all__ = ["failure_markdown", "github_rows", "markdown"]

_HEADERS = ("benchmark", "verdict", "B over A", "interval", "instructions", "second set", "pairs")


def markdown(found: CiResult) -> str:
    """Return the summary: verdict, table, machine, settings.

    Parameters
    ----------
    found : CiResult
        Of `ci`.

    Returns
    -------
    str
        GitHub's Markdown, which ends with a line break.
    """
    first = found.first
    settings = first.settings
    head = f"red: {found.reason}" if found.reason else "green: no confirmed regression"
    lines = [f"### vmperf: {head}", "", _row(_HEADERS), _row(["---"] * len(_HEADERS))]
    lines += [_row(_cells(row)) for row in found.rows()]
    lines += ["", *(f"- {_text(_name(row))}: {_text(_said(row))}" for row in _to_explain(found))]
    machine = first.machine
    lines += [
        f"- A: `{found.against}` {first.revisions[0][:12]}, B: this tree; "
        f"+ = {plus_of(first, 'A', 'B')}; let pass: {_percent(found.max_regression, sign=False)}",
        f"- {len(first)} comparisons corrected together ({settings.correction}), alpha "
        f"{settings.alpha:g} one-sided, {settings.pairs} pairs of processes planned; a regression "
        "counts once a second, independent set of pairs finds it too",
        *(f"- {note}" for note in (first.layout_note, *first.notes)),
        f"- machine: {_machine(machine)}",
    ]
    return "\n".join(lines) + "\n"


def failure_markdown(against: str, reason: str) -> str:
    """Return the summary of a run that came to no comparison."""
    quoted = "\n".join(f"> {line}" for line in reason.splitlines())
    return f"### vmperf: red: no comparison with `{against}`\n\n{quoted}\n"


def github_rows(found: CiResult) -> list[dict[str, Any]]:
    """Return the rows of github-action-benchmark's tool ``customSmallerIsBetter``.

    Parameters
    ----------
    found : CiResult
        Of `ci`.

    Returns
    -------
    list of dict
        ``name, unit, value, range, extra``: B's time in percent of A's, and half its interval; of a
        metric of which more is better, A's value in percent of B's. Only benchmarks that have a
        figure.
    """
    what = found.first.metric or "time"
    return [
        {
            "name": _name(row),
            **_share(row, found.against, what),
            "extra": _extra(row),
        }
        for row in found.rows()
        if row["effect"] is not None and row["status"] == "ok"
    ]


def _share(row: dict[str, Any], against: str, what: str) -> dict[str, Any]:
    """Return unit, value and range such that smaller is better."""
    ends = [1 + row[name] for name in ("effect", "low", "high")]
    unit = f"% of {against}'s {what}"
    if row["better"] == "higher":
        ends = [1 / end for end in ends]
        unit = f"{against}'s {what} in % of this tree's"
    value, *others = (100 * end for end in ends)
    half = abs(others[1] - others[0]) / 2
    return {"unit": unit, "value": value, "range": f"± {half:.3g}"}


def _extra(row: dict[str, Any]) -> str:
    lines = [
        f"verdict: {_verdict(row)}",
        f"interval: {_interval(row)}",
        f"pairs: {row['pairs']}",
        f"smallest visible effect: {_percent(row['detectable'])}",
    ]
    if row["instr_effect"] is not None:
        lines.append(f"instructions: {_percent(row['instr_effect'])}")
    return "\n".join(lines)


def _to_explain(found: CiResult) -> list[dict[str, Any]]:
    again = found.second.rows() if found.second else []
    return [row for row in [*found.rows(), *again] if row["status"] != "ok" or row["reason"]]


def _cells(row: dict[str, Any]) -> list[str]:
    second = "-" if row["confirmed"] is None else _percent(row["second_effect"])
    return [
        _name(row),
        "**regressed**" if row["confirmed"] else _verdict(row),
        _percent(row["effect"]),
        _interval(row),
        _percent(row["instr_effect"]),
        second,
        str(row["pairs"]),
    ]


def _verdict(row: dict[str, Any]) -> str:
    if row["confirmed"] is None:
        return str(row["verdict"] or row["status"])
    return "regressed, confirmed" if row["confirmed"] else "regressed, not confirmed"


def _said(row: dict[str, Any]) -> str:
    return f"{row['status']}: {row['reason']}"


def _name(row: dict[str, Any]) -> str:
    return " ".join([row["id"], *(f"{axis}={value}" for axis, value in row["params"].items())])


def _interval(row: dict[str, Any]) -> str:
    return "-" if row["low"] is None else f"{_percent(row['low'])} to {_percent(row['high'])}"


def _percent(fraction: float | None, *, sign: bool = True) -> str:
    if fraction is None:
        return "-"
    return f"{100 * fraction:+.2f} %" if sign else f"{100 * fraction:g} %"


def _machine(machine: dict[str, Any]) -> str:
    cpu, system = machine["cpu"], machine["os"]
    virtual = "virtual machine" if cpu.get("hypervisor") else ""
    words = [
        cpu.get("brand"),
        cpu.get("microarchitecture"),
        f"{cpu.get('n_online')} CPUs",
        virtual,
        f"{system.get('system')} {system.get('kernel')}",
        f"vmperf {machine['vmperf']}",
    ]
    return _text(", ".join(str(word) for word in words if word))


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(_text(cell) for cell in cells)} |"


def _text(words: str) -> str:
    """Return words that neither end a cell nor a line, nor become HTML."""
    escaped = words.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return " ".join(escaped.split())
