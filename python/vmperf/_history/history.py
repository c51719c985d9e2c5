"""History: what comparisons found, machine by machine, and where its level changed.

Points are paired ratios against one fixed reference build, or, where the reference changed, minima;
never means, whose level moves with the machine's load. Comparisons of one fingerprint form one
segment, also where several machines take turns.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._errors import invalid, near, trace_format
from .._files.kept import check_output, make_folder
from .._files.sqlite_file import insertion, transaction
from .fingerprint import fingerprint_id, fingerprint_of
from .history_file import connection
from .series import ON, Series, make_series
from .store import history_path

if TYPE_CHECKING:
    from .._compare.result import Comparison

__all__ = ["History", "Segment"]

_COMPARISON = (
    "fingerprint, revision, date, a, b, revision_a, reference, build, salts, seed, settings, notes"
)
_POINT = (
    "id, params, status, reason, verdict, effect, low, high, detectable, pairs, log_ratios, "
    "min_a_ns, min_b_ns, instr_a, instr_b"
)


@dataclass(frozen=True, slots=True)
class Segment:
    """The comparisons of one machine.

    Attributes
    ----------
    number : int
        0 for the machine that came first.
    fingerprint : str
        Its short name.
    fields : dict
        What the fingerprint is made of.
    revisions : tuple of str
        Of side B, in the order in which they were appended.
    """

    number: int
    fingerprint: str
    fields: dict[str, str]
    revisions: tuple[str, ...]


class History:
    """The history of a project: one SQLite file.

    Parameters
    ----------
    path : path, optional
        The file; by default ``VMPERF_HISTORY``, else ``history.db`` in ``VMPERF_STORE`` or
        ``.vmperf``. It is made by the first `append`.

    Raises
    ------
    TraceFormatError
        The file is no history, is damaged or cut short, or of a newer schema; it stays as it is.

    Notes
    -----
    Several processes may append at a time. An object holds no open file.

    Examples
    --------
    >>> import vmperf
    >>> found = vmperf.compare("design:stack", "design:libc", benchmarks="pool/cycle",
    ...                        params={"state": "member"}, pairs=3, rounds=4)
    >>> history = vmperf.History("history.db")
    >>> history.check_writable()
    >>> number = history.append(found)
    >>> [row["id"] for row in history.rows()]
    ['pool/cycle']
    >>> [segment.number for segment in history.segments()]
    [0]
    >>> [(series.id, series.on, len(series.values)) for series in history.series("pool/*")]
    [('pool/cycle', 'ratio', 1)]
    >>> history.change_points("pool/cycle")
    []
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = Path(path) if path is not None else history_path()
        if self.path.exists():
            with connection(self.path):
                pass

    def check_writable(self) -> None:
        """Raise what `append` would raise for the file or its folder, before there is anything.

        Raises
        ------
        OsError
            Nothing can be written there, or another process keeps it locked.
        TraceFormatError
            It is no history.
        """
        if self.path.exists():
            with connection(self.path, create=True) as db, transaction(db):
                pass
            return
        make_folder(self.path.parent)
        check_output(self.path, "history")

    def append(self, comparison: Comparison) -> int:
        """Add a comparison, all of it or nothing.

        Parameters
        ----------
        comparison : Comparison
            What `vmperf.compare` returned; cases that failed are kept with their status.

        Returns
        -------
        int
            Its number.

        Raises
        ------
        OsError
            The file is locked for half a minute, cannot be written, or its disk is full.
        """
        fields = fingerprint_of(comparison.machine)
        key = fingerprint_id(fields)
        head = (
            *(key, comparison.revisions[1], comparison.date, comparison.a, comparison.b),
            *(comparison.revisions[0], *comparison.builds, comparison.salts),
            *(str(comparison.seed), json.dumps(asdict(comparison.settings))),
            json.dumps([*comparison.notes]),
        )
        with connection(self.path, create=True) as db, transaction(db):
            machine = insertion("machines", "fingerprint, fields", ignore=True)
            db.execute(machine, (key, json.dumps(fields)))
            number = int(db.execute(insertion("comparisons", _COMPARISON), head).lastrowid or 0)
            points = [(number, *point) for point in _points(comparison)]
            db.executemany(insertion("points", f"comparison, {_POINT}"), points)
        return number

    def rows(
        self,
        id: str | None = None,
        params: Mapping[str, Any] | None = None,
        *,
        fingerprint: str | None = None,
        revision: str | None = None,
    ) -> list[dict[str, Any]]:
        """Return one dict per benchmark and comparison, the oldest first.

        Parameters
        ----------
        id : str, optional
            A shell pattern over ids.
        params : mapping, optional
            Only these values of these axes.
        fingerprint, revision : str, optional
            Of this machine; of this revision of side B, a prefix of it is enough.

        Returns
        -------
        list of dict
            ``number, date, fingerprint, revision, revision_a, a, b, reference, build, salts, seed,
            settings, notes`` of the comparison; ``id, params, status, reason, verdict, effect, low,
            high, detectable, pairs, log_ratios`` (list of float, one per pair), ``min_a_ns,
            min_b_ns, instr_a, instr_b`` of the benchmark.

        Raises
        ------
        TraceFormatError
            A damaged file.
        """
        if not self.path.exists():
            return []
        query = (
            f"SELECT number, {_COMPARISON}, {_POINT} FROM comparisons JOIN points "
            "ON points.comparison = comparisons.number ORDER BY number, points.rowid"
        )
        with connection(self.path) as db:
            names = ["number", *_COMPARISON.split(", "), *_POINT.split(", ")]
            found = [_row(self.path, names, values) for values in db.execute(query)]
        return [
            row
            for row in found
            if (id is None or fnmatchcase(row["id"], id))
            and (fingerprint is None or row["fingerprint"] == fingerprint)
            and (revision is None or row["revision"].startswith(revision))
            and all(row["params"].get(axis) == value for axis, value in (params or {}).items())
        ]

    def segments(self) -> list[Segment]:
        """Return the machines of the history, the one that came first first.

        Returns
        -------
        list of Segment
            A new fingerprint starts a new segment; its figures are never put beside another's.
        """
        if not self.path.exists():
            return []
        with connection(self.path) as db:
            fields = dict(db.execute("SELECT fingerprint, fields FROM machines"))
            done = db.execute("SELECT fingerprint, revision FROM comparisons ORDER BY number")
            revisions: dict[str, list[str]] = {}
            for key, revision in done:
                revisions.setdefault(key, []).append(revision)
        return [
            Segment(number, key, json.loads(fields[key]), tuple(own))
            for number, (key, own) in enumerate(revisions.items())
        ]

    def series(
        self,
        id: str | None = None,
        params: Mapping[str, Any] | None = None,
        *,
        on: str | None = None,
    ) -> list[Series]:
        """Return the series of benchmarks with their changes.

        Parameters
        ----------
        id : str, optional
            A shell pattern over ids; by default all.
        params : mapping, optional
            Only these values of these axes.
        on : {"ratio", "minimum"}, optional
            The paired ratio to the reference, or B's least time. By default the ratio where all
            points of a series have one reference build, else the minimum.

        Returns
        -------
        list of Series
            By segment, then in the order in which the benchmarks came.

        Raises
        ------
        InvalidArgumentError
            An id that no row has; another `on`; ratios wanted of a series with several references.
        """
        if on is not None and on not in ON:
            raise invalid("on", repr(on), ", ".join(ON))
        rows = self.rows(id, params)
        if id is not None and not rows:
            known = [row["id"] for row in self.rows()]
            raise invalid("id", repr(id), near(id, known))
        numbers = {segment.fingerprint: segment.number for segment in self.segments()}
        grouped: dict[tuple[int, str, str], list[dict[str, Any]]] = {}
        for row in rows:
            key = (numbers[row["fingerprint"]], row["id"], json.dumps(row["params"]))
            if row["status"] == "ok" and row["effect"] is not None:
                grouped.setdefault(key, []).append(row)
        found = [
            make_series(segment, points, on)
            for (segment, *_), points in sorted(grouped.items(), key=lambda item: item[0][0])
        ]
        return [one for one in found if one.values]

    def change_points(
        self, id: str, params: Mapping[str, Any] | None = None, *, on: str | None = None
    ) -> list[dict[str, Any]]:
        """Return where the level of a benchmark changed.

        Parameters
        ----------
        id : str
            The benchmark, or a shell pattern.
        params : mapping, optional
            Only these values of these axes.
        on : {"ratio", "minimum"}, optional
            As for `series`.

        Returns
        -------
        list of dict
            ``id, params, segment, on, index, revision, date, p, ratio``.

        Raises
        ------
        InvalidArgumentError
            As for `series`.

        Notes
        -----
        E-divisive with a permutation test (`vmperf.stats.change_points`); a change is found from
        five points on after it.
        """
        return [
            {"id": one.id, "params": one.params, "segment": one.segment, "on": one.on, **change}
            for one in self.series(id, params, on=on)
            for change in one.changes
        ]


def _points(comparison: Comparison) -> Iterable[tuple[Any, ...]]:
    import numpy as np

    for case, row in zip(comparison.cases, comparison.rows(), strict=True):
        minima = case.minima or (None, None)
        yield (
            *(row["id"], json.dumps(row["params"]), row["status"], row["reason"], row["verdict"]),
            *(row["effect"], row["low"], row["high"], row["detectable"], row["pairs"]),
            np.asarray(case.evidence.effects, dtype="<f8").tobytes(),
            *(*minima, *case.evidence.instructions),
        )


def _row(path: Path, names: list[str], values: tuple[Any, ...]) -> dict[str, Any]:
    import numpy as np

    row = dict(zip(names, values, strict=True))
    blob = row["log_ratios"]
    if len(blob) != 8 * row["pairs"]:
        what = f"{len(blob)} bytes for {row['pairs']} pairs of {row['id']}"
        raise trace_format(path, 0, what)
    row["log_ratios"] = [float(value) for value in np.frombuffer(blob, dtype="<f8")]
    try:
        for name in ("params", "settings", "notes"):
            row[name] = json.loads(row[name])
        row["seed"] = int(row["seed"])
    except ValueError as error:
        raise trace_format(path, 0, f"comparison {row['number']}: {error}") from error
    return row
