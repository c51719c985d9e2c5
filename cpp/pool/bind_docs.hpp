// The docstrings of StackPool's own methods; bind_rows.cpp has those of rows, leases and arrays.
// Text alone, kept apart so that the bind file can be read at once. Only bind.cpp includes this.
#pragma once

namespace vmperf::pool {

inline constexpr const char *kStackPoolDoc = R"doc(A pool of slots of one size, for one thread.

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
)doc";

inline constexpr const char *kWithCapacityDoc = R"doc(A pool of default items with n slots.

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
)doc";

inline constexpr const char *kAllocateDoc = R"doc(Hands out a slot; grows where none is left.

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
)doc";

inline constexpr const char *kDeallocateDoc = R"doc(Takes a slot back.

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
)doc";

inline constexpr const char *kPreallocateDoc = R"doc(Makes slots available and their pages resident.

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
)doc";

inline constexpr const char *kPurgeDoc = R"doc(Gives back every slab of which no slot is live.

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
)doc";

inline constexpr const char *kCloseDoc = R"doc(Gives all memory back; a second call does nothing.

Live slots become invalid. Leaving a ``with`` block closes the pool.

Raises
------
CorruptionError
    After closing, if more was deallocated than allocated.
)doc";

inline constexpr const char *kStatsDoc = R"doc(What the pool holds, exactly, at any time.

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
)doc";

inline constexpr const char *kAdviseDoc = R"doc(The capacity that the use so far would have needed.

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
)doc";

} // namespace vmperf::pool
