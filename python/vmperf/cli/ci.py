"""`vmperf ci`: red where this tree is slower than a revision, and a second look agrees."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vmperf import VmperfError

from ._json import json_option, write_json
from ._outputs import Outputs
from ._pairs import check_pairs, going_on, pairs_options
from ._params import axis_values, names, whole_words
from ._suite import SuiteCommand, suite_options, suite_settings, suite_words

if TYPE_CHECKING:
    from vmperf._alarm.ci import CiResult

__all__ = ["command"]

_SHARED = (
    "benchmarks", "pairs", "alpha", "budget_s", "seed", "timeout_s", "correction", "results",
    "resume",
)  # fmt: skip


@click.command("ci", cls=SuiteCommand)
@click.option(
    "--against", required=True, metavar="REV|NAME|PATH", help="What the tree is held against."
)
@click.option(
    "--max-regression", default="0%", show_default=True, metavar="SHARE", help="0.5% or 0.005."
)
@click.option("--benchmark", "benchmarks", multiple=True, callback=whole_words, metavar="ID,ID")
@click.option("--design", "designs", multiple=True, callback=names, metavar="A,B")
@click.option("--param", "params", multiple=True, callback=axis_values, metavar="AXIS=V1,V2")
@click.option("--metric", metavar="NAME", help="Hold this in place of the time per op.")
@click.option("--budget", "budget_s", type=float, help="Seconds for all pairs of the first set.")
@click.option("--pairs", type=int, help="Pairs of processes.")
@click.option("--alpha", type=float, help="False alarms over all benchmarks together.")
@click.option("--salts", type=int, help="Builds of each side with another code layout: 6.")
@click.option("--layout", metavar="random|paired|fixed", help="Where data lies.")
@click.option("--correction", metavar="bh|holm", help="Over the benchmarks.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--timeout", "timeout_s", type=float, default=60.0, help="Seconds of silence.")
@suite_options
@pairs_options
@click.option("--markdown", metavar="FILE", help="Append a summary, as $GITHUB_STEP_SUMMARY wants.")
@click.option("--github-json", metavar="FILE", help="For github-action-benchmark.")
@json_option
@click.pass_context
def command(
    context: click.Context,
    /,
    against: str,
    max_regression: str,
    markdown: str | None,
    github_json: str | None,
    json_path: str | None,
    **settings: Any,
) -> None:
    """Hold this tree against a revision: exit 1 on a regression that a second look confirms.

    The current folder's tree as it is, changes that are not committed too, is B. After -- comes the
    command of a Google Benchmark program or a pytest-benchmark suite; without it the tree is one of
    this project. A build that fails is red as well, and a benchmark that fails in this tree alone.
    Every pair is kept at once; after Ctrl-C or a crash --resume goes on.
    """
    from vmperf._alarm import ci_report
    from vmperf._alarm.ci import ci

    from ._progress import Reporter

    outputs = Outputs()
    for option, path in (
        ("--markdown", markdown), ("--github-json", github_json), ("--json", json_path)
    ):  # fmt: skip
        outputs.file(option, path)
    check_pairs(outputs, settings)
    kept = suite_settings(context, settings, shared=_SHARED)
    try:
        with going_on(context), Reporter(settings["budget_s"]) as progress:
            found = ci(
                against,
                max_regression=max_regression,
                command=suite_words(context),
                progress=progress,
                **kept,
            )
    except VmperfError as error:
        if markdown is not None:
            text = ci_report.failure_markdown(against, str(error))
            outputs.write("--markdown", markdown, lambda: _append(markdown, text))
        raise
    _show(found, to_stderr=json_path == "-")
    if json_path is not None:
        outputs.write("--json", json_path, lambda: write_json(json_path, found.rows()))
    if markdown is not None:
        text = ci_report.markdown(found)
        outputs.write("--markdown", markdown, lambda: _append(markdown, text))
    if github_json is not None:
        rows = ci_report.github_rows(found)
        outputs.write("--github-json", github_json, lambda: write_json(github_json, rows))
    context.exit(outputs.exit_code(int(bool(found.reason))))


def _show(found: CiResult, *, to_stderr: bool) -> None:
    from ._console import console, say
    from .compare import show

    show(found.first, to_stderr=to_stderr)
    out = console(stderr=to_stderr)
    for row in found.rows():
        if row["confirmed"] is not None:
            word = "confirmed" if row["confirmed"] else "not confirmed"
            where = " ".join([row["id"], *(f"{a}={v}" for a, v in row["params"].items())])
            say(out, f"  {where}: {word} by a second set of pairs: {_effect(row)}")
    say(out, f"red: {found.reason}" if found.reason else "green: no confirmed regression")


def _effect(row: dict[str, Any]) -> str:
    if row["second_effect"] is None:
        return "no figure"
    low, high = (f"{100 * row[f'second_{end}']:+.2f} %" for end in ("low", "high"))
    return f"{100 * row['second_effect']:+.2f} %, {low} to {high}"


def _append(path: str, text: str) -> None:
    from vmperf._files.whole_file import named

    with (
        named(Path(path)),
        Path(path).open("a", encoding="utf-8", errors="backslashreplace") as out,
    ):
        out.write(text)
