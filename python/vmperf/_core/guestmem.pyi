"""
The memory of a guest: regions, holes, devices, dirty pages.

C++ code inlines scalar accesses from <vmperf/guestmem/guest_memory.hpp>; Python drives and inspects
them, best by whole arrays. Values are little-endian. The benchmarks ``guestmem/*`` time them beside
other ways to do it.
"""
from __future__ import annotations
import collections.abc
import numpy
import numpy.typing
import typing
import typing_extensions
__all__: list[str] = ['GuestMemory', 'Region']
class Region:
    """
    A range of guest-physical addresses that has memory.

    Parameters
    ----------
    start : int
        Address of its first byte, a multiple of 4096.
    size_bytes : int
        A multiple of 4096, 4096 or more.
    read_only : bool, default False
        Whether the guest's writes are refused; ``GuestMemory.load`` fills it.

    Raises
    ------
    InvalidArgumentError
        If a number is out of its range.
    TypeError
        If one is no integer.

    Notes
    -----
    What the multiples are asked of is a GuestMemory, as it is made.

    Examples
    --------
    >>> from vmperf.guestmem import Region
    >>> Region(0xC0000, 0x40000, read_only=True)
    Region(start=786432, size_bytes=262144, read_only=True)
    """
    def __eq__(self, arg0: typing.Any) -> bool:
        ...
    def __hash__(self) -> int:
        ...
    def __init__(self, start: typing.SupportsIndex, size_bytes: typing.SupportsIndex, *, read_only: bool = False) -> None:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def read_only(self) -> bool:
        """
        Whether the guest's writes are refused.
        """
    @property
    def size_bytes(self) -> int:
        """
        Size in bytes.
        """
    @property
    def start(self) -> int:
        """
        Address of its first byte.
        """
class GuestMemory:
    """
    Regions of guest-physical memory, zero at first.

    They lie in one reserved window of the host's address space, so that memory which nobody touched
    costs nothing, whatever its size. Every access is checked: addresses cannot overflow, and what lies
    outside of the regions is never touched.

    Parameters
    ----------
    regions : iterable of Region or (start, size_bytes)
        Multiples of 4096 bytes, in any order, that do not overlap. Adjacent ones are one memory.
    track_dirty : bool, default True
        Whether writes mark their pages for `dirty_pages`.

    Raises
    ------
    InvalidArgumentError
        If there is no region, or one is empty, not of multiples of 4096, past 2**64, or overlaps
        another.
    CapacityError
        If the host has no room for them.
    OsError
        If it refuses for another reason.
    TypeError
        If `regions` holds something else.

    Notes
    -----
    Any thread may call any method. Guest data is as shared as the guest shares it: an aligned scalar
    is written and read whole, longer ranges in no order.

    References
    ----------
    rust-vmm, vm-memory (regions, dirty bitmaps); QEMU, docs/devel/memory.rst.

    Examples
    --------
    >>> from vmperf import OutOfRangeFault
    >>> from vmperf.guestmem import GuestMemory
    >>> mem = GuestMemory([(0, 0xA0000), (0x100000, 0x100000)])
    >>> mem.write_u32(0x1000, 0xDEADBEEF)
    >>> mem.read(0x1000, 4).hex(), hex(mem.read_u16(0x1002))
    ('efbeadde', '0xdead')
    >>> mem.dirty_pages()
    array([4096], dtype=uint64)
    >>> try:
    ...     mem.read(0x9FFF0, 32)
    ... except OutOfRangeFault as fault:
    ...     print(fault.size_bytes, fault.access, hex(fault.region_end))
    32 r 0xa0000
    """
    def __init__(self, regions: collections.abc.Iterable, *, track_dirty: bool = True) -> None:
        ...
    def __repr__(self) -> str:
        ...
    def add_mmio(self, start: typing.SupportsIndex, size_bytes: typing.SupportsIndex, *, read: typing.Any = None, write: typing.Any = None) -> None:
        """
        Puts a device into a hole: its registers are Python functions.

        Parameters
        ----------
        start : int
            Address of its first register, a multiple of 8.
        size_bytes : int
            A multiple of 8, 8 or more.
        read : callable, optional
            ``read(offset, size_bytes) -> int`` answers a read of 1, 2, 4 or 8 bytes, `offset` bytes from
            `start`: 0 to 2**(8 * size_bytes) - 1. Without it a read is a PageFault.
        write : callable, optional
            ``write(offset, size_bytes, value)`` takes a write. Without it a write is a PageFault.

        Raises
        ------
        InvalidArgumentError
            If start or size is no multiple of 8 or out of range, or where a region or another device is.
        TypeError
            If a callback is not callable, or a number no integer.

        Notes
        -----
        Callbacks run on the thread that accesses, and may access the memory again. Only scalar accesses
        come to a device; ranges and arrays are memory alone. What a callback raises reaches whoever
        accessed.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> mem = GuestMemory([(0, 4096)])
        >>> written = []
        >>> mem.add_mmio(0x10000000, 8, read=lambda offset, size: 0x60,
        ...              write=lambda offset, size, value: written.append(value))
        >>> mem.write_u8(0x10000000, 65)
        >>> mem.read_u8(0x10000005), written
        (96, [65])
        """
    def dirty_pages(self) -> numpy.typing.NDArray[numpy.uint64]:
        """
        Takes the list of pages that were written since it was last taken.

        Returns
        -------
        ndarray of uint64
            Address of each page of 4096 bytes, ascending.

        Raises
        ------
        MemoryError
            If there is no memory for the list; the marks stay.

        Notes
        -----
        O(pages / 64) and O(written pages). Any thread may take it while others write: each mark is taken
        once, after what was written before it, and no write is ever lost. `load`, `scatter` and all writes
        mark; views do not.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> mem = GuestMemory([(0, 1 << 20)])
        >>> mem.write(8190, bytes(4))
        >>> mem.dirty_pages()
        array([4096, 8192], dtype=uint64)
        >>> mem.dirty_pages()
        array([], dtype=uint64)
        """
    def gather(self, addresses: typing.Any, dtype: typing.Any = None, *, out: typing.Any = None) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        Reads a scalar at each of many addresses.

        Parameters
        ----------
        addresses : ndarray of uint64, any shape
            Guest-physical. Integers of other kinds, and sequences of them, are converted.
        dtype : dtype, optional
            Integer or float of 1, 2, 4 or 8 bytes, in native order; uint64, or that of `out`.
        out : ndarray, optional
            Takes the values: of the same shape, writable, C-contiguous.

        Returns
        -------
        ndarray
            The values, of the shape of `addresses`; `out` where it is given.

        Raises
        ------
        OutOfRangeFault
            If an item is in no region, or past 2**64; with `address`, `size_bytes`, `access` and `region_end`,
            where the memory at `address` ends (`address` itself where there is none).
            It is the first such item; `out` has the values before it. A device counts as none.
        InvalidArgumentError
            If an address is negative, or `out` has another shape, is read-only or not contiguous.
        TypeError
            If `addresses` holds no integers, or a dtype is another one.

        Notes
        -----
        O(n). Above 64 KiB other Python threads run meanwhile.

        Examples
        --------
        >>> import numpy as np
        >>> from vmperf.guestmem import GuestMemory
        >>> mem = GuestMemory([(0, 4096)])
        >>> mem.write_u32(8, 1234)
        >>> mem.gather(np.array([8, 9, 0], np.uint64), np.uint16)
        array([1234,    4,    0], dtype=uint16)
        """
    def load(self, address: typing.SupportsIndex, data: typing_extensions.Buffer) -> None:
        """
        Writes a range as the host does: into read-only regions, too.

        Parameters
        ----------
        address : int
            Guest-physical, 0 to 2**64 - 1.
        data : buffer
            C-contiguous; its bytes are written.

        Raises
        ------
        OutOfRangeFault
            If some byte of it is in no region, or past 2**64; with `address`, `size_bytes`, `access` and `region_end`,
            where the memory at `address` ends (`address` itself where there is none).
        InvalidArgumentError
            If the address is out of its range.
            Also if `data` is not contiguous.
        TypeError
            If `address` is no integer, or `data` no buffer.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory, Region
        >>> rom = GuestMemory([Region(0xF0000, 0x10000, read_only=True)])
        >>> rom.load(0xFFFF0, b"\\xea")
        >>> rom.read_u8(0xFFFF0)
        234
        """
    def mark_dirty(self, address: typing.SupportsIndex, size_bytes: typing.SupportsIndex) -> None:
        """
        Marks the pages of a range, for writes by way of `view`, after them.

        Parameters
        ----------
        address : int
            Guest-physical, 0 to 2**64 - 1.
        size_bytes : int
            0 to 2**64 - 1.

        Raises
        ------
        OutOfRangeFault
            If some byte of it is in no region, or past 2**64; with `address`, `size_bytes`, `access` and `region_end`,
            where the memory at `address` ends (`address` itself where there is none).
        InvalidArgumentError
            If an argument is out of its range.
        TypeError
            If one is no integer.

        Notes
        -----
        Nothing is marked while `track_dirty` is off.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> mem = GuestMemory([(0, 8192)])
        >>> mem.view(0, 16)[:] = 1
        >>> mem.mark_dirty(0, 16)
        >>> mem.dirty_pages().tolist()
        [0]
        """
    def read(self, address: typing.SupportsIndex, size_bytes: typing.SupportsIndex) -> bytes:
        """
        Reads a range.

        Parameters
        ----------
        address : int
            Guest-physical, 0 to 2**64 - 1.
        size_bytes : int
            0 to 2**64 - 1.

        Returns
        -------
        bytes
            Of that size; b'' for 0, wherever it is.

        Raises
        ------
        OutOfRangeFault
            If some byte of it is in no region, or past 2**64; with `address`, `size_bytes`, `access` and `region_end`,
            where the memory at `address` ends (`address` itself where there is none).
            A device within it counts as none: its registers are read one by one.
        InvalidArgumentError
            If an argument is out of its range.
        TypeError
            If one is no integer.
        MemoryError
            If Python has no memory for the result.

        Notes
        -----
        O(n). Above 64 KiB other Python threads run meanwhile.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> GuestMemory([(0, 4096)]).read(4090, 6)
        b'\\x00\\x00\\x00\\x00\\x00\\x00'
        """
    def read_u16(self, address: typing.SupportsIndex) -> int:
        """
        Reads 2 bytes, little-endian.

        Parameters
        ----------
        address : int
            Guest-physical, 0 to 2**64 - 1.

        Returns
        -------
        int
            0 to 2**16 - 1.

        Raises
        ------
        OutOfRangeFault
            If some byte of it is in no region, or past 2**64; with `address`, `size_bytes`, `access` and `region_end`,
            where the memory at `address` ends (`address` itself where there is none).
        PageFault
            If a device is there that has no such callback.
        AlignmentFault
            If a device is there and the address is no multiple of the size.
        Exception
            What a device's callback raises, as it is.
        InvalidArgumentError
            If the address is out of its range.
            Also if the callback of a device returned such a number.
        TypeError
            If it is no integer.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> mem = GuestMemory([(0, 4096)])
        >>> mem.write(0, bytes(range(1, 9)))
        >>> hex(mem.read_u16(0))
        '0x201'
        """
    def read_u32(self, address: typing.SupportsIndex) -> int:
        """
        Reads 4 bytes, little-endian.

        Parameters
        ----------
        address : int
            Guest-physical, 0 to 2**64 - 1.

        Returns
        -------
        int
            0 to 2**32 - 1.

        Raises
        ------
        OutOfRangeFault
            If some byte of it is in no region, or past 2**64; with `address`, `size_bytes`, `access` and `region_end`,
            where the memory at `address` ends (`address` itself where there is none).
        PageFault
            If a device is there that has no such callback.
        AlignmentFault
            If a device is there and the address is no multiple of the size.
        Exception
            What a device's callback raises, as it is.
        InvalidArgumentError
            If the address is out of its range.
            Also if the callback of a device returned such a number.
        TypeError
            If it is no integer.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> mem = GuestMemory([(0, 4096)])
        >>> mem.write(0, bytes(range(1, 9)))
        >>> hex(mem.read_u32(0))
        '0x4030201'
        """
    def read_u64(self, address: typing.SupportsIndex) -> int:
        """
        Reads 8 bytes, little-endian.

        Parameters
        ----------
        address : int
            Guest-physical, 0 to 2**64 - 1.

        Returns
        -------
        int
            0 to 2**64 - 1.

        Raises
        ------
        OutOfRangeFault
            If some byte of it is in no region, or past 2**64; with `address`, `size_bytes`, `access` and `region_end`,
            where the memory at `address` ends (`address` itself where there is none).
        PageFault
            If a device is there that has no such callback.
        AlignmentFault
            If a device is there and the address is no multiple of the size.
        Exception
            What a device's callback raises, as it is.
        InvalidArgumentError
            If the address is out of its range.
            Also if the callback of a device returned such a number.
        TypeError
            If it is no integer.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> mem = GuestMemory([(0, 4096)])
        >>> mem.write(0, bytes(range(1, 9)))
        >>> hex(mem.read_u64(0))
        '0x807060504030201'
        """
    def read_u8(self, address: typing.SupportsIndex) -> int:
        """
        Reads a byte.

        Parameters
        ----------
        address : int
            Guest-physical, 0 to 2**64 - 1.

        Returns
        -------
        int
            0 to 2**8 - 1.

        Raises
        ------
        OutOfRangeFault
            If some byte of it is in no region, or past 2**64; with `address`, `size_bytes`, `access` and `region_end`,
            where the memory at `address` ends (`address` itself where there is none).
        PageFault
            If a device is there that has no such callback.
        AlignmentFault
            If a device is there and the address is no multiple of the size.
        Exception
            What a device's callback raises, as it is.
        InvalidArgumentError
            If the address is out of its range.
            Also if the callback of a device returned such a number.
        TypeError
            If it is no integer.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> mem = GuestMemory([(0, 4096)])
        >>> mem.write(0, bytes(range(1, 9)))
        >>> hex(mem.read_u8(0))
        '0x1'
        """
    def scatter(self, addresses: typing.Any, values: typing.Any, dtype: typing.Any = None) -> None:
        """
        Writes a scalar at each of many addresses, in order, and marks their pages.

        Parameters
        ----------
        addresses : ndarray of uint64, any shape
            Guest-physical. Integers of other kinds, and sequences of them, are converted.
        values : ndarray
            Integers or floats of 1, 2, 4 or 8 bytes, in native order, of the shape of `addresses`.
        dtype : dtype, optional
            What `values` are converted to first, as NumPy does it; their own where it is not given.

        Raises
        ------
        OutOfRangeFault
            If an item is in no region, or past 2**64; with `address`, `size_bytes`, `access` and `region_end`,
            where the memory at `address` ends (`address` itself where there is none).
            It is the first such item. A device counts as none.
        PageFault
            If an item is read-only.
        InvalidArgumentError
            If an address is negative, or the shapes differ.
        TypeError
            If `addresses` holds no integers, or a dtype is another one.

        Notes
        -----
        All addresses are checked before the first value is written.
        O(n). Above 64 KiB other Python threads run meanwhile.

        Examples
        --------
        >>> import numpy as np
        >>> from vmperf.guestmem import GuestMemory
        >>> mem = GuestMemory([(0, 4096)])
        >>> mem.scatter([0, 8], np.array([1.5, 2.5]))
        >>> mem.gather([8, 0], float).tolist()
        [2.5, 1.5]
        """
    def view(self, address: typing.SupportsIndex, size_bytes: typing.SupportsIndex) -> numpy.typing.NDArray[numpy.uint8]:
        """
        The bytes themselves, without a copy.

        Parameters
        ----------
        address : int
            Guest-physical, 0 to 2**64 - 1.
        size_bytes : int
            0 to 2**64 - 1.

        Returns
        -------
        ndarray of uint8, shape (size_bytes,)
            Writable, unless some of it is read-only. It keeps the bytes alive, also when the memory is
            gone.

        Raises
        ------
        OutOfRangeFault
            If some byte of it is in no region, or past 2**64; with `address`, `size_bytes`, `access` and `region_end`,
            where the memory at `address` ends (`address` itself where there is none).
        InvalidArgumentError
            If an argument is out of its range.
        TypeError
            If one is no integer.

        Notes
        -----
        O(1). Writes through it mark no page: `mark_dirty` does.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> mem = GuestMemory([(0, 4096)])
        >>> words = mem.view(16, 16).view("u4")
        >>> words[:] = 7
        >>> mem.read_u32(28)
        7
        """
    def write(self, address: typing.SupportsIndex, data: typing_extensions.Buffer) -> None:
        """
        Writes a range, and marks its pages.

        Parameters
        ----------
        address : int
            Guest-physical, 0 to 2**64 - 1.
        data : buffer
            C-contiguous; its bytes are written.

        Raises
        ------
        OutOfRangeFault
            If some byte of it is in no region, or past 2**64; with `address`, `size_bytes`, `access` and `region_end`,
            where the memory at `address` ends (`address` itself where there is none).
            A device within it counts as none: its registers are written one by one.
        PageFault
            If some of it is read-only; with `reason` 'read_only' and `level` 0.
        InvalidArgumentError
            If the address is out of its range.
            Also if `data` is not contiguous.
        TypeError
            If `address` is no integer, or `data` no buffer.

        Notes
        -----
        Checked before anything is copied: a refused call changed nothing.
        O(n). Above 64 KiB other Python threads run meanwhile.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> mem = GuestMemory([(0, 8192)])
        >>> mem.write(4094, b"\\x01\\x02\\x03")
        >>> mem.read_u8(4096), mem.dirty_pages().tolist()
        (3, [0, 4096])
        """
    def write_u16(self, address: typing.SupportsIndex, value: typing.SupportsIndex) -> None:
        """
        Writes 2 bytes, little-endian, and marks the page or pages.

        Parameters
        ----------
        address : int
            Guest-physical, 0 to 2**64 - 1.
        value : int
            0 to 2**16 - 1.

        Raises
        ------
        OutOfRangeFault
            If some byte of it is in no region, or past 2**64; with `address`, `size_bytes`, `access` and `region_end`,
            where the memory at `address` ends (`address` itself where there is none).
        PageFault
            If it is read-only; with `reason` 'read_only' and `level` 0.
        PageFault
            If a device is there that has no such callback.
        AlignmentFault
            If a device is there and the address is no multiple of the size.
        Exception
            What a device's callback raises, as it is.
        InvalidArgumentError
            If an argument is out of its range.
        TypeError
            If one is no integer.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> mem = GuestMemory([(0, 4096)])
        >>> mem.write_u16(8, 0x708)
        >>> mem.read(8, 8).hex()
        '0807000000000000'
        """
    def write_u32(self, address: typing.SupportsIndex, value: typing.SupportsIndex) -> None:
        """
        Writes 4 bytes, little-endian, and marks the page or pages.

        Parameters
        ----------
        address : int
            Guest-physical, 0 to 2**64 - 1.
        value : int
            0 to 2**32 - 1.

        Raises
        ------
        OutOfRangeFault
            If some byte of it is in no region, or past 2**64; with `address`, `size_bytes`, `access` and `region_end`,
            where the memory at `address` ends (`address` itself where there is none).
        PageFault
            If it is read-only; with `reason` 'read_only' and `level` 0.
        PageFault
            If a device is there that has no such callback.
        AlignmentFault
            If a device is there and the address is no multiple of the size.
        Exception
            What a device's callback raises, as it is.
        InvalidArgumentError
            If an argument is out of its range.
        TypeError
            If one is no integer.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> mem = GuestMemory([(0, 4096)])
        >>> mem.write_u32(8, 0x5060708)
        >>> mem.read(8, 8).hex()
        '0807060500000000'
        """
    def write_u64(self, address: typing.SupportsIndex, value: typing.SupportsIndex) -> None:
        """
        Writes 8 bytes, little-endian, and marks the page or pages.

        Parameters
        ----------
        address : int
            Guest-physical, 0 to 2**64 - 1.
        value : int
            0 to 2**64 - 1.

        Raises
        ------
        OutOfRangeFault
            If some byte of it is in no region, or past 2**64; with `address`, `size_bytes`, `access` and `region_end`,
            where the memory at `address` ends (`address` itself where there is none).
        PageFault
            If it is read-only; with `reason` 'read_only' and `level` 0.
        PageFault
            If a device is there that has no such callback.
        AlignmentFault
            If a device is there and the address is no multiple of the size.
        Exception
            What a device's callback raises, as it is.
        InvalidArgumentError
            If an argument is out of its range.
        TypeError
            If one is no integer.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> mem = GuestMemory([(0, 4096)])
        >>> mem.write_u64(8, 0x102030405060708)
        >>> mem.read(8, 8).hex()
        '0807060504030201'
        """
    def write_u8(self, address: typing.SupportsIndex, value: typing.SupportsIndex) -> None:
        """
        Writes a byte, and marks its page.

        Parameters
        ----------
        address : int
            Guest-physical, 0 to 2**64 - 1.
        value : int
            0 to 2**8 - 1.

        Raises
        ------
        OutOfRangeFault
            If some byte of it is in no region, or past 2**64; with `address`, `size_bytes`, `access` and `region_end`,
            where the memory at `address` ends (`address` itself where there is none).
        PageFault
            If it is read-only; with `reason` 'read_only' and `level` 0.
        PageFault
            If a device is there that has no such callback.
        AlignmentFault
            If a device is there and the address is no multiple of the size.
        Exception
            What a device's callback raises, as it is.
        InvalidArgumentError
            If an argument is out of its range.
        TypeError
            If one is no integer.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> mem = GuestMemory([(0, 4096)])
        >>> mem.write_u8(8, 0x8)
        >>> mem.read(8, 8).hex()
        '0800000000000000'
        """
    @property
    def regions(self) -> list[Region]:
        """
        The regions, ascending: a list of `Region`.
        """
    @property
    def track_dirty(self) -> bool:
        """
        Whether writes mark their pages; what is written while it is off is not.
        """
    @track_dirty.setter
    def track_dirty(self, arg1: bool) -> None:
        ...
