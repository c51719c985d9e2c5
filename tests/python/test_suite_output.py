"""The JSON of foreign suites: what is read of it, and what is refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vmperf._suites.output import failed_tests, read_gbench, read_pytest


def gbench(*entries: dict[str, Any]) -> str:
    return json.dumps({"context": {}, "benchmarks": [*entries]})


def run(name: str, real: object, **more: object) -> dict[str, Any]:
    entry = {"name": name, "run_name": name, "run_type": "iteration", "time_unit": "ns"}
    return {**entry, "real_time": real, "cpu_time": 7.0, **more}


def test_one_run_is_its_time_in_ns() -> None:
    text = gbench(run("a/64", 2.5), run("b", 3.0, time_unit="us"), run("c", 1.0, time_unit="s"))
    assert read_gbench(text).times == {"a/64": 2.5, "b": 3000.0, "c": 1e9}


def test_cpu_time_where_asked_for() -> None:
    assert read_gbench(gbench(run("a", 2.5)), time="cpu").times == {"a": 7.0}


def test_repetitions_without_aggregates_give_their_median() -> None:
    text = gbench(run("a", 1.0), run("a", 90.0), run("a", 3.0))
    assert read_gbench(text).times == {"a": 3.0}


def test_the_median_aggregate_is_taken_and_no_other() -> None:
    def aggregate(name: str, value: float) -> dict[str, Any]:
        more = {"run_type": "aggregate", "aggregate_name": name, "name": f"a_{name}"}
        return {**run("a", value), **more}

    entries = [aggregate("mean", 9.0), aggregate("median", 4.0), aggregate("cv", 0.1)]
    assert read_gbench(gbench(*entries)).times == {"a": 4.0}
    assert read_gbench(gbench(run("a", 1.0), *entries)).times == {"a": 4.0}
    big_o = {"name": "a_BigO", "run_name": "a", "run_type": "aggregate", "cpu_coefficient": 1.0}
    assert read_gbench(gbench(run("a", 1.0), {**big_o, "aggregate_name": "BigO"})).times == {"a": 1}


@pytest.mark.parametrize(
    ("value", "status", "said"),
    [
        (0.0, "below_resolution", "real_time is 0"),
        (float("nan"), "failed", "real_time is nan"),
        (float("inf"), "failed", "real_time is inf"),
        (-1.0, "failed", "real_time is -1"),
        ("fast", "failed", "real_time is None"),
        (None, "failed", "real_time is None"),
    ],
)
def test_a_time_that_is_none_is_refused_alone(value: object, status: str, said: str) -> None:
    found = read_gbench(gbench(run("bad", value), run("good", 1.0)))
    assert found.times == {"good": 1.0}
    assert found.faults["bad"][0] == status
    assert said in found.faults["bad"][1]


def test_an_error_of_a_benchmark_is_its_reason() -> None:
    bad = run("bad", 1.0, error_occurred=True, error_message="no such file")
    assert read_gbench(gbench(bad)).faults == {"bad": ("failed", "no such file")}


@pytest.mark.parametrize(
    "text", ["", "hello", "[1]", "{}", '{"benchmarks": 3}', '{"benchmarks": [{"real_time": 1}]}']
)
def test_what_is_not_that_json_is_said(text: str) -> None:
    for read in (read_gbench, lambda text: read_pytest(text, {})):
        with pytest.raises(ValueError, match="JSON"):
            read(text)


def test_what_a_dying_program_had_finished_is_kept() -> None:
    whole = json.dumps({"context": {}, "benchmarks": [run("a", 1.0), run("b", 2.0)]}, indent=1)
    torn = whole[: whole.index('"b"') + 20]
    with pytest.raises(ValueError, match="not JSON"):
        read_gbench(torn)
    assert read_gbench(torn, torn=True).times == {"a": 1.0}
    assert read_gbench(whole, torn=True).times == {"a": 1.0, "b": 2.0}


def pytest_json(**medians: object) -> str:
    entries = [
        {"name": name, "fullname": f"tests/test_x.py::{name}", "stats": {"median": value}}
        for name, value in medians.items()
    ]
    return json.dumps({"benchmarks": entries})


def test_pytest_medians_by_node_id() -> None:
    found = read_pytest(pytest_json(test_a=0.5, test_b=0, test_c=None), {})
    assert found.times == {"tests/test_x.py::test_a": 0.5}
    assert found.faults["tests/test_x.py::test_b"][0] == "below_resolution"
    assert found.faults["tests/test_x.py::test_c"][0] == "failed"


def test_a_test_that_failed_has_no_figure() -> None:
    junit = """<testsuites><testsuite>
      <testcase classname="tests.test_x" name="test_a"/>
      <testcase classname="tests.test_x.TestIt" name="test_b[1::2]">
        <failure message="assert 1 == 2&#10;more">text</failure></testcase>
      <testcase classname="tests.test_x" name="test_c"><error message="fixture"/></testcase>
    </testsuite></testsuites>"""
    known = "tests/test_x.py::TestIt::test_b[1::2]"
    failed = failed_tests(junit, {"tests/test_x.py::test_a", known})
    assert failed == {
        known: "the test failed: assert 1 == 2",
        "tests.test_x::test_c": "the test failed: fixture",
    }
    assert failed_tests("no xml", {known}) == {}
    found = read_pytest(
        json.dumps({"benchmarks": [{"name": "b", "fullname": known, "stats": {"median": 1.0}}]}),
        failed,
    )
    assert found.times == {}
    assert found.faults[known][0] == "failed"


def test_two_benchmarks_of_one_name_are_refused_by_it() -> None:
    twin = {"per_family_instance_index": 0, "repetitions": 1, "repetition_index": 0}
    entries = [run("x", 100.0, family_index=0, **twin), run("x", 20.0, family_index=1, **twin)]
    for these in (entries, entries[::-1]):
        found = read_gbench(gbench(*these, run("y", 1.0, family_index=2, **twin)))
        assert found.times == {"y": 1.0}
        assert found.faults == {"x": ("ambiguous", "several benchmarks have this name")}


def test_two_medians_of_one_name_are_refused_by_it() -> None:
    median = {"run_type": "aggregate", "aggregate_name": "median"}
    found = read_gbench(gbench(run("x", 100.0, **median), run("x", 20.0, **median)))
    assert (found.times, [*found.faults]) == ({}, ["x"])


def test_repetitions_of_one_benchmark_are_one() -> None:
    place = {"family_index": 3, "per_family_instance_index": 1, "repetitions": 2}
    runs = [run("x", float(k), repetition_index=k, **place) for k in (1, 2, 6)]
    assert read_gbench(gbench(*runs)).times == {"x": 2.0}


def test_two_tests_of_one_name_are_refused_by_it() -> None:
    entries = [{"fullname": "a", "name": "a", "stats": {"median": m}} for m in (1.0, 2.0, 3.0)]
    found = read_pytest(json.dumps({"benchmarks": entries}), {})
    assert (found.times, found.faults["a"][0]) == ({}, "ambiguous")


def test_a_skip_is_no_failure() -> None:
    skipped = run("a", 0.0, skipped=True, skip_message="needs AVX-512")
    assert read_gbench(gbench(skipped)).faults == {"a": ("skipped", "needs AVX-512")}
