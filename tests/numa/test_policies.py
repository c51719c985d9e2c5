"""Each policy against its re-implementation in Python, page by page, and when nodes fill up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numa_oracle import MIB, distances, interleaved, order, page_node, ring
from vmperf.numa import NumaAllocator, Topology

from vmperf import CapacityError

PAGE = NumaAllocator(Topology.model([[10]]), mode="model").page_bytes
BY_CPU = ("local", "bind", "preferred_many")


def choose_nodes(data: st.DataObject, policy: str, n: int) -> list[int] | None:
    if policy == "local":
        return None
    if policy == "preferred":
        return [data.draw(st.integers(0, n - 1))]
    return data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=n, unique=True))


@settings(max_examples=60)
@given(st.data(), distances(), st.sampled_from(["local", "bind", "preferred", "preferred_many"]))
def test_blocks_of_each_cpu_against_the_oracle(
    data: st.DataObject, rows: list[list[float]], policy: str
) -> None:
    nodes = choose_nodes(data, policy, len(rows))
    with NumaAllocator(Topology.model(rows), policy, nodes=nodes, mode="model") as allocator:
        for cpu in range(len(rows)):
            block = allocator.allocate(data.draw(st.integers(0, 6 * PAGE)), cpu=cpu)
            wanted = order(policy, rows, nodes or [], cpu)[0]
            assert set(allocator.placement(block).tolist()) == {wanted}
        assert allocator.stats()["fallbacks"] == 0


@settings(max_examples=40)
@given(st.data(), st.integers(1, 8))
def test_interleaved_pages_against_the_oracle(data: st.DataObject, n: int) -> None:
    nodes = data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=n, unique=True))
    weights = data.draw(
        st.none()
        | st.lists(st.integers(0, 5), min_size=len(nodes), max_size=len(nodes)).filter(any)
    )
    policy = "interleave" if weights is None else "weighted_interleave"
    with NumaAllocator(
        Topology.model(ring(n)), policy, nodes=nodes, weights=weights, mode="model"
    ) as allocator:
        for _ in range(4):
            size = data.draw(st.integers(1, 40 * PAGE))
            block = allocator.allocate(size, align=16)
            found = allocator.placement(block).tolist()
            touched = len(range(block // PAGE, (block + size - 1) // PAGE + 1))
            assert len(found) >= touched  # the block's class may have more pages
            assert found[:touched] == interleaved(block, size, nodes, weights, PAGE)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 8])
def test_interleaved_counts_differ_by_one_page_at_most(n: int) -> None:
    with NumaAllocator(Topology.model(ring(n)), "interleave", mode="model") as allocator:
        for size in (1, PAGE, 7 * PAGE, 100 * PAGE + 1, MIB, 3 * MIB + 5 * PAGE):
            counts = np.bincount(allocator.placement(allocator.allocate(size)), minlength=n)
            assert counts.max() - counts.min() <= 1


def test_weighted_counts_follow_the_weights() -> None:
    weights = [5, 0, 2, 1]
    allocator = NumaAllocator(
        Topology.model(ring(4)), "weighted_interleave", weights=weights, mode="model"
    )
    n_pages = 8 * 32
    block = allocator.allocate(n_pages * PAGE, align=1 << 16)
    counts = np.bincount(allocator.placement(block), minlength=4)
    assert counts.tolist() == [w * n_pages // 8 for w in weights]


def fill(allocator: NumaAllocator, cpu: int, size: int = MIB // 2) -> list[int]:
    """Node of each block until there is no room."""
    found: list[int] = []
    while True:
        try:
            block = allocator.allocate(size, cpu=cpu)
        except CapacityError:
            return found
        found.append(allocator.node_of(block))


@pytest.mark.parametrize("cpu", [0, 3])
@pytest.mark.parametrize(
    ("policy", "nodes"),
    [("local", None), ("preferred", [4]), ("preferred_many", [1, 4]), ("bind", [1, 4])],
)
def test_full_nodes_are_passed_over_in_the_policys_order(
    policy: str, nodes: Sequence[int] | None, cpu: int
) -> None:
    rows = ring(5)
    with NumaAllocator(
        Topology.model(rows), policy, nodes=nodes, mode="model", node_bytes=2 * MIB
    ) as allocator:
        found = fill(allocator, cpu)
        wanted = order(policy, rows, nodes or [], cpu)
        seen = list(dict.fromkeys(found))
        assert seen == wanted
        assert found == sorted(found, key=wanted.index)
        assert allocator.stats()["fallbacks"] == sum(node != wanted[0] for node in found)


def test_a_thread_on_its_own_cpu_gets_that_cpus_node() -> None:
    """Without `cpu` the CPU that the thread is on decides: node i has CPU i, in rounds."""
    import os

    n = 2
    allocator = NumaAllocator(Topology.model(ring(n)), mode="model")
    before = os.sched_getaffinity(0)
    try:
        for cpu in sorted(before)[:4]:
            os.sched_setaffinity(0, {cpu})
            assert allocator.node_of(allocator.allocate(100)) == cpu % n
    finally:
        os.sched_setaffinity(0, before)


def test_a_node_without_cpus_serves_and_asks_not() -> None:
    expander = Topology.model([[10, 20], [20, 10]], cpus=[[0, 1], []])
    with NumaAllocator(expander, "preferred", nodes=[1], mode="model") as allocator:
        assert allocator.node_of(allocator.allocate(64, cpu=1)) == 1


@settings(max_examples=25)
@given(st.permutations(range(5)), st.integers(0, 4))
def test_other_numbers_of_nodes_give_the_same_placement(numbers: list[int], cpu: int) -> None:
    """New node i is old node numbers[i]; distances that all differ leave no ties to break."""
    rng = np.random.default_rng(5)
    old = rng.permutation(20)[:10] + 11.0
    rows = np.full((5, 5), 10.0)
    rows[np.triu_indices(5, 1)] = old
    rows = np.minimum(rows, 99) + np.tril(rows.T, -1) - np.tril(rows, -1)
    new = rows[np.ix_(numbers, numbers)]
    one = NumaAllocator(Topology.model(rows), mode="model", node_bytes=2 * MIB)
    two = NumaAllocator(Topology.model(new), mode="model", node_bytes=2 * MIB)
    with one, two:
        found = [numbers[node] for node in fill(two, numbers.index(cpu))]
        assert found == fill(one, cpu)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 300_000)), min_size=1, max_size=40))
def test_stats_and_table_agree_with_what_is_live(steps: list[tuple[int, int]]) -> None:
    with NumaAllocator(Topology.model(ring(4)), mode="model") as allocator:
        live = [allocator.allocate(size, cpu=cpu) for cpu, size in steps]
        for block in live[::3]:
            allocator.deallocate(block)
        kept = [block for at, block in enumerate(live) if at % 3]
        stats = allocator.stats()
        assert stats["live_blocks"] == len(kept)
        assert sum(stats["bytes_of_node"].values()) == stats["live_bytes"]
        assert allocator.nodes_of(kept).tolist() == [
            cpu for at, (cpu, _) in enumerate(steps) if at % 3
        ]
        verified = allocator.verify()
        assert verified["unverified"] == verified["pages"]
        assert verified["pages"] == sum(verified["pages_of_node"].values())


def test_a_model_moves_pages_in_its_table() -> None:
    with NumaAllocator(Topology.model(ring(3)), "interleave", mode="model") as allocator:
        block = allocator.allocate(9 * PAGE, align=PAGE)
        before = allocator.placement(block).tolist()
        assert before[:9] == [page_node(block // PAGE + at, range(3), None) for at in range(9)]
        pages = [block + at * PAGE for at in range(9)]
        targets = [(node + 1) % 3 for node in before[:9]]
        assert allocator.move(pages, targets).tolist() == targets
        assert allocator.placement(block).tolist() == targets + before[9:]
        assert allocator.stats()["moved_pages"] == 9
