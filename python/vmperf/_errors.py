"""Builds the errors of the native tree from Python, with the same fields and wording."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import SupportsIndex, TypeVar

from ._core import (
    InvalidArgumentError,
    MeasurementError,
    OsError,
    TraceFormatError,
    UnsupportedError,
)

__all__ = [
    "Interrupted",
    "checked_seed",
    "invalid",
    "located",
    "measurement",
    "near",
    "os_error",
    "trace_format",
    "unsupported",
]

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


def os_error(call: str, error: OSError | str, *, errno: int = 0) -> OsError:
    """Return an OsError: what was tried, why it failed, and what to do where `error` says that."""
    why = error if isinstance(error, str) else error.strerror or str(error)
    number = errno if isinstance(error, str) else error.errno or errno
    found = _with_fields(OsError(f"cannot {call}: {why}"), call=call)
    found.errno = number
    return found


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during work that is kept; `path` holds what is done, the message says how to go on.

    Parameters
    ----------
    path : object
        The file.
    command : str
        What goes on with it; empty where the caller knows.
    """

    def __init__(self, path: object, command: str = "") -> None:
        self.path = path
        super().__init__(
            f"interrupted; kept in {path}" + (f"; go on: {command}" if command else "")
        )


def unsupported(message: str) -> UnsupportedError:
    """Return an UnsupportedError; the message says what would supply what is missing."""
    return UnsupportedError(message)


def checked_seed(seed: SupportsIndex) -> int:
    """Return a seed as a Python integer, of NumPy's kinds, too; InvalidArgumentError for others."""
    allowed = "a whole number, 0 <= seed < 2**64"
    try:
        number = operator.index(seed)
    except TypeError:
        raise invalid("seed", repr(seed), allowed) from None
    if not 0 <= number < 2**64:
        raise invalid("seed", number, allowed)
    return number


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
