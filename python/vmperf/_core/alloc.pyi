"""
General allocation: blocks of any size, from any thread, with all metadata out of the blocks.

C++ code inlines it from <vmperf/alloc/allocator.hpp>; Python drives and inspects it. ``vmperf
preload`` runs whole programs on it, or on a peer; the benchmarks ``alloc/*`` time it beside others.
"""
from __future__ import annotations
import numpy
import numpy.typing
import typing
import vmperf._core.trace
__all__: list[str] = ['Allocator', 'ReplayPlan', 'peers', 'plan_replay', 'replay', 'watch']
class Allocator:
    """
    An allocator with an arena of its own.

    Small sizes are served from slabs of 64 KiB by magazines of each thread, those above 32 KiB by spans
    of pages, those above 256 MiB by mappings of their own. A block is an address, to be used through
    ctypes, cffi or native code; any thread may free it. One call costs what a Python call costs, some
    100 times as much as the allocator itself: `allocate_n` makes many blocks, inner loops use C++.

    Parameters
    ----------
    arena_size : int, default 64 GiB
        Bytes of address space set aside, 2**20 to 2**46; no memory is taken for it. Where the system
        refuses less is taken, see ``arena_size`` of the object.
    purge_delay_ms : int, default 1000
        Free pages go back to the system once unused for so long: 0 at once, -1 by `purge` alone.
    huge_pages : {'never', 'madvise'}, default 'never'
        Whether transparent huge pages are asked for.
    checked : bool, default False
        Whether every address that is freed is tested; some 10 times slower natively.
    tags : bool, default False
        Whether live bytes are counted by the tag that `allocate` was given.

    Raises
    ------
    InvalidArgumentError
        If a parameter is out of range.
    CapacityError
        If address space is out, or 64 allocators are open.

    Notes
    -----
    Safe from any thread. ``allocate`` and ``deallocate`` are O(1) but for refills of magazines.

    References
    ----------
    Bonwick and Adams, "Magazines and Vmem", USENIX 2001; Lietar et al., "snmalloc: A Message Passing
    Allocator", ISMM 2019 (frees of other threads as messages).

    Examples
    --------
    >>> from vmperf.alloc import Allocator
    >>> with Allocator(checked=True) as allocator:
    ...     block = allocator.allocate(100)
    ...     allocator.usable_size(block), allocator.owns(block), block % 16
    ...     allocator.deallocate(block)
    ...     allocator.stats()["live_blocks"]
    (112, True, 0)
    0
    >>> allocator.is_closed
    True
    """
    def __enter__(self) -> Allocator:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __init__(self, *, arena_size: typing.Any = 68719476736, purge_delay_ms: typing.Any = 1000, huge_pages: str = 'never', checked: bool = False, tags: bool = False) -> None:
        ...
    def __repr__(self) -> str:
        ...
    def allocate(self, size_bytes: typing.Any, *, alignment: typing.Any = 16, tag: typing.Any = 0) -> int:
        """
        Allocates a block.

        Parameters
        ----------
        size_bytes : int
            Size in bytes, 0 to 2**63 - 1.
        alignment : int, default 16
            Of the address, a power of two up to 2**30; what is below 16 is 16.
        tag : int, default 0
            0 to 63: what its bytes count for until it is freed; of an allocator with ``tags=True``, and
            with the usual alignment.

        Returns
        -------
        int
            Address of memory that is uninitialised, aligned to 16 bytes.

        Raises
        ------
        InvalidArgumentError
            If a parameter is out of range, or the allocator is closed.
        CapacityError
            If there is no memory; nothing has changed.

        Examples
        --------
        >>> allocator = vmperf.alloc.Allocator(tags=True)
        >>> blocks = [allocator.allocate(24, tag=7), allocator.allocate(24, alignment=4096)]
        >>> allocator.stats()["tags"][7], blocks[1] % 4096
        ({'blocks': 1, 'bytes': 32}, 0)
        """
    def allocate_n(self, size_bytes: typing.Any, n: typing.Any) -> numpy.typing.NDArray[numpy.uint64]:
        """
        Allocates blocks of one size.

        Parameters
        ----------
        size_bytes : int
            Size in bytes, 0 to 2**63 - 1.
        n : int
            How many, up to 2**40.

        Returns
        -------
        numpy.ndarray of uint64, shape (n,)
            Their addresses.

        Raises
        ------
        InvalidArgumentError
            If a parameter is out of range, or the allocator is closed.
        CapacityError
            If there is no memory; nothing has changed.

        Notes
        -----
        O(n); without the GIL.

        Examples
        --------
        >>> allocator = vmperf.alloc.Allocator()
        >>> blocks = allocator.allocate_n(64, 1000)
        >>> len(np.unique(blocks)), blocks.dtype
        (1000, dtype('uint64'))
        >>> allocator.deallocate_n(blocks)
        """
    def array(self, dtype: typing.Any, shape: typing.Any) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        Makes a NumPy array in memory of the allocator.

        Parameters
        ----------
        dtype : object
            What numpy.dtype takes, without Python objects.
        shape : int or tuple of int
            Its sizes.

        Returns
        -------
        numpy.ndarray
            Uninitialised, aligned to 64 bytes. Its memory is freed with the last array over it, and stays
            valid after `close`.

        Raises
        ------
        InvalidArgumentError
            If the allocator is closed, the type holds objects, a size is negative or all are too large.
        CapacityError
            If there is no memory.
        TypeError
            If `dtype` is no type or `shape` no sizes.

        Examples
        --------
        >>> allocator = vmperf.alloc.Allocator()
        >>> squares = allocator.array(float, (2, 3))
        >>> squares[:] = 4.0
        >>> allocator.close()
        >>> float(squares.sum()), squares.ctypes.data % 64
        (24.0, 0)
        """
    def calloc(self, count: typing.Any, size_bytes: typing.Any) -> int:
        """
        Allocates zeroed memory for `count` items.

        Parameters
        ----------
        count : int
            0 to 2**63 - 1.
        size_bytes : int
            Of one item, likewise.

        Returns
        -------
        int
            Address of memory that is zero, aligned to 16 bytes.

        Raises
        ------
        InvalidArgumentError
            If a parameter is out of range, or the allocator is closed.
        CapacityError
            If there is no memory, or the product overflows.

        Examples
        --------
        >>> import ctypes
        >>> allocator = vmperf.alloc.Allocator()
        >>> ctypes.string_at(allocator.calloc(2, 3), 6)
        b'\\x00\\x00\\x00\\x00\\x00\\x00'
        """
    def close(self) -> None:
        """
        Ends all use; memory goes back when the last array of it is gone. A second call does nothing.

        Never raises.

        Examples
        --------
        >>> allocator = vmperf.alloc.Allocator()
        >>> allocator.close()
        >>> allocator.is_closed
        True
        """
    def deallocate(self, address: typing.Any) -> None:
        """
        Takes a block back, from whichever thread.

        Parameters
        ----------
        address : int
            Of a live block; 0 does nothing.

        Raises
        ------
        InvalidArgumentError
            If the allocator is closed or it can't be an address.
        CorruptionError
            If the address is none of this allocator's; with ``checked=True`` also where it was freed
            already, lies inside a block or is misaligned. Without, those corrupt memory.

        Examples
        --------
        >>> allocator = vmperf.alloc.Allocator(checked=True)
        >>> block = allocator.allocate(10)
        >>> allocator.deallocate(block)
        >>> allocator.deallocate(block)
        Traceback (most recent call last):
            ...
        vmperf.CorruptionError: ...double free...
        """
    def deallocate_n(self, addresses: numpy.typing.NDArray[numpy.uint64]) -> None:
        """
        Takes blocks back, one after the other.

        Parameters
        ----------
        addresses : numpy.ndarray of uint64, shape (n,)
            Of live blocks.

        Raises
        ------
        InvalidArgumentError
            If it has not one dimension, or the allocator is closed.
        CorruptionError
            As of `deallocate`, with the number of the first wrong one: those before it are freed.
        TypeError
            If it is an array of another type.

        Notes
        -----
        O(n); without the GIL. The array is copied first.

        Examples
        --------
        >>> allocator = vmperf.alloc.Allocator()
        >>> allocator.deallocate_n(allocator.allocate_n(64, 1000))
        """
    def fragmentation(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        Maps the arena: each slab, each span, each free stretch, in the order of addresses.

        Returns
        -------
        numpy.ndarray of a record, shape (n_extents,)
            ``offset_bytes`` and ``size_bytes`` (uint64) in the arena; ``block_bytes`` (uint32, 0: free);
            ``live_blocks`` of ``n_blocks`` (uint32; blocks in magazines of threads count as live);
            ``purged_pages`` (uint32, free pages of a slab that went back to the system).

        Raises
        ------
        InvalidArgumentError
            If the allocator is closed.

        Notes
        -----
        O(arena in use).

        Examples
        --------
        >>> allocator = vmperf.alloc.Allocator()
        >>> blocks = allocator.allocate_n(1024, 1000)
        >>> found = allocator.fragmentation()
        >>> bool((found["block_bytes"] == 1024).any())
        True
        """
    def owns(self, address: typing.Any) -> bool:
        """
        Returns whether a block of this allocator begins at an address.

        Parameters
        ----------
        address : int
            Any.

        Returns
        -------
        bool
            Free blocks count as well, unless it is a checked allocator.

        Raises
        ------
        InvalidArgumentError
            If the allocator is closed or it can't be an address.

        Examples
        --------
        >>> vmperf.alloc.Allocator().owns(4096)
        False
        """
    def purge(self) -> None:
        """
        Gives free pages back to the system now.

        Those of the calling thread, of ended threads and of the common part; other threads give theirs
        back at their next refill.

        Raises
        ------
        InvalidArgumentError
            If the allocator is closed.

        Examples
        --------
        >>> allocator = vmperf.alloc.Allocator(purge_delay_ms=-1)
        >>> allocator.deallocate_n(allocator.allocate_n(1000, 10_000))
        >>> allocator.purge()
        >>> allocator.stats()["live_bytes"]
        0
        """
    def realloc(self, address: typing.Any, size_bytes: typing.Any) -> int:
        """
        Makes a block larger or smaller, in its place where it can be.

        Parameters
        ----------
        address : int
            Of a live block; 0 makes a new one.
        size_bytes : int
            Size in bytes, 0 to 2**63 - 1.

        Returns
        -------
        int
            Its address now, with its first bytes kept; the old one is invalid where it differs.

        Raises
        ------
        InvalidArgumentError
            If `size_bytes` is out of range, or the allocator is closed.
        CapacityError
            If there is no memory; nothing has changed.
        CorruptionError
            If the address is none of this allocator's; with ``checked=True`` also where it was freed
            already, lies inside a block or is misaligned. Without, those corrupt memory.

        Examples
        --------
        >>> allocator = vmperf.alloc.Allocator()
        >>> block = allocator.allocate(10)
        >>> allocator.realloc(block, 16) == block
        True
        """
    def stats(self) -> dict:
        """
        Counts what there is, from the bitmaps and magazines themselves: no figure can drift.

        Returns
        -------
        dict
            ``live_blocks``, ``live_bytes`` (of their classes), ``mapped_blocks``, ``mapped_bytes`` (those
            above 256 MiB), ``arena_bytes`` (set aside), ``used_bytes`` (once handed out),
            ``free_span_bytes``, ``purged_bytes`` (given back so far), ``resident_bytes`` (of arena and
            metadata, as the kernel says), ``n_heaps``, ``n_parked`` (of threads, of ended threads);
            ``classes``: for each size class in use a dict with ``block_bytes``, and in blocks ``capacity``
            = ``live`` + ``free`` + ``in_magazines`` + ``in_flight``; ``tags``: tag -> ``blocks`` and
            ``bytes``.

        Raises
        ------
        InvalidArgumentError
            If the allocator is closed.

        Notes
        -----
        O(arena in use). Exact while no other thread is inside.

        Examples
        --------
        >>> allocator = vmperf.alloc.Allocator()
        >>> blocks = allocator.allocate_n(100, 50)
        >>> found = allocator.stats()
        >>> found["live_blocks"], found["live_bytes"], found["classes"][0]["live"]
        (50, 5600, 50)
        """
    def usable_size(self, address: typing.Any) -> int:
        """
        Returns how many bytes a block may hold.

        Parameters
        ----------
        address : int
            Address of a live block of this allocator.

        Returns
        -------
        int
            At least what was asked for.

        Raises
        ------
        InvalidArgumentError
            If the allocator is closed.
        CorruptionError
            If no block of this allocator begins there.

        Examples
        --------
        >>> allocator = vmperf.alloc.Allocator()
        >>> allocator.usable_size(allocator.allocate(17))
        32
        """
    def walk(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        Lists all live blocks.

        Returns
        -------
        numpy.ndarray of a record, shape (n_blocks,)
            ``address`` (uint64), ``size_bytes`` (uint64, what it may hold) and ``tag`` (uint32).

        Raises
        ------
        InvalidArgumentError
            If the allocator is closed.
        CapacityError
            If there is no memory for it.

        Notes
        -----
        O(arena in use). Other threads should stand still: a block that they free meanwhile may be in it.

        Examples
        --------
        >>> allocator = vmperf.alloc.Allocator()
        >>> block = allocator.allocate(100)
        >>> row = allocator.walk()[0]
        >>> int(row["address"]) == block, int(row["size_bytes"])
        (True, 112)
        """
    @property
    def arena_size(self) -> int:
        """
        Address space set aside, in bytes; less than asked for where the system refused.
        """
    @property
    def is_checked(self) -> bool:
        """
        Whether every address that is freed is tested.
        """
    @property
    def is_closed(self) -> bool:
        """
        Whether `close` was called.
        """
class ReplayPlan:
    """
    The steps of a replay, made from a trace by `plan_replay`.

    A plan lies in memory of its own and may be saved, so that another process replays it with a heap in
    which nothing was planned: that is what `replay` does.

    Examples
    --------
    >>> from vmperf import alloc, trace
    >>> plan = alloc.plan_replay(trace.generate(1000, seed=1))
    >>> type(plan).__name__
    'ReplayPlan'
    """
    @staticmethod
    def open(path: str) -> ReplayPlan:
        """
        The plan in a file that `save` wrote.

        Parameters
        ----------
        path : str
            Its file; it stays mapped, and must not be changed, as long as the plan lives.

        Returns
        -------
        ReplayPlan
            With all of its pages in memory.

        Raises
        ------
        TraceFormatError
            The file is no plan, or cut off.
        OsError
            It cannot be read or mapped.

        Examples
        --------
        >>> from vmperf import alloc, trace
        >>> plan = alloc.plan_replay(trace.generate(1000, seed=1))
        >>> plan.save("job.plan")
        >>> alloc.ReplayPlan.open("job.plan").counts() == plan.counts()
        True
        """
    def check(self, design: str) -> dict[str, typing.Any]:
        """
        Replays through one allocator and looks at every block.

        Parameters
        ----------
        design : str
            One of `peers`.

        Returns
        -------
        dict
            How many blocks were ``corrupted`` while they were live, ``misaligned``, ``overlapping`` with a
            live one, ``unzeroed`` by calloc, and how many requests ``failed``. All 0 where it is sound.

        Raises
        ------
        InvalidArgumentError
            An unknown design; a plan of several threads.
        UnsupportedError
            The allocator is not installed.

        Examples
        --------
        >>> from vmperf import alloc, trace
        >>> plan = alloc.plan_replay(trace.generate(1000, seed=1))
        >>> set(plan.check("libc").values())
        {0}
        """
    def counts(self) -> dict[str, typing.Any]:
        """
        What is known of the plan beside its steps.

        Returns
        -------
        dict
            ``n_ops``; ``n_slots``, the most blocks that are live at once; ``n_threads`` of the replay;
            ``unmatched_frees``, left out since their block was never seen to be allocated;
            ``live_peak_bytes``, ``live_end_bytes`` and ``live_end_blocks`` as they were asked for.

        Examples
        --------
        >>> from vmperf import alloc, trace
        >>> plan = alloc.plan_replay(trace.generate(1000, seed=1))
        >>> plan.counts()["n_ops"]
        2000
        """
    def replay(self, design: str, *, touch: str = 'use', stamped: bool = False) -> dict[str, typing.Any]:
        """
        Replays through one allocator, once, in this process.

        `vmperf.alloc.replay` does so for several allocators, each in processes of its own, and compares.

        Parameters
        ----------
        design : str
            One of `peers`, or ``"null"``: does nothing, and costs what the loop around it costs.
        touch : {"use", "none", "first", "pages", "all"}
            What is written to a new block: all of it, and its first byte once more before it is freed, as
            programs do; nothing; its first byte; a byte of each page; all of it.
        stamped : bool, default False
            Take a stamp per op, for times by class and percentiles. Of a plan of speed "real" always.

        Returns
        -------
        dict
            Times in ns: ``ns_total`` in ops, summed over threads, ``wall_ns``, ``cpu_ns``, ``waited_ns``
            for other threads. Memory in bytes above that before the first op: ``peak_bytes``, ``end_bytes``
            after the last op, ``freed_bytes`` after all is freed, ``purged_bytes`` after a purge.
            ``loaded_bytes`` came with the library itself, when it was loaded by this call.
            ``series``: (ops done, resident bytes, live bytes). ``page_faults``; ``n_ops``; ``n_failed``
            requests that came back null. ``classes``: by kind of request ``n_ops`` and, of a stamped pass,
            ``ns_total`` but for ``n_long`` ops of over a millisecond (preempted ones, most of all), and
            ``latency``, the bytes of a `vmperf.stats.Histogram` in ns, with all of them.

        Raises
        ------
        InvalidArgumentError
            An unknown design or touch.
        UnsupportedError
            The allocator is not installed.
        OsError
            A thread cannot be started, or there is no memory for the slots.

        Notes
        -----
        O(ops); the GIL is released. Memory is the whole process's.

        Examples
        --------
        >>> from vmperf import alloc, trace
        >>> plan = alloc.plan_replay(trace.generate(1000, seed=1))
        >>> found = plan.replay("libc")
        >>> found["n_ops"], found["n_failed"]
        (2000, 0)
        """
    def save(self, path: str) -> None:
        """
        Writes the plan to a file for `open`, on this machine and of this build.

        Parameters
        ----------
        path : str
            An existing file is replaced.

        Raises
        ------
        OsError
            It cannot be written.

        Examples
        --------
        >>> from vmperf import alloc, trace
        >>> plan = alloc.plan_replay(trace.generate(1000, seed=1))
        >>> plan.save("job.plan")
        """
def peers() -> list:
    """
    Lists the allocators that are known, ours and those of others, and whether they are here.

    Returns
    -------
    list of dict
        ``name`` (as of ``--design``), ``summary``, ``peer`` (the work of others), ``present``;
        ``version``, ``path`` (of the library; empty where it is part of this process); ``reason``: why
        it is not here and what would supply it.

    Notes
    -----
    Loads each of them, without a call of theirs being replaced.

    Examples
    --------
    >>> {row["name"]: row["present"] for row in vmperf.alloc.peers()}["libc"]
    True
    """
def plan_replay(trace: vmperf._core.trace.AllocationTrace, *, threads: str = 'merge', speed: str = 'max', points: typing.SupportsInt | typing.SupportsIndex = 200) -> ReplayPlan:
    """
    Plans the replay of a trace.

    Parameters
    ----------
    trace : vmperf.trace.AllocationTrace
        What is replayed.
    threads : {"merge", "same"}
        All ops in one thread, in recorded order; or a thread for each recorded one, where each block's
        ops keep their order.
    speed : {"max", "real"}
        One op after the other, or each at its recorded time.
    points : int, default 200
        How often memory is looked at, about.

    Returns
    -------
    ReplayPlan
        16 to 28 bytes an op.

    Raises
    ------
    InvalidArgumentError
        A trace without an op that can be replayed, or with a block allocated into a slot that is taken;
        an unknown word.

    Examples
    --------
    >>> from vmperf import alloc, trace
    >>> plan = alloc.plan_replay(trace.generate(1000, seed=1))
    >>> plan.counts()["n_threads"]
    1
    """
def replay(trace: typing.Any, designs: typing.Any = None, *, speed: str = 'max', threads: str = 'merge', touch: str = 'use', repeats: typing.SupportsInt | typing.SupportsIndex = 5, latency: bool = True, reference: str | None = None, seed: typing.SupportsInt | typing.SupportsIndex = 0, timeout_s: typing.SupportsFloat | typing.SupportsIndex = 600.0, progress: typing.Any = None) -> typing.Any:
    """
    Replays a trace through allocators, each in processes of its own, and says which one to take.

    Parameters
    ----------
    trace : vmperf.trace.AllocationTrace, str or path
        What is replayed; a path is loaded as by `vmperf.trace.load`.
    designs : list of str, optional
        Names of `peers`; by default, or by ``"all"``, all of them but the naive one. One that is not
        installed stays as a row that says how to get it.
    speed : {"max", "real"}
        One op after the other, or each at its recorded time, so that what purges by the clock does so.
    threads : {"merge", "same"}
        All ops in one thread, or a thread for each recorded one.
    touch : {"use", "none", "first", "pages", "all"}
        What is written to a new block: all of it, and its first byte once more before it is freed, as
        programs do; nothing; its first byte; a byte of each page; all of it.
    repeats : int, default 5
        Rounds, 1 to 1000; each replays every allocator in a fresh process.
    latency : bool, default True
        Add passes with a stamp per op, for times by kind and percentiles.
    reference : str, optional
        What the program has now; by default "libc", else the first.
    seed : int, default 0
        Of the order within rounds.
    timeout_s : float, default 600
        Seconds for one process, more than 0.
    progress : callable, optional
        Called before each pass with ``done``, ``total``, ``elapsed_s``, ``eta_s`` and ``design``.

    Returns
    -------
    Replay
        ``rows()``, ``recommendation()``, ``series``, ``to_xarray()``, ``to_dict()``; ``vmperf.report``
        writes its page.

    Raises
    ------
    InvalidArgumentError
        An unknown design or setting; a trace without an op that can be replayed.
    TraceFormatError
        The file is no trace, or damaged.
    MeasurementError
        The loop itself could not be replayed.

    Notes
    -----
    Times are without those of an allocator that does nothing, which is replayed beside them; intervals
    are Student t over rounds. Takes (designs + 1) x repeats x 2 processes.

    Examples
    --------
    >>> from vmperf import alloc, trace
    >>> found = alloc.replay(trace.generate(2000, seed=1), ["libc"], repeats=2, latency=False)
    >>> found.rows()[0]["status"], found.recommendation().design
    ('ok', 'libc')
    """
def watch(path: typing.Any) -> typing.Any:
    """
    Loads what ``vmperf preload --watch FILE`` wrote: memory of a program over time, and whose it was.

    Parameters
    ----------
    path : str or path
        The file, also of a program that still runs, or was killed.

    Returns
    -------
    object
        ``processes``, first of them ``program``. Of each: ``command``, ``allocator``, ``version``,
        ``settings`` (of its environment), ``live_is`` (how exact), ``has_ended``; float64 arrays of
        shape (n_samples,) ``time_s``, ``rss_bytes`` = ``live_bytes`` + ``retained_bytes`` (freed, still
        the allocator's) + ``other_bytes`` (not the allocator's), ``held_bytes`` (live and retained),
        ``allocated_bytes`` (live as counted, resident or not). NaN is unknown.

    Raises
    ------
    TraceFormatError
        If it is another file, or damaged; names the offset.
    OSError
        If it can't be read.

    Examples
    --------
    >>> import subprocess, sys
    >>> start = "from vmperf.cli.main import main; main()"
    >>> command = ["preload", "--design=libc", "--watch=w.json", "--", sys.executable, "-V"]
    >>> _ = subprocess.run([sys.executable, "-c", start, *command], check=True, capture_output=True)
    >>> program = vmperf.alloc.watch("w.json").program
    >>> program.allocator, bool((program.rss_bytes > 0).all())
    ('libc', True)
    """
