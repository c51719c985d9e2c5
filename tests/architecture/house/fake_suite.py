"""Programs that only look like a suite, between two revisions of a repository: fast to go wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import vmperf

Commit = Callable[[dict[str, str]], Path]


def by_id(found: vmperf.Comparison) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in found.rows()}


FAKE = """
import json, math, os, sys, time
out = next(w for w in sys.argv if w.startswith("--benchmark_out=")).partition("=")[2]
def write(**times):
    entries = [{{"name": n, "run_type": "iteration", "real_time": t, "cpu_time": t,
                "time_unit": "ns"}} for n, t in times.items()]
    open(out, "w").write(json.dumps({{"benchmarks": entries}}))
count = len(open("count").read()) if os.path.exists("count") else 0
open("count", "a").write(".")
{body}
"""
FAKE_RUN = [sys.executable, "fake.py"]
FINE = "write(a=100 + count % 3, b=50.0)"


def fake(commit: Commit, a: str, b: str, **settings: Any) -> vmperf.Comparison:
    commit({"fake.py": FAKE.format(body=a)})
    top = commit({"fake.py": FAKE.format(body=b)})
    more = {"pairs": 8, "timeout_s": 20.0, **settings}
    return vmperf.compare_suites("HEAD~1", "HEAD", FAKE_RUN, repository=top, **more)
