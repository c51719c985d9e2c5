"""vmperf.memops: every operation over every kind of buffer, batches, plans, the GIL."""

from __future__ import annotations

import array
import ctypes
import gc
import mmap
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import vmperf
from vmperf import memops

N = 300


def _ctypes_array(data: bytes) -> Any:
    return (ctypes.c_char * len(data)).from_buffer_copy(data)


def _mapping(data: bytes) -> mmap.mmap:
    mapped = mmap.mmap(-1, len(data))
    mapped[:] = data
    return mapped


def _subclass(data: bytes) -> np.ndarray:
    class Mine(np.ndarray):
        pass

    return np.frombuffer(bytearray(data), np.uint8).view(Mine)


# Buffers of 300 bytes: what copies must really write to.
KINDS: dict[str, Callable[[bytes], Any]] = {
    "bytearray": bytearray,
    "ndarray": lambda data: np.frombuffer(bytearray(data), np.uint8).copy(),
    "ndarray of float32, 2-D": lambda data: np.frombuffer(data, "f4").reshape(5, 15).copy(),
    "ndarray of datetime64": lambda data: np.frombuffer(data + b"1234", "M8[s]").copy()[:37],
    "ndarray of records": lambda data: np.frombuffer(data, "i2,u1").copy(),
    "ndarray, another class": _subclass,
    "memoryview": lambda data: memoryview(bytearray(data)),
    "memoryview of uint32": lambda data: memoryview(bytearray(data)).cast("I"),
    "ctypes array": _ctypes_array,
    "array.array": lambda data: array.array("H", data),
    "mmap": _mapping,
}
kinds = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS.keys())


def _pattern(n: int, first: int = 1) -> bytes:
    return bytes((first + i * 7) % 251 for i in range(n))


def _bytes(buffer: Any) -> bytes:
    return buffer.tobytes() if hasattr(buffer, "tobytes") else bytes(buffer)


@pytest.fixture(params=memops.available_levels())
def level(request: pytest.FixtureRequest) -> Iterator[str]:
    with memops.set_simd_level(request.param):
        assert memops.simd_level() == request.param
        yield request.param


@pytest.fixture
def own_thresholds() -> Iterator[None]:
    before = memops.thresholds()
    del before["measured"]
    yield
    memops.set_thresholds(**before)


def _length(buffer: Any) -> int:
    return len(_bytes(buffer))


SHAPES: dict[str, Callable[[Any, Any], Any]] = {
    "copy": memops.copy,
    "copy, nbytes": lambda dst, src: memops.copy(dst, src, nbytes=_length(dst)),
    "copy, nbytes None": lambda dst, src: memops.copy(dst, src, nbytes=None),
    "copy, by name": lambda dst, src: memops.copy(src=src, dst=dst),
    "copy, throughput": lambda dst, src: memops.copy(dst, src, policy="throughput"),
    "copy, forward": lambda dst, src: memops.copy(dst, src, policy="forward", hint="temporal"),
    "copy, stream": lambda dst, src: memops.copy(dst, src, hint="stream"),
    "move": memops.move,
    "move, by name": lambda dst, src: memops.move(dst=dst, src=src),
    "guest_copy": lambda dst, src: memops.guest_copy(dst, src, 8),
    "guest_copy, by name": lambda dst, src: memops.guest_copy(dst, src=src, atom=8),
    "copy_2d": lambda dst, src: memops.copy_2d(dst, src, 1, _length(dst), 0, 0),
    "plan": lambda dst, src: memops.plan(dst, src)(),
    "plan, forward": lambda dst, src: memops.plan(dst, src, policy="forward", hint="stream")(),
    "copy_batch": lambda dst, src: memops.copy_batch(
        dst, src, _u64(0, 100), _u64(0, 100), _u64(100, _length(dst) - 100)
    ),
    "gather": lambda dst, src: memops.gather(dst, src, _u64(0), _u64(_length(dst))),
    "scatter": lambda dst, src: memops.scatter(dst, src, _u64(0), _u64(_length(dst))),
}


def _u64(*values: int) -> np.ndarray:
    return np.array(values, np.uint64)


@kinds
@pytest.mark.parametrize("call", SHAPES.values(), ids=SHAPES.keys())
def test_each_call_writes_each_kind(call: Callable[[Any, Any], Any], make: Any) -> None:
    dst = make(bytes(N))
    src = make(_pattern(N))
    result = call(dst, src)
    assert result in (None, _length(dst))
    assert _bytes(dst) == _bytes(src) != bytes(_length(dst))


@kinds
def test_reads_each_kind(make: Any, level: str) -> None:
    a = make(_pattern(N))
    b = make(_pattern(N))
    n = _length(a)
    assert memops.equal(a, b) is True
    assert memops.compare(a, b) == 0
    assert memops.mismatch(a, b) == -1
    assert memops.is_zero(a) is False
    assert memops.is_zero(make(bytes(N))) is True
    assert memops.find_byte(a, _pattern(N)[n - 1]) == _pattern(N).find(_pattern(N)[n - 1])
    assert memops.page_diff(a, b, 16).size == 0


@kinds
def test_fills_each_kind(make: Any) -> None:
    dst = make(_pattern(N))
    memops.fill(dst, 255)
    assert _bytes(dst) == b"\xff" * _length(dst)
    memops.zero(dst)
    assert memops.is_zero(dst)
    memops.fill(byte=7, dst=dst, hint="stream")
    assert _bytes(dst) == b"\7" * _length(dst)
    memops.zero(dst, hint="temporal")
    assert _bytes(dst) == bytes(_length(dst))


def test_bytes_are_a_source() -> None:
    dst = bytearray(3)
    memops.copy(dst, b"abc")
    assert dst == b"abc"
    memops.guest_copy(dst, b"xyz")
    assert dst == b"xyz"


def test_partial_copy_leaves_the_rest() -> None:
    dst = np.full(100, 9, np.uint8)
    memops.copy(dst, _pattern(200), nbytes=40)
    assert dst.tobytes() == _pattern(40) + b"\x09" * 60
    memops.copy(dst, b"", nbytes=0)
    assert dst.tobytes() == _pattern(40) + b"\x09" * 60


def test_empty_buffers(level: str) -> None:
    empty, nothing = bytearray(), np.zeros((0, 4))
    memops.copy(empty, nothing)
    memops.zero(nothing)
    memops.plan(empty, b"")()
    assert memops.equal(empty, b"")
    assert memops.is_zero(nothing)
    assert memops.compare(empty, empty) == 0
    assert memops.find_byte(b"", 0) == -1
    assert memops.zero_pages(b"").shape == (0,)
    memops.copy_batch(empty, b"", _u64(), _u64(), _u64())


def test_scans_against_python(level: str) -> None:
    a, b = bytearray(_pattern(9000)), bytearray(_pattern(9000))
    b[8200] ^= 1
    b[20] ^= 1
    assert memops.equal(a, b) is False
    assert memops.mismatch(a, b) == 20
    assert memops.compare(a, b) == (1 if a > b else -1)
    assert memops.compare(b, a) == -memops.compare(a, b)
    diff = memops.page_diff(a, b)
    assert (diff.tolist(), diff.dtype) == ([0, 2], np.dtype(np.int64))
    zeros = memops.zero_pages(bytes(4096) + b"x" + bytes(8192))
    assert (zeros.tolist(), zeros.dtype) == ([True, False, True, True], np.dtype(bool))
    assert memops.zero_pages(bytes(100) + b"x", page=10).tolist() == [True] * 10 + [False]


@pytest.mark.parametrize(("start", "stop"), [(0, None), (3, None), (0, 5), (4, 9), (9, 9)])
def test_find_byte_within(start: int, stop: int | None, level: str) -> None:
    text = b"abcabcabc"
    for byte in b"abcx":
        expected = text.find(bytes([byte]), start, stop)
        assert memops.find_byte(text, byte, start, stop) == expected
        assert memops.find_byte(text, byte, stop=stop, start=start) == expected


def test_overlapping_moves(level: str) -> None:
    for n in (5, 60, 200, 3000):
        for shift in (1, 7, 64):
            for up in (True, False):
                buffer = bytearray(_pattern(n + shift))
                low, high = memoryview(buffer)[:n], memoryview(buffer)[shift:]
                dst, src = (high, low) if up else (low, high)
                expected = bytes(src)
                memops.move(dst, src)
                assert bytes(dst) == expected


def test_rows(level: str) -> None:
    src = np.arange(600, dtype=np.uint8).reshape(20, 30)
    dst = np.zeros((20, 50), np.uint8)
    assert memops.copy_2d(dst, src, 20, 25, 50, 30) is None
    assert (dst[:, :25] == src[:, :25]).all()
    assert not dst[:, 25:].any()
    memops.copy_2d(dst, src, 0, 25, 50, 30)
    memops.copy_2d(dst, src, 2**40, 0, 50, 30)
    memops.copy_2d(dst, src, rows=20, nbytes=30, dst_stride=30, src_stride=30)
    assert dst.tobytes()[:600] == src.tobytes()


@pytest.mark.parametrize("kind", [np.asarray, lambda a: memoryview(a), lambda a: a.newbyteorder("=")
                                  if hasattr(a, "newbyteorder") else a])  # fmt: skip
def test_batches(level: str, kind: Callable[[Any], Any]) -> None:
    src, dst, expected = _pattern(1000), bytearray(1000), bytearray(1000)
    generator = np.random.default_rng(7)
    n = generator.integers(0, 90, 600).astype(np.uint64)
    to = generator.integers(0, 910, 600).astype(np.uint64)
    start = generator.integers(0, 910, 600).astype(np.uint64)
    for i, size in enumerate(n.tolist()):
        expected[int(to[i]) : int(to[i]) + size] = src[int(start[i]) : int(start[i]) + size]
    memops.copy_batch(dst, src, kind(to), kind(start), kind(n))
    assert dst == expected
    packed = bytearray(int(n.sum()) + 3)
    assert memops.gather(packed, src, kind(start), kind(n)) == len(packed) - 3
    at = 0
    for i, size in enumerate(n.tolist()):
        assert packed[at : at + size] == src[int(start[i]) : int(start[i]) + size]
        at += size
    spread = bytearray(1000)
    assert memops.scatter(spread, packed, kind(to), kind(n)) == at
    assert spread == expected


def test_sequential_batch_in_one_buffer(level: str) -> None:
    buffer = bytearray(b"ab" + bytes(14))
    memops.copy_batch(buffer, buffer, _u64(2, 4, 8), _u64(0, 0, 0), _u64(2, 4, 8), "sequential")
    assert buffer == b"ab" * 8


def test_array_of_unsigned_longs_is_enough_for_a_batch() -> None:
    dst = bytearray(4)
    one = array.array("Q", [1])
    memops.copy_batch(dst, b"abcd", one, one, array.array("L", [3]))
    assert dst == b"\0bcd"


def test_plan_copies_anew_and_keeps_its_buffers() -> None:
    src, dst = bytearray(b"abcd"), bytearray(4)
    plan = memops.plan(dst, src)
    for text in (b"abcd", b"efgh"):
        src[:] = text
        assert plan() is None
        assert dst == text
    with pytest.raises(BufferError):
        dst.extend(b"more")
    del plan
    gc.collect()
    dst.extend(b"more")
    kept = memops.plan(np.zeros(100_000, np.uint8), np.ones(100_000, np.uint8))
    gc.collect()
    kept()


def test_no_export_is_left_behind() -> None:
    dst, src = bytearray(100_000), bytearray(_pattern(100_000))
    before = sys.getrefcount(dst), sys.getrefcount(src)
    for call in SHAPES.values():
        call(dst, src)
    for view in (memoryview(dst), memoryview(src)):
        memops.is_zero(view)
        view.release()
    gc.collect()
    assert (sys.getrefcount(dst), sys.getrefcount(src)) == before
    dst.append(1)
    src.append(1)


@pytest.mark.parametrize("n", [1 << 16, (1 << 16) + 1, (1 << 20) + 3, 5 << 20])
def test_large_copies_of_each_hint(n: int, level: str, own_thresholds: None) -> None:
    src = np.random.default_rng(n).integers(0, 256, n, np.uint8)
    memops.set_thresholds(stream_copy_bytes=4 << 20, stream_fill_bytes=4 << 20)
    for hint in ("auto", "temporal", "stream"):
        dst = np.zeros(n, np.uint8)
        memops.copy(dst, src, hint=hint)
        assert (dst == src).all()
        memops.fill(dst, 3, hint=hint)
        assert (dst == 3).all()


def test_long_work_lets_other_threads_run_and_holds_its_buffers() -> None:
    """A resize is refused during a copy, and is possible again after it."""
    src, dst = bytearray(32 << 20), bytearray(32 << 20)
    memops.zero(dst, hint="temporal")
    started, refused = threading.Event(), 0

    def copy() -> None:
        started.set()
        for _ in range(20):
            memops.copy(dst, src, hint="temporal")

    worker = threading.Thread(target=copy)
    worker.start()
    started.wait()
    while worker.is_alive():
        try:
            dst.append(0)
            dst.pop()
        except BufferError:
            refused += 1
        except IndexError:
            break
    worker.join()
    assert refused > 0
    dst.append(0)


class Resizing:
    """A number that empties a buffer while it is converted."""

    def __init__(self, victim: bytearray) -> None:
        self.victim = victim

    def __index__(self) -> int:
        self.victim.clear()
        return 8


def test_number_that_resizes_a_buffer() -> None:
    """Sizes are taken after all code of the caller has run."""
    for call in (
        lambda victim, n: memops.copy(victim, bytes(8), nbytes=n),
        lambda victim, n: memops.guest_copy(victim, bytes(8), n),
        lambda victim, n: memops.find_byte(victim, 1, n),
        lambda victim, n: memops.find_byte(victim, 1, 0, n),
        lambda victim, n: memops.copy_2d(victim, bytes(8), 1, n, 8, 8),
        lambda victim, n: memops.copy_crc32c(victim, bytes(8), n),
    ):
        victim = bytearray(8)
        with pytest.raises(vmperf.InvalidArgumentError):
            call(victim, Resizing(victim))
