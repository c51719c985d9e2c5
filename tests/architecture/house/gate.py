"""What plain pytest leaves out, and what it tells at its end.

A test marked ``perf`` asserts a time, a ratio or a verdict over a measurement: a neighbour can
turn it red. It runs only where it is asked for: by ``-m`` with the word perf, or by its own name.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from house.minutes import Spent, add, table

_LEFT_OUT = "perf_left_out"  # what a worker of xdist reports to the process that started it


def is_asked_for(nodeid: str, markexpr: str, named: Iterable[str]) -> bool:
    """Whether a perf test runs: the expression of -m says perf, or an argument names the test."""
    if re.search(r"\bperf\b", markexpr):
        return True
    return any(nodeid == one or nodeid.startswith((f"{one}[", f"{one}::")) for one in named)


def named_tests(args: Iterable[str], invoked_in: Path, root: Path) -> list[str]:
    """Of the command line's arguments those that name a test, as node ids."""
    found = []
    for arg in args:
        path, separator, name = arg.partition("::")
        if separator:
            file = (invoked_in / path).resolve()
            inside = file.relative_to(root).as_posix() if file.is_relative_to(root) else path
            found.append(f"{inside}::{name}")
    return found


def _processor_s() -> float:
    """Processor time of this process and of its children that have ended."""
    return sum(os.times()[:4])


@dataclass(eq=False)
class Gate:
    """A plugin of pytest: `choose` deselects; the hooks add up and tell."""

    config: pytest.Config
    left_out: int = 0
    spent: dict[str, Spent] = field(default_factory=dict)
    _begun_s: float = field(default_factory=time.monotonic)
    _reported_s: float = field(default_factory=_processor_s)

    def choose(self, items: list[pytest.Item]) -> None:
        """Take out of the items the perf tests that nobody asked for."""
        config = self.config
        markexpr = config.option.markexpr or ""
        named = named_tests(config.args, config.invocation_params.dir, config.rootpath)
        perf = {
            item
            for item in items
            if item.get_closest_marker("perf") and not is_asked_for(item.nodeid, markexpr, named)
        }
        self.left_out = len(perf)
        if perf:
            config.hook.pytest_deselected(items=[item for item in items if item in perf])
            items[:] = [item for item in items if item not in perf]
        if hasattr(config, "workeroutput"):
            config.workeroutput[_LEFT_OUT] = self.left_out

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker of xdist left out: each collects the same."""
        self.left_out = getattr(node, "workeroutput", {}).get(_LEFT_OUT, self.left_out)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Give each report the processor time since the last one of this process."""
        report = yield
        now_s = _processor_s()
        vars(report)["cpu_s"] = now_s - self._reported_s
        self._reported_s = now_s
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a report to its folder."""
        counts = report.when == "call" or (report.when == "setup" and not report.passed)
        one = Spent(int(counts), report.duration, vars(report).get("cpu_s", 0.0))
        add(self.spent, report.nodeid, one)

    def minutes(self) -> list[str]:
        """The table of this run, with how long all of it took."""
        workers = getattr(self.config.option, "numprocesses", None) or 1
        return table(self.spent, time.monotonic() - self._begun_s, workers)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where the minutes went, and what was left out."""
        if len(self.spent) > 1:
            terminalreporter.section("minutes by folder")
            for line in self.minutes():
                terminalreporter.write_line(line)
        if self.left_out:
            terminalreporter.write_line(
                f"{self.left_out} perf tests were left out: run `pytest -m perf` on a quiet machine"
            )
