"""list() and get(): views of the native registry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vmperf
from vmperf._catalog.catalog import select

IDS = [entry["id"] for entry in vmperf.bench.catalog()]
HIDDEN = {entry["id"] for entry in vmperf.bench.catalog() if entry["hidden"]}


def test_plain_list_has_all_that_is_not_hidden() -> None:
    entries = vmperf.bench.catalog()
    assert [b.id for b in vmperf.list()] == [e["id"] for e in entries if not e["hidden"]]
    assert any(e["hidden"] for e in entries)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("bench/selftest/*", True),
        ("bench/selftest/cra*", True),
        ("bench/selftest/crash", True),
        ("bench/*", False),
        ("*crash", False),
        ("bench/self*/crash", False),
        ("bench/selftest?crash", False),
    ],
)
def test_hidden_ones_need_their_folder(pattern: str, found: bool) -> None:
    assert ("bench/selftest/crash" in [b.id for b in vmperf.list(pattern)]) is found


@pytest.mark.property
@given(st.sampled_from(IDS), st.integers(0, 40))
def test_a_prefix_and_a_star_find_the_id_or_hide_it(id: str, cut: int) -> None:
    found = {b.id for b in vmperf.list(id[:cut] + "*")}
    shown = id not in HIDDEN or id[:cut].startswith(id.rpartition("/")[0] + "/")
    assert (id in found) is shown


def test_entry_is_seen_whole() -> None:
    for entry in vmperf.bench.catalog():
        benchmark = vmperf.get(entry["id"])
        assert benchmark.to_dict()["axes"] == entry["axes"]
        assert benchmark.axes[0].name == "design"
        assert [d.name for d in benchmark.designs] == [*benchmark.axes[0].values]
        assert benchmark.component == benchmark.id.split("/")[0]


def test_availability_says_why_not() -> None:
    found = vmperf.get("bench/selftest/missing").availability("absent")
    assert found["status"] == "not_installed"
    assert found["reason"]


def test_component() -> None:
    assert all(b.component == "pool" for b in vmperf.list(component="pool"))
    with pytest.raises(vmperf.InvalidArgumentError, match=r"component is 'pol'.*did you mean pool"):
        vmperf.list(component="pol")


def test_unknown_id_names_near_ones() -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=r"did you mean.*one_cycle") as caught:
        vmperf.get("bench/selftest/one_cycl")
    assert caught.value.argument == "benchmark"
    assert caught.value.value == "'bench/selftest/one_cycl'"
    assert "one_cycle" in caught.value.allowed


def test_unknown_axis() -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=r"axis of .*'size'.*allowed: design"):
        vmperf.get("bench/selftest/one_cycle").axis("size")


@pytest.mark.parametrize("patterns", [[], ["nothing/*"], ["bench/selftest/crash", "nothing"]])
def test_a_run_needs_a_match_for_each_pattern(patterns: list[str]) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="pattern is"):
        select(patterns)


def test_no_match_lists_nothing() -> None:
    assert vmperf.list("nothing/*") == []
