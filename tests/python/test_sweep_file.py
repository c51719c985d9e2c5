"""Sweep files: ranges, products, zips; every mistake named with its line."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vmperf
from vmperf._catalog.ranges import MOST_VALUES, expand
from vmperf._plan.sweep_file import SweepFile, find, read_sweep, shipped_sweeps

Write = Callable[..., Path]
GRID = '[[sweep]]\nbenchmark = "hurdles/grid"\n'


@pytest.fixture
def write(tmp_path: Path, hurdles: str) -> Write:
    """Write a sweep file; hurdles/grid has item_size_bytes and capacity."""

    def written(text: str) -> Path:
        path = tmp_path / "mine.toml"
        path.write_text(text)
        return path

    return written


def params(asked: SweepFile, *axes: str) -> list[tuple[Any, ...]]:
    return [tuple(point.params[axis] for axis in axes) for point in asked.points]


# -- ranges ------------------------------------------------------------------------------------

small = st.integers(-1000, 1000)


@given(start=small, n=st.integers(0, 50), step=st.integers(1, 40), rest=st.integers(0, 39))
def test_whole_steps_are_pythons_range(start: int, n: int, step: int, rest: int) -> None:
    end = start + n * step + rest % step
    assert expand({"from": start, "to": end, "step": step}) == [*range(start, end + 1, step)]


@given(start=st.integers(-50, 50), n=st.integers(0, 200), digits=st.integers(1, 3))
def test_decimal_steps_reach_their_end(start: int, n: int, digits: int) -> None:
    step = 10.0**-digits
    values = expand({"from": start, "to": start + n * step, "step": step})
    assert len(values) == n + 1  # rounding neither adds nor loses one
    assert values == pytest.approx([start + i * step for i in range(n + 1)])
    assert max(values) <= start + n * step


@given(start=st.integers(1, 100), factor=st.integers(2, 10), n=st.integers(1, 8))
def test_whole_factors_are_powers(start: int, factor: int, n: int) -> None:
    table = {"from": start, "to": start * factor**n, "factor": factor}
    assert expand(table) == [start * factor**i for i in range(n + 1)]
    assert expand(table | {"to": start * factor**n + 1}) == expand(table)


@given(
    start=st.floats(1e-3, 1e3), wide=st.floats(1.001, 1e6), n=st.integers(2, 60),
    scale=st.sampled_from(["linear", "log"]),
)  # fmt: skip
def test_points_are_evenly_spaced(start: float, wide: float, n: int, scale: str) -> None:
    values = expand({"from": start, "to": start * wide, "points": n, "scale": scale})
    assert (values[0], values[-1], len(values)) == (start, start * wide, n)
    measure = math.log if scale == "log" else float
    gaps = [measure(b) - measure(a) for a, b in itertools.pairwise(values)]
    assert gaps == pytest.approx([(measure(start * wide) - measure(start)) / (n - 1)] * (n - 1),
                                 rel=1e-4)  # fmt: skip


@given(start=st.integers(1, 1000), more=st.integers(0, 10**6), n=st.integers(2, 50))
def test_whole_ends_give_whole_ascending_values(start: int, more: int, n: int) -> None:
    for scale in ("linear", "log"):
        values = expand({"from": start, "to": start + more, "points": n, "scale": scale})
        assert all(isinstance(value, int) for value in values)
        assert values == sorted(set(values))
        assert (values[0], values[-1]) == (start, start + more)


@pytest.mark.parametrize(
    ("table", "argument", "said"),
    [
        ({"to": 3, "step": 1}, "from", "missing"),
        ({"from": 1, "step": 1}, "to", "missing"),
        ({"from": 3, "to": 1, "step": 1}, "to", ">= from"),
        ({"from": 1, "to": 3}, "range", "without spacing"),
        ({"from": 1, "to": 3, "step": 1, "points": 2}, "range", "step and points"),
        ({"from": 1, "to": 3, "step": 0}, "step", "> 0"),
        ({"from": 1, "to": 3, "step": "1"}, "step", "a finite number"),
        ({"from": 1, "to": math.inf, "step": 1}, "to", "a finite number"),
        ({"from": 1, "to": 3, "step": math.nan}, "step", "a finite number"),
        ({"from": True, "to": 3, "step": 1}, "from", "a finite number"),
        ({"from": 1, "to": 3, "factor": 1}, "factor", "> 1"),
        ({"from": 0, "to": 3, "factor": 2}, "from", "> 0"),
        ({"from": 0, "to": 3, "points": 2, "scale": "log"}, "from", "> 0"),
        ({"from": 1, "to": 3, "points": 1}, "points", "from 2"),
        ({"from": 1, "to": 3, "points": 2.0}, "points", "whole number"),
        ({"from": 1, "to": 3, "points": 2, "scale": "lag"}, "scale", "did you mean log"),
        ({"from": 1, "to": 3, "step": 1, "scale": "log"}, "scale", "none with step"),
        ({"from": 1, "to": 3, "stop": 1}, "stop", "did you mean step"),
        ({"from": 0, "to": 1, "step": 1e-9}, "step", f"at most {MOST_VALUES}"),
        ({"from": 1, "to": 10, "factor": 1.0000001}, "factor", f"at most {MOST_VALUES}"),
        ({"from": 1, "to": 3, "points": 10**9}, "points", f"to {MOST_VALUES}"),
    ],
)
def test_ranges_that_are_none(table: dict[str, Any], argument: str, said: str) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=said) as caught:
        expand(table)
    assert caught.value.argument == argument


# -- products and zips -------------------------------------------------------------------------


@given(
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    capacities=st.lists(st.integers(1, 9), min_size=1, max_size=5),
)
def test_axes_are_crossed_without_repeats(
    tmp_path_factory: pytest.TempPathFactory, hurdles: str, sizes: list[int], capacities: list[int]
) -> None:
    path = tmp_path_factory.mktemp("sweep") / "a.toml"
    path.write_text(f"{GRID}axes.item_size_bytes = {sizes}\naxes.capacity = {capacities}\n")
    found = params(read_sweep(path), "item_size_bytes", "capacity")
    product = itertools.product(dict.fromkeys(sizes), dict.fromkeys(capacities))
    assert found == [*product]


@given(pairs=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=9))
def test_zipped_axes_move_together(
    tmp_path_factory: pytest.TempPathFactory, hurdles: str, pairs: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("sweep") / "a.toml"
    sizes, capacities = ([pair[i] for pair in pairs] for i in (0, 1))
    path.write_text(
        f'{GRID}zip = [["capacity", "item_size_bytes"]]\n'
        f"axes.item_size_bytes = {sizes}\naxes.capacity = {capacities}\n"
    )
    found = params(read_sweep(path), "item_size_bytes", "capacity")
    assert found == [*dict.fromkeys(pairs)]  # a pair that is there twice is measured once


def test_axes_left_out_take_their_defaults_and_a_star_all(write: Write) -> None:
    asked = read_sweep(write(f'{GRID}axes = {{ item_size_bytes = "*" }}'))
    assert params(asked, "item_size_bytes", "capacity") == [(16, 1000), (64, 1000), (256, 1000)]
    assert asked.points[0].designs == ("stack", "naive", "libc")


def test_ranges_and_units_in_a_file(write: Write) -> None:
    asked = read_sweep(
        write(
            f"{GRID}[sweep.axes]\n"
            'item_size_bytes = { from = "1KiB", to = "4KiB", factor = 2 }\n'
            "capacity = { from = 10, to = 1000, points = 3, scale = 'log' }\n"
        )
    )
    assert params(asked, "item_size_bytes", "capacity") == [
        *itertools.product((1024, 2048, 4096), (10, 100, 1000))
    ]


def test_tables_of_one_benchmark_share_points_and_join_designs(write: Write) -> None:
    first = f'{GRID}designs = ["stack"]\naxes.capacity = [10, 20]\n'
    second = f'{GRID}designs = ["libc", "stack"]\naxes.capacity = [20, 30]\n'
    asked = read_sweep(write(first + second))
    designs = {point.params["capacity"]: point.designs for point in asked.points}
    assert designs == {10: ("stack",), 20: ("stack", "libc"), 30: ("stack", "libc")}


def test_a_pattern_ignores_what_a_benchmark_lacks(write: Write) -> None:
    text = '[[sweep]]\nbenchmark = "hurdles/*"\ndesigns = ["stack", "fine"]\n'
    asked = read_sweep(write(text + "axes.lane = [1, 2]\naxes.capacity = [10]\n"))
    found = [(p.id, p.designs, p.params) for p in asked.points]
    assert found == [
        ("hurdles/grid", ("stack",), {"item_size_bytes": 64, "capacity": 10}),
        ("hurdles/race", ("fine",), {"lane": 1}),
        ("hurdles/race", ("fine",), {"lane": 2}),
    ]


def test_the_head_of_a_file(write: Write) -> None:
    head = 'description = "d"\nreference = "libc"\nprofile = "criterion"\nbudget_s = 9\nseed = 5\n'
    asked = read_sweep(write(head + GRID))
    assert (asked.name, asked.description, asked.reference) == ("mine", "d", "libc")
    assert (asked.profile, asked.budget_s, asked.seed) == ("criterion", 9.0, 5)
    plain = read_sweep(write(GRID))
    assert (plain.reference, plain.profile, plain.budget_s, plain.seed) == (None, "quick", None, 0)


# -- mistakes ----------------------------------------------------------------------------------

TWO = f'description = "d"\n{GRID}axes.capacity = [10]\n[[sweep]]\n'  # the second table: line 5
OWN = TWO + 'benchmark = "hurdles/grid"\n'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (f"{TWO}designs = ['stack']", 5, "key benchmark is missing"),
        (f"{TWO}benchmark = 3", 6, "benchmark is 3"),
        (f"{TWO}\nbenchmark = 'hurdles/grit'", 7, "pattern is 'hurdles/grit'.*mean hurdles/grid"),
        (f"{OWN}\nbenchmarks = 3", 8, "key is 'benchmarks'.*mean benchmark"),
        (f"{OWN}designs = ['stak']", 7, "design is 'stak'.*mean stack"),
        (f"{OWN}designs = []", 7, r"designs is \[\]"),
        (f"{OWN}axes.capasity = [1]", 7, "axis is 'capasity'.*mean capacity"),
        (f"{OWN}[sweep.axes]\ncapacity = 1\nsise = 2", 9, "axis is 'sise'"),
        (f"{OWN}[sweep.axes]\n\ncapacity = ['few']", 9, "capacity is 'few'; allowed: a whole num"),
        (f"{OWN}axes.capacity = [1.5]", 7, "capacity is 1.5"),
        (f"{OWN}axes.capacity = []", 7, "capacity is empty"),
        (f"{OWN}axes.design = ['stack']", 7, "axis is 'design'"),
        (f"{OWN}axes = 3", 7, "axes is 3"),
        (f"{OWN}axes.capacity = {{ from = 1, to = 2 }}", 7, "capacity.range is without spacing"),
        (f"{OWN}axes.capacity = {{ from = 5, to = 2, step = 1 }}", 7, "capacity.to is 2"),
        (f"{OWN}[sweep.axes.capacity]\nfrom = 1\nto = 5\nstep = 0\n", 10, "capacity.step is 0"),
        (f"{OWN}axes.capacity = {{ from = 1, to = 2, step = 0.5 }}", 7, "capacity is 1.5"),
        (f"{OWN}axes.capacity = {{ from = 'x', to = 2, step = 1 }}", 7, "capacity is 'x'"),
        (f"{OWN}\nzip = 3", 8, "zip is 3"),
        (f"{OWN}zip = [['capacity']]", 7, "two axes or more"),
        (f"{OWN}axes.capacity = 1\nzip = [['capacity', 'sise']]", 8, "axis in zip is 'sise'"),
        (f"{OWN}axes.capacity = 1\nzip = [['capacity', 'capacity']]", 8, "each axis once"),
        (
            f"{OWN}axes.capacity = [1, 2]\naxes.item_size_bytes = 8\n"
            "zip = [['capacity', 'item_size_bytes']]",
            9,
            "capacity has 2, item_size_bytes has 1; allowed: as many values on each",
        ),
        (f"reference = 'nobody'\n{TWO}benchmark = 'hurdles/grid'", 1, "reference is 'nobody'"),
        (f"\nprofile = 'quik'\n{GRID}", 2, "profile is 'quik'.*mean quick"),
        (f"budget_s = -1\n{GRID}", 1, "budget_s is -1"),
        (f"budget_s = true\n{GRID}", 1, "budget_s is True"),
        (f"budget_s = '9'\n{GRID}", 1, "budget_s is '9'"),
        (f"budget_s = [9]\n{GRID}", 1, r"budget_s is \[9\]"),
        (f"budget_s = 0\n{GRID}", 1, "budget_s is 0"),
        (f"budget_s = inf\n{GRID}", 1, "budget_s is inf"),
        (f"budget_s = nan\n{GRID}", 1, "budget_s is nan"),
        (f"seed = 1.5\n{GRID}", 1, "seed is 1.5"),
        (f"description = 'd'\nseeds = 1\n{GRID}", 2, "key is 'seeds'.*mean seed"),
    ],
)
def test_a_mistake_is_named_with_its_line(write: Write, text: str, line: int, said: str) -> None:
    path = write(text)
    with pytest.raises(vmperf.InvalidArgumentError, match=said) as caught:
        read_sweep(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert caught.value.allowed


def test_a_range_of_names_is_none(write: Write) -> None:
    text = '[[sweep]]\nbenchmark = "pool/churn"\naxes.order = { from = 1, to = 2, step = 1 }'
    with pytest.raises(vmperf.InvalidArgumentError, match=r":3: order is a range; .*random"):
        read_sweep(write(text))


def test_a_product_without_end_is_refused_at_once(write: Write) -> None:
    ranges = "{ from = 1, to = 1000, step = 1 }"
    text = f"{GRID}axes.capacity = {ranges}\naxes.item_size_bytes = {ranges}"
    with pytest.raises(vmperf.InvalidArgumentError, match="more than 100000"):
        read_sweep(write(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[sweep]]\nbenchmark = ", "not TOML, line 2: "),
        ("benchmark = 'pool/*'", r"\[\[sweep\]\] tables"),
        ("sweep = [{ benchmark = 'pool/*' }]", r"\[\[sweep\]\] tables"),
        ("", r"\[\[sweep\]\] tables"),
    ],
)
def test_what_is_no_sweep_file(write: Write, text: str, said: str) -> None:
    path = write(text)
    with pytest.raises(vmperf.TraceFormatError, match=said) as caught:
        read_sweep(path)
    assert caught.value.path == str(path)


@pytest.mark.fuzz
@given(st.binary(max_size=200))
def test_any_bytes_give_a_typed_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("sweep") / "a.toml"
    path.write_bytes(data)
    with pytest.raises((vmperf.InvalidArgumentError, vmperf.TraceFormatError)):
        read_sweep(path)


# -- shipped -----------------------------------------------------------------------------------


def test_shipped_sweeps_are_sound() -> None:
    shipped = shipped_sweeps()
    assert "pools" in shipped
    for name, path in shipped.items():
        assert read_sweep(path).description, name
        assert find(name) == path


def test_a_file_comes_before_a_shipped_name(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(GRID).rename("pools")
    assert find("pools") == Path("pools")
    with pytest.raises(vmperf.InvalidArgumentError, match=r"'pool'; .* mean pools"):
        find("pool")
