"""`vmperf claims`: the stated figures, measured anew."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ._json import JsonCommand, json_option, json_text, write_json
from ._load import load_option
from ._outputs import Outputs

__all__ = ["command"]

_PATH = click.Path(path_type=Path)


@click.command("claims", cls=JsonCommand)
@click.option("--only", metavar="PREFIX", help="Only claims whose id starts with this.")
@click.option("--file", "claims_file", type=_PATH, help="Own claims (TOML) in place of ours.")
@load_option
@click.option("--processes", type=int, default=3, show_default=True, help="At least 3.")
@click.option("--budget", "budget_s", type=float, help="Seconds for all, shared by all cases.")
@click.option("--seed", type=int, default=0, show_default=True, help="Order, placement and data.")
@click.option("--results", type=_PATH, help="Journal to write.")
@click.option("--resume", is_flag=True, help="Go on with a journal of the same claims.")
@click.option("--retry-failures", is_flag=True, help="With --resume: try what failed again.")
@click.option("--timeout", "timeout_s", type=float, default=60.0, show_default=True)
@click.option(
    "--record",
    "record_path",
    type=_PATH,
    help="Write rows, machine and date (JSON); with --only into the record that is there.",
)
@click.option(
    "--from",
    "from_paths",
    type=_PATH,
    multiple=True,
    help="Show these records, files or folders; measure nothing.",
)
@click.option(
    "--readme", "readmes", type=_PATH, multiple=True, help="Rewrite the tables in this file."
)
@json_option
@click.pass_context
def command(
    context: click.Context,
    only: str | None,
    claims_file: Path | None,
    processes: int,
    budget_s: float | None,
    seed: int,
    results: Path | None,
    resume: bool,
    retry_failures: bool,
    timeout_s: float,
    record_path: Path | None,
    from_paths: tuple[Path, ...],
    readmes: tuple[Path, ...],
    json_path: str | None,
) -> None:
    """Measure what this project states about its speed, and say of each figure whether it is met.

    Ratios are medians of quotients within a round over at least three processes; limits take the
    best of all rounds. Exit code 0: none is unmet; 1: one is unmet, or its measurement was refused;
    2: usage, such as a mistake in a claims file. A missing peer leaves its claims open.
    """
    import vmperf
    from vmperf._claims.claims import measure_claims
    from vmperf._claims.file import read_claims, shipped
    from vmperf._claims.record import check_place, make_record, read_records
    from vmperf._claims.table import check_markers, rewrite
    from vmperf._files.whole_file import write_whole

    from ._progress import Reporter

    outputs = Outputs()
    outputs.taken("--results", results)
    outputs.file("--record", record_path)
    outputs.file("--json", json_path)
    for readme in readmes:  # before anything is measured
        outputs.file("--readme", readme)
        check_markers(readme)
    if from_paths:
        given = [p for p in context.params if p not in ("from_paths", "readmes", "json_path")]
        _refuse_others(context, [*given, "libraries"])
        records = read_records(from_paths)
        rows = [row for record in records for row in record["claims"]]
        where = f"records in {', '.join(map(str, from_paths))}"
    else:
        kept = check_place(record_path, vmperf.machine()) if record_path else None
        with Reporter(budget_s) as progress:
            rows, found = measure_claims(
                only,
                claims=claims_file,
                processes=processes,
                budget_s=budget_s,
                seed=seed,
                results=results,
                resume=resume,
                retry_failures=retry_failures,
                timeout_s=timeout_s,
                progress=progress,
            )
        records = [make_record(rows, found, kept if only else None)]
        kept_in = shlex.quote(str(found.path))
        where = f"results in {kept_in}; next: vmperf show {kept_in}"
    _show(rows, where, to_stderr=json_path == "-")
    if record_path is not None:
        text = json_text(records[0]) + "\n"
        outputs.write("--record", record_path, lambda: write_whole(record_path, text))
    stated = read_claims(claims_file or shipped()) if readmes else []
    for readme in readmes:
        outputs.write("--readme", readme, functools.partial(rewrite, readme, records, stated))
    if json_path is not None:
        outputs.write("--json", json_path, lambda: write_json(json_path, rows))
    context.exit(outputs.exit_code(int(any(row["met"] is False for row in rows))))


def _refuse_others(context: click.Context, names: Sequence[str]) -> None:
    """Refuse options that say how to measure where nothing is measured."""
    from click.core import ParameterSource

    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if parameter.name in names and source is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{parameter.opts[0]} with --from: nothing is measured")


def _show(rows: Sequence[dict[str, Any]], where: str, *, to_stderr: bool) -> None:
    from vmperf._claims.words import figure, says

    from ._console import console, say, table

    out = console(stderr=to_stderr)
    if not to_stderr:
        several = len({row["machine"] for row in rows}) > 1
        headers = ["claim", "says", ">measured", ">low", ">high", "status"]
        headers += ["machine", "date"] if several else []
        lines = [
            [
                row["id"],
                says(row),
                *(figure(row, n) for n in ("ratio", "low", "high")),
                row["status"],
                *([row["machine"], row["date"]] if several else []),
            ]
            for row in rows
        ]
        say(out, table(headers, lines))
        for row in rows:
            if row["reason"]:
                say(out, f"  {row['id']}: {row['status']}: {row['reason']}")
    n_met = sum(row["met"] is True for row in rows)
    n_open = sum(row["met"] is None for row in rows)
    verdict = f"{n_met} met, {len(rows) - n_met - n_open} unmet, {n_open} open"
    say(out, f"{verdict}; {where}")
