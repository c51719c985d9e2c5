"""Figures as text."""

from __future__ import annotations

import pytest

from vmperf._report.words import Ratio, count, decimals, factor, fixed, flags_text


@pytest.mark.parametrize(
    ("values", "places"),
    [([0.543, 12.1], 3), ([8.5], 2), ([16.6, 30.0], 1), ([622.0], 0), ([0.0004], 4), ([], 2)],
)
def test_decimals_show_three_digits_of_the_smallest(values: list[float], places: int) -> None:
    assert decimals(values) == places


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(0.5432, 3, "0.543"), (12345.6, 1, "12,345.6"), (-1.5, 1, "\u22121.5"), (None, 2, "–"),
     (float("nan"), 2, "–"), (float("inf"), 2, "–")],
)  # fmt: skip
def test_fixed(value: float | None, places: int, text: str) -> None:
    assert fixed(value, places) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0042, "1.004"), (1.5, "1.50"), (15.72, "15.7"), (1234.5, "1,234")],
)
def test_factor(value: float, text: str) -> None:
    assert factor(value) == text


def test_slower_reads_in_its_own_direction() -> None:
    ratio = Ratio(2.0, 1.8, 2.2)
    assert (ratio.verdict, ratio.text, ratio.interval) == ("slower", "2.00×", "1.80–2.20")


def test_faster_is_turned_round_with_its_interval() -> None:
    ratio = Ratio(0.5, 0.4, 0.625)
    assert (ratio.verdict, ratio.text, ratio.interval) == ("faster", "2.00×", "1.60–2.50")
    assert ratio.reverse == Ratio(2.0, 1.6, 2.5)


@pytest.mark.parametrize("ratio", [Ratio(1.02, 0.99, 1.05), Ratio(0.98, 0.95, 1.0)])
def test_an_interval_that_holds_one_is_no_difference(ratio: Ratio) -> None:
    assert ratio.verdict == "equal"


def test_counts_and_flags() -> None:
    assert [count(1, "row"), count(2000, "row")] == ["1 row", "2,000 rows"]
    assert flags_text({"switch": 2, "fault": 0, "steal": 1}) == "2 switch, 1 steal"
    assert flags_text({"switch": 0}) == ""
