"""`vmperf report`: an interactive page of a run's results."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from ._json import JsonCommand, json_option, write_json

__all__ = ["command"]


@click.command("report", cls=JsonCommand)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.argument("output", required=False, type=click.Path(path_type=Path))
@click.option("-o", "--output", "chosen", type=click.Path(path_type=Path), help="As OUTPUT.")
@click.option("--reference", metavar="DESIGN", help="Design that ratios refer to at first.")
@click.option("--title", help="Heading of the page.")
@click.option("--notebook", type=click.Path(path_type=Path), help="Write this .ipynb, no page.")
@click.option("--pattern", default="*", show_default=True, help="Only these benchmarks.")
@json_option
def command(
    file: Path | None,
    output: Path | None,
    chosen: Path | None,
    reference: str | None,
    title: str | None,
    notebook: Path | None,
    pattern: str,
    json_path: str | None,
) -> None:
    """Write the results in FILE (default: the newest run) as one HTML page.

    OUTPUT is FILE with the suffix .html where it is left out. The page needs no network. With
    --notebook an executed notebook over FILE is written in its place. FILE may be one of
    'vmperf preload --watch', too: its page draws where the memory of the program went.
    """
    from .._alloc.watch import is_watch
    from .._report.html import report
    from .._report.notebook import write_notebook
    from .._report.watch import watch_report
    from .._results.results import load_results
    from .._run.run import newest
    from ._outputs import Outputs

    if output is not None and chosen is not None:
        raise click.UsageError("the output is given twice, as OUTPUT and with -o")
    if notebook is not None and (chosen or output) is not None:
        raise click.UsageError("--notebook is written in place of OUTPUT")
    if file is not None and is_watch(file):
        if notebook is not None or reference is not None or pattern != "*":
            raise click.UsageError("--notebook, --reference and --pattern are for results")
        written = watch_report(file, chosen or output or file.with_suffix(".html"), title=title)
        _say(written, json_path, ("report", "a browser"))
        return
    results = load_results(file or newest())
    target = chosen or output or results.path.with_suffix(".html")
    outputs = Outputs()
    outputs.file("output", notebook or target)
    outputs.file("--json", json_path)
    if notebook is not None:
        written = write_notebook(
            results, notebook, pattern=pattern, title=title, reference=reference
        )
    else:
        written = report(results.select(pattern), target, title=title, reference=reference)
    _say(written, json_path, ("notebook", "jupyter") if notebook else ("report", "a browser"))


def _say(written: Path, json_path: str | None, what: tuple[str, str]) -> None:
    from ._console import console

    if json_path is not None:
        write_json(json_path, {"path": str(written), "size_bytes": written.stat().st_size})
    if json_path != "-":
        path = shlex.quote(str(written))
        console().print(f"{what[0]} in {path}; next: open it in {what[1]}")
