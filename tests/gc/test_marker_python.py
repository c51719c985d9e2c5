"""ParallelMarker from Python: every policy marks all, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from vmperf.gc import Graph, ParallelMarker

from vmperf import InvalidArgumentError


@pytest.mark.parametrize("queue", ["ring", "lifo", "fifo"])
@pytest.mark.parametrize("policy", ["steal", "static", "packets"])
@pytest.mark.parametrize("shape", ["ordered", "shuffled", "random", "list", "array", "spine"])
def test_all_marked(shape: str, policy: str, queue: str, seed: int) -> None:
    graph = Graph(shape, 3000, seed=seed)
    marker = ParallelMarker(workers=3, policy=policy, queue=queue, scaled=False)
    stats = marker.mark(graph)
    assert len(stats) == 3
    assert stats["marked"].sum() == graph.count_reachable() == graph.count_marked()
    assert (stats["stolen"] <= stats["attempts"] * 256).all()


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("workers", 0),
        ("workers", 65),
        ("policy", "x"),
        ("queue", ""),
        ("chunk", 63),
        ("stack_limit", 15),
    ],
)
def test_bad_options(argument: str, value: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=f"^{argument} is "):
        ParallelMarker(**{argument: value})


@pytest.mark.parametrize(("shape", "objects"), [("star", 10), ("list", 0), ("list", 2**28 + 1)])
def test_bad_graphs(shape: str, objects: int) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^(shape|objects) is "):
        Graph(shape, objects)
