"""Builds the errors of the native tree from Python, with the same fields and wording."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from ._core import (
    InvalidArgumentError,
    MeasurementError,
    OsError,
    TraceFormatError,
    UnsupportedError,
)

__all__ = ["invalid", "located", "measurement", "near", "os_error", "trace_format", "unsupported"]

_E = TypeVar("_E", bound=Exception)


def _with_fields(error: _E, **fields: object) -> _E:
    vars(error).update(fields)
    return error


def invalid(argument: str, value: object, allowed: str) -> InvalidArgumentError:
    """Return an InvalidArgumentError that names argument, value and what is allowed."""
    message = f"{argument} is {value}; allowed: {allowed}"
    return _with_fields(
        InvalidArgumentError(message), argument=argument, value=str(value), allowed=allowed
    )


def located(error: InvalidArgumentError, where: str) -> InvalidArgumentError:
    """Return the same error with a message that says where the value stands."""
    return _with_fields(InvalidArgumentError(f"{where}: {error}"), **vars(error))


def trace_format(path: object, offset: int, reason: str) -> TraceFormatError:
    """Return a TraceFormatError for a file that is not what it should be."""
    message = f"{path} at byte {offset}: {reason}"
    return _with_fields(TraceFormatError(message), path=str(path), offset=offset)


def measurement(reason: str, detail: str) -> MeasurementError:
    """Return a MeasurementError: a word that scripts can rely on, and what happened."""
    return _with_fields(MeasurementError(f"{reason}: {detail}"), reason=reason)


def os_error(call: str, error: OSError) -> OsError:
    """Return an OsError for what a call of Python's library raised."""
    name = f"{error.filename}: " if error.filename else ""
    made = OsError(error.errno or 0, f"{call}: {name}{error.strerror or error}")
    return _with_fields(made, call=call)


def unsupported(message: str) -> UnsupportedError:
    """Return an UnsupportedError; the message says what would supply what is missing."""
    return UnsupportedError(message)


def near(given: str, known: Iterable[str], *, most: int = 8) -> str:
    """Return the allowed names as text, the ones like `given` first and alone."""
    import difflib

    names = list(dict.fromkeys(known)) or ["none, there are none"]
    close = difflib.get_close_matches(given, names, n=3, cutoff=0.5)
    if close:
        return f"{', '.join(names[:most])}{', ...' if len(names) > most else ''}" + (
            f" (did you mean {' or '.join(close)}?)"
        )
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")
