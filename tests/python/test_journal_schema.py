"""Schema 2 of the journal: metrics and details come back, and files of schema 1 are served on."""

from __future__ import annotations

import math
import shutil
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vmperf
from vmperf._measure.frames import FrameReader, encode
from vmperf._measure.measure import FIELDS, case_blobs, case_header, split_blobs
from vmperf._plan.plan import Plan
from vmperf._results.journal import Journal, StoredCase, read_cases, read_details, read_meta
from vmperf._results.journal_file import SCHEMA_VERSION

CaseOf = Callable[..., StoredCase]
# Written by the version of schema 1: two benchmarks that are ok, three rows that are not.
OLD = Path(__file__).parent / "data" / "schema1.vmperf"

VALUES = st.lists(st.none() | st.floats(width=64))
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
METRICS = st.dictionaries(NAMES, VALUES, max_size=4)
KINDS = st.sampled_from(["distribution", "series", "table", "sample"])
DETAILS = st.dictionaries(
    st.tuples(KINDS, NAMES, st.integers(0, 2**31)), st.binary(max_size=100), max_size=5
)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copy(OLD, tmp_path / "old.vmperf"))


def _schema(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def _same(a: dict[str, list[float | None]], b: dict[str, list[float | None]]) -> bool:
    """Equal, with NaN as equal to itself."""

    def key(values: list[float | None]) -> list[object]:
        return ["nan" if v is not None and math.isnan(v) else v for v in values]

    return {k: key(v) for k, v in a.items()} == {k: key(v) for k, v in b.items()}


@pytest.mark.property
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(METRICS, DETAILS)
def test_metrics_and_details_come_back(
    grid_plan: Plan,
    journal_of: Callable[..., Path],
    stored_case: CaseOf,
    metrics: dict[str, list[float | None]],
    details: dict[tuple[str, str, int], bytes],
) -> None:
    plain = stored_case(grid_plan, 0, "stack", ns_per_op=[1.0])
    path = journal_of(grid_plan, [replace(plain, metrics=metrics, details=details)])
    (found,) = read_cases(path)
    assert _same(found.metrics, metrics)
    assert found.details == {}  # they are read where they are asked for
    assert found.blobs == plain.blobs
    kept = {}
    for kind in ("distribution", "series", "table", "sample"):
        for detail in read_details(path, kind, benchmark="hurdles/grid"):
            assert (detail.key, detail.kind) == (plain.key, kind)
            kept[kind, detail.name, detail.placement] = detail.data
    assert kept == details
    path.unlink()


class Result:
    """A native result by hand."""

    design, status, reason, version, checksum = "stack", "ok", "", "", 7

    def __init__(self, metrics: Any, details: Any) -> None:
        self.evidence = {"instr_per_op": 4.0}
        self.metrics = metrics
        self._details = details
        self.samples = self

    def to_bytes(self, field: str) -> bytes:
        return bytes(FIELDS[field])

    def details(self) -> list[tuple[str, str, int, bytes]]:
        return [(*which, data) for which, data in self._details.items()]


@pytest.mark.property
@given(METRICS, DETAILS)
def test_a_frame_carries_them(
    metrics: dict[str, list[float | None]], details: dict[tuple[str, str, int], bytes]
) -> None:
    result = Result(metrics, details)
    ((header, blobs),) = FrameReader().feed(encode(case_header(result), case_blobs(result)))
    assert _same(header["metrics"], metrics)
    samples, kept = split_blobs(blobs)
    assert kept == details
    assert samples == {field: bytes(size) for field, size in FIELDS.items()}


def test_details_can_be_chosen(
    grid_plan: Plan, journal_of: Callable[..., Path], stored_case: CaseOf
) -> None:
    series = struct.pack("<2d", 0.0, 1.0)
    details = {("series", "rss", 0): series, ("series", "mrc", 0): b"", ("table", "rss", 1): b"{}"}
    case = replace(stored_case(grid_plan, 0, "stack", ns_per_op=[1.0]), details=details)
    path = journal_of(grid_plan, [case])
    assert [(d.name, d.data) for d in read_details(path, "series", name="rss")] == [("rss", series)]
    assert len(read_details(path, "series")) == 2
    assert read_details(path, "series", benchmark="hurdles/race") == []


def test_a_refused_group_leaves_no_details(
    grid_plan: Plan, journal_of: Callable[..., Path], stored_case: CaseOf
) -> None:
    case = stored_case(grid_plan, 0, "stack", ns_per_op=[1.0])
    path = journal_of(grid_plan, [case])
    writer = Journal.resume(path, grid_plan.identity())
    other = replace(
        stored_case(grid_plan, 1, "naive", ns_per_op=[1.0]), details={("table", "t", 0): b"{}"}
    )
    with pytest.raises(vmperf.TraceFormatError, match="UNIQUE"):
        writer.commit([other, case])
    writer.close()
    assert read_details(path, "table") == []


# schema 1 ----------------------------------------------------------------------------------------


def test_an_old_file_is_read_as_it_is(old: Path) -> None:
    before = old.read_bytes()
    old.chmod(0o400)
    old.parent.chmod(0o500)
    try:
        cases = read_cases(old)
        assert [case.status for case in cases] == [
            "ok", "ok", "not_installed", "unsupported", "crashed",
        ]  # fmt: skip
        assert all(case.metrics == {} for case in cases)
        assert read_details(old, "distribution") == []
        rows = vmperf.load_results(old).rows()
    finally:
        old.parent.chmod(0o700)
    assert rows[0]["ns_per_op"]["median"] > 0
    assert old.read_bytes() == before
    assert [path.name for path in old.parent.iterdir() if path.is_file()] == ["old.vmperf"]


def test_going_on_brings_it_up_to_date(old: Path) -> None:
    before, meta = read_cases(old), read_meta(old)
    writer = Journal.resume(old, meta["plan"])
    added = replace(before[0], process=1, metrics={"hits": [1.0]}, details={("table", "t", 0): b""})
    writer.commit([added])
    writer.close()
    assert _schema(old) == SCHEMA_VERSION
    assert read_meta(old) == meta
    assert read_cases(old) == [*before, replace(added, details={})]
    assert [detail.key for detail in read_details(old, "table")] == [added.key]
    Journal.resume(old, meta["plan"]).close()  # a second time there is nothing to do


def test_a_refused_plan_leaves_it_as_it_is(old: Path) -> None:
    before = old.read_bytes()
    with pytest.raises(vmperf.InvalidArgumentError, match="version"):
        Journal.resume(old, read_meta(old)["plan"] | {"version": "9"})
    assert old.read_bytes() == before


def test_half_a_migration_is_none(old: Path) -> None:
    """The second of its statements fails: the first one must not stay."""
    plan = read_meta(old)["plan"]
    with closing(sqlite3.connect(old)) as db:
        db.execute("CREATE TABLE details (x)")
    with pytest.raises(vmperf.TraceFormatError, match="damaged: table details"):
        Journal.resume(old, plan)
    assert _schema(old) == 1
    with closing(sqlite3.connect(old)) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(cases)")]
        assert "metrics" not in columns
        db.execute("DROP TABLE details")
    Journal.resume(old, plan).close()  # and it holds no lock
    assert _schema(old) == SCHEMA_VERSION


@pytest.mark.parametrize("version", [0, 3, 2**31 - 1, -1])
def test_other_schemas_are_refused(old: Path, version: int) -> None:
    with closing(sqlite3.connect(old)) as db:
        db.execute(f"PRAGMA user_version = {version}")
    for read in (read_cases, read_meta):
        with pytest.raises(vmperf.TraceFormatError, match=rf"schema {version}; .* reads 1 to 2"):
            read(old)
    with pytest.raises(vmperf.TraceFormatError, match="reads 1 to 2"):
        read_details(old, "table")


@pytest.mark.parametrize(
    "metrics", ["[]", "{", '{"a": 1}', '{"a": ["x"]}', '{"a": [[]]}', "null", '{"a": "1x"}']
)
def test_damaged_metrics_are_told(
    grid_plan: Plan, journal_of: Callable[..., Path], stored_case: CaseOf, metrics: str
) -> None:
    path = journal_of(grid_plan, [stored_case(grid_plan, 0, "stack", ns_per_op=[1.0])])
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE cases SET metrics = ?", (metrics,))
    with pytest.raises(vmperf.TraceFormatError, match="damaged"):
        vmperf.load_results(path)


def test_damaged_details_are_told(
    grid_plan: Plan, journal_of: Callable[..., Path], stored_case: CaseOf
) -> None:
    case = replace(
        stored_case(grid_plan, 0, "stack", ns_per_op=[1.0]), details={("table", "t", 0): b"{}"}
    )
    path = journal_of(grid_plan, [case])
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE details SET data = 'text'")
    with pytest.raises(vmperf.TraceFormatError, match="details of kind table"):
        read_details(path, "table")
