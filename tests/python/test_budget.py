"""A budget is kept whatever the work does: by an injected clock and workers that only pretend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vmperf
from vmperf._measure.measure import FIELDS
from vmperf._measure.supervisor import Death
from vmperf._plan.budget import (
    GROUP_S,
    LEAST_CASE_S,
    Budget,
    evidence_ns,
    expected_s,
    least_s,
    split,
)
from vmperf._plan.groups import Point
from vmperf._plan.plan import PROFILES, Plan, make_plan, plan_points
from vmperf._results.journal import Journal, read_cases
from vmperf._run.runner import carry_on

pytestmark = pytest.mark.usefixtures("hurdles")

QUICK = make_plan(["bench/selftest/one_cycle"]).settings


@dataclass
class Clock:
    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Pretence:
    """Workers that move the clock instead: each takes its start, then obeys the deadline or not.

    `op_s` is the time of one op of each design; a batch under way cannot be cut short but by the
    limit. Natively a case takes its warm-up, evidence and samples, and no less than two ops.
    """

    clock: Clock
    start_s: float = 0.05
    op_s: Callable[[str], float] = lambda design: 0.0
    jobs: list[dict[str, Any]] = field(default_factory=list)

    def run(
        self, job: dict[str, Any], *, on_tick: Callable[[str], None], limit_s: float | None = None
    ) -> tuple[list[Any], Death | None]:
        self.jobs.append(job)
        settings = job["settings"]
        spent_s = self.start_s
        frames = []
        for design in job["designs"]:
            wanted_s = (settings["warm_up_ns"] + settings["measurement_ns"]) / 1e9
            wanted_s += settings["evidence_ns"] / 1e9
            if settings["deadline_ns"]:
                share_s = settings["deadline_ns"] / 1e9 / len(job["designs"])
                wanted_s = min(wanted_s, share_s)
            spent_s += max(wanted_s, 2 * self.op_s(design))
            if limit_s is not None and spent_s > limit_s:
                self.clock.now_s += limit_s
                return frames, Death(design, "timed_out", "its share of the budget was used up")
            frames.append((_header(design), dict.fromkeys(FIELDS, b"")))
        self.clock.now_s += spent_s
        return frames, None


def _header(design: str) -> dict[str, Any]:
    empty = {"reason": "", "version": "", "checksum": 0, "evidence": {}, "metrics": {}}
    return {"design": design, "status": "ok"} | empty


def _statuses(plan: Plan, workers: Pretence, folder: Path) -> dict[str, int]:
    path = folder / f"{len([*folder.iterdir()])}.vmperf"
    journal = Journal.create(path, {"plan": plan.identity()})
    try:
        carry_on(plan, journal, workers, clock=workers.clock)
    finally:
        journal.close()
    counts: dict[str, int] = {}
    for case in read_cases(path):
        counts[case.status] = counts.get(case.status, 0) + 1
    assert sum(counts.values()) == plan.n_cases
    return counts


def _plan(n_points: int, budget_s: float, designs: tuple[str, ...] = ("stack", "naive")) -> Plan:
    points = [Point("hurdles/grid", {"item_size_bytes": 16, "capacity": 10 + i}, designs)
              for i in range(n_points)]  # fmt: skip
    return plan_points(points, PROFILES["quick"], budget_s=budget_s, seed=0, command="by hand")


@pytest.mark.parametrize(
    ("n_points", "budget_s"), [(1, 0.2), (2, 2.0), (10, 5.0), (100, 15.0), (30, 100.0)]
)
def test_work_of_short_ops_ends_within_its_budget(
    n_points: int, budget_s: float, tmp_path: Path
) -> None:
    workers = Pretence(Clock())
    counts = _statuses(_plan(n_points, budget_s), workers, tmp_path)
    assert counts == {"ok": 2 * n_points}
    assert workers.clock.now_s <= budget_s * 1.05
    assert workers.clock.now_s >= budget_s * 0.6  # and it is put to use


@pytest.mark.parametrize("op_s", [0.3, 1.0, 30.0, 1000.0])
def test_a_design_of_long_ops_takes_no_more_than_the_budget(op_s: float, tmp_path: Path) -> None:
    workers = Pretence(Clock(), op_s=lambda design: op_s if design == "naive" else 0.0)
    counts = _statuses(_plan(1, 2.0), workers, tmp_path)
    assert workers.clock.now_s <= 2.0 * 1.2
    assert counts["ok"] >= 1
    if op_s > 1.2:
        assert counts["timed_out"] == 1


@pytest.mark.parametrize("op_s", [0.05, 0.2, 1.0, 60.0])
def test_where_all_ops_are_long_the_rest_is_not_started(op_s: float, tmp_path: Path) -> None:
    workers = Pretence(Clock(), op_s=lambda design: op_s)
    plan = _plan(50, 10.0)
    counts = _statuses(plan, workers, tmp_path)
    assert workers.clock.now_s <= 10.0 * 1.2
    assert counts["timed_out"] > 0
    assert len(workers.jobs) < 100


def test_a_slow_start_of_workers_is_learned(tmp_path: Path) -> None:
    workers = Pretence(Clock(), start_s=3 * GROUP_S)
    counts = _statuses(_plan(40, 20.0), workers, tmp_path)
    assert workers.clock.now_s <= 20.0 * 1.2
    assert counts["ok"] > 60


def test_what_was_not_measured_says_so(tmp_path: Path) -> None:
    plan = _plan(3, 1.0)
    workers = Pretence(Clock(), op_s=lambda design: 100.0)
    path = tmp_path / "late.vmperf"
    journal = Journal.create(path, {"plan": plan.identity()})
    carry_on(plan, journal, workers, clock=workers.clock)
    assert journal.keys() == {case.key for case in read_cases(path)}  # a resumed run ends at once
    journal.close()
    reasons = {case.reason for case in read_cases(path)}
    assert "the budget of 1 s was used up before its turn" in reasons


@pytest.mark.property
@given(
    st.lists(st.floats(0, 50), min_size=2, max_size=2),
    st.integers(1, 20),
    st.floats(1.0, 5.0),
    st.floats(0.0, 0.15),
)
def test_no_mix_of_long_and_short_overruns_by_a_fifth(
    op_s: list[float], n_points: int, generosity: float, start_s: float
) -> None:
    plan = _plan(n_points, generosity * least_s(n_points, 2 * n_points))
    clock = Clock()
    workers = Pretence(clock, start_s, lambda design: op_s[design == "stack"])
    carry_on(plan, _Nowhere(), workers, clock=clock)  # type: ignore[arg-type]
    assert clock.now_s <= 1.2 * plan.settings["budget_s"] + 1e-9


class _Nowhere:
    """A journal that keeps nothing."""

    def keys(self) -> set[Any]:
        return set()

    def commit(self, cases: Iterator[Any]) -> None:
        pass


def test_a_budget_that_cannot_do_is_refused_with_the_least_that_would() -> None:
    points = {"capacity": [*range(1, 1001)]}
    with pytest.raises(vmperf.InvalidArgumentError) as caught:
        make_plan(["hurdles/grid"], designs=["stack"], params=points, budget_s=10)
    least = least_s(1000, 1000)
    assert str(caught.value) == (
        f"budget_s is 10; allowed: >= {least:.3g} and finite, for 1000 cases in 1000 processes"
    )
    assert make_plan(["hurdles/grid"], designs=["stack"], params=points, budget_s=least)


def test_designs_that_are_not_there_need_no_budget() -> None:
    assert make_plan(["bench/selftest/missing"], budget_s=least_s(1, 0))


def test_without_a_budget_the_profile_holds() -> None:
    share = Budget(QUICK, 1, 3).share(3)
    assert share is not None
    assert share.limit_s is None
    assert share.settings["deadline_ns"] == 0
    assert {k: v for k, v in share.settings.items() if k in QUICK} == QUICK


def test_evidence_takes_a_part_of_the_time_and_never_long() -> None:
    assert evidence_ns(QUICK) == 0.25 * 400_000_000
    assert evidence_ns({"warm_up_ns": 3 * 10**9, "measurement_ns": 10**10}) == 2 * 10**9


def test_time_is_split_as_the_profile_has_it() -> None:
    assert split(QUICK, 4.0) == {"warm_up_ns": 10**9, "measurement_ns": 3 * 10**9}


def test_a_process_of_an_isolated_benchmark_has_a_placement_of_them_all() -> None:
    share = Budget(QUICK, 5, 5).share(1, alone=True)
    assert share is not None
    n = QUICK["n_placements"]
    assert share.settings["n_placements"] == 1
    assert share.settings["n_samples"] * n == QUICK["n_samples"]
    assert share.settings["measurement_ns"] * n == QUICK["measurement_ns"]
    whole, parts = expected_s(QUICK, 1) - GROUP_S, expected_s(QUICK, 1, alone=True) - GROUP_S
    assert parts * n == pytest.approx(whole)


def test_nothing_is_left_when_the_end_has_come() -> None:
    clock = Clock()
    budget = Budget(QUICK | {"budget_s": 2.0}, 2, 4, clock=clock)
    first = budget.share(2)
    clock.now_s = 2.0
    budget.took(2.0, first, 2)
    assert budget.share(2) is None
    assert least_s(2, 4) == 2 * GROUP_S + 4 * LEAST_CASE_S


@pytest.mark.parametrize(
    ("warm_up", "measurement", "case_s", "split_ns"),
    [
        (100, 300, 2.0, (500_000_000, 1_500_000_000)),
        (0, 300, 1.0, (0, 1_000_000_000)),
        (3_000_000_000, 10_000_000_000, 0.13, (30_000_000, 100_000_000)),
    ],
)
def test_a_case_is_split_as_the_profile_is(
    warm_up: int, measurement: int, case_s: float, split_ns: tuple[int, int]
) -> None:
    found = split({"warm_up_ns": warm_up, "measurement_ns": measurement}, case_s)
    assert (found["warm_up_ns"], found["measurement_ns"]) == pytest.approx(split_ns, abs=1)
