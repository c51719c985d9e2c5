"""Length-prefixed frames between a worker and its parent.

Frame: u32 header length, JSON header, then the raw blobs, whose names and sizes in bytes the header
gives in order under ``"blobs"``. All integers little-endian.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["FrameReader", "encode"]

_LENGTH = struct.Struct("<I")
_MOST_HEADER_BYTES = 1 << 24


def encode(header: Mapping[str, Any], blobs: Mapping[str, bytes] | None = None) -> bytes:
    """Return one frame as bytes."""
    blobs = blobs or {}
    sizes = [[name, len(data)] for name, data in blobs.items()]
    text = json.dumps({**header, "blobs": sizes}).encode()
    return b"".join([_LENGTH.pack(len(text)), text, *blobs.values()])


class FrameReader:
    """Takes bytes as they come and gives whole frames; what is incomplete waits.

    Notes
    -----
    Raises ValueError where the bytes cannot be a frame: the stream is then lost.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[dict[str, Any], dict[str, bytes]]]:
        """Add bytes; yield ``(header, blobs)`` of each frame that is now complete."""
        self._buffer += data
        while (frame := self._take()) is not None:
            yield frame

    def _take(self) -> tuple[dict[str, Any], dict[str, bytes]] | None:
        if len(self._buffer) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._buffer)
        if length > _MOST_HEADER_BYTES:
            raise ValueError(f"frame header of {length} bytes; allowed: {_MOST_HEADER_BYTES}")
        end = _LENGTH.size + length
        if len(self._buffer) < end:
            return None
        header = json.loads(self._buffer[_LENGTH.size : end])
        sizes = header.pop("blobs")
        if len(self._buffer) < end + sum(size for _, size in sizes):
            return None
        blobs = {}
        for name, size in sizes:
            blobs[name] = bytes(self._buffer[end : end + size])
            end += size
        del self._buffer[:end]
        return header, blobs
