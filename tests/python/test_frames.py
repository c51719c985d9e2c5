"""Frames survive any cut of the stream."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmperf._measure.frames import FrameReader, encode

HEADERS = st.dictionaries(
    st.text().filter(lambda key: key != "blobs"), st.integers() | st.text() | st.none()
)
FRAMES = st.lists(st.tuples(HEADERS, st.dictionaries(st.text(), st.binary())), max_size=4)


@pytest.mark.property
@given(FRAMES, st.lists(st.integers(1, 50)))
def test_any_cut_gives_the_same_frames(
    frames: list[tuple[dict[str, object], dict[str, bytes]]], cuts: list[int]
) -> None:
    stream = b"".join(encode(header, blobs) for header, blobs in frames)
    reader, found = FrameReader(), []
    for size in cuts:
        found += reader.feed(stream[:size])
        stream = stream[size:]
    found += reader.feed(stream)
    assert found == frames


@pytest.mark.property
@given(HEADERS, st.binary(), st.data())
def test_an_incomplete_frame_waits(
    header: dict[str, object], blob: bytes, data: st.DataObject
) -> None:
    stream = encode(header, {"blob": blob})
    cut = data.draw(st.integers(0, len(stream) - 1))
    assert [*FrameReader().feed(stream[:cut])] == []


def test_what_cannot_be_a_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="frame header of"):
        list(FrameReader().feed(b"\xff\xff\xff\xff" + b"native output"))


def test_the_longest_header_is_one_and_a_longer_one_is_not() -> None:
    most = 1 << 24
    text = b'{"blobs": []}'
    whole = most.to_bytes(4, "little") + text + b" " * (most - len(text))
    assert [*FrameReader().feed(whole)] == [({}, {})]
    with pytest.raises(ValueError, match=f"frame header of {most + 1} bytes; allowed: {most}"):
        list(FrameReader().feed((most + 1).to_bytes(4, "little")))
