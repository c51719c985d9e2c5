"""The notebooks on comparisons and noise: they run, and their sentences follow altered pairs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

Execute = Callable[..., list[str]]

SLOWER = """
import copy
from dataclasses import replace

def altered(found, factor):
    cases = copy.deepcopy(found.cases)
    for case in cases:
        n = len(case.evidence.effects)
        case.evidence.effects = [factor + 0.001 * (i % 3 - 1) for i in range(n)]
    return replace(found, cases=cases)

for factor in (1.0, -1.0):
    print("changed", factor)
    for sentence in plot.conclude_comparison(altered(same, factor)):
        print(sentence)
"""


def test_comparisons_follow_their_pairs(execute: Execute) -> None:
    printed = "".join(execute("02_compare.ipynb", SLOWER))
    plain, slower, faster = re.split(r"changed -?1\.0\n", printed)
    assert re.search(r"design:libc .* design:stack in pool/cycle", plain)
    assert re.search(r"2 pool/cycle \w+ \d+|2 pool/cycle None", plain)
    (up,) = re.findall(r"is slower than .* in pool/cycle.*: \+(\d+\.\d+) %", slower)
    assert float(up) == pytest.approx(171.8, abs=1)
    (down,) = re.findall(r"is faster than .* in pool/cycle.*: (-\d+\.\d+) %", faster)
    assert float(down) == pytest.approx(-63.2, abs=1)
    assert "1 verdicts (1 regressed)" in slower
    assert "1 verdicts (1 improved)" in faster


NOISIER = """
import copy
from dataclasses import replace

def altered(noise, spread, shift):
    cases = copy.deepcopy(noise.cases)
    for case in cases:
        # A busy machine leaves few pairs of the budget: as many as the sentences are of.
        n = max(48, len(case.taken)) if case.taken else 0
        case.taken[:] = [case.taken[i % len(case.taken)] for i in range(n)]
        for i, one in enumerate(case.taken):
            factor = 1 + shift + spread * (i // 2 % 3 - 1)
            a = (1_000_000,) * len(one.pair.ns[0])
            pair = replace(one.pair, ns=(a, tuple(round(ns * factor) for ns in a)))
            case.taken[i] = replace(one, pair=pair)
    return replace(noise, cases=cases)

for spread, shift in ((0.001, 0.0), (0.5, 0.0), (0.0, 1.0)):
    print("changed")
    other = altered(noise, spread, shift)
    for sentence in plot.conclude_noise(other):
        print(sentence)
    for row in find(other):
        if (row["pairs"], row["effect"]) == (12, 0.0):
            print("alarms:", row["found"], "of", row["comparisons"])
"""


def test_noise_follows_its_pairs(execute: Execute) -> None:
    printed = "".join(execute("03_noise.ipynb", NOISIER, VMPERF_NOTEBOOK_BUDGET_S="8"))
    plain, quiet, noisy, biased = printed.split("changed\n")

    def scatter(text: str) -> float:
        found = re.search(r"scatters by ([\d.e+-]+) %", text)
        assert found is not None, text
        return float(found.group(1))

    assert scatter(noisy) > 20 > 1 > scatter(quiet)
    assert scatter(plain) > 0
    assert "one arm is favoured" in biased
    assert re.search(r"3 pairs find \d+ % in", plain)
    found = re.search(r"alarms: (\d+) of (\d+)", biased)
    assert found is not None
    assert found.group(1) == found.group(2) != "0"
    assert "relink floor not measured: no source tree" in plain
