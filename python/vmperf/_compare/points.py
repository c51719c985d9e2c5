"""A comparison of chosen points of benchmarks alone, judged together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .._core import InvalidArgumentError
from .._errors import invalid
from .cases import Case
from .compare import compare
from .pair_log import PairLog
from .result import Comparison

__all__ = ["compare_points"]


def compare_points(
    a: str,
    b: str,
    points: Iterable[tuple[str, Mapping[str, Any]]],
    *,
    results: PairLog | None = None,
    **settings: Any,
) -> Comparison:
    """Compare some points of benchmarks, not the product of their axes.

    Parameters
    ----------
    a, b : str
        As `compare` takes them.
    points : iterable of (str, mapping)
        Benchmark and axis -> value, ``design`` among them; at least one.
    results : PairLog, optional
        Where pairs are kept as they come.
    **settings
        Of `compare`, without benchmarks, designs, params and budget: all points have equally many
        pairs. A point that only one side has becomes a case with that status.

    Returns
    -------
    Comparison
        One case per point; the correction is over all of them.

    Raises
    ------
    InvalidArgumentError
        None of the points can be compared.
    """
    log = results if results is not None else PairLog()
    found: list[Comparison] = []
    cases: list[Case] = []
    refused: InvalidArgumentError | None = None
    for number, (id, params) in enumerate(points):
        try:
            one = compare(
                a,
                b,
                results=log.section(str(number)),
                benchmarks=id,
                designs=[str(params["design"])] if "design" in params else None,
                params={axis: value for axis, value in params.items() if axis != "design"},
                **settings,
            )
        except InvalidArgumentError as error:  # this point is not there on one side
            refused = error
            cases.append(Case(id, {**params}, ({}, {}), status="one_sided", reason=str(error)))
            continue
        found.append(one)
        for case in one.cases:
            case.params = case.params or {**params}  # a benchmark of one side has no points
            cases.append(case)
    if not found:
        raise refused or invalid("points", "empty", "at least one")
    return replace(found[0], cases=tuple(cases))
