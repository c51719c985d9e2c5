"""
Pools of objects of one size.

C++ code inlines them from <vmperf/pool/stack_pool.hpp>; Python drives and inspects them.
The benchmarks ``pool/*`` time them beside other allocators.
"""
from __future__ import annotations
import numpy
import numpy.typing
import typing
__all__: list[str] = ['Lease', 'PoolStats', 'SharedPool', 'SharedPoolStats', 'StackPool']
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
    layout : {'array', 'intrusive'}, default 'array'
        How free slots are kept: on an array of pointers, or as a list inside themselves. The list saves
        8 bytes per slot; it has no leases, rows of allocations are slower, and ``stats()`` walks it.
    checked : bool, default True
        Whether `deallocate` tests that its handle is a live slot of this pool. Without it a wrong
        handle corrupts the pool silently, and memory with it.
    stats : bool or 'operations', default True
        What ``stats()`` tells: True, what follows from the pool's state, for nothing; 'operations', the
        totals of operations too; False, nothing: it refuses.

    Raises
    ------
    InvalidArgumentError
        If a size, count or alignment is out of range.
    CapacityError
        If there is no memory for `capacity` slots.

    Notes
    -----
    ``allocate`` and ``deallocate`` are O(1). All statistics follow from the state of the pool: nothing
    is counted per operation. One thread at a time: a call that meets another one under way is refused
    with InvalidArgumentError.

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
    def with_capacity(n: typing.Any, *, item_size_bytes: typing.Any = 64, align: typing.Any = 64, layout: str = 'array', checked: bool = True, stats: typing.Any = True) -> StackPool:
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
        layout : {'array', 'intrusive'}, default 'array'
            As of the class.
        checked : bool, default True
            As of the class.
        stats : bool or 'operations', default True
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
    def __init__(self, item_size_bytes: typing.Any = 64, capacity: typing.Any = 0, *, align: typing.Any = 64, layout: str = 'array', checked: bool = True, stats: typing.Any = True) -> None:
        ...
    def __repr__(self) -> str:
        ...
    def advise_capacity(self, *, headroom: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> int:
        """
        The capacity that the use so far would have needed.

        Parameters
        ----------
        headroom : float, default 0.0
            A part to add, 0 or more: 0.25 advises a quarter more, rounded up.

        Returns
        -------
        int
            Slots. Without headroom exactly the high-water mark: a pool made with that capacity would not
            have grown, and one with a slot less would have.

        Raises
        ------
        InvalidArgumentError
            If `headroom` is negative, not finite or too large, or the pool is closed.

        Examples
        --------
        >>> from vmperf.pool import StackPool
        >>> pool = StackPool()
        >>> pool.deallocate_n(pool.allocate_n(300))
        >>> pool.advise_capacity(), pool.advise_capacity(headroom=0.25)
        (300, 375)
        """
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
    def allocate_n(self, n: typing.Any) -> numpy.typing.NDArray[numpy.uint64]:
        """
        Hands out a row of slots in one call.

        Parameters
        ----------
        n : int
            How many, 0 or more.

        Returns
        -------
        numpy.ndarray
            Handles, dtype uint64, shape ``(n,)``; in the order of the pool's stack, not of `n` calls of
            ``allocate``.

        Raises
        ------
        InvalidArgumentError
            If `n` is out of range or the pool is closed or in use by another thread.
        CapacityError
            If there is no memory for all of them; the pool is as it was.

        Notes
        -----
        O(n), some 0.2 ns a slot in an unchecked pool; without the GIL.

        Examples
        --------
        >>> from vmperf.pool import StackPool
        >>> with StackPool(64, 100) as pool:
        ...     row = pool.allocate_n(100)
        ...     live = pool.stats().live
        ...     pool.deallocate_n(row)
        ...     row.dtype, row.shape, live, pool.stats().live
        (dtype('uint64'), (100,), 100, 0)
        """
    def array(self, dtype: typing.Any, n: typing.Any) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        A NumPy array over memory of the pool.

        Elements lie back to back, in as many whole slots as they need, so that NumPy works on them at full
        speed; one element per slot, at the slots' distance, would be slow and waste most of a cache line.
        With a dtype as large as a slot, element i is slot i all the same.

        Parameters
        ----------
        dtype : numpy.dtype or what makes one
            Of the elements; without Python objects.
        n : int
            How many elements, 0 or more.

        Returns
        -------
        numpy.ndarray
            Shape ``(n,)``, C-contiguous, writeable, uninitialised, aligned as the slots are.

        Raises
        ------
        InvalidArgumentError
            If `dtype` holds objects or nothing, `n` is out of range, or the pool is closed.
        CapacityError
            If there is no memory; the pool is as it was.

        Notes
        -----
        The memory is a slab: one of the pool's that was never used, where one is large enough, else a new
        one. It is lent: while the array or a view of it lives, the slab is not among the pool's capacity,
        live slots and bytes, and the array keeps the pool alive, also a closed one. With the last view it
        comes back as fresh slots, or goes to the C library if the pool is closed; ``del array`` is the
        explicit release, as one under a living array would leave it dangling. O(slabs).

        Examples
        --------
        >>> from vmperf.pool import StackPool
        >>> pool = StackPool(64)
        >>> x = pool.array("f8", 1000)
        >>> x[:] = 1.0
        >>> float(x.sum()), pool.stats().capacity
        (1000.0, 0)
        >>> del x
        >>> pool.stats().capacity
        125
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
    def deallocate_n(self, handles: numpy.typing.NDArray[numpy.uint64]) -> None:
        """
        Takes a row of slots back in one call.

        Parameters
        ----------
        handles : numpy.ndarray
            Live handles, dtype uint64, shape ``(n,)``, contiguous; nothing is converted.

        Raises
        ------
        CorruptionError
            In a checked pool, if one is freed twice (also within the row), foreign or within a slot: the
            message names the first one's index, and none is freed. In any pool, if fewer slots are live.
        InvalidArgumentError
            If the array has another shape, or the pool is closed or in use by another thread.

        Notes
        -----
        O(n); without the GIL. A row that ``allocate_n`` gave comes back in its order.

        Examples
        --------
        >>> from vmperf.pool import StackPool
        >>> pool = StackPool()
        >>> row = pool.allocate_n(3)
        >>> pool.deallocate_n(row[:2])
        >>> pool.stats().live
        1
        """
    def lease(self, n: typing.Any) -> Lease:
        """
        A row of slots for the length of a ``with`` block, uncopied.

        Parameters
        ----------
        n : int
            How many slots, 0 or more.

        Returns
        -------
        Lease
            A context manager that yields the handles: a read-only array of dtype uint64, shape ``(n,)``,
            that looks into the pool's own table.

        Raises
        ------
        InvalidArgumentError
            If `n` is out of range; on entering, if the pool is closed.

        Notes
        -----
        O(1), but for slots that are handed out for the first time. Until the block ends the pool may
        allocate; a deallocation that would overwrite the row is a CorruptionError.

        Examples
        --------
        >>> from vmperf.pool import StackPool
        >>> with StackPool(64, 100) as pool:
        ...     with pool.lease(10) as handles:
        ...         len(set(handles.tolist())), pool.stats().live
        ...     pool.stats().live
        (10, 10)
        0
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
            capacity, available, live, high_water, slabs, bytes, resident_bytes; with stats='operations'
            also n_allocated and n_deallocated.

        Raises
        ------
        InvalidArgumentError
            If the pool is closed, or was made with stats=False.
        CorruptionError
            If an unchecked pool's free slots are not what they should be.

        Notes
        -----
        O(1), but for ``resident_bytes``: O(pages), asked by mincore(2). In an intrusive pool O(free slots).
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
    @property
    def layout(self) -> str:
        """
        How free slots are kept: 'array' or 'intrusive'.
        """
class Lease:
    """
    A row of slots, for one ``with`` block.

    Made by ``StackPool.lease``. Used once; leases end in the reverse order of their making.

    Examples
    --------
    >>> from vmperf.pool import StackPool
    >>> pool = StackPool()
    >>> lease = pool.lease(3)
    >>> with lease:
    ...     lease.handles.shape
    (3,)
    """
    def __enter__(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __len__(self) -> int:
        ...
    @property
    def handles(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        The row's handles.

        An array of dtype uint64, read-only. InvalidArgumentError outside of the ``with`` block.
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
    def n_allocated(self) -> typing.Any:
        """
        Slots handed out so far, or None where operations are not counted.
        """
    @property
    def n_deallocated(self) -> typing.Any:
        """
        Slots taken back so far, or None where operations are not counted.
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
