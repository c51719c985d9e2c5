"""Estimates over the grid of a Dataset: times with intervals, and ratios to one design.

What `Results.to_xarray` gives, or a netCDF file of it, becomes a Dataset without samples. Figures
come from `_core.stats`, the same calls that make `Results.rows()`. O(points x resamples x samples).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from . import _core
from ._errors import invalid, near
from ._results import Results

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    Times: TypeAlias = Mapping[int, NDArray[np.float64]]  # process -> time per op by round

__all__ = ["Data", "axes_of", "core_ns", "one_dataset", "paired", "ratios", "times"]

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
    known = data["status"].dims if "status" in data else data["ratio"].dims
    return [str(dim) for dim in known if dim not in ("design", "process")]


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
            ns, n = (_joined(part) for part in zip(*samples.values(), strict=True))
            figures = _core.stats.summarize(ns, n, _processes(samples))
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
    by_point: dict[str, dict[str, tuple[dict[str, Any], Times]]] = {}
    for at, status, samples in _points(data, names):
        if status == "ok":
            own = {p: _core.stats.per_op(ns, n) for p, (ns, n) in samples.items()}
            key = json.dumps({axis: str(v) for axis, v in at.items() if axis != "design"})
            by_point.setdefault(key, {})[str(at["design"])] = at, own
    for group in by_point.values():
        base: Times = group[reference][1] if reference in group else {}
        for design, (at, mine) in group.items():
            figures = dict.fromkeys(("ratio", *_FIGURES), 1.0)
            if design != reference:
                figures = paired(mine, base) or {}
            for name, value in figures.items():
                found[name].loc[at] = value
    return _ascending(found)


def paired(a: Times, b: Times) -> dict[str, float] | None:
    """Return ratio, low and high of a over b in the rounds that both have; None without any.

    Parameters
    ----------
    a, b : mapping
        Process -> time per op of each round.

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
    process = np.repeat(np.array([*rounds], dtype=np.int64), [*rounds.values()])
    left, right = (np.concatenate([of[p][:n] for p, n in rounds.items()]) for of in (a, b))
    return dict(_core.stats.paired_ratio(left, right, process))


def core_ns(data: xr.Dataset) -> float | None:
    """Return the time of one core cycle in ns, as it was measured with the samples."""
    if "core_hz" not in data:
        return None
    hz = data["core_hz"].values
    return 1e9 / float(hz[hz > 0].max()) if (hz > 0).any() else None


def _empty(data: xr.Dataset, names: list[str], figures: tuple[str, ...]) -> xr.Dataset:
    import numpy as np
    import xarray as xr

    coords = {name: data[name].values for name in names}
    shape = tuple(len(values) for values in coords.values())
    empty = {name: (names, np.full(shape, np.nan)) for name in figures}
    return xr.Dataset(empty, coords=coords, attrs=data.attrs)


def _points(
    data: xr.Dataset, names: list[str]
) -> Iterator[tuple[dict[str, Any], str, dict[int, tuple[Any, Any]]]]:
    """Yield place, status and, by process, ns_total and iterations of every case of the grid."""
    import itertools

    order = (*names, "process")
    status = data["status"].transpose(*order).values
    ns, n = (data[name].transpose(*order, "sample").values for name in ("ns_total", "iterations"))
    for index in itertools.product(*(range(data.sizes[name]) for name in names)):
        at = {name: data[name].values[i] for name, i in zip(names, index, strict=True)}
        present = [str(s) for s in status[index] if s != "missing"] or ["missing"]
        bad = [s for s in present if s != "ok"]
        samples = {}
        for k, process in enumerate(data["process"].values):
            taken = n[index][k] > 0
            samples[int(process)] = (_whole(ns[index][k][taken]), _whole(n[index][k][taken]))
        yield at, bad[0] if bad else "ok", samples


def _whole(values: Any) -> NDArray[np.int64]:
    import numpy as np

    return np.ascontiguousarray(values, dtype=np.int64)


def _joined(parts: Any) -> NDArray[np.int64]:
    import numpy as np

    joined: NDArray[np.int64] = np.concatenate(parts)
    return joined


def _processes(samples: Mapping[int, tuple[Any, Any]]) -> NDArray[np.int64]:
    import numpy as np

    counts = [len(ns) for ns, _ in samples.values()]
    return np.repeat(np.array([*samples], dtype=np.int64), counts)


def _ascending(found: xr.Dataset) -> xr.Dataset:
    for name, values in found.coords.items():
        if values.dtype.kind in "iuf":
            found = found.sortby(name)
    return found
