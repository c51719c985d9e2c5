"""What a program's accesses cost on a model, and where its threads and pages had better be.

Threads and pages are placed in turn, each time exactly (`rebalance`), until nothing gains: a local
optimum, the better one of two starts. Figures are modelled, all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _core
from .._errors import invalid, unsupported

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["advise", "trace_cost"]

_MOST_ROUNDS = 50


def trace_cost(
    allocator: _core.numa.NumaAllocator, addresses: Any, threads: Any, thread_cpu: Any
) -> dict[str, Any]:
    """Return the cost of a trace; `trace_cost` of the module documents it."""
    import numpy as np

    topology = allocator.topology
    pages = allocator.nodes_of(addresses)
    cpus = _integers(thread_cpu, "thread_cpu", 1)
    tids = np.zeros(len(pages), np.int64) if threads is None else _integers(threads, "threads", 1)
    if len(tids) != len(pages):
        raise invalid("threads", f"of {len(tids)} entries", f"{len(pages)}, one an address")
    if len(tids) and not 0 <= tids.min() <= tids.max() < len(cpus):
        raise invalid("threads", f"{tids.min()} to {tids.max()}", f"0 to {len(cpus) - 1}")
    cpu_nodes = np.array([_node_of_cpu(topology, int(cpu)) for cpu in cpus], np.int64)
    found: dict[str, Any] = _core.numa.modelled_cost(topology, cpu_nodes[tids], pages)
    return found | {"streams": _streams(topology, cpu_nodes, tids, pages)}


def _streams(
    topology: _core.numa.Topology, cpu_nodes: Any, tids: Any, pages: Any
) -> dict[str, Any] | None:
    """Return the share of each thread that accesses anything; None where bandwidths are unknown."""
    import numpy as np

    if topology.bandwidth_gbs is None and topology.controller_gbs is None:
        return None
    places = np.searchsorted(np.array(topology.nodes), pages)
    counts = np.zeros((len(cpu_nodes), topology.n_nodes))
    np.add.at(counts, (tids, places), 1)
    busy = np.flatnonzero(counts.sum(axis=1))
    spread = counts[busy] / counts[busy].sum(axis=1, keepdims=True)
    shares: dict[str, Any] = _core.numa.share_bandwidth(topology, cpu_nodes[busy], spread)
    return shares | {"threads": busy}


def advise(topology: _core.numa.Topology, accesses: Any, capacity: Any) -> dict[str, Any]:
    """Return placements and their costs; `advise` of the module documents it."""
    import numpy as np

    heat = _integers(accesses, "accesses", 2)
    if heat.size == 0 or heat.min() < 0:
        raise invalid("accesses", "empty or negative", "counts of each page by each thread")
    if topology.latency_ns is None:
        raise unsupported("the topology has no latency_ns: without it there is no cost")
    model = _model(topology)
    cpus = np.array([len(of_node) for of_node in topology.cpus])
    if not cpus.sum():
        raise unsupported("no node of the topology has a CPU")
    n_threads, n_pages = heat.shape
    seats = np.ceil(cpus * max(1.0, n_threads / cpus.sum())).astype(np.int64)
    round_robin = np.resize(np.flatnonzero(cpus), n_threads).astype(np.int64)
    interleaved = np.arange(n_pages, dtype=np.int64) % topology.n_nodes
    filled = np.repeat(np.arange(topology.n_nodes), seats)[:n_threads].astype(np.int64)
    starts = [(round_robin, interleaved), (filled, interleaved)]
    found = [_improved(model, heat, *start, seats, capacity) for start in starts]
    cost, threads, pages = min(found, key=lambda one: one[0])
    pages_alone = _place_pages(model, heat, round_robin, interleaved, capacity)
    numbers = np.array(topology.nodes)
    uniform = _cost(topology, heat, round_robin, interleaved)
    return {
        "provenance": "modelled",
        "thread_nodes": numbers[threads].astype(np.int16),
        "page_nodes": numbers[pages].astype(np.int16),
        "aware_modelled_ns": cost,
        "pages_alone_modelled_ns": _cost(topology, heat, round_robin, pages_alone),
        "uniform_modelled_ns": uniform,
        "gain": uniform / cost if cost else 1.0,
        "advice": _words(uniform, cost, numbers[threads], numbers[pages]),
    }


def _model(topology: _core.numa.Topology) -> _core.numa.Topology:
    """Return the same latencies with nodes that are numbered without gaps."""
    return _core.numa.Topology.model(topology.distance, latency_ns=topology.latency_ns)


def _improved(
    model: Any, heat: Any, threads: Any, pages: Any, seats: Any, capacity: Any
) -> tuple[float, NDArray[np.int64], NDArray[np.int64]]:
    import numpy as np

    # A thread's cost on node m is the sum over nodes of its accesses there x latency[m][node].
    turned = _core.numa.Topology.model(model.distance, latency_ns=model.latency_ns.T)
    best = float("inf")
    for _ in range(_MOST_ROUNDS):
        pages = _place_pages(model, heat, threads, pages, capacity)
        by_node = np.stack([heat[:, pages == m].sum(axis=1) for m in range(model.n_nodes)], axis=1)
        plan = _core.numa.rebalance(
            turned, by_node, threads, capacity=seats, move_cost_us=0.0, factor=0.0
        )
        threads = plan["target"].astype(np.int64)
        cost = _cost(model, heat, threads, pages)
        if not cost < best:
            break
        best = cost
    return best, threads, pages


def _place_pages(model: Any, heat: Any, threads: Any, pages: Any, capacity: Any) -> Any:
    import numpy as np

    by_node = np.stack([heat[threads == m].sum(axis=0) for m in range(model.n_nodes)], axis=1)
    plan = _core.numa.rebalance(
        model, by_node, pages, capacity=capacity, move_cost_us=0.0, factor=0.0
    )
    return plan["target"].astype(np.int64)


def _cost(topology: Any, heat: Any, threads: Any, pages: Any) -> float:
    return float((heat * topology.latency_ns[threads][:, pages]).sum())


def _words(uniform: float, cost: float, threads: Any, pages: Any) -> list[str]:
    import numpy as np

    if not cost < uniform:
        return ["no placement gains on this model: interleave, and leave threads where they are"]
    said = [f"modelled: {uniform / cost:.2f} times cheaper than interleaved pages"]
    for node in np.unique(np.concatenate([threads, pages])):
        mine = np.flatnonzero(threads == node)
        named = ", ".join(map(str, mine[:8])) + (", ..." if len(mine) > 8 else "")
        n_pages = int((pages == node).sum())
        who = f"threads {named}" if len(mine) else "no thread"
        said.append(f"node {node}: {who}; {n_pages} of {len(pages)} pages")
    return said


def _node_of_cpu(topology: _core.numa.Topology, cpu: int) -> int:
    for number, cpus in zip(topology.nodes, topology.cpus, strict=True):
        if cpu in cpus:
            return int(number)
    raise invalid("thread_cpu", f"with CPU {cpu}", "CPUs of the topology's nodes")


def _integers(given: Any, name: str, dimensions: int) -> NDArray[np.int64]:
    import numpy as np

    array = np.asarray(given)
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be an array of integers, not of {array.dtype}")
    if array.ndim != dimensions:
        raise invalid(name, f"of {array.ndim} dimensions", str(dimensions))
    return array.astype(np.int64)
