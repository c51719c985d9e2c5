"""`vmperf sweep`: measure what a sweep file asks for."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._json import JsonCommand, json_option, write_json
from ._load import load_option
from ._metrics import metric_option
from ._outputs import Outputs

if TYPE_CHECKING:
    from vmperf._catalog.quantities import Quantities
    from vmperf._plan.plan import Plan
    from vmperf._plan.sweep_file import SweepFile
    from vmperf._results.results import Results

__all__ = ["command"]

_PATH = click.Path(path_type=Path)


@click.command("sweep", cls=JsonCommand)
@click.argument("file", required=False)
@click.option("--list", "listed", is_flag=True, help="List the sweeps that come with vmperf.")
@click.option("--dry-run", is_flag=True, help="Show the plan; measure nothing.")
@click.option("--profile", help="In place of the file's: quick, criterion, thorough.")
@click.option("--budget", "budget_s", type=float, help="Seconds for all, shared by all cases.")
@click.option("--seed", type=int, help="Order, placement and data, in place of the file's.")
@click.option("--results", type=_PATH, help="Journal to write.")
@click.option("--resume", is_flag=True, help="Go on with a journal of the same sweep.")
@click.option("--retry-failures", is_flag=True, help="With --resume: try what failed again.")
@click.option("--html", "html_path", type=_PATH, help="Write a report too.")
@click.option("--netcdf", "netcdf_path", type=_PATH, help="Write all raw samples too.")
@click.option("--timeout", "timeout_s", type=float, default=60.0, show_default=True)
@metric_option
@load_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    file: str | None,
    listed: bool,
    dry_run: bool,
    profile: str | None,
    budget_s: float | None,
    seed: int | None,
    results: Path | None,
    resume: bool,
    retry_failures: bool,
    html_path: Path | None,
    netcdf_path: Path | None,
    timeout_s: float,
    metrics: Sequence[str] | None,
    json_path: str | None,
) -> None:
    """Measure what FILE asks for: a TOML file, or the name of a shipped sweep such as pools.

    Every finished case is kept at once; after Ctrl-C or a crash --resume goes on. Exit code 0: at
    least one case was measured; 1: none was, or a case crashed, timed out or failed to verify; 2:
    usage, such as a mistake in the file.
    """
    from vmperf._run.sweep import plan_sweep, run_sweep

    from ._metrics import metric_names
    from ._progress import Reporter
    from .run import exit_code

    if listed:
        _list(json_path)
        return
    if file is None:
        raise click.UsageError("Missing argument 'FILE'; --list shows the shipped ones.")
    if dry_run:
        _show_plan(*plan_sweep(file, profile=profile, budget_s=budget_s, seed=seed), json_path)
        return
    shown = metric_names(_planned(file), metrics or ())
    outputs = Outputs()
    outputs.taken("--results", results)
    for option, path in (("--html", html_path), ("--netcdf", netcdf_path), ("--json", json_path)):
        outputs.file(option, path)
    _require(html_path, netcdf_path)
    with Reporter(budget_s, announce="") as progress:
        found = run_sweep(
            file,
            profile=profile,
            budget_s=budget_s,
            seed=seed,
            results=results,
            resume=resume,
            retry_failures=retry_failures,
            timeout_s=timeout_s,
            progress=progress,
        )
    _show(found, shown, outputs, html_path, netcdf_path, to_stderr=json_path == "-")
    if json_path is not None:
        outputs.write("--json", json_path, lambda: write_json(json_path, found.rows()))
    context.exit(outputs.exit_code(exit_code(found)))


def _planned(file: str) -> dict[str, Quantities]:
    """Return what the benchmarks of a sweep deliver: a name that none has is told at once."""
    from vmperf import get
    from vmperf._run.sweep import plan_sweep

    return {point.id: get(point.id).quantities for point in plan_sweep(file)[0].points or ()}


def _require(html_path: Path | None, netcdf_path: Path | None) -> None:
    """Miss an extra now, not after an hour of measuring."""
    from vmperf._extras import require

    needed = ["altair", "vl_convert", "jinja2"] if html_path is not None else []
    for module in [*needed, *(["h5py", "h5netcdf"] if netcdf_path is not None else [])]:
        require(module, "report")


def _list(json_path: str | None) -> None:
    from vmperf._plan.sweep_file import shipped_sweeps
    from vmperf._run.sweep import plan_sweep

    from ._console import console, say, table
    from ._progress import clock

    rows = [
        _summary(*plan_sweep(path)) | {"sweep": name} for name, path in shipped_sweeps().items()
    ]
    if json_path is not None:
        write_json(json_path, rows)
    if json_path != "-":
        lines = [
            [row["sweep"], str(row["cases"]), clock(row["estimated_s"]), row["description"]]
            for row in rows
        ]
        say(console(), table(["sweep", ">cases", ">about", "what it is"], lines))
        say(console(), "next: vmperf sweep NAME --html report.html")


def _summary(plan: Plan, asked: SweepFile) -> dict[str, Any]:
    return {
        "sweep": asked.name,
        "description": asked.description,
        "reference": asked.reference,
        "cases": plan.n_cases,
        "estimated_s": round(plan.estimated_s, 1),
        "settings": plan.settings,
        "benchmarks": plan.identity()["benchmarks"],
        "points": len(plan.points or ()),
    }


def _show_plan(plan: Plan, asked: SweepFile, json_path: str | None) -> None:
    from ._console import console, point, say, table
    from ._progress import clock

    if json_path is not None:
        points = [
            {"id": p.id, "params": p.params, "designs": [*p.designs]} for p in plan.points or ()
        ]
        write_json(json_path, _summary(plan, asked) | {"points": points})
    if json_path == "-":
        return
    out = console()
    if asked.description:
        say(out, asked.description)
    lines = [[p.id, point(p.params), ", ".join(p.designs)] for p in plan.points or ()]
    say(out, table(["benchmark", "at", "designs"], lines))
    say(
        out,
        f"{plan.n_cases} cases in {len(plan.groups)} processes, profile {plan.settings['profile']},"
        f" about {clock(plan.estimated_s)}; next: {plan.command}",
    )


def _show(
    found: Results,
    shown: dict[str, list[str]],
    outputs: Outputs,
    html_path: Path | None,
    netcdf_path: Path | None,
    *,
    to_stderr: bool,
) -> None:
    from ._console import console, results_tables, say
    from ._metrics import metric_tables
    from .run import write_report

    out = console(stderr=to_stderr)
    if not to_stderr:
        for part in (*results_tables(found), *metric_tables(found, shown)):
            say(out, part)
    path = shlex.quote(str(found.path))
    samples = ""
    if netcdf_path is not None and outputs.write(
        "--netcdf", netcdf_path, lambda: found.to_netcdf(netcdf_path)
    ):
        samples = f", samples in {shlex.quote(str(netcdf_path))}"
    if html_path is None:
        say(out, f"results in {path}{samples}; next: vmperf report {path} report.html")
    elif write_report(outputs, found, html_path):
        where = shlex.quote(str(html_path))
        say(out, f"report in {where}, results in {path}{samples}; next: open it in a browser")
    else:
        say(out, f"results in {path}{samples}")
