"""One side of a comparison: what a batch gives, and what is refused."""

import pytest

import vmperf
from vmperf import bench


def _arm(design: str = "stack", *, seed: int = 0) -> bench.Arm:
    params = {"item_size_bytes": 64, "capacity": 100, "state": "member"}
    return bench.Arm("pool/cycle", params, design, seed=seed)


@pytest.mark.perf
def test_time_grows_with_the_work() -> None:
    arm = _arm()
    per_op = arm.calibrate(1_000_000)
    for _ in range(20):  # a neighbour may slow either for a while
        short = min(arm.run(20_000)[0] for _ in range(20))
        long = min(arm.run(200_000)[0] for _ in range(20))
        if 5 < long / short < 20 and 0.3 < short / 20_000 / per_op < 3:
            break
        per_op = arm.calibrate(1_000_000)
    assert 5 < long / short < 20
    assert 0.3 < short / 20_000 / per_op < 3
    assert arm.verify() == ""


def test_batches_are_proved() -> None:
    arm = _arm()
    assert arm.calibrate(1_000_000) > 0
    for n in (1, 20_000):
        ns, flags = arm.run(n)
        assert ns >= 0
        assert flags >= 0
    assert arm.verify() == ""


def test_instructions_agree_with_measure() -> None:
    per_op, status = _arm().count_instructions()
    if status != "counted":
        pytest.skip(status)
    (case,) = bench.measure(
        "pool/cycle",
        {"item_size_bytes": 64, "capacity": 100, "state": "member"},
        ["stack"],  # a sanitizer's allocator may tidy up for long in between
        warm_up_ns=0,
        measurement_ns=10**6,
        n_samples=2,
        sampling="flat",
        n_placements=1,
        seed=0,
        process=0,
        count_instructions=True,
    )
    if case.evidence["instr_per_op"] is None:
        pytest.skip(case.evidence["instr_status"])
    assert per_op == pytest.approx(case.evidence["instr_per_op"], rel=0.05)


@pytest.mark.parametrize("n", [0, 1 << 63])
def test_batch_out_of_range(n: int) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="n is"):
        _arm().run(n)


def test_negative_warm_up() -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="warm_up_ns is -1"):
        _arm().calibrate(-1)


def test_unknown_design_names_those_there_are() -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=r"stack, .*libc"):
        _arm("stak")


def test_absent_peer_is_unsupported() -> None:
    with pytest.raises(vmperf.UnsupportedError, match="not_installed"):
        bench.Arm("bench/selftest/missing", {}, "absent", seed=0)


@pytest.mark.perf  # without optimisation nothing is folded
def test_folded_work_is_refused() -> None:
    arm = bench.Arm("bench/selftest/folded", {}, "kernel", seed=0)
    with pytest.raises(vmperf.MeasurementError) as caught:
        arm.calibrate(0)
    assert caught.value.reason == "optimised_away"


def test_faulty_work_is_named() -> None:
    arm = bench.Arm("bench/selftest/half_work", {}, "kernel", seed=0)
    arm.run(1000)
    assert arm.verify() != ""


def test_samples_are_what_each_batch_reports() -> None:
    """The benchmark counts its batches: one more each time, and nothing that is of a placement."""
    arm = bench.Arm("bench/selftest/report", {}, "kernel", seed=0)
    told = []
    for _ in range(3):
        arm.run(10)
        told.append(arm.sample())
    assert told == [{"batches": 1.0}, {"batches": 2.0}, {"batches": 3.0}]
    found = arm.report()
    assert "batches" not in found["metrics"]
    assert [kind for kind, *_ in found["details"] if kind == "sample"] == []
    assert _arm().sample() == {}  # declares none


def test_a_sample_of_what_is_not_declared_is_refused() -> None:
    arm = bench.Arm("bench/selftest/undeclared", {}, "kernel", seed=0)
    arm.run(10)
    assert arm.sample() == {}  # not asked, as it has no metric by sample
    with pytest.raises(vmperf.MeasurementError, match="unheard_of"):
        arm.report()
