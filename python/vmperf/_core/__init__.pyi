"""
Native core of vmperf: every component is a submodule.
"""
from __future__ import annotations
import builtins
import typing
from . import os
from . import stats
from . import bench
from . import pool
from . import memops
from . import trace
from . import tlb
from . import guestmem
from . import mmu
from . import alloc
from . import numa
from . import gc
__all__: list[str] = ['AlignmentFault', 'CapacityError', 'CorruptionError', 'InvalidArgumentError', 'MeasurementError', 'MemoryFault', 'OsError', 'OutOfRangeFault', 'PageFault', 'TraceFormatError', 'UnsupportedError', 'VmperfError', 'alloc', 'bench', 'gc', 'guestmem', 'memops', 'mmu', 'numa', 'os', 'pool', 'stats', 'tlb', 'trace']
__version__: str = '0.1.0'
class VmperfError(builtins.Exception):
    """
    Root of all errors that vmperf raises.
    """
class CorruptionError(VmperfError):
    """
    A double free, foreign pointer or bad header, found by a checked API.
    """
class MeasurementError(VmperfError):
    """
    A measurement that cannot be trusted; field reason.
    """
    reason: typing.Any
class MemoryFault(VmperfError):
    """
    A guest access that cannot be done; fields address, size_bytes, access.
    """
    address: typing.Any
    size_bytes: typing.Any
    access: typing.Any
class AlignmentFault(MemoryFault):
    """
    An address that is not a multiple of what is needed; also alignment.
    """
class CapacityError(VmperfError, builtins.MemoryError):
    """
    A resource is exhausted; fields requested_bytes, limit_bytes.
    """
    requested_bytes: typing.Any
    limit_bytes: typing.Any
class InvalidArgumentError(VmperfError, builtins.ValueError):
    """
    An argument out of range; fields argument, value, allowed.
    """
    argument: typing.Any
    value: typing.Any
    allowed: typing.Any
class OsError(VmperfError, builtins.OSError):
    """
    An operating system call failed; fields errno, call.
    """
    call: typing.Any
class PageFault(MemoryFault):
    """
    What a page or region forbids; also level (0: no table was asked), reason.
    """
class TraceFormatError(VmperfError, builtins.ValueError):
    """
    A truncated, foreign or newer file; fields path, offset.
    """
    path: typing.Any
    offset: typing.Any
class UnsupportedError(VmperfError, builtins.NotImplementedError):
    """
    CPU, kernel or build lacks what was asked for.
    """
class OutOfRangeFault(MemoryFault, builtins.IndexError):
    """
    An access past a region's end or into a hole; also region_end.
    """
