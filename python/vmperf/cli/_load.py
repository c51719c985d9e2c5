"""The option --load: own benchmarks and designs, there before a command looks for any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

__all__ = ["load_option"]


def _load(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> None:
    from vmperf._catalog.own_code import load

    if not context.resilient_parsing:
        for library in given:
            load(library)


def load_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option; it may stand several times."""
    return click.option(
        "--load",
        "libraries",
        multiple=True,
        metavar="LIB",
        expose_value=False,
        callback=_load,
        help="Own benchmarks and designs: a shared library (README.md, 'Your own code').",
    )(command)
