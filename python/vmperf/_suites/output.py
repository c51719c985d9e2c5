"""What foreign suites write: the JSON of Google Benchmark and of pytest-benchmark.

Both become one time per benchmark name; names whose figure cannot be used become faults. Only
ratios of one suite are taken, so that each may have its own unit.
"""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from .. import _core
from .._files.text import shown

__all__ = ["Readings", "failed_tests", "read_gbench", "read_pytest"]

Fault = tuple[str, str]

_UNITS_NS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


@dataclass(slots=True)
class Readings:
    """What one process of a suite gave.

    Attributes
    ----------
    times : dict
        Name -> time, positive and finite.
    faults : dict
        Name -> status and reason where there is no such time.
    """

    times: dict[str, float] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)

    def add(self, name: str, value: float | None, what: str) -> None:
        """Take a figure, or refuse it by name."""
        if value is None or not math.isfinite(value) or value < 0:
            self.faults[name] = ("failed", f"{what} is {value}")
        elif value == 0:
            self.faults[name] = ("below_resolution", f"{what} is 0")
        else:
            self.times[name] = value

    def spoil(self, status: str, reason: str) -> None:
        """Refuse all figures."""
        self.faults |= dict.fromkeys(self.times, (status, reason))
        self.times.clear()


def read_gbench(text: str, *, time: str = "real", torn: bool = False) -> Readings:
    """Read the JSON of Google Benchmark.

    Parameters
    ----------
    text : str
        What ``--benchmark_out`` wrote.
    time : {"real", "cpu"}
        Which of its times.
    torn : bool
        Whether the program died while writing: then what was finished is read.

    Returns
    -------
    Readings
        In ns. With repetitions the median aggregate, else the median of the runs.

    Raises
    ------
    ValueError
        Not that JSON; the message says in which way.
    """
    if torn and (last := text.rfind("}")) >= 0 and not _is_json(text):
        text = text[: last + 1] + "]}"
    entries = _benchmarks(text)
    twins = _twins(entries)
    runs: dict[str, list[float | None]] = {}
    medians: dict[str, float | None] = {}
    readings = Readings()
    for entry in entries:
        name = _name_of(entry)
        if name in twins:
            readings.faults[name] = ("ambiguous", "several benchmarks have this name")
        elif entry.get("error_occurred") or entry.get("skipped"):
            said = entry.get("error_message") or entry.get("skip_message") or "no reason given"
            status = "failed" if entry.get("error_occurred") else "skipped"
            readings.faults[name] = (status, shown(str(said)))
        elif entry.get("run_type", "iteration") == "iteration":
            runs.setdefault(name, []).append(_nanoseconds(entry, time))
        elif entry.get("aggregate_name") == "median":
            medians[name] = _nanoseconds(entry, time)
    what = f"{time}_time"
    for name in [name for name in {**runs, **medians} if name not in readings.faults]:
        value = medians[name] if name in medians else _median(runs[name])
        readings.add(name, value, what)
    return readings


def _name_of(entry: Mapping[str, Any]) -> str:
    return shown(str(entry.get("run_name") or entry["name"]))


def _twins(entries: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the names that several benchmarks bear: a figure under one says nothing.

    Repetitions of one share its name, and are told apart by their index; its place in the registry
    is one for all of them. Older versions write neither, then two aggregates of a kind show it.
    """
    places: dict[str, set[Any]] = {}
    seen: set[Any] = set()
    twins = set()
    for entry in entries:
        name = _name_of(entry)
        place = (entry.get("family_index"), entry.get("per_family_instance_index"))
        places.setdefault(name, set()).add(place)
        which = entry.get("aggregate_name"), entry.get("repetition_index")
        if which != (None, None):
            if (name, *which) in seen:
                twins.add(name)
            seen.add((name, *which))
    return twins | {name for name, found in places.items() if len(found) > 1}


def read_pytest(text: str, failed: Mapping[str, str]) -> Readings:
    """Read the JSON of pytest-benchmark.

    Parameters
    ----------
    text : str
        What ``--benchmark-json`` wrote.
    failed : mapping
        Tests that failed, as `failed_tests` has them: their figures are refused.

    Returns
    -------
    Readings
        The median of each test's rounds, in seconds.

    Raises
    ------
    ValueError
        Not that JSON; the message says in which way.
    """
    readings = Readings()
    for entry in _benchmarks(text):
        name = shown(str(entry.get("fullname") or entry["name"]))
        if name in readings.times or name in readings.faults:
            readings.times.pop(name, None)
            readings.faults[name] = ("ambiguous", "several benchmarks have this name")
            continue
        stats = entry.get("stats")
        value = stats.get("median") if isinstance(stats, dict) else None
        if name in failed:
            readings.faults[name] = ("failed", failed[name])
        else:
            readings.add(name, _number(value), "median")
    for name in failed:
        readings.faults.setdefault(name, ("failed", failed[name]))
    return readings


def failed_tests(text: str, names: set[str]) -> dict[str, str]:
    """Return which tests failed, from pytest's JUnit XML.

    Parameters
    ----------
    text : str
        What ``--junitxml`` wrote; what is no XML has no failures.
    names : set of str
        Node ids of the benchmarks; tests that are none of them are left out unless they end so.

    Returns
    -------
    dict
        Node id -> message.
    """
    try:
        root = ET.fromstring(text)
    except ET.ParseError:
        return {}
    known = {_junit_name(name): name for name in names}
    found = {}
    for case in root.iter("testcase"):
        bad = [one for one in case if one.tag in ("failure", "error")]
        if bad:
            key = (case.get("classname", ""), case.get("name", ""))
            said = (bad[0].get("message") or bad[0].tag).strip().splitlines()
            found[known.get(key, "::".join(key))] = f"the test failed: {said[0] if said else ''}"
    return found


def _junit_name(node_id: str) -> tuple[str, str]:
    path, *parts = node_id.split("::")
    module = ".".join(PurePosixPath(path).with_suffix("").parts)
    # Only the last part may hold "::" itself, inside the brackets of its parameters.
    head, bracket, rest = "::".join(parts).partition("[")
    *classes, test = head.split("::")
    return ".".join([module, *classes]), test + bracket + rest


def _benchmarks(text: str) -> list[dict[str, Any]]:
    try:
        data = json.loads(text, strict=False)  # a control character in one name spoils no other
    except ValueError as error:
        start = shown(" ".join(text[:60].split()))
        raise ValueError(f"its output is not JSON ({error}): {start!r}") from None
    entries = data.get("benchmarks") if isinstance(data, dict) else None
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and isinstance(entry.get("name"), str) for entry in entries
    ):
        raise ValueError("its JSON has no list of named benchmarks")
    return entries


def _is_json(text: str) -> bool:
    try:
        json.loads(text, strict=False)
    except ValueError:
        return False
    return True


def _nanoseconds(entry: Mapping[str, Any], time: str) -> float | None:
    value = _number(entry.get(f"{time}_time"))
    unit = _UNITS_NS.get(str(entry.get("time_unit", "ns")))
    return None if value is None or unit is None else value * unit


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _median(values: list[float | None]) -> float | None:
    import numpy as np

    for value in values:
        if value is None or not math.isfinite(value):
            return value  # one such spoils them all
    return float(_core.stats.median(np.asarray(values, dtype=np.float64)))
