"""Any operation, size, alignment and overlap at every level, against bytes and bytearray."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from house import native_build
from vmperf import memops

pytestmark = pytest.mark.property

levels = st.sampled_from(memops.available_levels())
hints = st.sampled_from(["auto", "temporal", "stream"])
policies = st.sampled_from(["balanced", "throughput", "forward"])
sizes = st.one_of(
    st.integers(0, 70),
    st.integers(0, 1100),
    st.sampled_from([2**k + d for k in range(6, 18) for d in (-1, 0, 1)]),
)
GUARD = 80
SHORTER = 8 if native_build.sanitized() else 1


def _arena(n: int, align: int, seed: int) -> tuple[bytearray, memoryview]:
    """A buffer of n bytes at an alignment modulo 64, with 64 bytes or more on either side."""
    whole = bytearray(np.random.default_rng(seed).bytes(n + 3 * GUARD + 64))
    at = GUARD + (align - np.frombuffer(whole, np.uint8).ctypes.data - GUARD) % 64
    return whole, memoryview(whole)[at : at + n]


def _at(whole: bytearray, part: memoryview) -> int:
    base = np.frombuffer(whole, np.uint8).ctypes.data
    return int(np.frombuffer(part, np.uint8).ctypes.data - base) if len(part) else 0


aligns = st.integers(0, 63)
seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=400 // SHORTER)
@given(levels, sizes, aligns, aligns, seeds, hints, policies, st.sampled_from(range(5)))
def test_copies(
    level: str,
    n: int,
    to: int,
    start: int,
    seed: int,
    hint: str,
    policy: str,
    operation: int,
) -> None:
    whole, dst = _arena(n, to, seed)
    _, src = _arena(n, start, seed + 1)
    at = _at(whole, dst)
    expected = whole[:at] + src + whole[at + n :] if n else bytearray(whole)
    with memops.set_simd_level(level):
        if operation == 0:
            memops.copy(dst, src, hint=hint, policy=policy)
        elif operation == 1:
            memops.move(dst, src)
        elif operation == 2:
            memops.plan(dst, src, hint=hint, policy=policy)()
        elif operation == 3:
            memops.guest_copy(dst, src, 8)
        else:
            row = max(n // 3, 1)
            rows = n // row
            memops.copy_2d(dst, src, rows, row, row, row)
            rest = n - rows * row
            memops.copy(dst[n - rest :], src[n - rest :])
    assert whole == expected


@settings(max_examples=300 // SHORTER)
@given(levels, sizes, st.integers(-300, 300), aligns, seeds, policies)
def test_overlap(level: str, n: int, shift: int, align: int, seed: int, policy: str) -> None:
    whole, both = _arena(n + 600, align, seed)
    src, dst = both[300 : 300 + n], both[300 + shift : 300 + shift + n]
    at = _at(whole, both) + 300 + shift
    expected = whole[:at] + bytes(src) + whole[at + n :]
    with memops.set_simd_level(level):
        if seed % 2:
            memops.move(dst, src)
        else:
            memops.copy(dst, src, policy=policy)
    assert whole == expected


@settings(max_examples=200 // SHORTER)
@given(levels, sizes, aligns, st.integers(0, 255), seeds, hints)
def test_fills(level: str, n: int, align: int, byte: int, seed: int, hint: str) -> None:
    whole, dst = _arena(n, align, seed)
    at = _at(whole, dst)
    expected = whole[:at] + bytes([byte]) * n + whole[at + n :]
    with memops.set_simd_level(level):
        if byte or seed % 2:
            memops.fill(dst, byte, hint=hint)
        else:
            memops.zero(dst, hint=hint)
    assert whole == (expected if n else whole)


@settings(max_examples=300 // SHORTER)
@given(levels, sizes, aligns, aligns, seeds, st.data())
def test_scans(level: str, n: int, left: int, right: int, seed: int, data: st.DataObject) -> None:
    _, a = _arena(n, left, seed)
    _, b = _arena(n, right, seed)
    b[:] = a
    where = data.draw(st.lists(st.integers(0, n - 1), max_size=3, unique=True)) if n else []
    for i in where:
        b[i] ^= 1 + seed % 255
    page = data.draw(st.sampled_from([1, 7, 64, 100, 4096] if n < 1200 else [1000, 4096]))
    x, y = bytes(a), bytes(b)
    first = min(where, default=-1) if x != y else -1
    byte = x[seed % n] if n else 0
    start = seed % (n + 1)
    with memops.set_simd_level(level):
        assert memops.equal(a, b) == (x == y)
        assert memops.compare(a, b) == (x > y) - (x < y)
        assert memops.mismatch(a, b) == first
        assert memops.find_byte(a, byte) == x.find(byte)
        assert memops.find_byte(a, byte, start) == x.find(byte, start)
        assert memops.find_byte(a, byte, 0, start) == x.find(byte, 0, start)
        different = [
            p for p in range(-(-n // page)) if x[p * page :][:page] != y[p * page :][:page]
        ]
        assert memops.page_diff(a, b, page).tolist() == different


@settings(max_examples=200 // SHORTER)
@given(levels, sizes, aligns, seeds, st.data())
def test_zeros(level: str, n: int, align: int, seed: int, data: st.DataObject) -> None:
    _, buf = _arena(n, align, seed)
    memops.zero(buf)
    for i in data.draw(st.lists(st.integers(0, n - 1), max_size=2)) if n else []:
        buf[i] = 1 + seed % 255
    page = data.draw(st.sampled_from([1, 64, 100, 4096] if n < 1200 else [1000, 4096]))
    text = bytes(buf)
    expected = [not any(text[p : p + page]) for p in range(0, n, page)]
    with memops.set_simd_level(level):
        assert memops.is_zero(buf) == all(expected)
        assert memops.zero_pages(buf, page).tolist() == expected


@settings(max_examples=150 // SHORTER)
@given(levels, st.integers(1, 3000), seeds, st.integers(0, 200), st.booleans())
def test_batches(level: str, n: int, seed: int, count: int, same: bool) -> None:
    generator = np.random.default_rng(seed)
    src, dst = generator.bytes(n), bytearray(generator.bytes(n))
    most = int(generator.integers(0, min(n, 200) + 1))
    size = np.full(count, most) if same else generator.integers(0, most + 1, count)
    to = generator.integers(0, n - size + 1)
    start = generator.integers(0, n - size + 1)
    one_buffer = bytearray(dst)
    expected, sequential = bytearray(dst), bytearray(dst)
    for t, s, m in zip(to.tolist(), start.tolist(), size.tolist(), strict=True):
        expected[t : t + m] = src[s : s + m]
        sequential[t : t + m] = sequential[s : s + m]
    given_ = [a.astype(np.uint64) for a in (to, start, size)]
    with memops.set_simd_level(level):
        memops.copy_batch(dst, src, *given_)
        memops.copy_batch(one_buffer, one_buffer, *given_, overlap="sequential")
    assert dst == expected
    assert one_buffer == sequential
