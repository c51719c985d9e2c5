"""Samples and rows as xarray, NumPy, pandas, CSV and netCDF."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._errors import invalid
from .._extras import require
from .metric_export import column, csv_columns, csv_header, sample_columns, variables
from .rows import gather

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import xarray as xr
    from numpy.typing import NDArray

    from .records import CaseRecord
    from .results import Results

__all__ = ["dataset", "frame", "structured", "write_csv", "write_netcdf"]


_MEASURED = {"provenance": "measured"}
_SPARSE_FROM = 8  # a grid of more cells than so many times the points is not filled


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the cases of a Dataset lie: dims with their lengths, coordinates, place of a case."""

    sizes: dict[str, int]
    coords: dict[str, Any]
    place: Callable[[CaseRecord], tuple[int, ...]]


def _layout(axes: dict[str, list[Any]], cases: Sequence[CaseRecord]) -> _Layout:
    """Return a dim per axis, or one of points where those are few of a large grid."""
    coords: dict[str, Any] = {
        axis: [v for v in axes[axis] if any(case.params[axis] == v for case in cases)]
        for axis in cases[0].params
    }
    processes = sorted({case.process for case in cases})
    points = [*dict.fromkeys(tuple([*case.params.values()][1:]) for case in cases)]
    grid = math.prod(len(values) for axis, values in coords.items() if axis != "design")
    if grid <= _SPARSE_FROM * len(points) or "point" in coords:
        coords["process"] = processes
        index = {dim: {v: i for i, v in enumerate(values)} for dim, values in coords.items()}
        sizes = {dim: len(values) for dim, values in coords.items()}
        return _Layout(sizes, coords, lambda case: tuple(
            index[dim][value] for dim, value in {**case.params, "process": case.process}.items()
        ))  # fmt: skip
    designs, names = coords["design"], [*coords][1:]
    columns = zip(names, zip(*points, strict=True), strict=True)
    along = {name: ("point", [*values]) for name, values in columns}
    at = {point: i for i, point in enumerate(points)}
    return _Layout(
        {"design": len(designs), "point": len(points), "process": len(processes)},
        {"design": designs, "point": [*range(len(points))], **along, "process": processes},
        lambda case: (
            designs.index(case.design),
            at[tuple([*case.params.values()][1:])],
            processes.index(case.process),
        ),
    )


def dataset(results: Results, id: str) -> xr.Dataset:
    """Return one benchmark as a dense Dataset; `Results.to_xarray` documents it."""
    import numpy as np
    import xarray as xr

    cases = [case for case in results.cases if case.id == id]
    layout = _layout(results.axes[id], cases)
    coords, shape, dims = layout.coords, tuple(layout.sizes.values()), tuple(layout.sizes)
    n_samples = max(len(case.ns_total) for case in cases)
    where = "sample_placement" if "placement" in coords else "placement"
    arrays = {
        name: np.zeros((*shape, n_samples), dtype)
        for name, dtype in (("ns_total", "i8"), ("iterations", "i8"), ("flags", "u4"))
    }
    placement = np.zeros((*shape, n_samples), "u4")
    width = max(len(case.status) for case in cases)
    status = np.full(shape, "", dtype=f"<U{max(width, len('missing'))}")
    status[...] = "missing"
    core_hz = np.zeros(shape)
    places = []
    for case in cases:
        at = layout.place(case)
        places.append((case, at))
        status[at] = case.status
        core_hz[at] = case.evidence.get("core_hz") or 0.0
        for name, array in arrays.items():
            array[at][: len(case.ns_total)] = getattr(case, name)
        placement[at][: len(case.ns_total)] = case.placement
    entry = results.benchmarks[id]
    taken = {*coords, *arrays, where, "sample", "status", "core_hz"}
    metrics, own_coords = variables(results, id, dims, shape, places, taken)
    return xr.Dataset(
        {name: ((*dims, "sample"), array, _MEASURED) for name, array in arrays.items()}
        | {"status": (dims, status), "core_hz": (dims, core_hz, _MEASURED)}
        | metrics,
        coords=coords | own_coords | {where: ((*dims, "sample"), placement)},
        attrs={
            "id": id,
            "summary": entry["summary"],
            "op": entry["op"],
            "seed": results.settings["seed"],
            "machine": json.dumps(results.machine),
            "settings": json.dumps(results.settings),
            "command": results.command,
            "units": "ns_total in ns per batch of iterations ops; iterations 0 = no sample; "
            "core_hz 0 = not measured",
        },
    )


def structured(results: Results) -> NDArray[np.void]:
    """Return the samples of the one row in `results`; `Results.to_numpy` documents it."""
    import numpy as np

    groups = gather(results.cases)
    if len(groups) != 1:
        points = "; ".join(str(group[0].params) for group in groups[:4])
        raise invalid("params", f"fit {len(groups)} cases", f"exactly one of {points or 'no case'}")
    fields = [
        ("process", "i8"),
        ("ns_total", "i8"),
        ("iterations", "i8"),
        ("flags", "u4"),
        ("placement", "u4"),
        ("ns_per_op", "f8"),
    ]
    parts = []
    for case in groups[0]:
        part = np.zeros(len(case.ns_total), fields)
        part["process"] = case.process
        for name in ("ns_total", "iterations", "flags", "placement"):
            part[name] = getattr(case, name)
        part["ns_per_op"] = part["ns_total"] / part["iterations"]
        parts.append(part)
    return np.concatenate(parts)


def frame(results: Results) -> pd.DataFrame:
    """Return one line per sample; `Results.to_pandas` documents it."""
    import numpy as np

    pandas = require("pandas", "test")
    parts = []
    samples: dict[str, Any] = {}
    for case in results.cases:
        n = len(case.ns_total)
        columns = {
            "id": case.id,
            **case.params,
            "process": case.process,
            "sample": np.arange(n),
            "ns_total": case.ns_total,
            "iterations": case.iterations,
            "ns_per_op": case.ns_total / case.iterations,
            "flags": case.flags,
            ("sample_placement" if "placement" in case.params else "placement"): case.placement,
            "status": case.status,
        }
        for name, values in sample_columns(results, samples, case).items():
            columns[column(name, columns)] = values
        parts.append(pandas.DataFrame(columns, index=range(n)))
    if not parts:
        return pandas.DataFrame()  # type: ignore[no-any-return]
    return pandas.concat(parts, ignore_index=True)  # type: ignore[no-any-return]


def write_csv(results: Results, path: Path) -> None:
    """Write one line per row; `Results.to_csv` documents it."""
    import csv

    rows = results.rows()
    axes = [*dict.fromkeys(axis for row in rows for axis in row["params"])]
    metrics = csv_header(rows, {"id", *axes, *_CSV_COLUMNS})
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["id", *axes, *_CSV_COLUMNS, *(n for three in metrics.values() for n in three)]
        )
        for row in rows:
            flat = row | {f"{name}_ns_per_op": v for name, v in row["ns_per_op"].items()}
            flat |= {f"n_{name}": count for name, count in row["flags"].items()}
            writer.writerow(
                [row["id"]]
                + [row["params"].get(axis, "") for axis in axes]
                + ["" if flat[name] is None else flat[name] for name in _CSV_COLUMNS]
                + csv_columns(row, metrics)
            )


_CSV_COLUMNS = (
    "status",
    "reason",
    "version",
    "samples",
    "median_ns_per_op",
    "low_ns_per_op",
    "high_ns_per_op",
    "min_ns_per_op",
    "cycles_per_op",
    "instr_per_op",
    "empty_ns_per_op",
    "ops_per_s",
    "n_switch",
    "n_fault",
    "n_steal",
    "checksum",
)


def write_netcdf(results: Results, path: Path) -> None:
    """Write one group per benchmark; `Results.to_netcdf` documents it."""
    require("h5py", "report")
    require("h5netcdf", "report")
    mode = "w"
    for id in dict.fromkeys(case.id for case in results.cases):
        group: Any = dataset(results, id)  # xarray types its modes and engines one by one
        group.to_netcdf(path, mode=mode, group=id, engine="h5netcdf")
        mode = "a"
    if mode == "w":
        raise invalid("results", "empty", "at least one finished case")
