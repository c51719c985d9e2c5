"""Topologies as plain dicts, for files and fixtures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import _core
from .._errors import invalid

__all__ = ["from_dict", "to_dict"]

_MATRICES = ("distance", "latency_ns", "bandwidth_gbs", "controller_gbs")
_KEYS = (*_MATRICES, "cpus", "nodes", "has_memory", "provenance")


def to_dict(topology: _core.numa.Topology) -> dict[str, Any]:
    """Return lists and numbers alone; `Topology.to_dict` documents them."""
    found: dict[str, Any] = {}
    for name in _MATRICES:
        values = getattr(topology, name)
        found[name] = None if values is None else values.tolist()
    found["cpus"] = [list(cpus) for cpus in topology.cpus]
    found["nodes"] = list(topology.nodes)
    found["has_memory"] = list(topology.has_memory)
    return found | {"provenance": topology.provenance}


def from_dict(given: object) -> _core.numa.Topology:
    """Return the model; `Topology.from_dict` documents it."""
    if not isinstance(given, Mapping):
        raise TypeError(f"given must be a dict, not {type(given).__name__}")
    for key in given:
        if key not in _KEYS:
            raise invalid("given", f"with key {key!r}", ", ".join(_KEYS))
    if given.get("distance") is None:
        raise invalid("given", "without distance", "a dict as of Topology.to_dict")
    matrices = {name: given.get(name) for name in _MATRICES if name != "distance"}
    return _core.numa.Topology.model(given["distance"], cpus=given.get("cpus"), **matrices)
