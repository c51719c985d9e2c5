"""`vmperf run`: measure, keep, show."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._json import JsonCommand, json_option, write_json
from ._load import load_option
from ._outputs import Outputs
from ._params import axis_values, names

if TYPE_CHECKING:
    from vmperf._results.results import Results

__all__ = ["command"]

_TOUR = "the tour, headline benchmarks at few points (all of them: vmperf run '*'): "


@click.command("run", cls=JsonCommand)
@click.argument("patterns", nargs=-1)
@click.option("--profile", default="quick", show_default=True, help="quick, criterion, thorough.")
@click.option("--budget", "budget_s", type=float, help="Seconds for the run, shared by all cases.")
@click.option(
    "--design",
    "designs",
    multiple=True,
    callback=names,
    metavar="A,B",
    help="Only these; my=./libmy.so enters a library's malloc and free in the pools, its memcpy in "
    "memops, whichever it exports; my=./libmy.so:my_ what begins with my_.",
)
@click.option(
    "--param",
    "params",
    multiple=True,
    callback=axis_values,
    metavar="AXIS=V1,V2",
    help="Values of an axis; '*' for all declared ones.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Order, placement and data.")
@click.option("--results", type=click.Path(path_type=Path), help="Journal to write.")
@click.option("--resume", is_flag=True, help="Go on with a journal of the same plan.")
@click.option("--retry-failures", is_flag=True, help="With --resume: try what failed again.")
@click.option("--html", "html_path", type=click.Path(path_type=Path), help="Write a report too.")
@click.option("--timeout", "timeout_s", type=float, default=60.0, show_default=True)
@load_option
@click.option("--isolate/--no-isolate", default=True, show_default=True, help="Use workers.")
@json_option
@click.pass_context
def command(
    context: click.Context,
    patterns: tuple[str, ...],
    profile: str,
    budget_s: float | None,
    designs: list[str] | None,
    params: dict[str, list[str]],
    seed: int,
    results: Path | None,
    resume: bool,
    retry_failures: bool,
    html_path: Path | None,
    timeout_s: float,
    isolate: bool,
    json_path: str | None,
) -> None:
    """Measure the benchmarks that match PATTERNS, such as 'pool/*'; '*' is all of them.

    Without PATTERNS it is the tour: the headline benchmarks of each component, few points of each,
    in 150 seconds together (another --budget changes that). A budget is kept: where the cases
    cannot be measured in it, it is refused at once with the least that would do.

    Every finished case is kept at once; Ctrl-C or a crash loses at most the one under way. A figure
    that cannot be trusted is refused and its row says why. Exit code 0: at least one case was
    measured; 1: none was, or a case crashed, timed out or failed to verify; 2: usage.
    """
    from vmperf._extras import require
    from vmperf._run.run import run

    from ._progress import Reporter

    outputs = Outputs()  # looked at now, not after an hour of measuring
    outputs.taken("--results", results)
    outputs.file("--html", html_path)
    outputs.file("--json", json_path)
    if html_path is not None:
        for module in ("altair", "vl_convert", "jinja2"):
            require(module, "report")
    with Reporter(budget_s, announce="" if patterns else _TOUR) as progress:
        found = run(
            patterns or None,
            profile=profile,
            budget_s=budget_s,
            designs=designs,
            params=params,
            seed=seed,
            results=results,
            resume=resume,
            retry_failures=retry_failures,
            timeout_s=timeout_s,
            isolate=isolate,
            progress=progress,
        )
    _show(found, outputs, html_path, to_stderr=json_path == "-")
    if json_path is not None:
        outputs.write("--json", json_path, lambda: write_json(json_path, found.rows()))
    context.exit(outputs.exit_code(exit_code(found)))


def _show(found: Results, outputs: Outputs, html_path: Path | None, *, to_stderr: bool) -> None:
    from ._console import console, results_tables, say

    out = console(stderr=to_stderr)
    if not to_stderr:
        for part in results_tables(found):
            say(out, part)
    path = shlex.quote(str(found.path))
    if html_path is None:
        say(out, f"results in {path}; next: vmperf report {path} report.html")
    elif write_report(outputs, found, html_path):
        where = shlex.quote(str(html_path))
        say(out, f"report in {where}, results in {path}; next: open the report in a browser")
    else:
        say(out, f"results in {path}")


def write_report(outputs: Outputs, found: Results, path: Path) -> bool:
    """Write the report of some results; say whether that went well."""
    from vmperf import report

    return outputs.write("--html", path, lambda: report(found, path))


def exit_code(found: Results) -> int:
    """Return 0 where something was measured and nothing failed, else 1."""
    from vmperf._run.run import FAILED

    statuses = {case.status for case in found.cases}
    return 0 if "ok" in statuses and not statuses.intersection(FAILED) else 1
