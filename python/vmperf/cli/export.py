"""`vmperf export`: results in the formats of other tools."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ._json import JsonCommand, json_option, write_json
from ._outputs import Outputs

__all__ = ["command"]

_FORMATS: dict[str, tuple[str, Callable[[Any, Path], Path]]] = {
    "pytest-benchmark": (".json", lambda results, path: results.to_pytest_benchmark(path)),
    "csv": (".csv", lambda results, path: results.to_csv(path)),
    "netcdf": (".nc", lambda results, path: results.to_netcdf(path)),
}


@click.command("export", cls=JsonCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("output", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_name",
    type=click.Choice([*_FORMATS]),
    help="Default: by the suffix of OUTPUT (.json, .csv, .nc).",
)
@click.option("--pattern", default="*", show_default=True, help="Only these benchmarks.")
@json_option
def command(
    file: Path, output: Path, format_name: str | None, pattern: str, json_path: str | None
) -> None:
    """Export the results in FILE to OUTPUT.

    pytest-benchmark: JSON for 'pytest-benchmark compare', ok cases only, seconds per op.
    csv: one line per row of 'vmperf show'. netcdf: all raw samples, one group per benchmark.
    """
    from vmperf._results.results import load_results

    from ._console import console, say

    if format_name is None:
        by_suffix = {suffix: name for name, (suffix, _) in _FORMATS.items()}
        if output.suffix not in by_suffix:
            allowed = ", ".join(by_suffix)
            raise click.UsageError(f"no format is known by {output.suffix!r}: {allowed}; --format")
        format_name = by_suffix[output.suffix]
    outputs = Outputs()
    outputs.taken("FILE", file)
    outputs.file("OUTPUT", output)
    outputs.file("--json", json_path)
    written = _FORMATS[format_name][1](load_results(file).select(pattern), output)
    if json_path is not None:
        write_json(json_path, {"path": str(written), "format": format_name})
    if json_path == "-":
        return
    following = {
        "pytest-benchmark": f"pytest-benchmark compare {shlex.quote(str(written))}",
        "csv": "open it in a spreadsheet",
        "netcdf": f"xarray.open_dataset('{written}', group='<id>', engine='h5netcdf')",
    }
    say(console(), f"{format_name} in {shlex.quote(str(written))}; next: {following[format_name]}")
