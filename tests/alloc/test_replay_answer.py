"""The answer of a replay: what is named, and why, over times that were never measured."""

from __future__ import annotations

import pytest

from vmperf._replay.recommend import Candidate, recommend

MIB = float(1 << 20)
ROUNDS = (1.0, 1.01, 0.99, 1.005, 0.995)


def candidate(
    design: str, ns: float, mib: float, *, noise: float = 1.0, faults: float = 0, p99_9: float = 100
) -> Candidate:
    times = [ns * (1 + noise * (one - 1)) for one in ROUNDS]
    return Candidate(design, times, mib * MIB, 1.5 * mib * MIB, faults, p99_9)


def test_the_faster_one_of_equal_memory_is_named_with_its_evidence() -> None:
    slow, quick = candidate("libc", 40, 50, faults=9000), candidate("quick", 10, 50, faults=12)
    found = recommend([slow, quick], "libc", n_ops=1_000_000, recorded_ns=1e9)
    assert found.design == "quick"
    assert found.clear
    assert found.front == ("quick",)
    assert "Take quick" in found.text
    assert "4.00 times" in found.text
    assert "10.0 ns an op instead of 40.0" in found.text
    assert "12 page faults instead of 9,000" in found.text
    assert "0.03 s of the 1 s that were recorded (3.0 %)" in found.text
    assert found.against["libc"]["low"] <= 4.0 <= found.against["libc"]["high"]


def test_a_planted_slow_allocator_is_never_named() -> None:
    all_of_them = [candidate("libc", 20, 50), candidate("slow", 90, 50), candidate("other", 20, 50)]
    found = recommend(all_of_them, "libc")
    assert found.design == "libc"
    assert not found.clear
    assert found.against["slow"]["low"] > 4
    assert found.front == ("libc",)


def test_a_planted_leak_is_told_from_speed() -> None:
    """As fast as the other, it gives nothing back: the other is named, and the leak's memory."""
    tight, leaking = candidate("tight", 10, 50), candidate("leaking", 9.95, 800)
    found = recommend([candidate("libc", 30, 60), tight, leaking], "libc")
    assert found.design == "tight"
    assert "as fast as leaking within the noise, and retains 50.0 MiB instead of 800.0 MiB" in (
        found.text
    )
    assert found.front == ("leaking", "tight")


def test_a_leak_that_buys_time_is_said_to() -> None:
    found = recommend([candidate("libc", 30, 60), candidate("leaking", 5, 800)], "libc")
    assert found.design == "leaking"
    assert "It buys the time with memory: 13.33 times that of libc." in found.text
    assert "If memory counts for more: libc retains 60.0 MiB at 6.00 times" in found.text
    assert found.front == ("leaking", "libc")


def test_what_lies_within_the_noise_changes_nothing() -> None:
    noisy = [candidate("libc", 20, 50, noise=30), candidate("other", 19, 51, noise=-25)]
    found = recommend(noisy, "libc")
    assert found.design == "libc"
    assert found.text.startswith("Stay with libc: the differences are within the noise.")


def test_two_per_cent_are_no_reason() -> None:
    found = recommend([candidate("libc", 20.3, 50), candidate("other", 20, 50)], "libc")
    assert found.design == "libc"


def test_rare_delays_and_pure_speed_are_named_beside() -> None:
    some = [
        candidate("libc", 40, 80, p99_9=900),
        candidate("small", 10.1, 40, p99_9=800),
        candidate("calm", 20, 60, p99_9=150),
    ]
    found = recommend(some, "libc")
    assert found.design == "small"
    assert "If rare delays count: calm, whose p99.9 is 150 ns against 800." in found.text


def test_one_round_has_no_interval_and_decides_nothing() -> None:
    some = [Candidate("libc", [40.0], 50 * MIB), Candidate("quick", [10.0], 50 * MIB)]
    found = recommend(some, "libc")
    assert found.design == "libc"


@pytest.mark.parametrize(
    ("candidates", "design", "word"),
    [([], None, "nothing to choose"), ([candidate("only", 1, 1)], "only", "no choice")],
)
def test_where_there_is_no_choice(
    candidates: list[Candidate], design: str | None, word: str
) -> None:
    found = recommend(candidates, "libc")
    assert found.design == design
    assert word in str(found)


def test_without_the_reference_the_best_is_named() -> None:
    found = recommend([candidate("a", 20, 50), candidate("b", 10, 50)], "libc")
    assert found.design == "b"
    assert not found.clear
