"""`vmperf aa`: what comparisons say of identical code on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from ._json import JsonCommand, json_option, write_json
from ._load import load_option
from ._outputs import Outputs
from ._pairs import check_pairs, going_on, pairs_options
from ._params import axis_values, names

if TYPE_CHECKING:
    from vmperf._alarm.aa_rows import Noise

__all__ = ["command"]


@click.command("aa", cls=JsonCommand)
@click.argument("patterns", nargs=-1, required=True, metavar="PATTERN...")
@click.option("--budget", "budget_s", type=float, required=True, help="Seconds for all pairs.")
@click.option("--design", "designs", multiple=True, callback=names, metavar="A,B")
@click.option("--param", "params", multiple=True, callback=axis_values, metavar="AXIS=V1,V2")
@click.option("--metric", metavar="NAME", help="Compare this in place of the time per op.")
@click.option("--pairs", type=int, help="Of each comparison whose alarms are counted.")
@click.option("--alpha", type=float, help="Of each comparison.")
@click.option(
    "--tree", type=click.Path(exists=True, file_okay=False), help="Source tree to relink."
)
@click.option("--salts", type=int, default=6, show_default=True, help="Links of the tree.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--timeout", "timeout_s", type=float, default=60.0, show_default=True)
@load_option
@pairs_options
@json_option
@click.pass_context
def command(
    context: click.Context,
    /,
    patterns: tuple[str, ...],
    budget_s: float,
    json_path: str | None,
    **settings: Any,
) -> None:
    """Compare this build with itself: noise, bias, false alarms, and the smallest visible change.

    Every alarm is a false one. Other rules are given the same pairs as sequential runs. Every pair
    is kept at once; after Ctrl-C or a crash --resume goes on. Exit code 1: no benchmark could be
    measured.
    """
    from vmperf._alarm.aa import aa

    from ._progress import Reporter

    outputs = Outputs()
    outputs.file("--json", json_path)
    check_pairs(outputs, settings)
    with going_on(context), Reporter(budget_s) as progress:
        found = aa(patterns, budget_s=budget_s, progress=progress, **settings)
    _show(found, to_stderr=json_path == "-")
    if json_path is not None:
        outputs.write("--json", json_path, lambda: write_json(json_path, found.rows()))
    context.exit(outputs.exit_code(int(all(row["noise"] is None for row in found.rows()))))


def _show(found: Noise, *, to_stderr: bool) -> None:
    from ._console import console, say, table

    out = console(stderr=to_stderr)
    rows = found.rows()
    if not to_stderr:
        headers = ["benchmark", ">pairs", ">noise", ">paired", ">bias", ">alarms", ">visible",
                   ">relink"]  # fmt: skip
        say(out, table(headers, [_line(row) for row in rows]))
        rules = ["rule", "given", ">alarms", ">share", ">at most", ">s each"]
        say(out, table(rules, [_rule_line(row) for row in found.pooled_rules()]))
    for row in rows:
        if row["status"] != "ok":
            say(out, f"{_name(row)}: {row['status']}: {row['reason']}")
    for reason in dict.fromkeys(row["relink_reason"] for row in rows if row["relink_reason"]):
        say(out, f"relink floor {reason}")
    if found.metric is not None:
        say(out, f"of {found.metric}; other rules judge times alone")
    n = sum(row["comparisons"] for row in rows)
    say(out, _how_sure(found, n))


def _how_sure(found: Noise, n: int) -> str:
    size, alpha = found.settings.pairs, found.settings.alpha
    if not n:
        return f"no false-alarm rate: it takes {size} pairs of a benchmark to make a comparison"
    return (
        f"{n} independent comparisons of {size} pairs at alpha {alpha:g}; "
        "'at most' is the upper 95 % bound"
    )


def _name(row: dict[str, Any]) -> str:
    return " ".join([row["id"], *(f"{axis}={value}" for axis, value in row["params"].items())])


def _line(row: dict[str, Any]) -> Sequence[str]:
    bias = "-"
    if row["bias"] is not None:
        bias = f"{_percent(row['bias_low'], '+')} to {_percent(row['bias_high'], '+')}"
    return [
        _name(row),
        str(row["pairs"]),
        _percent(row["noise"]),
        _percent(row["noise_paired"]),
        bias,
        f"{row['alarms']} of {row['comparisons']}",
        _percent(row["detectable"]),
        _percent(row["relink_floor"]),
    ]


def _rule_line(row: dict[str, Any]) -> Sequence[str]:
    return [
        row["rule"],
        row["runs"],
        f"{row['alarms']} of {row['comparisons']}",
        _percent(row["share"]),
        _percent(row["high"]),
        "-" if row["seconds"] is None else f"{row['seconds']:.2f}",
    ]


def _percent(fraction: float | None, sign: str = "") -> str:
    return "-" if fraction is None else f"{100 * fraction:{sign}.2f} %"
