"""A metric over the grid of a Dataset: its figure with low and high, for curves and notebooks.

The same figures as in `Results.rows`, from what `Results.to_xarray` gives or a netCDF file of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .._catalog.quantities import Distribution, Metric
from .._errors import invalid, near
from .estimates import Data, one_dataset
from .metric_export import PERCENTILES, PLACEMENT
from .metrics import estimate

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["metric_names", "metric_values"]

_FIGURES = ("value", "low", "high")


def metric_names(data: xr.Dataset) -> list[str]:
    """Return the metrics and quantiles that a Dataset has figures of."""
    plain = [name for name in data.data_vars if _is_plain(data[name])]
    return [*map(str, plain), *(metric.name for metric in _quantiles(data))]


def metric_values(data: Data, name: str, id: str | None = None) -> xr.Dataset:
    """Return value, low and high of a metric over design and the other axes.

    Parameters
    ----------
    data : Results or xarray.Dataset
        As `Results.to_xarray` gives it.
    name : str
        A metric, or a quantile such as ``p99_ns``.
    id : str, optional
        The benchmark; may be left out where there is only one.

    Returns
    -------
    xarray.Dataset
        ``value``, ``low``, ``high`` (float64; NaN where a process was not ok, where nothing was
        delivered, and where there is no interval) and ``status``; ``unit`` and ``better`` are
        attributes of ``value``. Axes in the order of `data`.

    Raises
    ------
    InvalidArgumentError
        A name that the data have not.
    """
    import xarray as xr

    samples = one_dataset(data, id)
    names = [str(dim) for dim in samples["status"].dims if dim != "process"]
    worst = _worst(samples, names)
    quantile = next((m for m in _quantiles(samples) if m.name == name), None)
    if quantile is not None:
        figures, attrs = _of_distribution(samples, quantile, names)
    elif name in samples and _is_plain(samples[name]):
        figures, attrs = _of_units(samples, name, names), samples[name].attrs
    else:
        raise invalid("metric", repr(name), near(name, metric_names(samples)))
    is_ok = worst.values == "ok"
    found = {figure: (names, _where(is_ok, array)) for figure, array in figures.items()}
    made = xr.Dataset(found, attrs=samples.attrs).assign(status=worst)
    made["value"].attrs = {key: attrs[key] for key in ("unit", "better") if key in attrs}
    return made


def _is_plain(variable: xr.DataArray) -> bool:
    return "merge" in variable.attrs and "percentile" not in variable.dims


def _quantiles(data: xr.Dataset) -> Iterator[Metric]:
    for name, variable in data.data_vars.items():
        bounds = str(name).endswith(("_low", "_high"))
        if "percentile" in variable.dims and not bounds:
            attrs = variable.attrs
            yield from Distribution(str(name), attrs["unit"], attrs["better"]).metrics()


def _worst(data: xr.Dataset, names: list[str]) -> xr.DataArray:
    """Return ok where every process was, else what the first one that was not is."""
    status = data["status"].transpose(*names, "process")
    worst = status.isel(process=0, drop=True).copy()
    for at in itertools.product(*(range(data.sizes[name]) for name in names)):
        present = [str(s) for s in status.values[at] if s != "missing"] or ["missing"]
        worst.values[at] = next((s for s in present if s != "ok"), "ok")
    return worst


def _where(is_ok: Any, array: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    return np.where(is_ok, array, np.nan)


def _of_distribution(
    data: xr.Dataset, metric: Metric, names: list[str]
) -> tuple[dict[str, NDArray[np.float64]], dict[str, Any]]:
    import numpy as np

    name, figure = metric.distribution, metric.figure
    attrs = {"unit": metric.unit, "better": metric.better}
    if figure in ("mean", "count"):
        value = data[f"{name}_{figure}"].transpose(*names).values
        nothing = np.full(value.shape, np.nan)
        return {"value": value, "low": nothing, "high": nothing}, attrs
    at = [*PERCENTILES].index(figure)
    variables = zip(_FIGURES, (name, f"{name}_low", f"{name}_high"), strict=True)
    return {
        word: data[variable].transpose(*names, "percentile").values[..., at]
        for word, variable in variables
    }, attrs


def _of_units(data: xr.Dataset, name: str, names: list[str]) -> dict[str, NDArray[np.float64]]:
    import numpy as np

    variable = data[name]
    inner = PLACEMENT if PLACEMENT in variable.dims else "sample"
    values = variable.transpose(*names, "process", inner).values
    placement: Any = None
    for known in ("placement", "sample_placement"):
        if inner == "sample" and known in data and inner in data[known].dims:
            placement = data[known].transpose(*names, "process", inner).values
    shape = values.shape[:-2]
    found = {figure: np.full(shape, np.nan) for figure in _FIGURES}
    for at in np.ndindex(*shape):
        units = [
            _placements(inner, row, None if placement is None else placement[at][k])
            for k, row in enumerate(values[at])
        ]
        for figure, number in zip(_FIGURES, estimate(variable.attrs["merge"], units), strict=True):
            found[figure][at] = np.nan if number is None else number
    return found


def _placements(inner: str, row: Any, placement: Any) -> list[Any]:
    """Return the values of a process by placement; where that is not known, all as one."""
    if inner == PLACEMENT:
        return [[value] for value in row]
    if placement is None:
        return [row]
    return [row[placement == one] for one in dict.fromkeys(placement.tolist())]
