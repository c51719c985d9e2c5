"""What a replay found: records of every process, rows with intervals, and the recommendation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .figures import NULL, PERCENTILES, Times, compared, figures, net_ns, op_ns
from .recommend import Candidate, Recommendation, evidence, recommend

if TYPE_CHECKING:
    import xarray as xr

    from .process import Record

__all__ = ["Replay", "Run"]

_SCALARS = ("peak_bytes", "end_bytes", "freed_bytes", "purged_bytes", "page_faults")


@dataclass(frozen=True, slots=True)
class Run:
    """One replay in a process of its own."""

    design: str
    round: int
    stamped: bool
    record: Record


@dataclass(frozen=True)
class Replay:
    """Allocators on one trace, as `vmperf.alloc.replay` measured them.

    Attributes
    ----------
    designs : tuple of str
        In the order asked for.
    reference : str
        What ratios refer to, and what is kept where nothing is clearly better.
    counts : dict
        Of the plan: ops, slots, threads, live bytes. And what the trace lacks of the program:
        ``unmatched_frees`` and ``unmatched_reallocs`` of blocks from before the start,
        ``lost_frees`` that nobody saw, ``lost_ops`` of a full disk or a file that is cut off.
    settings : dict
        threads, speed, touch, repeats, seed.
    source : str
        File or description of the trace.
    recorded_ns : float
        What the recording took from its first to its last op; 0 where no time is known.
    runs : list of Run
        Every process; of a design that is not installed one.
    versions : dict
        By design, name or version of its library.
    """

    designs: tuple[str, ...]
    reference: str
    counts: dict[str, Any]
    settings: dict[str, Any]
    source: str
    recorded_ns: float
    machine: dict[str, Any]
    runs: list[Run]
    versions: dict[str, str] = field(default_factory=dict)

    def records(self, design: str, *, stamped: bool = False) -> list[Record]:
        """Return the records of one design by round, of those rounds that all have.

        Parameters
        ----------
        design : str
            One of `designs`, or "null".
        stamped : bool
            Of the passes with a stamp per op, or of those without.

        Returns
        -------
        list of dict
            As ``ReplayPlan.replay`` returns them, with status and reason.
        """
        return [run.record for run in self.runs if run.design == design and run.stamped == stamped]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per design: status, times, memory, delays, and what a ratio is.

        Returns
        -------
        list of dict
            ``design``, ``status``, ``reason``, ``version``; where it is ok ``ns_per_op`` (median,
            low, high; without what the loop takes, so noise may bring it below 0),
            ``gross_ns_per_op``, ``ratio`` to the reference (ratio, low, high; ``of`` is "net", or
            "gross" where the net time of either lies within the noise), ``peak_bytes``,
            ``end_bytes`` (retained), ``freed_bytes``, ``purged_bytes``, ``loaded_bytes``,
            ``page_faults``,
            ``fragmentation`` (peak and end over live bytes),
            ``classes`` and ``latency_ns`` by percentile.
        """
        return [self._row(design) for design in self.designs]

    @property
    def series(self) -> dict[str, list[tuple[int, int, int]]]:
        """Memory over the trace by design: (ops done, resident bytes, live bytes), first round."""
        found = {}
        for design in self.designs:
            if self._ok(design):
                found[design] = [*map(tuple, self.records(design)[0]["series"])]
        return found

    @property
    def null(self) -> dict[str, Any]:
        """The row of the allocator that does nothing: what the loop and the stamps take."""
        timed, stamped = self._stamps(NULL)
        found = figures(timed, timed, stamped, stamped)
        return {"design": NULL, **found, "ns_per_op": found["gross_ns_per_op"]}

    def recommendation(self) -> Recommendation:
        """Return which allocator to take, and why.

        Returns
        -------
        Recommendation
            ``design``, ``text``, ``front``, ``against``, ``clear``.
        """
        return recommend(
            [self._candidate(design) for design in self.designs if self._ok(design)],
            self.reference,
            n_ops=self.counts["n_ops"],
            recorded_ns=self.recorded_ns,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data, ready for JSON.

        Returns
        -------
        dict
            source, machine, settings, counts, reference, rows, null, series, recommendation.
        """
        return {
            "source": self.source,
            "machine": self.machine,
            "settings": self.settings,
            "trace": {**self.counts, "recorded_ns": self.recorded_ns},
            "reference": self.reference,
            "rows": self.rows(),
            "null": self.null,
            "series": {name: [list(one) for one in line] for name, line in self.series.items()},
            "recommendation": evidence(self.recommendation()),
        }

    def to_xarray(self) -> xr.Dataset:
        """Return the rounds as a Dataset.

        Returns
        -------
        xarray.Dataset
            Over ``design`` and ``round``: ``ns_per_op`` (net, ns), ``gross_ns_per_op``,
            ``wall_ns``, bytes and faults; over ``design`` and ``percentile``: ``latency_ns``.
            Designs that did not replay are NaN; ``status`` says why.
        """
        import numpy as np
        import xarray as xr

        n_rounds = self.settings["repeats"]
        names = ("ns_per_op", "gross_ns_per_op", "wall_ns", *_SCALARS)
        arrays = {name: np.full((len(self.designs), n_rounds), np.nan) for name in names}
        delays = np.full((len(self.designs), len(PERCENTILES)), np.nan)
        for i, design in enumerate(self.designs):
            if not self._ok(design):
                continue
            records = self.records(design)
            arrays["ns_per_op"][i] = net_ns(records, self.records(NULL))
            arrays["gross_ns_per_op"][i] = [*map(op_ns, records)]
            for name in ("wall_ns", *_SCALARS):
                arrays[name][i] = [one[name] for one in records]
            found = self._row(design)["latency_ns"]
            delays[i] = [found.get(name) or np.nan for name in PERCENTILES]
        data = {name: (("design", "round"), values) for name, values in arrays.items()}
        status = [self._row(design)["status"] for design in self.designs]
        return xr.Dataset(
            {**data, "latency_ns": (("design", "percentile"), delays),
             "status": (("design",), status)},
            coords={"design": list(self.designs), "round": np.arange(n_rounds),
                    "percentile": list(PERCENTILES)},
            attrs={"source": self.source, "reference": self.reference},
        )  # fmt: skip

    def _ok(self, design: str) -> bool:
        return all(run.record["status"] == "ok" for run in self._of(design)) and bool(
            self._of(design)
        )

    def _of(self, design: str) -> Sequence[Run]:
        return [run for run in self.runs if run.design == design]

    def _stamps(self, design: str) -> tuple[list[Record], list[Record]]:
        timed = self.records(design)
        if self.settings["speed"] == "real":  # every pass is stamped
            return timed, timed
        return timed, self.records(design, stamped=True)

    def _row(self, design: str) -> dict[str, Any]:
        mine = self._of(design)
        head = {"design": design, "version": self.versions.get(design, ""), "rounds": len(mine)}
        bad = next((run.record for run in mine if run.record["status"] != "ok"), None)
        if bad is not None or not mine:
            status, reason = (bad["status"], bad["reason"]) if bad else ("timed_out", "no round")
            return {**head, "status": status, "reason": reason}
        timed, stamped = self._stamps(design)
        null, null_stamped = self._stamps(NULL)
        found = figures(timed, null, stamped, null_stamped)
        against = None
        if self._ok(self.reference):
            theirs, _ = self._stamps(self.reference)
            against = compared(_times(timed, null), _times(theirs, null))
        return {**head, "status": "ok", "reason": "", **found, "ratio": against,
                "fragmentation": self._fragmentation(found)}  # fmt: skip

    def _fragmentation(self, found: dict[str, Any]) -> dict[str, float | None]:
        """Resident over live bytes, where something is live."""
        peak, end = self.counts["live_peak_bytes"], self.counts["live_end_bytes"]
        return {
            "peak": found["peak_bytes"]["median"] / peak if peak else None,
            "end": found["end_bytes"]["median"] / end if end else None,
        }

    def _candidate(self, design: str) -> Candidate:
        row = self._row(design)
        timed, _ = self._stamps(design)
        null, _ = self._stamps(NULL)
        return Candidate(
            design,
            _times(timed, null),
            row["end_bytes"]["median"],
            row["peak_bytes"]["median"],
            row["page_faults"]["median"],
            row["latency_ns"].get("p99_9"),
        )


def _times(records: Sequence[Record], null: Sequence[Record]) -> Times:
    return Times(net_ns(records, null), [*map(op_ns, records)])
