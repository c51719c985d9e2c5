"""
Pools of objects of one size.

C++ code inlines them from <vmperf/pool/stack_pool.hpp>; Python drives and inspects them.
The benchmarks ``pool/*`` time them beside other allocators.
"""
from __future__ import annotations
import typing
__all__: list[str] = ['PoolStats', 'StackPool']
class PoolStats:
    """
    What a pool holds, as ``StackPool.stats()`` found it.

    A value: it does not change with the pool. Two are equal where all fields are.

    Examples
    --------
    >>> from vmperf.pool import StackPool
    >>> with StackPool(64, 10) as pool:
    ...     slot = pool.allocate()
    ...     stats = pool.stats()
    >>> stats.capacity, stats.available, stats.live, stats.high_water, stats.slabs
    (10, 9, 1, 1, 1)
    """
    def __eq__(self, arg0: typing.Any) -> bool:
        ...
    def __hash__(self) -> int:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def available(self) -> int:
        """
        Slots to be had without growth.
        """
    @property
    def bytes(self) -> int:
        """
        Bytes held: slabs and the pool's tables.
        """
    @property
    def capacity(self) -> int:
        """
        Slots in all slabs.
        """
    @property
    def high_water(self) -> int:
        """
        The most slots ever live at once, exactly.
        """
    @property
    def live(self) -> int:
        """
        Slots handed out: capacity - available.
        """
    @property
    def resident_bytes(self) -> int:
        """
        Bytes of the slabs whose pages are in memory now, asked of the kernel.
        """
    @property
    def slabs(self) -> int:
        """
        Slabs held.
        """
class StackPool:
    """
    A pool of slots of one size, for one thread.

    Free slots lie on an array of pointers; slots never move; growth doubles. A handle is the address of
    a slot of uninitialised memory, to be used through ctypes, cffi or native code. One call costs what
    a Python call costs, some 100 times as much as the pool itself: time it with
    ``vmperf.run("pool/*")``, and use the C++ class ``vmperf::pool::StackPool<T>`` in inner loops.

    Parameters
    ----------
    item_size_bytes : int, default 64
        Size of an item, 1 to 2**30 bytes. A slot is that rounded up to `align`.
    capacity : int, default 0
        Slots made at once, in one slab; 0 waits for the first allocation.
    align : int, default 64
        Alignment of every slot, a power of two from 1 to 2**21 bytes. The default keeps items from
        sharing cache lines; 8 or 16 packs small ones densely.
    checked : bool, default True
        Whether `deallocate` tests that its handle is a live slot of this pool. Without it a wrong
        handle corrupts the pool silently, and memory with it.

    Raises
    ------
    InvalidArgumentError
        If a size, count or alignment is out of range.
    CapacityError
        If there is no memory for `capacity` slots.

    Notes
    -----
    ``allocate`` and ``deallocate`` are O(1). All statistics follow from the state of the pool: nothing
    is counted per operation. Not safe to use from several threads at once on a free-threaded build.

    References
    ----------
    Bonwick and Adams, "Magazines and Vmem", USENIX 2001; Granlund and Montgomery, "Division by
    Invariant Integers using Multiplication", PLDI 1994 (the test of a handle).

    Examples
    --------
    >>> from vmperf.pool import StackPool
    >>> with StackPool(item_size_bytes=64, capacity=100) as pool:
    ...     first, second = pool.allocate(), pool.allocate()
    ...     pool.deallocate(first)
    ...     pool.preallocate(500)
    ...     pool.purge() >= 0
    ...     pool.stats().live, second - first, pool.is_closed
    True
    (1, 64, False)
    >>> pool.is_closed
    True
    >>> pool.close()
    """
    @staticmethod
    def with_capacity(n: typing.Any, *, item_size_bytes: typing.Any = 64, align: typing.Any = 64, checked: bool = True) -> StackPool:
        """
        A pool of default items with n slots.

        Parameters
        ----------
        n : int
            Slots made at once.
        item_size_bytes : int, default 64
            As of the class.
        align : int, default 64
            As of the class.
        checked : bool, default True
            As of the class.

        Returns
        -------
        StackPool
            An empty pool whose first `n` slots need no growth.

        Raises
        ------
        InvalidArgumentError
            If a size, count or alignment is out of range.
        CapacityError
            If there is no memory for `n` slots.

        Examples
        --------
        >>> from vmperf.pool import StackPool
        >>> StackPool.with_capacity(1000).stats().available
        1000
        """
    def __enter__(self) -> StackPool:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __init__(self, item_size_bytes: typing.Any = 64, capacity: typing.Any = 0, *, align: typing.Any = 64, checked: bool = True) -> None:
        ...
    def __repr__(self) -> str:
        ...
    def allocate(self) -> int:
        """
        Hands out a slot; grows where none is left.

        Returns
        -------
        int
            The handle: the address of `item_size_bytes` bytes of uninitialised memory.

        Raises
        ------
        CapacityError
            If there is no memory to grow; the pool is as it was.
        InvalidArgumentError
            If the pool is closed.
        """
    def close(self) -> None:
        """
        Gives all memory back; a second call does nothing.

        Live slots become invalid. Leaving a ``with`` block closes the pool.

        Raises
        ------
        CorruptionError
            After closing, if more was deallocated than allocated.
        """
    def deallocate(self, handle: typing.Any) -> None:
        """
        Takes a slot back.

        Parameters
        ----------
        handle : int
            What ``allocate`` returned, 0 to 2**64 - 1.

        Raises
        ------
        CorruptionError
            In a checked pool, if the handle is freed twice, foreign, or within a slot; the pool is as it
            was. In any pool, if no slot is live.
        InvalidArgumentError
            If the pool is closed or the handle can't be an address.
        """
    def preallocate(self, n: typing.Any) -> None:
        """
        Makes slots available and their pages resident.

        Parameters
        ----------
        n : int
            How many further allocations shall need neither growth nor a page fault.

        Raises
        ------
        InvalidArgumentError
            If `n` is out of range or the pool is closed.
        CapacityError
            If there is no memory for them; the pool is as it was.

        Notes
        -----
        O(n): a byte of each page of the next `n` slots is written.
        """
    def purge(self) -> int:
        """
        Gives back every slab of which no slot is live.

        Returns
        -------
        int
            Bytes given back, of slabs and tables. Slabs above 32 MiB go to the operating system at once,
            smaller ones when the C library sees fit.

        Raises
        ------
        InvalidArgumentError
            If the pool is closed.
        CorruptionError
            If an unchecked pool holds a handle that isn't its own.

        Notes
        -----
        O(free slots). Live slots do not move.
        """
    def stats(self) -> PoolStats:
        """
        What the pool holds, exactly, at any time.

        Returns
        -------
        PoolStats
            capacity, available, live, high_water, slabs, bytes, resident_bytes.

        Raises
        ------
        InvalidArgumentError
            If the pool is closed.

        Notes
        -----
        O(1), but for ``resident_bytes``: O(pages), asked by mincore(2).
        """
    @property
    def align(self) -> int:
        """
        Alignment of every slot in bytes.
        """
    @property
    def is_checked(self) -> bool:
        """
        Whether `deallocate` tests its handle.
        """
    @property
    def is_closed(self) -> bool:
        """
        Whether `close` was called.
        """
    @property
    def item_size_bytes(self) -> int:
        """
        Size of an item in bytes.
        """
