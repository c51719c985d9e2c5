"""What data say, as sentences whose every figure is computed: for notebooks and their readers.

A comparison is a ratio within rounds with its interval, and is "unclear" where that holds 1.
Sentences take `Results` or a Dataset, so that altered data show what a sentence hangs on. Figures
come from `_results.estimates`. O(points x designs x resamples).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._errors import invalid, near
from .._results.estimates import Data, at_value, axes_of, on_axes, one_dataset, times
from .._results.estimates import ratios as ratios_of
from .._results.results import Results

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Conclusion", "compare_designs", "conclude", "spread"]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """One sentence and the figures in it.

    Attributes
    ----------
    text : str
        The sentence.
    kind : {"compare", "spread"}
        A design against a reference, or over an axis.
    design : str
        Of which it speaks.
    verdict : {"faster", "slower", "unclear", "mixed", "varies", "flat", "none"}
        What it says; none where there are no figures.
    value, low, high : float
        compare: the factor between the two at one point, or the least and greatest over all points
        (value NaN); spread: slowest over fastest point and the bounds of their intervals.

    Examples
    --------
    >>> str(vmperf.plot.Conclusion("stack is steady", "spread", "stack", "flat"))
    'stack is steady'
    """

    text: str
    kind: str
    design: str
    verdict: str
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan

    def __str__(self) -> str:
        return self.text


def compare_designs(
    data: Data, design: str, reference: str, *, id: str | None = None, **params: Any
) -> Conclusion:
    """Say how a design stands to a reference: at one point, or over all that were measured.

    Parameters
    ----------
    data : Results or xarray.Dataset
        What was measured.
    design, reference : str
        Two designs of it.
    id : str, optional
        Benchmark, where results hold several.
    **params
        Values of axes; those left open are gone through.

    Returns
    -------
    Conclusion
        Such as "stack is 4.31x (4.16 to 4.46) faster than libc in pool/churn".

    Raises
    ------
    InvalidArgumentError
        Unknown id, design, axis or value.

    Examples
    --------
    >>> data = vmperf.sweep("pool/churn", budget_s=2, design=["stack", "libc"], touch=["all"],
    ...                     item_size_bytes=[64], capacity=[1000], order=["random"])
    >>> vmperf.plot.compare_designs(data, "stack", "libc").text.split()[:2]
    ['stack', 'is']
    """
    samples = _at(one_dataset(data, id), params)
    designs = [str(value) for value in samples["design"].values]
    if design not in designs:
        raise invalid("design", repr(design), near(design, designs))
    found = ratios_of(samples, reference).sel(design=design)
    where = _where(samples, params)
    triples = [
        (float(r), float(low), float(high))
        for r, low, high in zip(*(found[n].values.ravel() for n in ("ratio", "low", "high")),
                                strict=True)
        if not math.isnan(r)
    ]  # fmt: skip
    if not triples:
        text = f"{design} and {reference} were not both measured in {where}"
        return Conclusion(text, "compare", design, "none")
    if len(triples) == 1:
        return _one(triples[0], design, reference, where)
    return _several(triples, design, reference, where)


def spread(
    data: Data, design: str, axis: str, *, id: str | None = None, **params: Any
) -> Conclusion:
    """Say how much a design's time varies over an axis.

    Parameters
    ----------
    data : Results or xarray.Dataset
        What was measured.
    design, axis : str
        A design and an axis of it.
    id : str, optional
        Benchmark, where results hold several.
    **params
        Values of the other axes, where they have several.

    Returns
    -------
    Conclusion
        ``flat`` where the intervals of the slowest and the fastest point overlap.

    Raises
    ------
    InvalidArgumentError
        Unknown id, design, axis or value; another axis left open.

    Examples
    --------
    >>> data = vmperf.sweep("pool/sizes", budget_s=2, design=["stack"], item_size_bytes=[64])
    >>> vmperf.plot.spread(data, "stack", "capacity").kind
    'spread'
    """
    samples = _at(one_dataset(data, id), params)
    axes = axes_of(samples)
    if axis not in axes:
        raise invalid("axis", repr(axis), near(axis, axes))
    found = on_axes(times(_at(samples, {"design": design})), [axis])
    for name in axes:
        if name != axis and found.sizes.get(name, 1) > 1:
            raise invalid(name, "open", f"one of {', '.join(map(str, samples[name].values))}")
    found = found.squeeze([dim for dim in found.dims if dim != axis], drop=True)
    columns = (found[name].values for name in ("median", axis, "low", "high"))
    points = [(float(m), v, float(lo), float(hi)) for m, v, lo, hi in zip(*columns, strict=True)]
    points = [point for point in points if not math.isnan(point[0])]
    where = _where(samples, params)
    if len(points) < 2:
        text = f"{design} has figures at {len(points)} values of {axis} in {where}: no spread"
        return Conclusion(text, "spread", design, "none")
    fastest, slowest = min(points), max(points)
    value = slowest[0] / fastest[0]
    low, high = max(1.0, slowest[2] / fastest[3]), slowest[3] / fastest[2]
    figures = f"{_factor(value)}x ({_factor(low)} to {_factor(high)})"
    if low <= 1.0:
        text = f"{design} is flat over {axis} {_ends(points)} in {where}: {figures} at most"
        return Conclusion(text, "spread", design, "flat", value, low, high)
    text = (
        f"{design} takes {figures} as long at {axis}={slowest[1]} as at {axis}={fastest[1]}"
        f" in {where}"
    )
    return Conclusion(text, "spread", design, "varies", value, low, high)


def conclude(data: Data, *, reference: str | None = None) -> list[Conclusion]:
    """Say of every benchmark how its designs stand to a reference, and how they vary.

    Parameters
    ----------
    data : Results or xarray.Dataset
        What was measured.
    reference : str, optional
        By default the one that results name, else the first measured design of each benchmark.

    Returns
    -------
    list of Conclusion
        One per design but the reference, then one per design and numeric axis where it is the only
        one that varies.

    Raises
    ------
    InvalidArgumentError
        No benchmark has the reference.

    Examples
    --------
    >>> data = vmperf.sweep("pool/sizes", budget_s=2, design=["stack", "libc"], capacity=[10, 100],
    ...                     item_size_bytes=[64])
    >>> [c.kind for c in vmperf.plot.conclude(data, reference="libc")]
    ['compare', 'spread', 'spread']
    """
    if isinstance(data, Results):
        ids = [*dict.fromkeys(case.id for case in data.cases)]
        wanted = reference or data.reference
        everything = [data.to_xarray(id) for id in ids]
    else:
        everything, wanted = [data], reference
    known = [str(d) for one in everything for d in one["design"].values]
    if wanted is not None and wanted not in known:
        raise invalid("reference", repr(wanted), near(wanted, known))
    return [one for samples in everything for one in _of_benchmark(samples, wanted)]


def _of_benchmark(samples: xr.Dataset, wanted: str | None) -> Iterable[Conclusion]:
    designs = [str(d) for d in samples["design"].values]
    measured = [d for d in designs if (samples["status"].sel(design=d) == "ok").any()] or designs
    base = wanted if wanted in measured else measured[0]
    for design in designs:
        if design != base:
            yield compare_designs(samples, design, base)
    varying = [name for name in axes_of(samples) if len({*samples[name].values.tolist()}) > 1]
    if len(varying) == 1 and samples[varying[0]].dtype.kind in "iuf":
        for design in measured:
            yield spread(samples, design, varying[0])


def _one(
    figures: tuple[float, float, float], design: str, reference: str, where: str
) -> Conclusion:
    ratio, low, high = figures
    if low <= 1 <= high:
        text = f"{design} against {reference} is unclear in {where}: {ratio:.3f}x the time"
        text += f" ({low:.3f} to {high:.3f})"
        return Conclusion(text, "compare", design, "unclear", ratio, low, high)
    verdict = "faster" if ratio < 1 else "slower"
    factors = (1 / ratio, 1 / high, 1 / low) if ratio < 1 else (ratio, low, high)
    shown = [_factor(f) for f in factors]
    text = f"{design} is {shown[0]}x ({shown[1]} to {shown[2]}) {verdict} than {reference}"
    return Conclusion(f"{text} in {where}", "compare", design, verdict, *factors)


def _several(
    triples: list[tuple[float, float, float]], design: str, reference: str, where: str
) -> Conclusion:
    n = len(triples)
    faster = sum(high < 1 for _, _, high in triples)
    slower = sum(low > 1 for _, low, _ in triples)
    factors = sorted(1 / ratio for ratio, _, _ in triples)
    span = f"{_factor(factors[0])}x to {_factor(factors[-1])}x"
    if faster == n:
        text, verdict = f"{design} is {span} faster than {reference} at all {n} points", "faster"
    elif slower == n:
        factors = [1 / f for f in reversed(factors)]
        span = f"{_factor(factors[0])}x to {_factor(factors[-1])}x"
        text, verdict = f"{design} is {span} slower than {reference} at all {n} points", "slower"
    else:
        text = (
            f"{design} is faster than {reference} at {faster} of {n} points, slower at {slower},"
            f" unclear at {n - faster - slower}; {span} as fast"
        )
        verdict = "mixed" if faster or slower else "unclear"
    text = f"{text} of {where}"
    return Conclusion(text, "compare", design, verdict, low=factors[0], high=factors[-1])


def _at(data: xr.Dataset, params: Mapping[str, Any]) -> xr.Dataset:
    for name, value in params.items():
        axes = ["design", *axes_of(data)]
        if name not in axes:
            raise invalid("axis", repr(name), near(name, axes))
        known = [v.item() for v in data[name].values]
        if value not in known:
            raise invalid(name, repr(value), near(str(value), map(str, known)))
        data = at_value(data, name, value)
    return data


def _where(samples: xr.Dataset, params: Mapping[str, Any]) -> str:
    at = ", ".join(f"{name}={value}" for name, value in params.items())
    return f"{samples.attrs.get('id')}{f' at {at}' if at else ''}"


def _ends(points: list[tuple[float, Any, float, float]]) -> str:
    values = [point[1] for point in points]
    return f"{min(values)} to {max(values)}"


def _factor(value: float) -> str:
    places = 3 if value < 1.1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{places}f}"
