"""The tour: what a run without a pattern measures, however many components there are."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from click.testing import CliRunner

import vmperf
from vmperf import _core
from vmperf._catalog.catalog import Benchmark, from_entry
from vmperf._plan import tour
from vmperf._plan.budget import least_s
from vmperf._plan.groups import Axes, Group, Point, grid, ordered
from vmperf._plan.plan import Plan, make_plan
from vmperf._plan.tour import MOST_PER_COMPONENT, TOUR_S, choose, headlines
from vmperf._run import run
from vmperf.cli.main import cli
from vmperf.cli.run import command as run_command


def _benchmark(id: str, n_designs: int = 10, n_values: int = 4) -> Benchmark:
    designs = [f"d{i}" for i in range(n_designs)]
    entry: dict[str, Any] = {
        "id": id,
        "component": id.partition("/")[0],
        "summary": "",
        "op": "",
        "tags": ["headline"],
        "fooled_by": [],
        "hidden": False,
        "subcycle": "",
        "axes": [
            {"name": "design", "values": designs, "defaults": designs},
            {"name": "n", "values": [*range(9)], "defaults": [*range(n_values)]},
        ],
        "designs": [{"name": name, "summary": "", "peer": False} for name in designs],
    }
    return from_entry(entry)


def _defaults(benchmarks: tuple[Benchmark, ...]) -> Axes:
    return {b.id: {a.name: a.defaults for a in b.axes} for b in benchmarks}


def _with(monkeypatch: pytest.MonkeyPatch, n_components: int, **shape: int) -> None:
    """Let there be so many components, each with as many headlines as are allowed."""
    found = [
        _benchmark(f"c{c}/b{b}", **shape)
        for c in range(n_components)
        for b in range(MOST_PER_COMPONENT)
    ]
    monkeypatch.setattr(tour, "headlines", lambda: tuple(found))


def _n_values(axes: Axes) -> set[int]:
    return {len(mine["n"]) for mine in axes.values()}


def _cases(axes: Axes) -> int:
    return sum(len(point.designs) for point in grid(axes))


def test_the_tour_is_the_headlines_within_its_budget() -> None:
    plan = make_plan(None)
    assert {b.id for b in plan.benchmarks} == {b.id for b in headlines()}
    assert {"pool", "memops"} <= {b.component for b in plan.benchmarks}
    assert plan.settings["budget_s"] == plan.estimated_s == TOUR_S
    assert plan.n_cases < make_plan(["*"]).n_cases / 2
    for benchmark in plan.benchmarks:
        for axis in benchmark.axes[1:]:
            taken = plan.axes[benchmark.id][axis.name]
            assert taken == axis.defaults[: len(taken)]


def test_few_components_get_more_points_than_many(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    for n in (1, 2, 5, 11, 40, 200):
        _with(monkeypatch, n)
        axes = choose(_defaults, set(), TOUR_S)
        assert {id.partition("/")[0] for id in axes} == {f"c{c}" for c in range(n)}
        sizes.append(max(_n_values(axes)) * len(axes) / n)
        points = [*grid(axes)]
        assert least_s(len(points), _cases(axes)) <= TOUR_S or len(axes) == n
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 3 * MOST_PER_COMPONENT
    assert sizes[-1] == 1


def test_what_the_caller_names_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, 11)
    assert _n_values(choose(_defaults, {"n"}, TOUR_S)) == {4}


def test_a_small_budget_has_fewer_points(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, 2)
    large, small = choose(_defaults, set(), 1000.0), choose(_defaults, set(), 12.0)
    assert _cases(large) > _cases(small) > 0


def test_the_command_of_the_tour_repeats_it() -> None:
    plan = make_plan(None, budget_s=60.5, seed=3)
    words = shlex.split(plan.command)
    assert words[:3] == ["vmperf", "run", "--profile"]
    given = run_command.make_context("run", words[2:]).params
    assert given["patterns"] == ()
    again = make_plan(None, budget_s=given["budget_s"], seed=given["seed"])
    assert again.identity() == plan.identity()
    assert again.groups == plan.groups


def test_no_pattern_is_not_an_empty_one() -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="pattern is empty"):
        vmperf.run([])


def test_run_without_a_pattern_is_the_tour(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, store: Any
) -> None:
    plans: list[Plan] = []

    class Enough(BaseException):  # an Exception would become a line of the command
        pass

    def stop(plan: Plan, *args: Any, **kwargs: Any) -> None:
        plans.append(plan)
        raise Enough

    monkeypatch.setattr(run, "carry_out", stop)
    for call in (vmperf.run, lambda: CliRunner().invoke(cli, ["run"], catch_exceptions=False)):
        with pytest.raises(Enough):
            call()
    assert [plan.identity() for plan in plans] == [make_plan(None).identity()] * 2


def test_help_says_what_the_tour_is() -> None:
    text = " ".join(CliRunner().invoke(cli, ["run", "--help"]).stdout.split())
    assert "Without PATTERNS it is the tour" in text
    assert f"in {TOUR_S:g} seconds" in text


POINTS = [Point("a/x", {"n": 1}, ("A", "B")), Point("b/y", {"n": 2}, ("A", "B", "C"))]


def test_designs_of_an_isolated_benchmark_alternate_in_processes_of_their_own() -> None:
    groups = ordered(POINTS, processes=1, placements=3, isolated={"a/x"}, seed=1)
    alone = [g for g in groups if g.id == "a/x"]
    assert [g.designs for g in alone] == [("A",), ("B",)] * 3
    assert [g.process for g in alone] == [0, 0, 1, 1, 2, 2]
    assert all(g.alone for g in alone)
    first = groups.index(alone[0])
    assert list(groups[first : first + 6]) == alone  # neighbours in time
    (other,) = [g for g in groups if g.id == "b/y"]
    assert other == Group("b/y", {"n": 2}, ("A", "B", "C"), 0)


def test_processes_of_a_profile_multiply_those_of_isolated_points() -> None:
    groups = ordered(POINTS, processes=2, placements=2, isolated={"a/x"}, seed=1)
    numbers = [g.process for g in groups if g.id == "a/x" and g.designs == ("B",)]
    assert sorted(numbers) == [0, 1, 2, 3]
    assert sorted(g.process for g in groups if g.id == "b/y") == [0, 1]


def test_order_without_isolated_points_is_the_same_as_ever() -> None:
    with_them = ordered(POINTS, processes=3, placements=2, isolated={"a/x"}, seed=7)
    without = ordered(POINTS, processes=3, placements=2, isolated=(), seed=7)
    seen = list(dict.fromkeys((g.id, g.process // 2) for g in with_them if g.alone))
    assert len(seen) == 3
    assert [g.process for g in without] == [0, 0, 1, 1, 2, 2]


@pytest.fixture
def isolated_grid(monkeypatch: pytest.MonkeyPatch, hurdles: str) -> str:
    """A benchmark of the registry, declared isolated."""
    entries = [
        entry | {"isolated": entry["id"] == "hurdles/grid"} for entry in _core.bench.catalog()
    ]
    monkeypatch.setattr(_core.bench, "catalog", lambda: entries)
    return "hurdles/grid"


def test_an_isolated_benchmark_is_planned_measured_and_counted_by_process(
    isolated_grid: str, tmp_path: Any
) -> None:
    found = vmperf.run(
        isolated_grid, designs=["stack", "naive"], budget_s=4.0, results=tmp_path / "r.vmperf"
    )
    assert found.n_planned == len(found.cases) == 2 * 5
    assert {(c.design, c.process) for c in found.cases} == {
        (design, k) for design in ("stack", "naive") for k in range(5)
    }
    assert {int(p) for case in found.cases for p in case.placement} <= {0}
    again = vmperf.run(
        isolated_grid,
        designs=["stack", "naive"],
        budget_s=4.0,
        results=tmp_path / "r.vmperf",
        resume=True,
    )
    assert len(again.cases) == 10


def test_an_isolated_benchmark_needs_workers(isolated_grid: str) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="benchmark hurdles/grid needs fresh"):
        make_plan([isolated_grid], isolated=False)
