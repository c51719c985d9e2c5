"""A/A: figures follow the pairs; identical code measured for real; cases that fail."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import vmperf
from vmperf._alarm.aa_rows import RULES, Noise, NoiseCase, Taken, rules_of
from vmperf._catalog.quantities import Metric
from vmperf._compare.pair import Pair
from vmperf._compare.settings import with_changes
from vmperf.cli.main import cli

ROUNDS, N, BATCH_NS = 12, 1000, 300_000
SETTINGS = with_changes(pairs=8, rounds=ROUNDS)


def pair(rng: np.random.Generator, effect: float, *, level: float = 0.0) -> Pair:
    """Side A runs at exp(level), B exp(effect) slower; batches scatter by 0.1 %."""
    scatter = BATCH_NS * np.exp(level + 0.001 * rng.standard_normal((2, ROUNDS)))
    scatter[1] *= math.exp(effect)
    a, b = (tuple(int(value) for value in side) for side in scatter)
    return Pair(N, (a, b), ((0,) * ROUNDS, (1,) + (0,) * (ROUNDS - 1)), ("", ""),
                instructions=(5.0, 5.0))  # fmt: skip


def noise_of(taken: Sequence[Taken], *, n_builds: int = 1) -> Noise:
    case = NoiseCase("pool/cycle", {"design": "stack"}, [*taken])
    return Noise((case,), SETTINGS, {}, n_builds, 20.0, 0)


def random_pairs(
    seed: int, n: int, *, sd: float, bias: float = 0.0, kind: str = "random"
) -> list[Taken]:
    rng = np.random.default_rng(seed)
    effects = bias + sd * rng.standard_normal(n)
    return [Taken(kind, 0, pair(rng, effect), 0.1) for effect in effects]


def test_floors_and_bias_are_what_went_in() -> None:
    taken = random_pairs(1, 200, sd=0.01) + random_pairs(2, 200, sd=0.002, kind="paired")
    (row,) = noise_of(taken).rows()
    assert row["noise"] == pytest.approx(0.01, rel=0.15)
    assert row["noise_robust"] == pytest.approx(0.01, rel=0.25)
    assert row["noise_paired"] == pytest.approx(0.002, rel=0.15)
    assert row["bias_low"] < 0 < row["bias_high"]
    assert row["detectable"] == pytest.approx(0.01 * 1.9, rel=0.4)
    assert row["detectable_paired"] < row["detectable"] / 3
    assert (row["pairs"], row["comparisons"], row["detectable_pairs"]) == (200, 25, 8)
    assert row["resolution"] == pytest.approx(20 / BATCH_NS, rel=0.01)
    assert row["instr_effect"] == 0
    assert (row["disturbed"], row["batches"]) == (400, 400 * 2 * ROUNDS)


def test_a_biased_arm_shows_and_alarms() -> None:
    (row,) = noise_of(random_pairs(3, 80, sd=0.002, bias=0.02)).rows()
    assert row["bias"] == pytest.approx(math.expm1(0.02), abs=0.001)
    assert row["bias_low"] > 0.015
    assert (row["alarms"], row["comparisons"], row["alarm_share"]) == (10, 10, 1.0)
    (other,) = noise_of(random_pairs(3, 80, sd=0.002, bias=-0.02)).rows()
    assert (other["alarms"], other["bias_high"] < -0.015) == (0, True)


def test_alarms_are_rare_on_equal_arms() -> None:
    (row,) = noise_of(random_pairs(4, 800, sd=0.01)).rows()
    assert row["comparisons"] == 100
    assert row["alarms"] <= 4
    bound = vmperf.stats.binomial_bound(row["alarms"], 100)["high"]
    assert row["alarm_high"] == bound


def test_sets_are_disjoint_and_whole() -> None:
    taken = random_pairs(5, 23, sd=0.01)
    (row,) = noise_of(taken).rows()
    assert row["comparisons"] == 2  # 7 pairs are left over
    by = {(one["rule"], one["runs"]): one["comparisons"] for one in row["rules"]}
    assert by[("vmperf", "pairs")] == 2
    assert {n for (_, runs), n in by.items() if runs == "halves"} == {2}
    assert {n for (_, runs), n in by.items() if runs == "adjacent"} == {11}


def test_too_few_pairs_say_so() -> None:
    (row,) = noise_of(random_pairs(6, 5, sd=0.01)).rows()
    assert (row["comparisons"], row["alarm_share"], row["alarm_high"]) == (0, None, None)
    assert row["detectable_pairs"] == 5
    (none,) = noise_of([]).rows()
    assert none["noise"] is None
    assert none["bias"] is None
    assert none["resolution"] is None


def test_processes_that_differ_fool_the_other_rules_alone() -> None:
    # Each pair has its own level, 5 % apart: both arms share it, two processes in a row do not.
    rng = np.random.default_rng(7)
    taken = [Taken("random", 0, pair(rng, 0.0, level=level), 0.1)
             for level in 0.05 * rng.standard_normal(160)]  # fmt: skip
    (row,) = noise_of(taken).rows()
    share = {(one["rule"], one["runs"]): one["share"] for one in row["rules"]}
    assert share[("vmperf", "pairs")] <= 0.05
    for rule in RULES:
        assert share[(rule, "adjacent")] > 0.15, rule
    assert share[("mann-whitney p<.05", "halves")] > 0.15


def test_rules_find_what_is_slower_and_only_that() -> None:
    rng = np.random.default_rng(8)
    slower = [Taken("random", 0, pair(rng, 0.0, level=0.2 * (i % 2)), 0.1) for i in range(16)]
    found = {one["rule"]: one for one in rules_of(NoiseCase("x", {}, slower), SETTINGS)
             if one["runs"] == "adjacent"}  # fmt: skip
    assert {one["share"] for one in found.values()} == {1.0}
    faster = [Taken("random", 0, pair(rng, 0.0, level=-0.2 * (i % 2)), 0.1) for i in range(16)]
    found = {one["rule"]: one for one in rules_of(NoiseCase("x", {}, faster), SETTINGS)
             if one["runs"] == "adjacent"}  # fmt: skip
    assert {one["share"] for one in found.values()} == {0.0}
    assert found["criterion"]["seconds"] == pytest.approx(0.2)


def test_pooled_rules_add_up() -> None:
    one = noise_of(random_pairs(9, 40, sd=0.01))
    both = replace(one, cases=(*one.cases, *noise_of(random_pairs(10, 24, sd=0.01)).cases))
    pooled = {(row["rule"], row["runs"]): row for row in both.pooled_rules()}
    assert pooled[("vmperf", "pairs")]["comparisons"] == 8
    rows = [r for row in both.rows() for r in row["rules"]]
    for key, row in pooled.items():
        assert row["alarms"] == sum(r["alarms"] for r in rows if (r["rule"], r["runs"]) == key)


def test_the_relink_floor() -> None:
    rng = np.random.default_rng(11)
    levels = {salt: 0.02 * salt for salt in range(1, 6)}
    taken = [Taken("relink", salt, pair(rng, level + 0.001 * rng.standard_normal()), 0.1)
             for _ in range(6) for salt, level in levels.items()]  # fmt: skip
    (row,) = noise_of(taken, n_builds=6).rows()
    assert row["relink_floor"] == pytest.approx(0.032, abs=0.015)
    assert (row["relink_builds"], row["relink_reason"]) == (5, "")
    (same,) = noise_of([replace(one, pair=pair(rng, 0.0)) for one in taken], n_builds=6).rows()
    assert same["relink_floor"] < 0.001
    (few,) = noise_of(taken[:3], n_builds=6).rows()
    assert few["relink_floor"] is None
    assert "3 pairs are under two of two" in few["relink_reason"]
    (none,) = noise_of([]).rows()
    assert none["relink_reason"] == "not measured: no source tree"


def test_this_machine_for_real() -> None:
    found = vmperf.aa("bench/selftest/one_cycle", budget_s=0.1, pairs=3, rounds=4, batch_us=50)
    (row,) = found.rows()
    assert (row["status"], row["pairs"], row["paired_pairs"]) == ("ok", 3, 3)
    assert row["comparisons"] == 1
    assert row["noise"] >= 0
    assert row["instr_effect"] in (0, None)
    assert row["seconds"] > 0
    json.dumps(found.to_dict(), allow_nan=False)


def test_paired_layout_has_one_seed_and_random_two(monkeypatch: pytest.MonkeyPatch) -> None:
    from vmperf._alarm import aa

    seen: dict[str, list[bool]] = {"random": [], "paired": []}

    def spy(tasks: Any, shape: Any, **given: Any) -> Pair:
        seen[shape.layout].append(tasks[0].seed == tasks[1].seed)
        assert tasks[0].cpu == tasks[1].cpu
        return pair(np.random.default_rng(given["number"]), 0.0)

    monkeypatch.setattr(aa, "run_pair", spy)
    vmperf.aa("bench/selftest/one_cycle", budget_s=0.01)
    assert not any(seen["random"])
    assert all(seen["paired"])
    assert len(seen["random"]) == len(seen["paired"]) >= 3


def test_a_case_that_fails_leaves_the_others(hurdles_library: Path) -> None:
    vmperf.load(str(hurdles_library))
    found = vmperf.aa(
        "hurdles/race", budget_s=0.1, designs=["fine", "aborts"], params={"lane": 1},
        pairs=3, rounds=4, batch_us=50,
    )  # fmt: skip
    rows = {row["params"]["design"]: row for row in found.rows()}
    assert rows["fine"]["status"] == "ok"
    assert rows["fine"]["pairs"] >= 3
    assert (rows["aborts"]["status"], rows["aborts"]["noise"]) == ("crashed", None)
    assert "SIGABRT" in rows["aborts"]["reason"]


# A metric in place of the time ------------------------------------------------------------------


@pytest.mark.parametrize(("better", "alarms"), [("lower", 4), ("higher", 0), ("neither", 4)])
def test_alarms_of_a_metric_follow_what_is_better(better: str, alarms: int) -> None:
    """A planted bias of 2 % up, in values alone: the times say nothing of it."""
    rng = np.random.default_rng(11)
    metric = Metric("m", "1", better, "case", "mean")
    taken = [Taken("random", 0, pair(rng, 0.0), 0.1, 0.02 + 0.002 * rng.standard_normal())
             for _ in range(4 * SETTINGS.pairs)]  # fmt: skip
    case = NoiseCase("x", {}, taken, metric=metric)
    found = Noise((case,), SETTINGS, {}, 1, 20.0, 0, metric="m")
    (row,) = found.rows()
    assert (row["metric"], row["better"], row["resolution"]) == ("m", better, None)
    assert (row["alarms"], row["comparisons"]) == (alarms, 4)
    assert row["bias"] == pytest.approx(math.expm1(0.02), abs=0.002)
    assert [one["rule"] for one in row["rules"]] == ["vmperf"]
    assert found.to_dict()["metric"] == "m"


def test_a_metric_of_identical_code() -> None:
    given: dict[str, Any] = {"budget_s": 0.01, "rounds": 2, "batch_us": 20}
    (row,) = vmperf.aa("bench/selftest/report", metric="quarter", **given).rows()
    assert (row["status"], row["noise"], row["bias"], row["alarms"]) == ("ok", 0.0, 0.0, 0)
    (row,) = vmperf.aa("bench/selftest/report", metric="absent", **given).rows()
    assert (row["status"], row["reason"]) == ("not_delivered", "side A delivered no absent")
    assert row["noise"] is None
    with pytest.raises(vmperf.InvalidArgumentError, match=r"'quart'.*did you mean quarter"):
        vmperf.aa("bench/selftest/report", metric="quart", **given)


def test_values_without_a_ratio_end_a_case(monkeypatch: pytest.MonkeyPatch) -> None:
    from vmperf._alarm import aa

    def zero(*_: Any, **given: Any) -> Pair:
        return replace(pair(np.random.default_rng(given["number"]), 0.0), values=(0.0, 1.0))

    monkeypatch.setattr(aa, "run_pair", zero)
    (row,) = vmperf.aa("bench/selftest/report", metric="quarter", budget_s=0.01).rows()
    assert (row["status"], row["pairs"]) == ("no_ratio", 0)
    assert row["reason"] == "quarter is 0 on side A and 1 on side B: no ratio"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"budget_s": 0.0}, "budget_s is 0"),
        ({"budget_s": math.nan}, "budget_s is nan"),
        ({"pattern": "bench/selftest/one_cycl"}, "one_cycl"),
        ({"tree": ".", "salts": 2}, "3 or more"),
        ({"tree": "/nowhere"}, "a path that exists"),
        ({"alpha": 0.6}, "alpha"),
    ],
)
def test_bad_input(given: dict[str, Any], words: str) -> None:
    call = {"pattern": "bench/selftest/one_cycle", "budget_s": 1.0, **given}
    with pytest.raises(vmperf.InvalidArgumentError, match=words):
        vmperf.aa(**call)


def test_the_command_line(tmp_path: Path) -> None:
    words = ["aa", "bench/selftest/one_cycle", "--budget", "0.1"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    assert "it takes 24 pairs of a benchmark to make a comparison" in done.output
    assert "relink floor not measured: no source tree" in done.output
    target = tmp_path / "aa.json"
    assert CliRunner().invoke(cli, [*words, "--json", str(target)]).exit_code == 0
    (row,) = json.loads(target.read_text())
    assert row["id"] == "bench/selftest/one_cycle"
    of = ["aa", "bench/selftest/report", "--budget", "0.1", "--metric", "quarter"]
    done = CliRunner().invoke(cli, of)
    assert done.exit_code == 0, done.output
    assert "of quarter; other rules judge times alone" in done.output
    assert CliRunner().invoke(cli, ["aa", "nothing/here", "--budget", "1"]).exit_code == 2
