"""`vmperf trend`: the history of comparisons and where its levels changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ._json import JsonCommand, json_option, write_json

if TYPE_CHECKING:
    from vmperf._history.history import Segment
    from vmperf._history.series import Series

__all__ = ["command"]

_REVISION = 12


@click.command("trend", cls=JsonCommand)
@click.argument("id", required=False)
@click.option("--history", "path", metavar="FILE", help="By default the store's.")
@click.option("--on", metavar="ratio|minimum", help="By default the ratio where it can be.")
@click.option("--html", metavar="OUT", help="Write a page with a chart of each series.")
@json_option
def command(
    id: str | None, path: str | None, on: str | None, html: str | None, json_path: str | None
) -> None:
    """Print the series of each benchmark and where its level changed.

    A point is one kept comparison (compare --save, --baseline, --history). Machines that are unlike
    are apart. A change is a hint where to look; alarms come from comparisons.
    """
    from vmperf import History, InvalidArgumentError

    from ._console import console, say, table
    from ._outputs import Outputs

    outputs = Outputs()
    outputs.file("--html", html)
    outputs.file("--json", json_path)
    history = History(path)
    if not history.path.exists():
        raise InvalidArgumentError(
            f"history is {history.path}; allowed: an existing history file (compare --save NAME)"
        )
    found, machines = history.series(id, on=on), history.segments()
    if json_path is not None:
        write_json(json_path, [_entry(one, machines[one.segment]) for one in found])
    out = console(stderr=json_path == "-")
    if json_path != "-":
        headers = ["benchmark", ">machine", "on", ">points", ">first", ">last", "changes"]
        say(out, table(headers, [_line(one) for one in found]))
    if html is not None:
        from vmperf._report.trend import trend_report

        say(out, f"page: {trend_report(history, html, id=id, on=on)}")
    for machine in machines:
        words = ", ".join(machine.fields.values())
        say(out, f"machine {machine.number}: {words}; {len(machine.revisions)} comparisons")


def _entry(one: Series, machine: Segment) -> dict[str, Any]:
    names = ("number", "date", "revision", "effect", "low", "high", "verdict", "pairs")
    points = [
        {"value": value, **{name: row[name] for name in names}}
        for row, value in zip(one.points, one.values, strict=True)
    ]
    return {
        "id": one.id,
        "params": one.params,
        "segment": one.segment,
        "fingerprint": machine.fingerprint,
        "on": one.on,
        "points": points,
        "changes": [*one.changes],
    }


def _line(one: Series) -> list[str]:
    words = " ".join([one.id, *(f"{axis}={value}" for axis, value in one.params.items())])
    changes = [
        f"{100 * (change['ratio'] - 1):+.1f} % at "
        f"{change['revision'][:_REVISION] or change['date']}"
        for change in one.changes
    ]
    first, last = (f"{value:.4g}" for value in (one.values[0], one.values[-1]))
    return [words, str(one.segment), one.on, str(len(one.points)), first, last,
            ", ".join(changes) or "none"]  # fmt: skip
