"""Another code layout of the same code: objects in another order, padding between them.

A relink takes a second where a rebuild takes minutes, and no instruction changes. Unchanged code
relinked like this moves benchmarks by up to several percent, which a comparison of two builds must
not take for a regression.
"""

from __future__ import annotations

import random
import shlex
import tempfile
from pathlib import Path

from .._errors import measurement
from .._files.tool import run_tool

__all__ = ["relink"]

_PADDING_OBJECTS = 8
_MOST_PADDING_BYTES = 4096
_STEP_BYTES = 16  # what functions are aligned to where nothing else is asked for


def relink(built: Path, target: Path, *, salt: int, ninja: str) -> None:
    """Link a module again.

    Parameters
    ----------
    built : Path
        The module as its build linked it, in its build folder.
    target : Path
        Where the other one goes.
    salt : int
        Seeds order and padding: equal salts give equal layouts.
    ninja : str
        Path of ninja, which tells how the module was linked.

    Raises
    ------
    MeasurementError
        ``build_failed``: the linker's words.
    """
    folder = next(f for f in built.parents if (f / "build.ninja").is_file())
    words = _link_words(ninja, folder, built)
    objects = [word for word in words if word.endswith(".o")]
    if not objects:
        raise measurement("build_failed", f"no objects in the link command of {built.name}")
    rng = random.Random(f"layout/{salt}")
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        order = [*objects, *_padding(words[0], Path(scratch), rng)]
        rng.shuffle(order)
        _run([*_with_objects(words, order), "-o", str(target)], folder)


def _link_words(ninja: str, folder: Path, built: Path) -> list[str]:
    """Return the words of the link command without its output file."""
    name = built.relative_to(folder).as_posix()
    said = _run([ninja, "-C", str(folder), "-t", "commands", "-s", name], folder)
    words = [word for word in shlex.split(said.splitlines()[-1]) if word not in (":", "&&")]
    at = words.index("-o")
    return words[:at] + words[at + 2 :]


def _with_objects(words: list[str], order: list[str]) -> list[str]:
    """Put the objects, in their new order, where the first one stood."""
    first = next(i for i, word in enumerate(words) if word.endswith(".o"))
    rest = [word for word in words[first:] if not word.endswith(".o")]
    return [*words[:first], *order, *rest]


def _padding(compiler: str, folder: Path, rng: random.Random) -> list[str]:
    made = []
    for number in range(_PADDING_OBJECTS):
        n_bytes = _STEP_BYTES * rng.randrange(1, _MOST_PADDING_BYTES // _STEP_BYTES)
        source = folder / f"padding{number}.s"
        source.write_text(
            f".text\n.balign {_STEP_BYTES}\n.skip {n_bytes}\n"
            '.section .note.GNU-stack,"",%progbits\n'
        )
        target = source.with_suffix(".o")
        _run([compiler, "-c", str(source), "-o", str(target)], folder)
        made.append(str(target))
    return made


def _run(command: list[str], folder: Path) -> str:
    done = run_tool(command, folder=folder)
    if done.code != 0:
        raise measurement("build_failed", f"linking: {done.said[-1000:]}")
    return done.path
