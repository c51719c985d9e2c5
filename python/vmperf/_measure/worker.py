"""Measures one group in a process of its own: ``python -m vmperf._measure.worker``.

One line of JSON on stdin is the job; frames on stdout are the results (`frames`). stdin stays open
as long as the parent lives. What native code prints goes to stderr, so it cannot tear a frame.
Started as a file with the path of the parent's native module, it loads exactly that module: an
editable install would otherwise rebuild it in the middle of a run. Never imports NumPy.
"""

from __future__ import annotations

import importlib.util
import json
import os
import select
import sys

__all__ = ["main"]


def _load_core(path: str) -> None:
    spec = importlib.util.spec_from_file_location("vmperf._core", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules["vmperf._core"] = module
    spec.loader.exec_module(module)


def _parent_is_gone(parent_pid: int) -> bool:
    poller = select.poll()
    poller.register(0, select.POLLHUP)
    return os.getppid() != parent_pid or any(event & select.POLLHUP for _, event in poller.poll(0))


def main() -> None:
    """Run the job on stdin; always ends with a frame ``done`` or ``error``."""
    frames = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    job = json.loads(sys.stdin.buffer.readline())

    from vmperf import _core
    from vmperf._measure.frames import encode
    from vmperf._measure.measure import case_blobs, case_header, measure_group

    _core.os.die_with_parent()
    if _parent_is_gone(job["parent_pid"]):
        raise SystemExit(1)
    try:
        for library in job["libraries"]:
            _core.bench.load(library)
        for one in job["imports"]:
            _core.bench.import_design(one["name"], one["path"], one["prefix"])
        for result in measure_group(job, beacon=job["beacon"]):
            frames.write(encode({"kind": "case", **case_header(result)}, case_blobs(result)))
        frames.write(encode({"kind": "done"}))
    except Exception as error:
        frames.write(encode({"kind": "error", "type": type(error).__name__, "message": str(error)}))
    frames.flush()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _load_core(sys.argv[1])
    main()
