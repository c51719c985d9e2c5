"""The pytest plugin: what it measures, and the options of pytest-benchmark on native samples."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vmperf

pytest.importorskip("pytest_benchmark")
pytest_plugins = ["pytester"]

Suite = Callable[..., pytest.RunResult]
ONE = """
import pytest

@pytest.mark.vmperf("bench/selftest/{name}", timeout_s={timeout_s})
def test_it(vmperf_benchmark):
    {body}
"""
MARKED = """
import pytest

@pytest.mark.vmperf({marker})
def test_it(vmperf_benchmark):
    vmperf_benchmark()
"""


def one(
    name: str,
    *,
    body: str = "vmperf_benchmark()",
    timeout_s: float = 60,
) -> str:
    """A test of one self-test benchmark."""
    return ONE.format(name=name, body=body, timeout_s=timeout_s)


# Data


RAW = """
import json, pathlib, pytest

@pytest.mark.parametrize("of_the_users_own", [7])
@pytest.mark.vmperf("bench/selftest/one_cycle")
def test_it(vmperf_benchmark, of_the_users_own):
    (case,) = vmperf_benchmark().cases
    pathlib.Path("raw.json").write_text(
        json.dumps([case.ns_total.tolist(), case.iterations.tolist()])
    )
"""


def test_data_are_the_native_samples(
    as_json: Callable[..., list[dict[str, Any]]], pytester: pytest.Pytester
) -> None:
    (found,) = as_json(RAW)
    ns_total, iterations = json.loads((pytester.path / "raw.json").read_text())
    expected = [ns / n * 1e-9 for ns, n in zip(ns_total, iterations, strict=True)]
    assert found["stats"]["data"] == pytest.approx(expected, rel=1e-9, abs=0)
    assert found["stats"]["min"] == pytest.approx(min(expected), rel=1e-9, abs=0)
    assert found["stats"]["rounds"] == len(expected) > 1
    assert found["options"]["timer"] == "native_clock"


def test_extra_info_says_what_and_where(as_json: Callable[..., list[dict[str, Any]]]) -> None:
    (found,) = as_json(RAW)
    extra = found["extra_info"]
    assert found["params"] == {
        "benchmark": "bench/selftest/one_cycle",
        "design": "kernel",
        "of_the_users_own": 7,
    }
    assert found["group"] == extra["benchmark"] == "bench/selftest/one_cycle"
    assert extra["params"] == {"design": "kernel"}
    low, high = extra["median_low_high_ns"]
    assert low <= found["stats"]["median"] * 1e9 <= high
    assert extra["cycles_per_op"] > 0
    assert extra["instr_per_op"] is None or extra["instr_per_op"] > 1
    assert len(extra["ops_per_round"]) == found["stats"]["rounds"]
    assert extra["fingerprint"]["cpu"] == vmperf.machine()["cpu"]
    assert extra["command"].startswith("vmperf run bench/selftest/one_cycle ")


def test_several_processes_are_all_handed_over(
    as_json: Callable[..., list[dict[str, Any]]],
) -> None:
    text = MARKED.format(marker="'bench/selftest/one_cycle', profile='thorough', budget_s=2")
    (found,) = as_json(text)
    assert found["extra_info"]["processes"] == 5
    assert found["stats"]["rounds"] == len(found["extra_info"]["ops_per_round"]) >= 10


@pytest.mark.perf
def test_minimum_is_that_of_a_separate_run(
    as_json: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    """The best of some tries of each is 2 % apart at most: a chain of adds, in short batches."""
    ours: list[float] = []
    theirs: list[float] = []
    until = time.monotonic() + 60
    while time.monotonic() < until:
        (found,) = as_json(one("one_cycle"))
        results = vmperf.run(
            "bench/selftest/one_cycle", budget_s=0.4, results=tmp_path / f"{len(ours)}.vmperf"
        )
        ours.append(found["stats"]["min"] * 1e9)
        theirs.append(float(min(results.to_numpy()["ns_per_op"])))
        if abs(min(ours) / min(theirs) - 1) <= 0.02:
            return
    pytest.fail(f"minima in ns: {ours}, of separate runs: {theirs}")


def test_own_library_is_measured_like_the_built_in_ones(
    as_json: Callable[..., list[dict[str, Any]]], hurdles_library: Path, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest(f"import vmperf\nvmperf.bench.load({str(hurdles_library)!r})")
    marker = "'hurdles/grid', design='stack', capacity=[10, 1000]"
    found = as_json(MARKED.format(marker=marker))
    assert [b["params"]["capacity"] for b in found] == [10, 1000]


# Statuses


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("empty_policy", "optimised_away"),
        ("half_work", "unverified"),
        ("crash", "crashed: killed by SIGSEGV"),
    ],
)
def test_refusal_fails_with_its_reason(
    suite: Suite, pytester: pytest.Pytester, name: str, said: str
) -> None:
    done = suite(one(name), "--benchmark-json=out.json")
    done.assert_outcomes(failed=1)  # and no error in teardown besides
    done.stdout.fnmatch_lines([f"bench/selftest/{name}-kernel: {said}*"])
    done.stdout.no_fnmatch_line("*benchmark: 1 tests*")
    assert json.loads((pytester.path / "out.json").read_text())["benchmarks"] == []


def test_hang_is_a_failure_too(suite: Suite) -> None:
    done = suite(one("hang", timeout_s=1))
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["bench/selftest/hang-kernel: timed_out*"])


def test_what_is_not_there_is_skipped(suite: Suite) -> None:
    done = suite(one("missing"), "-rs")
    done.assert_outcomes(skipped=2)
    done.stdout.fnmatch_lines(["*missing-absent: not_installed*", "*missing-lacking: unsupported*"])


def test_body_can_judge_what_was_found(suite: Suite) -> None:
    body = "assert vmperf_benchmark().rows()[0]['ns_per_op']['median'] < 0"
    suite(one("one_cycle", body=body)).assert_outcomes(failed=1)


# Misuse of the fixture


@pytest.mark.parametrize("disable", [(), ("--benchmark-disable",)])
def test_never_called_is_a_failure(suite: Suite, disable: tuple[str, ...]) -> None:
    done = suite(one("one_cycle", body="pass"), *disable)
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["vmperf_benchmark was not called*"])


def test_called_twice_is_a_failure(suite: Suite, pytester: pytest.Pytester) -> None:
    body = "vmperf_benchmark(); vmperf_benchmark()"
    done = suite(one("one_cycle", body=body), "--benchmark-json=out.json")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*UsageError: vmperf_benchmark was called twice*"])
    assert json.loads((pytester.path / "out.json").read_text())["benchmarks"] == []


SLY = """
import pytest

@pytest.fixture
def theirs(benchmark):
    return benchmark

@pytest.mark.vmperf("bench/selftest/one_cycle")
def test_it(vmperf_benchmark, theirs):
    {call}
"""


@pytest.mark.parametrize("call", ["theirs(int)", "theirs.pedantic(int)"])
def test_plain_benchmark_says_at_once_why_not(suite: Suite, call: str) -> None:
    """Taken by way of another fixture, where collection does not see it."""
    done = suite(SLY.format(call=call))
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*UsageError: the fixture benchmark was used in a test of*"])


# pytest-benchmark's options


def test_table(suite: Suite) -> None:
    done = suite(one("one_cycle"))
    done.stdout.fnmatch_lines(
        ["*benchmark 'bench/selftest/one_cycle': 1 tests*", "test_it?bench/selftest/one_cycle-*"]
    )


def test_group_of_the_user_wins(as_json: Callable[..., list[dict[str, Any]]]) -> None:
    text = one("one_cycle").replace("def test", "@pytest.mark.benchmark(group='mine')\ndef test")
    (found,) = as_json(text)
    assert (found["group"], found["options"]["timer"]) == ("mine", "native_clock")


def test_grouping_by_a_param(suite: Suite, hurdles: str) -> None:
    marker = "'hurdles/grid', design='stack', capacity=[10, 1000]"
    done = suite(MARKED.format(marker=marker), "--benchmark-group-by=param:capacity")
    done.stdout.fnmatch_lines(
        ["*benchmark 'capacity=10': 1 tests*", "*benchmark 'capacity=1000': 1 tests*"]
    )


@pytest.mark.parametrize(("scale", "regressed"), [(1e-6, True), (1e6, False)])
def test_save_compare_and_fail(
    suite: Suite, pytester: pytest.Pytester, scale: float, regressed: bool
) -> None:
    """Against a saved run made a million times faster, and a million times slower."""
    assert suite(one("one_cycle"), "--benchmark-autosave").ret == 0
    (saved,) = (pytester.path / "store").rglob("*.json")
    content = json.loads(saved.read_text())
    (stats,) = (b["stats"] for b in content["benchmarks"])
    stats["min"] *= scale
    saved.write_text(json.dumps(content))
    done = suite(one("one_cycle"), "--benchmark-compare", "--benchmark-compare-fail=min:100%")
    done.stdout.fnmatch_lines(["*one_cycle-kernel* (NOW)*"])
    assert (done.ret != 0) == regressed
    assert ("Performance has regressed" in done.stderr.str()) == regressed


def test_histogram(suite: Suite, pytester: pytest.Pytester) -> None:
    """Read from a saved run, and in a process of its own: pygal changes how modules are found."""
    if importlib.util.find_spec("pygal") is None:
        pytest.skip("pygal is not installed")
    assert suite(one("one_cycle"), "--benchmark-autosave").ret == 0
    command = "from pytest_benchmark.cli import main; main()"
    words = ["--storage=store", "compare", "--histogram=drawn"]
    pytester.run(sys.executable, "-c", command, *words)
    (drawn,) = pytester.path.glob("drawn*.svg")
    assert "one_cycle" in drawn.read_text()


def test_disable_verifies_and_judges_no_figure(suite: Suite) -> None:
    text = one("one_cycle") + "".join(
        one(name).replace("test_it", f"test_{name}").replace("import pytest", "")
        for name in ("half_work", "empty_policy")
    )
    done = suite(text, "--benchmark-disable")
    done.assert_outcomes(passed=2, failed=1)
    done.stdout.fnmatch_lines(["bench/selftest/half_work-kernel: unverified*"])
    done.stdout.no_fnmatch_line("*Mops/s*")


def test_only_and_skip(suite: Suite) -> None:
    text = one("one_cycle") + "\ndef test_other():\n    pass\n"
    suite(text, "--benchmark-only").assert_outcomes(passed=1, skipped=1)
    done = suite(text, "--benchmark-skip", "-v")
    done.assert_outcomes(passed=1, skipped=1)
    done.stdout.fnmatch_lines(["*test_other PASSED*"])


def test_cprofile_adds_no_sample(as_json: Callable[..., list[dict[str, Any]]]) -> None:
    (found,) = as_json(one("one_cycle"), "--benchmark-cprofile=tottime")
    assert min(found["stats"]["data"]) > 0


def test_xdist_verifies_in_its_workers(suite: Suite, pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    pytester.makepyfile(test_suite=MARKED.format(marker="'bench/selftest/[to]*_[ca]*'"))
    done = pytester.runpytest_subprocess("-n2", "-W", "default")
    done.assert_outcomes(passed=2)
    done.stdout.no_fnmatch_line("*Mops/s*")


def test_example_of_the_manual_runs(suite: Suite, repo_root: Path) -> None:
    text = (repo_root / "python" / "README.md").read_text()
    (block,) = re.findall(r"^```python\n(import pytest\n.*?)^```$", text, re.MULTILINE | re.DOTALL)
    done = suite(block, "--benchmark-disable")
    assert done.parseoutcomes()["passed"] >= 2
    assert done.ret == 0
