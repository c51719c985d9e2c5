"""The benchmarks of calls from Python: all proved, wrong ones found, NumPy only where used."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from house.weather import PROVED
from vmperf import _core
from vmperf._core import InvalidArgumentError

CALL, BATCH = "memops/python_call", "memops/python_batch"
DESIGNS = {
    CALL: {
        "best", "plan", "naive", "slice", "memoryview", "numpy", "ctypes", "google_crc32c",
        "empty_call",
    },
    BATCH: {"best", "naive", "slice", "memoryview", "numpy"},
}  # fmt: skip
# Which designs have a form of the call; `slice` fills ndarrays only.
FORMS = {
    "copy": DESIGNS[CALL] - {"google_crc32c"},
    "fill": {"best", "naive", "slice", "numpy", "ctypes", "empty_call"},
    "is_zero": {"best", "naive", "empty_call"},
    "find_byte": {"best", "naive", "empty_call"},
    "crc32c": {"best", "naive", "google_crc32c", "empty_call"},
}


def entry(benchmark: str) -> dict[str, Any]:
    return next(b for b in _core.bench.catalog() if b["id"] == benchmark)


def point(benchmark: str, **changed: Any) -> dict[str, Any]:
    return {a["name"]: a["defaults"][0] for a in entry(benchmark)["axes"][1:]} | changed


def measure(
    benchmark: str, *designs: str, count_instructions: bool = False, **changed: Any
) -> list[Any]:
    return list(
        _core.bench.measure(
            benchmark,
            point(benchmark, **changed),
            [*designs],
            warm_up_ns=0,
            measurement_ns=200_000,
            n_samples=2,
            sampling="flat",
            n_placements=2,
            seed=3,
            process=0,
            count_instructions=count_instructions,
        )
    )


@pytest.mark.parametrize("benchmark_id", DESIGNS)
def test_declared_wholly(benchmark_id: str) -> None:
    found = entry(benchmark_id)
    assert {d["name"] for d in found["designs"]} == DESIGNS[benchmark_id]
    peers = {d["name"] for d in found["designs"] if d["peer"]}
    assert peers == DESIGNS[benchmark_id] & {
        "slice", "memoryview", "numpy", "ctypes", "google_crc32c",
    }  # fmt: skip
    limits = {d["name"] for d in found["designs"] if d["limit"]}
    assert limits == DESIGNS[benchmark_id] & {"empty_call"}
    for design in DESIGNS[benchmark_id]:
        available = _core.bench.availability(benchmark_id, design)
        assert available["status"] == "ok"
        assert (available["version"] != "") == (design in peers)


def test_versions_tell_whose_code_it_is() -> None:
    import numpy as np

    python = f"Python {sys.version.split()[0]}"
    assert _core.bench.availability(CALL, "memoryview")["version"] == python
    assert _core.bench.availability(CALL, "numpy")["version"] == f"numpy {np.__version__}"


@pytest.mark.parametrize("buffers", ["ndarray", "bytearray"])
@pytest.mark.parametrize("call", FORMS)
@pytest.mark.parametrize("size_bytes", [1, 64, 5000])
def test_each_call_is_verified(buffers: str, call: str, size_bytes: int) -> None:
    with_form = FORMS[call] - ({"slice"} if (call, buffers) == ("fill", "bytearray") else set())
    for case in measure(CALL, buffers=buffers, call=call, size_bytes=size_bytes):
        if case.design in with_form:
            assert case.status in PROVED, f"{case.design}: {case.status}: {case.reason}"
        else:
            assert case.status == "unsupported"
            assert f"call={call}" in case.reason


@pytest.mark.parametrize("size_bytes", [65536, 2**20])
def test_large_copies_are_verified(size_bytes: int) -> None:
    for buffers in ("ndarray", "bytearray"):
        for case in measure(CALL, *sorted(FORMS["copy"]), buffers=buffers, size_bytes=size_bytes):
            assert case.status in PROVED, f"{case.design}: {case.status}: {case.reason}"


@pytest.mark.parametrize(
    "changed",
    [
        {"batch": 100},
        {"batch": 10000},
        {"batch": 1},
        {"batch": 100, "size_bytes": 256, "working_set_bytes": 524288},
        {"batch": 37, "size_bytes": 24},
    ],
)
def test_each_batch_is_verified(changed: dict[str, int]) -> None:
    cases = measure(BATCH, **changed)
    for case in cases:
        assert case.status in PROVED, f"{case.design}: {case.status}: {case.reason}"
    assert len({case.checksum for case in cases}) == 1


@pytest.mark.parametrize(
    ("benchmark_id", "changed", "argument"),
    [
        (CALL, {"size_bytes": 0}, "size_bytes"),
        (CALL, {"size_bytes": 2**40}, "size_bytes"),
        (CALL, {"size_bytes": "small"}, "size_bytes"),
        (CALL, {"buffers": "list"}, "buffers"),
        (CALL, {"call": "sort"}, "call"),
        (BATCH, {"batch": 0}, "batch"),
        (BATCH, {"batch": 2**30}, "batch"),
        (BATCH, {"size_bytes": 0}, "size_bytes"),
        (BATCH, {"working_set_bytes": 127}, "working_set_bytes"),
    ],
)
def test_bad_point_names_the_axis(
    benchmark_id: str, changed: dict[str, Any], argument: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=argument):
        measure(benchmark_id, "best", **changed)


def short(dst: Any, src: Any) -> None:
    memoryview(dst)[:-1] = memoryview(src)[:-1]


def idle(dst: Any, src: Any) -> None:
    pass


def once() -> Callable[[Any, Any], None]:
    """Copies what the source held at the first call, for ever."""
    kept: dict[int, bytes] = {}

    def copy(dst: Any, src: Any) -> None:
        memoryview(dst)[:] = kept.setdefault(id(src), bytes(src))

    return copy


def backwards(dst: Any, src: Any) -> None:
    memoryview(dst)[:] = memoryview(src)
    memoryview(src)[0:1] = b"\x00"


@pytest.mark.parametrize("buffers", ["ndarray", "bytearray"])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (short, "the destination is wrong at offset 63"),
        (idle, "the destination is wrong at offset 0"),
        (once(), "called anew: the destination is wrong"),
        (backwards, "the source is wrong at offset 0"),
    ],
)
def test_a_wrong_copy_is_found(
    monkeypatch: pytest.MonkeyPatch, buffers: str, wrong: Callable[[Any, Any], None], said: str
) -> None:
    monkeypatch.setattr(_core.memops, "copy", wrong)
    (case,) = measure(CALL, "best", buffers=buffers)
    assert case.status == "unverified", case.status
    assert said in case.reason


@pytest.mark.parametrize(
    ("call", "wrong", "said"),
    [
        ("fill", lambda dst, byte: memoryview(dst).__setitem__(0, byte), "wrong at offset 1"),
        ("is_zero", lambda buf: True, "called anew: the answer was True, not False"),
        ("find_byte", lambda buf, byte: len(buf) - 1, "called anew: the answer was 63, not 32"),
    ],
)
def test_a_wrong_answer_is_found(
    monkeypatch: pytest.MonkeyPatch, call: str, wrong: Callable[..., Any], said: str
) -> None:
    monkeypatch.setattr(_core.memops, call, wrong)
    (case,) = measure(CALL, "best", call=call)
    assert case.status == "unverified", case.status
    assert said in case.reason


def test_a_wrong_batch_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = _core.memops.copy_batch
    monkeypatch.setattr(
        _core.memops,
        "copy_batch",
        lambda dst, src, *arrays: right(dst, src, *(a[1:] for a in arrays)),
    )
    (case,) = measure(BATCH, "best", batch=100, working_set_bytes=524288)
    assert case.status == "unverified", case.status
    assert "the destination is wrong at offset" in case.reason


def test_an_exception_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(dst: Any, src: Any) -> None:
        raise RuntimeError("not today")

    monkeypatch.setattr(_core.memops, "copy", fails)
    failed, other = measure(CALL, "best", "naive")
    assert failed.status == "crashed"
    assert "RuntimeError: not today" in failed.reason
    assert other.status in PROVED


def test_instructions_are_counted() -> None:
    for buffers in ("ndarray", "bytearray"):
        best, empty = measure(CALL, "best", "empty_call", buffers=buffers, count_instructions=True)
        counts = []
        for case in (best, empty):
            status = case.evidence["instr_status"]
            # A busy machine has time for a part of it, or for none.
            assert status.startswith(("counted", "not permitted", "over budget", "timed out"))
            counts.append(case.evidence["instr_per_op"] if status == "counted" else None)
        if None not in counts:
            assert 10 < counts[1] < counts[0]


def test_another_thread_may_hold_the_gil() -> None:
    """The counting child has no such thread: it must give up, not wait for ever."""
    done = threading.Event()

    def spin() -> None:
        while not done.is_set():
            sum(range(1000))

    thread = threading.Thread(target=spin)
    thread.start()
    try:
        (case,) = measure(CALL, "best", buffers="bytearray", count_instructions=True)
    finally:
        done.set()
        thread.join()
    assert case.status in PROVED, f"{case.status}: {case.reason}"
    known = ("counted", "not permitted", "over budget", "timed out")
    assert case.evidence["instr_status"].startswith(known)


def test_an_arm_runs_and_proves() -> None:
    for benchmark_id, design in ((CALL, "plan"), (BATCH, "memoryview")):
        arm = _core.bench.Arm(benchmark_id, point(benchmark_id), design, seed=1)
        assert arm.calibrate(0) > 0
        assert arm.verify() == ""
        assert arm.run(10)[0] > 0
        assert arm.verify() == ""


PROGRAM = """
import json, sys
if sys.argv[1] == "without":
    sys.modules["numpy"] = None  # an import of it fails
from vmperf import _core

def status(id, design, **params):
    [row] = _core.bench.measure(id, params, [design], warm_up_ns=0, measurement_ns=200_000,
        n_samples=2, sampling="flat", n_placements=1, seed=0, process=0, count_instructions=False)
    return [row.status, row.reason]

CALL, BATCH = "memops/python_call", "memops/python_batch"
call = {"call": "copy", "size_bytes": 64}
seen = {
    "bytes": status(CALL, "best", buffers="bytearray", **call),
    "listed": _core.bench.availability(CALL, "numpy"),
}
seen["imported"] = sys.modules.get("numpy") is not None
seen["array"] = status(CALL, "best", buffers="ndarray", **call)
seen["numpy"] = status(CALL, "numpy", buffers="bytearray", **call)
seen["batch"] = status(BATCH, "best", batch=100, size_bytes=64, working_set_bytes=16384)
print(json.dumps(seen))
"""


def fresh(how: str) -> dict[str, Any]:
    command = [sys.executable, "-c", PROGRAM, how]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def test_numpy_is_imported_only_where_it_is_needed() -> None:
    seen = fresh("with")
    assert seen["bytes"][0] in PROVED
    assert seen["listed"]["status"] == "ok"
    assert seen["listed"]["version"].startswith("numpy ")
    assert not seen["imported"]
    assert seen["array"][0] in PROVED


def test_a_missing_numpy_is_a_row() -> None:
    seen = fresh("without")
    assert seen["bytes"][0] in PROVED
    assert seen["listed"]["status"] == "not_installed"
    assert "pip install numpy" in seen["listed"]["reason"]
    assert seen["array"][0] == "unsupported"
    assert "numpy" in seen["array"][1]
    assert seen["numpy"][0] == "not_installed"
    assert seen["batch"][0] == "not_installed"
