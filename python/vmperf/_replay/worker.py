"""Replays a plan once, in a process of its own: ``python -m vmperf._replay.worker``.

One line of JSON on stdin is the job, one line of marshalled hex on stdout the answer. What native
code prints goes to stderr. Imports next to nothing: what lies in the heap here lies in the heap of
the C library's own allocator, when that one is replayed.
"""

import importlib.util
import json
import marshal
import os
import sys
from typing import Any

__all__ = ["main"]


def _load_core(path: str) -> Any:
    spec = importlib.util.spec_from_file_location("vmperf._core", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules["vmperf._core"] = module
    spec.loader.exec_module(module)
    return module


def _answer(core: Any, job: dict[str, Any]) -> dict[str, Any]:
    try:
        for folder in job["folders"]:
            core.os.add_library_directory(folder)
        plan = core.alloc.ReplayPlan.open(job["plan"])
        found = plan.replay(job["design"], touch=job["touch"], stamped=job["stamped"])
        return {"status": "ok", "reason": "", **found}
    except core.UnsupportedError as error:
        return {"status": "not_installed", "reason": str(error)}
    except Exception as error:
        return {"status": "crashed", "reason": f"{type(error).__name__}: {error}"}


def main() -> None:
    """Do the job on stdin."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    core = _load_core(sys.argv[1])
    core.os.die_with_parent()
    job = json.loads(sys.stdin.readline())
    if job["cpu"] is not None:
        core.os.pin_to_cpu(job["cpu"])
    out.write(marshal.dumps(_answer(core, job)).hex() + "\n")
    out.flush()


if __name__ == "__main__":
    main()
