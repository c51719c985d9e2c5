"""Residency as the kernel sees it."""

from __future__ import annotations

import mmap

import numpy as np
import pytest

import vmperf
from vmperf import _core

PAGE = _core.os.page_bytes()


def test_sizes() -> None:
    assert PAGE == mmap.PAGESIZE
    huge = _core.os.huge_page_bytes()
    assert huge is None or (huge > PAGE and huge & (huge - 1) == 0)


def test_resident_grows_with_touches_and_shrinks_on_advice() -> None:
    with mmap.mmap(-1, 3000 * PAGE) as pages:  # more pages than one inner batch holds
        pages.madvise(mmap.MADV_NOHUGEPAGE)
        assert _core.os.resident_bytes(pages) == 0
        for touched, page in enumerate((0, 7, 1024, 2999), start=1):
            pages[page * PAGE] = 1
            assert _core.os.resident_bytes(pages) == touched * PAGE
        pages.madvise(mmap.MADV_DONTNEED)
        # MAP_SHARED, which Python uses, keeps them in the page cache: only that it isn't more.
        assert _core.os.resident_bytes(pages) <= 4 * PAGE


def test_a_byte_across_a_page_border_counts_both() -> None:
    with mmap.mmap(-1, 2 * PAGE) as pages:
        pages.madvise(mmap.MADV_NOHUGEPAGE)
        pages[0] = pages[PAGE] = 1
        view = memoryview(pages)[PAGE - 1 : PAGE + 1]
        assert _core.os.resident_bytes(view) == 2 * PAGE
        view.release()


def test_array_and_empty() -> None:
    assert _core.os.resident_bytes(np.ones(10 * PAGE, dtype=np.uint8)) >= 10 * PAGE
    assert _core.os.resident_bytes(b"") == 0


def test_bad_input() -> None:
    with pytest.raises(TypeError):
        _core.os.resident_bytes(1)
    with pytest.raises((BufferError, ValueError)):
        _core.os.resident_bytes(np.ones(100)[::2])
    with pytest.raises(vmperf.InvalidArgumentError, match="an existing directory"):
        _core.os.add_library_directory("/no/such/directory")
    with pytest.raises(vmperf.InvalidArgumentError) as raised:
        _core.os.add_library_directory(__file__)
    assert raised.value.argument == "path"
