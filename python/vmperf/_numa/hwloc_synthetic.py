"""Synthetic descriptions of hwloc: ``pack:2 [numa] l3:1 core:4 pu:1``.

A level is ``type:count``, its count for each object of the level before; ``[numa]`` attaches a node
to each object of the level before it, ``numa:n`` makes n groups with a node each. CPUs are numbered
from left to right, nodes too, those of inner levels before those of outer ones.
Source: hwloc manual, "Synthetic topologies"; hwloc/topology-synthetic.c for the numbering.
"""

from __future__ import annotations

import re

from .hwloc_parts import Node, Parts, refuse

__all__ = ["read"]

_TYPES = (
    "machine", "group", "pack", "package", "socket", "die", "tile", "module", "numa", "numanode",
    "node", "l1", "l2", "l3", "l4", "l5", "l1d", "l2d", "l3d", "l4d", "l5d", "l1i", "l2i", "l3i",
    "l1dcache", "l1icache", "l1cache", "l2cache", "l3cache", "l4cache", "l5cache", "cache", "core",
    "pu",
)  # fmt: skip
_NODES = ("numa", "numanode", "node")
_MOST_CPUS = 8192
_TOKEN = re.compile(
    r"\s+|\[\s*(?P<attached>[a-z]+)\s*(\([^()]*\))?\s*\]"
    r"|(?P<type>[a-z][a-z0-9]*)\s*:\s*(?P<count>[0-9]+)\s*(\([^()]*\))?"
    r"|\((?P<attributes>[^()]*)\)",
    re.IGNORECASE,
)
_ALLOWED = "levels 'type:count' and '[numa]', such as 'pack:2 [numa] core:4 pu:1'"


def read(text: str) -> Parts:
    """Read a description; InvalidArgumentError says at which character it is wrong."""
    levels = _levels(text)
    n_cpus = 1
    for count, _ in levels:
        n_cpus *= count
        if n_cpus > _MOST_CPUS:
            raise refuse("", f"of more than {_MOST_CPUS} CPUs", "fewer")
    parts = Parts(cpus=list(range(n_cpus)))
    _nodes_of(levels, 0, 0, n_cpus, parts)
    if not parts.nodes:  # as hwloc has it: all memory on one
        parts.nodes.append(Node(0, frozenset(parts.cpus)))
    return parts


def _levels(text: str) -> list[tuple[int, int]]:
    """Return count and attached nodes of each level, the machine first."""
    levels, last, at = [(1, 0)], "", 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        where = f"at character {at + 1}"
        if found is None:
            raise refuse(where, f"{text[at : at + 12]!r}", _ALLOWED)
        if found["attributes"] is not None and at > 0:
            raise refuse(where, "attributes of nothing", _ALLOWED)
        if found["attached"] is not None:
            if found["attached"].lower() not in _NODES:
                raise refuse(where, f"'[{found['attached']}]'", "'[numa]'")
            if last == "pu":
                raise refuse(where, "a node on a PU", "on a level above it")
            levels[-1] = (levels[-1][0], levels[-1][1] + 1)
        elif found["type"] is not None:
            last = _checked(found["type"], found["count"], last, where)
            levels.append((int(found["count"]), int(last in _NODES)))
        at = found.end()
    if last != "pu":
        raise refuse(f"at character {len(text) + 1}", "without a last level 'pu:count'", _ALLOWED)
    return levels


def _checked(type_: str, count: str, last: str, where: str) -> str:
    word = type_.lower()
    if word not in _TYPES:
        raise refuse(where, f"level {type_!r}", ", ".join(_TYPES))
    if last == "pu":
        raise refuse(where, f"level {type_!r} below 'pu'", "'pu' as the last level")
    if not 1 <= int(count[:9]) <= _MOST_CPUS or len(count) > 9:
        raise refuse(where, f"count {count[:12]}", f"1 to {_MOST_CPUS}")
    return word


def _nodes_of(
    levels: list[tuple[int, int]], depth: int, first: int, n_cpus: int, parts: Parts
) -> None:
    """Add the nodes of the objects of a level that have these CPUs, inner levels first."""
    count, attached = levels[depth]
    share = n_cpus // count
    for each in range(count):
        begin = first + each * share
        if depth + 1 < len(levels):
            _nodes_of(levels, depth + 1, begin, share, parts)
        cpus = frozenset(range(begin, begin + share))
        for _ in range(attached):
            parts.nodes.append(Node(len(parts.nodes), cpus))
