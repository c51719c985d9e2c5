"""Minimum mutator utilisation: against its definition, its laws, bad input."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from vmperf import _core
from vmperf._core import InvalidArgumentError

Ints = NDArray[np.int64]


def of(edges: list[int], windows: list[int], end: int) -> NDArray[np.float64]:
    """Pauses between each even and odd edge of a run that begins at 0."""
    start, stop = np.array(edges[::2], dtype=np.int64), np.array(edges[1::2], dtype=np.int64)
    return _core.stats.min_mutator_utilisation(
        start, stop - start, np.array(windows, dtype=np.int64), begin_ns=0, end_ns=end
    )


edge_lists = st.lists(st.integers(0, 60), max_size=12).map(lambda e: sorted(e[: len(e) // 2 * 2]))


@given(edge_lists, st.lists(st.integers(1, 80), min_size=1, max_size=4))
def test_against_every_window(edges: list[int], windows: list[int]) -> None:
    end = 70
    paused = np.zeros(end, dtype=bool)  # nanosecond by nanosecond
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        paused[start:stop] = True
    for window, found in zip(windows, of(edges, windows, end), strict=True):
        if window > end:
            assert np.isnan(found)
            continue
        sums = [paused[at : at + window].sum() for at in range(end - window + 1)]
        assert found == pytest.approx(1 - max(sums) / window)


@given(edge_lists)
def test_doubling_a_window_is_never_worse(edges: list[int]) -> None:
    found = of(edges, [1, 2, 4, 8, 16, 32, 64], 70)
    assert all(a <= b + 1e-12 for a, b in pairwise(found))


def test_no_pauses_and_nothing_but_a_pause() -> None:
    assert of([], [1, 10], 10).tolist() == [1.0, 1.0]
    assert of([0, 10], [1, 10], 10).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("start", "ns", "windows", "argument"),
    [
        ([1, 2], [1], [1], "ns"),
        ([1, 2], [2, 1], [1], "start_ns"),
        ([5, 2], [1, 1], [1], "start_ns"),
        ([-1], [1], [1], "start_ns"),
        ([101], [0], [1], "start_ns"),
        ([99], [2], [1], "ns"),
        ([1], [-1], [1], "ns"),
        ([1], [1], [0], "windows_ns"),
    ],
)
def test_bad_input(start: list[int], ns: list[int], windows: list[int], argument: str) -> None:
    arrays = [np.array(x, dtype=np.int64) for x in (start, ns, windows)]
    with pytest.raises(InvalidArgumentError) as error:
        _core.stats.min_mutator_utilisation(*arrays, begin_ns=0, end_ns=100)
    assert error.value.argument == argument


def test_a_run_that_ends_before_it_begins_and_another_dtype() -> None:
    none = np.array([], dtype=np.int64)
    with pytest.raises(InvalidArgumentError, match="end_ns"):
        _core.stats.min_mutator_utilisation(none, none, none, begin_ns=1, end_ns=0)
    with pytest.raises(TypeError):
        _core.stats.min_mutator_utilisation(
            none.astype(float),
            none,
            none,
            begin_ns=0,
            end_ns=1,
        )
