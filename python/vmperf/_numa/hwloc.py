"""What hwloc says of a machine, as a topology: an XML file's text or a synthetic description.

Nodes are taken in the order of their numbers. A CPU is that of the nearest node, the one on the
smallest set of CPUs that holds it; of nodes on the same CPUs the first has them. O(objects).
"""

from __future__ import annotations

from .. import _core
from .._errors import invalid
from .hwloc_parts import Parts

__all__ = ["hwloc"]

NEAR, FAR = 10.0, 20.0  # Linux, include/linux/topology.h: where firmware gives no distances
_MOST_NODES = 255


def hwloc(text: object) -> _core.numa.Topology:
    """Return the topology; `Topology.hwloc` documents it."""
    if not isinstance(text, str):
        raise TypeError(f"text must be str, not {type(text).__name__}")
    if text.lstrip()[:1] == "<":
        from .hwloc_xml import read
    else:
        from .hwloc_synthetic import read
    return _topology(read(text))


def _topology(parts: Parts) -> _core.numa.Topology:
    nodes = sorted(parts.nodes, key=lambda node: node.number)
    numbers = [node.number for node in nodes]
    if len(set(numbers)) != len(numbers):
        twice = next(n for n in numbers if numbers.count(n) > 1)
        raise invalid("text", f"with node {twice} twice", "each node once")
    if not 1 <= len(nodes) <= _MOST_NODES:
        raise invalid("text", f"of {len(nodes)} NUMA nodes", f"1 to {_MOST_NODES}")
    owned: dict[int, list[int]] = {number: [] for number in numbers}
    for cpu in sorted(parts.cpus):
        near = [node for node in nodes if cpu in node.cpus]
        if near:
            owned[min(near, key=lambda node: len(node.cpus)).number].append(cpu)
    distance = _matrix(numbers, parts.distance) or [
        [NEAR if a == b else FAR for b in numbers] for a in numbers
    ]
    return _core.numa.Topology.model(
        distance,
        latency_ns=_matrix(numbers, parts.latency_ns),
        bandwidth_gbs=_matrix(numbers, parts.bandwidth_gbs),
        cpus=[owned[number] for number in numbers],
    )


def _matrix(numbers: list[int], known: dict[tuple[int, int], float]) -> list[list[float]] | None:
    """Return a matrix of which every entry is known, else None: nothing is filled in."""
    if any((a, b) not in known for a in numbers for b in numbers):
        return None
    return [[known[a, b] for b in numbers] for a in numbers]
