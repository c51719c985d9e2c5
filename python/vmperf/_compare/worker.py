"""One side of a process pair: started as a file, it loads one native module and obeys its pipe.

Arguments: the path of the native module and ``aslr`` or ``no-aslr``. One line of JSON on stdin says
what to make; then each line is a command and gets one line of JSON in answer:

    b N   run N // 4 ops untimed, then time N ops       -> [ns, flags]
    i     count instructions per op                     -> [number or null, status]
    v     prove the work                                -> "" or the fault
    c     the catalog of this build                     -> list

An error is ``{"error": type, "message": text}``. Stands alone: it never imports the package, whose
native module may be another than the one measured here.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from typing import Any

_UNTIMED_SHARE = 4  # of a batch: the other side has had the caches since this one's last batch


def _load_core(path: str) -> Any:
    spec = importlib.util.spec_from_file_location("vmperf._core", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules["vmperf._core"] = module
    spec.loader.exec_module(module)
    return module


def _without_aslr(core: Any) -> None:
    if core.os.aslr_enabled():
        core.os.disable_aslr_after_exec()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


class _Side:
    def __init__(self, core: Any, task: dict[str, Any]) -> None:
        self._core = core
        for folder in task["peer_folders"]:
            core.os.add_library_directory(folder)
        for library in task["libraries"]:
            core.bench.load(library)
        for imported in task["imports"]:
            core.bench.import_design(imported["name"], imported["path"], imported["prefix"])
        core.os.die_with_parent()
        if task["cpu"] is not None:
            core.os.pin_to_cpu(task["cpu"])
        self._arm = None
        if task["id"]:
            self._arm = core.bench.Arm(
                task["id"], task["params"], task["design"], seed=task["seed"]
            )
            self._ns_per_op = self._arm.calibrate(task["warm_up_ns"])

    def ready(self) -> Any:
        if self._arm is None:
            return {}
        return {
            "ns_per_op": self._ns_per_op,
            "max_n": self._arm.max_n,
            "version": self._arm.version,
            "aslr": self._core.os.aslr_enabled(),
        }

    def obey(self, line: str) -> Any:
        command, _, rest = line.partition(" ")
        if command == "c":
            return self._core.bench.catalog()
        assert self._arm is not None
        if command == "b":
            n = int(rest)
            self._arm.run(max(1, n // _UNTIMED_SHARE))
            return self._arm.run(n)
        return self._arm.verify() if command == "v" else self._arm.count_instructions()


def main() -> None:
    """Serve until stdin ends."""
    core = _load_core(sys.argv[1])
    if sys.argv[2] == "no-aslr":
        _without_aslr(core)
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what native code prints cannot tear an answer

    def answer(make: Any) -> bool:
        try:
            text = json.dumps(make())
        except Exception as error:
            reason = getattr(error, "reason", "")
            text = json.dumps(
                {"error": type(error).__name__, "message": str(error), "reason": str(reason)}
            )
            out.write(text + "\n")
            return False
        out.write(text + "\n")
        return True

    task = json.loads(sys.stdin.readline())
    sides: list[_Side] = []

    def begin() -> Any:
        sides.append(_Side(core, task))
        return sides[0].ready()

    if not answer(begin):
        return
    for line in sys.stdin:
        command = line.strip()
        answer(lambda: sides[0].obey(command))  # noqa: B023  called at once


if __name__ == "__main__":
    main()
