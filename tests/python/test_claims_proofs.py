"""Claims that so many ops pass their proof: counted, refused where one fails, given up in time."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import vmperf
from vmperf._claims import proofs
from vmperf._claims.claim import Claim
from vmperf._claims.file import read_claims, shipped
from vmperf._claims.words import figure, says

TEXT = """
[[claim]]
id = "proved"
benchmark = "memops/crc32c"
params = { size_bytes = 64 }
design = "best"
kind = "verified"
target = 1000
"""
Measured = Callable[..., list[Any]]


@pytest.fixture
def claim(tmp_path: Path) -> Claim:
    path = tmp_path / "claims.toml"
    path.write_text(TEXT)
    (found,) = read_claims(path)
    return found


def _row(claim: Claim, timeout_s: float = 60.0) -> dict[str, Any]:
    rows = proofs.proof_rows([claim], {}, seed=1, timeout_s=timeout_s, progress=None)
    return rows[claim.id]


def _stub(monkeypatch: pytest.MonkeyPatch, *cases: tuple[str, int]) -> list[dict[str, Any]]:
    """Have measurements come to these, one after the other, the last for ever."""
    calls: list[dict[str, Any]] = []

    def run(self: object, job: dict[str, Any], **_: Any) -> tuple[list[Any], None]:
        status, ops = cases[min(len(calls), len(cases) - 1)]
        calls.append(job)
        blobs = {"iterations": struct.pack("<4q", *[ops // 4] * 4)}
        return [({"status": status, "reason": f"it is {status}"}, blobs)], None

    monkeypatch.setattr(proofs.Supervisor, "run", run)
    return calls


def test_ops_are_measured_until_there_are_enough(
    claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = _stub(monkeypatch, ("ok", 400), ("too_noisy", 400), ("ok", 800))
    row = _row(claim)
    assert (row["ratio"], row["status"], row["met"]) == (1600.0, "met", True)
    assert [call["process"] for call in calls] == [1, 2, 3]
    assert calls[0]["id"] == "memops/crc32c"
    assert says(row) == "best passes its proof over at least 1,000 ops"
    assert figure(row, "ratio") == "1,600 ops"


def test_one_wrong_op_refuses_the_claim(claim: Claim, monkeypatch: pytest.MonkeyPatch) -> None:
    _stub(monkeypatch, ("ok", 400), ("unverified", 400))
    row = _row(claim)
    assert (row["ratio"], row["status"], row["met"]) == (None, "unverified", False)
    assert row["reason"] == "best, after 400 ops: it is unverified"


def test_what_this_machine_lacks_leaves_it_open(
    claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stub(monkeypatch, ("unsupported", 0))
    row = _row(claim)
    assert (row["status"], row["met"]) == ("unsupported", None)


def test_a_crash_ends_the_claim_and_nothing_else(
    claim: Claim, hurdles: str, tmp_path: Path
) -> None:
    rows = proofs.proof_rows(
        [
            replace(claim, id=name, benchmark=hurdles, params={"lane": 1}, design=name)
            for name in ("faults", "exits")
        ]
        + [claim],
        {},
        seed=1,
        timeout_s=60,
        progress=None,
    )
    assert {name: row["status"] for name, row in rows.items()} == {
        "faults": "crashed", "exits": "crashed", "proved": "met"
    }  # fmt: skip
    assert rows["faults"]["reason"] == "faults, after 0 ops: killed by SIGSEGV"
    assert rows["faults"]["met"] is False


def test_too_slow_is_unmet(claim: Claim, monkeypatch: pytest.MonkeyPatch) -> None:
    _stub(monkeypatch, ("ok", 4))
    row = _row(claim, timeout_s=1e-9)
    assert (row["status"], row["met"]) == ("unmet", False)
    assert row["ratio"] == 4
    assert "4 ops in 1e-09 s" in row["reason"]


def test_a_claims_run_has_them_among_the_others(tmp_path: Path) -> None:
    path = tmp_path / "claims.toml"
    path.write_text(TEXT)
    (row,) = vmperf.claims(claims=path, results=tmp_path / "claims.vmperf")
    assert (row["id"], row["status"], row["versus"]) == ("proved", "met", None)
    assert row["ratio"] >= 1000


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('versus = "naive"', "kind verified is a limit"),
        ('bound = "at_most"', "bound of kind verified is 'at_most'; allowed: at_least"),
    ],
)
def test_what_such_a_claim_has_not(tmp_path: Path, more: str, said: str) -> None:
    path = tmp_path / "claims.toml"
    path.write_text(TEXT + more + "\n")
    with pytest.raises(vmperf.InvalidArgumentError, match=said):
        read_claims(path)


def test_racing_loads_are_claimed_for_every_width() -> None:
    found = {c.design: c for c in read_claims(shipped()) if c.benchmark == "memops/guest_tearing"}
    assert set(found) == {"guest_8", "guest_16", "guest_32"}
    assert all((c.kind, c.target) == ("verified", 1e8) for c in found.values())
