"""The order of allocators by replay against reality: what counts as a tie, and what tau is."""

from __future__ import annotations

import pytest

import reality_order as order

NOISE = (0.0, 0.002, -0.002, 0.001, -0.001)
# Of rounds that have nothing to do with each other, so that an interval is as wide as it can be.
WIDE = {"a": (0.0, 0.2, -0.2, 0.1, -0.1), "b": (-0.2, 0.0, 0.1, -0.1, 0.2)}


def times(**seconds: float) -> dict[str, list[float]]:
    return {name: [value * (1 + one) for one in NOISE] for name, value in seconds.items()}


def test_the_same_order_is_one_and_the_opposite_minus_one() -> None:
    real = times(a=1.0, b=2.0, c=3.0)
    same = order.pairs_of("p", times(a=10.0, b=12.0, c=30.0), real)
    assert (order.tau_b(same), order.sure_tau(same)) == (1, 1)
    assert order.contradictions(same) == []
    opposite = order.pairs_of("p", times(a=30.0, b=12.0, c=10.0), real)
    assert (order.tau_b(opposite), order.sure_tau(opposite)) == (-1, -1)
    assert [(one["a"], one["b"]) for one in order.contradictions(opposite)] == [
        ("a", "b"), ("a", "c"), ("b", "c"),
    ]  # fmt: skip


def test_what_the_interval_or_one_per_cent_hides_is_a_tie() -> None:
    wide = {name: [10 * (1 + one) for one in WIDE[name]] for name in ("a", "b")}
    [pair] = order.pairs_of("p", times(a=10.0, b=10.05), wide)
    assert pair.signs == (0, 0)  # within one per cent; an interval that holds 1
    [pair] = order.pairs_of("p", times(a=10.0, b=10.3), times(a=10.3, b=10.0))
    assert pair.signs == (-1, 1)


def test_ties_of_one_side_cost() -> None:
    """Three pairs really apart, of which the replay tells but two apart: 2 / sqrt(2 * 3)."""
    found = order.pairs_of("p", times(a=1.0, b=1.0, c=3.0), times(a=1.0, b=2.0, c=3.0))
    assert order.tau_b(found) == pytest.approx(2 / 6**0.5)
    nothing = order.pairs_of("p", times(a=1.0, b=1.0), times(a=1.0, b=2.0))
    assert order.tau_b(nothing) is None


def test_the_whole_program_is_predicted_from_the_reference() -> None:
    net = {"libc": [20.0, 20.0], "quick": [5.0, 6.0]}
    found = order.predicted_cpu_s(net, 10_000_000, {"libc": [1.0, 1.0]}, "libc")
    assert found["libc"] == pytest.approx([1.0, 1.0])
    assert found["quick"] == pytest.approx([0.85, 0.86])
