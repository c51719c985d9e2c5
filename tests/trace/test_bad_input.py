"""Damaged, truncated and foreign files; columns and options that are none."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vmperf import TraceFormatError, trace


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "it.vmt"
    trace.generate(120, live=9, threads=2, handed_over=0.5, realloc=0.2, seed=2).save(path)
    return path.read_bytes()


def test_truncated_at_every_byte(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "it.vmt"
    (text,) = struct.unpack_from("<I", whole, 12)
    n_ops = struct.unpack_from("<Q", whole, 16)[0]
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        if end < 96 + text:
            with pytest.raises(TraceFormatError) as failed:
                trace.load(path)
            assert failed.value.path == str(path)
            assert failed.value.offset <= end
        else:
            made = trace.load(path)
            assert (len(made), made.header["lost_ops"]) == (0, n_ops)


def test_truncated_behind_a_whole_block(tmp_path: Path) -> None:
    path = tmp_path / "it.vmt"
    trace.generate(50_000, seed=3).save(path)
    data = path.read_bytes()
    path.write_bytes(data[:-10])
    made = trace.load(path)
    assert (len(made), made.header["lost_ops"]) == (65_536, 34_464)
    assert made.stats()["n_never_freed"] > 0


def test_damaged_at_every_byte(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "it.vmt"
    for at in range(len(whole)):
        for bit in (1, 128):
            damaged = bytearray(whole)
            damaged[at] ^= bit
            path.write_bytes(damaged)
            with pytest.raises(TraceFormatError) as failed:
                trace.load(path)
            assert 0 <= failed.value.offset <= len(whole)
            assert f"at byte {failed.value.offset}" in str(failed.value)


def sealed(whole: bytes, payload: bytes, n_ops: int) -> bytes:
    """The file with another payload and right checksums."""
    (text,) = struct.unpack_from("<I", whole, 12)
    head = bytearray(whole[: 96 + text])
    struct.pack_into("<Q", head, 16, n_ops)
    struct.pack_into("<I", head, 92, zlib.crc32(head[96:], zlib.crc32(head[:92])))
    block = struct.pack("<IIIII", 0x316B6C62, n_ops, len(payload), zlib.crc32(payload), 0)
    return bytes(head) + block + struct.pack("<I", zlib.crc32(block)) + payload


@pytest.mark.parametrize(
    ("payload", "n_ops", "words"),
    [
        (b"\x04\x00\x00", 1, "not live"),
        (b"\x00\x00\x08\x04\x00\x00\x04\x00\x00", 3, "not live"),
        (b"\x02\x00\x08\x00", 1, "not live"),
        (b"\x05\x00\x08", 1, "kind 5"),
        (b"\x00\x00", 1, "out of range"),
        (b"\x00\x00\x08\x00", 1, "behind the last"),
        (b"\x00\x00\x08", 2, "ends before"),
        (b"\x08\x00\x05\x08", 1, "out of range"),
        (b"\x03\x00\x08\x40", 1, "out of range"),
        (b"\x00\x00" + b"\xff" * 10 + b"\x01", 1, "out of range"),
        (b"\x00" + b"\xff" * 9 + b"\x01\x08", 1, "out of range"),
        (b"\x00\x00\x08", 0, "0 operations"),
        (b"\x00\x00\x08" * 70_000, 70_000, "70000 operations"),
        (b"\x00\x00\x08\x04\x00" + b"\xff" * 9 + b"\x01", 2, "not live"),
    ],
)
def test_whole_checksums_around_nonsense(
    whole: bytes, payload: bytes, n_ops: int, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "it.vmt"
    path.write_bytes(sealed(whole, payload, n_ops))
    with pytest.raises(TraceFormatError, match=words):
        trace.load(path)


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"hello\n", b"12 malloc 3\n", b"\xff" * 300])
def test_foreign_files(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.write_bytes(data)
    with pytest.raises(TraceFormatError, match="no allocation trace") as failed:
        trace.load(path)
    assert failed.value.offset == 0
    with pytest.raises(TraceFormatError):
        trace.convert(path, tmp_path / "out.vmt")
    assert not (tmp_path / "out.vmt").exists()


def test_newer_versions_are_named(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "it.vmt"
    path.write_bytes(whole[:8] + b"\x02\x00" + whole[10:])
    with pytest.raises(TraceFormatError, match="version 2") as failed:
        trace.load(path)
    assert failed.value.offset == 8


def test_files_that_cannot_be(tmp_path: Path) -> None:
    made = trace.generate(10, seed=1)
    with pytest.raises(OSError, match="none"):
        trace.load(tmp_path / "none.vmt")
    with pytest.raises(OSError, match="none"):
        made.save(tmp_path / "none" / "it.vmt")
    with pytest.raises(OSError, match=r"Is a directory|tmp"):
        made.save(tmp_path)
    with pytest.raises(OSError, match=r"irectory"):
        trace.load(tmp_path)


ONE: dict[str, Any] = {"kind": [0], "address": [1], "size_bytes": [1]}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"kind": [5]}, r"kind\[0\] is 5"),
        ({"size_bytes": [1, 2]}, "length of size_bytes is 2; allowed: 1"),
        ({"time_ns": [1, 2]}, "length of time_ns"),
        ({"thread": [1, 2]}, "length of thread"),
        ({"old_address": [1, 2]}, "length of old_address"),
        ({"alignment_log2": [64]}, r"alignment_log2\[0\] is 64"),
        (
            {"kind": [0, 4], "address": [1, 1], "size_bytes": [1, 1], "time_ns": [9, 8]},
            r"time_ns\[1\] is 8",
        ),
    ],
)
def test_columns(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        trace.from_events(**(ONE | more))


@pytest.mark.parametrize(
    "options",
    [
        {"n_allocations": 0},
        {"least_bytes": 0},
        {"least_bytes": 9, "most_bytes": 8},
        {"most_bytes": 2**41},
        {"sizes": [2**41]},
        {"live": 0},
        {"threads": 0},
        {"threads": 65537},
        {"handed_over": 1.1},
        {"handed_over": float("nan")},
        {"realloc": -0.1},
        {"gap_ns": 10**10},
        {"lifetimes": "short"},
    ],
)
def test_options_of_the_generator(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{list(options)[-1]} is"):
        trace.generate(**options)


def test_points_and_arrays() -> None:
    made = trace.generate(10, seed=1)
    for points in (0, 1_000_001):
        with pytest.raises(ValueError, match="points"):
            made.stats(points)
    ops = made.ops
    with pytest.raises(ValueError, match="read-only"):
        ops["slot"][0] = 1
    del made
    assert np.shares_memory(ops, ops[:])
    assert int(ops["slot"].max()) < 10  # its memory is the trace's, which it keeps alive


@pytest.mark.parametrize("name", ["run.vmperf", "run.txt"])
def test_a_journal_is_never_written_over(tmp_path: Path, name: str) -> None:
    kept, made = tmp_path / name, tmp_path / "made.vmt"
    content = b"SQLite format 3\0" + bytes(100)
    kept.write_bytes(content)
    found = trace.generate(10)
    found.save(made)
    calls = (
        lambda: found.save(kept),
        lambda: trace.convert(made, kept),
        lambda: trace.record(["ls"], kept),
    )
    for call in calls:
        with pytest.raises(ValueError, match="which nothing replaces"):
            call()
    assert kept.read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["made.vmt", name])
