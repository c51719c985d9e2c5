"""``-- COMMAND``: a suite of others, and the options that only it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from ._json import WORDS, JsonCommand

__all__ = ["SuiteCommand", "suite_options", "suite_settings", "suite_words"]

_F = TypeVar("_F", bound=Callable[..., Any])
_KEY = "vmperf.suite"
_OF_SUITES = ("build", "suite", "time", "pin")


class SuiteCommand(JsonCommand):
    """A command whose words after ``--`` are another one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[WORDS] = [*args]
        if "--" in args:
            at = args.index("--")
            ctx.meta[_KEY] = args[at + 1 :]
            args = args[:at]
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Add the words to the usage line."""
        return [*super().collect_usage_pieces(ctx), "[-- COMMAND...]"]


def suite_options(command: _F) -> _F:
    """Add the options of suites."""
    for option in (
        click.option(
            "--no-pin",
            "pin",
            flag_value=False,
            default=True,
            type=bool,
            is_flag=True,
            help="Suites: leave all CPUs to the processes (benchmarks with threads).",
        ),
        click.option(
            "--time",
            metavar="real|cpu",
            default="real",
            show_default=True,
            help="Suites: which time of Google Benchmark.",
        ),
        click.option(
            "--suite",
            metavar="gbench|pytest",
            help="Suites: what the command writes; by default told by its words.",
        ),
        click.option(
            "--build", metavar="CMD", help="Suites: a shell command, run once in each tree."
        ),
    ):
        command = option(command)
    return command


def suite_words(context: click.Context) -> list[str] | None:
    """Return the command after ``--``, or None where there is none."""
    words: list[str] | None = context.meta.get(_KEY)
    return words


def suite_settings(
    context: click.Context, settings: dict[str, Any], *, shared: tuple[str, ...]
) -> dict[str, Any]:
    """Return the settings that apply, and refuse those that were given and do not.

    Parameters
    ----------
    context : click.Context
        Tells what was given.
    settings : dict
        All options.
    shared : tuple of str
        Those that suites and this project's own benchmarks both have.
    """
    suite = suite_words(context) is not None
    kept = {}
    for name, value in settings.items():
        ours = name in shared or (name in _OF_SUITES) == suite
        given = context.get_parameter_source(name) is not ParameterSource.DEFAULT
        if ours and (given or not suite or name != "timeout_s"):
            kept[name] = value
        elif not ours and given:
            option = next(p.opts[0] for p in context.command.params if p.name == name)
            where = "is not for suites of others" if suite else "needs a suite: -- COMMAND"
            raise click.UsageError(f"{option} {where}", context)
    return kept
