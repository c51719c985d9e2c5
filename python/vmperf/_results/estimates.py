"""Estimates over the grid or the points of a Dataset: times with intervals, ratios to one design.

What `Results.to_xarray` gives, or a netCDF file of it, becomes a Dataset without samples. Figures
come from `_core.stats`, the same calls that make `Results.rows()`. O(points x resamples x samples).
Axes are dims, or, where few points of a large grid were measured, coordinates of the dim ``point``:
`axes_of`, `cells`, `at_value` and `on_axes` hide which.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from .. import _core
from .._errors import invalid, near
from .results import Results

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    Times: TypeAlias = Mapping[int, NDArray[np.float64]]  # process -> time per op by round
    Samples: TypeAlias = dict[int, tuple[Any, Any, Any]]  # process -> ns_total, iterations, place

__all__ = [
    "Data",
    "at_value",
    "axes_of",
    "cells",
    "core_ns",
    "on_axes",
    "one_dataset",
    "paired",
    "ratios",
    "times",
]

Data: TypeAlias = "Results | xr.Dataset"
_FIGURES = ("low", "high")


def one_dataset(data: Data, id: str | None = None) -> xr.Dataset:
    """Return the samples of one benchmark; a Dataset is passed through."""
    if isinstance(data, Results):
        return data.to_xarray(id)
    for name in ("ns_total", "iterations", "status"):
        if name not in data:
            raise invalid("data", f"a Dataset without {name}", "what Results.to_xarray gives")
    if id is not None and id != data.attrs.get("id"):
        raise invalid("id", repr(id), str(data.attrs.get("id")))
    return data


def axes_of(data: xr.Dataset) -> list[str]:
    """Return the axes of samples or of estimates but the design."""
    known = data["status" if "status" in data else "low"].dims
    if "point" in known:
        along = (name for name, c in data.coords.items() if c.dims == ("point",))
        return [str(name) for name in along if name != "point"]
    return [str(dim) for dim in known if dim not in ("design", "process")]


def at_value(data: xr.Dataset, axis: str, value: Any) -> xr.Dataset:
    """Return what was measured at one value of an axis, which stays."""
    if axis in data.dims:
        return data.sel({axis: [value]})
    return data.isel(point=(data[axis].values == value).nonzero()[0])


def cells(figures: xr.Dataset) -> Iterator[tuple[str, dict[str, Any], xr.Dataset]]:
    """Yield design, axis -> value and the figures of every cell of estimates."""
    import itertools

    axes = axes_of(figures)
    dims = ["design", "point"] if "point" in figures.dims else ["design", *axes]
    for index in itertools.product(*(range(figures.sizes[dim]) for dim in dims)):
        cell = figures.isel(dict(zip(dims, index, strict=True)))
        yield str(cell["design"].item()), {name: cell[name].item() for name in axes}, cell


def on_axes(figures: xr.Dataset, kept: Sequence[str]) -> xr.Dataset:
    """Return estimates with some axes as dims; NaN where there is no point.

    Raises
    ------
    InvalidArgumentError
        Another axis that has several values at one place.
    """
    if "point" not in figures.dims:
        return figures
    others = [name for name in axes_of(figures) if name not in kept]
    places = [*zip(*(figures[name].values.tolist() for name in kept), strict=True)]
    if len({*places}) < len(places):
        open_ = next(n for n in others if len({*figures[n].values.tolist()}) > 1)
        values = [*dict.fromkeys(figures[open_].values.tolist())]
        raise invalid(open_, "open", f"one of {', '.join(map(str, values))}")
    numbers = [name for name in figures.data_vars if figures[name].dtype.kind == "f"]
    flat = figures[numbers].drop_vars([*others, "point"])
    if len(kept) == 1:
        return flat.swap_dims(point=kept[0]).sortby(kept[0])
    return flat.set_index(point=[*kept]).unstack("point")


def times(data: xr.Dataset) -> xr.Dataset:
    """Return median, low and high of the time per op, in ns, over design and the other axes.

    Parameters
    ----------
    data : xarray.Dataset
        As `Results.to_xarray` gives it.

    Returns
    -------
    xarray.Dataset
        ``median``, ``low``, ``high`` (float64; NaN where a process was not ok) and ``status``;
        numeric axes ascending. Attributes are kept.
    """
    names = [str(dim) for dim in data["status"].dims if dim != "process"]
    found = _empty(data, names, ("median", *_FIGURES))
    worst = data["status"].isel(process=0, drop=True).transpose(*names).copy()
    for at, status, samples in _points(data, names):
        worst.loc[at] = status
        if status == "ok":
            ns, n, placement = (_joined(part) for part in zip(*samples.values(), strict=True))
            counts = {process: len(part[0]) for process, part in samples.items()}
            figures = _core.stats.summarize(ns, n, _clusters(counts, placement))
            for name in ("median", *_FIGURES):
                found[name].loc[at] = figures[name]
    return _ascending(found.assign(status=worst))


def ratios(data: xr.Dataset, reference: str) -> xr.Dataset:
    """Return how many times as long as the reference each design takes, round by round.

    Parameters
    ----------
    data : xarray.Dataset
        As `Results.to_xarray` gives it.
    reference : str
        A design of it.

    Returns
    -------
    xarray.Dataset
        ``ratio``, ``low``, ``high`` over design and the other axes; 1 for the reference itself, NaN
        where either is not ok. Numeric axes ascending.

    Raises
    ------
    InvalidArgumentError
        A design that the data do not have.
    """
    designs = [str(value) for value in data["design"].values]
    if reference not in designs:
        raise invalid("reference", repr(reference), near(reference, designs))
    names = [str(dim) for dim in data["status"].dims if dim != "process"]
    found = _empty(data, names, ("ratio", *_FIGURES))
    by_point: dict[str, dict[str, tuple[dict[str, Any], Times, Times]]] = {}
    for at, status, samples in _points(data, names):
        if status == "ok":
            own = {p: _core.stats.per_op(ns, n) for p, (ns, n, _) in samples.items()}
            place: Times = {p: placement for p, (_, _, placement) in samples.items()}
            key = json.dumps({axis: str(v) for axis, v in at.items() if axis != "design"})
            by_point.setdefault(key, {})[str(at["design"])] = at, own, place
    for group in by_point.values():
        base: Times = group[reference][1] if reference in group else {}
        for design, (at, mine, where) in group.items():
            figures = dict.fromkeys(("ratio", *_FIGURES), 1.0)
            if design != reference:
                figures = paired(mine, base, where) or {}
            for name, value in figures.items():
                found[name].loc[at] = value
    return _ascending(found)


def paired(
    a: Times, b: Times, placements: Mapping[int, NDArray[Any]] | None = None
) -> dict[str, float] | None:
    """Return ratio, low and high of a over b in the rounds that both have; None without any.

    Parameters
    ----------
    a, b : mapping
        Process -> time per op of each round.
    placements : mapping, optional
        Process -> placement of each round; without it the rounds of a process are in one.

    Returns
    -------
    dict or None
        Above 1, a is the slower.
    """
    import numpy as np

    rounds = {p: min(len(mine), len(b[p])) for p, mine in a.items() if p in b}
    rounds = {p: n for p, n in rounds.items() if n}
    if not rounds:
        return None
    left, right = (np.concatenate([of[p][:n] for p, n in rounds.items()]) for of in (a, b))
    where = np.zeros(len(left), dtype=np.int64)
    if placements is not None:
        where = np.concatenate([placements[p][:n] for p, n in rounds.items()]).astype(np.int64)
    return dict(_core.stats.paired_ratio(left, right, _clusters(rounds, where)))


def core_ns(data: xr.Dataset) -> float | None:
    """Return the time of one core cycle in ns, as it was measured with the samples."""
    if "core_hz" not in data:
        return None
    hz = data["core_hz"].values
    return 1e9 / float(hz[hz > 0].max()) if (hz > 0).any() else None


def _empty(data: xr.Dataset, names: list[str], figures: tuple[str, ...]) -> xr.Dataset:
    import numpy as np
    import xarray as xr

    coords: dict[str, Any] = {name: data[name].values for name in names}
    shape = tuple(len(values) for values in coords.values())
    if "point" in names:
        coords |= {axis: ("point", data[axis].values) for axis in axes_of(data)}
    empty = {name: (names, np.full(shape, np.nan)) for name in figures}
    return xr.Dataset(empty, coords=coords, attrs=data.attrs)


def _points(data: xr.Dataset, names: list[str]) -> Iterator[tuple[dict[str, Any], str, Samples]]:
    """Yield place, status and, by process, ns_total, iterations and placement of every case."""
    import itertools

    order = (*names, "process")
    status = data["status"].transpose(*order).values
    whole = data["ns_total"].transpose(*order, "sample")
    ns, n = whole.values, data["iterations"].transpose(*order, "sample").values
    where = _placement(data).broadcast_like(whole).transpose(*order, "sample").values
    for index in itertools.product(*(range(data.sizes[name]) for name in names)):
        at = {name: data[name].values[i] for name, i in zip(names, index, strict=True)}
        present = [str(s) for s in status[index] if s != "missing"] or ["missing"]
        bad = [s for s in present if s != "ok"]
        samples: Samples = {}
        for k, process in enumerate(data["process"].values):
            taken = n[index][k] > 0
            own = [_whole(array[index][k][taken]) for array in (ns, n, where)]
            samples[int(process)] = own[0], own[1], own[2]
        yield at, bad[0] if bad else "ok", samples


def _placement(data: xr.Dataset) -> xr.DataArray:
    """The placement of each sample; 0 in a Dataset that does not say."""
    for name in ("sample_placement", "placement"):  # the latter may be an axis
        if name in data.coords and "sample" in data[name].dims:
            return data[name]
    return data["ns_total"] * 0


def _whole(values: Any) -> NDArray[np.int64]:
    import numpy as np

    return np.ascontiguousarray(values, dtype=np.int64)


def _joined(parts: Any) -> NDArray[np.int64]:
    import numpy as np

    joined: NDArray[np.int64] = np.concatenate(parts)
    return joined


def _clusters(counts: Mapping[int, int], placement: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the cluster of each sample; `counts` is process -> how many samples, in order."""
    import numpy as np

    process = np.repeat(np.array([*counts], dtype=np.int64), [*counts.values()])
    return _core.stats.clusters(process, placement)


def _ascending(found: xr.Dataset) -> xr.Dataset:
    for name, values in found.coords.items():
        if name in found.dims and values.dtype.kind in "iuf":
            found = found.sortby(name)
    return found
