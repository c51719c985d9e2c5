"""What can be measured: a view of the native registry, never a copy that is kept by hand."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

from .. import _core
from .._errors import invalid, near
from .peers import add_peer_directories
from .quantities import Quantities, quantities_of

__all__ = ["Axis", "Benchmark", "Design", "Value", "from_entry", "get", "list", "matches", "select"]

Value: TypeAlias = int | float | str


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a benchmark: what a sweep goes over and what a plain run takes."""

    name: str
    values: tuple[Value, ...]
    defaults: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Design:
    """One implementation that a benchmark can run."""

    name: str
    summary: str
    peer: bool = False  #: the work of others


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A declared benchmark.

    Attributes
    ----------
    id : str
        ``component/operation``.
    component, summary, op : str
        Where it belongs, what it exercises, what one op is.
    tags, fooled_by : tuple of str
        Labels; known ways in which its figure can mislead.
    hidden : bool
        Listed only when its folder is asked for by name.
    subcycle : str
        Why one op may honestly cost less than a cycle; empty where it may not.
    axes : tuple of Axis
        The first one is the design.
    designs : tuple of Design
        What can run it, found on this machine or not.
    quantities : Quantities
        What it delivers beside its time.
    latency : bool
        Whether each op is timed alone, for the distribution ``latency``.
    isolated : bool
        Whether each design has a process of its own.
    """

    id: str
    component: str
    summary: str
    op: str
    tags: tuple[str, ...]
    fooled_by: tuple[str, ...]
    hidden: bool
    subcycle: str
    axes: tuple[Axis, ...]
    designs: tuple[Design, ...]
    quantities: Quantities = field(default_factory=Quantities)
    latency: bool = False
    isolated: bool = False

    def axis(self, name: str) -> Axis:
        """Return an axis by name; InvalidArgumentError where there is none."""
        for axis in self.axes:
            if axis.name == name:
                return axis
        raise invalid(f"axis of {self.id}", repr(name), near(name, (a.name for a in self.axes)))

    def availability(self, design: str) -> dict[str, str]:
        """Return status, reason and version of a design on this machine."""
        add_peer_directories()
        return dict(_core.bench.availability(self.id, design))

    def to_dict(self) -> dict[str, Any]:
        """Return the row that ``vmperf list --json`` prints."""
        return {
            "id": self.id,
            "component": self.component,
            "summary": self.summary,
            "op": self.op,
            "tags": [*self.tags],
            "axes": [
                {"name": a.name, "values": [*a.values], "defaults": [*a.defaults]}
                for a in self.axes
            ],
            "designs": [{"name": d.name, "summary": d.summary} for d in self.designs],
            "fooled_by": [*self.fooled_by],
            "subcycle": self.subcycle,
            "latency": self.latency,
            "isolated": self.isolated,
            "quantities": self.quantities.to_dict(),
        }


def _all() -> dict[str, Benchmark]:
    return {entry["id"]: from_entry(entry) for entry in _core.bench.catalog()}


def from_entry(entry: dict[str, Any]) -> Benchmark:
    """Return the view of one catalog entry, of this registry or of a stored one."""
    return Benchmark(
        id=entry["id"],
        component=entry["component"],
        summary=entry["summary"],
        op=entry["op"],
        tags=tuple(entry["tags"]),
        fooled_by=tuple(entry["fooled_by"]),
        hidden=entry["hidden"],
        subcycle=entry["subcycle"],
        axes=tuple(
            Axis(a["name"], tuple(a["values"]), tuple(a["defaults"])) for a in entry["axes"]
        ),
        designs=tuple(Design(d["name"], d["summary"], bool(d["peer"])) for d in entry["designs"]),
        quantities=quantities_of(entry),
        latency=entry.get("latency", False),
        isolated=entry.get("isolated", False),
    )


def matches(benchmark: Benchmark, pattern: str) -> bool:
    """Return whether a shell pattern names the benchmark; hidden ones want their folder."""
    if not fnmatchcase(benchmark.id, pattern):
        return False
    if not benchmark.hidden:
        return True
    literal = pattern[: min((pattern.find(c) for c in "*?[" if c in pattern), default=None)]
    return literal.startswith(benchmark.id.rpartition("/")[0] + "/")


def _known(given: str) -> builtins.list[str]:
    # Hidden ids are offered only to those who ask for their folder.
    folder = given.rpartition("/")[0]
    return [b.id for b in _all().values() if not b.hidden or b.id.startswith(folder + "/")]


def list(
    pattern: str | Iterable[str] = "*", *, component: str | None = None
) -> builtins.list[Benchmark]:
    """List the benchmarks whose id matches.

    Parameters
    ----------
    pattern : str or iterable of str
        Shell patterns over ids; ``*`` also matches ``/``. Hidden benchmarks need a pattern whose
        part before the first wildcard reaches into their folder, such as ``bench/selftest/*``.
    component : str, optional
        Only those of one component.

    Returns
    -------
    list of Benchmark
        In order of declaration; empty where no id matches.

    Raises
    ------
    InvalidArgumentError
        Unknown component.

    Notes
    -----
    O(benchmarks x patterns). Libraries loaded by `vmperf.bench.load` are listed too.

    Examples
    --------
    >>> import vmperf
    >>> [b.component for b in vmperf.list("bench/selftest/three_adds")]
    ['bench']
    """
    patterns = [pattern] if isinstance(pattern, str) else [*pattern]
    everything = _all().values()
    components = {b.component for b in everything}
    if component is not None and component not in components:
        raise invalid("component", repr(component), near(component, sorted(components)))
    return [
        b
        for b in everything
        if component in (None, b.component) and any(matches(b, p) for p in patterns)
    ]


def get(id: str) -> Benchmark:
    """Return one benchmark.

    Parameters
    ----------
    id : str
        Its full id; hidden ones too.

    Returns
    -------
    Benchmark
        The view of its declaration.

    Raises
    ------
    InvalidArgumentError
        Unknown id; the message names near ones.

    Examples
    --------
    >>> import vmperf
    >>> vmperf.get("bench/selftest/one_cycle").axes[0].name
    'design'
    """
    try:
        return _all()[id]
    except KeyError:
        raise invalid("benchmark", repr(id), near(id, _known(id))) from None


def select(patterns: Iterable[str]) -> builtins.list[Benchmark]:
    """Return the benchmarks that any pattern names; each pattern must name at least one."""
    wanted = [*patterns]
    for pattern in wanted:
        if not list(pattern):
            raise invalid("pattern", repr(pattern), near(pattern, _known(pattern)))
    if not wanted:
        raise invalid("pattern", "empty", "at least one pattern such as 'pool/*'")
    return list(wanted)
