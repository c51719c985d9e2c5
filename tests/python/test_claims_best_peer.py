"""Claims against the best peer: all are measured, the one that leaves least of the claim judges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vmperf
from vmperf._claims.claim import Claim
from vmperf._claims.claims import _points
from vmperf._claims.file import read_claims
from vmperf._claims.verdicts import verdicts
from vmperf._plan.plan import Profile, plan_points
from vmperf._results.journal import StoredCase

PROFILE = Profile("claims", 10**8, 10**8, 5, "flat", 1, 3)
PEERS = {"libc", "mimalloc", "boost_pool", "pmr"}

Judge = Callable[..., dict[str, Any]]


@pytest.fixture
def judge(
    tmp_path: Path,
    journal_of: Callable[..., Path],
    stored_case: Callable[..., StoredCase],
) -> Judge:
    """The verdict on a claim, given the time of each design, or the status of one without."""

    def one(bound: str, target: float, found: dict[str, float | str]) -> dict[str, Any]:
        claim = _read(tmp_path, f'bound = "{bound}"', f"target = {target}")
        plan = plan_points(_points([claim]), PROFILE, budget_s=None, seed=0, command="")
        cases = []
        for index, group in enumerate(plan.groups):
            for design in group.designs:
                value = found[design]
                ns = [value] * 5 if isinstance(value, float) else [1.0] * 5
                status = "ok" if isinstance(value, float) else value
                cases.append(stored_case(plan, index, design, ns_per_op=ns, status=status))
        (row,) = verdicts([claim], vmperf.load_results(journal_of(plan, cases)))
        return row

    return one


def _read(folder: Path, *lines: str, design: str = "stack", benchmark: str = "pool/churn") -> Claim:
    path = folder / "claims.toml"
    head = ["[[claim]]", 'id = "x"', f'benchmark = "{benchmark}"', f'design = "{design}"']
    path.write_text("\n".join([*head, 'versus = "best_peer"', 'kind = "ratio"', *lines]))
    (found,) = read_claims(path)
    return found


def test_all_peers_are_measured(tmp_path: Path) -> None:
    claim = _read(tmp_path, "target = 1")
    assert claim.designs[0] == "stack"
    assert set(claim.rivals) >= PEERS
    assert {"stack", "naive", "stack_indirect"}.isdisjoint(claim.rivals)
    assert "libc" not in _read(tmp_path, "target = 1", design="libc").rivals


def test_a_benchmark_without_peers_has_no_best_one(tmp_path: Path) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="versus is 'best_peer'"):
        _read(tmp_path, "target = 1", design="adds", benchmark="bench/alu_chain")


def test_the_one_that_leaves_least_judges(judge: Judge) -> None:
    times: dict[str, float | str] = {
        "stack": 2.0, "libc": 9.0, "mimalloc": 5.0, "boost_pool": 3.0, "pmr": 4.0,
    }  # fmt: skip
    row = judge("at_least", 1.5, times)
    assert (row["ratio"], row["status"]) == (pytest.approx(1.5), "met")
    assert row["reason"] == "the best peer is boost_pool"
    assert judge("at_least", 1.6, times)["status"] == "unmet"
    row = judge("at_most", 0.7, times)
    assert (row["ratio"], row["status"]) == (pytest.approx(2 / 3), "met")


def test_one_that_is_absent_does_not_count(judge: Judge) -> None:
    row = judge("at_least", 1, {
        "stack": 2.0, "libc": 9.0, "mimalloc": "not_installed", "boost_pool": "unsupported",
        "pmr": 4.0,
    })  # fmt: skip
    assert (row["ratio"], row["reason"]) == (pytest.approx(2), "the best peer is pmr")


def test_one_that_is_refused_may_have_been_the_best(judge: Judge) -> None:
    row = judge("at_least", 1, {
        "stack": 2.0, "libc": 9.0, "mimalloc": "crashed", "boost_pool": 3.0, "pmr": 4.0,
    })  # fmt: skip
    assert (row["status"], row["met"]) == ("crashed", False)
    assert row["reason"].startswith("mimalloc")


def test_none_there_leaves_the_claim_open(judge: Judge) -> None:
    row = judge("at_least", 1, {"stack": 2.0} | dict.fromkeys(PEERS, "not_installed"))
    assert (row["status"], row["met"]) == ("not_installed", None)
