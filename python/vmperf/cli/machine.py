"""`vmperf machine`: the fingerprint of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from ._json import JsonCommand, json_option, write_json

__all__ = ["command"]


@click.command("machine", cls=JsonCommand)
@click.option("--selftest", is_flag=True, help="Time known kernels and compare their cycles.")
@json_option
def command(selftest: bool, json_path: str | None) -> None:
    """Show what this machine is and, with --selftest, whether its cycles can be trusted.

    Also measures, once a machine, from which size on memory operations go past the caches.
    """
    from vmperf._machine import machine
    from vmperf._measure.thresholds import settle

    from ._console import console, count, say, table

    found = {**machine(selftest=selftest), "memops": settle()}
    if json_path is not None:
        write_json(json_path, found)
    if json_path == "-":
        return
    out = console()
    kernels = found.pop("selftest", [])
    say(out, table(["fact", "value"], [[name, text] for name, text in _flat(found)]))
    if kernels:
        rows = [[k["kernel"], count(k["cycles"]), count(k["expected_cycles"])] for k in kernels]
        say(out, table(["kernel", ">cycles", ">documented"], rows))
    say(out, "next: vmperf run")


def _flat(data: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _flat(value, f"{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for i, item in enumerate(value):
                yield from _flat(item, f"{name}[{i}].")
        elif isinstance(value, list):
            yield name, " ".join(str(item) for item in value)
        else:
            yield name, "unknown" if value is None else str(value)
