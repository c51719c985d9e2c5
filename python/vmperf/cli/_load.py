"""The option --load: own benchmarks and designs, there before a command looks for any."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

__all__ = ["load_option"]


def _load(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> None:
    from vmperf._catalog.own_code import load

    if not context.resilient_parsing:
        for library in given:
            with _stdout_aside():
                load(library)


@contextmanager
def _stdout_aside() -> Iterator[None]:
    """Send to stderr what a library prints as it is loaded: stdout may be JSON."""
    libc = ctypes.CDLL(None)
    sys.stdout.flush()
    libc.fflush(None)
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        libc.fflush(None)  # what C has buffered would come later, and to the wrong place
        os.dup2(kept, 1)
        os.close(kept)


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
