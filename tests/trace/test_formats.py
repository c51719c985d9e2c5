"""memory_replay text and captures of memray, small and made by hand."""

from __future__ import annotations

import enum
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from vmperf import TraceFormatError, UnsupportedError, trace
from vmperf._trace import memray

TEXT = """\
10: malloc 0x1000 32 100 120
10: calloc 0x2000 4 8 130 150
11: realloc 0x3000 0x1000 64 160 180
11: memalign 0x4000 4096 10 190 200
10: free 0x3000 210 215
10: realloc 0x5000 0x0 7 220 230
10: free 0x9999 240 250
10: free 0x0 251 252
10: malloc 0x0 999 260 270
10: thread_done 0x0 280
"""


def load(text: str, folder: Path) -> Any:
    path = folder / "it.txt"
    path.write_text(text)
    return trace.load(path)


def test_memory_replay(tmp_path: Path) -> None:
    made = load(TEXT.replace(" 280", " 280 290"), tmp_path)
    assert made.ops.tolist() == [
        (0, 32, 0, 0, 0, 0),
        (30, 32, 1, 0, 1, 0),
        (60, 64, 0, 1, 2, 0),
        (80, 10, 2, 1, 3, 12),
        (95, 0, 0, 0, 4, 0),
        (110, 7, 0, 0, 0, 0),
    ]
    assert made.header["unmatched_frees"] == 1
    assert made.header["source"] == "memory_replay"


def test_without_times_and_there_and_back(tmp_path: Path) -> None:
    made = load("3: malloc 0x10 5\n3: malloc 0x20 6\n3: free 0x10", tmp_path)
    assert made.header["clock"] == "steps"
    assert made.ops["time_ns"].tolist() == [1, 2, 3]
    rich = trace.generate(2000, threads=3, handed_over=0.2, realloc=0.3, live=40, seed=8)
    rich.save(tmp_path / "a.vmt")
    trace.convert(tmp_path / "a.vmt", tmp_path / "b.txt")
    trace.convert(tmp_path / "b.txt", tmp_path / "c.vmt")
    again = trace.load(tmp_path / "c.vmt")
    first = int(rich.ops["time_ns"][0])
    for name in rich.ops.dtype.names:
        less = first if name == "time_ns" else 0
        assert (again.ops[name] == rich.ops[name] - less).all(), name


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("10: mallok 0x1000 32", "none: mallok"),
        ("10: malloc 0x1000", "malloc with 1 numbers"),
        ("10: malloc 0x1000 1 2", "malloc with 3 numbers"),
        ("10: free 0x1000 1 2 3", "free with 4 numbers"),
        ("10: malloc 0xzz 1", "not a number: 0xzz"),
        ("10: malloc 0x1 -1", "not a number: -1"),
        ("x: malloc 0x1 1", "not a number: x"),
        ("10: malloc 0x11111111111111111 1", "not a number"),
        ("10: calloc 0x1 4294967296 4294967296", "calloc"),
        ("10 malloc 0x1 1", "not `thread"),
        ("10: malloc", "not `thread"),
        ("1" * 5000, "not `thread"),
    ],
)
def test_bad_lines_are_named(line: str, words: str, tmp_path: Path) -> None:
    good = "10: malloc 0x1000 32\n\n"
    with pytest.raises(TraceFormatError, match=words) as failed:
        load(good + line + "\n", tmp_path)
    assert failed.value.offset == len(good)
    assert "line 3" in str(failed.value)


def test_endless_line(tmp_path: Path) -> None:
    with pytest.raises(TraceFormatError, match="more than 4096 bytes"):
        load("10: malloc 0x1000 32\n" + "1" * 3_000_000, tmp_path)


class Types(enum.Enum):
    PYMALLOC_MALLOC = 2
    FREE = 5
    MALLOC = 6
    REALLOC = 7
    CALLOC = 8
    POSIX_MEMALIGN = 9
    MMAP = 14


def row(allocator: Types, address: int, size: int = 0, tid: int = 1) -> types.SimpleNamespace:
    return types.SimpleNamespace(allocator=allocator.value, address=address, size=size, tid=tid)


RECORDS = [
    row(Types.MALLOC, 0x10, 100),  # malloc
    row(Types.PYMALLOC_MALLOC, 0x18, 50),  # pymalloc: lies in what malloc gave
    row(Types.MMAP, 0x9000, 4096),  # mmap: no allocator's
    row(Types.CALLOC, 0x20, 30, tid=2),  # calloc
    row(Types.FREE, 0x10),  # free, then realloc of the same thread: one realloc
    row(Types.REALLOC, 0x30, 200),
    row(Types.FREE, 0x20, tid=1),  # free by another thread
    row(Types.REALLOC, 0x40, 7, tid=2),  # realloc of nothing
    row(Types.POSIX_MEMALIGN, 0x50, 64),  # posix_memalign
    row(Types.FREE, 0x77),  # from before the start
]


def test_records_of_memray() -> None:
    made = memray.convert(RECORDS, Types)
    rows = [(trace.KINDS[op[4]], op[1], op[2], op[3]) for op in made.ops.tolist()]
    assert rows == [
        ("malloc", 100, 0, 0),
        ("calloc", 30, 1, 1),
        ("realloc", 200, 0, 0),
        ("free", 0, 1, 0),
        ("malloc", 7, 1, 1),
        ("aligned", 64, 2, 0),
    ]
    assert made.header["unmatched_frees"] == 1


def test_captures_need_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "it.bin"
    path.write_bytes(b"memray\0" + bytes(100))
    monkeypatch.setitem(sys.modules, "memray", None)
    with pytest.raises(UnsupportedError, match="pip install memray"):
        trace.load(path)

    class Reader:
        def __init__(self, name: str) -> None:
            assert name == str(path)

        def __enter__(self) -> Reader:
            return self

        def __exit__(self, *error: object) -> None:
            pass

        def get_allocation_records(self) -> list[types.SimpleNamespace]:
            return RECORDS

    fake = types.SimpleNamespace(FileReader=Reader, AllocatorType=Types)
    monkeypatch.setitem(sys.modules, "memray", fake)
    made = trace.load(path)
    assert (len(made), made.header["source"]) == (6, "memray")

    def cut(_self: Reader) -> list[types.SimpleNamespace]:
        raise OSError("cut")

    monkeypatch.setattr(Reader, "get_allocation_records", cut)
    with pytest.raises(TraceFormatError, match="cut"):
        trace.load(path)


def test_a_capture_of_memray_itself(tmp_path: Path) -> None:
    real = pytest.importorskip("memray", reason="not installed: memray")
    path = tmp_path / "it.bin"
    with real.Tracker(path):
        kept = [bytes(100_000 + i) for i in range(50)]
    made = trace.load(path)
    assert (made.ops["size_bytes"] > 100_000).sum() >= 50
    assert made.header["lost_frees"] == made.header["unmatched_reallocs"] == 0
    assert len(kept) == 50
