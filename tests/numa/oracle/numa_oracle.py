"""What the kernel's policies decide, once more in plain Python, and models to decide over."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st
from vmperf.numa import Topology

MIB = 1 << 20


def nearest_first(distance: Sequence[Sequence[float]], start: int) -> list[int]:
    """All nodes by distance; of equally far ones the next in a circle."""
    n = len(distance)
    others = [(distance[start][at], (at - start) % n, at) for at in range(n) if at != start]
    return [start, *(at for _, _, at in sorted(others))]


def order(
    policy: str, distance: Sequence[Sequence[float]], nodes: Sequence[int], cpu_node: int
) -> list[int]:
    """In which order nodes are tried for one block."""
    if policy == "preferred":
        return nearest_first(distance, nodes[0])
    by_distance = nearest_first(distance, cpu_node)
    if policy == "local":
        return by_distance
    given = [node for node in by_distance if node in nodes]
    if policy == "bind":
        return given
    return given + [node for node in by_distance if node not in nodes]


def page_node(page: int, nodes: Sequence[int], weights: Sequence[int] | None) -> int:
    """Where a page of an interleaved range lies, by its number in the address space."""
    if weights is None:
        return sorted(nodes)[page % len(nodes)]
    turns = [[node] * weight for node, weight in zip(sorted(nodes), weights, strict=True)]
    cycle = list(itertools.chain.from_iterable(turns))
    return cycle[page % len(cycle)]


def interleaved(address: int, n_bytes: int, nodes: Sequence[int], weights: Sequence[int] | None,
                page_bytes: int) -> list[int]:  # fmt: skip
    pages = range(address // page_bytes, (address + n_bytes - 1) // page_bytes + 1)
    return [page_node(page, nodes, weights) for page in pages]


def ring(n: int) -> list[list[float]]:
    """Distances that grow with the way around a ring: no two nodes see the others alike."""
    return [[10.0 + 6 * min((a - b) % n, (b - a) % n) for b in range(n)] for a in range(n)]


@st.composite
def distances(draw: st.DrawFn, most: int = 8) -> list[list[float]]:
    n = draw(st.integers(1, most))
    rows = [[10.0] * n for _ in range(n)]
    for a, b in itertools.combinations(range(n), 2):
        rows[a][b] = rows[b][a] = float(draw(st.integers(11, 40)))
    return rows


def random_model(rng: np.random.Generator, n: int) -> Topology:
    """A model of n nodes, all of whose figures differ, in whole picoseconds."""
    far = rng.uniform(110, 300, (n, n)).round(3)
    np.fill_diagonal(far, rng.uniform(70, 100, n).round(3))
    return Topology.model(
        ring(n),
        latency_ns=far,
        bandwidth_gbs=rng.uniform(5, 60, (n, n)),
        controller_gbs=rng.uniform(30, 90, n),
    )


def permuted(model: Topology, order: np.ndarray) -> Topology:
    """The same machine with other numbers: node order[i] of the old one is node i."""
    assert model.latency_ns is not None
    assert model.bandwidth_gbs is not None
    assert model.controller_gbs is not None
    return Topology.model(
        model.distance[np.ix_(order, order)],
        latency_ns=model.latency_ns[np.ix_(order, order)],
        bandwidth_gbs=model.bandwidth_gbs[np.ix_(order, order)],
        controller_gbs=model.controller_gbs[order],
    )
