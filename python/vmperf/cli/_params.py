"""Options that name designs and values of axes, as click callbacks."""

from __future__ import annotations

import click

from .._catalog.axes import COMMAND, CommandLine

__all__ = ["axis_values", "names", "whole_words"]


def axis_values(
    context: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> dict[str, list[str]]:
    """Return axis -> values of ``AXIS=V1,V2`` options; a command line is one value."""
    axes: dict[str, list[str]] = {}
    for text in given:
        axis, equals, values = text.partition("=")
        if not equals or not values:
            raise click.BadParameter(f"{text!r} is not AXIS=VALUE[,VALUE...]")
        one = [CommandLine(values)] if axis == COMMAND else values.split(",")
        axes.setdefault(axis, []).extend(one)
    return axes


def whole_words(
    context: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> list[str] | None:
    """Return the words as they are, since a comma may be a part of a name; None without any."""
    return [*given] or None


def names(
    context: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> list[str] | None:
    """Return the names in ``A,B`` options; None where there are none."""
    return [name for text in given for name in text.split(",")] or None
