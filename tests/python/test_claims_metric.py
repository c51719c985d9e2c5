"""Claims on metrics: which way they point, what they come to, mistakes named with their line."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import vmperf
from vmperf._claims import words
from vmperf._claims.claim import Claim
from vmperf._claims.claims import _points
from vmperf._claims.file import read_claims
from vmperf._claims.verdicts import verdicts
from vmperf._plan.plan import Profile, plan_points
from vmperf._results.journal import StoredCase

PROFILE = Profile("claims", 10**8, 10**8, 5, "flat", 1, 3)
QUANTITIES = {
    "metrics": [
        {"name": "hits", "unit": "%", "better": "higher", "scope": "case", "merge": "mean"},
        {"name": "rss_peak_bytes", "unit": "B", "better": "lower", "scope": "case",
         "merge": "max"},
        {"name": "moved", "unit": "1", "better": "neither", "scope": "case", "merge": "sum"},
    ],
    "distributions": [{"name": "latency", "unit": "ns", "better": "lower"}],
}  # fmt: skip
# design -> value of a process
HITS = {"stack": (80.0, 90.0, 85.0), "naive": (40.0, 50.0, 40.0)}
RSS = {"stack": (100.0, 110.0, 120.0), "naive": (300.0, 330.0, 300.0)}


@pytest.fixture(autouse=True)
def declared(hurdles: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmark of the tests delivers these quantities."""
    entries = [
        {**entry, "quantities": QUANTITIES} if entry["id"] == "hurdles/grid" else entry
        for entry in vmperf.bench.catalog()
    ]
    monkeypatch.setattr(vmperf.bench, "catalog", lambda: entries)


@pytest.fixture
def claim(tmp_path: Path) -> Callable[..., Claim]:
    def read(**keys: Any) -> Claim:
        path = tmp_path / "claims.toml"
        keys = {"design": "stack", "kind": "value", "target": 100} | keys
        lines = [f"{k} = {repr(v) if isinstance(v, str) else v}" for k, v in keys.items()]
        head = ["[[claim]]", 'id = "x"', 'benchmark = "hurdles/grid"']
        path.write_text("\n".join([*head, *lines]))
        (found,) = read_claims(path)
        return found

    return read


@pytest.fixture
def row(
    journal_of: Callable[..., Path], stored_case: Callable[..., StoredCase]
) -> Callable[..., dict[str, Any]]:
    """The verdict on a claim over three processes; a design may have delivered nothing."""

    def judge(claim: Claim, *, without: str = "") -> dict[str, Any]:
        plan = plan_points(_points([claim]), PROFILE, budget_s=None, seed=0, command="")
        cases = [_case(stored_case, plan, i, d, without) for i, group in enumerate(plan.groups)
                 for d in group.designs]  # fmt: skip
        (found,) = verdicts([claim], vmperf.load_results(journal_of(plan, cases)))
        return found

    return judge


def _case(stored_case: Any, plan: Any, group: int, design: str, without: str) -> StoredCase:
    plain = stored_case(plan, group, design, ns_per_op=[1.0, 1.0, 1.0])
    if design == without:
        return plain  # type: ignore[no-any-return]
    process = plan.groups[group].process
    latency = vmperf.stats.Histogram()
    latency.record(np.arange(1, 2001) * (1 if design == "stack" else 4))
    metrics = {
        "hits": [HITS[design][process]],
        "rss_peak_bytes": [RSS[design][process]],
        "moved": [0.0],
    }
    return replace(
        plain, metrics=metrics, details={("distribution", "latency", 0): latency.to_bytes()}
    )


def test_a_limit_on_a_value(
    claim: Callable[..., Claim], row: Callable[..., dict[str, Any]]
) -> None:
    found = row(claim(metric="rss_peak_bytes", target=120))
    assert (found["ratio"], found["low"], found["high"]) == (120.0, 100.0, 120.0)
    assert (found["bound"], found["status"], found["met"]) == ("at_most", "met", True)
    assert (found["metric"], found["unit"], found["better"]) == ("rss_peak_bytes", "B", "lower")
    assert row(claim(metric="rss_peak_bytes", target=119))["met"] is False
    assert words.says(found) == "rss_peak_bytes of stack at most 120 B"
    assert words.figure(found, "ratio") == "120 B"


def test_a_limit_points_the_way_that_is_better(
    claim: Callable[..., Claim], row: Callable[..., dict[str, Any]]
) -> None:
    found = row(claim(metric="hits", target=85))
    assert (found["bound"], found["status"]) == ("at_least", "met")
    assert row(claim(metric="hits", target=86))["status"] == "unmet"
    assert row(claim(metric="hits", target=85, bound="at_most"))["status"] == "met"
    assert row(claim(metric="moved", target=0, bound="at_most"))["status"] == "met"
    assert row(claim(metric="p99_ns", target=2000))["ratio"] == pytest.approx(1980, rel=2e-3)


@pytest.mark.differential
def test_a_ratio_says_how_many_times_as_good(
    claim: Callable[..., Claim], row: Callable[..., dict[str, Any]]
) -> None:
    ratio = {"kind": "ratio", "versus": "naive"}
    rss = row(claim(metric="rss_peak_bytes", target=2.7, **ratio))
    assert rss["ratio"] == pytest.approx(330 / 120)  # least memory is best
    hits = row(claim(metric="hits", target=1.9, **ratio))
    assert hits["ratio"] == pytest.approx(255 / 130)
    logs = [math.log(a / b) for a, b in zip(*HITS.values(), strict=True)]
    low, high = stats.t.interval(0.95, 2, loc=np.mean(logs), scale=stats.sem(logs))
    assert (hits["low"], hits["high"]) == pytest.approx((math.exp(low), math.exp(high)))
    assert rss["status"] == hits["status"] == "met"
    assert words.says(rss) == "rss_peak_bytes of naive at least 2.7x that of stack"
    assert words.says(hits) == "hits of stack at least 1.9x that of naive"
    quantile = row(claim(metric="p50_ns", target=3.9, **ratio))
    assert quantile["ratio"] == pytest.approx(4, rel=2e-3)


def test_at_most_says_how_many_times_as_bad(
    claim: Callable[..., Claim], row: Callable[..., dict[str, Any]]
) -> None:
    ratio = {"kind": "ratio", "versus": "naive", "bound": "at_most"}
    rss = row(claim(metric="rss_peak_bytes", target=0.4, **ratio))
    assert (rss["ratio"], rss["status"]) == (pytest.approx(120 / 330), "met")
    assert words.says(rss) == "rss_peak_bytes of stack at most 0.4x that of naive"
    hits = row(claim(metric="hits", target=0.5, **ratio))
    assert (hits["ratio"], hits["status"]) == (pytest.approx(130 / 255), "unmet")
    assert words.says(hits) == "hits of naive at most 0.5x that of stack"


def test_what_has_no_value_is_refused_by_name(
    claim: Callable[..., Claim], row: Callable[..., dict[str, Any]]
) -> None:
    found = row(claim(metric="hits", kind="ratio", versus="naive", target=1), without="naive")
    assert (found["status"], found["met"], found["ratio"]) == ("not_delivered", False, None)
    assert found["reason"] == "naive delivered no hits"
    found = row(claim(metric="p99_99_ns"))
    assert found["reason"] == "stack delivered no p99_99_ns: too few records lie beyond it"
    found = row(claim(metric="moved", kind="ratio", versus="naive", target=1))
    assert found["status"] == "unmet"
    assert "moved is not above 0 on both sides" in found["reason"]


@pytest.mark.parametrize(
    ("keys", "line", "said"),
    [
        ({"metric": "hit"}, 7, r"metric is 'hit'; allowed: hits, .* \(did you mean hits"),
        ({"metric": "p99_ms"}, 7, "did you mean .*p99_ns"),
        ({}, 1, "metric is missing"),
        ({"metric": "hits", "kind": "cycles"}, 7, "none with kind cycles; kinds ratio, value"),
        ({"metric": "moved"}, 1, "bound of kind value is 'missing'; allowed: at_least, at_most"),
        ({"metric": "hits", "versus": "naive"}, 8, "kind value is a limit"),
        ({"metric": "hits", "target": -1}, 6, "a number of 0 or more"),
        ({"metric": "hits", "kind": "ratio", "versus": "naive", "over": "worst"}, 9,
         "nothing, for a claim on a metric"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_their_line(
    claim: Callable[..., Claim], keys: dict[str, Any], line: int, said: str
) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=said) as caught:
        claim(**keys)
    assert "claims.toml" in str(caught.value)
    assert f":{line}: " in str(caught.value)
