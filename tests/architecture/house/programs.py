"""C++ programs of tests: each source an object of its own, which a compiler cache may serve."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

_SOURCES = (".cpp", ".c")
_LINKED = (".o", ".a", ".so", ".so.1")
_LINKS = ("-l", "-L", "-Wl,", "-shared", "-static")


def cached(root: Path) -> tuple[list[str], dict[str, str]]:
    """What stands before a compiler's name, and its environment: ccache where CMake has it, too.

    As cpp/cmake/CompilerCache.cmake: paths of the tree are no part of the key.
    """
    # A preloaded sanitizer is for the interpreter.
    env = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    launcher = env.get("CMAKE_CXX_COMPILER_LAUNCHER", "")
    if Path(launcher).name != "ccache":
        return [], env
    return [launcher], {"CCACHE_BASEDIR": str(root), "CCACHE_NOHASHDIR": "1", **env}


def _run(command: list[str], env: dict[str, str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, env=env)


def source_file(folder: Path, text: str) -> Path:
    """A file of this text, named by it."""
    file = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.cpp"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_text(text)
        fresh.replace(file)
    return file


def build(program: Path, source: Path, *, command: Sequence[str], more: Sequence[str]) -> None:
    """Compile a program from a source and what else there is: sources, objects, flags.

    A failure raises ``subprocess.CalledProcessError`` with the compiler's words.
    """
    launcher, env = cached(program.parents[2])
    sources = [str(source), *(word for word in more if word.endswith(_SOURCES))]
    links = [word for word in more if word.endswith(_LINKED) or word.startswith(_LINKS)]
    flags = [word for word in more if word not in {*sources, *links}]
    objects = []
    for number, file in enumerate(sources):
        objects.append(str(program.with_suffix(f".{number}.o")))
        _run([*launcher, *command, *flags, "-c", file, "-o", objects[-1]], env)
    fresh = program.with_suffix(".new")
    _run([*command[:1], *flags, *objects, *links, "-o", str(fresh)], env)
    for file in objects:
        Path(file).unlink()
    fresh.replace(program)
