"""The `.vmt` format once more, in plain Python from its description: the oracle of both codecs."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence

Op = tuple[int, int, int, int, int, int]  # time, size, slot, thread, kind, log2 of the alignment
REALLOC, ALIGNED, FREE = 2, 3, 4
HEAD = struct.Struct("<8sHHIQIIQQQQQQQ")
NAMES = (
    *("magic", "version", "flags", "text", "n_ops", "n_slots", "n_threads", "process"),
    *("frees", "reallocs", "lost_frees", "lost_ops", "n_blocks", "zero"),
)


def decode(data: bytes) -> tuple[dict[str, int], list[str], list[Op]]:
    """Return the head's numbers, its texts and the operations."""
    fields = HEAD.unpack_from(data)
    head = dict(zip(NAMES, fields, strict=True))
    (crc,) = struct.unpack_from("<I", data, 92)
    end = 96 + head["text"]
    assert crc == zlib.crc32(data[96:end], zlib.crc32(data[:92]))
    texts, at = [], 96
    while at < end:
        (n,) = struct.unpack_from("<I", data, at)
        texts.append(data[at + 4 : at + 4 + n].decode())
        at += 4 + n
    return head, texts, list(_operations(_payloads(data, end)))


def _payloads(data: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at < len(data):
        magic, n_ops, n, crc, zero, head_crc = struct.unpack_from("<IIIIII", data, at)
        assert (magic, zero) == (int.from_bytes(b"blk1", "little"), 0)
        assert head_crc == zlib.crc32(data[at : at + 20])
        payload = data[at + 24 : at + 24 + n]
        assert crc == zlib.crc32(payload)
        yield n_ops, payload
        at += 24 + n


def _operations(blocks: Iterable[tuple[int, bytes]]) -> Iterator[Op]:
    time = slot = thread = n_slots = 0
    free: list[int] = []
    for n_ops, payload in blocks:
        it = iter(payload)
        for _ in range(n_ops):
            first = next(it)
            kind, size, log2 = first & 7, 0, 0
            time += _varint(it) << 4 | first >> 4
            if first & 8:
                thread = _varint(it)
            if kind != FREE:
                size = _varint(it)
            if kind == ALIGNED:
                log2 = next(it)
            if kind in (REALLOC, FREE):
                distance = _varint(it)
                slot += -(distance >> 1) - 1 if distance & 1 else distance >> 1
            elif free:
                slot = free.pop()
            else:
                slot, n_slots = n_slots, n_slots + 1
            if kind == FREE:
                free.append(slot)
            yield time, size, slot, thread, kind, log2
        assert next(it, None) is None


def _varint(it: Iterator[int]) -> int:
    value = shift = 0
    while True:
        byte = next(it)
        value |= (byte & 127) << shift
        if byte < 128:
            return value
        shift += 7


def rebuild(events: Iterable[Sequence[int]]) -> tuple[list[Op], dict[str, int]]:
    """Return operations of (kind, address, size, time, thread, old address, log2) events."""
    live: dict[int, int] = {}
    threads: dict[int, int] = {}
    free: list[int] = []
    ops: list[Op] = []
    missing = {"unmatched_frees": 0, "unmatched_reallocs": 0, "lost_frees": 0}
    n_slots = 0

    def put(kind: int, slot: int, size: int, log2: int = 0) -> None:
        thread = threads.setdefault(event[4], len(threads))
        ops.append((event[3], size, slot, thread, kind, log2))

    def drop(address: int) -> None:
        put(FREE, live[address], 0)
        free.append(live.pop(address))

    for event in events:
        kind, address, size, _time, thread, old, log2 = event
        moved = live.pop(old, None) if kind == REALLOC else None
        if kind == REALLOC:
            threads.setdefault(thread, len(threads))
        if kind == FREE:
            if address in live:
                drop(address)
            else:
                missing["unmatched_frees"] += 1
            continue
        if address in live:
            missing["lost_frees"] += 1
            drop(address)
        if moved is None:
            missing["unmatched_reallocs"] += kind == REALLOC
            kind = 0 if kind == REALLOC else kind
            if free:
                moved = free.pop()
            else:
                moved, n_slots = n_slots, n_slots + 1
        live[address] = moved
        put(kind, moved, size, log2 if kind == ALIGNED else 0)
    return ops, missing
