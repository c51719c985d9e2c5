"""Options that name designs and values of axes, as click callbacks."""

from __future__ import annotations

import click

__all__ = ["axis_values", "names", "whole_words"]


def axis_values(
    context: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> dict[str, list[str]]:
    """Return axis -> values of ``AXIS=V1,V2`` options."""
    axes: dict[str, list[str]] = {}
    for text in given:
        axis, equals, values = text.partition("=")
        if not equals or not values:
            raise click.BadParameter(f"{text!r} is not AXIS=VALUE[,VALUE...]")
        axes.setdefault(axis, []).extend(values.split(","))
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
