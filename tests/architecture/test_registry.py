"""Every benchmark is declared wholly and once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from house import expect_none, registry, table
from vmperf._plan.tour import HEADLINE, MOST_PER_COMPONENT

GOOD: dict[str, Any] = {
    "id": "pool/cycle",
    "component": "pool",
    "summary": "allocate and free",
    "op": "one pair",
    "tags": [],
    "fooled_by": ["the same slot every time"],
    "hidden": False,
    "subcycle": "",
    "repeatable": True,
    "varies": "",
    "axes": [
        {"name": "design", "values": ["stack", "naive"], "defaults": ["stack", "naive"]},
        {"name": "item_size_bytes", "values": [16, 64], "defaults": [64]},
    ],
    "designs": [{"name": "stack", "summary": "ours"}, {"name": "naive", "summary": "ten lines"}],
}


@pytest.fixture(scope="module")
def catalog() -> list[dict[str, Any]]:
    # Asked of a fresh process: other tests load benchmarks of their own into this one.
    program = "import json; from vmperf import bench; print(json.dumps(bench.catalog()))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_registry_is_whole(catalog: list[dict[str, Any]], repo_root: Path) -> None:
    assert len(catalog) >= 5
    expect_none(registry.faults(catalog, set(table.read(repo_root))))


def test_each_component_has_a_few_headlines(catalog: list[dict[str, Any]]) -> None:
    assert registry.MOST_HEADLINES == MOST_PER_COMPONENT
    assert registry.HEADLINE == HEADLINE
    expect_none(registry.headline_faults(catalog))


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([GOOD], "pool: 0 headline benchmarks"),
        ([{**GOOD, "tags": ["headline"]}] * 5, "pool: 5 headline benchmarks"),
        ([{**GOOD, "tags": ["headline"], "hidden": True}], "hidden, and a headline"),
    ],
)
def test_planted_headline_fault_is_found(entries: list[dict[str, Any]], said: str) -> None:
    assert any(said in line for line in registry.headline_faults(entries))


def test_a_component_without_a_figure_of_its_own_needs_no_headline() -> None:
    assert registry.headline_faults([{**GOOD, "tags": ["noise"]}]) == []
    assert registry.headline_faults([{**GOOD, "tags": ["headline"]}] * 4) == []


def test_good_entry_passes() -> None:
    assert registry.faults([GOOD], {"pool"}) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "Pool"}, "not component/operation"),
        ({"id": "heap/cycle"}, "does not begin with a component"),
        ({"summary": ""}, "no summary"),
        ({"op": ""}, "no op"),
        ({"fooled_by": []}, "no fooled_by"),
        ({"repeatable": False}, "says not whether batches of one n"),
        ({"varies": "now and then"}, "says not whether batches of one n"),
        ({"axes": GOOD["axes"][::-1]}, "first axis"),
        ({"axes": GOOD["axes"] + GOOD["axes"][1:]}, "axis 'item_size_bytes' twice"),
        ({"axes": [{**GOOD["axes"][0], "values": ["stack"]}]}, "defaults that are not among"),
        ({"axes": [{**GOOD["axes"][0], "values": ["a", "a"]}]}, "the same twice"),
        ({"designs": GOOD["designs"] * 2}, "design 'stack' twice"),
        ({"designs": GOOD["designs"][:1]}, "no 'naive' design"),
        ({"designs": [{"name": "naive", "summary": ""}]}, "has no summary"),
    ],
)
def test_planted_fault_is_found(change: dict[str, Any], said: str) -> None:
    found = registry.faults([{**GOOD, **change}], {"pool"})
    assert any(said in line for line in found), found


def test_duplicate_is_found() -> None:
    assert registry.faults([GOOD, GOOD], {"pool"}) == ["pool/cycle: declared 2 times"]


def test_naive_is_not_asked_of_a_self_test() -> None:
    entry = {**GOOD, "designs": GOOD["designs"][:1], "tags": ["selftest"]}
    assert registry.faults([entry], {"pool"}) == []
