"""Claims made by rule, claims against the best peer, claims for some microarchitectures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vmperf import InvalidArgumentError, _core
from vmperf._claims.claim import BEST, NOTHING, PROOF, Claim, claim_row
from vmperf._claims.claims import _points
from vmperf._claims.file import read_claims, shipped
from vmperf._claims.rule import claims_by_rule, rivals_of
from vmperf._claims.table import tables
from vmperf._claims.verdicts import verdicts
from vmperf._claims.words import says
from vmperf._plan.plan import Profile, plan_points
from vmperf._results.journal import StoredCase
from vmperf._results.results import load_results

PROFILE = Profile("claims", 10**8, 10**8, 5, "flat", 1, 3)
BY_HAND = """
[[claim]]
id = "x"
benchmark = "pool/churn"
design = "stack"
versus = "best_peer"
kind = "ratio"
target = 2
"""


def _covers(claim: Claim, defaults: dict[str, list[Any]]) -> bool:
    """Whether it is taken at every default point."""
    stated = {a: v if isinstance(v, tuple) else (v,) for a, v in claim.params.items()}
    return all({*values} <= {*stated[axis]} for axis, values in defaults.items())


def test_every_benchmark_is_held_to_its_best_peer() -> None:
    claims = read_claims(shipped())
    for entry in _core.bench.catalog():
        if entry["hidden"] or entry["id"].startswith("bench/") or not rivals_of(entry["id"]):
            continue
        if {c.kind for c in claims if c.benchmark == entry["id"]} == {PROOF}:
            continue  # what counts there is not time
        own = [d for d in entry["designs"] if not d["peer"] and not d["limit"]]
        if all(d["name"] == "naive" for d in own):
            continue
        mine = [c for c in claims if c.benchmark == entry["id"] and c.versus == BEST]
        defaults = {a["name"]: a["defaults"] for a in entry["axes"][1:]}
        assert any(_covers(claim, defaults) for claim in mine), entry["id"]
        made = [claim for claim in mine if claim.id.endswith("/best-peer")]
        assert len(made) <= 1, entry["id"]


def test_what_is_written_by_hand_takes_the_place(tmp_path: Path) -> None:
    file = tmp_path / "claims.toml"
    file.write_text("by_rule = true\n" + BY_HAND)
    claims = [c for c in read_claims(file) if c.benchmark == "pool/churn"]
    assert [(c.id, c.target) for c in claims] == [("x", 2)]
    assert {"pool/cycle/best-peer", "memops/compare/best-peer"} <= {c.id for c in read_claims(file)}
    file.write_text(BY_HAND.replace("[[claim]]", "[[claim]]\nparams = { order = 'fifo' }"))
    elsewhere = read_claims(file)
    assert len(elsewhere) == 1  # without by_rule
    assert "pool/churn/best-peer" in {c.id for c in claims_by_rule(elsewhere)}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("target = 2", 'target = 2\non = "Zen 5"', "on is 'Zen 5'"),
        ("target = 2", "target = 2\non = [5]", "microarchitectures"),
        ('kind = "ratio"', 'kind = "cycles"', "versus is 'best_peer'"),
        ("[[claim]]", 'by_rule = "yes"\n[[claim]]', "by_rule is 'yes'"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "claims.toml"
    file.write_text(BY_HAND.replace(old, new))
    with pytest.raises(InvalidArgumentError, match=r"claims.toml:\d+") as caught:
        read_claims(file)
    assert said in str(caught.value)


@pytest.fixture
def judge(
    tmp_path: Path,
    stored_case: Callable[..., StoredCase],
    journal_of: Callable[..., Path],
) -> Callable[..., dict[str, Any]]:
    """The verdict on BY_HAND from a time per op of each design; a word is its status."""

    def judge_(**times: float | str) -> dict[str, Any]:
        file = tmp_path / "claims.toml"
        file.write_text(BY_HAND)
        (claim,) = read_claims(file)
        plan = plan_points(_points([claim]), PROFILE, budget_s=None, seed=0, command="by hand")
        cases = []
        for i, group in enumerate(plan.groups):
            for design in group.designs:
                time = times.get(design, "not_installed")
                status = time if isinstance(time, str) else "ok"
                ns = [] if isinstance(time, str) else [time] * 5
                cases.append(stored_case(plan, i, design, ns_per_op=ns, status=status))
        (row,) = verdicts([claim], load_results(journal_of(plan, cases)))
        return row

    return judge_


def test_the_fastest_peer_decides(judge: Callable[..., dict[str, Any]]) -> None:
    row = judge(stack=1.0, libc=9.0, mimalloc=2.5, pmr="not_installed", boost_pool=4.0)
    assert (row["ratio"], row["status"]) == (pytest.approx(2.5), "met")
    assert row["reason"] == "the best peer is mimalloc"
    row = judge(stack=1.0, libc=9.0, boost_pool=1.5)
    assert (row["ratio"], row["status"]) == (pytest.approx(1.5), "unmet")
    assert "boost_pool" in row["reason"]
    assert "the best peer" in says(row)


def test_without_a_peer_it_stays_open(judge: Callable[..., dict[str, Any]]) -> None:
    row = judge(stack=1.0)
    assert (row["status"], row["met"], row["ratio"]) == ("not_installed", None, None)
    assert "mimalloc" in row["reason"]


def test_a_peer_that_crashes_is_not_hidden(judge: Callable[..., dict[str, Any]]) -> None:
    row = judge(stack=1.0, libc=9.0, mimalloc="crashed")
    assert (row["status"], row["met"]) == ("crashed", False)


@pytest.mark.parametrize(
    ("here", "status", "met"),
    [("Zen 5", "met", True), ("Haswell", "elsewhere", None), (None, "elsewhere", None)],
)
def test_a_claim_for_some_cores_has_no_verdict_elsewhere(
    here: str | None, status: str, met: bool | None
) -> None:
    claim = Claim("x", "pool/cycle", {}, "stack", "libc", "ratio", "at_least", 1, "", on=("Zen 5",))
    machine = {"cpu": {"microarchitecture": here}, "os": {"libc": "l"}}
    row = claim_row(claim, machine, (2.0, 1.9, 2.1), "met", "", params={})
    assert (row["status"], row["met"], row["ratio"]) == (status, met, 2.0)
    assert "on Zen 5" in says(row)
    refused = claim_row(claim, machine, NOTHING, "crashed", "boom", params={})
    assert (refused["status"], refused["met"]) == ("crashed", False)


def test_no_table_mixes_machines() -> None:
    claim = Claim("x", "pool/cycle", {}, "stack", "libc", "ratio", "at_least", 1, "")
    row = claim_row(claim, {}, (2.0, 1.9, 2.1), "met", "", params={})
    mixed = [row | {"machine": "A", "date": "1"}, row | {"machine": "B", "date": "1", "id": "y"}]
    parts = tables([{"claims": mixed}]).split("\n\n")
    assert [part.splitlines()[0].partition(";")[0] for part in parts[::2]] == ["**A**", "**B**"]
    assert all("1 of 1 are met" in part for part in parts[::2])
