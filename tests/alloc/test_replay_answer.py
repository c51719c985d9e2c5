"""The answer of a replay: what is named, and why, over times that were never measured."""

from __future__ import annotations

import math
from typing import Any

import pytest

from vmperf._replay.figures import Times, compared, net_ns, typical
from vmperf._replay.recommend import Candidate, recommend

MIB = float(1 << 20)
LOOP = 4.0  # ns of each op
ROUNDS = (1.0, 1.01, 0.99, 1.005, 0.995)


def candidate(
    design: str, ns: float, mib: float, *, noise: float = 1.0, faults: float = 0, p99_9: float = 100
) -> Candidate:
    times = [ns * (1 + noise * (one - 1)) for one in ROUNDS]
    return Candidate(
        design,
        Times(times, [one + LOOP for one in times]),
        mib * MIB,
        1.5 * mib * MIB,
        faults,
        p99_9,
    )


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
    some = [
        Candidate("libc", Times([40.0], [44.0]), 50 * MIB),
        Candidate("quick", Times([10.0], [14.0]), 50 * MIB),
    ]
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


def record(ns: float) -> dict[str, Any]:
    return {"cpu_ns": ns, "n_ops": 1, "n_threads": 1, "paced": False}


def test_a_net_time_below_nothing_stays_what_it_is() -> None:
    null = [record(5.0), record(5.2), record(5.4)]
    net = net_ns([record(4.0), record(5.5), record(7.0)], null)
    assert net == pytest.approx([-1.0, 0.5, 2.0])
    assert typical(net, least=-math.inf)["low"] < -1.0


def test_an_interval_of_differences_reaches_below_zero_where_times_do_not() -> None:
    values = [0.1, 0.1, 4.0, 0.2, 3.0]
    assert typical(values)["low"] == 0
    assert typical(values, least=-math.inf)["low"] < 0


def test_what_noise_hides_is_compared_with_the_loop() -> None:
    hidden = Times([-1.0, 0.5, 2.0], [4.0, 5.5, 7.0])
    clear = Times([20.0, 20.1, 19.9], [25.0, 25.1, 24.9])
    found = compared(clear, hidden)
    assert found["of"] == "gross"
    assert found["ratio"] == pytest.approx(5, rel=0.2)
    assert compared(clear, Times([10.0, 10.1, 9.9], [15.0, 15.1, 14.9]))["of"] == "net"


def test_a_ratio_of_gross_times_is_said_to_be_one() -> None:
    hidden = Candidate("quick", Times([-0.1, 0.1, 0.2], [4.9, 5.1, 5.2]), 50 * MIB)
    slow = Candidate("libc", Times([40.0, 40.2, 39.8], [45.0, 45.2, 44.8]), 50 * MIB)
    found = recommend([slow, hidden], "libc")
    assert found.design == "quick"
    assert "the loop's own time in both" in found.text
