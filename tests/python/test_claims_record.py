"""The shipped claims, records of what they came to, and the tables made of records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import vmperf
from vmperf._claims import claims as _claims
from vmperf._claims import record, table
from vmperf._claims.claim import Claim
from vmperf._claims.file import read_claims, shipped
from vmperf._machine import brief
from vmperf.cli.main import cli

BEGIN, END = "<!-- claims:begin -->", "<!-- claims:end -->"
MACHINE = "CPU (Zen 9), 2 cores"


def test_the_shipped_claims_are_those_of_the_tree(repo_root: Path) -> None:
    for file in (repo_root / "benchmarks").glob("claims*.toml"):
        assert (shipped().parent / file.name).read_bytes() == file.read_bytes()
    assert {"pool/churn/naive", "pool/cycle/cycles"} <= {c.id for c in read_claims(shipped())}


def _row(claim: Claim, **changes: Any) -> dict[str, Any]:
    figures = {"ratio": 1.5, "low": 1.25, "high": 12.34, "status": "met", "met": True}
    params = {a: [*v] if isinstance(v, tuple) else v for a, v in claim.params.items()}
    keys = ("id", "benchmark", "design", "versus", "kind", "over", "bound", "target", "note")
    fixed = {key: getattr(claim, key) for key in keys}
    fixed["metric"] = claim.metric.name if claim.metric else None
    fixed["unit"] = claim.metric.unit if claim.metric else None
    fixed["better"] = claim.metric.better if claim.metric else None
    versions = {"libc": "glibc 9", "boost_pool": "1.74.0"}
    where = {"machine": MACHINE, "date": "2001-02-03"}
    return {
        **fixed,
        "params": params,
        **figures,
        **where,
        "reason": "",
        "versions": versions,
        **changes,
    }


@pytest.fixture
def sample_record() -> dict[str, Any]:
    rows = [_row(claim) for claim in read_claims(shipped())]
    rows[0] |= {"ratio": None, "low": None, "high": None, "status": "not_installed", "met": None}
    machine = {"cpu": "CPU", "microarchitecture": "Zen 9", "hypervisor": "", "n_online": 2}
    return {"machine": machine, "claims": rows}


@pytest.mark.parametrize("readme", ["README.md", "benchmarks/README.md"])
def test_the_readme_shows_the_recorded_figures(
    repo_root: Path, tmp_path: Path, readme: str
) -> None:
    kept = record.read_records([repo_root / "benchmarks/records"])
    text = (repo_root / readme).read_text()
    copy = tmp_path / "README.md"
    copy.write_text(text)
    assert table.rewrite(copy, kept, read_claims(shipped())).read_text() == text


def test_records_are_of_the_claims_as_they_stand(repo_root: Path) -> None:
    claims = {claim.id: claim for claim in read_claims(shipped())}
    keys = ("benchmark", "design", "versus", "kind", "bound", "target")
    for kept in record.read_records([repo_root / "benchmarks/records"]):
        for row in kept["claims"]:  # a target that was changed has to be measured again
            claim = claims[row["id"]]
            assert [row[key] for key in keys] == [getattr(claim, key) for key in keys]


def test_headlines_are_few_and_need_no_axis_names() -> None:
    claims = read_claims(shipped())
    lines = [claim.headline for claim in claims if claim.headline]
    assert 0 < len(lines) <= 12
    axes = {axis for claim in claims for axis in claim.params if "_" in axis}
    assert not [(line, axis) for line in lines for axis in axes if axis in line]


def test_a_claims_file_includes_others(tmp_path: Path) -> None:
    claim = '[[claim]]\nid = "{}"\nbenchmark = "pool/cycle"\ndesign = "stack"\nkind = "cycles"\n'
    claim += 'params = {{ state = "local" }}\ntarget = 2\n'
    path, more = tmp_path / "claims.toml", tmp_path / "more.toml"
    path.write_text('include = ["more.toml"]\n' + claim.format("one"))
    more.write_text(claim.format("two"))
    assert [c.id for c in read_claims(path)] == ["one", "two"]
    (tmp_path / "more_of_it.toml").write_text(claim.format("three"))
    path.write_text('include = ["more*.toml"]\n' + claim.format("one"))
    assert [c.id for c in read_claims(path)] == ["one", "two", "three"]
    path.write_text('include = ["more.toml"]\n' + claim.format("one"))
    more.write_text(claim.format("one"))
    with pytest.raises(vmperf.InvalidArgumentError, match=r"more.toml:2: id is 'one'"):
        read_claims(path)
    path.write_text('include = "more.toml"\n' + claim.format("one"))
    with pytest.raises(vmperf.InvalidArgumentError, match=r"claims.toml:1: include is 'more"):
        read_claims(path)
    path.write_text('include = ["none.toml"]\n' + claim.format("one"))
    with pytest.raises(vmperf.InvalidArgumentError, match=r"include is .*none.toml"):
        read_claims(path)


def test_a_record_becomes_a_table(sample_record: dict[str, Any], tmp_path: Path) -> None:
    path, readme = tmp_path / "record.json", tmp_path / "README.md"
    path.write_text(json.dumps(sample_record))
    readme.write_text(f"before\n{BEGIN}\noutdated\n{END}\nafter\n")
    words = ["claims", "--from", str(path), "--readme", str(readme)]
    ended = CliRunner().invoke(cli, words)
    assert ended.exit_code == 0
    lines = readme.read_text().splitlines()
    assert lines[:2] == ["before", BEGIN]
    assert lines[-2:] == [END, "after"]
    assert lines[2].startswith(f"**{MACHINE}**; glibc 9, boost_pool 1.74.0. ")
    assert len(lines) == 8 + len(sample_record["claims"])
    assert lines[6] == (
        "| `pool/churn` item_size_bytes=64 capacity=1000 touch=all order=random | "
        "stack at least 1.15x as fast as naive | - | - | not installed | 2001-02-03 |"
    )
    fast = "stack at least 3x as fast as libc | 1.50x | 1.25x to 12.3x | met | 2001-02-03 |"
    assert lines[7].endswith(fast)
    assert "stack at most 2.2 cycles per op | 1.50 cycles |" in lines[8]
    spread = "varies by at most 1 % over capacity 10, 50, 100, 500, 1000 | 1.50 %"
    assert any(spread in line for line in lines)
    assert "outdated" not in readme.read_text()
    mean = "throughput at least 1.6x as fast as libc in the geometric mean over mix fleet, mix_0,"
    assert any(mean in line for line in lines)
    worst = "balanced takes at most 1.5x the time of libc at each of size_bytes 0, 1,"
    assert any(worst in line for line in lines)
    unmet = {"status": "unmet", "met": False}
    sample_record["claims"][1] |= unmet
    path.write_text(json.dumps(sample_record))
    assert CliRunner().invoke(cli, words).exit_code == 1
    assert CliRunner().invoke(cli, [*words, "--only", "pool/"]).exit_code == 2


def test_headlines_stand_side_by_side(sample_record: dict[str, Any], tmp_path: Path) -> None:
    claims = [claim for claim in read_claims(shipped()) if claim.headline]
    rows = {claim.id: _row(claim) for claim in claims}
    rows["pool/cycle/libc"] |= {"ratio": 11.0, "status": "unmet", "met": False}
    rows["pool/cycle/mimalloc"] |= {"ratio": None, "status": "not_installed", "met": None}
    other = [row | {"machine": "Other, 4 cores"} for row in rows.values()][:1]
    readme = tmp_path / "README.md"
    readme.write_text(f"{BEGIN.replace('begin', 'begin headlines')}\n{END}\n")
    table.rewrite(readme, [{"claims": [*rows.values()]}, {"claims": other}], claims)
    lines = readme.read_text().splitlines()[1:-1]
    assert lines[0] == f"| | target | {MACHINE} | Other, 4 cores |"
    cells = {line.split(" | ")[0].strip("| "): line.split(" | ")[1:] for line in lines[2:]}
    assert [*cells] == [claim.headline for claim in claims]
    by_id = {claim.id: cells[claim.headline] for claim in claims}
    assert by_id["pool/cycle/libc"] == ["≥ 12x", "11.0x, **missed**", "not measured |"]
    assert by_id["pool/cycle/mimalloc"][1] == "not installed"
    assert by_id["pool/churn/libc"] == ["≥ 3x", "1.50x", "1.50x |"]
    assert by_id["memops/copy/hot-auto"][0] == "≥ 0.97x"


def test_of_a_claim_measured_twice_the_newer_row_counts(sample_record: dict[str, Any]) -> None:
    old = sample_record["claims"][1]
    new = old | {"ratio": 9.0, "date": "2001-02-04"}
    for records in ([{"claims": [old]}, {"claims": [new]}], [{"claims": [new]}, {"claims": [old]}]):
        assert "| 9.00x |" in table.tables(records)
        assert "| 1.50x |" not in table.tables(records)


def test_a_part_measured_anew_keeps_the_rest_of_its_record(
    sample_record: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = vmperf.machine()
    path = tmp_path / "record.json"
    sample_record["machine"] = brief(here)
    path.write_text(json.dumps(sample_record))
    fresh = {**sample_record["claims"][1], "ratio": 9.0, "date": "2001-02-04"}

    class Found:
        machine, command, path = here, "vmperf claims --only pool/churn/libc", "x.vmperf"

    monkeypatch.setattr(_claims, "measure_claims", lambda *_, **__: ([fresh], Found))
    words = ["claims", "--record", str(path)]
    assert CliRunner().invoke(cli, [*words, "--only", fresh["id"]]).exit_code == 0
    kept = record.read_record(path)["claims"]
    assert [row["id"] for row in kept] == [row["id"] for row in sample_record["claims"]]
    assert (kept[0]["date"], kept[1]["date"], kept[1]["ratio"]) == ("2001-02-03", "2001-02-04", 9.0)
    assert CliRunner().invoke(cli, words).exit_code == 0
    assert record.read_record(path)["claims"] == [fresh]  # all were measured: nothing else is left


def test_a_record_of_another_machine_is_left_alone(
    sample_record: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "record.json"
    path.write_text(json.dumps(sample_record))
    monkeypatch.setattr(_claims, "measure_claims", lambda *_, **__: pytest.fail("was measured"))
    ended = CliRunner().invoke(cli, ["claims", "--record", str(path)])
    assert ended.exit_code == 2
    assert f"that one is of {MACHINE}" in ended.output
    assert json.loads(path.read_text()) == sample_record


@pytest.mark.parametrize(
    "text", ["no markers", BEGIN, f"{END}\n{BEGIN}", f"{BEGIN}\n{END}\n{BEGIN}"]
)
def test_a_readme_without_its_markers_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "README.md"
    path.write_text(text)
    with pytest.raises(vmperf.InvalidArgumentError, match="claims:begin"):
        table.rewrite(path, [], [])
    assert path.read_text() == text


def test_a_readme_without_markers_is_found_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "README.md"
    path.write_text("no markers")
    monkeypatch.setattr(_claims, "measure_claims", lambda *_, **__: pytest.fail("was measured"))
    ended = CliRunner().invoke(cli, ["claims", "--readme", str(path)])
    assert ended.exit_code == 2
    assert "claims:begin" in ended.output


def test_a_folder_without_records(tmp_path: Path) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="a folder of such"):
        record.read_records([tmp_path])


@pytest.mark.parametrize("text", ["{", "[]", '{"claims": [{"id": 1}]}', '{"claims": 3}'])
def test_what_is_no_record(tmp_path: Path, text: str) -> None:
    path = tmp_path / "record.json"
    path.write_text(text)
    with pytest.raises(vmperf.TraceFormatError, match="not"):
        record.read_record(path)
