"""The JSON document of pytest-benchmark (schema of version 5), with native times.

Source: pytest-benchmark, `plugin.py`, `pytest_benchmark_generate_json`, and `stats.py`. Its times
are seconds per op; the estimates are those of `_core.stats`, so quartiles may differ in the last
digits from the ones that it would compute itself.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .. import _core
from .rows import gather, pooled

if TYPE_CHECKING:
    from .records import CaseRecord
    from .results import Results

__all__ = ["document", "extra_info"]

_EXTRA = (
    "cycles_per_op",
    "instr_per_op",
    "empty_ns_per_op",
    "checksum",
    "version",
    "flags",
    "metrics",
)

_SCHEMA_VERSION = "5.3.1"


def document(results: Results) -> dict[str, Any]:
    """Return the document of all rows that are ok."""
    git = results.machine.get("git") or {}
    return {
        "machine_info": _machine_info(results.machine),
        "commit_info": {
            "id": git.get("revision", "unversioned"),
            "time": git.get("time"),
            "author_time": git.get("author_time"),
            "dirty": git.get("dirty", False),
            "project": "vmperf",
            "branch": git.get("branch", "(unknown)"),
        },
        "benchmarks": [
            _benchmark(results, cases, row)
            for cases, row in zip(gather(results.cases), results.rows(), strict=True)
            if row["status"] == "ok"
        ],
        "datetime": datetime.now(UTC).isoformat(),
        "version": _SCHEMA_VERSION,
    }


def extra_info(row: dict[str, Any]) -> dict[str, Any]:
    """Return what a row says beyond pytest-benchmark's own statistics."""
    per_op = row["ns_per_op"]
    return {key: row[key] for key in _EXTRA} | {
        "median_low_high_ns": [per_op["low"], per_op["high"]],
        "metrics": {
            name: dict(figure)
            for name, figure in row["metrics"].items()
            if figure["value"] is not None
        },
    }


def _machine_info(machine: dict[str, Any]) -> dict[str, Any]:
    return {
        "node": "",
        "processor": platform.processor(),
        "machine": platform.machine(),
        "python_compiler": platform.python_compiler(),
        "python_implementation": platform.python_implementation(),
        "python_implementation_version": platform.python_version(),
        "python_version": platform.python_version(),
        "python_build": [*platform.python_build()],
        "release": platform.release(),
        "system": platform.system(),
        "cpu": {
            "arch": platform.machine(),
            "bits": sys.maxsize.bit_length() + 1,
            "brand_raw": str(machine.get("cpu", "")),
        },
        "vmperf": machine,
    }


def _benchmark(
    results: Results, cases: Sequence[CaseRecord], row: dict[str, Any]
) -> dict[str, Any]:
    point = "-".join(str(value) for value in row["params"].values())
    others = "-".join(str(v) for axis, v in row["params"].items() if axis != "design")
    name = f"{row['id']}[{point}]"
    return {
        "group": f"{row['id']}[{others}]" if others else row["id"],
        "name": name,
        "fullname": f"vmperf::{name}",
        "params": row["params"],
        "param": point,
        "extra_info": extra_info(row),
        "options": {
            "disable_gc": False,
            "timer": "clock_gettime",
            "min_rounds": results.settings["n_samples"],
            "max_time": results.settings["measurement_ns"] / 1e9,
            "min_time": 0.0,
            "precision": None,
            "confidence": None,
            "warmup": bool(results.settings["warm_up_ns"]),
        },
        "stats": _stats(cases),
    }


def _stats(cases: Sequence[CaseRecord]) -> dict[str, Any]:
    """Return pytest-benchmark's fields; its fences are 1.5 IQR and one standard deviation."""
    ns_total, iterations, cluster = pooled(cases)
    found = _core.stats.summarize(ns_total, iterations, cluster)
    data = ns_total / iterations
    iqr = found["q3"] - found["q1"]
    inside = data[(data >= found["q1"] - 1.5 * iqr) & (data <= found["q3"] + 1.5 * iqr)]
    n_beyond_std = int((abs(data - found["mean"]) > found["std"]).sum())
    n_beyond_iqr = len(data) - len(inside)
    seconds = {name: found[name] * 1e-9 for name in ("min", "max", "mean", "median", "q1", "q3")}
    return {
        **seconds,
        "stddev": found["std"] * 1e-9,
        "rounds": len(data),
        "iqr": iqr * 1e-9,
        "iqr_outliers": n_beyond_iqr,
        "stddev_outliers": n_beyond_std,
        "outliers": f"{n_beyond_std};{n_beyond_iqr}",
        "ld15iqr": float(inside.min()) * 1e-9,
        "hd15iqr": float(inside.max()) * 1e-9,
        "ops": 1e9 / found["mean"],
        "total": float(data.sum()) * 1e-9,
        "iterations": int(iterations.sum()) // len(data),
        "data": [float(value) * 1e-9 for value in data],
    }
