"""The notebook on collectors: its sentences follow the runs, which all did the same work."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.slow
Execute = Callable[..., list[str]]

ALTER = """
print("changed")
import numpy as np

class Altered:
    def __init__(self, ms, stopped):
        self.begin_ns, self.end_ns = 0, ms * 10**6
        self.pauses = np.array(
            [(s * 10**6, 0) for s in stopped], dtype=[("ns", "i8"), ("interrupted_ns", "i8")]
        )

    def hdr(self):
        histogram = vmperf.stats.Histogram()
        histogram.record(self.pauses["ns"].copy())
        return histogram

other = {"slow": Altered(90, [30, 10]), "quick": Altered(40, [15])}
print(*described(other), sep="\\n")
print({name: round(factor, 2) for name, factor in overheads(other).items()})
print(held(other["slow"], 10))
"""


def test_sentences_follow_the_runs(execute: Execute) -> None:
    printed = "".join(execute("08_gc.ipynb", ALTER))
    plain, changed = printed.split("changed")
    for name in ("gen-immix", "sticky-immix", "immix", "mark-sweep", "semispace", "naive"):
        assert re.search(rf"^{name}: \d+ ms, \d+ of them stopped; \d+ pauses", plain, re.M)
        assert re.search(rf"^{name}: at least \d+\.\d\d times", plain, re.M)
        assert re.search(rf"^(not )?measured {name}: ", plain, re.M)
    heaps = [int(n) for n in re.findall(r"^heap \d+ MiB: \d+ collections, (\d+) of", plain, re.M)]
    assert heaps == sorted(heaps, reverse=True)
    nurseries = [int(n) for n in re.findall(r"^nursery \d+ KiB: (\d+) coll", plain, re.M)]
    assert nurseries == sorted(nurseries, reverse=True)
    assert len(re.findall(r"^target \d+ ms: [\d.]+ % of \d+ pauses hold it", plain, re.M)) == 2
    assert re.search(r"^\[0\.\d+s\]\[info\]\[gc\] GC\(0\) Pause ", plain, re.M)
    first, second, factors, kept = changed.strip().splitlines()
    assert first.startswith("quick: 40 ms, 15 of them stopped; 1 pauses")
    assert second.startswith("slow: 90 ms, 40 of them stopped; 2 pauses")
    assert factors == "{'slow': 3.6, 'quick': 1.6}"
    assert "50.0 % of 2 pauses hold it" in kept
