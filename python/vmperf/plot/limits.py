"""Limits of a benchmark's time per op, for lines in charts: stated claims and the core's cycle.

Claims come from the shipped file, the time of a cycle from the samples. O(claims + samples).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from .._claims.file import read_claims, shipped
from .._errors import invalid, near
from .._results.estimates import Data, at_value, axes_of, core_ns, one_dataset, times

if TYPE_CHECKING:
    import xarray as xr

    from .._claims.claim import Claim

__all__ = [
    "LIMIT_REACH",
    "claim_limit",
    "claimed_limits",
    "limits_near",
    "limits_of",
    "near_limits",
]

LIMIT_REACH = 4.0  # a limit further from the data than this factor would squeeze them


def limits_near(data: Data, *, id: str | None = None, **params: Any) -> dict[str, float]:
    """As `limits_of`, but only what can be drawn beside the measured times.

    Parameters
    ----------
    data : Results or xarray.Dataset
        What was measured.
    id : str, optional
        Benchmark, where results hold several.
    **params
        Only claims and times at these values.

    Returns
    -------
    dict
        Label -> ns per op, for `curve`.

    Raises
    ------
    InvalidArgumentError
        Unknown id, axis or value.

    Examples
    --------
    >>> data = vmperf.sweep("pool/sizes", budget_s=2, design=["stack"], item_size_bytes=[64])
    >>> vmperf.plot.limits_near(data).items() <= vmperf.plot.limits_of(data).items()
    True
    """
    samples = one_dataset(data, id)
    medians = _narrowed(times(samples), params)["median"].values.ravel()
    return near_limits(limits_of(samples, **params), [float(value) for value in medians])


def limits_of(data: Data, *, id: str | None = None, **params: Any) -> dict[str, float]:
    """The limits that a benchmark's times have: stated claims, and one cycle of the core.

    Parameters
    ----------
    data : Results or xarray.Dataset
        What was measured.
    id : str, optional
        Benchmark, where results hold several.
    **params
        Only claims at these values.

    Returns
    -------
    dict
        Label -> ns per op, for `curve`.

    Raises
    ------
    InvalidArgumentError
        Unknown id.

    Examples
    --------
    >>> data = vmperf.sweep("pool/sizes", budget_s=2, design=["stack"], item_size_bytes=[64])
    >>> "1 cycle" in vmperf.plot.limits_of(data)
    True
    """
    samples = one_dataset(data, id)
    cycle = core_ns(samples)
    found = {"1 cycle": cycle} if cycle else {}
    values = {n: [v.item() for v in samples[n].values] for n in axes_of(samples)}
    values |= {n: [v.item() for v in _narrowed(samples, {n: v})[n].values]
               for n, v in params.items()}  # fmt: skip
    for claim in claimed_limits(str(samples.attrs.get("id"))):
        if all(v in values.get(n, ()) for n, v in claim.params.items()):
            found |= claim_limit(claim, cycle)
    return found


@cache
def claimed_limits(id: str) -> tuple[Claim, ...]:
    """The shipped claims that limit a benchmark's time per op."""
    limits = (c for c in read_claims(shipped()) if c.kind in ("ns", "cycles"))
    return tuple(claim for claim in limits if claim.benchmark == id)


def claim_limit(claim: Claim, cycle_ns: float | None) -> dict[str, float]:
    """A claim as label and ns; empty where it is in cycles and their time is not known."""
    unit_ns = 1.0 if claim.kind == "ns" else cycle_ns
    if not unit_ns:
        return {}
    return {f"claimed: {claim.design} ≤ {claim.target:g} {claim.kind}": claim.target * unit_ns}


def near_limits(limits: Mapping[str, float], values: Iterable[float]) -> dict[str, float]:
    """The limits that may be drawn without squeezing the values."""
    known = [v for v in values if not math.isnan(v)]
    least, most = min(known, default=1.0) / LIMIT_REACH, max(known, default=1.0) * LIMIT_REACH
    return {label: value for label, value in limits.items() if least <= value <= most}


def _narrowed(data: xr.Dataset, params: Mapping[str, Any]) -> xr.Dataset:
    """Keep one value of some axes, which stay."""
    for name, chosen in params.items():
        if name not in axes_of(data):
            raise invalid("axis", repr(name), near(name, axes_of(data)))
        values = [v.item() for v in data[name].values]
        if chosen not in values:
            raise invalid(name, repr(chosen), near(str(chosen), map(str, values)))
        data = at_value(data, name, chosen)
    return data
