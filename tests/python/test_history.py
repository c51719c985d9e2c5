"""The history: rows, segments, change points, and files that are no history."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vmperf
from vmperf._compare.cases import Case
from vmperf._compare.result import Comparison
from vmperf._compare.settings import defaults
from vmperf._compare.verdict import Evidence
from vmperf._history.fingerprint import FIELDS, differences, fingerprint_id, fingerprint_of
from vmperf._history.history_file import SCHEMA_VERSION

Made = Callable[..., Comparison]
MACHINE = {
    "cpu": {"vendor": "V", "brand": "B", "family": 1, "model": 2, "microarchitecture": "M 1",
            "hypervisor": "KVM"},
    "os": {"system": "Linux", "kernel": "6.1.0-13"},
    "build": {"compiler": "GNU 12.2.0"},
    "state": {"load_average": [1, 2, 3]},
}  # fmt: skip


@pytest.fixture
def made() -> Made:
    """A comparison whose pairs are given: ``made([0.01, ...], revision="r")``."""

    def make(
        effects: Sequence[float],
        *,
        revision: str = "",
        reference: str = "ref",
        least_ns: float = 2.0,
        machine: dict[str, Any] = MACHINE,
    ) -> Comparison:
        params = {"design": "stack", "item_size_bytes": 64}
        good = Case("pool/cycle", params, (params, params), minima=(2.0, least_ns))
        good.evidence = Evidence(effects=[*effects], instructions=(5.0, 5.0))
        bad = Case("pool/churn", params, (params, params), status="crashed", reason="SIGSEGV")
        return Comparison(
            a="baseline:main",
            b="rev:x",
            settings=defaults(),
            machine=machine,
            cases=(good, bad),
            salts=1,
            layout_note="",
            seed=2**64 - 1,
            revisions=("first", revision),
            builds=(reference, "build"),
            date="2024-01-01T00:00:00+00:00",
        )

    return make


def noise(rng: np.random.Generator, level: float, n: int = 24) -> list[float]:
    return [float(value) for value in level + 0.001 * rng.standard_normal(n)]


def test_what_goes_in_comes_out(tmp_path: Path, made: Made) -> None:
    history = vmperf.History(tmp_path / "h.db")
    assert history.rows() == [] == history.segments()
    assert not history.path.exists()
    found = made([0.01, -0.02, 0.03, 0.0], revision="abcdef")
    assert history.append(found) == 1
    good, bad = history.rows()
    judged = found.rows()[0]
    assert {name: good[name] for name in ("verdict", "effect", "low", "high", "pairs")} == {
        name: judged[name] for name in ("verdict", "effect", "low", "high", "pairs")
    }
    assert good["log_ratios"] == [0.01, -0.02, 0.03, 0.0]
    assert (good["min_a_ns"], good["min_b_ns"]) == (2.0, 2.0)
    assert (good["instr_a"], good["instr_b"]) == (5.0, 5.0)
    assert good["seed"] == 2**64 - 1
    assert good["settings"]["alpha"] == defaults().alpha
    assert good["params"] == {"design": "stack", "item_size_bytes": 64}
    assert (bad["status"], bad["reason"], bad["verdict"]) == ("crashed", "SIGSEGV", None)
    with closing(sqlite3.connect(history.path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_rows_by_id_params_and_revision(tmp_path: Path, made: Made) -> None:
    history = vmperf.History(tmp_path / "h.db")
    for revision in ("aaa1", "aab2"):
        history.append(made([0.0] * 3, revision=revision))
    assert len(history.rows("pool/*")) == 4
    assert [row["revision"] for row in history.rows("pool/cycle", revision="aab")] == ["aab2"]
    assert history.rows("pool/cycle", {"item_size_bytes": 16}) == []
    assert history.rows(fingerprint="other") == []


def test_another_machine_is_another_segment(tmp_path: Path, made: Made) -> None:
    history = vmperf.History(tmp_path / "h.db")
    other = {**MACHINE, "build": {"compiler": "Clang 19.0.0"}}
    for i, machine in enumerate([MACHINE, other, MACHINE]):
        history.append(made([0.0] * 3, revision=f"r{i}", machine=machine))
    first, second = history.segments()
    assert (first.number, first.revisions) == (0, ("r0", "r2"))
    assert (second.number, second.revisions) == (1, ("r1",))
    assert differences(first.fields, second.fields) == ["compiler: GNU 12.2.0, not Clang 19.0.0"]
    assert {(one.segment, len(one.points)) for one in history.series()} == {(0, 2), (1, 1)}


def test_the_fingerprint_is_stable() -> None:
    fields = fingerprint_of(MACHINE)
    assert tuple(fields) == FIELDS
    later = {**MACHINE, "os": {"system": "Linux", "kernel": "6.18.3"}, "state": {}}
    assert fingerprint_of(later) == fields
    newer = {**MACHINE, "os": {"system": "Linux", "kernel": "7.0.0"}}
    assert fingerprint_id(fingerprint_of(newer)) != fingerprint_id(fields)
    here = fingerprint_of(vmperf.machine())
    assert here == fingerprint_of(vmperf.machine())
    assert "?" not in "".join(here.values())


@pytest.mark.parametrize("moves", ["ratio", "minimum"])
def test_change_points_are_found_where_they_are(tmp_path: Path, made: Made, moves: str) -> None:
    rng = np.random.default_rng(3)
    history = vmperf.History(tmp_path / "h.db")
    for i in range(24):
        slow = 0.05 * (i >= 14)
        # For minima the reference moves with each revision, so that ratios would compare nothing.
        reference = "ref" if moves == "ratio" else f"ref{i}"
        level = slow if moves == "ratio" else 0.0
        history.append(
            made(
                noise(rng, level),
                revision=f"r{i}",
                reference=reference,
                least_ns=2.0 * (1 + slow + 0.001 * rng.standard_normal()),
            )
        )
    (change,) = history.change_points("pool/cycle", {"item_size_bytes": 64})
    assert (change["on"], change["index"], change["revision"]) == (moves, 14, "r14")
    assert change["ratio"] == pytest.approx(1.05, abs=0.005)
    assert change["p"] <= 0.005
    if moves == "minimum":
        with pytest.raises(vmperf.InvalidArgumentError, match="24 reference builds"):
            history.change_points("pool/cycle", on="ratio")


def test_an_even_history_has_none(tmp_path: Path, made: Made) -> None:
    rng = np.random.default_rng(4)
    history = vmperf.History(tmp_path / "h.db")
    for i in range(30):
        history.append(made(noise(rng, 0.0), revision=f"r{i}"))
    assert history.change_points("pool/cycle") == []


def test_unknown_words(tmp_path: Path, made: Made) -> None:
    history = vmperf.History(tmp_path / "h.db")
    history.append(made([0.0] * 3))
    with pytest.raises(vmperf.InvalidArgumentError, match="pool/cycl"):
        history.change_points("pool/cycl")
    with pytest.raises(vmperf.InvalidArgumentError, match="ratio, minimum"):
        history.series(on="mean")


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE mine (x)")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (newer, f"schema {SCHEMA_VERSION + 1}; this vmperf reads {SCHEMA_VERSION}"),
        (foreign, "not a vmperf history"),
        (lambda path: path.write_text("precious text, no database at all"), "not a vmperf history"),
        (lambda path: path.write_bytes(b""), "not a vmperf history"),
        (lambda path: path.write_bytes(path.read_bytes()[:5000]), "truncated"),
        (lambda path: path.write_bytes(path.read_bytes()[:60]), "truncated"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "truncated"),
        (lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 40960), "damaged"),
    ],
)
def test_a_bad_file_is_refused_and_kept(
    tmp_path: Path, made: Made, damage: Callable[[Path], object], words: str
) -> None:
    history = vmperf.History(tmp_path / "h.db")
    history.append(made([0.0] * 3))
    damage(history.path)
    before = history.path.read_bytes()
    with pytest.raises(vmperf.TraceFormatError, match=words) as caught:
        vmperf.History(history.path)
    assert caught.value.path == str(history.path)
    for use in (lambda: history.append(made([0.0] * 3)), history.rows, history.segments):
        with pytest.raises(vmperf.TraceFormatError):
            use()
    assert history.path.read_bytes() == before


def test_a_blob_of_another_length(tmp_path: Path, made: Made) -> None:
    history = vmperf.History(tmp_path / "h.db")
    history.append(made([0.0] * 3))
    with closing(sqlite3.connect(history.path)) as db, db:
        db.execute("UPDATE points SET log_ratios = x'00' WHERE id = 'pool/cycle'")
    with pytest.raises(vmperf.TraceFormatError, match="1 bytes for 3 pairs of pool/cycle"):
        history.rows()


def test_a_failed_append_leaves_nothing(tmp_path: Path, made: Made) -> None:
    history = vmperf.History(tmp_path / "h.db")
    history.append(made([0.0] * 3))
    twice = made([0.0] * 3)
    with pytest.raises(vmperf.TraceFormatError, match="UNIQUE"):
        history.append(replace(twice, cases=(*twice.cases, twice.cases[0])))
    assert len(history.rows()) == 2
    assert history.append(made([0.0] * 3)) == 2


WRITER = """
import sys, pickle, vmperf
found = pickle.load(open(sys.argv[2], "rb"))
for _ in range(5):
    vmperf.History(sys.argv[1]).append(found)
"""


def test_several_processes_append(tmp_path: Path, made: Made) -> None:
    import pickle

    (tmp_path / "one").write_bytes(pickle.dumps(made([0.0] * 3)))
    command = [sys.executable, "-c", WRITER, str(tmp_path / "h.db"), str(tmp_path / "one")]
    writers = [subprocess.Popen(command) for _ in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert len(vmperf.History(tmp_path / "h.db").rows()) == 30


def test_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert vmperf.History().path == tmp_path / "store" / "history.db"
    monkeypatch.setenv("VMPERF_HISTORY", str(tmp_path / "mine.db"))
    assert vmperf.History().path == tmp_path / "mine.db"
