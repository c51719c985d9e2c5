"""The shipped claims, records of what they came to, and the tables made of records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import vmperf
from vmperf import _claims_record as record
from vmperf._claims_file import Claim, read_claims, shipped
from vmperf.cli.main import cli


def test_the_shipped_claims_are_those_of_the_tree(repo_root: Path) -> None:
    for file in (repo_root / "benchmarks").glob("claims*.toml"):
        assert (shipped().parent / file.name).read_bytes() == file.read_bytes()
    assert {"pool/churn/naive", "pool/cycle/cycles"} <= {c.id for c in read_claims(shipped())}


def _row(claim: Claim, **changes: Any) -> dict[str, Any]:
    figures = {"ratio": 1.5, "low": 1.25, "high": 12.34, "status": "met", "met": True}
    params = {a: [*v] if isinstance(v, tuple) else v for a, v in claim.params.items()}
    keys = ("id", "benchmark", "design", "versus", "kind", "over", "bound", "target", "note")
    fixed = {key: getattr(claim, key) for key in keys}
    versions = {"libc": "glibc 9", "boost_pool": "1.74.0"}
    return {**fixed, "params": params, **figures, "reason": "", "versions": versions, **changes}


@pytest.fixture
def sample_record() -> dict[str, Any]:
    rows = [_row(claim) for claim in read_claims(shipped())]
    rows[0] |= {"ratio": None, "low": None, "high": None, "status": "not_installed", "met": None}
    machine = {"cpu": "CPU", "microarchitecture": "Zen 9", "hypervisor": "", "n_online": 2}
    machine["libc"] = "glibc 9"
    return {"date": "2001-02-03", "machine": machine, "claims": rows}


@pytest.mark.parametrize(
    ("name", "readme"),
    [
        ("claims-measured.json", "README.md"),
        ("claims-measured-xeon.json", "benchmarks/README.md"),
    ],
)
def test_the_readme_shows_the_recorded_figures(
    repo_root: Path, tmp_path: Path, name: str, readme: str
) -> None:
    kept = record.read_record(repo_root / "benchmarks" / name)
    text = (repo_root / readme).read_text()
    copy = tmp_path / "README.md"
    copy.write_text(text)
    assert record.rewrite(copy, kept).read_text() == text
    claims = {claim.id: claim for claim in read_claims(shipped())}
    for row in kept["claims"]:  # a target that was changed has to be measured again
        claim = claims[row["id"]]
        stated = [claim.benchmark, claim.design, claim.versus, claim.kind, claim.bound]
        assert [row[k] for k in ("benchmark", "design", "versus", "kind", "bound")] == stated
        assert row["target"] == claim.target


def test_a_claims_file_includes_others(tmp_path: Path) -> None:
    claim = '[[claim]]\nid = "{}"\nbenchmark = "pool/cycle"\ndesign = "stack"\nkind = "cycles"\n'
    claim += 'params = {{ state = "local" }}\ntarget = 2\n'
    path, more = tmp_path / "claims.toml", tmp_path / "more.toml"
    path.write_text('include = ["more.toml"]\n' + claim.format("one"))
    more.write_text(claim.format("two"))
    assert [c.id for c in read_claims(path)] == ["one", "two"]
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
    readme.write_text(f"before\n{record.BEGIN}\nold\n{record.END}\nafter\n")
    words = ["claims", "--from", str(path), "--readme", str(readme)]
    ended = CliRunner().invoke(cli, words)
    assert ended.exit_code == 0
    lines = readme.read_text().splitlines()
    assert lines[:2] == ["before", record.BEGIN]
    assert lines[-2:] == [record.END, "after"]
    assert "Recorded 2001-02-03 on CPU (Zen 9), 2 cores, glibc 9, boost_pool 1.74.0;" in lines[2]
    assert len(lines) == 8 + len(sample_record["claims"])
    assert lines[6] == (
        "| `pool/churn` item_size_bytes=64 capacity=1000 touch=all order=random | "
        "stack at least 1.15x as fast as naive | - | - | not installed |"
    )
    assert lines[7].endswith("stack at least 3x as fast as libc | 1.50x | 1.25x to 12.3x | met |")
    assert "stack at most 2.2 cycles per op | 1.50 cycles |" in lines[8]
    spread = "varies by at most 1 % over capacity 10, 50, 100, 500, 1000 | 1.50 %"
    assert any(spread in line for line in lines)
    assert "old" not in readme.read_text()
    mean = "throughput at least 1.6x as fast as libc in the geometric mean over mix fleet, mix_0,"
    assert any(mean in line for line in lines)
    worst = "balanced takes at most 1.5x the time of libc at each of size_bytes 0, 1,"
    assert any(worst in line for line in lines)
    unmet = {"status": "unmet", "met": False}
    sample_record["claims"][1] |= unmet
    path.write_text(json.dumps(sample_record))
    assert CliRunner().invoke(cli, words).exit_code == 1
    assert CliRunner().invoke(cli, [*words, "--only", "pool/"]).exit_code == 2


@pytest.mark.parametrize(
    "text",
    ["no markers", record.BEGIN, f"{record.END}{record.BEGIN}", f"{record.BEGIN}{record.END}" * 2],
)
def test_a_readme_without_its_markers_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "README.md"
    path.write_text(text)
    with pytest.raises(vmperf.InvalidArgumentError, match="claims:begin"):
        record.rewrite(path, {"claims": []})
    assert path.read_text() == text


@pytest.mark.parametrize("text", ["{", "[]", '{"claims": [{"id": 1}]}', '{"claims": 3}'])
def test_what_is_no_record(tmp_path: Path, text: str) -> None:
    path = tmp_path / "record.json"
    path.write_text(text)
    with pytest.raises(vmperf.TraceFormatError, match="not"):
        record.read_record(path)
