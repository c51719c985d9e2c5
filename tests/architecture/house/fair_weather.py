"""Runs that measure for real, and whose verdict on the time of sound work is that it is believed.

For tests of what comes after a measurement: `setup` with pytest's monkeypatch, `install` in a
process of its own, whose program `program` writes. What the workers did, its samples and its proof
are real; only what a neighbour makes of the time is not.
The judgement itself is tested where time is injected (tests/bench/cpp/weather.cpp).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from house.weather import PROVED
from vmperf._measure.progress import Progress
from vmperf._measure.supervisor import Death, Frame, Supervisor
from vmperf._plan.plan import Plan
from vmperf._results.journal import Journal, Key
from vmperf._run import run as _run
from vmperf._run.runner import carry_on

_PLANTED = "bench/selftest/"
_SOUND = {f"{_PLANTED}{name}" for name in ("one_cycle", "three_adds", "report", "latency")}


class _Workers(Supervisor):
    def run(
        self, job: dict[str, Any], *, on_tick: Callable[[str], None], limit_s: float | None = None
    ) -> tuple[list[Frame], Death | None]:
        """Take the time that it takes, and clear the status."""
        settings = job["settings"] | {"deadline_ns": 0}
        frames, death = super().run(job | {"settings": settings}, on_tick=on_tick)
        if job["id"].startswith(_PLANTED) and job["id"] not in _SOUND:
            return frames, death
        fair = {"status": "ok", "reason": ""}
        return [(h | fair if h["status"] in PROVED else h, b) for h, b in frames], death


def execute(
    plan: Plan, journal: Journal, *, timeout_s: float, progress: Progress | None = None
) -> dict[Key, Any]:
    """As `_run.runner.execute`, by a clock that stands still: a late start costs no budget."""
    with _Workers(timeout_s) as workers:
        return carry_on(plan, journal, workers, progress=progress, clock=lambda: 0.0)


def setup(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of this test are in fair weather."""
    monkeypatch.setattr(_run, "execute", execute)


def install() -> None:
    """Runs of this process are."""
    _run.execute = execute


def program(text: str) -> str:
    """The text of a program whose runs are."""
    here = str(Path(__file__).parents[1])
    head = f"import sys; sys.path[:0] = [{here!r}]\nfrom house import fair_weather"
    return f"{head}\nfair_weather.install()\n{text}"
