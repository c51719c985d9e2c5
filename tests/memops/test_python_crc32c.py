"""vmperf.memops.crc32c and its kin: published values, splits, the peer, bad input."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from house import native_build
from vmperf import InvalidArgumentError, memops

MOST = 2**32 - 1
DIGITS = b"123456789"
SHORTER = 8 if native_build.sanitized() else 1
# RFC 3720, B.4, and the polynomial's check value.
PUBLISHED = {
    DIGITS: 0xE3069283,
    bytes(32): 0x8A9136AA,
    b"\xff" * 32: 0x62A8AB43,
    bytes(range(32)): 0x46DD794E,
    bytes(range(31, -1, -1)): 0x113FDB5C,
    b"": 0,
}


def _table() -> list[int]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        table.append(crc)
    return table


TABLE = _table()


def _by_bytes(data: bytes, value: int = 0) -> int:
    crc = value ^ MOST
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 255]
    return crc ^ MOST


@pytest.fixture(params=memops.available_levels())
def level(request: pytest.FixtureRequest) -> Iterator[str]:
    with memops.set_simd_level(request.param):
        yield request.param


def test_published_values(level: str) -> None:
    for data, crc in PUBLISHED.items():
        dst = bytearray(len(data))
        assert memops.crc32c(data) == memops.copy_crc32c(dst, data) == _by_bytes(data) == crc
        assert dst == data


@pytest.mark.differential
def test_against_google_crc32c(level: str) -> None:
    peer: Any = pytest.importorskip("google_crc32c")
    rng = np.random.default_rng(5)
    for n in [*range(0, 700, 3), 4096, 65537, 1 << 20]:
        data, value = rng.bytes(n), int(rng.integers(0, MOST))
        assert memops.crc32c(data, value) == peer.extend(value, data), n


levels = st.sampled_from(memops.available_levels())
values = st.integers(0, MOST)
sizes = st.one_of(st.integers(0, 70), st.integers(0, 3000), st.integers(0, 100_000))


@pytest.mark.property
@settings(max_examples=300 // SHORTER)
@given(levels, sizes, st.integers(0, 63), values, st.integers(0, 2**32), st.floats(0, 1))
def test_splits(level: str, n: int, align: int, value: int, seed: int, part: float) -> None:
    data = memoryview(np.random.default_rng(seed).bytes(n + 64))[align : align + n]
    cut = int(part * n)
    with memops.set_simd_level(level):
        whole = memops.crc32c(data, value)
        head = memops.crc32c(data[:cut], value)
        assert memops.crc32c(data[cut:], head) == whole
        tail = memops.crc32c(data[cut:])
        assert memops.crc32c_combine(head, tail, n - cut) == whole
        arena = bytearray(b"\xa5" * (n + 192))
        dst = memoryview(arena)[64 + align : 64 + align + n]
        assert memops.copy_crc32c(dst, data, value) == whole
        assert dst == data
        assert arena[: 64 + align] == b"\xa5" * (64 + align)
        assert arena[64 + align + n :] == b"\xa5" * (128 - align)
    assert n > 3000 or whole == _by_bytes(bytes(data), value)


@pytest.mark.property
@settings(max_examples=200 // SHORTER)
@given(levels, st.integers(0, 2000), st.integers(-300, 300), values)
def test_overlapping_copy(level: str, n: int, ahead: int, value: int) -> None:
    both = bytearray(np.random.default_rng(n).bytes(n + 600))
    data = bytes(both[300 : 300 + n])
    dst = memoryview(both)[300 + ahead : 300 + ahead + n]
    with memops.set_simd_level(level):
        crc = memops.copy_crc32c(dst, memoryview(both)[300 : 300 + n], value)
        assert crc == memops.crc32c(data, value)
    assert dst == data


def test_combining_is_associative_for_sizes_that_no_buffer_has() -> None:
    a, b, c = 0x12345678, 0x9ABCDEF0, 0x0F1E2D3C
    for b_size, c_size in ((1 << 40, 3), (5, 1 << 62), ((1 << 63) - 7, (1 << 63) + 6)):
        left = memops.crc32c_combine(memops.crc32c_combine(a, b, b_size), c, c_size)
        right = memops.crc32c_combine(a, memops.crc32c_combine(b, c, c_size), b_size + c_size)
        assert left == right
    assert memops.crc32c_combine(a, 0, 0) == a


def test_pieces_of_several_threads() -> None:
    data: Any = np.random.default_rng(8).integers(0, 256, 1 << 20, np.uint8)
    pieces: list[Any] = np.split(data, [100_000, 500_001, 777_777])
    found = [0] * len(pieces)

    def work(i: int) -> None:
        found[i] = memops.crc32c(pieces[i])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(pieces))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    crc = 0
    for piece, one in zip(pieces, found, strict=True):
        crc = memops.crc32c_combine(crc, one, piece.nbytes)
    assert crc == memops.crc32c(data)


CALLS: dict[str, Callable[[Any], Any]] = {
    "value": lambda value: memops.crc32c(DIGITS, value),
    "value, by name": lambda value: memops.crc32c(DIGITS, value=value),
    "value, of a copy": lambda value: memops.copy_crc32c(bytearray(9), DIGITS, value),
    "crc_a": lambda value: memops.crc32c_combine(value, 0, 9),
    "crc_b": lambda value: memops.crc32c_combine(0, value, 9),
}
calls = pytest.mark.parametrize(("name", "call"), CALLS.items(), ids=CALLS.keys())


@calls
@pytest.mark.parametrize("value", [-1, 2**32, 2**63, 2**70, -(2**70)])
def test_crc_out_of_range(name: str, call: Callable[[Any], Any], value: int) -> None:
    argument = name.split(",")[0]
    with pytest.raises(
        InvalidArgumentError, match=f"{argument} is {value}; allowed: 0 to {MOST}"
    ) as caught:
        call(value)
    assert caught.value.argument == argument


@calls
@pytest.mark.parametrize("value", [1.0, "1", b"1", None])
def test_crc_that_is_no_integer(name: str, call: Callable[[Any], Any], value: Any) -> None:
    with pytest.raises(TypeError, match=f"{name.split(',')[0]} must be an integer"):
        call(value)


@pytest.mark.parametrize("size", [-1, 2**64])
def test_length_out_of_range(size: int) -> None:
    with pytest.raises(InvalidArgumentError, match=f"len_b is {size}; allowed: 0 to"):
        memops.crc32c_combine(1, 2, size)


def test_nothing_is_copied_where_an_error_is_raised() -> None:
    dst = bytearray(b"unchanged")
    for bad in (-1, 2**32):
        with pytest.raises(InvalidArgumentError):
            memops.copy_crc32c(dst, DIGITS, bad)
    with pytest.raises(InvalidArgumentError, match="length"):
        memops.copy_crc32c(dst, DIGITS[:8])
    with pytest.raises(InvalidArgumentError, match="dst is a read-only"):
        memops.copy_crc32c(b"unchanged", DIGITS)
    assert dst == b"unchanged"


def test_calls_that_python_itself_would_refuse() -> None:
    wrong: list[Callable[[], Any]] = [
        lambda: memops.crc32c(),  # type: ignore[call-arg]
        lambda: memops.crc32c(b"", 0, 0),  # type: ignore[call-arg]
        lambda: memops.crc32c(b"", crc=0),  # type: ignore[call-arg]
        lambda: memops.crc32c_combine(1, 2),  # type: ignore[call-arg]
        lambda: memops.copy_crc32c(bytearray()),  # type: ignore[call-arg]
    ]
    for call in wrong:
        with pytest.raises(TypeError, match=r"crc32c(_combine)?\(\) "):
            call()


def test_by_name() -> None:
    dst = bytearray(9)
    crc = memops.crc32c(buf=DIGITS, value=0)
    assert crc == memops.copy_crc32c(dst=dst, src=DIGITS, value=0) == PUBLISHED[DIGITS]
    assert memops.crc32c_combine(crc_a=crc, crc_b=0, len_b=0) == crc
    assert importlib.import_module("vmperf.memops").crc32c is memops.crc32c
