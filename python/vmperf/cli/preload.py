"""`vmperf preload`: a command under another allocator."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

__all__ = ["command"]

_CONTEXT = {"ignore_unknown_options": True, "allow_interspersed_args": False}


@click.command("preload", context_settings=_CONTEXT)
@click.option(
    "--design",
    default="vmperf",
    show_default=True,
    help="Ours, a peer that is installed, or libc: the C library's own.",
)
@click.option("--checked", is_flag=True, help="Misuse of memory ends the command with a message.")
@click.option(
    "--watch",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write memory over time to this file: live, retained by the allocator, not its own.",
)
@click.option(
    "--interval", "interval_ms", default=50, show_default=True, help="Of --watch, in milliseconds."
)
@click.argument("words", metavar="-- COMMAND [ARG]...", nargs=-1, required=True)
def command(
    design: str, checked: bool, watch: Path | None, interval_ms: int, words: tuple[str, ...]
) -> NoReturn:
    """Run COMMAND with its malloc replaced, and be it: exit status and signals are its own.

    What it starts has the same allocator. Nothing is written but what COMMAND writes; afterwards
    'vmperf show FILE' has what --watch found, 'vmperf report FILE' draws it.
    """
    from vmperf._alloc.preload import environment, program_of

    program = program_of(words[0])
    env = environment(design, checked=checked, watch=watch, interval_ms=interval_ms)
    if watch is not None:
        watch.write_bytes(b"")  # anew; that it can be written was looked at
    sys.stdout.flush()
    os.execve(program, words, env)
