"""Files that a command writes at its end: looked at before it works, none swallows the result.

A command names its outputs with `Outputs.file` before anything is measured. After the table is
shown it writes them one by one; one that fails is a line on stderr and exit code 1, and the others
are written all the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

__all__ = ["Outputs"]


class Outputs:
    """The outputs of one command."""

    def __init__(self) -> None:
        self._failed = False
        self._taken: dict[str, str] = {}

    def taken(self, option: str, path: str | Path | None) -> None:
        """Note a file that the command writes otherwise; no two may be the same."""
        if path is not None and str(path) != "-":
            from vmperf._errors import invalid

            real = os.path.realpath(path)
            if real in self._taken:
                raise invalid(option, path, f"another file than that of {self._taken[real]}")
            self._taken[real] = option

    def file(self, option: str, path: str | Path | None) -> None:
        """Look at where a file will be written; stdout (``-``) and None are fine.

        Raises
        ------
        InvalidArgumentError, OsError
            It cannot be written there, or must not.
        """
        if path is not None and str(path) != "-":
            from vmperf._files.kept import check_output

            check_output(path, option)
            self.taken(option, path)

    def write(self, option: str, path: object, write: Callable[[], Any]) -> bool:
        """Write one; say whether that went well. An error is told, not raised."""
        from vmperf import VmperfError

        try:
            write()
        except (VmperfError, OSError, ValueError) as error:
            self._failed = True
            why = getattr(error, "strerror", None) or " ".join(str(error).split())
            click.echo(f"vmperf: {option} {path} was not written: {why}", err=True)
            return False
        return True

    def exit_code(self, code: int) -> int:
        """Return the code of the command: 1 where all was well but an output."""
        return code or int(self._failed)
