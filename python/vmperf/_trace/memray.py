"""Captures of memray as allocation traces."""

from __future__ import annotations

import importlib
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import _core
from .._errors import trace_format, unsupported

if TYPE_CHECKING:
    from .._core.trace import AllocationTrace

__all__ = ["convert", "load"]

# memray.AllocatorType by name, since its numbers change with versions -> place in trace.KINDS. mmap
# is no allocator's, and pymalloc's blocks lie in what malloc gave: both layers would count twice.
_MALLOC, _CALLOC, _REALLOC, _ALIGNED, _FREE = range(5)
_KINDS = {
    "MALLOC": _MALLOC,
    "FREE": _FREE,
    "CALLOC": _CALLOC,
    "REALLOC": _REALLOC,
    "POSIX_MEMALIGN": _ALIGNED,
    "ALIGNED_ALLOC": _ALIGNED,
    "MEMALIGN": _ALIGNED,
    "VALLOC": _ALIGNED,
    "PVALLOC": _ALIGNED,
}


def load(path: Path | str) -> AllocationTrace:
    """Read a capture.

    Raises
    ------
    UnsupportedError
        If the package memray is missing.
    TraceFormatError
        If memray cannot read the file.
    """
    try:
        memray = importlib.import_module("memray")
    except ImportError as error:
        raise unsupported(
            f"{path} is a capture of memray, which is not installed: pip install memray"
        ) from error
    try:
        with memray.FileReader(str(path)) as reader:
            return convert(reader.get_allocation_records(), memray.AllocatorType)
    except (OSError, ValueError, RuntimeError) as error:
        raise trace_format(str(path), 0, f"memray cannot read it: {error}") from error


def convert(records: Iterable[Any], types: Iterable[Any]) -> AllocationTrace:
    """Make a trace of memray's records: `allocator`, `address`, `size` and `tid` of each.

    `types` are the members of its AllocatorType.

    A realloc is two records there, the free of the old block and then the new one. An alignment is
    not recorded: 16 stands for it.
    """
    import numpy as np

    kinds = {one.value: _KINDS[one.name] for one in types if one.name in _KINDS}
    kind, log2 = array("B"), array("B")
    address, size, thread, old = array("Q"), array("Q"), array("Q"), array("Q")
    freed: dict[int, int] = {}  # thread -> place of its last event, where that was a free
    for record in records:
        code = kinds.get(record.allocator)
        if code is None:
            continue
        tid = record.tid
        place = freed.pop(tid, None)
        if code == _REALLOC and place is not None:
            # The free becomes the realloc: nothing of another thread can use the old block between.
            kind[place], old[place] = _REALLOC, address[place]
            address[place], size[place] = record.address, record.size
            continue
        if code == _FREE:
            freed[tid] = len(kind)
        kind.append(_MALLOC if code == _REALLOC else code)
        log2.append(4 if code == _ALIGNED else 0)
        address.append(record.address)
        size.append(0 if code == _FREE else record.size)
        thread.append(tid % 2**64)
        old.append(0)
    return _core.trace.from_events(
        np.asarray(kind),
        np.asarray(address),
        np.asarray(size),
        thread=np.asarray(thread),
        old_address=np.asarray(old),
        alignment_log2=np.asarray(log2),
        source="memray",
    )
