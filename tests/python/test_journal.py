"""The journal: never half there, never overwritten, torn by kill -9 without a loss."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

import vmperf
from vmperf._plan.plan import Plan, make_plan
from vmperf._results.journal import Journal, Key, StoredCase, case_key, read_cases, read_meta

CaseOf = Callable[..., StoredCase]
MetaOf = Callable[[Plan], dict[str, Any]]


@pytest.fixture
def whole(grid_plan: Plan, journal_of: Callable[..., Path], stored_case: CaseOf) -> Path:
    return journal_of(grid_plan, [stored_case(grid_plan, 0, "stack", ns_per_op=[1.0, 2.0, 3.0])])


def test_what_goes_in_comes_out(
    grid_plan: Plan, whole: Path, stored_case: CaseOf, make_meta: MetaOf
) -> None:
    assert read_cases(whole) == [stored_case(grid_plan, 0, "stack", ns_per_op=[1.0, 2.0, 3.0])]
    assert read_meta(whole) == make_meta(grid_plan)
    with closing(sqlite3.connect(whole)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (2,)
        assert db.execute("PRAGMA application_id").fetchone() == (0x766D7066,)


def test_it_stands_alone_and_can_be_read_only(whole: Path) -> None:
    assert [p.name for p in whole.parent.iterdir() if p.name.startswith(whole.name)] == [whole.name]
    whole.chmod(0o400)
    whole.parent.chmod(0o500)
    try:
        assert len(vmperf.load_results(whole).cases) == 1
    finally:
        whole.parent.chmod(0o700)


def test_an_existing_file_is_refused_and_kept(
    grid_plan: Plan, tmp_path: Path, make_meta: MetaOf
) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("precious")
    with pytest.raises(vmperf.InvalidArgumentError, match=r"mine\.txt.*--resume"):
        Journal.create(path, make_meta(grid_plan))
    with pytest.raises(vmperf.InvalidArgumentError, match="--resume"):
        vmperf.run("bench/selftest/folded", results=path)
    with pytest.raises(vmperf.TraceFormatError):
        vmperf.run("bench/selftest/folded", results=path, resume=True)
    assert path.read_text() == "precious"
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": 1}, "seed 0, not 1"),
        ({"profile": "criterion"}, "processes 5, not 1; profile 'thorough', not 'criterion'"),
        ({"designs": ["stack"]}, r"hurdles/grid design \['stack', 'naive'\], not \['stack'\]"),
        ({"params": {"item_size_bytes": 16}}, r"item_size_bytes \[16, 64\], not \[16\]"),
        ({"patterns": ["hurdles/grid", "pool/cycle"]}, "no benchmark pool/cycle"),
        ({"patterns": ["pool/cycle"]}, "benchmark hurdles/grid"),
        ({"budget_s": 100.0}, "budget_s None, not 100"),
    ],
)
def test_another_plan_is_refused_by_name(
    whole: Path, changes: dict[str, object], said: str
) -> None:
    same: dict[str, object] = {
        "patterns": ["hurdles/grid"],
        "profile": "thorough",
        "designs": ["naive", "stack"],
        "params": {"item_size_bytes": [16, 64]},
    }
    before = whole.read_bytes()
    Journal.resume(whole, make_plan(**same).identity()).close()  # type: ignore[arg-type]
    with pytest.raises(vmperf.InvalidArgumentError, match=said):
        Journal.resume(whole, make_plan(**same | changes).identity())  # type: ignore[arg-type]
    assert read_cases(whole)
    assert len(whole.read_bytes()) == len(before)


def test_another_version_is_refused_by_name(grid_plan: Plan, whole: Path) -> None:
    identity = grid_plan.identity() | {"version": "9.9.9"}
    with pytest.raises(vmperf.InvalidArgumentError, match=r"version .*, not 9\.9\.9"):
        Journal.resume(whole, identity)


def test_one_writer_at_a_time(grid_plan: Plan, whole: Path, stored_case: CaseOf) -> None:
    writer = Journal.resume(whole, grid_plan.identity())
    with pytest.raises(vmperf.InvalidArgumentError, match="no other run is writing"):
        Journal.resume(whole, grid_plan.identity())
    writer.commit([stored_case(grid_plan, 1, "stack", ns_per_op=[1.0])])
    assert len(read_cases(whole)) == 2  # a reader is welcome while it is written
    writer.commit([stored_case(grid_plan, 2, "stack", ns_per_op=[1.0])])
    writer.close()
    assert len(read_cases(whole)) == 3


def test_a_case_is_stored_once_and_a_group_whole(
    grid_plan: Plan, whole: Path, stored_case: CaseOf
) -> None:
    writer = Journal.resume(whole, grid_plan.identity())
    new = stored_case(grid_plan, 1, "naive", ns_per_op=[1.0])
    double = stored_case(grid_plan, 0, "stack", ns_per_op=[9.0])
    with pytest.raises(vmperf.TraceFormatError, match="UNIQUE"):
        writer.commit([new, double])
    assert writer.keys() == {c.key for c in read_cases(whole)}
    assert len(read_cases(whole)) == 1
    writer.close()


def test_no_such_file(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(vmperf.InvalidArgumentError, match="an existing journal file"):
            vmperf.load_results(path)


@pytest.mark.parametrize("content", [b"", b"SQLite", b"text", b"SQLite format 3\0", b"\0" * 5000])
def test_foreign_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "foreign"
    path.write_bytes(content)
    with pytest.raises(vmperf.TraceFormatError) as caught:
        vmperf.load_results(path)
    assert caught.value.path == str(path)
    assert 0 <= caught.value.offset <= max(len(content), 68)
    assert path.read_bytes() == content


def test_foreign_database(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE cases (x)")
    with pytest.raises(vmperf.TraceFormatError, match="at byte 68: not a vmperf journal"):
        vmperf.load_results(path)


def test_newer_schema(whole: Path, grid_plan: Plan) -> None:
    with closing(sqlite3.connect(whole)) as db:
        db.execute("PRAGMA user_version = 3")
    before = whole.read_bytes()
    with pytest.raises(vmperf.TraceFormatError, match="at byte 60: schema 3"):
        vmperf.load_results(whole)
    with pytest.raises(vmperf.TraceFormatError):
        Journal.resume(whole, grid_plan.identity())
    assert whole.read_bytes() == before


def test_any_truncation_is_told(whole: Path, rng: random.Random) -> None:
    content = whole.read_bytes()
    cuts = {1, 15, 16, 99, 100, 4095, 4096, len(content) - 1, *rng.sample(range(len(content)), 40)}
    for cut in sorted(cuts):
        path = whole.with_name("cut")
        path.write_bytes(content[:cut])
        with pytest.raises(vmperf.TraceFormatError) as caught:
            vmperf.load_results(path)
        assert caught.value.offset <= max(cut, 68)


def test_any_damage_is_told_or_harmless(whole: Path, rng: random.Random) -> None:
    content = whole.read_bytes()
    path = whole.with_name("damaged")
    for _ in range(150):
        torn = bytearray(content)
        for _ in range(rng.randrange(1, 20)):
            torn[rng.randrange(len(torn))] = rng.randrange(256)
        path.write_bytes(torn)
        with suppress(vmperf.TraceFormatError):  # nothing else may come out
            vmperf.load_results(path)


# kill -9 -----------------------------------------------------------------------------------------

IDS = ["folded", "cached", "half_work", "one_shot", "missing", "throwing"]
PROGRAM = """
import sys, vmperf
vmperf.run([f"bench/selftest/{name}" for name in sys.argv[2:]], profile="thorough", budget_s=4.0,
           results=sys.argv[1], resume=True)
"""


def _expected() -> set[Key]:
    plan = make_plan([f"bench/selftest/{name}" for name in IDS], profile="thorough")
    return {case_key(g.id, d, g.params, g.process) for g in plan.groups for d in g.designs}


def _run_and_kill(path: Path, seconds: float) -> bool:
    """Start or resume the run, kill it after a time; True where it ended by itself."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(path), *IDS])
    try:
        assert process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return False
    return True


def _tear(path: Path, rng: random.Random, n_kills: int) -> None:
    kept: dict[Key, bytes] = {}
    for _ in range(n_kills):
        ended = _run_and_kill(path, rng.uniform(0.2, 2.5))
        if path.exists():
            now = {c.key: c.blobs["ns_total"] for c in read_cases(path)}
            assert len(read_cases(path)) == len(now)  # no duplicates
            assert now.items() >= kept.items()  # nothing lost, nothing measured anew
            kept = now
        if ended:
            break
    assert _run_and_kill(path, 300.0)
    whole = {c.key: c.blobs["ns_total"] for c in read_cases(path)}
    assert whole.keys() == _expected()
    assert len(read_cases(path)) == len(whole)
    assert whole.items() >= kept.items()


def test_killed_runs_go_on_where_they_were(tmp_path: Path, rng: random.Random) -> None:
    _tear(tmp_path / "torn.vmperf", rng, n_kills=4)


def test_what_a_killed_build_left_goes(grid_plan: Plan, tmp_path: Path, make_meta: MetaOf) -> None:
    path = tmp_path / "torn.vmperf"
    for suffix in ("new", "new-journal"):
        (tmp_path / f".{path.name}.1-ab.{suffix}").write_bytes(b"left")
    other = tmp_path / ".other.vmperf.1-ab.new"
    other.write_bytes(b"of another file")
    Journal.create(path, make_meta(grid_plan)).close()
    assert {p.name for p in tmp_path.iterdir() if p.suffix != ".lock"} == {path.name, other.name}


@pytest.mark.slow
def test_runs_killed_many_times(tmp_path: Path, rng: random.Random) -> None:
    for number in range(6):
        _tear(tmp_path / f"torn-{number}.vmperf", rng, n_kills=12)
    assert {p.suffix for p in tmp_path.iterdir()} == {".vmperf"}
