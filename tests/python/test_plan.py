"""Plans: axes x designs in a seeded order, typed values, budgets, the command that repeats them."""

from __future__ import annotations

import itertools
import json
import shlex
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vmperf
from vmperf._catalog.axes import coerce, point_values
from vmperf._catalog.catalog import Axis
from vmperf._plan.plan import PROFILES, Plan, make_plan
from vmperf.cli.run import command as run_command

pytestmark = pytest.mark.usefixtures("hurdles")

INTS = Axis("n", (1, 2, 3), (2,))
FLOATS = Axis("x", (0.5, 1.0), (0.5,))
WORDS = Axis("order", ("fifo", "random"), ("random",))
POINTS = {"item_size_bytes": [16, 64], "capacity": [10, 1000]}


def _order(plan: Plan) -> list[Any]:
    return [[g.id, g.params, [*g.designs], g.process] for g in plan.groups]


def test_quick_is_the_profile_of_the_issue() -> None:
    settings = make_plan(["hurdles/grid"]).settings
    assert (settings["warm_up_ns"], settings["measurement_ns"]) == (10**8, 3 * 10**8)
    assert (settings["n_samples"], settings["sampling"], settings["processes"]) == (30, "flat", 1)
    criterion, thorough = PROFILES["criterion"], PROFILES["thorough"]
    assert (criterion.warm_up_ns, criterion.measurement_ns) == (3 * 10**9, 10**10)
    assert (criterion.n_samples, criterion.sampling) == (100, "linear")
    assert (criterion.processes, thorough.processes) == (1, 5)


def test_groups_are_the_product_once_per_process() -> None:
    plan = make_plan(["hurdles/grid"], profile="thorough", params=POINTS)
    points = {(g.params["item_size_bytes"], g.params["capacity"], g.process) for g in plan.groups}
    assert len(plan.groups) == len(points) == 2 * 2 * 5
    assert points == set(itertools.product([16, 64], [10, 1000], range(5)))
    designs = tuple(d.name for d in vmperf.get("hurdles/grid").designs)
    assert all(group.designs == designs for group in plan.groups)
    assert [g.process for g in plan.groups] == sorted(g.process for g in plan.groups)


def test_defaults_and_dense() -> None:
    assert make_plan(["hurdles/grid"]).axes["hurdles/grid"]["item_size_bytes"] == (64,)
    dense = make_plan(["hurdles/grid"], dense=True, params={"capacity": 10})
    assert dense.axes["hurdles/grid"]["item_size_bytes"] == (16, 64, 256)
    assert dense.axes["hurdles/grid"]["capacity"] == (10,)
    starred = make_plan(["hurdles/grid"], params={"item_size_bytes": "*"})
    assert starred.axes["hurdles/grid"]["item_size_bytes"] == (16, 64, 256)


def test_same_seed_same_order_in_another_process() -> None:
    # Named, as other tests enter designs of their own into this process.
    designs = ["stack", "naive", "libc"]
    program = (
        "import json; from vmperf._plan.plan import make_plan; "
        f"p = make_plan(['pool/*'], params={{'item_size_bytes': '*'}}, seed=7, designs={designs}); "
        "print(json.dumps([[g.id, g.params, g.designs, g.process] for g in p.groups]))"
    )
    command = [sys.executable, "-c", program]
    other = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    mine = make_plan(["pool/*"], params={"item_size_bytes": "*"}, seed=7, designs=designs)
    assert json.loads(other) == _order(mine)
    shifted = make_plan(["pool/*"], params={"item_size_bytes": "*"}, seed=8, designs=designs)
    assert _order(shifted) != _order(mine)
    assert sorted(map(str, _order(shifted))) == sorted(map(str, _order(mine)))


def test_designs_are_chosen_and_benchmarks_without_them_left_out() -> None:
    plan = make_plan(["hurdles/grid", "bench/selftest/one_cycle"], designs=["naive", "stack"])
    assert [b.id for b in plan.benchmarks] == ["hurdles/grid"]
    assert set(plan.groups[0].designs) == {"naive", "stack"}
    assert make_plan(["hurdles/grid"], params={"design": "naive"}).groups[0].designs == ("naive",)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"profile": "quik"}, "profile is 'quik'.*did you mean quick"),
        ({"designs": ["stak"]}, "design is 'stak'.*did you mean.*stack"),
        ({"params": {"item_size": 16}}, "axis is 'item_size'.*did you mean item_size_bytes"),
        ({"params": {"capacity": "many"}}, "capacity is 'many'.*a whole number"),
        ({"params": {"capacity": 1.5}}, "capacity is 1.5.*a whole number"),
        ({"params": {"capacity": True}}, "capacity is True"),
        ({"params": {"capacity": []}}, "capacity is empty"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**64}, "seed is"),
        ({"budget_s": 0.0}, "budget_s is 0.0.*allowed: >="),
        ({"budget_s": float("nan")}, "budget_s is nan"),
        ({"budget_s": float("inf")}, "budget_s is inf"),
        ({"profile": "thorough", "isolated": False}, "isolate is False"),
    ],
)
def test_bad_input(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=said):
        make_plan(["hurdles/grid"], **arguments)


@pytest.mark.parametrize(
    ("axis", "given", "value"),
    [
        (INTS, "7", 7),
        (INTS, 7, 7),
        (INTS, "4KiB", 4096),
        (INTS, "2MiB", 2 << 20),
        (FLOATS, "7", 7.0),
        (FLOATS, 2, 2.0),
        (WORDS, "fifo", "fifo"),
    ],
)
def test_values_are_typed_by_the_axis(axis: Axis, given: Any, value: Any) -> None:
    found = coerce(axis, given)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("axis", "given"),
    [(WORDS, "lifo"), (WORDS, 1), (FLOATS, "nan"), (FLOATS, "inf"), (INTS, "1e3"), (INTS, None)],
)
def test_values_that_the_axis_cannot_have(axis: Axis, given: Any) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=axis.name):
        coerce(axis, given)


@pytest.mark.property
@given(st.lists(st.integers(-(2**62), 2**62), min_size=1))
def test_whole_numbers_come_back_in_order_without_duplicates(values: list[int]) -> None:
    expected = tuple(dict.fromkeys(values))
    assert point_values(INTS, [str(v) for v in values]) == expected
    assert point_values(INTS, np.array(values)) == expected


@pytest.mark.property
@given(
    st.sampled_from(["quick", "criterion", "thorough"]),
    st.integers(0, 2**64 - 1),
    st.lists(st.sampled_from(["stack", "naive", "libc"]), unique=True),
    st.lists(st.integers(1, 4096), min_size=1, max_size=3),
    st.none() | st.floats(10, 1e6),
)
def test_the_command_repeats_the_plan(
    profile: str, seed: int, designs: list[str], sizes: list[int], budget_s: float | None
) -> None:
    first = make_plan(
        ["hurdles/g*"],
        profile=profile,
        seed=seed,
        designs=designs or None,
        params={"item_size_bytes": sizes},
        budget_s=None if budget_s is None else round(budget_s),
    )
    words = shlex.split(first.command)
    assert words[:2] == ["vmperf", "run"]
    given = run_command.make_context("run", words[2:]).params
    again = make_plan(
        given["patterns"],
        profile=given["profile"],
        seed=given["seed"],
        designs=given["designs"],
        params=given["params"],
        budget_s=given["budget_s"],
        isolated=given["isolate"],
    )
    assert _order(again) == _order(first)
    assert again.identity() == first.identity()
