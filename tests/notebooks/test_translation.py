"""The notebook on translation: it runs, and its sentences follow altered data."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.slow
Execute = Callable[..., list[str]]

# Figures as they were not measured: a busy machine may have refused any of those that were.
ALTER = """
def row(name, design, value, **params):
    return {"params": {"design": design, **params}, "metrics": {name: {"value": value}}}


rates = [("zipf", "lru", 0.25), ("zipf", "drrip", 0.5), ("scan", "lru", 0.9), ("scan", "fifo", 0.8)]
print("changed")
print(*by_pattern([row("hit_rate", d, value, pattern=p) for p, d, value in rates]), sep="\\n")
rates = {"mod": 0.0, "xor": 0.5, "crc": 0.75}
print(*by_index([row("hit_rate", "lru", value, index=i) for i, value in rates.items()]), sep="\\n")
parts = [("steps", "stride", 0.1), ("steps", "distance", 0.5), ("random", "markov", 0.001)]
guesses = [row("coverage", d, value, pattern=p) for p, d, value in parts]
guesses += [row("accuracy", d, value / 2, pattern=p) for p, d, value in parts]
print(*by_coverage(guesses), sep="\\n")
print(*by_reach({key: 0.5 for key in reach}), sep="\\n")
slower = locality.copy(deep=True)
slower["ns_total"].loc[{"design": "lru"}] *= 1000
slower["status"][:] = "ok"
print(plot.compare_designs(slower, "lru", "naive", pattern="zipf"))
"""
EXPECTED = """
zipf: drrip hits 50.0 %, lru 25.0 %, lru 25.0 %
scan: lru hits 90.0 %, fifo 80.0 %, lru 90.0 %
mod: 0.0 % hits
xor: 50.0 % hits
crc: 75.0 % hits
steps: distance answers 50 % of the misses, and 25 % of its guesses are of use
random: nobody answers one miss in a hundred
pages of 4 KiB: walked 2 MiB 50.0 %, 8 MiB 50.0 %, 32 MiB 50.0 %, 128 MiB 50.0 %; more than one \
in a hundred from 2 MiB on
pages of 2 MiB: walked 2 MiB 50.0 %, 8 MiB 50.0 %, 32 MiB 50.0 %, 128 MiB 50.0 %; more than one \
in a hundred from 2 MiB on
"""


def test_sentences_follow_the_data(execute: Execute) -> None:
    printed = "".join(execute("05_translation.ipynb", ALTER))
    plain, changed = printed.split("changed")
    assert re.search(r"^\w+: \w+ hits [\d.]+ %", plain, re.MULTILINE)
    assert re.search(r"pages of 4 KiB: .* from 32 MiB on", plain)
    assert re.search(r"pages of 2 MiB: .* nowhere here", plain)
    assert changed.startswith(EXPECTED)
    assert re.search(r"lru is [\d,.]+x .* slower than naive in tlb/policy at pattern=zipf", changed)
