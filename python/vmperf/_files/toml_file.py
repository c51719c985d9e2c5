"""TOML files of repeated tables, such as ``[[claim]]``, with the line of everything in them.

The standard parser gives values without places, so a key's line is found anew in the text, and only
when there is a mistake to report.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import _core
from .._errors import invalid, trace_format

__all__ = ["Place", "Tables", "read_tables"]


class Place:
    """Where a table stands in its file; `at` and `to` move it to the line of a key."""

    def __init__(self, path: Path, text: str, start: int, end: int) -> None:
        self._path = path
        self._text = text
        self._start = self._now = start
        self._end = end

    @property
    def where(self) -> str:
        """File and line."""
        return f"{self._path}:{self._text.count(chr(10), 0, self._now) + 1}"

    def to(self, key: str) -> None:
        """Go to a key's line; to the head of the table where it has none."""
        found = self._find(key, self._start)
        self._now = self._start if found is None else found

    def to_inner(self, table: str, key: str) -> None:
        """Go to the line of a key in an inner table; to that of the table where it has none."""
        self.to(table)
        found = self._find(key, self._now)
        self._now = self._now if found is None else found

    def _find(self, key: str, start: int) -> int | None:
        name = re.escape(key)
        line = rf"^[^#\n]*?(?<![\w-])[\"']?{name}[\"']?[ \t]*[.=]|^[ \t]*\[\w+\.{name}\]"
        found = re.compile(line, re.MULTILINE).search(self._text, start, self._end)
        return found.start() if found else None

    def at(self, key: str, error: _core.InvalidArgumentError) -> _core.InvalidArgumentError:
        """Go to a key's line and hand the error back."""
        self.to(key)
        return error


@dataclass(frozen=True, slots=True)
class Tables:
    """The head of a file, its keys before the first table, and its tables, each with its place."""

    head: dict[str, Any]
    head_place: Place
    entries: list[tuple[Any, Place]]


def read_tables(
    path: Path, name: str, *, argument: str, head: bool, keys: tuple[str, ...] = ()
) -> Tables:
    """Read a file of ``[[name]]`` tables.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    name : str
        What the tables are called.
    argument : str
        What to call the path in an error.
    head : bool
        Whether any keys may stand before the first table.
    keys : tuple of str
        Those that may, where not any.

    Returns
    -------
    Tables
        At least one table.

    Raises
    ------
    InvalidArgumentError
        No such file.
    TraceFormatError
        The file is not TOML, or holds something other than such tables.
    """
    if not path.is_file():
        raise invalid(argument, path, "an existing TOML file")
    data = path.read_bytes()
    try:
        text = data.decode()
        found = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise trace_format(path, error.start, "not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        offset = _offset(data, str(error))
        line = data.count(b"\n", 0, offset) + 1
        raise trace_format(path, offset, f"not TOML, line {line}: {error}") from error
    entries = found.pop(name, None)
    header = re.compile(rf"^[ \t]*\[\[[ \t]*{name}[ \t]*\]\]", re.MULTILINE)
    starts = [m.start() for m in header.finditer(text)]
    stray = {} if head else {key: value for key, value in found.items() if key not in keys}
    if not isinstance(entries, list) or stray or len(starts) != len(entries):
        before = "keys of the whole file, then" if head else "nothing else than"
        wanted = " and ".join([*keys, f"[[{name}]] tables"])
        raise trace_format(path, 0, f"allowed are {before} {wanted}" + _stray(stray))
    ends = [*starts[1:], len(text)]
    places = [Place(path, text, *span) for span in zip(starts, ends, strict=True)]
    whole = Place(path, text, 0, starts[0])
    return Tables(found, whole, [*zip(entries, places, strict=True)])


def _stray(keys: Mapping[str, Any]) -> str:
    return f"; it has {', '.join(map(repr, keys))}" if keys else ""


def _offset(data: bytes, message: str) -> int:
    found = re.search(r"at line (\d+), column (\d+)", message)
    if found is None:
        return len(data)
    lines = data.splitlines(keepends=True)[: int(found[1]) - 1]
    return sum(map(len, lines)) + int(found[2]) - 1
