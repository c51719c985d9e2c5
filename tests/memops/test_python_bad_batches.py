"""Batches of vmperf.memops that are refused: the first bad element is named, nothing copied."""

from __future__ import annotations

import array
from typing import Any

import numpy as np
import pytest

from vmperf import InvalidArgumentError, memops


def _u64(*values: int) -> np.ndarray:
    return np.array(values, np.uint64)


def _arrays(bad: Any, at: int, side: str) -> dict[str, Any]:
    n = np.full(50, 4, np.uint64)
    offsets = {"dst_off": np.zeros(50, np.uint64), "src_off": np.zeros(50, np.uint64), "n": n}
    offsets[side] = offsets[side].astype(bad.dtype)
    offsets[side][at] = bad
    return offsets


@pytest.mark.parametrize("at", [0, 17, 49])
@pytest.mark.parametrize("side", ["dst_off", "src_off", "n"])
@pytest.mark.parametrize("bad", [_u64(97), _u64(2**64 - 2), _u64(2**63), np.array([-1])])
def test_batch_element_out_of_range(bad: np.ndarray, side: str, at: int) -> None:
    given = _arrays(bad[0], at, side)
    if side == "n" and bad[0] == 97:
        given["n"][at] = 101
    dst = bytearray(100)
    calls = [lambda: memops.copy_batch(dst, b"\1" * 100, **given)]
    if side != "dst_off":
        calls.append(
            lambda: (
                memops.gather(dst, b"\1" * 100, given["src_off"], given["n"])
                if side == "src_off" or given["n"].dtype != np.uint64
                else memops.copy_batch(dst, b"\1" * 100, **given)
            )
        )
    for call in calls:
        with pytest.raises(InvalidArgumentError) as caught:
            call()
        assert caught.value.index == at
        assert f"[{at}]" in str(caught.value)
        assert dst == bytes(100)


def test_first_of_several_bad_elements_is_named() -> None:
    dst = bytearray(100)
    off = np.zeros(50, np.uint64)
    off[[20, 30, 40]] = 2**40
    with pytest.raises(InvalidArgumentError, match=r"src_off\[20\]") as caught:
        memops.copy_batch(dst, b"\1" * 100, np.zeros(50, np.uint64), off, np.full(50, 4, np.uint64))
    assert caught.value.index == 20
    assert dst == bytes(100)


def test_packed_side_too_small() -> None:
    dst = bytearray(10)
    sizes, off = _u64(4, 4, 4), _u64(0, 0, 0)
    with pytest.raises(InvalidArgumentError, match=r"n\[2\]") as caught:
        memops.gather(dst, b"\1" * 100, off, sizes)
    assert (caught.value.index, dst) == (2, bytes(10))
    dst = bytearray(100)
    with pytest.raises(InvalidArgumentError, match=r"n\[2\]") as caught:
        memops.scatter(dst, b"\1" * 10, off, sizes)
    assert (caught.value.index, dst) == (2, bytes(100))


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros(1, np.int64),
        np.zeros(1, np.uint32),
        np.zeros(1, np.float64),
        np.zeros(1, ">u8"),
        np.zeros(1, object),
        np.zeros(1, "M8[s]"),
        np.zeros(4, np.uint64)[::2],
        np.frombuffer(bytes(17), np.uint8)[1:9].view(np.uint64),
        bytes(8),
        array.array("d", [0.0]),
        [0],
        0,
        None,
    ],
)
def test_wrong_offsets(wrong: Any) -> None:
    good = _u64(0)
    if isinstance(wrong, np.ndarray) and wrong.size == 2:
        good = _u64(0, 0)
    for given in ((wrong, good, good), (good, wrong, good), (good, good, wrong)):
        with pytest.raises(TypeError, match=r"dst_off|src_off|n (must|has|is)"):
            memops.copy_batch(bytearray(8), bytes(8), *given)


def test_offsets_of_another_length_or_shape() -> None:
    two, one = _u64(0, 0), _u64(0)
    for given in ((two, one, one), (one, two, one), (one, one, two)):
        with pytest.raises(InvalidArgumentError, match="length of"):
            memops.copy_batch(bytearray(8), bytes(8), *given)
    with pytest.raises(InvalidArgumentError, match="one dimension"):
        memops.copy_batch(bytearray(8), bytes(8), one.reshape(1, 1), one, one)


@pytest.mark.parametrize("count", [5, 300])
@pytest.mark.parametrize("call", ["copy_batch", "gather", "scatter"])
def test_numbers_in_the_destination_are_used_as_they_were_checked(call: str, count: int) -> None:
    """The first element overwrites the offsets of all others with ones that leave `dst`."""
    arena = np.full(6 * count, 7, np.uint64)
    dst = arena[count : 3 * count]
    offsets, free = dst[:count], dst[count:]
    sizes = np.full(count, 8, np.uint64)
    src = np.full(2 * count, 4 * count * 8, np.uint64)
    offsets[:] = np.arange(count) * 8
    sizes[0] = 8 * count
    if call == "copy_batch":
        offsets[1:] += 8 * count
        memops.copy_batch(dst, src, offsets, np.zeros(count, np.uint64), sizes)
        assert (free[1:] == src[0]).all()
    elif call == "scatter":
        offsets[1:] += 8 * count
        memops.scatter(dst, src, offsets, sizes)
        assert (free[1:] == src[0]).all()
    else:
        memops.gather(dst, src, offsets, sizes)
        assert (dst[:-1] == src[0]).all()
    assert (arena[:count] == 7).all()
    assert (arena[3 * count :] == 7).all()
