"""Journals with known contents, written by the real Journal, so that reports need no measurement.

The times are drawn from a seeded generator around a table of nanoseconds per op; what the tests
compare with is always what `Results.rows()` makes of them.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vmperf
from vmperf._claims.file import read_claims, shipped
from vmperf._compare.cases import Case
from vmperf._compare.result import Comparison
from vmperf._compare.settings import defaults
from vmperf._results.journal import Journal, StoredCase
from vmperf._results.results import Results

# design: summary, version, ns per op of each benchmark
DESIGNS: dict[str, tuple[str, str, dict[str, float]]] = {
    "stack": ("array of free pointers", "", {"cycle": 0.54, "churn": 1.95, "sizes": 0.68}),
    "checked": ("stack with a live bitmap", "", {"cycle": 1.7, "churn": 2.6, "sizes": 2.0}),
    "naive": ("a vector of pointers", "", {"cycle": 0.9, "churn": 1.8, "sizes": 1.1}),
    "libc": ("malloc and free", "glibc 2.36", {"cycle": 8.5, "churn": 14.8, "sizes": 9.1}),
    "mimalloc": ("mi_malloc, mi_free", "3.1.5", {"cycle": 5.05, "churn": 6.9, "sizes": 5.1}),
    "boost_pool": ("boost::pool", "1.74", {"cycle": 0.81, "churn": 2.3, "sizes": 0.98}),
    "pmr": ("std::pmr pool", "libstdc++ 12", {"cycle": 16.6, "churn": 19.6, "sizes": 17.1}),
}
# (benchmark, design) -> status and reason
REFUSED = {
    ("cycle", "mimalloc"): ("not_installed", "mimalloc 3 not found: pip install 'vmperf[peers]'"),
    ("churn", "pmr"): ("crashed", "worker died with signal 11 (SIGSEGV)"),
    ("sizes", "checked"): ("too_noisy", "interval 31 % wide, limit 20 %"),
}
MACHINE = {
    "cpu": {"model": "Example CPU", "n_logical": 2, "hypervisor": True},
    "caches": [{"level": 1, "size_bytes": 32768}, {"level": 2, "size_bytes": 1048576}],
    "page_sizes_bytes": [4096, 2097152],
}


def kind_of(id: str) -> str:
    """The row of the tables above that a benchmark id takes its figures from."""
    return id.partition("/")[2].partition("_")[0]


def entry_of(id: str, *, text: str = "") -> dict[str, Any]:
    """A catalog entry as the registry gives it; `text` goes into every free field."""
    axes = [{"name": "design", "values": [*DESIGNS], "defaults": [*DESIGNS]},
            {"name": "item_size_bytes", "values": [16, 64], "defaults": [64]}]  # fmt: skip
    if kind_of(id) == "sizes":
        axes.append({"name": "capacity", "values": [10, 100, 1000], "defaults": [10, 100, 1000]})
    return {
        "id": id,
        "component": id.partition("/")[0],
        "summary": text or f"what {id} exercises",
        "op": text or "one allocate + deallocate pair",
        "tags": [text] if text else ["reference"],
        "fooled_by": [text or "the same slot every time"],
        "hidden": False,
        "subcycle": text,
        "axes": axes,
        "designs": [
            {"name": n, "summary": text or d[0], "peer": bool(d[1])} for n, d in DESIGNS.items()
        ],
    }


def _samples(rng: np.random.Generator, ns: float, n: int, rounds: Any) -> dict[str, bytes]:
    iterations = np.full(n, int(2e5 / ns), dtype="<i8")
    per_op = ns * rounds * rng.lognormal(0, 0.01, n)
    flags = (rounds > 1.1) * 1 + (rng.random(n) < 0.05) * 2 + (rng.random(n) < 0.05) * 4
    placement = np.arange(n) * 5 // n
    return {
        "ns_total": np.rint(per_op * iterations).astype("<i8").tobytes(),
        "iterations": iterations.tobytes(),
        "flags": flags.astype("<u4").tobytes(),
        "placement": placement.astype("<u4").tobytes(),
    }


def _case(
    id: str, design: str, params: dict[str, Any], process: int, status: tuple[str, str],
    blobs: dict[str, bytes],
) -> StoredCase:  # fmt: skip
    counted = design != "pmr"
    evidence = {"instr_per_op": 12.0 if counted else None,
                "instr_status": "counted" if counted else "over budget",
                "empty_instr_per_op": 3.0, "empty_ns_per_op": 0.27, "core_hz": 3.7e9,
                "copies_ns": [0, 0, 0], "copies_instr": [0, 0, 0]}  # fmt: skip
    version = "" if status[0] == "not_installed" else DESIGNS[design][1]
    return StoredCase(id, design, params, process, *status, version, 77, evidence, blobs)


def _group(
    rng: np.random.Generator, id: str, params: dict[str, Any], process: int, n: int
) -> Iterator[StoredCase]:
    """All designs at one point in one process, with common disturbances in each round."""
    rounds = rng.lognormal(0, 0.01, n)
    rounds[rng.random(n) < 0.06] *= 1.5
    for design, (_, _, times) in DESIGNS.items():
        status = REFUSED.get((kind_of(id), design), ("ok", ""))
        kept = n if status[0] in ("ok", "too_noisy") else 0
        ns = times[kind_of(id)] * (1 + params.get("capacity", 0) / 4000)
        blobs = {name: data[: kept * len(data) // n]
                 for name, data in _samples(rng, ns, n, rounds).items()}  # fmt: skip
        yield _case(id, design, params, process, status, blobs)


def write_journal(
    path: Path, ids: list[str], *, processes: int = 1, n_samples: int = 30, text: str = ""
) -> Path:
    """Write a finished journal; `text` replaces every free text of the catalog."""
    rng = np.random.default_rng(len(ids) * 1000 + n_samples)
    settings = {"profile": "quick", "n_samples": n_samples, "processes": processes, "seed": 1}
    catalog = {id: entry_of(id, text=text) for id in ids}
    axes = {id: {a["name"]: a["defaults"] for a in catalog[id]["axes"]} for id in ids}
    plan = {"version": vmperf.__version__, "settings": settings, "benchmarks": axes}
    command = f"vmperf run 'pool/*' --seed 1{text}"
    machine = MACHINE | ({text: text} if text else {})
    meta = {"plan": plan, "command": command, "machine": machine, "catalog": catalog}
    journal = Journal.create(path, meta)
    for id in ids:
        for capacity in axes[id].get("capacity", [0]):
            point = {"item_size_bytes": 64} | ({"capacity": capacity} if capacity else {})
            for process in range(processes):
                journal.commit(_group(rng, id, point, process, n_samples))
    journal.close()
    return path


def write_grid(path: Path) -> Path:
    """Write a journal of pool/cycle over item size and capacity, at the places of its claims."""
    rng = np.random.default_rng(7)
    settings = {"profile": "quick", "n_samples": 30, "processes": 1, "seed": 1}
    entry = entry_of("pool/cycle")
    claims = [c for c in read_claims(shipped()) if c.benchmark == "pool/cycle" and c.kind == "ns"]
    state = claims[0].params["state"]
    axes = {"design": [*DESIGNS], "item_size_bytes": [16, 64], "state": [state],
            "capacity": [10, 1000, 100000]}  # fmt: skip
    entry["axes"] = [{"name": n, "values": v, "defaults": v} for n, v in axes.items()]
    plan = {"version": vmperf.__version__, "settings": settings, "benchmarks": {entry["id"]: axes}}
    meta = {"plan": plan, "command": "by hand", "machine": MACHINE, "catalog": {entry["id"]: entry}}
    journal = Journal.create(path, meta)
    for size, capacity in itertools.product(axes["item_size_bytes"], axes["capacity"]):
        params = {"item_size_bytes": size, "state": state, "capacity": capacity}
        journal.commit(_group(rng, "pool/cycle", params, 0, 30))
    journal.close()
    return path


QUANTITIES: dict[str, list[dict[str, Any]]] = {
    "metrics": [
        {"name": "hits", "unit": "1", "better": "higher", "scope": "case", "merge": "mean"},
        {"name": "absent", "unit": "s", "better": "lower", "scope": "case", "merge": "mean"},
        {"name": "rss_peak_bytes", "unit": "B", "better": "lower", "scope": "case", "merge": "max"},
    ],
    "distributions": [{"name": "latency", "unit": "ns", "better": "lower"}],
    "series": [{"name": "rss", "x_unit": "s", "y_unit": "B"}],
    "tables": [{"name": "pauses", "columns": [{"name": "kind", "unit": ""},
                                              {"name": "length", "unit": "us"}]}],
}  # fmt: skip


def _deliver(rng: np.random.Generator, case: StoredCase) -> StoredCase:
    """The case with one of everything, of two placements; designs differ by their time."""
    ns = 1000 * DESIGNS[case.design][2]["sizes"]
    metrics = {"hits": [1 - ns / 1e5, 1 - ns / 1e5 + 0.001], "absent": [None, None],
               "rss_peak_bytes": [2**20 * ns / 100, 2**20 * ns / 90]}  # fmt: skip
    details: dict[tuple[str, str, int], bytes] = {}
    for placement in range(2):
        shape = vmperf.stats.Histogram()
        values = ns * rng.lognormal(0, 0.3, 5000)
        values[:10] *= 20
        shape.record(np.asarray(values, dtype=np.int64))
        x = np.arange(2000) / 100
        y = 2**20 * (50 + placement + ns / 1000 * np.sqrt(x) + 5 * (np.arange(2000) % 100 == 50))
        rows = [["major" if i % 7 == 0 else "minor", float(i) / 3] for i in range(30)]
        details["distribution", "latency", placement] = shape.to_bytes()
        details["series", "rss", placement] = np.concatenate([x, y]).astype("<f8").tobytes()
        details["table", "pauses", placement] = json.dumps({"rows": rows}).encode()
    return replace(case, metrics=metrics, details=details)


def write_delivered(path: Path, modelled: dict[str, float] | None = None) -> Path:
    """Write a journal of gc/sizes, whose cases deliver more than their time.

    `modelled` are metrics in ns of a model besides, and what each is at every placement.
    """
    more = modelled or {}
    rng = np.random.default_rng(11)
    settings = {"profile": "quick", "n_samples": 30, "processes": 1, "seed": 1}
    own = [{"name": name, "unit": "ns", "better": "lower", "scope": "case", "merge": "mean"}
           for name in more]  # fmt: skip
    quantities = QUANTITIES | {"metrics": [*QUANTITIES["metrics"], *own]}
    entry = entry_of("gc/sizes") | {"quantities": quantities}
    axes = {a["name"]: a["defaults"] for a in entry["axes"]}
    plan = {"version": vmperf.__version__, "settings": settings, "benchmarks": {entry["id"]: axes}}
    meta = {"plan": plan, "command": "by hand", "machine": MACHINE, "catalog": {entry["id"]: entry}}
    journal = Journal.create(path, meta)
    for capacity in axes["capacity"]:
        group = _group(rng, entry["id"], {"item_size_bytes": 64, "capacity": capacity}, 0, 30)
        cases = [_deliver(rng, case) for case in group]
        values = {name: [value, value] for name, value in more.items()}
        journal.commit(replace(case, metrics={**case.metrics, **values}) for case in cases)
    journal.close()
    return path


def many_ids(n: int) -> list[str]:
    """So many benchmark ids, one in three with a sweep over three capacities."""
    kinds = ("cycle", "churn", "sizes")
    return [f"pool/{kinds[i % 3]}_{i // 3}" for i in range(n)]


@pytest.fixture
def make_results(tmp_path: Path) -> Callable[..., Results]:
    """Results over a new journal: `make_results(ids, processes=, n_samples=, text=)`."""

    def make(ids: list[str] | None = None, **options: Any) -> Results:
        wanted = ids or ["pool/cycle", "pool/churn", "pool/sizes"]
        name = f"{len(list(tmp_path.iterdir()))}.vmperf"
        return vmperf.load_results(write_journal(tmp_path / name, wanted, **options))

    return make


@pytest.fixture
def make_grid(tmp_path: Path) -> Callable[[], Results]:
    """Results of one benchmark over two numeric axes; always the same ones."""

    def make() -> Results:
        path = tmp_path / "grid.vmperf"
        return vmperf.load_results(path if path.exists() else write_grid(path))

    return make


@pytest.fixture
def delivered(tmp_path: Path) -> Results:
    """Results of gc/sizes with metrics, a distribution, a series and a table."""
    return vmperf.load_results(write_delivered(tmp_path / "delivered.vmperf"))


@pytest.fixture
def mixed(tmp_path: Path) -> Results:
    """The same, with two metrics of a model."""
    modelled = {"modelled_ns": 123.5, "before_modelled_ns": 456.25}
    return vmperf.load_results(write_delivered(tmp_path / "mixed.vmperf", modelled))


@pytest.fixture
def ids_of() -> Callable[[int], list[str]]:
    """So many benchmark ids."""
    return many_ids


@pytest.fixture
def make_history(tmp_path: Path) -> Callable[..., vmperf.History]:
    """A history of 24 comparisons on one machine: B is 5 % slower from the 14th on."""

    def make(*, text: str = "", slower: float = 0.05) -> vmperf.History:
        rng = np.random.default_rng(3)
        history = vmperf.History(tmp_path / f"history-{slower}.db")
        for i in range(24):
            params = {"design": text or "stack", "item_size_bytes": 64}
            case = Case("pool/cycle", params, (params, params), minima=(2.0, 2.0))
            level = slower * (i >= 14)
            case.evidence.effects = [float(v) for v in level + 0.002 * rng.standard_normal(12)]
            found = Comparison(
                a="baseline:main", b=text, settings=defaults(), machine=MACHINE, cases=(case,),
                salts=1, layout_note="", seed=0, revisions=("base", text or f"rev{i:02d}"),
                builds=("reference", "b"), date=f"2024-01-{i + 1:02d}T00:00:00+00:00",
            )  # fmt: skip
            history.append(found)
        return history

    return make
