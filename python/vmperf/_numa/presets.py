"""Models from published measurements. A figure whose source was not read is not here."""

from __future__ import annotations

from dataclasses import dataclass

from .. import _core
from .._errors import invalid, near

__all__ = ["PRESETS", "Preset", "preset", "presets"]

Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Preset:
    """A machine as others measured it.

    Attributes
    ----------
    latency_ns, bandwidth_gbs : tuple
        Rows are nodes of CPUs, columns nodes of memory.
    total_gbs : float
        What the same source printed of all CPUs that read their own nodes: no input of the model.
    source : str
        Where the figures stand.
    distance : tuple
        Where the source prints none, 10 and 20, as Linux has it without firmware's.
    """

    latency_ns: Matrix
    bandwidth_gbs: Matrix
    total_gbs: float
    source: str
    distance: Matrix = ((10, 20), (20, 10))


PRESETS = {
    "skylake_2s": Preset(
        latency_ns=((81.3, 131.1), (131.2, 81.3)),
        bandwidth_gbs=((108.0598, 50.9678), (50.8389, 108.2893)),
        total_gbs=215.6394,
        source="FD.io CSIT, 'T22 (SUT) Calibration Data', host s5-t22-sut1 (testbed 2n-skx, two "
        "sockets, SYS-7049GP-TRT, Linux 4.15): Intel Memory Latency Checker 3.5, --latency_matrix, "
        "--bandwidth_matrix (read-only) and --peak_injection_bandwidth ('ALL Reads'); distances "
        "are Linux's for machines that state none",
    ),
}


def preset(name: str) -> _core.numa.Topology:
    """Return the model of a name; `Topology.preset` documents it."""
    if name not in PRESETS:
        raise invalid("name", repr(name), near(str(name), PRESETS))
    found = PRESETS[name]
    return _core.numa.Topology.model(
        found.distance,
        latency_ns=found.latency_ns,
        bandwidth_gbs=found.bandwidth_gbs,
        controller_gbs=[row[i] for i, row in enumerate(found.bandwidth_gbs)],
    )


def presets() -> dict[str, str]:
    """Return name -> where its figures stand."""
    return {name: found.source for name, found in PRESETS.items()}
