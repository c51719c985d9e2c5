"""``--json``: the same option on every command."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

__all__ = ["WORDS", "JsonCommand", "json_option", "json_text", "refuse_empty", "write_json"]

_F = TypeVar("_F", bound=Callable[..., Any])


WORDS = "vmperf.words"  # of the context: what the user typed after the command


def refuse_empty(ctx: click.Context, args: list[str]) -> None:
    """Refuse words without a letter: a variable of a shell that is not set, most likely."""
    for i, word in enumerate(args):
        option, equals, value = word.partition("=")
        if not word.strip() or (option.startswith("--") and equals and not value.strip()):
            before = args[i - 1] if i and args[i - 1].startswith("-") else f"word {i + 1}"
            where = option if equals else before
            raise click.UsageError(f"{where} is empty; is a variable not set?", ctx)


class JsonCommand(click.Command):
    """A command whose ``--json`` may stand alone, then meaning stdout.

    A word after it is its file only where it is ``-`` or ends in ``.json``, so that
    ``vmperf show --json FILE`` and ``vmperf show FILE --json`` mean the same; ``--json=FILE`` takes
    any.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta.setdefault(WORDS, [*args])
        refuse_empty(ctx, args)
        words = []
        for i, word in enumerate(args):
            follower = args[i + 1] if i + 1 < len(args) else ""
            takes = follower == "-" or follower.endswith(".json")
            words.append("--json=-" if word == "--json" and not takes else word)
        return super().parse_args(ctx, words)


def json_option(command: _F) -> _F:
    """Add ``--json`` to a command."""
    return click.option(
        "--json",
        "json_path",
        metavar="[FILE]",
        help="Write JSON; '-' or no file: to stdout, in place of the table.",
    )(command)


def write_json(target: str, data: Any) -> None:
    """Write strict JSON to a file, or to stdout for ``-``; what is not finite becomes null."""
    if target == "-":
        click.echo(json_text(data))
    else:
        from vmperf._files.whole_file import write_whole

        write_whole(Path(target), json_text(data) + "\n")


def json_text(data: Any) -> str:
    """Return strict JSON; what is not finite becomes null."""
    return json.dumps(_finite(data), indent=2, allow_nan=False)


def _finite(data: Any) -> Any:
    if isinstance(data, float) and not math.isfinite(data):
        return None
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    return data
