"""Progress of a run on stderr: a live bar on a terminal, a line per group elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

from ._console import console, point, say

if TYPE_CHECKING:
    from vmperf._measure.progress import Event

__all__ = ["Reporter", "clock"]

_LINE_S = 1.0


class Reporter:
    """A context manager that is called with each event of a run.

    Parameters
    ----------
    budget_s : float, optional
        What the run was given, in seconds.
    announce : str, optional
        What the line begins with that says how many cases there are and how long they will take;
        without it there is no such line.
    """

    def __init__(self, budget_s: float | None = None, *, announce: str | None = None) -> None:
        self._budget_s = budget_s
        self._announce = announce
        self._console = console(stderr=True)
        self._last_line_s = 0.0
        self._bar = None
        if self._console.is_terminal:
            from rich.progress import BarColumn, Progress, TextColumn

            self._bar = Progress(
                BarColumn(),
                TextColumn("{task.completed:.0f}/{task.total:.0f}"),
                TextColumn("{task.description}", markup=False),
                console=self._console,
                transient=True,
            )
            self._task = self._bar.add_task("", total=1.0)

    def __enter__(self) -> Reporter:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        where = " ".join(filter(None, [event.id, point(event.params or {}), event.design]))
        if event.kind == "case" and event.status not in ("ok", "not_installed"):
            say(self._console, f"  {where}: {event.status}: {event.reason}")
        if event.kind == "started" and self._announce is not None and event.done < event.total:
            size = f"{event.total - event.done} cases to measure, about {clock(event.eta_s)}"
            say(self._console, self._announce + size)
        if event.kind == "finished" and event.elapsed_s > 1.2 * (self._budget_s or float("inf")):
            took = f"{clock(event.elapsed_s)} for a budget of {self._budget_s:g} s"
            say(self._console, f"took {took}: an op that is under way is not cut short at once")
        text = f"ETA {clock(event.eta_s)}  {where}"
        if self._bar is not None:
            self._bar.update(self._task, completed=event.done, total=event.total, description=text)
        elif event.kind == "group" and time.monotonic() - self._last_line_s >= _LINE_S:
            self._last_line_s = time.monotonic()
            say(self._console, f"[{event.done}/{event.total}] {text}")


def clock(seconds: float) -> str:
    """Return a time as seconds, minutes or hours."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return (
        f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
    )
