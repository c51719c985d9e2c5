"""What makes two machines alike enough for their timings to be put side by side.

A stable subset of `vmperf.machine()`: what a reboot, a load or a clock calibration changes is left
out, what another CPU, virtual machine, kernel line or compiler changes is in. Two measurements with
equal fields belong to one series of a history; a baseline is compared on its own machine alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

__all__ = ["FIELDS", "differences", "fingerprint_id", "fingerprint_of"]

FIELDS = ("cpu", "microarchitecture", "hypervisor", "kernel", "compiler")


def fingerprint_of(machine: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields that must agree, as text, by the names of `FIELDS`.

    Parameters
    ----------
    machine : mapping
        What `vmperf.machine` returned.

    Returns
    -------
    dict
        cpu (vendor, brand, family and model), microarchitecture, hypervisor (its name or "none"),
        kernel (system and major version), compiler (name and version of the native build).
    """
    cpu, system, build = (machine.get(name) or {} for name in ("cpu", "os", "build"))
    model = "/".join(str(cpu.get(name, "?")) for name in ("family", "model"))
    kernel = str(system.get("kernel", "?")).partition(".")[0]
    return {
        "cpu": f"{cpu.get('vendor', '?')} {cpu.get('brand', '?')} {model}",
        "microarchitecture": str(cpu.get("microarchitecture") or "unknown"),
        "hypervisor": str(cpu.get("hypervisor") or "none"),
        "kernel": f"{system.get('system', '?')} {kernel}",
        "compiler": str(build.get("compiler", "?")),
    }


def fingerprint_id(fields: Mapping[str, str]) -> str:
    """Return the short name of a fingerprint: equal for equal fields."""
    text = json.dumps([[name, fields[name]] for name in FIELDS])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def differences(a: Mapping[str, str], b: Mapping[str, str]) -> list[str]:
    """Return the fields in which two fingerprints differ, as ``name: a, not b``."""
    return [
        f"{name}: {a.get(name)}, not {b.get(name)}" for name in FIELDS if a.get(name) != b.get(name)
    ]
