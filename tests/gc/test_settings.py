"""Settings of heaps from Python: one checksum under all, a typed error for each wrong one."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from vmperf import CapacityError, InvalidArgumentError, UnsupportedError, gc

KIB = 1024
SIZES: dict[str, Any] = {"heap_bytes": 2048 * KIB, "nursery_bytes": 128 * KIB}
BARRIERS = ["object-log", "object-log-atomic", "range-ssb", "card-cond", "field-log"]


def churn(**settings: Any) -> gc.Run:
    return gc.Heap(**SIZES, **settings).run("churn", size=800, steps=30, longevity=0.3, seed=5)


@pytest.fixture(scope="module")
def expected() -> int:
    return churn(collector="naive").checksum


@pytest.mark.differential
@pytest.mark.parametrize(
    ("barrier", "pacer"), [*itertools.product(BARRIERS, ["fixed", "proportional", "membalancer"])]
)
def test_barriers_and_pacers_of_generations(barrier: str, pacer: str, expected: int) -> None:
    for tenure in (0, 3):
        run = churn(barrier=barrier, pacer=pacer, tenure=tenure, verify=True)
        assert run.checksum == expected
        assert run.n_collections > 10


@pytest.mark.differential
@pytest.mark.parametrize("collector", ["semispace", "mark-sweep", "immix", "sticky-immix"])
def test_others_verified_and_under_stress(collector: str, expected: int) -> None:
    calm = churn(collector=collector, verify=True)
    pressed = churn(collector=collector, verify=True, stress=50)
    assert calm.checksum == pressed.checksum == expected
    assert pressed.n_collections > calm.n_collections


def test_survivors_stay_in_the_nursery_as_told() -> None:
    at_once, later = churn(), churn(tenure=4)
    assert at_once.checksum == later.checksum
    assert later.pauses["promoted_bytes"].sum() < at_once.pauses["promoted_bytes"].sum()
    ages = later.pauses["survivors_bytes"].sum(axis=0)
    assert (ages[1:5] > 0).all()


def test_the_preset_is_a_heap_with_everything_on(expected: int) -> None:
    heap = gc.OptimizedGc(heap_bytes=2048 * KIB)
    assert isinstance(heap, gc.Heap)
    run = heap.run("churn", size=800, steps=30, longevity=0.3, seed=5)
    assert run.checksum == expected
    assert (run.pauses["target_ns"] == 5_000_000).all()
    assert len(run.decisions) == run.n_collections > 0
    plain = gc.OptimizedGc(heap_bytes=2048 * KIB, pause_target_ms=0)
    assert plain.run("churn", size=800, steps=30, longevity=0.3, seed=5).checksum == expected


@pytest.mark.parametrize(("settings", "argument"), [
    ({"collector": "zgc"}, "collector"),
    ({"barrier": "fence"}, "barrier"),
    ({"barrier": "none"}, "barrier"),
    ({"collector": "immix", "barrier": "object-log"}, "barrier"),
    ({"collector": "sticky-immix", "barrier": "card"}, "barrier"),
    ({"pacer": "go"}, "pacer"),
    ({"collector": "immix", "pacer": "membalancer"}, "pacer"),
    ({"tenure": 16}, "tenure"),
    ({"workers": 0}, "workers"),
    ({"workers": 65}, "workers"),
    ({"heap_bytes": 4 * 32768 - 1}, "heap"),
    ({"nursery_bytes": 2049 * KIB}, "nursery"),
    ({"nursery_bytes": 0}, "nursery"),
])  # fmt: skip
def test_a_wrong_setting_is_named(settings: dict[str, Any], argument: str) -> None:
    with pytest.raises(InvalidArgumentError, match=rf"^{argument}\w* is "):
        gc.Heap(**(SIZES | settings)).run("churn", size=100, steps=1)


@pytest.mark.parametrize(("settings", "said"), [
    ({"collector": "semispace", "workers": 2}, "^workers: semispace "),
    ({"barrier": "card"}, "^barrier: .* compiled with object-log, .*, not with card"),
    ({"collector": "libc", "barrier": "object-log"}, "^barrier: libc "),
    *(({"collector": "naive", name: value}, f"^{name}: naive has no such setting") for name, value
      in {"tenure": 1, "workers": 2, "pacer": "membalancer", "verify": True, "stress": 9}.items()),
])  # fmt: skip
def test_what_is_not_there_is_said(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(UnsupportedError, match=said):
        gc.Heap(**(SIZES | settings)).run("churn", size=100, steps=1)


@pytest.mark.parametrize("value", [-1, 2**70, "four", 1.5])
def test_what_is_no_count_is_refused(value: object) -> None:
    for name in ("tenure", "workers", "stress", "heap_bytes"):
        with pytest.raises(TypeError):
            gc.Heap(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("collector", ["gen-immix", "sticky-immix", "immix", "semispace"])
def test_a_full_heap_says_what_lives_and_goes_on(collector: str) -> None:
    heap = gc.Heap(collector=collector, heap_bytes=512 * KIB, nursery_bytes=32 * KIB)
    with pytest.raises(CapacityError, match=r"\d+"):
        heap.run("deep_list", size=100_000, steps=1)
    assert heap.run("deep_list", size=1000, steps=2).objects > 0
