"""What cases delivered beside samples and metrics: distributions, series, tables.

They may be large, so they stay in the journal until one is asked for. Raw, as the samples are:
also of cases that were refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .. import _core
from .._catalog.quantities import quantities_of
from .._errors import invalid, near, trace_format
from .journal import Detail, Key, read_details

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .records import CaseRecord

    Doubles: TypeAlias = NDArray[np.float64]

__all__ = ["Delivered", "histograms", "merged", "sample_values"]

Histograms: TypeAlias = "dict[Key, list[_core.stats.Histogram]]"


class Delivered:
    """The part of `Results` that reads details; `path`, `cases` and `benchmarks` are its own."""

    path: Path
    cases: tuple[CaseRecord, ...]
    benchmarks: dict[str, dict[str, Any]]

    def distribution(self, name: str, id: str | None = None, **params: Any) -> Any:
        """Return a distribution of one design at one point, merged exactly over all processes.

        Parameters
        ----------
        name : str
            A distribution that the benchmark delivers, such as ``latency``.
        id : str, optional
            The benchmark; may be left out where one alone has it.
        **params
            Axis -> value, such as ``design="stack"``; what is left out must have one value only.

        Returns
        -------
        vmperf.stats.Histogram
            In the unit of the distribution.

        Raises
        ------
        InvalidArgumentError
            Unknown name or id; params that fit no row or several; a row that delivered none.
        TraceFormatError
            A damaged journal.

        Examples
        --------
        >>> import vmperf
        >>> found = vmperf.run("bench/selftest/report", budget_s=0.5, results="doc.vmperf")
        >>> found.distribution("ages").quantile(0.5)
        500
        """
        benchmark = self._with("distributions", name, id, one=True)[0]
        cases = [
            case
            for case in self.cases
            if case.id == benchmark and params.items() <= case.params.items()
        ]
        points = {json.dumps(case.params): case.params for case in cases}
        if len(points) != 1:
            shown = "; ".join(map(str, [*points.values()][:4])) or "no case"
            raise invalid("params", f"fit {len(points)} rows", f"exactly one of {shown}")
        parts = [
            part
            for case in cases
            for part in histograms(self.path, benchmark, name, case=case.key).get(case.key, ())
        ]
        if not parts:
            status = ", ".join(dict.fromkeys(case.status for case in cases))
            raise invalid("params", next(iter(points)), f"a row that delivered it; it is {status}")
        return merged(parts)

    def series(self, name: str, id: str | None = None) -> list[dict[str, Any]]:
        """Return a series as each placement delivered it.

        Parameters
        ----------
        name : str
            A series that a benchmark delivers.
        id : str, optional
            The benchmark; by default all that have it.

        Returns
        -------
        list of dict
            ``id``, ``params``, ``process``, ``placement``; ``x`` and ``y``: float64 arrays of
            shape (n_points,), in the units of the series.

        Raises
        ------
        InvalidArgumentError
            Unknown name or id.
        TraceFormatError
            A damaged journal.

        Examples
        --------
        >>> import vmperf
        >>> found = vmperf.run("bench/selftest/report", budget_s=0.5, results="doc.vmperf")
        >>> found.series("squares")[0]["y"].tolist()
        [0.0, 1.0, 4.0]
        """
        return [
            {"id": case.id, "params": dict(case.params), "process": case.process,
             "placement": one.placement} | _curve(self.path, one)
            for case, one in self._details("series", "series", name, id)
        ]  # fmt: skip

    def table(self, name: str, id: str | None = None) -> list[dict[str, Any]]:
        """Return the rows of a table as each placement delivered them.

        Parameters
        ----------
        name : str
            A table that a benchmark delivers.
        id : str, optional
            The benchmark; by default all that have it.

        Returns
        -------
        list of dict
            ``id``, each axis with its value, ``process``, ``placement``, then the columns of the
            table in their units. A column has the word where an axis has the same name.

        Raises
        ------
        InvalidArgumentError
            Unknown name or id.
        TraceFormatError
            A damaged journal.

        Examples
        --------
        >>> import vmperf
        >>> found = vmperf.run("bench/selftest/report", budget_s=0.5, results="doc.vmperf")
        >>> [(row["name"], row["share"]) for row in found.table("steps")[:2]]
        [('first', 0.5), ('second, "quoted"', None)]
        """
        rows = []
        for case, one in self._details("table", "tables", name, id):
            quantities = quantities_of(self.benchmarks[case.id])
            (table,) = (t for t in quantities.tables if t.name == name)
            where = {"id": case.id, **case.params, "process": case.process}
            for cells in _cells(self.path, one, len(table.columns)):
                named = zip((column.name for column in table.columns), cells, strict=True)
                rows.append({**where, "placement": one.placement, **dict(named)})
        return rows

    def _details(
        self, kind: str, plural: str, name: str, id: str | None
    ) -> Iterable[tuple[CaseRecord, Detail]]:
        """Yield the details of one name with their case, in the order of the cases."""
        for benchmark in self._with(plural, name, id):
            found: dict[Key, list[Detail]] = {}
            for one in read_details(self.path, kind, benchmark=benchmark, name=name):
                found.setdefault(one.key, []).append(one)
            for case in self.cases:
                if case.id == benchmark:
                    yield from ((case, one) for one in found.get(case.key, ()))

    def _with(self, plural: str, name: str, id: str | None, *, one: bool = False) -> list[str]:
        """Return the benchmarks of these results that declare a name."""
        ids = dict.fromkeys(case.id for case in self.cases)
        if id is not None and id not in ids:
            raise invalid("id", repr(id), near(id, ids) if ids else "none: there are no results")
        asked = [id] if id is not None else [*ids]
        declared = {
            benchmark: [q["name"] for q in self.benchmarks[benchmark].get("quantities", {})
                        .get(plural, ())]
            for benchmark in asked
        }  # fmt: skip
        found = [benchmark for benchmark, names in declared.items() if name in names]
        if not found:
            known = [known for names in declared.values() for known in names]
            raise invalid(f"name of {plural}", repr(name), near(name, known))
        if one and len(found) > 1:
            raise invalid("id", "missing", f"one of {', '.join(found)}")
        return found


def histograms(path: Path, benchmark: str, name: str, *, case: Key | None = None) -> Histograms:
    """Return the distributions of one name by case, one of each placement that delivered it.

    Of all cases of the benchmark in one read, or of `case` alone.
    """
    found: Histograms = {}
    for one in read_details(path, "distribution", benchmark=benchmark, name=name, case=case):
        try:
            made = _core.stats.Histogram.from_bytes(one.data)
        except _core.InvalidArgumentError as error:
            raise _damaged(path, one, str(error)) from error
        found.setdefault(one.key, []).append(made)
    return found


def merged(parts: Iterable[Any]) -> Any:
    """Return the exact union of histograms, of which there is one at least; they stay as are."""
    first, *others = parts
    whole = _core.stats.Histogram(first.significant_digits)
    for part in (first, *others):
        whole.merge(part)
    return whole


def sample_values(path: Path, benchmark: str) -> dict[tuple[Key, str], Doubles]:
    """Return the values by sample of each case and metric; NaN where a sample has none."""
    import numpy as np

    found = {}
    for one in read_details(path, "sample", benchmark=benchmark):
        if len(one.data) % 8:
            raise _damaged(path, one, f"{len(one.data)} bytes")
        found[one.key, one.name] = np.frombuffer(one.data, dtype="<f8")
    return found


def _curve(path: Path, one: Detail) -> dict[str, Any]:
    import numpy as np

    if len(one.data) % 16:
        raise _damaged(path, one, f"{len(one.data)} bytes")
    x, y = np.frombuffer(one.data, dtype="<f8").reshape(2, -1)
    return {"x": x, "y": y}


def _cells(path: Path, one: Detail, n_columns: int) -> list[list[Any]]:
    try:
        rows = json.loads(one.data)["rows"]
        whole = all(isinstance(row, list) and len(row) == n_columns for row in rows)
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(path, one, repr(error)) from error
    if not whole:
        raise _damaged(path, one, f"a row without {n_columns} cells")
    return list(rows)


def _damaged(path: Path, one: Detail, what: str) -> Exception:
    return trace_format(path, 0, f"damaged: {one.kind} {one.name} of {one.key[0]}: {what}")
