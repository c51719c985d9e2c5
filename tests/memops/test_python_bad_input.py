"""One test for each `Raises` of vmperf.memops; nothing is written where an error is raised."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from vmperf import InvalidArgumentError, UnsupportedError, memops

Call = Callable[..., Any]
LEVELS = ("scalar", "sse2", "avx2", "avx512", "neon")


def _u64(*values: int) -> np.ndarray:
    return np.array(values, np.uint64)


def _frozen(n: int) -> np.ndarray:
    frozen = np.ones(n, np.uint8)
    frozen.flags.writeable = False
    return frozen


TWO: dict[str, Call] = {
    "copy": memops.copy,
    "copy, forward": lambda dst, src: memops.copy(dst, src, policy="forward"),
    "move": memops.move,
    "guest_copy": memops.guest_copy,
    "plan": memops.plan,
    "copy_crc32c": memops.copy_crc32c,
}
READ_TWO: dict[str, Call] = {
    "equal": memops.equal,
    "compare": memops.compare,
    "mismatch": memops.mismatch,
    "page_diff": memops.page_diff,
}
READ_ONE: dict[str, Call] = {
    "is_zero": memops.is_zero,
    "zero_pages": memops.zero_pages,
    "find_byte": lambda buf: memops.find_byte(buf, 1),
    "crc32c": memops.crc32c,
}
WRITE: dict[str, Call] = {
    **{name: (lambda dst, call=call: call(dst, bytes(8))) for name, call in TWO.items()},
    "fill": lambda dst: memops.fill(dst, 1),
    "zero": memops.zero,
    "copy, nbytes": lambda dst: memops.copy(dst, bytes(100), nbytes=2),
    "copy_2d": lambda dst: memops.copy_2d(dst, bytes(8), 1, 8, 8, 8),
    "copy_batch": lambda dst: memops.copy_batch(dst, bytes(8), _u64(0), _u64(0), _u64(8)),
    "gather": lambda dst: memops.gather(dst, bytes(8), _u64(0), _u64(8)),
    "scatter": lambda dst: memops.scatter(dst, bytes(8), _u64(0), _u64(8)),
}
READ: dict[str, Call] = {
    **{name: (lambda src, call=call: call(bytearray(8), src)) for name, call in TWO.items()},
    **{name: (lambda src, call=call: call(bytes(8), src)) for name, call in READ_TWO.items()},
    **READ_ONE,
}


def _by_name(calls: dict[str, Call]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("call", calls.values(), ids=calls.keys())


@_by_name({**TWO, **READ_TWO})
@pytest.mark.parametrize(("n", "m"), [(10, 12), (12, 10), (0, 1), (100_000, 99_999)])
def test_lengths_that_differ(call: Call, n: int, m: int) -> None:
    dst = bytearray(b"\7" * n)
    with pytest.raises(InvalidArgumentError, match="length") as caught:
        call(dst, bytearray(m))
    assert f"{n} bytes" in str(caught.value)
    assert f"{m} bytes" in str(caught.value)
    assert dst == b"\7" * n


@pytest.mark.parametrize("n", [-1, 9, 2**63, 2**70])
def test_nbytes_out_of_range(n: int) -> None:
    dst = bytearray(8)
    with pytest.raises(InvalidArgumentError, match=f"nbytes is {n}; allowed: 0 to"):
        memops.copy(dst, b"\1" * 12, nbytes=n)
    assert dst == bytes(8)


@_by_name(WRITE)
@pytest.mark.parametrize("dst", [bytes(8), _frozen(8), memoryview(bytes(8)), _frozen(8).view("f8")])
def test_read_only_destination(call: Call, dst: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="dst is a read-only") as caught:
        call(dst)
    assert caught.value.argument == "dst"


STRIDED = {
    "every second": np.ones(16, np.uint8)[::2],
    "backward": np.ones(8, np.uint8)[::-1],
    "column": np.ones((8, 3), np.uint8)[:, 1],
    "Fortran": np.asfortranarray(np.ones((4, 2), np.uint8)),
    "memoryview": memoryview(bytearray(16))[::2],
}


@_by_name({**WRITE, **READ})
@pytest.mark.parametrize("buffer", STRIDED.values(), ids=STRIDED.keys())
def test_buffer_with_gaps(call: Call, buffer: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="not C-contiguous"):
        call(buffer)


OBJECTS = {
    "array": np.array([None], object),
    "array with strides": np.array([None] * 4, object)[::2],
    "records": np.zeros(1, [("O", "u1"), ("it", object)]),
    "memoryview": memoryview(np.array([None], object)),
    "list": [1, 2, 3],
    "int": 8,
    "str": "12345678",
    "None": None,
}


@_by_name({**WRITE, **READ})
@pytest.mark.parametrize("buffer", OBJECTS.values(), ids=OBJECTS.keys())
def test_objects_and_what_is_no_buffer(call: Call, buffer: Any) -> None:
    with pytest.raises(TypeError, match=r"objects|must be a contiguous buffer"):
        call(buffer)


def test_field_with_an_o_in_its_name_is_no_object() -> None:
    records = np.ones(4, [("Origin", "u1"), ("O", "u1")])
    dst = memoryview(bytearray(8)).cast("B")
    memops.copy(dst, memoryview(records))
    assert bytes(dst) == b"\1" * 8


@pytest.mark.parametrize("byte", [-1, 256, 2**63, -(2**70), 2**70])
@pytest.mark.parametrize(
    "call", [lambda b: memops.fill(bytearray(4), b), lambda b: memops.find_byte(b"abcd", b)]
)
def test_byte_out_of_range(call: Call, byte: int) -> None:
    with pytest.raises(InvalidArgumentError, match=f"byte is {byte}; allowed: 0 to 255"):
        call(byte)


@pytest.mark.parametrize("wrong", [1.0, "a", b"a", None])
def test_numbers_that_are_none(wrong: Any) -> None:
    buffer = bytearray(4)
    for call in (
        lambda: memops.fill(buffer, wrong),
        lambda: memops.find_byte(buffer, wrong),
        lambda: memops.find_byte(buffer, 1, wrong),
        lambda: memops.guest_copy(buffer, b"abcd", wrong),
        lambda: memops.zero_pages(buffer, wrong),
        lambda: memops.page_diff(buffer, buffer, wrong),
        lambda: memops.copy_2d(buffer, b"abcd", wrong, 1, 1, 1),
        lambda: memops.copy_2d(buffer, b"abcd", 1, 1, 1, wrong),
    ):
        with pytest.raises(TypeError, match="must be an integer"):
            call()
    assert buffer == bytes(4)


@pytest.mark.parametrize(
    ("start", "stop", "name"),
    [(-1, None, "start"), (5, None, "start"), (3, 2, "start"), (0, 5, "stop"), (0, -1, "stop")],
)
def test_find_byte_out_of_range(start: int, stop: int | None, name: str) -> None:
    with pytest.raises(InvalidArgumentError, match=f"{name} is"):
        memops.find_byte(b"abcd", 97, start, stop)


@pytest.mark.parametrize("word", ["Auto", "", "streaming", "aut\u00f6"])
def test_unknown_words(word: str) -> None:
    a = bytearray(8)
    for call in (
        lambda: memops.copy(a, bytes(8), hint=word),
        lambda: memops.fill(a, 1, hint=word),
        lambda: memops.zero(a, hint=word),
        lambda: memops.plan(a, bytes(8), hint=word),
    ):
        with pytest.raises(InvalidArgumentError, match="allowed: auto, temporal, stream"):
            call()
    for call in (
        lambda: memops.copy(a, bytes(8), policy=word),
        lambda: memops.plan(a, bytes(8), policy=word),
    ):
        with pytest.raises(InvalidArgumentError, match="allowed: balanced, throughput, forward"):
            call()
    with pytest.raises(InvalidArgumentError, match="allowed: forbid, sequential"):
        memops.copy_batch(a, bytes(8), _u64(), _u64(), _u64(), overlap=word)
    with pytest.raises(InvalidArgumentError, match="allowed: scalar, sse2, avx2, avx512, neon"):
        memops.set_simd_level(word)


@pytest.mark.parametrize("wrong", [1, None, b"auto"])
def test_words_that_are_no_text(wrong: Any) -> None:
    with pytest.raises(TypeError, match="hint must be a str"):
        memops.copy(bytearray(1), b"a", hint=wrong)
    with pytest.raises(TypeError):
        memops.set_simd_level(wrong)


@pytest.mark.parametrize("atom", [0, 4, 24, 64, -8, 2**70])
def test_unknown_atom(atom: int) -> None:
    dst = bytearray(8)
    with pytest.raises(InvalidArgumentError, match=f"atom is {atom}; allowed: 8, 16 or 32"):
        memops.guest_copy(dst, b"12345678", atom)
    assert dst == bytes(8)


def test_level_that_the_cpu_lacks() -> None:
    missing = min(set(LEVELS) - set(memops.available_levels()))
    before = memops.simd_level()
    with pytest.raises(UnsupportedError, match=f"{missing}.*available here: scalar"):
        memops.set_simd_level(missing)
    assert memops.simd_level() == before


@pytest.mark.parametrize("use", ["copy(bytearray(1), b'a')", "set_simd_level('scalar')"])
def test_environment_that_asks_for_another_level(use: str) -> None:
    missing = min(set(LEVELS) - set(memops.available_levels()))
    program = (
        "import vmperf\n"
        "from vmperf import memops\n"
        "try:\n"
        f"    memops.{use}\n"
        "except vmperf.VmperfError as error:\n"
        "    print(type(error).__name__, error)"
    )
    for asked, said in ((missing, "UnsupportedError"), ("best", "InvalidArgumentError")):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "VMPERF_SIMD": asked},
            capture_output=True,
            text=True,
            check=True,
        )
        last = done.stdout.splitlines()[-1]
        assert last.startswith(said)
        assert "VMPERF_SIMD" in last


def test_guest_copy_and_batches_refuse_overlap() -> None:
    buffer = bytearray(range(16))
    low, high = memoryview(buffer)[:8], memoryview(buffer)[7:15]
    some = _u64(0), _u64(1)
    for call in (
        lambda: memops.guest_copy(low, high),
        lambda: memops.guest_copy(buffer, buffer),
        lambda: memops.copy_batch(low, high, *some, _u64(1)),
        lambda: memops.gather(low, high, *some),
        lambda: memops.scatter(low, high, *some),
    ):
        with pytest.raises(InvalidArgumentError, match="overlaps src"):
            call()
    assert buffer == bytes(range(16))
    memops.guest_copy(low, memoryview(buffer)[8:], 8)
    assert buffer[:8] == bytes(range(8, 16))


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((3, 4, 5, 4), "dst_stride"),
        ((3, 4, 4, 5), "src_stride"),
        ((3, 4, 3, 4), "dst_stride"),
        ((3, 4, 4, 3), "src_stride"),
        ((4, 4, 4, 4), "dst_stride"),
        ((1, 13, 13, 13), "dst_stride"),
        ((2**62, 2, 2**62, 2), "dst_stride"),
        ((-1, 4, 4, 4), "rows"),
        ((1, -1, 4, 4), "nbytes"),
        ((1, 4, -4, 4), "dst_stride"),
        ((1, 4, 4, 2**64), "src_stride"),
    ],
)
def test_rows_out_of_range(arguments: tuple[int, ...], name: str) -> None:
    dst = bytearray(12)
    with pytest.raises(InvalidArgumentError) as caught:
        memops.copy_2d(dst, b"\1" * 12, *arguments)
    assert caught.value.argument == name
    assert dst == bytes(12)


@pytest.mark.parametrize("page", [0, -1, 2**64])
def test_page_out_of_range(page: int) -> None:
    with pytest.raises(InvalidArgumentError, match=f"page is {page}"):
        memops.zero_pages(b"abc", page)
    with pytest.raises(InvalidArgumentError, match=f"page is {page}"):
        memops.page_diff(b"abc", b"abx", page=page)


@pytest.mark.parametrize("size", [0, 4095, -1, 2**64])
@pytest.mark.parametrize("name", ["stream_copy_bytes", "stream_fill_bytes"])
def test_threshold_out_of_range(name: str, size: int) -> None:
    before = memops.thresholds()
    with pytest.raises(InvalidArgumentError, match=f"{name} is {size}"):
        memops.set_thresholds(**{name: size})
    assert memops.thresholds() == before
    with pytest.raises(TypeError, match="must be an integer"):
        memops.set_thresholds(**{name: "1"})


def test_calls_that_python_itself_would_refuse() -> None:
    a = bytearray(1)
    for call in (
        lambda: memops.copy(),
        lambda: memops.copy(a),
        lambda: memops.copy(a, a, 1),
        lambda: memops.copy(a, a, size=1),
        lambda: memops.copy(a, a, dst=a),
        lambda: memops.copy(dst=a),
        lambda: memops.move(a),
        lambda: memops.fill(a),
        lambda: memops.fill(a, 1, "auto"),
        lambda: memops.zero(),
        lambda: memops.is_zero(),
        lambda: memops.is_zero(a, a),
        lambda: memops.equal(a, a, a),
        lambda: memops.find_byte(a),
        lambda: memops.find_byte(a, 1, 0, 1, 2),
        lambda: memops.guest_copy(a, a, 8, 8),
        lambda: memops.plan(a, a)(1),
        lambda: memops.plan(a, a, "auto"),
    ):
        with pytest.raises(TypeError):
            call()
