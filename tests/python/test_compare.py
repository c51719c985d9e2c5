"""Comparisons that run: known differences, no difference, what goes wrong on one side."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import vmperf
from vmperf import _core
from vmperf._builds.source import Build
from vmperf._compare import arms
from vmperf._compare.pair import Shape, run_pair, seeds
from vmperf._compare.side import Dead, Task

QUICK = {"pairs": 4, "rounds": 8, "batch_us": 100}
POINT = {"item_size_bytes": 64, "capacity": 100, "state": "member"}
SHAPE = Shape(rounds=4, batch_ns=100_000, warm_up_ns=0, layout="random", aslr=True)


def _task(id: str = "pool/cycle", design: str = "stack", **more: object) -> Task:
    params = POINT if id == "pool/cycle" else {}
    return Task(Build(str(_core.__file__)), id=id, design=design, params=dict(params), **more)


@pytest.mark.perf
def test_designs_far_apart() -> None:
    found = vmperf.compare(
        "stack", "libc", benchmarks="pool/cycle", params={"state": "member"}, **QUICK
    )
    (row,) = found.rows()
    assert row["verdict"] == "regressed"
    assert row["effect"] > 2
    assert row["low"] < row["effect"] < row["high"]
    assert row["pairs"] == 4
    assert "design" not in row["params"]
    assert row["instr_effect"] is None or row["instr_effect"] > 3
    assert found.regressed == [row]


@pytest.mark.perf
def test_the_other_way_round_it_improved() -> None:
    found = vmperf.compare(
        "libc", "stack", benchmarks="pool/cycle", params={"state": "member"}, **QUICK
    )
    assert [row["verdict"] for row in found.rows()] == ["improved"]


@pytest.mark.perf
def test_a_real_percent_of_work() -> None:
    """101 steps against 100: one in a hundred more work, in instructions and in time."""
    found = vmperf.compare("steps=100", "steps=101", benchmarks="bench/alu_chain", pairs=16)
    (row,) = found.rows()
    assert row["instr_effect"] is None or row["instr_effect"] == pytest.approx(0.01, abs=0.001)
    assert row["low"] <= 0.01 <= row["high"]
    assert row["verdict"] in ("regressed", "inconclusive")  # a neighbour may blur it


def test_all_of_a_comparison_is_measured() -> None:
    found = vmperf.compare(
        "stack", "libc", benchmarks="pool/cycle", params={"state": "member"}, **QUICK
    )
    (row,) = found.rows()
    assert row["status"] == "ok"
    assert row["low"] < row["effect"] < row["high"]
    assert row["pairs"] == 4
    assert "design" not in row["params"]
    assert row["instr_effect"] is None or row["instr_effect"] > 3  # counted, not timed


def test_a_percent_of_work_is_counted() -> None:
    found = vmperf.compare(
        "steps=100", "steps=101", benchmarks="bench/alu_chain", **{**QUICK, "pairs": 3}
    )
    (row,) = found.rows()
    assert row["instr_effect"] is None or row["instr_effect"] == pytest.approx(0.01, abs=0.001)


def test_both_sides_do_equally_much() -> None:
    pair = run_pair((_task(), _task(design="libc")), SHAPE, number=0, timeout_s=60)
    assert len(pair.ns[0]) == len(pair.ns[1]) == SHAPE.rounds
    assert pair.n >= 1


@pytest.mark.perf
def test_a_batch_is_as_long_as_the_slower_side_needs() -> None:
    pair = run_pair((_task(), _task(design="libc")), SHAPE, number=0, timeout_s=30)
    # Of the slower side: the faster one's batch is shorter, not its work smaller.
    assert sum(pair.ns[0]) < sum(pair.ns[1])


def test_layouts_and_their_seeds() -> None:
    def both(layout: str, number: int) -> tuple[int, int]:
        return seeds(Shape(4, 1000, 0, layout, True), 7, number)

    assert both("random", 0)[0] != both("random", 0)[1]
    assert both("paired", 0)[0] == both("paired", 0)[1] != both("paired", 1)[0]
    assert both("fixed", 0) == both("fixed", 5)
    assert both("random", 3) == both("random", 3)


def test_address_randomisation_is_a_parameter() -> None:
    try:
        pair = run_pair(
            (_task(), _task()), Shape(2, 50_000, 0, "fixed", False), number=0, timeout_s=30
        )
    except vmperf.UnsupportedError as error:
        pytest.skip(str(error))
    assert pair.n >= 1


@pytest.mark.parametrize(
    ("id", "status", "said"),
    [
        ("bench/selftest/crash", "crashed", "side B: killed by SIGSEGV"),
        ("bench/selftest/hang", "timed_out", "side B: no answer for"),
        ("bench/selftest/half_work", "unverified", "side B: "),
        ("bench/selftest/throwing", "crashed", "side B: "),
        ("bench/selftest/folded", "optimised_away", "side B: "),
    ],
)
def test_what_goes_wrong_on_one_side(id: str, status: str, said: str) -> None:
    waits_s = 2 if status == "timed_out" else 60
    with pytest.raises(Dead) as caught:
        run_pair((_task(), _task(id, "kernel")), SHAPE, number=0, timeout_s=waits_s)
    assert caught.value.status == status
    assert said in str(caught.value)


def test_a_failed_case_leaves_the_others(tmp_path: Path) -> None:
    found = vmperf.compare(
        str(_core.__file__),
        str(_core.__file__),
        benchmarks=["bench/selftest/crash", "bench/selftest/one_cycle"],
        **QUICK,
    )
    rows = {row["id"]: row for row in found.rows()}
    assert rows["bench/selftest/crash"]["status"] == "crashed"
    assert rows["bench/selftest/crash"]["verdict"] is None
    assert rows["bench/selftest/one_cycle"]["status"] == "ok"
    assert rows["bench/selftest/one_cycle"]["pairs"] == 4
    assert "code layout was not varied" in found.layout_note
    json.dumps(found.to_dict())


def test_a_benchmark_of_one_side_only() -> None:
    from vmperf._compare.cases import catalog_of, make_cases

    arm = arms.resolve(str(_core.__file__))
    assert arm.build is not None
    whole = catalog_of(arm.build, timeout_s=30)
    part = {id: benchmark for id, benchmark in whole.items() if id != "pool/churn"}
    cases = make_cases(
        (arm, arm), (whole, part), patterns=["pool/churn", "pool/cycle"], designs=None, params={}
    )
    one_sided = [case for case in cases if case.id == "pool/churn"]
    assert [case.status for case in one_sided] == ["one_sided"]
    assert one_sided[0].reason == "only A has this benchmark"
    assert {case.status for case in cases if case.id == "pool/cycle"} == {"ok"}


def test_words_and_prefixes() -> None:
    assert arms.resolve("stack").kind == "design"
    assert arms.resolve("design:stack").design == "stack"
    assert arms.resolve("capacity=100").params == {"capacity": "100"}
    assert arms.resolve("param:capacity=100").kind == "param"
    assert arms.resolve(f"path:{_core.__file__}").kind == "path"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("design:stakc", "stack"),
        ("param:capacty_=1", "capacity"),
        ("path:no/such/file", "a path that exists"),
        ("rev:nothing", "a commit"),
        ("stakc", "did you mean stack"),
    ],
)
def test_words_that_mean_nothing(word: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=said):
        arms.resolve(word, repository=tmp_path)


def test_a_revision_is_a_word_too(tmp_path: Path) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    (tmp_path / "a").write_text("a")
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "x"],
        ["tag", "v1"],
    ):
        subprocess.run([git, "-C", str(tmp_path), *words], check=True)
    arm = arms.resolve("v1", repository=tmp_path)
    assert arm.kind == "rev"
    assert arm.source is not None
    assert len(arm.source.revision) == 40


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"benchmarks": "pool/none"}, "pool/"),
        ({"benchmarks": "pool/cycle", "params": {"capacty_": 1}}, "capacity"),
        ({"benchmarks": "bench/alu_chain"}, "one that both arms can run"),
        ({"stopping": "soon"}, "sequential"),
        ({"budget_s": 0}, "budget_s is 0"),
        ({"salts": 3}, "salts is 3"),
    ],
)
def test_bad_input(change: dict[str, object], said: str) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=said):
        vmperf.compare("stack", "pmr", **change)


def test_the_budget_decides_the_pairs() -> None:
    found = vmperf.compare(
        "stack", "stack", benchmarks="pool/cycle", params={"state": "member"}, budget_s=1.0
    )
    (row,) = found.rows()
    assert 3 <= row["pairs"] <= 24
    assert found.settings.pairs == row["pairs"]
