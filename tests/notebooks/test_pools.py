"""The notebook on pools: it runs, and its sentences follow twofold changes of the data."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from vmperf._results.results import Results

Execute = Callable[..., list[str]]
FASTER = re.compile(r"stack is ([\d.]+)x \(([\d.]+) to ([\d.]+)\) faster than libc")


def headline(text: str) -> float:
    """The factor of the first sentence; its interval holds it and is narrow."""
    found = FASTER.search(text)
    assert found is not None, text
    value, low, high = map(float, found.groups())
    assert low <= value <= high <= 1.1 * low
    return value


PERTURB = """
for name, path in (("libc", {libc!r}), ("stack", {stack!r})):
    print("changed", name)
    altered = vmperf.load_results(path)
    for conclusion in headline(altered.to_xarray("pool/churn")):
        print(conclusion)
    for conclusion in plot.conclude(altered, reference="libc"):
        print(conclusion)
"""


def test_sentences_follow_the_data(
    execute: Execute, known: Path, scaled: Callable[..., Results]
) -> None:
    paths = {
        "libc": str(scaled(known, "libc", 2).path),
        "stack": str(scaled(known, "stack", 10).path),
    }
    extra = PERTURB.format(**paths)
    printed = "".join(execute("01_pools.ipynb", extra, VMPERF_NOTEBOOK_RESULTS=str(known)))
    plain, twice, slow = re.split(r"changed \w+\n", printed)
    assert headline(plain) == pytest.approx(4.0, rel=0.01)
    assert "stack is flat over capacity 10 to 1000 in pool/sizes" in plain
    assert re.search(r"stack is (3.9|4.0)\dx to 4.0\dx faster than libc at all 12 points", plain)
    assert headline(twice) == pytest.approx(2 * headline(plain), rel=0.01)
    assert re.search(r"stack is (7.9|8.0)\dx to 8.0\dx faster than libc at all 12 points", twice)
    assert re.search(r"stack is 2.\d+x \(.*\) slower than libc in pool/churn at", slow)
    assert "stack is faster" not in slow


@pytest.mark.slow
def test_it_measures_by_itself(execute: Execute) -> None:
    # Twice the samples of libc in memory: what the notebook says of its own measurement follows.
    perturb = """
twice = churn.copy(deep=True)
twice["ns_total"].loc[{"design": "libc"}] *= 2
for data in (churn, twice):
    print("factor:", headline(data)[0].value)
"""
    environment = {"VMPERF_NOTEBOOK_BUDGET_S": "15"}
    printed = "".join(execute("01_pools.ipynb", perturb, **environment))
    assert "in pool/churn" in printed
    once, twice = map(float, re.findall(r"factor: ([\d.]+|nan)", printed))
    if once == once:  # a busy machine may refuse the point
        assert twice == pytest.approx(2 * once)
