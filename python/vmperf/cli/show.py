"""`vmperf show`: results of a run as a table or JSON."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._json import JsonCommand, json_option, write_json
from ._metrics import metric_option
from ._watch import show_watch

if TYPE_CHECKING:
    from vmperf._results.results import Results

__all__ = ["command"]


@click.command("show", cls=JsonCommand)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.argument("pattern", default="*")
@click.option("--failures", is_flag=True, help="Only the rows whose status is not ok.")
@metric_option
@json_option
def command(
    file: Path | None,
    pattern: str,
    failures: bool,
    metrics: Sequence[str] | None,
    json_path: str | None,
) -> None:
    """Show the results in FILE (default: the newest run) whose benchmark matches PATTERN.

    JSON has all metrics of a row, or those of --metric. FILE may be one of 'vmperf preload
    --watch', too: then it is where the memory of the program went.
    """
    from vmperf._alloc.watch import is_watch
    from vmperf._errors import invalid, near
    from vmperf._files.kept import check_output
    from vmperf._results.results import load_results
    from vmperf._run.run import newest

    from ._console import console, results_tables, say
    from ._metrics import delivered_by, metric_names, metric_tables

    if file is not None and is_watch(file):
        show_watch(file, json_path)
        return
    results = load_results(file or newest())
    chosen = results.select(pattern)
    if results.cases and not chosen.cases:
        raise invalid("pattern", repr(pattern), near(pattern, [c.id for c in results.cases]))
    if failures:
        chosen = chosen.only_failures()
    shown = metric_names(delivered_by(chosen), metrics or ())
    if json_path is not None and json_path != "-":
        check_output(json_path, "--json")
    if json_path is not None:
        write_json(json_path, _rows(chosen, shown if metrics else None))
    if json_path == "-":
        return
    out = console()
    for part in results_tables(chosen):
        say(out, part)
    for part in metric_tables(chosen, shown):
        say(out, part)
    missing = results.n_planned - len(results.cases)
    path = shlex.quote(str(results.path))
    if missing:
        go_on = f"{results.command} --results {path} --resume"
        say(out, f"{missing} of {results.n_planned} cases are not measured yet; next: {go_on}")
    else:
        say(out, f"measured by: {results.command}")
        say(out, f"results in {path}; next: vmperf report {path} report.html")


def _rows(results: Results, shown: Mapping[str, Sequence[str]] | None) -> list[dict[str, Any]]:
    rows = results.rows()
    if shown is None:
        return rows
    return [
        row | {"metrics": {name: row["metrics"][name] for name in shown[row["id"]]}} for row in rows
    ]
