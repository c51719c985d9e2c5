"""Verdicts from pairs: when they alarm, when they keep still, what they say of layout."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest

import vmperf
from vmperf._compare.settings import Settings, defaults, with_changes
from vmperf._compare.verdict import Evidence, Judged, crossed, fewest_pairs, judge


def _effects(shift: float, *, noise: float = 0.005, n: int = 24, seed: int = 0) -> list[float]:
    rng = random.Random(seed)
    return [rng.gauss(shift, noise) for _ in range(n)]


def _one(case: Evidence, settings: Settings | None = None) -> Judged:
    (found,) = judge([case], settings or defaults())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("shift", "verdict"), [(0.02, "regressed"), (-0.02, "improved"), (0.0, "unchanged")]
)
def test_clear_cases(shift: float, verdict: str) -> None:
    found = _one(Evidence(_effects(shift)))
    assert found.verdict == verdict
    assert found.low < found.effect < found.high
    assert found.effect == pytest.approx(math.expm1(shift), abs=0.004)
    assert found.detectable < 0.01


def test_noise_is_inconclusive() -> None:
    found = _one(Evidence(_effects(0.0, noise=0.1)))
    assert found.verdict == "inconclusive"
    assert found.detectable > 0.05


def test_tolerance_forgives_what_is_inside_it() -> None:
    effects = _effects(0.02, noise=0.002)
    assert _one(Evidence(effects)).verdict == "regressed"
    assert _one(Evidence(effects), with_changes(tolerance=0.05)).verdict == "unchanged"
    assert _one(Evidence(effects), with_changes(tolerance=0.01)).verdict == "regressed"


def test_what_the_clock_cannot_tell_apart_is_no_difference() -> None:
    effects = _effects(3e-5, noise=1e-6)
    assert _one(Evidence(effects)).verdict == "regressed"
    assert _one(Evidence(effects, resolution=7e-5)).verdict == "unchanged"
    assert _one(Evidence(_effects(1e-3, noise=1e-6), resolution=7e-5)).verdict == "regressed"


def test_one_wild_pair_changes_nothing() -> None:
    effects = _effects(0.0)
    effects[3] = 3.0
    assert _one(Evidence(effects)).verdict == "unchanged"


def test_inside_the_relink_floor_it_is_layout() -> None:
    effects = _effects(0.01, noise=0.001)
    same = Evidence(effects, instructions=(100.0, 100.0), relink_floor=0.02)
    assert _one(same).verdict == "layout"
    more_work = Evidence(effects, instructions=(100.0, 101.0), relink_floor=0.02)
    assert _one(more_work).verdict == "regressed"
    assert _one(more_work).instr_effect == pytest.approx(0.01)
    outside = Evidence(effects, instructions=(100.0, 100.0), relink_floor=0.005)
    assert _one(outside).verdict == "regressed"
    uncounted = Evidence(effects, relink_floor=0.02)
    assert _one(uncounted).verdict == "regressed"


def test_salted_builds_are_the_unit() -> None:
    """Builds 2 % apart by layout: many pairs of few builds must not look like many builds."""
    builds = [i % 3 for i in range(24)]
    layout = [0.0, 0.02, 0.04]
    effects = [layout[b] + e for b, e in zip(builds, _effects(0.0, noise=0.001), strict=True)]
    assert _one(Evidence(effects)).verdict == "regressed"
    assert _one(Evidence(effects, builds=builds)).verdict == "inconclusive"


@pytest.mark.parametrize("correction", ["bh", "holm"])
def test_false_alarms_over_many_benchmarks(correction: str) -> None:
    settings = with_changes(correction=correction)
    alarms = 0
    for seed in range(50):
        cases = [Evidence(_effects(0.0, seed=100 * seed + k)) for k in range(20)]
        alarms += any(j is not None and j.verdict == "regressed" for j in judge(cases, settings))
    assert alarms <= 4  # 50 suites of 20 unchanged benchmarks at 1 %: 0.5 expected
    plain = sum(_one(Evidence(_effects(0.0, seed=s))).verdict == "regressed" for s in range(1000))
    assert plain <= 20  # 1 % of 1000, and twice that for chance


def test_too_few_pairs_have_no_verdict() -> None:
    assert judge([Evidence([0.1, 0.1])], defaults()) == [None]
    assert judge([], defaults()) == []


@pytest.mark.parametrize(("n_cases", "fewest"), [(1, 7), (2, 8), (20, 11), (1000, 17)])
def test_a_verdict_takes_as_many_pairs_as_its_level(n_cases: int, fewest: int) -> None:
    assert fewest_pairs(defaults(), n_cases) == fewest
    for effects in ([0.5], [0.0]):
        few = judge([Evidence(effects * (fewest - 1)) for _ in range(n_cases)], defaults())
        # Where all cases agree, the correction asks for less of each.
        wanted = {"inconclusive"} if n_cases == 1 or effects == [0.0] else {"regressed"}
        assert {one.verdict for one in few if one} == wanted
        assert {one.more_pairs for one in few if one} == ({0} if "regressed" in wanted else {1})
        enough = judge([Evidence(effects * fewest) for _ in range(n_cases)], defaults())
        assert {one.verdict for one in enough if one} == {
            "regressed" if effects[0] else "unchanged"
        }


def test_one_of_many_needs_all_of_them() -> None:
    others = [Evidence(_effects(0.0, n=10, seed=k)) for k in range(19)]
    *_, alone = judge([*others, Evidence([0.5] * 10)], defaults())
    assert alone is not None
    assert (alone.verdict, alone.more_pairs) == ("inconclusive", 1)
    others = [Evidence(_effects(0.0, n=11, seed=k)) for k in range(19)]
    *_, alone = judge([*others, Evidence([0.5] * 11)], defaults())
    assert alone is not None
    assert (alone.verdict, alone.more_pairs) == ("regressed", 0)


def _two_modes(rng: random.Random, _: float) -> float:
    """Each process is fast or 10 % slower, as its memory happens to lie."""
    slow = math.log(1.1)
    return slow * (rng.random() < 0.5) - slow * (rng.random() < 0.5) + rng.gauss(0, 1e-4)


def _drifting(rng: random.Random, part: float) -> float:
    """The machine gets slower; pairs start with A and B by turns."""
    return rng.choice([-1, 1]) * 0.05 * part + rng.gauss(0, 1e-3)


def _outlying(rng: random.Random, _: float) -> float:
    return rng.gauss(0, 0.5 if rng.random() < 0.2 else 1e-3)


@pytest.mark.parametrize("noise", [_two_modes, _drifting, _outlying])
@pytest.mark.parametrize("pairs", [3, 4, 6, 10, 11, 24])
def test_identical_code_does_not_alarm_whatever_its_noise(
    noise: Callable[[random.Random, float], float], pairs: int
) -> None:
    alarms = 0
    for seed in range(60):
        rng = random.Random(f"{seed}/{pairs}")
        cases = [Evidence([noise(rng, k / pairs) for k in range(pairs)]) for _ in range(20)]
        alarms += any(one is not None and one.verdict == "regressed"
                      for one in judge(cases, defaults()))  # fmt: skip
    assert alarms <= 3  # of 60 suites of 20 benchmarks at 1 %


def test_sequential_stops_early_on_a_large_effect_only() -> None:
    settings = with_changes(sequential=True)
    large, none = Evidence(planned=24), Evidence(planned=24)
    stopped = None
    for count, (a, b) in enumerate(zip(_effects(0.1), _effects(0.0), strict=True), 1):
        large.effects.append(a)
        none.effects.append(b)
        if stopped is None and crossed(large, settings):
            stopped = count
        assert not crossed(none, settings)
    assert stopped in settings.looks_at(24)[:3]
    early = Evidence(large.effects[:stopped], planned=24)
    assert _one(early, settings).verdict == "regressed"
    assert _one(none, settings).verdict == "unchanged"


def test_sequential_looks_only_where_it_said() -> None:
    settings = with_changes(sequential=True)
    assert settings.looks_at(24) == (6, 12, 18, 24)
    assert not crossed(Evidence(_effects(0.5, n=17), planned=24), settings)
    assert crossed(Evidence(_effects(0.5, n=18), planned=24), settings)
    # Six pairs that agree do so by chance once in 64 times: that is no ground to stop.
    assert not crossed(Evidence(_effects(0.5, n=6), planned=24), settings)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pairs": 2}, "pairs is 2"),
        ({"rounds": 1}, "rounds is 1"),
        ({"batch_us": 5}, "batch_us is 5"),
        ({"alpha": 0.7}, "alpha is 0.7"),
        ({"tolerance": -0.1}, "tolerance is -0.1"),
        ({"layout": "lucky"}, "random, paired, fixed"),
        ({"correction": "none"}, "bh, holm"),
    ],
)
def test_settings_out_of_range(change: dict[str, object], said: str) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=said):
        with_changes(**change)


def test_two_salted_builds_are_units_already() -> None:
    """Two builds 2 % apart by layout: exactly two are several."""
    builds = [i % 2 for i in range(24)]
    effects = [0.02 + 0.02 * b + e
               for b, e in zip(builds, _effects(0.0, noise=0.001), strict=True)]  # fmt: skip
    assert _one(Evidence(effects)).verdict == "regressed"
    assert _one(Evidence(effects, builds=builds)).verdict == "inconclusive"
    # One pair of a build is no spread: then the pairs are the units.
    assert _one(Evidence(effects, builds=[0] * 23 + [1])).verdict == "regressed"
    assert _one(Evidence(effects, builds=[0] * 24)).verdict == "regressed"
