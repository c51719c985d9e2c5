"""`vmperf compare`: whether B is slower than A."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from ._json import json_option, write_json
from ._load import load_option
from ._outputs import Outputs
from ._pairs import check_pairs, going_on, pairs_options
from ._params import axis_values, names, whole_words
from ._suite import SuiteCommand, suite_options, suite_settings, suite_words

if TYPE_CHECKING:
    from vmperf._compare.result import Comparison

__all__ = ["command", "show"]

_SHARED = (
    "benchmarks", "tolerance", "pairs", "alpha", "correction", "seed", "timeout_s", "results",
    "resume",
)  # fmt: skip


@click.command("compare", cls=SuiteCommand)
@click.argument("a", required=False)
@click.argument("b", required=False)
@click.option("--baseline", metavar="NAME", help="A is this saved build; B by default this one.")
@click.option("--save", metavar="NAME", help="Keep B as a baseline; append to the history.")
@click.option("--history", metavar="FILE", help="Append to this history.")
@click.option("--force", is_flag=True, help="Also with a baseline of an unlike machine.")
@click.option("--benchmark", "benchmarks", multiple=True, callback=whole_words, metavar="ID,ID")
@click.option("--design", "designs", multiple=True, callback=names, metavar="A,B")
@click.option("--param", "params", multiple=True, callback=axis_values, metavar="AXIS=V1,V2")
@click.option("--metric", metavar="NAME", help="Compare this in place of the time per op.")
@click.option("--budget", "budget_s", type=float, help="Seconds for all pairs.")
@click.option("--tolerance", default="0", show_default=True, metavar="SHARE", help="1% or 0.01.")
@click.option("--pairs", type=int, help="Pairs of processes.")
@click.option("--alpha", type=float, help="False alarms over all benchmarks together.")
@click.option("--salts", type=int, help="Builds of each side with another code layout.")
@click.option("--layout", metavar="random|paired|fixed", help="Where data lies.")
@click.option("--aslr/--no-aslr", default=None, help="Whether addresses are randomised.")
@click.option("--correction", metavar="bh|holm", help="Over the benchmarks.")
@click.option("--sequential", is_flag=True, help="Stop a case early, at fixed looks.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--timeout", "timeout_s", type=float, default=60.0, show_default=True)
@load_option
@suite_options
@pairs_options
@json_option
@click.pass_context
def command(
    context: click.Context,
    /,
    a: str | None,
    b: str | None,
    baseline: str | None,
    budget_s: float | None,
    sequential: bool,
    json_path: str | None,
    **settings: Any,
) -> None:
    """Tell whether B is slower than A: fresh process pairs, batches in turn, one verdict each.

    A and B are paths (module, library, wheel, environment, source tree), designs, AXIS=VALUE or git
    revisions; path:, design:, param: or rev: in front says which; baseline:NAME is a saved build.
    Exit code 0: none regressed; 1: one did; 2: usage. After -- comes the command of a suite of
    others, a Google Benchmark program or pytest with pytest-benchmark, run in both trees.

    Every pair is kept at once; after Ctrl-C or a crash --resume goes on. Exit code 1 also where
    something fails on B's side alone, or where nothing could be told.
    """
    from ._progress import Reporter

    a, b = _arms(a, b, baseline)
    outputs = Outputs()
    outputs.file("--json", json_path)
    kept = suite_settings(context, settings, shared=_SHARED)
    check_pairs(outputs, settings)
    with going_on(context), Reporter(budget_s) as progress:
        found = _compared(
            suite_words(context),
            a,
            b,
            budget_s=budget_s,
            stopping="sequential" if sequential else None,
            progress=progress,
            **kept,
        )
    show(found, to_stderr=json_path == "-")
    if json_path is not None:
        outputs.write("--json", json_path, lambda: write_json(json_path, found.rows()))
    context.exit(outputs.exit_code(int(bool(found.failure))))


def _arms(a: str | None, b: str | None, baseline: str | None) -> tuple[str, str]:
    if baseline is not None:
        if b is not None:
            raise click.UsageError("--baseline NAME is A; give B alone")
        from vmperf._builds.source import here

        return f"baseline:{baseline}", a if a is not None else f"path:{here().core}"
    if a is None or b is None:
        raise click.UsageError("two arms are needed: A B, or --baseline NAME [B]")
    return a, b


def _compared(words: list[str] | None, a: str, b: str, **settings: Any) -> Comparison:
    if words is None:
        from vmperf._compare.compare import compare

        return compare(a, b, **settings)
    from vmperf._suites.suites import compare_suites

    return compare_suites(a, b, words, **settings)


def show(found: Comparison, *, to_stderr: bool = False) -> None:
    """Print the verdicts, then what they rest on."""
    from vmperf._compare.result import plus_of

    from ._console import console, say, table

    out = console(stderr=to_stderr)
    if not to_stderr:
        headers = ["benchmark", "verdict", ">B over A", ">interval", ">visible", ">instr", ">pairs"]
        say(out, table(headers, [_line(row) for row in found.rows()]))
        for row in found.rows():
            if row["status"] == "ok" and row["reason"]:
                say(out, f"  {_name(row)}: {row['reason']}")
            if row["status"] != "ok":
                say(out, f"  {_name(row)}: {row['status']}: {row['reason']}")
    settings = found.settings
    say(
        out,
        f"{len(found)} comparisons corrected together ({settings.correction}), "
        f"alpha {settings.alpha:g} one-sided, tolerance {settings.tolerance:g}; "
        f"+ = {plus_of(found, found.a, found.b)}",
    )
    say(out, found.layout_note)
    for note in (*found.notes, *found.unkept):
        say(out, note)


def _name(row: dict[str, Any]) -> str:
    return " ".join([row["id"], *(f"{axis}={value}" for axis, value in row["params"].items())])


def _line(row: dict[str, Any]) -> Sequence[str]:
    return [
        _name(row),
        row["verdict"] or row["status"],
        _percent(row["effect"]),
        "-" if row["low"] is None else f"{_percent(row['low'])} to {_percent(row['high'])}",
        _percent(row["detectable"]),
        _percent(row["instr_effect"]),
        str(row["pairs"]),
    ]


def _percent(fraction: float | None) -> str:
    return "-" if fraction is None else f"{100 * fraction:+.2f} %"
