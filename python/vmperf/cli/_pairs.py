"""Options of commands that keep pairs, and what Ctrl-C says of how to go on."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from ._json import WORDS
from ._outputs import Outputs

__all__ = ["check_pairs", "going_on", "pairs_options"]

_F = TypeVar("_F", bound=Callable[..., Any])


def pairs_options(command: _F) -> _F:
    """Add ``--results`` and ``--resume``."""
    for option in (
        click.option("--resume", is_flag=True, help="Go on with pairs that were kept."),
        click.option("--results", metavar="FILE", help="Keep the pairs in this file."),
    ):
        command = option(command)
    return command


def check_pairs(outputs: Outputs, settings: dict[str, Any]) -> None:
    """Look at where pairs will be kept, before anything is built."""
    if settings["resume"]:
        outputs.taken("--results", settings["results"])
    else:
        outputs.file("--results", settings["results"])


@contextmanager
def going_on(context: click.Context) -> Iterator[None]:
    """Say after a Ctrl-C with which command to go on."""
    from vmperf._errors import Interrupted

    try:
        yield
    except Interrupted as cut:
        raise Interrupted(cut.path, _command(context, str(cut.path))) from None


def _command(context: click.Context, path: str) -> str:
    words: list[str] = [*context.meta.get(WORDS, ())]
    at = words.index("--") if "--" in words else len(words)
    own = [word for word in words[:at] if word != "--resume"]
    for i, word in enumerate(own):
        if word == "--results" or word.startswith("--results="):
            del own[i : i + (2 if word == "--results" else 1)]
            break
    name = context.command.name or ""
    return shlex.join(["vmperf", name, *own, "--results", path, "--resume", *words[at:]])
