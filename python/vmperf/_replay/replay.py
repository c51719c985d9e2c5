"""Replays a trace through allocators: who, how often, in which order; nothing is measured here.

Every replay is a process of its own, since memory cannot be shared out afterwards; rounds go
through all designs in an order that the seed shuffles, so that a ratio is taken within a round.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import _core
from .._catalog.peers import add_peer_directories
from .._errors import invalid, near, trace_format
from .._machine import machine
from .._trace.missing import MISSING
from .figures import NULL
from .process import replay_once
from .result import Replay, Run

__all__ = ["Step", "replay"]

_DEFAULT_ROUNDS = 5
_MOST_ROUNDS = 1000
_REFERENCES = ("libc",)
_NAIVE = "naive"  # ten lines to compare with: no answer to the question
_TOUCHES = ("none", "first", "pages", "all", "use")


@dataclass(frozen=True, slots=True)
class Step:
    """What a replay tells while it goes on: passes done and to come, and the one under way."""

    done: int
    total: int
    elapsed_s: float
    design: str

    @property
    def eta_s(self) -> float:
        """Seconds until the end at the speed so far."""
        return self.elapsed_s / self.done * (self.total - self.done) if self.done else 0.0


def replay(
    trace: Any,
    designs: Sequence[str] | str | None = None,
    *,
    speed: str = "max",
    threads: str = "merge",
    touch: str = "use",
    repeats: int = _DEFAULT_ROUNDS,
    latency: bool = True,
    reference: str | None = None,
    seed: int = 0,
    timeout_s: float = 600.0,
    progress: Callable[[Step], None] | None = None,
) -> Replay:
    """Replay; see ``vmperf.alloc.replay``, whose docstring has the words."""
    names = _designs(designs)
    if not 1 <= repeats <= _MOST_ROUNDS:
        raise invalid("repeats", repeats, f"1 to {_MOST_ROUNDS}")
    if not timeout_s > 0:
        raise invalid("timeout_s", timeout_s, "> 0")
    if touch not in _TOUCHES:
        raise invalid("touch", touch, ", ".join(_TOUCHES))
    if reference is not None and reference not in names:
        raise invalid("reference", reference, ", ".join(names))
    loaded, source = _loaded(trace)
    missing = _missing(loaded, trace)
    plan = _core.alloc.plan_replay(loaded, threads=threads, speed=speed)
    settings = {"threads": threads, "speed": speed, "touch": touch, "repeats": repeats,
                "latency": latency, "seed": seed}  # fmt: skip
    counts = _with(plan.counts(), missing)
    known = [name for name in _REFERENCES if name in names]
    found = Replay(
        tuple(names), reference or (known or names)[0], counts, settings, source,
        _recorded_ns(loaded), machine(), [], _versions(names),
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="vmperf-replay-") as folder:
        file = Path(folder) / "plan"
        plan.save(str(file))
        del plan
        _measure(found, file, timeout_s, progress)
    return found


def _designs(designs: Sequence[str] | str | None) -> list[str]:
    add_peer_directories()
    known = [one["name"] for one in _core.alloc.peers()]
    if designs is None or designs == "all":
        return [name for name in known if name != _NAIVE]
    wanted = list(dict.fromkeys([designs] if isinstance(designs, str) else designs))
    for name in wanted:
        if name not in known:
            raise invalid("designs", name, near(name, known))
    if not wanted:
        raise invalid("designs", "empty", near("", known))
    return wanted


def _versions(names: Sequence[str]) -> dict[str, str]:
    return {one["name"]: one["version"] or "" for one in _core.alloc.peers()
            if one["name"] in names}  # fmt: skip


def _loaded(trace: Any) -> tuple[Any, str]:
    """Return the trace and what it is called."""
    if isinstance(trace, str | os.PathLike):
        return _core.trace.load(os.fspath(trace)), os.fspath(trace)
    if not isinstance(trace, _core.trace.AllocationTrace):
        allowed = "a path or a vmperf.trace.AllocationTrace"
        raise invalid("trace", f"of type {type(trace).__name__}", allowed)
    return trace, trace.header["command"] or f"a trace of {len(trace):,} operations"


def _missing(loaded: Any, given: Any) -> dict[str, int]:
    """Return what the trace lacks of the program; TraceFormatError where that is all of it."""
    missing = {name: int(loaded.header[name]) for name in MISSING}
    if len(loaded) == 0 and missing["lost_ops"] and isinstance(given, str | os.PathLike):
        end = Path(given).stat().st_size
        why = f"cut off before its first whole block: all {missing['lost_ops']} operations are lost"
        raise trace_format(os.fspath(given), end, why)
    return missing


def _with(counts: dict[str, Any], missing: dict[str, int]) -> dict[str, Any]:
    """Return the counts of a plan and of what was missing before it was made, together."""
    return {**counts, **{name: counts.get(name, 0) + n for name, n in missing.items()}}


def _recorded_ns(trace: Any) -> float:
    """How long the program took from its first to its last op; 0 where nobody looked at a clock."""
    times = trace.ops["time_ns"]
    real = trace.header["source"] == "recorded" and len(times) > 0
    return float(times[-1] - times[0]) if real else 0.0


def _measure(
    found: Replay, plan: Path, timeout_s: float, progress: Callable[[Step], None] | None
) -> None:
    settings = found.settings
    # At the recorded speed each op is stamped anyway.
    both = (False, True) if settings["latency"] and settings["speed"] == "max" else (False,)
    total = len(both) * settings["repeats"] * (len(found.designs) + 1)
    start, done = time.monotonic(), 0
    gone: dict[str, dict[str, Any]] = {}
    order = random.Random(settings["seed"])
    cpu = _cpu(settings)
    for number in range(settings["repeats"]):
        names = [*found.designs, NULL]
        order.shuffle(names)
        for stamped in both:
            for design in names:
                if progress is not None:
                    progress(Step(done, total, time.monotonic() - start, design))
                done += 1
                if design in gone:
                    continue
                record = replay_once(plan, design, touch=settings["touch"], stamped=stamped,
                                     cpu=cpu, timeout_s=timeout_s)  # fmt: skip
                record["n_threads"] = found.counts["n_threads"]
                record["paced"] = settings["speed"] == "real"
                if record["status"] != "ok":
                    gone[design] = record
                found.runs.append(Run(design, number, stamped, record))
    if NULL in gone:
        raise _core.MeasurementError(f"the loop itself failed: {gone[NULL]['reason']}")
    if progress is not None:
        progress(Step(total, total, time.monotonic() - start, ""))


def _cpu(settings: dict[str, Any]) -> int | None:
    """Where a replay in one thread stays, so that no migration is timed."""
    return max(_core.os.allowed_cpus()) if settings["threads"] == "merge" else None
