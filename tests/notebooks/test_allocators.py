"""The notebook on allocators: it records, replays and draws, and its sentences follow the data."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.slow
Execute = Callable[..., list[str]]

# Rounds as they were not measured: the answer is that of these times.
ALTER = """
print("changed")
for run in found.runs:
    if run.record["status"] == "ok":
        cpu = {"null": 1.0, "libc": 41.0}.get(run.design, 141.0) * run.record["n_ops"]
        run.record.update(cpu_ns=cpu, end_bytes=(1 + (run.design == "libc")) << 20)
others = [r for r in found.rows() if r["status"] == "ok" and r["ns_per_op"]["median"] > 100]
print(found.recommendation())
print(*on_the_front(found), sep="\\n")
print(len(others) > 0, "Stay with libc" in str(found.recommendation()))
"""


def test_sentences_follow_the_data(execute: Execute) -> None:
    printed = "".join(execute("06_allocators.ipynb", ALTER))
    plain, changed = printed.split("changed")
    assert re.search(r"^[\d,]+ operations, [\d,]+ of them allocations$", plain, re.MULTILINE)
    assert re.search(r"^(Take|Stay with) \w+", plain, re.MULTILINE)
    assert re.search(r"^libc: [\d.]+ MiB held when all is freed", plain, re.MULTILINE)
    assert "libc: 40.0 ns an operation, 2.0 MiB retained" in changed
    assert "140.0 ns an operation, 1.0 MiB retained" in changed
    assert changed.rstrip().endswith("True True")
