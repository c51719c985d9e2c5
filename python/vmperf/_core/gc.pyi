"""
Collectors to run, measure and compare: programs in C++ on heaps, pauses as arrays.

`collectors()` names the heaps there are, `workloads()` the programs; a `Heap` runs a program and
gives a `Run` with its pauses.
"""
from __future__ import annotations
import collections.abc
import numpy
import numpy.typing
import typing
import vmperf._core.stats
__all__: list[str] = ['Graph', 'Heap', 'OptimizedGc', 'ParallelMarker', 'Run', 'collectors', 'workloads']
class Graph:
    """
    A heap of one graph, of which only the shape matters: what markers are tried on.

    Parameters
    ----------
    shape : str
        'ordered', a binary tree laid out as it is marked; 'shuffled', the same at random; 'random', 4
        references an object to any; 'list'; 'array', one array of references to leaves; 'spine', a
        list with a tree of 159 objects beside each of its own.
    objects : int
        1 to 268435456.
    seed : int, default 0
        Of the layout and of random references; the same one gives the same graph.

    Raises
    ------
    InvalidArgumentError
        If the shape is unknown, or `objects` is out of range.
    CapacityError
        If there is no memory for it.

    Notes
    -----
    16 to 48 bytes an object and a bit for 16 bytes. Not for several threads at once.

    Examples
    --------
    >>> from vmperf.gc import Graph
    >>> graph = Graph("spine", 1000)
    >>> len(graph), graph.count_reachable(), graph.count_marked()
    (1000, 1000, 0)
    """
    def __init__(self, shape: str, objects: typing.SupportsInt | typing.SupportsIndex, *, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __len__(self) -> int:
        ...
    def count_marked(self) -> int:
        """
        Counts the marks that the last pass has left.

        Returns
        -------
        int
            0 to ``len(graph)``.

        Notes
        -----
        O(bytes); the GIL is released.

        Examples
        --------
        >>> from vmperf.gc import Graph, ParallelMarker
        >>> graph = Graph("list", 10)
        >>> stats = ParallelMarker().mark(graph)
        >>> graph.count_marked()
        10
        """
    def count_reachable(self) -> int:
        """
        Counts what the root reaches, by a breadth-first search that knows no marks.

        Returns
        -------
        int
            1 to ``len(graph)``: all of them but in a random graph.

        Notes
        -----
        O(objects); the GIL is released.

        Examples
        --------
        >>> from vmperf.gc import Graph
        >>> Graph("list", 10).count_reachable()
        10
        """
    @property
    def bytes(self) -> int:
        """
        Bytes of all objects.
        """
class ParallelMarker:
    """
    Marks all that a graph's root reaches, with several workers.

    Parameters
    ----------
    workers : int, default 1
        1 to 64; at most so many are started.
    policy : {'steal', 'static', 'packets'}
        How work is shared: idle workers steal the oldest; the first objects are dealt out and nothing
        is shared afterwards; full packets of 256 go to a common pool.
    queue : {'ring', 'lifo', 'fifo'}
        Depth first behind 16 prefetched objects; depth first; breadth first.
    chunk : int, default 512
        References of an array that are scanned in one go, 64 to 1048576.
    stack_limit : int
        Items a worker keeps to itself, 16 or more; what has no room is found again by a scan.
    scaled : bool, default True
        No more workers than CPUs, and one for each 512 KiB; else all of them.

    Raises
    ------
    InvalidArgumentError
        If a number is out of range or a word unknown; the message names it.

    Notes
    -----
    Threads are started by the first pass that needs them; they sleep between passes and end with it.

    Examples
    --------
    >>> from vmperf.gc import Graph, ParallelMarker
    >>> stats = ParallelMarker(workers=2, scaled=False).mark(Graph("shuffled", 50_000))
    >>> len(stats), int(stats["marked"].sum())
    (2, 50000)
    """
    def __init__(self, *, workers: typing.SupportsInt | typing.SupportsIndex = 1, policy: str = 'steal', queue: str = 'ring', chunk: typing.SupportsInt | typing.SupportsIndex = 512, stack_limit: typing.SupportsInt | typing.SupportsIndex = 1073741824, scaled: bool = True) -> None:
        ...
    def mark(self, graph: Graph) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        Clears a graph's marks and marks what its root reaches.

        Parameters
        ----------
        graph : Graph
            Nobody else may use it meanwhile.

        Returns
        -------
        numpy.ndarray
            A record for each worker that was started: `marked`, objects that it marked first; `scanned`,
            objects and slices of arrays; `stolen`, items from others; `attempts`, tries at that;
            `shared`, items put where others may take them (all uint64); `idle_ns` (int64), without work.

        Raises
        ------
        OsError
            If a thread cannot be started.

        Notes
        -----
        O(objects + references); the GIL is released. A second thread's pass of the same marker waits.

        Examples
        --------
        >>> from vmperf.gc import Graph, ParallelMarker
        >>> stats = ParallelMarker(stack_limit=16).mark(Graph("array", 10_000))
        >>> stats["marked"].tolist(), stats["idle_ns"].tolist()
        ([10000], [0])
        """
class Run:
    """
    What a program did on a heap, and how it was stopped.

    Examples
    --------
    >>> from vmperf import gc
    >>> run = gc.Heap(heap_bytes=1 << 20, nursery_bytes=1 << 18).run("churn", size=100, steps=50)
    >>> run.end_ns > run.begin_ns, run.n_collections == len(run.pauses)
    (True, True)
    """
    def chrome_trace(self) -> str:
        """
        The pauses and their phases as JSON in Chrome's trace event format, for Perfetto.

        Returns
        -------
        str
            Times in microseconds since the first step.

        Examples
        --------
        >>> import json
        >>> from vmperf import gc
        >>> run = gc.Heap(heap_bytes=4 << 20).run("churn", size=100, steps=50)
        >>> json.loads(run.chrome_trace())["traceEvents"][0]["name"]
        'minor pause'
        """
    def hdr(self) -> vmperf._core.stats.Histogram:
        """
        The lengths of all pauses, in ns.

        Returns
        -------
        vmperf.stats.Histogram
            To be asked for quantiles, or merged with that of another run.

        Examples
        --------
        >>> from vmperf import gc
        >>> run = gc.Heap(heap_bytes=4 << 20).run("churn", size=100, steps=50)
        >>> run.hdr().count == run.n_collections
        True
        """
    def jvm_log(self) -> str:
        """
        The pauses as text of the JVM's unified logging, a line each, for tools that read that.

        Returns
        -------
        str
            Times in seconds since the first step.

        Examples
        --------
        >>> from vmperf import gc
        >>> run = gc.Heap(heap_bytes=4 << 20).run("churn", size=100, steps=50)
        >>> "[info][gc] GC(0) Pause Young (Allocation Failure)" in run.jvm_log()
        True
        """
    def min_mutator_utilisation(self, windows_ms: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> numpy.typing.NDArray[numpy.float64]:
        """
        The least share of time that the program had for itself in any window of a length.

        Parameters
        ----------
        windows_ms : list of float
            Lengths of windows in milliseconds, 0.000001 or more.

        Returns
        -------
        ndarray of float64, shape (n_windows,)
            0 to 1; NaN for a window longer than the run.

        Raises
        ------
        InvalidArgumentError
            If a window is shorter than a nanosecond.

        Examples
        --------
        >>> from vmperf import gc
        >>> run = gc.Heap(collector="libc").run("churn", size=100, steps=50)
        >>> float(run.min_mutator_utilisation([0.001])[0])
        1.0
        """
    @property
    def begin_ns(self) -> int:
        """
        Monotonic clock before the first step.
        """
    @property
    def checksum(self) -> int:
        """
        One on all collectors for one seed.
        """
    @property
    def decisions(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        Structured array, a row a pause of a run with a pause target, empty without one: what was measured
        and expected (`measured_ns`, `estimate_ns` of the minor collection), marking that is left
        (`work_left_ns`), how long the pause was given to mark (`slice_ns`), and what follows:
        `nursery_bytes` until the next one, `space_left_bytes` before the heap is full. `phase` is 0 idle,
        1 clear, 2 mark, 3 finish, 4 sweep, 5 last resort; `clamped` has bit 0 where the nursery is at its
        least or most, bit 1 where the slice ended at the target, bit 2 where the mutator's share held.

        Examples
        --------
        >>> from vmperf import gc
        >>> heap = gc.Heap(heap_bytes=1 << 22, nursery_bytes=1 << 17, pause_target_ms=5)
        >>> run = heap.run("churn", size=1000, steps=50)
        >>> len(run.decisions) == len(run.pauses), int(run.decisions["target_ns"][0])
        (True, 5000000)
        """
    @property
    def end_ns(self) -> int:
        """
        Monotonic clock after the last step.
        """
    @property
    def n_collections(self) -> int:
        """
        How many collections the steps took.
        """
    @property
    def objects(self) -> int:
        """
        How many objects the steps made.
        """
    @property
    def pauses(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        Structured array, a row a pause: times in ns, sizes in bytes, survivors by age. `interrupted_ns`
        is what of a pause with a target was somebody else's work, found by steps of the clock that are ten
        times as long as usual. `workers` marked, `steals` items moved from one to another in
        `steal_attempts` looks, and `idle_ns` is what all of them together waited for work.
        """
class Heap:
    """
    A heap of a name and a size, on which programs run; each run has a fresh one.

    Parameters
    ----------
    collector : str, default "gen-immix"
        One of `collectors()`; those without a collector (libc, mimalloc) release what they are done
        with.
    heap_bytes : int
        Limit of all that lives, 131072 to 8589934592; libc and mimalloc have none.
    nursery_bytes : int
        Of generational collectors, up to about two fifths of `heap_bytes`.
    pause_target_ms : float, default 0
        How long a pause is to take, up to 10000 ms; 0 is no target. Of `gen-immix` and
        `gen-immix-atomic`, which mark old space in slices to hold it; runs on others refuse it.
    barrier : str, default ""
        Another write barrier than the collector's best: ``object-log``, ``object-log-atomic``,
        ``range-ssb``, ``card-cond``, ``field-log``, as far as programs are compiled with it.
    tenure : int, default 0
        Minor collections that an object survives in the nursery before it is promoted, 0 to 15.
    workers : int, default 1
        Threads that mark in full collections, 1 to 64: no more than CPUs, and one for each 512 KiB that
        lives; slices of a pause target are one thread's. ``semispace`` refuses more than one.
    pacer : {"fixed", "proportional", "membalancer"}
        When old space is collected.
    verify : bool, default False
        Whether the whole heap is checked around each collection: slow.
    stress : int, default 0
        Collect at every so manyth allocation; 0 is never.

    Raises
    ------
    InvalidArgumentError
        If there is no such collector or barrier, or the two do not go together; ranges are looked at
        by each run.
    UnsupportedError
        If no programs are compiled for the two; from runs, for a setting that the collector has not.

    Examples
    --------
    >>> from vmperf import gc
    >>> heap = gc.Heap(collector="naive", heap_bytes=1 << 20)
    >>> run = heap.run("churn", size=1000, steps=50)
    >>> run.objects, run.n_collections > 0, len(run.pauses) == run.n_collections
    (51000, True, True)
    """
    def __init__(self, *, collector: str = 'gen-immix', heap_bytes: typing.SupportsInt | typing.SupportsIndex = 67108864, nursery_bytes: typing.SupportsInt | typing.SupportsIndex = 1048576, pause_target_ms: typing.SupportsFloat | typing.SupportsIndex = 0.0, barrier: str = '', tenure: typing.SupportsInt | typing.SupportsIndex = 0, workers: typing.SupportsInt | typing.SupportsIndex = 1, pacer: str = 'fixed', verify: bool = False, stress: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def run(self, workload: str, *, size: typing.SupportsInt | typing.SupportsIndex = 0, steps: typing.SupportsInt | typing.SupportsIndex = 100, longevity: typing.SupportsFloat | typing.SupportsIndex = 0.1, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> Run:
        """
        Runs a program for a number of steps; the GIL is released meanwhile.

        Parameters
        ----------
        workload : str
            One of `workloads()`.
        size : int, default 0
            How much lives, in the program's own measure; 0 takes the program's own choice.
        steps : int, default 100
            Rounds of work after everything long-lived is there.
        longevity : float, default 0.1
            Of churn and survivors: the share of objects that are kept, 0 to 1.
        seed : int, default 0
            Of all that is drawn.

        Returns
        -------
        Run
            What it took, and its pauses.

        Raises
        ------
        InvalidArgumentError
            If there is no such program, or heap, nursery, size or share is out of range.
        CapacityError
            If the program does not fit into the heap after a full collection.
        CorruptionError
            If the program finds what it wrote changed.
        UnsupportedError
            If the collector is a library that is not there; it says what would supply it. If there is a
            pause target and the collector does not mark in slices.

        Examples
        --------
        >>> from vmperf import gc
        >>> checksums = {gc.Heap(collector=c).run("mesh", steps=3).checksum for c in ("naive", "libc")}
        >>> len(checksums)
        1
        """
class OptimizedGc(Heap):
    """
    The preset with everything on: a heap for those who do not want to choose.

    `gen-immix` with an object log; survivors stay in the nursery once, the heap is sized by its own
    rates (MemBalancer), old space is marked in slices.

    Parameters
    ----------
    heap_bytes : int
        Limit of all that lives, 131072 to 8589934592.
    pause_target_ms : float, default 5
        How long a pause is to take; 0 is no target.

    Raises
    ------
    InvalidArgumentError
        By runs, where a size or the target is out of range.

    Examples
    --------
    >>> from vmperf import gc
    >>> run = gc.OptimizedGc(heap_bytes=4 << 20).run("churn", size=1000, steps=50)
    >>> run.checksum == gc.Heap(collector="naive", heap_bytes=4 << 20).run(
    ...     "churn", size=1000, steps=50).checksum
    True
    """
    def __init__(self, *, heap_bytes: typing.SupportsInt | typing.SupportsIndex = 67108864, pause_target_ms: typing.SupportsFloat | typing.SupportsIndex = 5.0) -> None:
        ...
def collectors() -> dict[str, str]:
    """
    The heaps that there are, our own and others', whether installed or not.

    Returns
    -------
    dict of str
        A summary by name.

    Examples
    --------
    >>> from vmperf import gc
    >>> "libc" in gc.collectors()
    True
    """
def workloads() -> dict[str, str]:
    """
    The programs that run on every heap.

    Returns
    -------
    dict of str
        A summary by name, which says what its `size` is.

    Examples
    --------
    >>> from vmperf import gc
    >>> "binary_trees" in gc.workloads()
    True
    """
