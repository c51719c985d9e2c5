"""The notebook on NUMA: its sentences follow the data, and no line is measured and modelled."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.slow
Execute = Callable[..., list[str]]

ALTER = """
print("changed")
print(*in_order({"a": (20.0, "modelled"), "b": (10.0, "modelled")}), sep="\\n")
print(said({"before_modelled_ns": 9e6, "after_modelled_ns": 1e6, "moved": [1, 2],
            "move_modelled_ns": 4000.0, "provenance": "modelled"}))
"""


def test_sentences_follow_the_data(execute: Execute) -> None:
    printed = "".join(execute("07_numa.ipynb", ALTER))
    plain, changed = printed.split("changed")
    assert re.search(r"^local: [\d.]+ ns an access, modelled$", plain, re.MULTILINE)
    assert re.search(r"^each node reads its own memory: 216\.3 GB/s modelled", plain, re.MULTILINE)
    assert re.search(r"^modelled: [\d.]+ times cheaper than interleaved pages$", plain, re.M)
    assert re.search(r"^\d+ pages move: .* both modelled$", plain, re.MULTILINE)
    assert re.search(r"^(not )?measured \w+: ", plain, re.MULTILINE)
    for line in plain.splitlines():
        assert not ("modelled" in line and re.search(r"\bmeasured\b", line))
    assert "b is 2.00 times cheaper than a" in changed
    assert "2 pages move: 8000 us less of accesses for 4 us of moves" in changed
