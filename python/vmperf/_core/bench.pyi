"""
The native harness: the catalog of benchmarks and the call that measures them.
"""
from __future__ import annotations
import collections.abc
import numpy
import typing
__all__: list[str] = ['Arm', 'CaseResult', 'Samples', 'availability', 'capsule', 'catalog', 'empty_builtin', 'import_design', 'imports', 'libraries', 'load', 'measure', 'measure_c', 'measure_python']
class Arm:
    """
    One side of a comparison: a workload and its timed batches.

    Another process commands batches here and on the other side in turn. Samples and flags are those of
    `measure`; what is a status there is an error here.

    Parameters
    ----------
    id : str
        A benchmark of the catalog.
    params : dict of str to int, float or str
        A value for each axis but ``design``.
    design : str
        One of the benchmark's designs.
    seed : int
        Where buffers and stack frames lie, >= 0: equal seeds give equal shifts.
    data_seed : int
        What data the workload draws, >= 0: the same for both sides of a comparison.

    Raises
    ------
    InvalidArgumentError
        Unknown benchmark, design or axis value.
    UnsupportedError
        The design cannot run on this machine.
    MeasurementError
        Its workload could not be made.

    Notes
    -----
    For one thread. The GIL is released while it runs.

    Examples
    --------
    >>> from vmperf import bench
    >>> arm = bench.Arm("bench/selftest/one_cycle", {}, "kernel", seed=0)
    >>> arm.calibrate(0) > 0
    True
    >>> ns, flags = arm.run(100000)
    >>> ns > 0, arm.verify()
    (True, '')
    """
    def __init__(self, id: str, params: collections.abc.Mapping[str, typing.SupportsInt | typing.SupportsIndex | typing.SupportsFloat | typing.SupportsIndex | str], design: str, *, seed: typing.SupportsInt | typing.SupportsIndex, data_seed: typing.SupportsInt | typing.SupportsIndex = 20240917) -> None:
        ...
    def calibrate(self, warm_up_ns: typing.SupportsInt | typing.SupportsIndex) -> float:
        """
        Warm up and estimate the cost of one op.

        Parameters
        ----------
        warm_up_ns : int
            Least time to run, in nanoseconds, >= 0.

        Returns
        -------
        float
            Nanoseconds per op in the best batch.

        Raises
        ------
        MeasurementError
            ``optimised_away`` where time does not grow with the work.
        InvalidArgumentError
            ``warm_up_ns`` below 0.

        Examples
        --------
        >>> from vmperf import bench
        >>> bench.Arm("bench/selftest/one_cycle", {}, "kernel", seed=0).calibrate(10**6) < 100
        True
        """
    def count_instructions(self) -> tuple[float | None, str]:
        """
        Count instructions by single-stepping a child.

        Returns
        -------
        tuple of float or None, str
            Instructions per op, and ``counted`` or why there is no count.

        Notes
        -----
        About 0.1 ms per instruction stepped, seconds at most.

        Examples
        --------
        >>> from vmperf import bench
        >>> bench.Arm("bench/selftest/one_cycle", {}, "kernel", seed=0).count_instructions()[1]
        'counted'
        """
    def report(self) -> dict:
        """
        What the workload says beside time, since it was made.

        Returns
        -------
        dict
            ``metrics``: name -> float, None where it was not delivered, the built-in ones too. ``details``:
            as `CaseResult.details` has them.

        Raises
        ------
        MeasurementError
            ``crashed``: the workload reports what its benchmark does not declare.

        Examples
        --------
        >>> from vmperf import bench
        >>> arm = bench.Arm("bench/selftest/one_cycle", {}, "kernel", seed=0)
        >>> arm.run(1000)[0] >= 0, arm.report()["metrics"]["rss_peak_bytes"] > 0
        (True, True)
        """
    def run(self, n: typing.SupportsInt | typing.SupportsIndex) -> tuple[int, int]:
        """
        Time one batch.

        Parameters
        ----------
        n : int
            Ops in it, 1 to `max_n`.

        Returns
        -------
        tuple of int
            Nanoseconds, and flags as in `Samples`.

        Raises
        ------
        InvalidArgumentError
            ``n`` out of range.

        Examples
        --------
        >>> from vmperf import bench
        >>> bench.Arm("bench/selftest/one_cycle", {}, "kernel", seed=0).run(1000)[0] >= 0
        True
        """
    def sample(self) -> dict:
        """
        What the last batch reports: the metrics that have a value per sample.

        Returns
        -------
        dict
            Name -> float in the unit of the metric, None where it is NaN; those that were delivered.

        Raises
        ------
        MeasurementError
            ``crashed``: the workload reports what its benchmark does not declare.

        Examples
        --------
        >>> from vmperf import bench
        >>> arm = bench.Arm("bench/selftest/report", {}, "kernel", seed=0)
        >>> arm.run(100)[0] >= 0, [*arm.sample()]
        (True, ['batches'])
        """
    def verify(self) -> str:
        """
        Prove the work on the state the batches left.

        Returns
        -------
        str
            Empty, or why the work is not proved.

        Examples
        --------
        >>> from vmperf import bench
        >>> bench.Arm("bench/selftest/one_cycle", {}, "kernel", seed=0).verify()
        ''
        """
    @property
    def max_n(self) -> int:
        """
        int: the most ops of one batch.
        """
    @property
    def version(self) -> str:
        """
        str: of the peer or library measured; empty for own designs.
        """
class Samples:
    """
    Raw samples of one case, as the C++ runner left them.

    Sample ``i`` did ``iterations[i]`` ops in ``ns_total[i]`` nanoseconds. The arrays are read-only
    views of the C++ buffers, which live as long as any view does.

    Examples
    --------
    >>> from vmperf import bench
    >>> r = bench.measure("bench/selftest/one_cycle", {}, [], warm_up_ns=0, measurement_ns=10**6,
    ...                   n_samples=4, sampling="flat", n_placements=1, seed=0, process=0,
    ...                   count_instructions=False)
    >>> len(r[0].samples)
    4
    """
    def __len__(self) -> int:
        ...
    def to_bytes(self, field: str) -> bytes:
        """
        The raw bytes of one field, in the machine's byte order.

        Parameters
        ----------
        field : str
            ``ns_total``, ``iterations``, ``flags`` or ``placement``.

        Returns
        -------
        bytes
            A copy, 8 or 4 bytes per sample.

        Raises
        ------
        InvalidArgumentError
            For another field.

        Examples
        --------
        >>> from vmperf import bench
        >>> r = bench.measure("bench/selftest/one_cycle", {}, [], warm_up_ns=0, measurement_ns=10**6,
        ...                   n_samples=4, sampling="flat", n_placements=1, seed=0, process=0,
        ...                   count_instructions=False)
        >>> len(r[0].samples.to_bytes("ns_total"))
        32
        """
    @property
    def flags(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        uint32 array ``(n_samples,)``: 1 context switch, 2 page fault, 4 steal during the batch.
        """
    @property
    def iterations(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        int64 array ``(n_samples,)``: ops in each batch.
        """
    @property
    def ns_total(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        int64 array ``(n_samples,)``: nanoseconds of each batch.
        """
    @property
    def placement(self) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        uint32 array ``(n_samples,)``: which placement of buffers it ran in.
        """
class CaseResult:
    """
    What one design measured at one point of the axes.

    Examples
    --------
    >>> from vmperf import bench
    >>> r = bench.measure("bench/selftest/missing", {}, ["absent"], warm_up_ns=0, measurement_ns=1,
    ...                   n_samples=2, sampling="flat", n_placements=1, seed=0, process=0,
    ...                   count_instructions=False)
    >>> r[0].design, r[0].status
    ('absent', 'not_installed')
    """
    def details(self) -> list:
        """
        What was reported beside numbers: a copy of all bytes.

        Returns
        -------
        list of tuple
            Kind, name, placement, bytes. ``distribution``: `vmperf.stats.Histogram.from_bytes` reads it;
            ``series``: little-endian float64, all x, then all y; ``table``: JSON with ``rows``; ``sample``:
            float64, the metric's value with each sample, NaN where there is none.

        Examples
        --------
        >>> from vmperf import bench
        >>> r = bench.measure("bench/selftest/missing", {}, ["absent"], warm_up_ns=0, measurement_ns=1,
        ...                   n_samples=2, sampling="flat", n_placements=1, seed=0, process=0,
        ...                   count_instructions=False)
        >>> r[0].details()
        []
        """
    @property
    def checksum(self) -> int:
        """
        Checksum of the first ops of the run.
        """
    @property
    def design(self) -> str:
        """
        Name of the design.
        """
    @property
    def evidence(self) -> dict:
        """
        How we know that the work was done: instructions per op, empty loop, core clock, copies; how time
        grows with n, and in ``notes`` and ``disturbs`` limits in words.
        """
    @property
    def metrics(self) -> dict:
        """
        Metric -> its value in each placement, None where it was not delivered.
        """
    @property
    def reason(self) -> str:
        """
        The refusal in words; empty when ok.
        """
    @property
    def samples(self) -> typing.Any:
        """
        The raw samples (:class:`Samples`).
        """
    @property
    def status(self) -> str:
        """
        ``ok`` or why the case was refused or failed.
        """
    @property
    def version(self) -> str:
        """
        Version of a peer; empty for own designs.
        """
def availability(id: str, design: str) -> dict:
    """
    Whether a design can run on this machine.

    Parameters
    ----------
    id : str
        A benchmark of the catalog.
    design : str
        One of its designs.

    Returns
    -------
    dict
        ``status`` (``ok``, ``not_installed``, ``unsupported``), ``reason`` and, for a peer,
        ``version``.

    Raises
    ------
    InvalidArgumentError
        For an unknown benchmark or design.

    Examples
    --------
    >>> from vmperf import bench
    >>> bench.availability("bench/selftest/missing", "absent")["status"]
    'not_installed'
    """
def capsule(capsule: typing.Any) -> tuple:
    """
    Look into a PyCapsule.

    Parameters
    ----------
    capsule : PyCapsule
        Such as the one in a SciPy ``LowLevelCallable``.

    Returns
    -------
    tuple of int, str, int
        Its pointer, name (empty where it has none) and context.

    Raises
    ------
    InvalidArgumentError
        Something else.

    Examples
    --------
    >>> import datetime
    >>> from vmperf import bench
    >>> bench.capsule(datetime.datetime_CAPI)[1]
    'datetime.datetime_CAPI'
    """
def catalog() -> list:
    """
    The registry of benchmarks as plain data.

    Returns
    -------
    list of dict
        Keys ``id, component, summary, op, api, tags, fooled_by, hidden, subcycle, comparable,
        repeatable, varies, latency, isolated, uncounted, axes, designs, quantities``; the first axis is
        ``design``. Keys of a design: ``name, summary, peer, limit, null``. Quantities beside time:
        lists ``metrics`` (``name, unit, better, scope, merge``; those that every case has too),
        ``distributions``, ``series`` and ``tables``.

    Examples
    --------
    >>> from vmperf import bench
    >>> [b["axes"][0]["name"] for b in bench.catalog()][0]
    'design'
    """
def empty_builtin() -> typing.Any:
    """
    Return a builtin that takes any arguments and does nothing.

    Returns
    -------
    builtin_function_or_method
        Called through the same protocol as any builtin.

    Examples
    --------
    >>> from vmperf import bench
    >>> bench.empty_builtin()(1, 2, 3) is None
    True
    """
def import_design(name: str, path: str, prefix: str = '') -> list[str]:
    """
    Enter a library of C functions as a design of the APIs that it fits.

    An API takes a library that exports all of its functions: ``pool`` takes ``malloc`` and ``free``,
    ``memops`` takes ``memcpy``, for its benchmarks of copies. A library may enter several.

    Parameters
    ----------
    name : str
        Name of the design.
    path : str
        The shared library.
    prefix : str
        What its symbols begin with: ``"my_"`` for ``my_malloc`` and ``my_free``.

    Returns
    -------
    list of str
        ``api:name`` of each API that it entered; the same import again returns the same again.

    Raises
    ------
    InvalidArgumentError
        A malformed name, a name that is taken, a missing file or symbol.
    OsError
        The file is no shared library; the loader's words.
    MeasurementError
        ``crashed`` or ``timed_out``: loading it in a child process, which is tried first.

    Notes
    -----
    The library stays loaded for the life of the process; its symbols replace nobody's.

    Examples
    --------
    >>> import vmperf
    >>> from vmperf import bench
    >>> try:
    ...     bench.import_design("mine", "no-such-library.so")
    ... except vmperf.InvalidArgumentError as error:
    ...     print(error.argument)
    library of design mine
    """
def imports() -> list:
    """
    The libraries imported as designs so far.

    Returns
    -------
    list of dict
        ``name``, ``path``, ``prefix`` and ``version`` (path and a hash of the file) of each, in order:
        what another process must import to see the same catalog.

    Examples
    --------
    >>> from vmperf import bench
    >>> isinstance(bench.imports(), list)
    True
    """
def libraries() -> list[str]:
    """
    The shared libraries of benchmarks loaded so far.

    Returns
    -------
    list of str
        Absolute paths in the order of loading: what another process must load to see the same catalog.

    Examples
    --------
    >>> from vmperf import bench
    >>> all(path.startswith("/") for path in bench.libraries())
    True
    """
def load(path: str) -> list[str]:
    """
    Add the benchmarks and designs of a shared library to the catalog of this process.

    Parameters
    ----------
    path : str
        A library written with ``<vmperf/bench/plugin.hpp>``; loading it twice is loading it once.

    Returns
    -------
    list of str
        The ids of its benchmarks, then ``api:name`` of each design that it adds to an API.

    Raises
    ------
    OsError
        The library cannot be loaded; the loader's words.
    UnsupportedError
        It was built for another version of the plugin interface.
    MeasurementError
        ``crashed`` or ``timed_out``: loading it in a child process, which is tried first.
    InvalidArgumentError
        It is no library of benchmarks, or a name it declares exists already; nothing is added then.

    Warns
    -----
    RuntimeWarning
        It changes rounding or denormals for the whole process as it is loaded; that is taken back.

    Notes
    -----
    The library stays loaded for the life of the process. Its code runs in this process: run what you do
    not trust through ``vmperf.run``, which measures in workers.

    Examples
    --------
    >>> import vmperf
    >>> from vmperf import bench
    >>> try:
    ...     bench.load("no-such-library.so")
    ... except vmperf.OsError as error:
    ...     print(error.call)
    dlopen
    """
def measure(id: str, params: collections.abc.Mapping[str, typing.SupportsInt | typing.SupportsIndex | typing.SupportsFloat | typing.SupportsIndex | str], designs: collections.abc.Sequence[str], *, warm_up_ns: typing.SupportsInt | typing.SupportsIndex, measurement_ns: typing.SupportsInt | typing.SupportsIndex, n_samples: typing.SupportsInt | typing.SupportsIndex, sampling: str, n_placements: typing.SupportsInt | typing.SupportsIndex, seed: typing.SupportsInt | typing.SupportsIndex, process: typing.SupportsInt | typing.SupportsIndex, count_instructions: bool, beacon: str = '', evidence_ns: typing.SupportsInt | typing.SupportsIndex = 0, deadline_ns: typing.SupportsInt | typing.SupportsIndex = 0) -> list[CaseResult]:
    """
    Measure designs of one benchmark at one point of its axes, here.

    Warm-up, calibration and evidence of work come first; then every design and the empty loop get one
    batch per round in rotated order. Whatever goes wrong with a design is its case's status.

    Parameters
    ----------
    id : str
        A benchmark of the catalog.
    params : dict of str to int, float or str
        A value for each axis but ``design``.
    designs : list of str
        Names of designs; empty for all.
    warm_up_ns : int
        Nanoseconds of warm-up per design, >= 0.
    measurement_ns : int
        Nanoseconds of measurement per design, > 0.
    n_samples : int
        Samples per design, >= 2; 20 at most where one op a sample would overrun the time.
    sampling : str
        ``flat`` (equal batches) or ``linear`` (batch i is i times the first).
    n_placements : int
        How often buffers are placed anew, 1..n_samples.
    seed : int
        Decides order, placement and data, >= 0.
    process : int
        Number of this process: another order and placement, >= 0.
    count_instructions : bool
        Count instructions per op by single-stepping a forked child. Without counts, in process 0 an
        op of less than 0.9 cycles is refused; other processes rely on the counts of process 0.
    beacon : str, optional
        Path of a file of at least 16 bytes in which the design under way is announced.
    evidence_ns : int, optional
        Nanoseconds that the evidence of work of a design may take, >= 0; 0 for two seconds.
    deadline_ns : int, optional
        Nanoseconds after which the call should end, >= 0; 0 for never. Samples and placements are fewer
        then; a design of which not two samples fit is ``timed_out``.

    Returns
    -------
    list of CaseResult
        In the order of ``designs``.

    Raises
    ------
    InvalidArgumentError
        Unknown benchmark, design or axis value; settings out of range.
    OsError
        The beacon cannot be mapped, or the process cannot fork.

    Notes
    -----
    The GIL is released. Takes about (warm_up_ns + measurement_ns) per design plus 0.1 to 2 s for the
    count. One call at a time per process gives undisturbed figures.

    References
    ----------
    Criterion.rs, user guide, "Analysis process" (warm-up, linear and flat sampling).

    Examples
    --------
    >>> from vmperf import bench
    >>> [r] = bench.measure("bench/selftest/empty_policy", {}, [], warm_up_ns=0, measurement_ns=10**6,
    ...                     n_samples=4, sampling="flat", n_placements=1, seed=0, process=0,
    ...                     count_instructions=True)
    >>> r.status
    'optimised_away'
    """
def measure_c(address: typing.SupportsInt | typing.SupportsIndex, returns_real: bool, integers: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], reals: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], *, timeout_ns: typing.SupportsInt | typing.SupportsIndex, warm_up_ns: typing.SupportsInt | typing.SupportsIndex, measurement_ns: typing.SupportsInt | typing.SupportsIndex, n_samples: typing.SupportsInt | typing.SupportsIndex, linear: bool, n_placements: typing.SupportsInt | typing.SupportsIndex, seed: typing.SupportsInt | typing.SupportsIndex, count_instructions: bool = True) -> list[CaseResult]:
    """
    Time a C function by its address; `vmperf.benchmark` prepares it.

    Parameters
    ----------
    address : int
        Address of the function.
    returns_real : bool
        Whether it returns a float or a double.
    integers : list of int
        Its integers and pointers in order, extended to 64 bits; at most 6.
    reals : list of float
        Its floating-point arguments in order, as registers hold them; at most 8.
    timeout_ns : int
        Nanoseconds that the calls of a child process, which come first, may take.
    warm_up_ns, measurement_ns, n_samples, linear, n_placements, seed, count_instructions
        As in `measure`; `linear` for ``sampling="linear"``.

    Returns
    -------
    list of CaseResult
        The function, and an empty one called the same way in the same rounds.

    Raises
    ------
    InvalidArgumentError
        A null address, too many arguments, settings out of range.
    MeasurementError
        ``crashed`` or ``timed_out``: the function, called in a child process.

    Notes
    -----
    The GIL is held. A wrong signature is undefined behaviour, as in C.

    Examples
    --------
    >>> import ctypes
    >>> from vmperf import bench
    >>> address = ctypes.cast(ctypes.CDLL(None).abs, ctypes.c_void_p).value
    >>> target, empty = bench.measure_c(address, False, [3], [], timeout_ns=10**9, warm_up_ns=0,
    ...     measurement_ns=10**6, n_samples=4, linear=False, n_placements=1, seed=0)
    >>> target.design, empty.design
    ('target', 'empty')
    """
def measure_python(target: typing.Any, empty: typing.Any, args: tuple, *, warm_up_ns: typing.SupportsInt | typing.SupportsIndex, measurement_ns: typing.SupportsInt | typing.SupportsIndex, n_samples: typing.SupportsInt | typing.SupportsIndex, linear: bool, n_placements: typing.SupportsInt | typing.SupportsIndex, seed: typing.SupportsInt | typing.SupportsIndex, count_instructions: bool = True) -> list[CaseResult]:
    """
    Time a Python callable; `vmperf.benchmark` prepares it.

    Parameters
    ----------
    target, empty : callable
        What is timed, and what does nothing, called the same way in the same rounds.
    args : tuple
        Positional arguments of both.
    warm_up_ns, measurement_ns, n_samples, linear, n_placements, seed, count_instructions
        As in `measure`; `linear` for ``sampling="linear"``.

    Returns
    -------
    list of CaseResult
        The target, then the empty one.

    Raises
    ------
    InvalidArgumentError
        Settings out of range.
    Exception
        Whatever the callable raises.

    Notes
    -----
    The loop is native and calls through the vectorcall protocol; the GIL is held. Instructions are
    counted where one call takes at most 5 us.

    Examples
    --------
    >>> from vmperf import bench
    >>> target, empty = bench.measure_python(abs, bench.empty_builtin(), (3,), warm_up_ns=0,
    ...     measurement_ns=10**6, n_samples=4, linear=False, n_placements=1, seed=0)
    >>> len(target.samples)
    4
    """
