"""Values of an axis, from text or from Python, typed by what the axis declares."""

from __future__ import annotations

import operator
import shlex
from typing import Any

from .._errors import invalid, near
from .catalog import Axis, Value

__all__ = ["COMMAND", "CommandLine", "coerce", "commands", "point_values"]

COMMAND = "cmd"  #: this axis takes any text, a command line
_UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def point_values(axis: Axis, given: Any, *, dense: bool = False) -> tuple[Value, ...]:
    """Return the values that a run takes of an axis.

    Parameters
    ----------
    axis : Axis
        The declared axis.
    given : None, value, text or iterable of them
        ``None`` = the defaults (all values if `dense`), ``"*"`` = all declared values. Of the axis
        ``cmd`` a command line, the words of one, or several of either.
    dense : bool
        What ``None`` means.

    Returns
    -------
    tuple of int, float or str
        Without duplicates, in the order given.

    Raises
    ------
    InvalidArgumentError
        A value of another type than the axis has, or a text that it does not list.
    """
    if given is None:
        return axis.values if dense else axis.defaults
    if axis.name == COMMAND:
        return commands(given)
    try:  # an array without dimensions says that it has __iter__
        values = [given] if isinstance(given, str) else [*given]
    except TypeError:
        values = [given]
    if not values:
        raise invalid(axis.name, "empty", "at least one value")
    if values == ["*"]:
        return axis.values
    return tuple(dict.fromkeys(coerce(axis, value) for value in values))


class CommandLine(str):
    """One command, as a shell has it: a list of these are several, not the words of one."""

    __slots__ = ()


def commands(given: Any) -> tuple[CommandLine, ...]:
    """Return command lines: of a text, of a list of words, or of a list of such lists."""
    if isinstance(given, str):
        return (CommandLine(given),)
    words = [*given]
    if words and all(isinstance(one, CommandLine) for one in words):
        return tuple(dict.fromkeys(words))
    if words and all(isinstance(word, str) for word in words):
        return (CommandLine(shlex.join(words)),)
    if not words or not all(isinstance(one, list | tuple) and one for one in words):
        raise invalid(COMMAND, repr(given), "a command line, or the words of one")
    return tuple(CommandLine(shlex.join(map(str, one))) for one in words)


def coerce(axis: Axis, value: Any) -> Value:
    """Return one value as the axis has it; numbers outside the declared list are allowed."""
    if axis.name == COMMAND and isinstance(value, str) and value:
        return value
    for kind in dict.fromkeys(type(v) for v in axis.values):
        typed = _as(kind, value)
        if typed is not None and (kind is not str or typed in axis.values):
            return typed
    declared = [str(v) for v in axis.values]
    allowed = near(str(value), declared)
    kinds = {type(v) for v in axis.values} - {str}
    if kinds:
        number = "a number" if float in kinds else "a whole number"
        allowed = f"{number}, such as {allowed}"
    raise invalid(axis.name, repr(value), allowed)


def _as(kind: type, value: Any) -> Value | None:
    """Return the value as that kind, or None where it is not one."""
    if isinstance(value, bool):
        return None
    if kind is str:
        return value if isinstance(value, str) else None
    if isinstance(value, str):
        return _number(kind, value)
    try:
        return operator.index(value) if kind is int else _finite(float(value))
    except (TypeError, ValueError):
        return None


def _number(kind: type, text: str) -> Value | None:
    factor = 1
    for unit, size in _UNITS.items():
        if text.endswith(unit):
            text, factor = text.removesuffix(unit), size
    try:
        return int(text) * factor if kind is int else _finite(float(text) * factor)
    except ValueError:
        return None


def _finite(number: float) -> float | None:
    return number if abs(number) != float("inf") and number == number else None
