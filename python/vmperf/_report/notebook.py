"""Writes an executed notebook over a results file: machine, tables, charts, failures, conclusions.

The cells are few and plain, so that a reader can go on from them. The notebook is executed by
nbclient in the current folder, where the path of the results holds, and comes into being whole or
not at all. It names no path but that of the results, as it was given.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import _core
from .._catalog.quantities import quantities_of
from .._errors import invalid
from .._extras import require
from .._files.whole_file import write_whole
from .._results.estimates import axes_of, times

if TYPE_CHECKING:
    import xarray as xr

    from .._results.results import Results

__all__ = ["cells", "write_notebook"]

Cell = tuple[str, str]  # kind, source
_SETUP = """\
from IPython.display import Markdown

import vmperf
from vmperf import plot

plot.enable_offline()
results = vmperf.load_results({path!r}){selected}
results"""
_MOST_CURVES = 4  # of one benchmark


def write_notebook(
    results: Results,
    path: str | os.PathLike[str],
    *,
    pattern: str = "*",
    title: str | None = None,
    reference: str | None = None,
    timeout_s: float = 600.0,
) -> Path:
    """Write an executed notebook over some results.

    Parameters
    ----------
    results : Results
        What `vmperf.load_results` read; the notebook loads ``results.path`` as it stands there.
    path : path
        File to write; its folder must exist. An existing file is replaced whole.
    pattern : str
        Only benchmarks whose id matches.
    title : str, optional
        Heading.
    reference : str, optional
        Design that ratios refer to; by default the one that the results name, else the first.
    timeout_s : float
        Longest time of one cell, > 0.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InvalidArgumentError
        Nothing to report, or a suffix other than ``.ipynb``; the results themselves as the file.
    UnsupportedError
        nbclient, nbformat, ipykernel or Altair is not installed.
    MeasurementError
        A cell failed; nothing is written.
    OSError
        The file can't be written.
    """
    target = Path(path)
    if target.suffix != ".ipynb":
        raise invalid("notebook", target, "a path that ends in .ipynb")
    chosen = results.select(pattern)
    if not chosen.cases:
        raise invalid("results", "empty", "at least one finished case")
    nbformat, nbclient = require("nbformat", "report"), require("nbclient", "report")
    for module in ("ipykernel", "altair", "vl_convert"):  # what the cells need
        require(module, "report")
    make = nbformat.v4
    made = [
        make.new_markdown_cell(text) if kind == "markdown" else make.new_code_cell(text)
        for kind, text in cells(chosen, pattern=pattern, title=title, reference=reference)
    ]
    for number, cell in enumerate(made):
        cell["id"] = f"cell-{number}"
    notebook = make.new_notebook(cells=made)
    notebook["metadata"]["kernelspec"] = {
        "name": "python3", "display_name": "Python 3", "language": "python"
    }  # fmt: skip
    _execute(nbclient, notebook, timeout_s)
    write_whole(target, nbformat.writes(notebook))
    return target


def cells(
    results: Results, *, pattern: str = "*", title: str | None = None, reference: str | None = None
) -> list[Cell]:
    """Return kind and source of each cell."""
    known = [*dict.fromkeys(case.design for case in results.cases)]
    base = reference or (results.reference if results.reference in known else None)
    if base is not None and base not in known:
        raise invalid("reference", repr(base), ", ".join(known))
    selected = f".select({pattern!r})" if pattern != "*" else ""
    ids = [*dict.fromkeys(case.id for case in results.cases)]
    made = [
        ("markdown", f"# {title or 'Results of a run'}\nMeasured by `{results.command}`"),
        ("code", _SETUP.format(path=str(results.path), selected=selected)),
        ("markdown", "## Conclusions\nComputed from the samples below."),
        ("code", f"for conclusion in plot.conclude(results, reference={base!r}):\n"
                 "    print(conclusion)"),
        ("markdown", "## Machine"),
        ("code", "Markdown(plot.machine_table(results))"),
    ]  # fmt: skip
    for id in ids:
        made += _of_benchmark(results, id, base)
    made += [("markdown", "## Failures"), ("code", "Markdown(plot.failures_table(results))")]
    return made


def _of_benchmark(results: Results, id: str, base: str | None) -> list[Cell]:
    made = [
        ("markdown", f"## {id}\n{results.benchmarks[id]['summary']}"),
        ("code", f"Markdown(plot.figures_table(results, {id!r}))"),
    ]
    data = results.to_xarray(id)
    medians = times(data)["median"]
    if not medians.notnull().any():
        return made
    designs = [str(d) for d in medians["design"].values if medians.sel(design=d).notnull().any()]
    charts = _charts_of(data, medians, id, base if base in designs else designs[0], len(designs))
    delivered = _delivered_cells(results, id)
    return made + [("code", chart) for chart in charts + delivered]


def _delivered_cells(results: Results, id: str) -> list[str]:
    """Return the calls that show what was delivered beside times, at the first point that is ok."""
    known = quantities_of(results.benchmarks[id])
    rows = [row for row in results.rows() if row["id"] == id and row["status"] == "ok"]
    if not known.metrics or not rows:
        return []
    at = {name: value for name, value in rows[0]["params"].items() if name != "design"}
    here = "".join(f", {name}={value!r}" for name, value in at.items())
    found = [f"Markdown(plot.metrics_table(results, {id!r}))"]
    for one in known.distributions:
        counts = (row["metrics"].get(f"{one.name}_count", {}) for row in rows
                  if at.items() <= row["params"].items())  # fmt: skip
        if any(count.get("value") for count in counts):
            found.append(f"plot.percentiles(results, {one.name!r}, id={id!r}{here})")
    for name in (one.name for one in known.series):
        lines = results.series(name, id)
        if any(at.items() <= line["params"].items() and len(line["x"]) for line in lines):
            found.append(f"plot.series(results, {name!r}, id={id!r}{here})")
    return found


def _charts_of(
    data: xr.Dataset, medians: xr.DataArray, id: str, base: str, n_designs: int
) -> list[str]:
    """Return the calls that draw what varies, at the point that has most designs."""
    if "point" in medians.dims:
        return _charts_of_points(data, id, base, n_designs)
    axes = [str(dim) for dim in medians.dims if dim != "design"]
    best = medians.notnull().sum("design")
    at = {n: v for n, v in zip(axes, _argmax(best), strict=True)}
    varying = [name for name in axes if medians.sizes[name] > 1]
    numeric = [name for name in varying if medians[name].dtype.kind in "iuf"]

    def held(*free: str) -> str:
        return "".join(f", {n}={at[n]!r}" for n in varying if n not in free)

    found = [f"plot.ratios(results, {base!r}, id={id!r})"] if n_designs > 1 else []
    for axis in numeric[:_MOST_CURVES]:
        line = f"results, {axis!r}, id={id!r}{held(axis)}"
        limits = f"plot.limits_near(results, id={id!r}{held(axis)})"
        found.append(f"plot.curve({line}, limits={limits})")
    longest = sorted(numeric, key=lambda name: -medians.sizes[name])
    if len(longest) > 1:
        other = f", reference={base!r}" if n_designs > 1 else ""
        pair = longest[:2]
        found.append(f"plot.heat(results, {pair!r}, id={id!r}{other}{held(*pair)})")
    if not varying:
        found.append(f"plot.samples(results, {id!r})")
    return found


def _charts_of_points(data: xr.Dataset, id: str, base: str, n_designs: int) -> list[str]:
    """Return the calls for points that are no grid: curves over axes that tell them apart."""
    found = [f"plot.ratios(results, {base!r}, id={id!r})"] if n_designs > 1 else []
    for axis in axes_of(data):
        values = data[axis].values
        if values.dtype.kind in "iuf" and len({*values.tolist()}) == len(values):
            found.append(f"plot.curve(results, {axis!r}, id={id!r})")
    return found[: 1 + _MOST_CURVES]


def _argmax(counts: xr.DataArray) -> list[Any]:
    import numpy as np

    place = np.unravel_index(int(counts.values.argmax()), counts.shape) if counts.ndim else ()
    return [counts[dim].values[i].item() for dim, i in zip(counts.dims, place, strict=True)]


def _execute(nbclient: Any, notebook: Any, timeout_s: float) -> None:
    """Run all cells; any failure becomes one line that names the cell."""
    # Talk over sockets in this user's folder, not over a port that others reach.
    sockets = require("traitlets.config", "report").Config(KernelManager={"transport": "ipc"})
    client = nbclient.NotebookClient(
        notebook,
        config=sockets,
        kernel_name="python3",
        timeout=timeout_s,
        record_timing=False,
        resources={"metadata": {"path": os.fspath(Path.cwd())}},
    )
    errors = nbclient.exceptions
    try:
        client.execute()
    except errors.CellExecutionError as error:
        place = next(
            (i for i, cell in enumerate(notebook["cells"], 1)
             for out in cell.get("outputs", []) if out["output_type"] == "error"), 0
        )  # fmt: skip
        said = f"notebook cell {place} failed: {error.ename}: {error.evalue}"
        raise _core.MeasurementError(said) from error
    except (errors.CellTimeoutError, errors.DeadKernelError) as error:
        first = str(error).strip().splitlines()[0]
        raise _core.MeasurementError(f"notebook not executed: {first}") from error
