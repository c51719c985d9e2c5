"""Notebooks executed as they stand, and results whose times are altered."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import vmperf
from vmperf._plan.plan import Group
from vmperf._results.journal import Journal, StoredCase
from vmperf._results.results import Results
from vmperf._run.sweep import plan_sweep

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
FAIR_WEATHER = f"""
import sys

sys.path.insert(0, {str(ROOT / "tests" / "architecture")!r})
from house import fair_weather

fair_weather.install()
"""


def printed(notebook: Any) -> list[str]:
    """What the cells of an executed notebook printed."""
    return [
        output["text"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream" and output["name"] == "stdout"
    ]


@pytest.fixture
def execute(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Run a notebook in fair weather, `extra` as its last cell; return what its cells printed."""

    def run(name: str, extra: str = "", **environment: str) -> list[str]:
        monkeypatch.setenv("VMPERF_NOTEBOOK_BUDGET_S", "1.5")
        for key, value in environment.items():
            monkeypatch.setenv(key, value)
        notebook: Any = nbformat.read(NOTEBOOKS / name, as_version=4)
        notebook.cells.insert(0, nbformat.v4.new_code_cell(FAIR_WEATHER))
        if extra:
            notebook.cells.append(nbformat.v4.new_code_cell(extra))
        NotebookClient(notebook, timeout=240, kernel_name="python3").execute()
        return printed(notebook)

    return run


TIMES = {"stack": 3.0, "naive": 3.2, "libc": 12.0, "mimalloc": 8.0}  # ns per op


def _case(group: Group, design: str, rng: np.random.Generator, rounds: Any) -> StoredCase:
    n, iterations = len(rounds), 100_000
    longer = 1 + (0 if group.id == "pool/sizes" else group.params["capacity"] / 1e5)
    per_op = TIMES[design] * longer * rounds * rng.lognormal(0, 0.002, n)
    columns = {
        "ns_total": np.rint(per_op * iterations).astype("<i8"),
        "iterations": np.full(n, iterations, "<i8"),
        "flags": np.zeros(n, "<u4"),
        "placement": np.zeros(n, "<u4"),
    }
    evidence = {"instr_per_op": 9.0, "instr_status": "counted", "core_hz": 2e9}
    blobs = {name: values.tobytes() for name, values in columns.items()}
    where = (group.id, design, group.params, group.process)
    return StoredCase(*where, "ok", "", "", 1, evidence, blobs)


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """Results of the shipped sweep of pools with times that are known, by the real journal."""
    plan, _ = plan_sweep("pools")
    entries = {entry["id"]: entry for entry in vmperf.bench.catalog()}
    meta = {
        "plan": plan.identity(),
        "command": plan.command,
        "reference": plan.reference,
        "machine": {"cpu": {"model": "Example CPU | <b>"}},
        "catalog": {b.id: entries[b.id] for b in plan.benchmarks},
    }
    rng = np.random.default_rng(5)
    journal = Journal.create(tmp_path / "known.vmperf", meta)
    for group in plan.groups:
        rounds = rng.lognormal(0, 0.01, 30)
        journal.commit([_case(group, design, rng, rounds) for design in group.designs])
    journal.close()
    return tmp_path / "known.vmperf"


@pytest.fixture
def scaled(tmp_path: Path) -> Callable[..., Results]:
    """Copy results with the times of one design multiplied: ``scaled(path, "libc", 2)``."""

    def copy(path: Path, design: str, factor: int) -> Results:
        target = tmp_path / f"{design}-{factor}-{path.name}"
        shutil.copy(path, target)
        with closing(sqlite3.connect(target)) as db, db:
            for key, blob in db.execute(
                "SELECT rowid, ns_total FROM cases WHERE design = ?", [design]
            ).fetchall():
                times = (np.frombuffer(blob, "<i8") * factor).tobytes()
                db.execute("UPDATE cases SET ns_total = ? WHERE rowid = ?", [times, key])
        return vmperf.load_results(target)

    return copy
