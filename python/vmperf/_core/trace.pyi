"""
What a program asked of its allocator: recorded, read, generated, described.

A trace is an array of operations in the order of time. Blocks have dense numbers, slots, in place
of addresses, so that a replay needs an array of pointers and nothing else. `vmperf trace record`
makes one of any dynamically linked program, ``vmperf.alloc.replay`` runs it through allocators.

Examples
--------
>>> from vmperf import trace
>>> made = trace.generate(1000, live=50, seed=1)
>>> made.stats()["n_malloc"], made.stats()["n_free"], made.stats()["n_never_freed"]
(1000, 1000, 0)
"""
from __future__ import annotations
import collections.abc
import numpy
import numpy.typing
import os
import typing
__all__: list[str] = ['AllocationTrace', 'KINDS', 'convert', 'from_events', 'generate', 'load', 'record']
class AllocationTrace:
    """
    The operations of one process and what is known of it; made by `load`, `generate`, `from_events`.

    Notes
    -----
    ``len()`` counts operations. Not changed once made: any number of threads may read one.

    Examples
    --------
    >>> from vmperf import trace
    >>> made = trace.from_events([0, 2, 4], [0x10, 0x90, 0x90], [8, 80, 0], old_address=[0, 0x10, 0])
    >>> made
    AllocationTrace(3 operations, 1 slots, 1 threads)
    >>> [trace.KINDS[kind] for kind in made.ops["kind"]], made.ops["size_bytes"].tolist()
    (['malloc', 'realloc', 'free'], [8, 80, 0])
    """
    def __len__(self) -> int:
        ...
    def __repr__(self) -> str:
        ...
    def save(self, path: os.PathLike | str | bytes) -> None:
        """
        Writes it as a `.vmt` file, 3 to 5 bytes an operation; one of that name is replaced at the end.

        Parameters
        ----------
        path : path-like
            The file.

        Raises
        ------
        OsError
            If it cannot be written.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> from vmperf import trace
        >>> made = trace.generate(1000, seed=1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     made.save(pathlib.Path(folder, "small.vmt"))
        ...     bool((trace.load(pathlib.Path(folder, "small.vmt")).ops == made.ops).all())
        True
        """
    def stats(self, points: typing.SupportsInt | typing.SupportsIndex = 256) -> dict:
        """
        What it says of the program's memory.

        Parameters
        ----------
        points : int, default 256
            Points of the curve of live bytes, 1 to 1000000.

        Returns
        -------
        dict
            Counts, int: ``n_ops``, ``n_malloc``, ``n_calloc``, ``n_realloc``, ``n_aligned``, ``n_free``,
            ``allocated_bytes`` (a realloc counts what it adds), ``n_never_freed``, ``never_freed_bytes``,
            ``peak_live_bytes``, ``peak_live_blocks``, ``peak_time_ns``, ``duration_ns``,
            ``n_handed_over`` and ``handed_over_bytes`` (freed by another thread than allocated them), and
            the header's counts of what is missing. uint64 arrays: ``sizes`` (bytes of allocations and
            reallocs) and ``lifetimes`` (ns of freed blocks), shape ``(65,)``, where place 0 counts zeros
            and place k what is in [2**(k-1), 2**k); ``ops_of_thread``, shape ``(n_threads,)``;
            ``curve_time_ns``, the ends of equal spans of time, and ``curve_live_bytes``, the most within
            each, shape ``(points,)``.

        Raises
        ------
        InvalidArgumentError
            If `points` is out of range.

        Notes
        -----
        O(operations), some 5 ns each, without the GIL.

        Examples
        --------
        >>> from vmperf import trace
        >>> found = trace.from_events([0, 0, 4], [1, 2, 1], [100, 28, 0]).stats(points=3)
        >>> found["peak_live_bytes"], found["never_freed_bytes"], found["curve_live_bytes"].tolist()
        (128, 28, [128, 128, 28])
        """
    @property
    def header(self) -> dict:
        """
        Where it is from: dict.

        ``command``, ``machine``, ``clock`` (what told the time; ``steps`` where nothing did) and ``source``
        (recorded, generated, events, memray, memory_replay), str; ``sampled``, bool; ``process_id``;
        ``unmatched_frees`` and ``unmatched_reallocs``, of blocks that were never seen; ``lost_frees``,
        addresses that were given again although no free was seen; ``lost_ops``, recorded and lost since
        (where nobody knows how many, at least 1).
        """
    @property
    def n_slots(self) -> int:
        """
        Most blocks that were live at once.
        """
    @property
    def n_threads(self) -> int:
        """
        Threads that asked for anything.
        """
    @property
    def ops(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        Its operations: structured array, shape ``(n_ops,)``, read-only, the trace's own memory.

        Fields: ``time_ns`` uint64, nanoseconds since the start, never less than the one before;
        ``size_bytes`` uint64, 0 of a free; ``slot`` uint32, below `n_slots`; ``thread`` uint32, below
        `n_threads`; ``kind`` uint8, an index of ``KINDS``; ``alignment_log2`` uint8, 0 unless aligned.
        """
def _finish(stem: os.PathLike | str | bytes, output: os.PathLike | str | bytes, machine: str = '') -> dict:
    ...
def convert(src: os.PathLike | str | bytes, dst: os.PathLike | str | bytes) -> None:
    """
    Reads a trace as `load` does and writes it.

    Parameters
    ----------
    src : path-like
        What `load` reads.
    dst : path-like
        Where to; memory_replay text where the name ends in ``.txt``, else `.vmt`.

    Raises
    ------
    TraceFormatError
        If `src` is no trace or damaged.
    OsError
        If a file cannot be read or written.
    UnsupportedError
        If `src` is a capture of memray and that package is missing.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from vmperf import trace
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     text, file = pathlib.Path(folder, "small.txt"), pathlib.Path(folder, "small.vmt")
    ...     _ = text.write_text("7: malloc 0x10 100\\n7: free 0x10\\n")
    ...     trace.convert(text, file)
    ...     len(trace.load(file))
    2
    """
def from_events(kind: typing.Annotated[numpy.typing.ArrayLike, numpy.uint8], address: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64], size_bytes: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64], *, time_ns: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64] | None = None, thread: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64] | None = None, old_address: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64] | None = None, alignment_log2: typing.Annotated[numpy.typing.ArrayLike, numpy.uint8] | None = None, source: str = 'events') -> AllocationTrace:
    """
    Makes a trace of events with addresses, as an importer has them.

    Parameters
    ----------
    kind : array of uint8, shape (n,)
        Indexes of ``KINDS``.
    address : array of uint64, shape (n,)
        Of the block: what was given, or what is freed.
    size_bytes : array of uint64, shape (n,)
        What was asked for; of a free anything.
    time_ns : array of uint64, shape (n,), optional
        Nanoseconds, not before the one before; by default 0, 1, 2, ...
    thread : array of uint64, shape (n,), optional
        Any numbers; by default one thread.
    old_address : array of uint64, shape (n,), optional
        What a realloc was given; by default the block stays where it is.
    alignment_log2 : array of uint8, shape (n,), optional
        Of aligned allocations, 0 to 63.
    source : str, default 'events'
        What the header says.

    Returns
    -------
    AllocationTrace
        Frees and reallocs of what is not live are counted in its header.

    Raises
    ------
    InvalidArgumentError
        If columns differ in length, or a value is out of range.

    Examples
    --------
    >>> from vmperf import trace
    >>> made = trace.from_events([0, 4, 4], [0x10, 0x10, 0x20], [8, 0, 0])
    >>> len(made), made.header["unmatched_frees"]
    (2, 1)
    """
def generate(n_allocations: typing.SupportsInt | typing.SupportsIndex = 100000, *, least_bytes: typing.SupportsInt | typing.SupportsIndex = 8, most_bytes: typing.SupportsInt | typing.SupportsIndex = 256, sizes: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex] | None = None, lifetimes: str = 'exponential', live: typing.SupportsInt | typing.SupportsIndex = 1000, threads: typing.SupportsInt | typing.SupportsIndex = 1, handed_over: typing.SupportsFloat | typing.SupportsIndex = 0.0, realloc: typing.SupportsFloat | typing.SupportsIndex = 0.0, gap_ns: typing.SupportsInt | typing.SupportsIndex = 100, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> AllocationTrace:
    """
    Makes a trace from distributions; all blocks are freed at its end.

    Parameters
    ----------
    n_allocations : int, default 100000
        1 to 1000000000.
    least_bytes, most_bytes : int, default 8 and 256
        Sizes are log-uniform from one to the other, 1 to 2**40.
    sizes : sequence of int, optional
        Sizes in place of those, each as likely, 0 to 2**40.
    lifetimes : {'exponential', 'fixed', 'bimodal', 'stack'}
        How long a block lives, counted in allocations: each is as likely to be the next (the default),
        all as long, nine of ten a tenth of the mean, or phases of allocating and of freeing in the
        opposite order.
    live : int, default 1000
        Blocks that are live on average, 1 to 1000000000.
    threads : int, default 1
        They allocate in turn, 1 to 65536.
    handed_over : float, default 0
        Share of blocks that another thread frees, 0 to 1.
    realloc : float, default 0
        Share of allocations after which the block grows to 1.5 times its size, 0 to 1.
    gap_ns : int, default 100
        Nanoseconds between operations, 0 to 1000000000.
    seed : int, default 0
        The same seed gives the same trace.

    Returns
    -------
    AllocationTrace
        About ``2 + realloc`` times `n_allocations` operations.

    Raises
    ------
    InvalidArgumentError
        If a number is out of range.

    Examples
    --------
    >>> from vmperf import trace
    >>> made = trace.generate(10_000, sizes=[16, 64], live=100, threads=2, handed_over=0.5, seed=3)
    >>> made.n_threads, 0.4 < made.stats()["n_handed_over"] / 10_000 < 0.6
    (2, True)
    """
def load(path: os.PathLike | str | bytes) -> typing.Any:
    """
    Reads an allocation trace, whichever of three forms it has.

    Parameters
    ----------
    path : path-like
        A `.vmt` file, a capture of memray (needs the package memray) or text of Android's
        memory_replay.

    Returns
    -------
    AllocationTrace
        A `.vmt` file that ends early is read as far as it goes: ``header["lost_ops"]`` says so.

    Raises
    ------
    TraceFormatError
        If the file is none of them or damaged, with its path and the offset.
    OsError
        If it cannot be read.
    UnsupportedError
        If it is a capture of memray and that package is missing.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from vmperf import trace
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "small.txt")
    ...     _ = path.write_text("7: malloc 0x10 100\\n7: free 0x10\\n")
    ...     trace.load(path)
    AllocationTrace(2 operations, 1 slots, 1 threads)
    """
def record(cmd: typing.Any, out: typing.Any = 'trace.vmt', *, python_malloc: bool = False) -> typing.Any:
    """
    Runs a command and records what it and all that it starts ask of their allocators.

    Parameters
    ----------
    cmd : sequence of str
        The program and its arguments. Its streams are this process's.
    out : path-like, default 'trace.vmt'
        The trace of the command's own process; further processes have files beside it, named by their
        ids.
    python_malloc : bool, default False
        Whether Python programs take every block from malloc (``PYTHONMALLOC=malloc``): Python's own
        allocator hides blocks of up to 512 bytes.

    Returns
    -------
    dict
        ``exit_code`` of the command, negative for a signal; ``processes``, a list of dicts with
        ``path``, ``command``, ``process_id``, ``n_ops``, ``lost_ops`` and so on, the command's own
        first; ``path`` of that one's trace.

    Raises
    ------
    UnsupportedError
        If nothing was recorded: the program is linked statically, or privileged.
    OsError
        If it cannot be started, or a file not be written.
    InvalidArgumentError
        If `cmd` is empty.

    Notes
    -----
    By ``LD_PRELOAD`` of libvmperf_trace.so, some 10 ns an event. A crash, ``_exit``, ``exec`` or a
    signal loses no event.

    Examples
    --------
    >>> import pathlib, sys, tempfile
    >>> from vmperf import trace
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = trace.record([sys.executable, "-c", ""], pathlib.Path(folder, "empty.vmt"))
    ...     found["exit_code"], len(trace.load(found["path"])) > 100
    (0, True)
    """
KINDS: tuple = ('malloc', 'calloc', 'realloc', 'aligned', 'free')
