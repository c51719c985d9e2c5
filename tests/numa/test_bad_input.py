"""What is refused, each with its typed error, its argument named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numa_oracle import MIB, ring
from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance, share_bandwidth

from vmperf import CapacityError, CorruptionError, InvalidArgumentError, UnsupportedError

TWO = Topology.model(ring(2), latency_ns=[[90, 150], [150, 90]], bandwidth_gbs=[[40, 16], [16, 40]])
BARE = Topology.model(ring(2))


def make(**words: Any) -> NumaAllocator:
    return NumaAllocator(TWO, **({"mode": "model"} | words))


REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("distance", lambda: Topology.model([])),
    ("distance", lambda: Topology.model(np.zeros((0, 0)))),
    ("distance", lambda: Topology.model(np.full((256, 256), 10))),
    ("distance", lambda: Topology.model([[10, 20], [21, 10]])),
    ("distance", lambda: Topology.model([[10, 20, 30], [20, 10, 30]])),
    ("distance", lambda: Topology.model([[0]])),
    ("distance", lambda: Topology.model([[float("inf")]])),
    ("distance", lambda: Topology.model([[1, 2], [3]])),
    ("latency_ns", lambda: Topology.model(ring(2), latency_ns=[[90]])),
    ("latency_ns", lambda: Topology.model([[10]], latency_ns=[[-1]])),
    ("latency_ns", lambda: Topology.model([[10]], latency_ns=[[float("nan")]])),
    ("bandwidth_gbs", lambda: Topology.model([[10]], bandwidth_gbs=[[0]])),
    ("controller_gbs", lambda: Topology.model(ring(2), controller_gbs=[1])),
    ("controller_gbs", lambda: Topology.model([[10]], controller_gbs=[0])),
    ("cpus", lambda: Topology.model(ring(2), cpus=[[0]])),
    ("cpus", lambda: Topology.model(ring(2), cpus=[[0], [0]])),
    ("cpus", lambda: Topology.model(ring(2), cpus=[[], []])),
    ("cpus", lambda: Topology.model(ring(2), cpus=[[-1], [0]])),
    ("policy", lambda: make(policy="nearest")),
    ("mode", lambda: make(mode="pretend")),
    ("topology", lambda: make(mode="real")),
    ("nodes", lambda: make(policy="bind", nodes=[2])),
    ("nodes", lambda: make(policy="bind", nodes=[])),
    ("nodes", lambda: make(policy="bind")),
    ("nodes", lambda: make(policy="bind", nodes=[0, 0])),
    ("nodes", lambda: make(policy="bind", nodes=[-1])),
    ("nodes", lambda: make(policy="preferred", nodes=[0, 1])),
    ("nodes", lambda: make(policy="preferred_many")),
    ("nodes", lambda: make(policy="local", nodes=[0])),
    ("weights", lambda: make(policy="interleave", weights=[1, 1])),
    ("weights", lambda: make(policy="weighted_interleave")),
    ("weights", lambda: make(policy="weighted_interleave", weights=[])),
    ("weights", lambda: make(policy="weighted_interleave", weights=[0, 0])),
    ("weights", lambda: make(policy="weighted_interleave", weights=[1])),
    ("weights", lambda: make(policy="weighted_interleave", weights=[1, 256])),
    ("weights", lambda: make(policy="weighted_interleave", weights=[1, -1])),
    ("node_bytes", lambda: make(node_bytes=MIB)),
    ("node_bytes", lambda: make(node_bytes=1 << 41)),
    ("size_bytes", lambda: make().allocate(-1)),
    ("align", lambda: make().allocate(1, align=0)),
    ("align", lambda: make().allocate(1, align=48)),
    ("cpu", lambda: make().allocate(1, cpu=2)),
    ("cpu", lambda: make().allocate(1, cpu=-1)),
    ("address", lambda: make().node_of(4096)),
    ("address", lambda: make().nodes_of([4096])),
    ("addresses", lambda: make().move([4096], [0])),
    ("cpu_nodes", lambda: modelled_cost(TWO, [2], [0])),
    ("page_nodes", lambda: modelled_cost(TWO, [0], [-1])),
    ("page_nodes", lambda: modelled_cost(TWO, [0], [0, 1])),
    ("cpu_nodes", lambda: share_bandwidth(TWO, [5], [[1, 0]])),
    ("spread", lambda: share_bandwidth(TWO, [0], [[0.5, 0.4]])),
    ("spread", lambda: share_bandwidth(TWO, [0], [[1.5, -0.5]])),
    ("spread", lambda: share_bandwidth(TWO, [0], [[float("nan"), 1]])),
    ("spread", lambda: share_bandwidth(TWO, [0], [[1]])),
    ("spread", lambda: share_bandwidth(TWO, [0, 0], [[1, 0]])),
    ("demand_gbs", lambda: share_bandwidth(TWO, [0], [[1, 0]], demand_gbs=[0])),
    ("demand_gbs", lambda: share_bandwidth(TWO, [0], [[1, 0]], demand_gbs=[])),
    ("heat", lambda: rebalance(TWO, [[1, -1]], [0])),
    ("heat", lambda: rebalance(TWO, [[1]], [0])),
    ("heat", lambda: rebalance(TWO, [[2**62, 0]], [0])),
    ("now", lambda: rebalance(TWO, [[1, 1]], [2])),
    ("capacity", lambda: rebalance(TWO, [[1, 1]], [0], capacity=[-1, 5])),
    ("capacity", lambda: rebalance(TWO, [[1, 1]], [0], capacity=[5])),
    ("capacity", lambda: rebalance(TWO, [[1, 1]], [0], capacity=[])),
    ("move_cost_us", lambda: rebalance(TWO, [[1, 1]], [0], move_cost_us=-1)),
    ("factor", lambda: rebalance(TWO, [[1, 1]], [0], factor=float("nan"))),
]


@pytest.mark.parametrize(("argument", "call"), REFUSED)
def test_refused_arguments_are_named(argument: str, call: Callable[[], object]) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        call()
    assert caught.value.argument == argument


@pytest.mark.parametrize(
    "call",
    [
        lambda: modelled_cost(BARE, [0], [0]),
        lambda: share_bandwidth(BARE, [0], [[1, 0]]),
        lambda: rebalance(BARE, [[1, 1]], [0]),
    ],
)
def test_without_figures_there_is_no_cost(call: Callable[[], object]) -> None:
    with pytest.raises(UnsupportedError, match="topology has n"):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: Topology.model("x"),
        lambda: Topology.model([[1j]]),
        lambda: make(policy="bind", nodes=[0.5]),
        lambda: make().allocate(1.5),
        lambda: make().nodes_of(["a"]),
    ],
)
def test_other_types_are_type_errors(call: Callable[[], object]) -> None:
    with pytest.raises(TypeError):
        call()


def test_no_room_changes_nothing() -> None:
    with pytest.raises(CapacityError):
        rebalance(TWO, [[1, 1]] * 5, [0] * 5, capacity=[2, 2])
    allocator = make(policy="bind", nodes=[1], node_bytes=2 * MIB)
    with pytest.raises(CapacityError):
        allocator.allocate(3 * MIB)
    with pytest.raises(CapacityError):
        allocator.allocate(300 * MIB)
    assert allocator.stats()["live_blocks"] == 0
    assert allocator.node_of(allocator.allocate(MIB)) == 1


def test_wrong_frees() -> None:
    allocator = make(checked=True)
    block = allocator.allocate(100)
    for wrong in (8, block + 16, block + (1 << 29)):
        with pytest.raises(CorruptionError):
            allocator.deallocate(wrong)
    allocator.deallocate(block)
    for call in (allocator.deallocate, allocator.placement, allocator.populate):
        with pytest.raises(CorruptionError):
            call(block)
    allocator.deallocate(0)


def test_a_closed_allocator_has_nothing() -> None:
    allocator = make()
    block = allocator.allocate(100)
    allocator.close()
    allocator.close()
    with pytest.raises(CapacityError, match="closed"):
        allocator.allocate(1)
    with pytest.raises(CorruptionError):
        allocator.deallocate(block)
    with pytest.raises(InvalidArgumentError):
        allocator.node_of(block)
    assert allocator.stats()["live_blocks"] == allocator.verify()["pages"] == 0


def test_a_refused_move_moves_nothing() -> None:
    allocator = make(policy="bind", nodes=[0])
    block = allocator.allocate(8192, align=4096)
    with pytest.raises(InvalidArgumentError) as caught:
        allocator.move([block, block + 4096], [1, 2])
    assert caught.value.argument == "nodes"
    assert allocator.placement(block).tolist() == [0, 0]
