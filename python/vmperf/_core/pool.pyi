"""
Pools of objects of one size.

C++ code inlines them from <vmperf/pool/stack_pool.hpp>; Python drives and inspects them.
The benchmarks ``pool/*`` time them beside other allocators.
"""
from __future__ import annotations
import typing
__all__: list[str] = ['PoolStats', 'SharedPool', 'SharedPoolStats', 'StackPool']
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
class SharedPoolStats:
    """
    What a shared pool holds, as ``SharedPool.stats()`` found it.

    Exact when no thread is inside the pool: ``live + available + in_magazines == capacity``. A value:
    it does not change with the pool. Two are equal where all fields are.

    Examples
    --------
    >>> from vmperf.pool import SharedPool
    >>> with SharedPool(64, 100, magazine_capacity=10) as pool:
    ...     slot = pool.allocate()
    ...     stats = pool.stats()
    >>> stats.capacity, stats.live, stats.in_magazines, stats.available, stats.threads
    (100, 1, 9, 90, 1)
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
        Free slots that any thread can have: fresh, and in the depot.
        """
    @property
    def bytes(self) -> int:
        """
        Bytes held: slabs and magazines.
        """
    @property
    def capacity(self) -> int:
        """
        Slots in all slabs.
        """
    @property
    def in_magazines(self) -> int:
        """
        Free slots that threads keep for themselves.
        """
    @property
    def live(self) -> int:
        """
        Slots handed out and not returned.
        """
    @property
    def magazines(self) -> int:
        """
        Magazines made.
        """
    @property
    def slabs(self) -> int:
        """
        Slabs held.
        """
    @property
    def threads(self) -> int:
        """
        Threads with magazines of their own.
        """
class SharedPool:
    """
    A pool of slots of one size, for any number of threads.

    Each thread has two magazines, arrays of free slots of its own, and exchanges them whole over a
    lock-free depot. A slot may be freed by any thread. A handle is the address of a slot of
    uninitialised memory, to be used through ctypes, cffi or native code. Use the C++ class
    ``vmperf::pool::SharedPool<T>`` in inner loops.

    Parameters
    ----------
    item_size_bytes : int, default 64
        Size of an item, 1 to 2**30 bytes. A slot is that rounded up to `align`.
    capacity : int, default 0
        Slots made at once, in one slab; 0 waits for the first allocation.
    align : int, default 64
        Alignment of every slot, a power of two from 1 to 2**21 bytes. The default keeps items of
        several threads from sharing cache lines.
    magazine_capacity : int, default 64
        Slots of a magazine, 1 to 65536: a thread keeps up to twice as many free ones for itself.

    Raises
    ------
    InvalidArgumentError
        If a size, count or alignment is out of range.
    CapacityError
        If there is no memory for `capacity` slots.

    Notes
    -----
    ``allocate`` is O(1); ``deallocate`` also tests that its handle is the address of a slot, under a
    lock. A handle that is freed twice is not found: see ``StackPool``. A thread's magazines go back to
    the depot when it ends. Safe to use from several threads at once, also without the GIL; ``close``
    while no other thread is inside.

    References
    ----------
    Bonwick and Adams, "Magazines and Vmem", USENIX 2001.

    Examples
    --------
    >>> from threading import Thread
    >>> from vmperf.pool import SharedPool
    >>> with SharedPool(item_size_bytes=64, capacity=100) as pool:
    ...     slot = pool.allocate()
    ...     other = Thread(target=pool.deallocate, args=(slot,))
    ...     other.start()
    ...     other.join()
    ...     pool.deallocate(pool.allocate())
    ...     pool.preallocate(500)
    ...     pool.stats().live, pool.stats().available >= 500
    (0, True)
    >>> pool.is_closed
    True
    >>> pool.close()
    """
    def __enter__(self) -> SharedPool:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __init__(self, item_size_bytes: typing.Any = 64, capacity: typing.Any = 0, *, align: typing.Any = 64, magazine_capacity: typing.Any = 64) -> None:
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

        Live slots become invalid. Leaving a ``with`` block closes the pool. No other thread may be inside
        it.
        """
    def deallocate(self, handle: typing.Any) -> None:
        """
        Takes a slot back, whichever thread allocated it.

        Parameters
        ----------
        handle : int
            What ``allocate`` returned, 0 to 2**64 - 1. Freeing it twice is undefined.

        Raises
        ------
        CorruptionError
            If the handle is not the address of a slot of this pool.
        InvalidArgumentError
            If the pool is closed or the handle can't be an address.
        """
    def preallocate(self, n: typing.Any) -> None:
        """
        Makes fresh slots available and their pages resident.

        Parameters
        ----------
        n : int
            How many. A thread takes them a magazine at a time.

        Raises
        ------
        InvalidArgumentError
            If `n` is out of range or the pool is closed.
        CapacityError
            If there is no memory for them; the pool is as it was.

        Notes
        -----
        O(n), without the GIL: a byte of each page is written.
        """
    def stats(self) -> SharedPoolStats:
        """
        What the pool holds: exact when no thread is inside it.

        Returns
        -------
        SharedPoolStats
            capacity, available, in_magazines, live, slabs, magazines, threads, bytes.

        Raises
        ------
        InvalidArgumentError
            If the pool is closed.

        Notes
        -----
        O(magazines), locked, without the GIL.
        """
    @property
    def align(self) -> int:
        """
        Alignment of every slot in bytes.
        """
    @property
    def capacity(self) -> int:
        """
        Slots in all slabs.
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
    @property
    def magazine_capacity(self) -> int:
        """
        Slots of a magazine.
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
