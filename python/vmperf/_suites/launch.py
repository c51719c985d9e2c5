"""Becomes a program of a suite: pinned to one CPU, and dead as soon as its parent is.

Arguments: path of the native module, a CPU or ``-``, then the program and its own arguments.
Started as a file in a bare interpreter, and gone before the program runs: nothing of it stays.
"""

from __future__ import annotations

import importlib.util
import os
import sys

_NOT_FOUND = 127  # as the shell says it


def main() -> None:
    """Replace this process by the program."""
    path, cpu, *words = sys.argv[1:]
    spec = importlib.util.spec_from_file_location("vmperf._core", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    core = importlib.util.module_from_spec(spec)
    sys.modules["vmperf._core"] = core
    spec.loader.exec_module(core)
    core.os.die_with_parent()
    if cpu != "-":
        core.os.pin_to_cpu(int(cpu))
    try:
        os.execvp(words[0], words)
    except OSError as error:
        print(f"cannot start {words[0]}: {error.strerror}", file=sys.stderr)
        raise SystemExit(_NOT_FOUND) from None


if __name__ == "__main__":
    main()
