"""`vmperf trace`: what programs ask of their allocators, recorded, described, converted."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from .._trace.missing import MISSING
from ._json import JsonCommand, json_option, write_json

__all__ = ["command"]


@click.group("trace")
def command() -> None:
    """Record, describe and convert allocation traces."""


@command.command("record", context_settings={"allow_interspersed_args": False})
@click.option(
    "--output",
    default="trace.vmt",
    show_default=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The trace; further processes have files beside it.",
)
@click.option(
    "--python-malloc",
    is_flag=True,
    help="Python programs take every block from malloc (PYTHONMALLOC=malloc).",
)
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="COMMAND...")
def record(output: Path, python_malloc: bool, words: tuple[str, ...]) -> int:
    """Run COMMAND and record it and what it starts; ends with its exit code.

    Put -- before a COMMAND with options of its own.
    """
    from vmperf import UnsupportedError
    from vmperf._trace.record import NothingRecordedError
    from vmperf._trace.record import record as run_and_record

    from ._console import console, say

    try:
        found = run_and_record(words, output, python_malloc=python_malloc)
    except NothingRecordedError as nothing:
        if nothing.exit_code == 0:
            raise UnsupportedError(str(nothing)) from nothing
        click.echo(f"vmperf: {nothing}", err=True)
        return shell_code(nothing.exit_code)
    err = console(stderr=True)
    for row in found["processes"]:
        say(err, _line(row))
    path = shlex.quote(found["path"])
    say(err, f"trace in {path}; next: vmperf replay {path}")
    return shell_code(found["exit_code"])


def shell_code(code: int) -> int:
    """Return an exit code as a shell gives it: 128 and the number for a signal."""
    return 128 - code if code < 0 else code


def _line(row: dict[str, Any]) -> str:
    remarks = [f"{row['n_ops']} operations", f"at most {row['n_slots']} blocks live"]
    if row["n_threads"] > 1:
        remarks.append(f"{row['n_threads']} threads")
    for name in MISSING:
        if row[name]:
            remarks.append(f"{row[name]} {name.replace('_', ' ')}")
    own = "" if row["own"] else " (started by it)"
    return f"{row['process_id']} {row['command'][:80]}{own}: {', '.join(remarks)}"


@command.command("info", cls=JsonCommand)
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def info(file: Path, json_path: str | None) -> None:
    """Show sizes, lifetimes, live bytes and hand-over of an allocation trace."""
    from vmperf import trace

    from ._console import console, say
    from ._trace_info import tables, to_json

    loaded = trace.load(file)
    found = {"path": str(file), **loaded.header, **loaded.stats(64)}
    found |= {"n_slots": loaded.n_slots, "n_threads": loaded.n_threads}
    if json_path is not None:
        write_json(json_path, to_json(found))
    if json_path == "-":
        return
    out = console()
    for part in tables(found):
        say(out, part)
    say(out, f"next: vmperf replay {shlex.quote(str(file))}")


@command.command("convert")
@click.argument("src", type=click.Path(path_type=Path))
@click.argument("dst", type=click.Path(path_type=Path, dir_okay=False))
def convert(src: Path, dst: Path) -> None:
    """Write SRC (.vmt, memray capture, memory_replay text) as DST: text for .txt, else .vmt."""
    from vmperf import trace
    from vmperf._files.kept import check_output

    from ._console import console, say

    trace.convert(src, check_output(dst, "DST"))
    name = shlex.quote(str(dst))
    say(console(), f"{dst.stat().st_size} bytes in {name}; next: vmperf trace info {name}")
