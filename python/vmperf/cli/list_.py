"""`vmperf list`: what can be measured."""

from __future__ import annotations

import click

from ._json import JsonCommand, json_option, write_json
from ._load import load_option

__all__ = ["command"]


@click.command("list", cls=JsonCommand)
@click.argument("patterns", nargs=-1)
@click.option("--component", help="Only the benchmarks of one component.")
@load_option
@json_option
def command(
    patterns: tuple[str, ...],
    component: str | None,
    json_path: str | None,
) -> None:
    """List benchmarks whose id matches PATTERNS (default: all that are not hidden)."""
    from vmperf._catalog import catalog

    from ._console import console, say, table

    found = catalog.list(patterns or "*", component=component)
    if json_path is not None:
        write_json(json_path, [benchmark.to_dict() for benchmark in found])
    if json_path == "-":
        return
    rows = []
    for benchmark in found:
        axes = "; ".join(
            f"{a.name}={','.join(str(v) for v in a.values)}" for a in benchmark.axes[1:]
        )
        designs = ", ".join(d.name for d in benchmark.designs)
        rows.append([benchmark.id, benchmark.summary, designs, axes])
    out = console()
    if rows:
        say(out, table(["id", "exercises", "designs", "axes"], rows))
        say(out, f"{len(rows)} benchmarks; next: vmperf run '{found[0].component}/*'")
    else:
        say(out, "no benchmark matches; next: vmperf list")
