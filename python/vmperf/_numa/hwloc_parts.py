"""What the readers of hwloc's texts find, and how they refuse."""

from __future__ import annotations

from dataclasses import dataclass, field

from .._errors import invalid

__all__ = ["Node", "Parts", "refuse"]


@dataclass(slots=True)
class Node:
    """A NUMA node: its number, the CPUs that it is near to."""

    number: int
    cpus: frozenset[int]
    gp_index: str = ""


@dataclass(slots=True)
class Parts:
    """What was found: nodes in any order, CPUs, and what is known between nodes, by number."""

    nodes: list[Node] = field(default_factory=list)
    cpus: list[int] = field(default_factory=list)
    distance: dict[tuple[int, int], float] = field(default_factory=dict)
    latency_ns: dict[tuple[int, int], float] = field(default_factory=dict)
    bandwidth_gbs: dict[tuple[int, int], float] = field(default_factory=dict)


def refuse(where: str, what: str, allowed: str) -> Exception:
    """Return the error of a text that is not what it should be."""
    return invalid("text", f"{what} {where}", allowed)
