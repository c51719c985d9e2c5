"""`vmperf show`: results of a run as a table or JSON."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from ._json import JsonCommand, json_option, write_json

__all__ = ["command"]


@click.command("show", cls=JsonCommand)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.argument("pattern", default="*")
@click.option("--failures", is_flag=True, help="Only the rows whose status is not ok.")
@json_option
def command(file: Path | None, pattern: str, failures: bool, json_path: str | None) -> None:
    """Show the results in FILE (default: the newest run) whose benchmark matches PATTERN."""
    from vmperf._results import load_results
    from vmperf._run import newest

    from ._console import console, results_tables, say

    results = load_results(file or newest())
    chosen = results.select(pattern)
    if failures:
        chosen = chosen.only_failures()
    if json_path is not None:
        write_json(json_path, chosen.rows())
    if json_path == "-":
        return
    out = console()
    for part in results_tables(chosen):
        say(out, part)
    missing = results.n_planned - len(results.cases)
    path = shlex.quote(str(results.path))
    if missing:
        go_on = f"{results.command} --results {path} --resume"
        say(out, f"{missing} of {results.n_planned} cases are not measured yet; next: {go_on}")
    else:
        say(out, f"measured by: {results.command}")
        say(out, f"results in {path}; next: vmperf report {path} report.html")
