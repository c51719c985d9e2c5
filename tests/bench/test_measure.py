"""The measuring call: shapes, schedules, views without copies, the beacon, bad input."""

import struct
import threading
import time

import numpy as np
import pytest

import vmperf
from vmperf import bench

SETTINGS = {
    "warm_up_ns": 0,
    "measurement_ns": 5_000_000,
    "n_samples": 10,
    "sampling": "flat",
    "n_placements": 2,
    "seed": 3,
    "process": 0,
    "count_instructions": False,
}


def measure(name="bench/selftest/one_cycle", params=None, designs=(), **changes):
    return bench.measure(name, params or {}, list(designs), **{**SETTINGS, **changes})


def test_flat_samples_have_equal_iterations_and_resolvable_batches():
    [result] = measure()
    samples = result.samples
    assert len(samples) == 10
    assert len(set(samples.iterations.tolist())) == 1
    assert samples.placement.tolist() == [0] * 5 + [1] * 5
    assert samples.ns_total.min() >= 1000  # a thousand steps of a 1 ns clock at the very least


def test_linear_samples_are_multiples_of_the_first():
    [result] = measure(sampling="linear", measurement_ns=20_000_000)
    first = result.samples.iterations[0]
    assert result.samples.iterations.tolist() == [first * (i + 1) for i in range(10)]


@pytest.mark.parametrize("field", ["ns_total", "iterations", "flags", "placement"])
def test_views_share_the_native_buffer_and_outlive_the_result(field):
    [result] = measure()
    one, two = getattr(result.samples, field), getattr(result.samples, field)
    assert not one.flags.owndata
    assert not one.flags.writeable
    assert np.shares_memory(one, two)
    copy = one.copy()
    raw = result.samples.to_bytes(field)
    del result, two
    assert (one == copy).all()
    assert np.frombuffer(raw, dtype=one.dtype).tolist() == copy.tolist()


def test_beacon_names_the_design_under_way(tmp_path):
    page = tmp_path / "beacon"
    page.write_bytes(bytes(4096))
    seen = set()
    done = threading.Event()

    def watch():
        while not done.is_set():
            seen.add(struct.unpack("<QII", page.read_bytes()[:16])[1:])
            time.sleep(0.001)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(20):  # the watcher needs a CPU while the other one is at it
        measure(measurement_ns=100_000_000, beacon=str(page))
        if (1, 4) in seen:
            break
    done.set()
    watcher.join()
    steps, design, _ = struct.unpack("<QII", page.read_bytes()[:16])
    assert steps > 10
    assert design == 1
    assert (1, 4) in seen  # design 1 in the phase "measure", seen from outside


def test_missing_beacon_is_an_os_error(tmp_path):
    with pytest.raises(vmperf.OsError, match="no-such") as caught:
        measure(beacon=str(tmp_path / "no-such"))
    assert caught.value.errno == 2
    assert isinstance(caught.value, OSError)


def test_short_beacon_is_an_os_error(tmp_path):
    page = tmp_path / "short"
    page.write_bytes(b"123")
    with pytest.raises(vmperf.OsError, match="shorter than 16 bytes"):
        measure(beacon=str(page))


@pytest.mark.parametrize(
    ("changes", "argument"),
    [
        ({"warm_up_ns": -1}, "warm_up_ns"),
        ({"measurement_ns": 0}, "measurement_ns"),
        ({"n_samples": 1}, "n_samples"),
        ({"n_placements": 0}, "n_placements"),
        ({"n_placements": 11}, "n_placements"),
        ({"sampling": "square"}, "sampling"),
        ({"designs": ["nobody"]}, "design"),
        ({"name": "bench/selftest/nothing"}, "benchmark"),
    ],
)
def test_bad_input_names_the_argument(changes, argument):
    with pytest.raises(vmperf.InvalidArgumentError) as caught:
        measure(**changes)
    error = caught.value
    assert error.argument == argument
    assert error.allowed
    assert isinstance(error, ValueError)


def test_unknown_field_and_design_are_refused():
    [result] = measure()
    with pytest.raises(vmperf.InvalidArgumentError, match="ns_total, iterations"):
        result.samples.to_bytes("nonsense")
    with pytest.raises(vmperf.InvalidArgumentError, match="absent, lacking"):
        bench.availability("bench/selftest/missing", "nobody")


def test_measuring_releases_the_gil():
    beats = 0
    stop = threading.Event()

    def count():
        nonlocal beats
        while not stop.is_set():
            beats += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    before = beats
    measure(measurement_ns=200_000_000)
    during = beats - before
    stop.set()
    thread.join()
    assert during >= 3  # with the GIL held: 1 at most, between two calls


def test_instructions_are_counted_in_process_0_alone():
    subcycle = dict(name="bench/selftest/one_cycle", count_instructions=False)
    [first] = measure(**subcycle)
    [other] = measure(**subcycle, process=1)
    assert first.evidence["instr_status"] == "not asked for"
    assert other.evidence["instr_status"] == "counted in process 0"
    assert other.evidence["instr_per_op"] is None
