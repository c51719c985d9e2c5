"""What a run found: a view of its journal with exports and estimates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._catalog.quantities import quantities_of
from .._errors import invalid, near, trace_format
from .._files.whole_file import drafted
from .delivered import Delivered
from .journal import Key, read_cases, read_meta
from .records import CaseRecord, order, records

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["CaseRecord", "Results", "load_results"]


class Results(Delivered):
    """Results of one run. `vmperf.run` and `vmperf.load_results` make them.

    Parameters
    ----------
    path : pathlib.Path
        The journal.
    meta : mapping
        What the journal says of its run: plan, command, machine, catalog.
    cases : iterable of CaseRecord
        Finished cases, in order.

    Attributes
    ----------
    cases : tuple of CaseRecord
        All finished cases, in order of benchmark, params and process.
    machine, settings, benchmarks : dict
        Fingerprint; what each measurement got; id -> catalog entry.
    command : str
        The exact command that reproduces it.
    reference : str or None
        The design that ratios refer to, where the run named one.
    n_planned : int
        How many cases the run was to have; more than ``len(cases)`` where it was cut off.

    Examples
    --------
    >>> import vmperf
    >>> found = vmperf.run("bench/selftest/one_cycle", results="doc.vmperf")
    >>> found.to_numpy(design="kernel").dtype.names
    ('process', 'ns_total', 'iterations', 'flags', 'placement', 'ns_per_op')
    >>> [row["samples"] >= 2 for row in found.select("bench/*", designs=["kernel"]).rows()]
    [True]
    >>> len(found.only_failures().cases) == len(found.failures)
    True
    >>> found.to_xarray()["iterations"].dims
    ('design', 'process', 'sample')
    >>> len(found.to_pandas()) == len(found.cases[0].ns_total)
    True
    >>> paths = found.to_csv("a.csv"), found.to_pytest_benchmark("a.json"), found.to_netcdf("a.nc")
    >>> [path.name for path in paths]
    ['a.csv', 'a.json', 'a.nc']
    """

    def __init__(self, path: Path, meta: Mapping[str, Any], cases: Iterable[CaseRecord]) -> None:
        self.path = path
        self._meta = dict(meta)
        self.cases = tuple(cases)
        self.machine: dict[str, Any] = self._meta["machine"]
        self.command: str = self._meta["command"]
        self.settings: dict[str, Any] = self._meta["plan"]["settings"]
        self.benchmarks: dict[str, dict[str, Any]] = self._meta["catalog"]
        self.reference: str | None = self._meta.get("reference")
        self._rows: list[dict[str, Any]] | None = None

    def __repr__(self) -> str:
        bad = sum(c.status != "ok" for c in self.cases)
        return f"<Results {self.path.name}: {len(self.cases)} cases, {bad} not ok>"

    @property
    def n_planned(self) -> int:
        """Cases that the run was to have."""
        return len(order(self._meta["plan"]))

    @property
    def axes(self) -> dict[str, dict[str, list[Any]]]:
        """Benchmark id -> axis -> values of the run, ``design`` first."""
        return dict(self._meta["plan"]["benchmarks"])

    @property
    def failures(self) -> list[dict[str, Any]]:
        """The rows whose status is not ok."""
        return [row for row in self.rows() if row["status"] != "ok"]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per benchmark and params, merged over processes.

        Returns
        -------
        list of dict
            ``id``, ``params``, ``status``, ``reason``, ``version``, ``oversubscribed`` (more
            ``threads`` than the machine had CPUs), ``samples``, ``ns_per_op`` (``median``, ``low``,
            ``high``, ``min``; 95 % interval of the median), ``cycles_per_op``,
            ``instr_per_op``, ``empty_ns_per_op``, ``ops_per_s``, ``outliers``,
            ``flags``, ``checksum``, ``estimates`` (all of `vmperf.stats.summarize`), ``metrics``:
            name -> ``value``, ``low``, ``high``, ``unit``, ``better`` (lower, higher, neither),
            ``provenance`` (measured or, of what a model says, modelled) of
            what the benchmark delivers beside its time, quantiles of its distributions among them
            (``D_p99_9_ns``). Figures are None where the status is not ok, those of metrics also
            where nothing was delivered or fewer than ten records lie beyond the quantile.

        Notes
        -----
        Computed once; O(samples x resamples) in C++ without the GIL.
        """
        if self._rows is None:
            self._rows = self._merged()
        return [dict(row) for row in self._rows]

    def _merged(self) -> list[dict[str, Any]]:
        from .metrics import read_delivery, row_metrics
        from .rows import gather, merged_row

        ids = dict.fromkeys(case.id for case in self.cases)
        declared = {id: quantities_of(self.benchmarks.get(id, {})) for id in ids}
        delivered = {id: read_delivery(self.path, id, declared[id]) for id in ids}
        rows = []
        for group in gather(self.cases):
            id = group[0].id
            metrics = row_metrics(declared[id], group, delivered[id])
            rows.append(merged_row(group, self.machine) | {"metrics": metrics})
        return rows

    def select(
        self,
        pattern: str = "*",
        *,
        designs: Iterable[str] | None = None,
        status: str | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Results:
        """Return the results of some cases only.

        Parameters
        ----------
        pattern : str
            Shell pattern over benchmark ids.
        designs : iterable of str, optional
            Only these designs.
        status : str, optional
            Only cases with this status.
        params : mapping, optional
            Axis -> value that a case must have.

        Returns
        -------
        Results
            Over the same journal; empty where nothing fits.
        """
        from fnmatch import fnmatchcase

        wanted = dict(params or {})
        names = None if designs is None else {designs} if isinstance(designs, str) else {*designs}
        return Results(
            self.path,
            self._meta,
            (
                case
                for case in self.cases
                if fnmatchcase(case.id, pattern)
                and (names is None or case.design in names)
                and status in (None, case.status)
                and all(case.params.get(axis) == value for axis, value in wanted.items())
            ),
        )

    def only_failures(self) -> Results:
        """Return the results of those rows alone that are not ok in every process.

        Returns
        -------
        Results
            Over the same journal; empty where every row is ok.
        """
        bad = {(row["id"], json.dumps(row["params"])) for row in self.failures}
        kept = (case for case in self.cases if (case.id, json.dumps(case.params)) in bad)
        return Results(self.path, self._meta, kept)

    def to_xarray(self, id: str | None = None) -> xr.Dataset:
        """Return the raw samples of one benchmark as a Dataset.

        Parameters
        ----------
        id : str, optional
            The benchmark; may be left out where there is only one.

        Returns
        -------
        xarray.Dataset
            Dims ``design``, the other axes, ``process``, ``sample``; where their grid has more than
            eight times as many cells as there are points (a zip of axes), ``design``, ``point``,
            ``process``, ``sample``, with the axes as coordinates along ``point``. ``ns_total`` and
            ``iterations`` int64, ``flags`` uint32, ``status`` text and
            ``core_hz`` float64 (0: not measured) without ``sample``. A missing sample has
            ``iterations == 0``. The coordinate ``placement`` (uint32; ``sample_placement`` where an
            axis has that name) says in which placement of buffers each sample ran. A variable per
            metric (float64, NaN: none), over ``at_placement`` or, with a value per sample,
            ``sample`` in place of it; of a distribution D its quantiles D, ``D_low`` and ``D_high``
            over ``percentile`` (100: the greatest), merged over all processes, ``D_mean`` and
            ``D_count``. A name that is taken is followed by ``_metric``. Series and tables are left
            to `series` and `table`.

        Raises
        ------
        InvalidArgumentError
            Unknown id.
        """
        from .export import dataset

        return dataset(self, self._one(id))

    def to_numpy(self, id: str | None = None, **params: Any) -> NDArray[np.void]:
        """Return the samples of one design at one point as a structured array.

        Parameters
        ----------
        id : str, optional
            The benchmark; may be left out where there is only one.
        **params
            Axis -> value, such as ``design="stack"``; what is left out must have one value only.

        Returns
        -------
        numpy.ndarray of shape (n_samples,)
            Fields ``process``, ``ns_total``, ``iterations`` (int64), ``flags``, ``placement``
            (uint32), ``ns_per_op`` (float64); processes one after the other.

        Raises
        ------
        InvalidArgumentError
            Unknown id, or params that fit no case or several.
        """
        from .export import structured

        return structured(self.select(self._one(id), params=params))

    def to_pandas(self) -> pd.DataFrame:
        """Return all samples as a table.

        Returns
        -------
        pandas.DataFrame
            One line per sample: ``id``, axes, ``process``, ``sample``, ``ns_total``,
            ``iterations``, ``ns_per_op`` (float64), ``flags``, ``placement``, ``status``, and the
            metrics that have a value per sample.
        """
        from .export import frame

        return frame(self)

    def to_pytest_benchmark(self, path: str | Path) -> Path:
        """Write pytest-benchmark JSON, seconds per op, for ``pytest-benchmark compare``.

        Parameters
        ----------
        path : path
            File to write; replaced where it exists.

        Returns
        -------
        pathlib.Path
            The file. Cases that are not ok are left out.
        """
        from .pytest_json import document

        text = json.dumps(document(self), indent=1, allow_nan=False)
        return self._write(path, lambda draft: draft.write_text(text + "\n"))

    def to_csv(self, path: str | Path) -> Path:
        """Write one line per row of `rows`, axes as columns, for spreadsheets.

        Each metric has three columns: its name, ``_low`` and ``_high``.

        Parameters
        ----------
        path : path
            File to write; replaced where it exists.

        Returns
        -------
        pathlib.Path
            The file.
        """
        from .export import write_csv

        return self._write(path, lambda draft: write_csv(self, draft))

    def to_netcdf(self, path: str | Path) -> Path:
        """Write all raw samples as netCDF, one group per benchmark id; needs vmperf[report].

        Read one with ``xarray.open_dataset(path, group="pool/cycle", engine="h5netcdf")``.

        Parameters
        ----------
        path : path
            File to write; replaced where it exists.

        Returns
        -------
        pathlib.Path
            The file.
        """
        from .export import write_netcdf

        return self._write(path, lambda draft: write_netcdf(self, draft))

    def _write(self, path: str | Path, write: Any) -> Path:
        """Write a file whole or not at all; never over the journal."""
        path = Path(path)
        if path.exists() and path.samefile(self.path):
            raise invalid("path", path, "a file other than the results themselves")
        with drafted(path) as draft:
            write(draft)
        return path

    def _one(self, id: str | None) -> str:
        known = [*dict.fromkeys(case.id for case in self.cases)]
        if id is None and len(known) == 1:
            return known[0]
        if id not in known:
            raise invalid("id", repr(id), near(str(id), known) or "none: there are no results")
        return id


def load_results(path: str | Path) -> Results:
    """Load the results of a run, also of one that is still going on or was cut off.

    Parameters
    ----------
    path : path
        A journal file.

    Returns
    -------
    Results
        What is finished at this moment.

    Raises
    ------
    InvalidArgumentError
        No such file.
    TraceFormatError
        A foreign, truncated or newer file.

    Examples
    --------
    >>> import vmperf
    >>> found = vmperf.run("bench/selftest/one_cycle", budget_s=0.5, results="doc.vmperf")
    >>> len(vmperf.load_results("doc.vmperf").cases)
    1
    """
    return with_live(Path(path), {})


def with_live(path: Path, live: Mapping[Key, Any]) -> Results:
    """Return the results of a run whose samples are still in this process, without a copy."""
    meta = read_meta(path)
    stored = read_cases(path)
    try:
        return Results(path, meta, records(meta, stored, live))
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # flipped bits in its JSON
        raise trace_format(path, 0, f"damaged: {error!r}") from error
