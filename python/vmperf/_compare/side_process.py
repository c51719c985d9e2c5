"""The process of a side: started as a file, it loads one native module and obeys its pipe.

Arguments: the path of the native module and ``aslr`` or ``no-aslr``. The first line on stdin says
what to make; then each line is a command and gets one line in answer. The task and the answers are
marshalled, in hex:

    b N   run N // 4 ops untimed, then time N ops       -> [ns, flags]
    b N METRIC   the same, and what it reports then     -> [ns, flags, number or null]
    i     count instructions per op                     -> [number or null, status]
    m METRIC [DISTRIBUTION]   what it reports: a number or null, or a distribution's bytes
    v     prove the work                                -> "" or the fault
    c     the catalog of this build                     -> list

An error is ``{"error": type, "message": text, "reason": text}``. Stands alone: it never imports the
package, whose native module may be another than the one measured here. Imports next to nothing,
because two of these start for every pair: ``json`` alone would take as long as the interpreter.
"""

from __future__ import annotations

import marshal
import os
import sys
from _frozen_importlib import ModuleSpec, module_from_spec
from _frozen_importlib_external import ExtensionFileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MARSHAL_VERSION = 2  # the side that asks may be another interpreter
_UNTIMED_SHARE = 4  # of a batch: the other side has had the caches since this one's last batch


def _load_core(path: str) -> Any:
    folder = path.rpartition("/")[0].rpartition("/")[0]
    if folder.endswith("-packages"):  # -S leaves out where it is installed, and what is beside it
        sys.path.append(folder)
    loader = ExtensionFileLoader("vmperf._core", path)
    spec = ModuleSpec("vmperf._core", loader, origin=path)
    module = module_from_spec(spec)
    sys.modules["vmperf._core"] = module
    loader.exec_module(module)
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
            seeds = {"seed": task["seed"], "data_seed": task["data_seed"]}
            if "data_seed" not in (core.bench.Arm.__init__.__doc__ or ""):
                del seeds["data_seed"]  # an older build, whose data are always the same
            self._arm = core.bench.Arm(task["id"], task["params"], task["design"], **seeds)
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
            return self._batch(*rest.split())
        if command == "m":
            return self._reported(*rest.split())
        return self._arm.verify() if command == "v" else self._arm.count_instructions()

    def _batch(self, n: str, metric: str = "") -> Any:
        assert self._arm is not None
        if metric and not hasattr(self._arm, "sample"):
            what = f"{metric} has a value per sample, which this older build does not tell"
            raise self._core.UnsupportedError(what)
        self._arm.run(max(1, int(n) // _UNTIMED_SHARE))
        if not metric:
            return self._arm.run(int(n))
        self._arm.sample()  # what the untimed ops report is not the batch's
        took = self._arm.run(int(n))
        return [*took, self._arm.sample().get(metric)]

    def _reported(self, metric: str, distribution: str = "") -> Any:
        assert self._arm is not None
        found = self._arm.report()
        if not distribution:
            return found["metrics"].get(metric)
        for kind, name, _, data in found["details"]:
            if (kind, name) == ("distribution", distribution):
                return data
        return None


def main() -> None:
    """Serve until stdin ends."""
    core = _load_core(sys.argv[1])
    if sys.argv[2] == "no-aslr":
        _without_aslr(core)
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what native code prints cannot tear an answer

    def tell(value: Any) -> None:
        out.write(marshal.dumps(value, _MARSHAL_VERSION).hex() + "\n")

    def answer(make: Any) -> bool:
        try:
            tell(make())
        except Exception as error:
            reason = str(getattr(error, "reason", ""))
            tell({"error": type(error).__name__, "message": str(error), "reason": reason})
            return False
        return True

    task = marshal.loads(bytes.fromhex(sys.stdin.readline()))
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
