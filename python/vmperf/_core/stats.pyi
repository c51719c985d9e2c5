"""
Statistics of timing samples, in C++.

Arrays in are one-dimensional, C-contiguous and of the exact dtype (float64 for values, int64 for
nanoseconds, iterations and numbers of clusters): another dtype or a strided array is a TypeError,
not a silent copy. Do not write to an array while a call on another thread reads it: the GIL is
released. Arrays out own their memory. Results depend on the arguments alone, bootstraps on `seed`
too.
"""
from __future__ import annotations
import collections.abc
import numpy
import numpy.typing
import typing
__all__: list[str] = ['Histogram', 'benjamini_hochberg', 'binomial_bound', 'bootstrap', 'change_points', 'clusters', 'detectable', 'fit_line', 'fit_through_origin', 'hodges_lehmann', 'hodges_lehmann_shift', 'holm', 'kde', 'kde_bandwidth', 'layout_floor', 'location_interval', 'location_intervals', 'location_test', 'mad', 'mann_whitney', 'maximum', 'mean', 'median', 'min_mutator_utilisation', 'minimum', 'paired_geomean', 'paired_ratio', 'per_op', 'quantile', 'quantiles', 'random_effects', 'ratio', 'required_pairs', 'rule_criterion', 'rule_threshold', 'sequential_levels', 'signed_rank', 'std', 'student_t_cdf', 'student_t_quantile', 'summarize', 't_interval', 'trimmed', 'trimmed_interval', 'trimmed_mean', 'trimmed_test', 'tukey_classes', 'unit_quantile_interval', 'welch']
class Histogram:
    """
    A distribution of whole numbers (ns, bytes, counts), recorded op by op and merged exactly.

    Log-linear buckets with the edges of HdrHistogram's: values that share one differ by less than
    10^-significant_digits of themselves; count, sum, least and greatest value are exact.

    Parameters
    ----------
    significant_digits : int, default 3
        1 to 5. A histogram of 3 spans all of 0 to 2**64 - 1 in 440 KiB, of which the system gives only
        the pages that are used; 5 digits reserve 48 MiB.

    Raises
    ------
    InvalidArgumentError
        If `significant_digits` is out of range.

    Notes
    -----
    One writer at a time; reading from several threads is safe as long as none writes.

    References
    ----------
    Tene, HdrHistogram, hdrhistogram.org.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> latency = stats.Histogram()
    >>> latency.record(np.array([90, 100, 110, 5000]))
    >>> latency.count, latency.min, latency.max, latency.mean, latency.quantile(0.5)
    (4, 90, 5000, 1325.0, 100)
    """
    @staticmethod
    def from_bytes(data: bytes) -> Histogram:
        """
        Read what `to_bytes` wrote.

        Parameters
        ----------
        data : bytes
            All of them.

        Returns
        -------
        Histogram
            Equal to the one that was written.

        Raises
        ------
        InvalidArgumentError
            If `to_bytes` cannot have written these bytes; says where they are wrong.

        Examples
        --------
        >>> import numpy as np
        >>> from vmperf import stats
        >>> h = stats.Histogram()
        >>> h.record(np.array([1, 5]))
        >>> stats.Histogram.from_bytes(h.to_bytes()) == h
        True
        """
    def __eq__(self, arg0: typing.Any) -> bool:
        ...
    def __hash__(self) -> int:
        ...
    def __init__(self, significant_digits: typing.SupportsInt | typing.SupportsIndex = 3) -> None:
        ...
    def __repr__(self) -> str:
        ...
    def buckets(self) -> tuple[numpy.typing.NDArray[numpy.uint64], numpy.typing.NDArray[numpy.uint64]]:
        """
        What was recorded, bucket by bucket: all that a chart of the distribution needs.

        Returns
        -------
        tuple of two ndarray of uint64, shape (n_buckets,)
            The highest value of each bucket that holds something, ascending, at most `max`; how many values
            it holds, 1 or more.

        Notes
        -----
        O(buckets in use). The arrays own their memory.

        Examples
        --------
        >>> import numpy as np
        >>> from vmperf import stats
        >>> h = stats.Histogram(significant_digits=1)
        >>> h.record(np.array([3, 32, 33, 90]))
        >>> [part.tolist() for part in h.buckets()]
        [[3, 33, 90], [1, 2, 1]]
        """
    def clear(self) -> None:
        """
        Forget all values; the memory stays, so that recording meets no page fault.

        Examples
        --------
        >>> import numpy as np
        >>> from vmperf import stats
        >>> h = stats.Histogram()
        >>> h.record(np.array([7]))
        >>> h.clear()
        >>> h.count
        0
        """
    def merge(self, other: Histogram) -> None:
        """
        Add what another histogram recorded, as if it had been recorded here.

        Parameters
        ----------
        other : Histogram
            Of as many significant digits. It stays as it is.

        Raises
        ------
        InvalidArgumentError
            If it has other digits, or both together 2**64 values or more.

        Notes
        -----
        O(buckets between its least and greatest value). Order does not matter.

        Examples
        --------
        >>> import numpy as np
        >>> from vmperf import stats
        >>> a, b = stats.Histogram(), stats.Histogram()
        >>> a.record(np.array([1, 2])); b.record(np.array([2, 3]))
        >>> a.merge(b)
        >>> [part.tolist() for part in a.buckets()]
        [[1, 2, 3], [1, 2, 1]]
        """
    def quantile(self, q: typing.SupportsFloat | typing.SupportsIndex) -> int:
        """
        The least value whose rank is a share `q` of the count or more.

        Parameters
        ----------
        q : float
            0 to 1: 0.5 is the median, 0.999 what one value in a thousand exceeds.

        Returns
        -------
        int
            In the unit of the values: the highest of its bucket, brought within `min` and `max`.

        Raises
        ------
        InvalidArgumentError
            If `q` is out of range or nothing was recorded.

        Notes
        -----
        O(buckets in use).

        Examples
        --------
        >>> import numpy as np
        >>> from vmperf import stats
        >>> h = stats.Histogram()
        >>> h.record(np.arange(1, 1001))
        >>> h.quantile(0.5), h.quantile(0.99), h.quantile(1)
        (500, 990, 1000)
        """
    def quantile_interval(self, q: typing.SupportsFloat | typing.SupportsIndex, *, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95) -> dict[str, float]:
        """
        A quantile with the interval that its order statistics give, whatever the distribution.

        Parameters
        ----------
        q : float
            0 to 1.
        confidence : float, default 0.95
            0 < confidence < 1; the interval has at least this for independent values.

        Returns
        -------
        dict
            quantile, low, high, in the unit of the values. high is inf, low is 0, where too few values lie
            beyond the quantile to bound it: at 95 %, the 0.999 quantile needs 3688 values.

        Raises
        ------
        InvalidArgumentError
            If `q` or `confidence` is out of range or nothing was recorded.

        Notes
        -----
        Values of one process and one placement are not independent of each other: of several, compare
        quantiles between them. O(buckets in use + sqrt(count) log(count)).

        References
        ----------
        David, Nagaraja, Order Statistics, 2003, section 7.1.

        Examples
        --------
        >>> import numpy as np
        >>> from vmperf import stats
        >>> h = stats.Histogram()
        >>> h.record(np.arange(1, 1001))
        >>> h.quantile_interval(0.5)
        {'quantile': 500.0, 'low': 469.0, 'high': 532.0}
        """
    def quantiles(self, q: numpy.typing.NDArray[numpy.float64]) -> numpy.typing.NDArray[numpy.uint64]:
        """
        Several quantiles at once.

        Parameters
        ----------
        q : ndarray of float64, shape (n,)
            Each 0 to 1, in any order.

        Returns
        -------
        ndarray of uint64, shape (n,)
            As `quantile` gives them, in the unit of the values.

        Raises
        ------
        InvalidArgumentError
            If one is out of range or nothing was recorded.
        TypeError
            If `q` is strided or not float64.

        Examples
        --------
        >>> import numpy as np
        >>> from vmperf import stats
        >>> h = stats.Histogram()
        >>> h.record(np.arange(1, 101))
        >>> h.quantiles(np.array([0.5, 0.9])).tolist()
        [50, 90]
        """
    def record(self, values: numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]) -> None:
        """
        Record every value of an array.

        Parameters
        ----------
        values : ndarray of int64 or uint64, shape (n,)
            0 or more.

        Raises
        ------
        InvalidArgumentError
            If a value is negative (nothing is recorded then) or the array not one-dimensional.
        TypeError
            If it is strided or of another dtype.

        Notes
        -----
        O(n), about a nanosecond a value; the GIL is released.

        Examples
        --------
        >>> import numpy as np
        >>> from vmperf import stats
        >>> sizes = stats.Histogram()
        >>> sizes.record(np.array([8, 8, 64]))
        >>> sizes
        <Histogram of 3 values, 8 to 64>
        """
    def to_bytes(self) -> bytes:
        """
        Everything as bytes, for a file; equal histograms have equal bytes.

        Returns
        -------
        bytes
            ``VMH1``, the digits and LEB128 numbers: some bytes per bucket in use.

        Examples
        --------
        >>> from vmperf import stats
        >>> stats.Histogram().to_bytes()
        b'VMH1\\x03\\x00\\x00\\x00\\x00\\x00'
        """
    @property
    def count(self) -> int:
        """
        How many values were recorded.
        """
    @property
    def max(self) -> int:
        """
        The greatest value, exactly; 0 without any.
        """
    @property
    def mean(self) -> float:
        """
        Of the values themselves; NaN without any.
        """
    @property
    def min(self) -> int:
        """
        The least value, exactly; 0 without any.
        """
    @property
    def significant_digits(self) -> int:
        """
        Decimal digits that a value keeps, 1 to 5.
        """
    @property
    def sum(self) -> float:
        """
        Of the values themselves, as float.
        """
def benjamini_hochberg(p: numpy.typing.NDArray[numpy.float64]) -> numpy.typing.NDArray[numpy.float64]:
    """
    Adjust p values of several comparisons so that the share of false alarms is bounded.

    Parameters
    ----------
    p : ndarray of float64, shape (n,)
        p values, 0 to 1, at least one, in any order.

    Returns
    -------
    ndarray of float64, shape (n,)
        Adjusted p values in the order of `p`, none smaller than before, at most 1: those at most alpha
        are alarms of which on average at most a share alpha is false.

    Raises
    ------
    InvalidArgumentError
        If `p` is empty or not one-dimensional, or holds NaN or a value outside 0 to 1.
    TypeError
        If `p` is strided or not float64.

    Notes
    -----
    For independent or positively dependent comparisons. O(n log n); the GIL is released.

    References
    ----------
    Y. Benjamini, Y. Hochberg: Controlling the false discovery rate. JRSS B 57, 1995.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> stats.benjamini_hochberg(np.array([0.0625, 0.5, 0.125])).tolist()
    [0.1875, 0.5, 0.1875]
    """
def binomial_bound(k: typing.SupportsInt | typing.SupportsIndex, n: typing.SupportsInt | typing.SupportsIndex, *, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, side: str = 'upper') -> dict[str, float]:
    """
    Bounds of a probability from k events in n independent trials, after Clopper and Pearson.

    Parameters
    ----------
    k : int
        Events, 0 to `n`; false alarms, say.
    n : int
        Trials, 1 to 1000000000.
    confidence : float, default 0.95
        0 < confidence < 1.
    side : str, default "upper"
        "upper": only an upper bound, low is 0; "lower": only a lower one, high is 1; "two": both, half
        of the error on each side.

    Returns
    -------
    dict
        share (k / n), low, high; fractions.

    Raises
    ------
    InvalidArgumentError
        If an argument is out of range.

    Notes
    -----
    Exact: the truth is inside with at least `confidence`. To a relative 1e-10. O(sqrt(n)); the GIL is
    released.

    References
    ----------
    C. J. Clopper, E. S. Pearson: The use of confidence or fiducial limits illustrated in the case of
    the binomial. Biometrika 26, 1934.

    Examples
    --------
    >>> from vmperf import stats
    >>> stats.binomial_bound(0, 300)["high"] < 0.01
    True
    """
def bootstrap(values: numpy.typing.NDArray[numpy.float64], *, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, resamples: typing.SupportsInt | typing.SupportsIndex = 2000, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> dict[str, dict[str, float]]:
    """
    Bootstrap intervals of the median and of the mean, for samples of one cluster.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        At least two finite values, any unit.
    confidence : float, default 0.95
        0 < confidence < 1.
    resamples : int, default 2000
        1 to 10000000.
    seed : int, default 0
        0 to 2**64 - 1.

    Returns
    -------
    dict
        "median" and "mean", each a dict of estimate, low, high in the unit of `values`; low <= estimate
        <= high.

    Raises
    ------
    InvalidArgumentError
        If `values` has under two values, is not one-dimensional, or holds NaN or a magnitude beyond
        1e150; if `confidence` or `resamples` is out of range.
    TypeError
        If `values` is strided or not float64, or `seed` is not an integer of its range.

    Notes
    -----
    O(resamples n) time, O(resamples + n) memory; the GIL is released. Draws come from a counter-based
    generator over the sorted values: the result is the same in any sample order and on any thread. It
    takes samples as independent: where they come from several clusters use location_intervals. The
    percentiles are moved out to Phi(-+ sqrt(n / (n - 1)) t(n - 1)), as plain ones cover too little for
    few samples. The mean of a strongly skewed sample stays hard: a lognormal of sigma 1 is covered 92 %
    of the time at n = 100.

    References
    ----------
    B. Efron, R. J. Tibshirani: An Introduction to the Bootstrap. Chapman & Hall, 1993, chapter 13.
    T. C. Hesterberg: What Teachers Should Know about the Bootstrap. The American Statistician 69, 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> median = stats.bootstrap(np.arange(100.0))["median"]
    >>> median["estimate"], bool(median["low"] < 49.5 < median["high"])
    (49.5, True)
    """
def change_points(values: numpy.typing.NDArray[numpy.float64], *, significance: typing.SupportsFloat | typing.SupportsIndex = 0.005, permutations: typing.SupportsInt | typing.SupportsIndex = 999, min_segment: typing.SupportsInt | typing.SupportsIndex = 5, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> list[dict[str, typing.Any]]:
    """
    Where the level of a history changes, by E-divisive with a permutation test on logarithms.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Positive values in order of time, one per revision, 1 to 10000 of them; paired ratios or
        minima, any unit.
    significance : float, default 0.005
        Level of each test, 0 < significance < 1: the chance of any change in a series without one.
    permutations : int, default 999
        1 to 1000000, and at least 1 / significance - 1.
    min_segment : int, default 5
        Least number of values between two changes, 2 or more.
    seed : int, default 0
        0 to 2**64 - 1.

    Returns
    -------
    list of dict
        By index: index (of the first value after the change), p (of the test that found it), ratio (of
        the median after the change to that before it, each up to the next change).

    Raises
    ------
    InvalidArgumentError
        If `values` is empty, too long, not one-dimensional or not within 1e-150 to 1e150; if an option
        is out of range.
    TypeError
        If `values` is strided or not float64, or `seed` is not an integer of its range.

    Notes
    -----
    Where nothing changes the values must be exchangeable: drift, or a machine that alternates, is found
    as change. Never feed it means. O(n^2) per segment and permutation; a series without change ends
    after a few permutations. The GIL is released.

    References
    ----------
    D. S. Matteson, N. A. James: A nonparametric approach for multiple change point analysis of
    multivariate data. JASA 109, 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> noise = np.tile([1.00, 1.01, 1.02, 1.00, 1.03], 4)
    >>> history = np.concatenate([noise, 1.1 * noise])
    >>> (found,) = stats.change_points(history)
    >>> found["index"], found["p"], round(found["ratio"], 3)
    (20, 0.001, 1.1)
    """
def clusters(process: numpy.typing.NDArray[numpy.int64], placement: numpy.typing.NDArray[numpy.int64]) -> numpy.typing.NDArray[numpy.int64]:
    """
    The unit of independence of each sample: its process where there are several, else its placement.

    Parameters
    ----------
    process : ndarray of int64, shape (n,)
        The number of the process that each sample comes from.
    placement : ndarray of int64, shape (n,)
        The number of the placement of buffers, within its process, that each sample ran in.

    Returns
    -------
    ndarray of int64, shape (n,)
        What `summarize`, `location_intervals`, `paired_ratio`, `paired_geomean` and `ratio` take as
        cluster.

    Raises
    ------
    InvalidArgumentError
        If lengths differ or an array is not one-dimensional.
    TypeError
        If an array is strided or not int64.

    Notes
    -----
    Each process, and each placement in it, draws an offset of its own, which more samples inside it do
    not average out; the outermost unit that varies holds them all. O(n); the GIL is released.

    References
    ----------
    T. Kalibera, R. Jones: Rigorous benchmarking in reasonable time. ISMM 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> placement = np.array([0, 0, 1, 1])
    >>> stats.clusters(np.array([3, 3, 3, 3]), placement).tolist()
    [0, 0, 1, 1]
    >>> stats.clusters(np.array([3, 3, 4, 4]), placement).tolist()
    [3, 3, 4, 4]
    """
def detectable(std_error: typing.SupportsFloat | typing.SupportsIndex, df: typing.SupportsFloat | typing.SupportsIndex, *, alpha: typing.SupportsFloat | typing.SupportsIndex, power: typing.SupportsFloat | typing.SupportsIndex = 0.95) -> float:
    """
    The smallest true effect that a one-sided t test sees with a given power.

    Parameters
    ----------
    std_error : float
        Standard error of the estimate, 0 to 1e150, any unit.
    df : float
        Its degrees of freedom, 1 to 1e6.
    alpha : float
        Level of the test, 1e-6 <= alpha < 0.5.
    power : float, default 0.95
        alpha < power <= 1 - 1e-6.

    Returns
    -------
    float
        The effect, in the unit of `std_error`.

    Raises
    ------
    InvalidArgumentError
        If an argument is out of range.

    Notes
    -----
    Exact for Gaussian values where `std_error` is the true one: by the noncentral t distribution, not
    by the sum of two quantiles, which is too small for few degrees of freedom. About 1 ms; the GIL is
    released.

    Examples
    --------
    >>> from vmperf import stats
    >>> round(stats.detectable(1.0, 13, alpha=0.01), 4)
    4.456
    """
def fit_line(x: numpy.typing.NDArray[numpy.float64], y: numpy.typing.NDArray[numpy.float64]) -> dict[str, float]:
    """
    Ordinary least squares of y = intercept + slope x: parts a batch's constant cost from that per op.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        At least two finite values, any units; `x` has at least two distinct values.

    Returns
    -------
    dict
        intercept (unit of `y`), slope (unit of `y` per unit of `x`) and r_squared (0 to 1; 0 where `y`
        is constant).

    Raises
    ------
    InvalidArgumentError
        If an array has under two values, is not one-dimensional, or holds NaN or a magnitude beyond
        1e150; if lengths differ; if `x` is constant.
    TypeError
        If an array is strided or not float64.

    Notes
    -----
    O(n), Householder QR on centred `x`; the GIL is released.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> fit = stats.fit_line(np.array([1.0, 2.0, 3.0]), np.array([5.0, 7.0, 9.0]))
    >>> round(fit["intercept"], 9), round(fit["slope"], 9)
    (3.0, 2.0)
    """
def fit_through_origin(x: numpy.typing.NDArray[numpy.float64], y: numpy.typing.NDArray[numpy.float64]) -> dict[str, float]:
    """
    Ordinary least squares of y = slope x: with iterations and batch times, time per op.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Finite values, any units; at least one `x` differs from 0.

    Returns
    -------
    dict
        slope (unit of `y` per unit of `x`) and r_squared: 1 - residual / total, total about the mean of
        `y`. Below 0 where a constant fits better than the line; 0 where `y` is constant.

    Raises
    ------
    InvalidArgumentError
        If an array is empty, not one-dimensional, or holds NaN or a magnitude beyond 1e150; if lengths
        differ; if `x` is 0 everywhere.
    TypeError
        If an array is strided or not float64.

    Notes
    -----
    O(n), Householder QR; the GIL is released. Long batches weigh most and catch most preemption: from
    run to run of one binary the slope varies far more than the median, so it never decides a
    comparison.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> fit = stats.fit_through_origin(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]))
    >>> round(fit["slope"], 9), round(fit["r_squared"], 9)
    (2.0, 1.0)
    """
def hodges_lehmann(values: numpy.typing.NDArray[numpy.float64]) -> float:
    """
    The Hodges-Lehmann estimate of a sample's centre: the median of all averages of two of its values.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Finite values, at least one, up to 2**24 pairs (5792 values); any unit.

    Returns
    -------
    float
        The median of (values[i] + values[j]) / 2 over i <= j, in the unit of `values`.

    Raises
    ------
    InvalidArgumentError
        If `values` is empty, too long, not one-dimensional, or holds NaN or a magnitude beyond 1e150.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    95 % as precise as the mean for Gaussian values, and unmoved by up to 29 % of wild ones. For a
    symmetric distribution it estimates its centre. O(n^2) time and memory; the GIL is released.

    References
    ----------
    J. L. Hodges, E. L. Lehmann: Estimates of location based on rank tests. Annals of Mathematical
    Statistics 34, 1963.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> stats.hodges_lehmann(np.array([1.0, 2.0, 90.0]))
    23.75
    """
def hodges_lehmann_shift(a: numpy.typing.NDArray[numpy.float64], b: numpy.typing.NDArray[numpy.float64]) -> float:
    """
    The Hodges-Lehmann estimate of how far a lies above b: the median of all differences.

    Parameters
    ----------
    a : ndarray of float64, shape (n_a,)
        Finite values, at least one, any unit; n_a * n_b up to 2**24.
    b : ndarray of float64, shape (n_b,)
        Likewise, in the unit of `a`.

    Returns
    -------
    float
        The median of a[i] - b[j], in the unit of `a`.

    Raises
    ------
    InvalidArgumentError
        If an array is empty, not one-dimensional, or holds NaN or a magnitude beyond 1e150; if there
        are too many pairs.
    TypeError
        If an array is strided or not float64.

    Notes
    -----
    The shift that makes Mann-Whitney's U what it is expected to be. Over pairs that belong together use
    hodges_lehmann of their differences. O(n_a n_b) time and memory; the GIL is released.

    References
    ----------
    J. L. Hodges, E. L. Lehmann: Estimates of location based on rank tests. Annals of Mathematical
    Statistics 34, 1963.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> stats.hodges_lehmann_shift(np.array([4.0, 5.0, 60.0]), np.array([1.0, 2.0, 3.0]))
    3.0
    """
def holm(p: numpy.typing.NDArray[numpy.float64]) -> numpy.typing.NDArray[numpy.float64]:
    """
    Adjust p values of several comparisons so that the chance of any false alarm is bounded.

    Parameters
    ----------
    p : ndarray of float64, shape (n,)
        p values, 0 to 1, at least one, in any order.

    Returns
    -------
    ndarray of float64, shape (n,)
        Adjusted p values in the order of `p`, none smaller than before, at most 1: with a probability
        of 1 - alpha none of those at most alpha is false.

    Raises
    ------
    InvalidArgumentError
        If `p` is empty or not one-dimensional, or holds NaN or a value outside 0 to 1.
    TypeError
        If `p` is strided or not float64.

    Notes
    -----
    Whatever the dependence among the comparisons. O(n log n); the GIL is released.

    References
    ----------
    S. Holm: A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics
    6, 1979.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> stats.holm(np.array([0.0625, 0.5, 0.125])).tolist()
    [0.1875, 0.5, 0.25]
    """
def kde(values: numpy.typing.NDArray[numpy.float64], n_points: typing.SupportsInt | typing.SupportsIndex = 200, *, low: typing.SupportsFloat | typing.SupportsIndex | None = None, high: typing.SupportsFloat | typing.SupportsIndex | None = None, bandwidth: typing.SupportsFloat | typing.SupportsIndex | None = None) -> tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64]]:
    """
    Gaussian kernel density estimate on an equally spaced grid, for charts.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        At least one finite value, any unit.
    n_points : int, default 200
        Points of the grid, 2 to 1000000.
    low, high : float or None, default None
        Ends of the grid in the unit of `values`, low < high; None is 3 bandwidths beyond the extremes.
    bandwidth : float or None, default None
        Standard deviation of the kernel in the unit of `values`, > 0; None is kde_bandwidth(values).

    Returns
    -------
    tuple of ndarray of float64, each of shape (n_points,)
        The grid, ascending, in the unit of `values`; the density per that unit.

    Raises
    ------
    InvalidArgumentError
        If `values` is empty, not one-dimensional, or holds NaN or a magnitude beyond 1e150; if
        `n_points`, `bandwidth`, `low` or `high` is out of range.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    O(n n_points); the GIL is released. One far outlier stretches the default grid: for a chart give
    `low` and `high`.

    References
    ----------
    B. W. Silverman: Density Estimation for Statistics and Data Analysis. Chapman & Hall, 1986, eq.
    3.31.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> x, density = stats.kde(np.array([1.0, 2.0, 2.5, 3.0, 5.0]), 400)
    >>> round(float(density.sum() * (x[1] - x[0])), 2)
    1.0
    """
def kde_bandwidth(values: numpy.typing.NDArray[numpy.float64]) -> float:
    """
    Silverman's bandwidth in its robust form, 0.9 min(std, IQR / 1.34) n^(-1/5).

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Finite values, any unit; at least one unless said otherwise.

    Returns
    -------
    float
        In the unit of `values`. Where the quartiles coincide std alone counts; where all values are
        equal it is a thousandth of their magnitude (1 for zeros).

    Raises
    ------
    InvalidArgumentError
        If `values` has too few values, is not one-dimensional, or holds NaN or a magnitude beyond
        1e150.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    O(n log n); the GIL is released.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> round(stats.kde_bandwidth(np.array([1.0, 2.0, 3.0, 90.0])), 6)
    11.707214
    """
def layout_floor(values: numpy.typing.NDArray[numpy.float64], group: numpy.typing.NDArray[numpy.int64], *, trim: typing.SupportsFloat | typing.SupportsIndex = 0.2) -> dict[str, typing.Any]:
    """
    How far groups that ought to be equal lie apart beyond their noise: the relink floor.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Independent values inside a group, log ratios of pairs say; two or more a group, any unit.
    group : ndarray of int64, shape (n,)
        The group (salted build) of each value, in any order; two groups or more.
    trim : float, default 0.2
        Share dropped at each end inside a group, 0 <= trim < 0.5.

    Returns
    -------
    dict
        std: deviation of the group effects, 0 where noise explains the spread; spread: deviation of the
        group means; noise: typical standard error of a group's mean; all in the unit of `values`;
        groups: how many.

    Raises
    ------
    InvalidArgumentError
        If there is one group, or one of under two values; if lengths differ; if an array is not
        one-dimensional or holds NaN or a magnitude beyond 1e150; if `trim` is out of range.
    TypeError
        If an array is strided or of another dtype.

    Notes
    -----
    std^2 = spread^2 - noise^2; spread is the median absolute deviation of the group means, scaled for
    the Gaussian and for few groups; noise^2 the median squared standard error. One wild build does not
    move it. Under about six groups it is a rough figure. O(n log n); the GIL is released.

    References
    ----------
    C. Croux, P. J. Rousseeuw: Time-efficient algorithms for two highly robust estimators of scale.
    Computational Statistics 1, 1992.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> values = np.array([1.0, 1.2, 2.0, 2.2, 3.0, 3.2])
    >>> found = stats.layout_floor(values, np.array([0, 0, 1, 1, 2, 2]))
    >>> round(found["spread"], 4), round(found["noise"], 4), found["groups"]
    (2.2165, 0.1, 3)
    """
def location_interval(*, mean: typing.SupportsFloat | typing.SupportsIndex, std_error: typing.SupportsFloat | typing.SupportsIndex, df: typing.SupportsFloat | typing.SupportsIndex, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, side: str = 'two') -> dict[str, float]:
    """
    Interval around an estimate that has a standard error.

    Parameters
    ----------
    mean : float
        The estimate, as `trimmed` or `random_effects` gives it.
    std_error : float
        Its standard error, 0 or more, in the same unit.
    df : float
        Its degrees of freedom, 1 or more.
    confidence : float, default 0.95
        0 < confidence < 1.
    side : str, default "two"
        "two", "lower" or "upper", as for `trimmed_interval`.

    Returns
    -------
    dict
        mean, low, high.

    Raises
    ------
    InvalidArgumentError
        If a number is not finite or out of range.

    Notes
    -----
    By Student's t; O(1).

    References
    ----------
    As for the estimate.

    Examples
    --------
    >>> from vmperf import stats
    >>> found = stats.location_interval(mean=0.0, std_error=1.0, df=10, confidence=0.9)
    >>> round(found["low"], 4), round(found["high"], 4)
    (-1.8125, 1.8125)
    """
def location_intervals(values: numpy.typing.NDArray[numpy.float64], cluster: numpy.typing.NDArray[numpy.int64], *, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, resamples: typing.SupportsInt | typing.SupportsIndex = 2000, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> dict[str, dict[str, float]]:
    """
    Intervals of the median and of the mean of samples from one or several clusters.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        At least two finite values, any unit.
    cluster : ndarray of int64, shape (n,)
        The number of the cluster, process or placement, of each value, in any order: see `clusters`.
    confidence : float, default 0.95
        0 < confidence < 1.
    resamples : int, default 2000
        1 to 10000000; only one cluster uses it.
    seed : int, default 0
        0 to 2**64 - 1; only one cluster uses it.

    Returns
    -------
    dict
        "median" and "mean", each a dict of estimate, low, high in the unit of `values`; low <= estimate
        <= high. The estimates are those of all samples together.

    Raises
    ------
    InvalidArgumentError
        If `values` has under two values, is not one-dimensional, or holds NaN or a magnitude beyond
        1e150; if lengths differ; if `confidence` or `resamples` is out of range.
    TypeError
        If an array is strided or of another dtype, or `seed` is not an integer of its range.

    Notes
    -----
    One cluster: the intervals of `bootstrap`, which speaks for that cluster alone. C > 1 clusters:
    samples inside a cluster are not independent (they share its layout), so the cluster is the unit:
    mean +- t(C - 1) s / sqrt(C) over the C medians (or means), widened where it would exclude the
    estimate. O(resamples n) or O(n log n); the GIL is released.

    References
    ----------
    T. Kalibera, R. Jones: Rigorous benchmarking in reasonable time. ISMM 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> values = np.array([1.0, 1.1, 0.9, 2.0, 2.1, 1.9, 3.0, 3.1, 2.9])
    >>> cluster = np.repeat(np.arange(3, dtype=np.int64), 3)
    >>> median = stats.location_intervals(values, cluster)["median"]
    >>> round(median["low"], 4), median["estimate"], round(median["high"], 4)
    (-0.4841, 2.0, 4.4841)
    """
def location_test(*, mean: typing.SupportsFloat | typing.SupportsIndex, std_error: typing.SupportsFloat | typing.SupportsIndex, df: typing.SupportsFloat | typing.SupportsIndex, shift: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> dict[str, float]:
    """
    One-sided p values of an estimate that has a standard error.

    Parameters
    ----------
    mean : float
        The estimate, as `trimmed` or `random_effects` gives it.
    std_error : float
        Its standard error, 0 or more, in the same unit.
    df : float
        Its degrees of freedom, 1 or more.
    shift : float, default 0.0
        The mean under the hypothesis.

    Returns
    -------
    dict
        above: P(an estimate this high or higher | true mean at `shift`); below: likewise for this low.

    Raises
    ------
    InvalidArgumentError
        If a number is not finite or out of range.

    Notes
    -----
    By Student's t; O(1). Without any spread 0 and 1, as for `trimmed_test`.

    References
    ----------
    As for the estimate.

    Examples
    --------
    >>> from vmperf import stats
    >>> p = stats.location_test(mean=0.02, std_error=0.01, df=10, shift=0.0)
    >>> round(p["above"], 4), round(p["below"], 4)
    (0.0367, 0.9633)
    """
def mad(values: numpy.typing.NDArray[numpy.float64]) -> float:
    """
    Median absolute deviation from the median, not scaled.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Finite values, any unit; at least one unless said otherwise.

    Returns
    -------
    float
        In the unit of `values`; times 1.4826 it estimates the standard deviation of a Gaussian.

    Raises
    ------
    InvalidArgumentError
        If `values` has too few values, is not one-dimensional, or holds NaN or a magnitude beyond
        1e150.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    O(n log n); the GIL is released.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> round(stats.mad(np.array([1.0, 2.0, 3.0, 90.0])), 6)
    1.0
    """
def mann_whitney(a: numpy.typing.NDArray[numpy.float64], b: numpy.typing.NDArray[numpy.float64], *, side: str = 'two') -> dict[str, typing.Any]:
    """
    Mann-Whitney's U test: do values of a tend to be larger than values of b?

    Parameters
    ----------
    a : ndarray of float64, shape (n_a,)
        Independent finite values, at least one, any unit.
    b : ndarray of float64, shape (n_b,)
        Likewise, in the unit of `a`.
    side : str, default "two"
        "two": any difference; "greater": a above b; "less": a below b.

    Returns
    -------
    dict
        u: the number of pairs with a[i] > b[j], ties count one half; p: the p value; method: "exact"
        where the smaller sample has up to 8 values, the larger up to 1000, and none are tied, else
        "normal".

    Raises
    ------
    InvalidArgumentError
        If an array is empty, not one-dimensional, or holds NaN or a magnitude beyond 1e150; if `side`
        is not allowed.
    TypeError
        If an array is strided or not float64.

    Notes
    -----
    The Gaussian approximation has the corrections for ties and for continuity. Values that are all
    equal give p = 1. Samples of one process are not independent: on those the test alarms on identical
    code. O(n log n), exact O(n_a^2 n_b^2); the GIL is released.

    References
    ----------
    H. B. Mann, D. R. Whitney: On a test of whether one of two random variables is stochastically larger
    than the other. Annals of Mathematical Statistics 18, 1947.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> test = stats.mann_whitney(np.array([4.0, 5.0, 6.0]), np.array([1.0, 2.0, 3.0]))
    >>> test["u"], round(test["p"], 12), test["method"]
    (9.0, 0.1, 'exact')
    """
def maximum(values: numpy.typing.NDArray[numpy.float64]) -> float:
    """
    The greatest value.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Finite values, any unit; at least one unless said otherwise.

    Returns
    -------
    float
        In the unit of `values`.

    Raises
    ------
    InvalidArgumentError
        If `values` has too few values, is not one-dimensional, or holds NaN or a magnitude beyond
        1e150.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    O(n); the GIL is released.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> round(stats.maximum(np.array([1.0, 2.0, 3.0, 90.0])), 6)
    90.0
    """
def mean(values: numpy.typing.NDArray[numpy.float64]) -> float:
    """
    Arithmetic mean: it follows every disturbed sample, so it describes and never decides.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Finite values, any unit; at least one unless said otherwise.

    Returns
    -------
    float
        In the unit of `values`.

    Raises
    ------
    InvalidArgumentError
        If `values` has too few values, is not one-dimensional, or holds NaN or a magnitude beyond
        1e150.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    O(n); the GIL is released.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> round(stats.mean(np.array([1.0, 2.0, 3.0, 90.0])), 6)
    24.0
    """
def median(values: numpy.typing.NDArray[numpy.float64]) -> float:
    """
    The middle value, or the mean of the middle two.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Finite values, any unit; at least one unless said otherwise.

    Returns
    -------
    float
        In the unit of `values`.

    Raises
    ------
    InvalidArgumentError
        If `values` has too few values, is not one-dimensional, or holds NaN or a magnitude beyond
        1e150.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    O(n log n); the GIL is released.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> round(stats.median(np.array([1.0, 2.0, 3.0, 90.0])), 6)
    2.5
    """
def min_mutator_utilisation(start_ns: numpy.typing.NDArray[numpy.int64], ns: numpy.typing.NDArray[numpy.int64], windows_ns: numpy.typing.NDArray[numpy.int64], *, begin_ns: typing.SupportsInt | typing.SupportsIndex, end_ns: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.float64]:
    """
    The least share of time that a program had between pauses, over windows of given lengths.

    Parameters
    ----------
    start_ns : ndarray of int64, shape (n_pauses,)
        When each pause began, in order.
    ns : ndarray of int64, shape (n_pauses,)
        How long each was; none reaches into the next one.
    windows_ns : ndarray of int64, shape (n_windows,)
        Lengths of windows, 1 or more.
    begin_ns : int
        When the run began.
    end_ns : int
        When it ended.

    Returns
    -------
    ndarray of float64, shape (n_windows,)
        0 to 1; NaN for a window longer than the run.

    Raises
    ------
    InvalidArgumentError
        If lengths differ, a pause overlaps the one before or lies outside the run, or a window is
        shorter than 1 ns.
    TypeError
        If an array is not of int64.

    Notes
    -----
    O(n_pauses log n_pauses) for each window; the GIL is released.

    References
    ----------
    Cheng and Blelloch, A Parallel, Real-Time Garbage Collector, PLDI 2001.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> start, ns = np.array([10, 14]), np.array([2, 2])
    >>> stats.min_mutator_utilisation(start, ns, np.array([2, 4, 8]), begin_ns=0, end_ns=100)
    array([0. , 0.5, 0.5])
    """
def minimum(values: numpy.typing.NDArray[numpy.float64]) -> float:
    """
    The least value: the estimate of choice where noise can only add time.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Finite values, any unit; at least one unless said otherwise.

    Returns
    -------
    float
        In the unit of `values`. An op with several modes shows only its fastest here.

    Raises
    ------
    InvalidArgumentError
        If `values` has too few values, is not one-dimensional, or holds NaN or a magnitude beyond
        1e150.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    O(n); the GIL is released.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> round(stats.minimum(np.array([1.0, 2.0, 3.0, 90.0])), 6)
    1.0
    """
def paired_geomean(a: numpy.typing.NDArray[numpy.float64], b: numpy.typing.NDArray[numpy.float64], cluster: numpy.typing.NDArray[numpy.int64], point: numpy.typing.NDArray[numpy.int64], *, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95) -> dict[str, float]:
    """
    How much slower a is than b over several points (sizes, mixes), from times of the same rounds.

    Parameters
    ----------
    a, b : ndarray of float64, shape (n,)
        Time per op of two designs; a[i] and b[i] are of one round. Positive, any one unit.
    cluster : ndarray of int64, shape (n,)
        The number of the cluster that each round ran in, in any order; two clusters or more.
    point : ndarray of int64, shape (n,)
        The number of the point that each round measured; every cluster has rounds of every point.
    confidence : float, default 0.95
        0 < confidence < 1.

    Returns
    -------
    dict
        ratio, low, high; low <= ratio <= high. Above 1, a is the slower.

    Raises
    ------
    InvalidArgumentError
        If an array is empty or not one-dimensional, or lengths differ; if a time is not within 1e-150
        to 1e150; if there is one cluster only, or one that lacks a point; if `confidence` is out of
        range.
    TypeError
        If an array is strided or of another dtype.

    Notes
    -----
    Within a cluster the median of a[i] / b[i] at each point, their geometric mean over points is the
    cluster's observation; the geometric mean of those with Student t on the logarithms. Every point
    weighs the same, however many rounds it has. O(n log n); the GIL is released.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> b = np.array([1.0, 5.0, 1.0, 5.0])
    >>> cluster, point = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> found = stats.paired_geomean(b * [1.0, 4.0, 1.0, 4.0], b, cluster, point)
    >>> round(found["ratio"], 6)
    2.0
    """
def paired_ratio(a: numpy.typing.NDArray[numpy.float64], b: numpy.typing.NDArray[numpy.float64], cluster: numpy.typing.NDArray[numpy.int64], *, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, resamples: typing.SupportsInt | typing.SupportsIndex = 2000, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> dict[str, float]:
    """
    How much slower a is than b, from times of the same rounds: what disturbs a round cancels.

    Parameters
    ----------
    a, b : ndarray of float64, shape (n,)
        Time per op of two designs; a[i] and b[i] are of one round. Positive, any one unit.
    cluster : ndarray of int64, shape (n,)
        The number of the cluster, process or placement, of each round, in any order: see `clusters`.
    confidence : float, default 0.95
        0 < confidence < 1.
    resamples : int, default 2000
        1 to 10000000; only one cluster uses it.
    seed : int, default 0
        0 to 2**64 - 1; only one cluster uses it.

    Returns
    -------
    dict
        ratio, low, high; low <= ratio <= high. Above 1, a is the slower.

    Raises
    ------
    InvalidArgumentError
        If an array is empty or not one-dimensional, or lengths differ; if a time is not within 1e-150
        to 1e150; if one cluster has a single round; if `confidence` or `resamples` is out of range.
    TypeError
        If an array is strided or of another dtype, or `seed` is not an integer of its range.

    Notes
    -----
    One cluster: the median of a[i] / b[i] with its interval as in `bootstrap`, which speaks for that
    cluster alone. C > 1 clusters: the median ratio of each is one observation; their geometric mean
    with Student t on the logarithms, C - 1 degrees of freedom. With two clusters that interval is
    wide, up to (0, inf): two say little. O(resamples n) or O(n log n); the GIL is released.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> b = np.array([1.0, 1.2, 0.9, 1.1, 1.0, 1.3])
    >>> paired = stats.paired_ratio(2 * b, b, np.zeros(6, dtype=np.int64))
    >>> paired["low"], paired["ratio"], paired["high"]
    (2.0, 2.0, 2.0)
    """
def per_op(ns_total: numpy.typing.NDArray[numpy.int64], iterations: numpy.typing.NDArray[numpy.int64]) -> numpy.typing.NDArray[numpy.float64]:
    """
    Time per op of every sample.

    Parameters
    ----------
    ns_total : ndarray of int64, shape (n,)
        Nanoseconds of each batch, >= 0.
    iterations : ndarray of int64, shape (n,)
        Ops in each batch, >= 1.

    Returns
    -------
    ndarray of float64, shape (n,)
        ns per op.

    Raises
    ------
    InvalidArgumentError
        If lengths differ, an array is not one-dimensional, `ns_total` is negative or `iterations` is
        not positive anywhere.
    TypeError
        If an array is strided or not int64.

    Notes
    -----
    O(n); the GIL is released.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> stats.per_op(np.array([10, 30]), np.array([10, 20])).tolist()
    [1.0, 1.5]
    """
def quantile(values: numpy.typing.NDArray[numpy.float64], probability: typing.SupportsFloat | typing.SupportsIndex) -> float:
    """
    Quantile of type 7, NumPy's default: linear between neighbouring order statistics.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        At least one finite value, any unit.
    probability : float
        0 <= probability <= 1.

    Returns
    -------
    float
        In the unit of `values`.

    Raises
    ------
    InvalidArgumentError
        If `probability` is outside [0, 1]; if `values` is empty, not one-dimensional, or holds NaN or a
        magnitude beyond 1e150.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    O(n log n); the GIL is released.

    References
    ----------
    R. J. Hyndman, Y. Fan: Sample Quantiles in Statistical Packages. The American Statistician 50, 1996.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> stats.quantile(np.array([1.0, 2.0, 3.0]), 0.75)
    2.5
    """
def quantiles(values: numpy.typing.NDArray[numpy.float64], probabilities: numpy.typing.NDArray[numpy.float64]) -> numpy.typing.NDArray[numpy.float64]:
    """
    Several quantiles of type 7 from one sort.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        At least one finite value, any unit.
    probabilities : ndarray of float64, shape (k,)
        Each 0 to 1, in any order.

    Returns
    -------
    ndarray of float64, shape (k,)
        In the unit of `values`, in the order of `probabilities`.

    Raises
    ------
    InvalidArgumentError
        If a probability is outside [0, 1]; if `values` is empty, not one-dimensional, or holds NaN or a
        magnitude beyond 1e150.
    TypeError
        If an array is strided or not float64.

    Notes
    -----
    O(n log n + k); the GIL is released.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> stats.quantiles(np.array([1.0, 2.0, 3.0]), np.array([0.25, 0.5])).tolist()
    [1.5, 2.0]
    """
def random_effects(values: numpy.typing.NDArray[numpy.float64], group: numpy.typing.NDArray[numpy.int64], *, trim: typing.SupportsFloat | typing.SupportsIndex = 0.2, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, side: str = 'two', known_std: typing.SupportsFloat | typing.SupportsIndex | None = None, known_df: typing.SupportsFloat | typing.SupportsIndex = 1000000.0) -> dict[str, float]:
    """
    Mean of values that come in groups, such as pairs of several salted builds: the group is the unit.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Independent values inside a group, log ratios of pairs say; two or more a group, any unit.
    group : ndarray of int64, shape (n,)
        The group of each value, in any order.
    trim : float, default 0.2
        Share dropped at each end inside a group, 0 <= trim < 0.5.
    confidence : float, default 0.95
        0 < confidence < 1.
    side : str, default "two"
        "two", "lower" or "upper", as for `trimmed_interval`.
    known_std : float, optional
        Standard deviation of the group effects as measured before, in the unit of `values`, 0 to 1e150.
    known_df : float, default 1e6
        Degrees of freedom of `known_std`, 1 to 1e6; builds less 1, say.

    Returns
    -------
    dict
        mean, std_error, df, low, high; between_std: deviation of the group effects, 0 where noise
        explains the spread, NaN for one group; within_std: typical standard error of a group's mean.
        In the unit of `values`, but df.

    Raises
    ------
    InvalidArgumentError
        If a group has under two values; if lengths differ; if an array is not one-dimensional or holds
        NaN or a magnitude beyond 1e150; if an option is out of range.
    TypeError
        If an array is strided or of another dtype.

    Notes
    -----
    G groups: the unweighted mean of their trimmed means; std_error = max(deviation of the group means,
    within_std) / sqrt(G), with G - 1 degrees of freedom: valid whatever the group effects, and wide for
    few groups, which is what few groups know. Leaving the group effect out where it is not visible
    would alarm too often. With `known_std` its variance takes the place of the estimated one and the
    degrees of freedom are Satterthwaite's. One group without `known_std`: its own trimmed mean, which
    speaks for that group alone. O(n log n); the GIL is released.

    References
    ----------
    S. R. Searle, G. Casella, C. E. McCulloch: Variance Components. Wiley, 1992, chapter 3.
    F. E. Satterthwaite: An approximate distribution of estimates of variance components. Biometrics
    Bulletin 2, 1946.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> values = np.array([1.0, 1.2, 2.0, 2.2, 3.0, 3.2])
    >>> found = stats.random_effects(values, np.array([0, 0, 1, 1, 2, 2]))
    >>> round(found["mean"], 6), found["df"], round(found["within_std"], 6)
    (2.1, 2.0, 0.1)
    """
def ratio(a: numpy.typing.NDArray[numpy.float64], cluster_a: numpy.typing.NDArray[numpy.int64], b: numpy.typing.NDArray[numpy.float64], cluster_b: numpy.typing.NDArray[numpy.int64], *, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, resamples: typing.SupportsInt | typing.SupportsIndex = 2000, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> dict[str, float]:
    """
    How much slower a is than b, from two sample sets that share no rounds.

    Parameters
    ----------
    a : ndarray of float64, shape (n_a,)
        Time per op, positive, any unit.
    cluster_a : ndarray of int64, shape (n_a,)
        The number of the cluster that each sample of `a` comes from.
    b : ndarray of float64, shape (n_b,)
        Time per op, positive, in the unit of `a`.
    cluster_b : ndarray of int64, shape (n_b,)
        Likewise; numbers of `a` and `b` have nothing to do with each other.
    confidence : float, default 0.95
        0 < confidence < 1.
    resamples : int, default 2000
        1 to 10000000; only used where each set has one cluster.
    seed : int, default 0
        0 to 2**64 - 1; only used where each set has one cluster.

    Returns
    -------
    dict
        ratio, low, high; low <= ratio <= high. Above 1, a is the slower.

    Raises
    ------
    InvalidArgumentError
        If an array is empty or not one-dimensional, or lengths differ; if a time is not within 1e-150
        to 1e150; if both sets have one cluster and one of them a single sample; if `confidence` or
        `resamples` is out of range.
    TypeError
        If an array is strided or of another dtype, or `seed` is not an integer of its range.

    Notes
    -----
    One cluster each: the ratio of the medians, both sets resampled as in `bootstrap`; it says nothing
    about other clusters. Several: the logarithm of each cluster's median is one observation; the ratio
    of the geometric means with Welch's t interval. If one set has a single cluster, the variance of the
    other stands for both (pooled t). Welch's t covers 93.7 % instead of 95 % for 10 clusters against
    3: take as many of each. Drift between the sets does not cancel: prefer `paired_ratio`. O(resamples
    (n_a + n_b)) or O(n log n); the GIL is released.

    References
    ----------
    B. L. Welch: The generalization of 'Student's' problem when several different population variances
    are involved. Biometrika 34, 1947.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> one = np.zeros(4, dtype=np.int64)
    >>> stats.ratio(np.full(4, 3.0), one, np.full(4, 2.0), one)
    {'ratio': 1.5, 'low': 1.5, 'high': 1.5}
    """
def required_pairs(std: typing.SupportsFloat | typing.SupportsIndex, effect: typing.SupportsFloat | typing.SupportsIndex, *, alpha: typing.SupportsFloat | typing.SupportsIndex, power: typing.SupportsFloat | typing.SupportsIndex = 0.95, trim: typing.SupportsFloat | typing.SupportsIndex = 0.2) -> int:
    """
    How many pairs show an effect with a given power.

    Parameters
    ----------
    std : float
        Standard deviation of one pair's value as the trimmed mean sees it: std_error * sqrt(n) of a
        pilot; 0 to 1e150, any unit.
    effect : float
        The true effect to be seen, in the unit of `std`; positive, 1e-150 to 1e150.
    alpha : float
        Level of the one-sided test, 1e-6 <= alpha < 0.5.
    power : float, default 0.95
        alpha < power <= 1 - 1e-6.
    trim : float, default 0.2
        0 <= trim < 0.5.

    Returns
    -------
    int
        2 to 1000000.

    Raises
    ------
    InvalidArgumentError
        If an argument is out of range, or a million pairs are too few.

    Notes
    -----
    As `detectable`, with n - 2 floor(trim n) - 1 degrees of freedom. Some ten milliseconds; the GIL is
    released. A pilot's `std` is an estimate: plan for more.

    Examples
    --------
    >>> from vmperf import stats
    >>> stats.required_pairs(0.016, 0.01, alpha=0.01)
    46
    """
def rule_criterion(a: numpy.typing.NDArray[numpy.float64], b: numpy.typing.NDArray[numpy.float64], *, noise_threshold: typing.SupportsFloat | typing.SupportsIndex = 0.01, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, resamples: typing.SupportsInt | typing.SupportsIndex = 2000, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> dict[str, typing.Any]:
    """
    Criterion.rs's verdict: did the mean get slower from a to b?

    Parameters
    ----------
    a : ndarray of float64, shape (n_a,)
        Times per op of the run before, positive, two or more, any unit.
    b : ndarray of float64, shape (n_b,)
        Of the run after, in the unit of `a`.
    noise_threshold : float, default 0.01
        Changes within this fraction are ignored, 0 to 1e150.
    confidence : float, default 0.95
        Of the interval, 0 < confidence < 1.
    resamples : int, default 2000
        1 to 10000000; Criterion takes 100000.
    seed : int, default 0
        0 to 2**64 - 1.

    Returns
    -------
    dict
        change (mean of b over mean of a, less 1), low, high, p, alarm (bool).

    Raises
    ------
    InvalidArgumentError
        If an array has under two values, is not one-dimensional, or holds a time not within 1e-150 to
        1e150; if an option is out of range.
    TypeError
        If an array is strided or not float64, or `seed` is not an integer of its range.

    Notes
    -----
    p: Welch's t among resamples of both samples thrown together, two-sided; low, high: percentiles of
    the resampled relative change; alarm: p < 0.05 and low above the threshold. It takes the samples of
    one process as independent: kept here to be compared with, nothing gates by it. O(resamples (n_a +
    n_b)); the GIL is released.

    References
    ----------
    Criterion.rs user guide, "Analysis Process", "Comparison"; its src/analysis/compare.rs (t test) and
    src/report.rs (threshold).

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> before = np.linspace(1.0, 1.1, 30)
    >>> stats.rule_criterion(before, before)["alarm"], stats.rule_criterion(before, before * 2)["alarm"]
    (False, True)
    """
def rule_threshold(a: numpy.typing.NDArray[numpy.float64], b: numpy.typing.NDArray[numpy.float64], *, statistic: str = 'mean', threshold: typing.SupportsFloat | typing.SupportsIndex) -> dict[str, typing.Any]:
    """
    pytest-benchmark's verdict: did a statistic grow by more than a threshold from a to b?

    Parameters
    ----------
    a : ndarray of float64, shape (n_a,)
        Times per op of the run before, positive, any unit.
    b : ndarray of float64, shape (n_b,)
        Of the run after, in the unit of `a`.
    statistic : str, default "mean"
        "mean", "median" or "min".
    threshold : float
        Fraction, 0 to 1e150; 0.05 is --benchmark-compare-fail=mean:5%.

    Returns
    -------
    dict
        change (the statistic of b over that of a, less 1), alarm (bool).

    Raises
    ------
    InvalidArgumentError
        If an array is empty, not one-dimensional, or holds a time not within 1e-150 to 1e150; if
        `statistic` or `threshold` is not allowed.
    TypeError
        If an array is strided or not float64.

    Notes
    -----
    No significance test. Kept to be compared with. O(n log n); the GIL is released.

    References
    ----------
    pytest-benchmark, src/pytest_benchmark/utils.py, PercentageRegressionCheck.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> stats.rule_threshold(np.array([1.0, 2.0]), np.array([1.5, 3.0]), threshold=0.05)
    {'change': 0.5, 'alarm': True}
    """
def sequential_levels(looks: numpy.typing.NDArray[numpy.int64], *, alpha: typing.SupportsFloat | typing.SupportsIndex, spending: str = 'obrien_fleming', reserve: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> numpy.typing.NDArray[numpy.float64]:
    """
    One-sided p values at which a comparison may stop early, by alpha spending after Lan and DeMets.

    Parameters
    ----------
    looks : ndarray of int64, shape (k,)
        Number of pairs at each look, 1 or more, increasing; the last is the most there can be. 1 to
        1000 looks.
    alpha : float
        Chance of a false alarm over all looks together, 1e-12 <= alpha < 0.5.
    spending : str, default "obrien_fleming"
        "obrien_fleming": 2 - 2 Phi(z_(alpha/2) / sqrt(t)), nearly all is kept for the end; "pocock":
        alpha ln(1 + (e - 1) t), spent about evenly.
    reserve : float, default 0
        Share of `alpha` that is not spent, 0 <= reserve < 1. Hold back 0.25 for p values of
        `trimmed_test` at 6 to 50 pairs.

    Returns
    -------
    ndarray of float64, shape (k,)
        Stop at look i and call the change real if its one-sided p value is at most this. 0: never stop.

    Raises
    ------
    InvalidArgumentError
        If `looks` is empty, too long, not increasing from 1 up or not one-dimensional; if `alpha`,
        `spending` or `reserve` is not allowed.
    TypeError
        If `looks` is strided or not int64.

    Notes
    -----
    The looks are fixed before the data are seen; any rule for stopping at them keeps `alpha`, also
    "stop where it looks worst". Looks that were planned but not taken cost power, not validity. The
    levels are those of jointly Gaussian statistics with correlations sqrt(n_i / n_j). p values of
    `trimmed_test` at every count from 6 to 48 alarm in 0.8 to 1.4 % at alpha 1 % (simulated: Gaussian,
    heavy tails, skewed arms), 1.7 where pairs fall into separate modes: `reserve` pays for that. With
    pocock, which stops where such a p value is roughest, in 0.8 to 1.6 %. A look that may spend under
    1e-10 of alpha gets 0, and what it had is spent later.
    Integration by Gauss-Legendre; the sum of what is spent is right to 1e-9. O(k g^2) for some hundred
    grid points g; the GIL is released.

    References
    ----------
    K. K. G. Lan, D. L. DeMets: Discrete sequential boundaries for clinical trials. Biometrika 70, 1983.
    P. Armitage, C. K. McPherson, B. C. Rowe: Repeated significance tests on accumulating data. JRSS A
    132, 1969.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> levels = stats.sequential_levels(np.array([12, 24]), alpha=0.01)
    >>> [float(f"{level:.4g}") for level in levels]
    [0.0002697, 0.009908]
    """
def signed_rank(values: numpy.typing.NDArray[numpy.float64], *, shift: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> dict[str, float]:
    """
    Wilcoxon's signed-rank test: one-sided p values of a sample lying above, and below, a shift.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        At least one finite value, any unit.
    shift : float, default 0.0
        In the unit of `values`.

    Returns
    -------
    dict
        above: P(ranks this high or higher | values symmetric about `shift`); below: likewise for this
        low.

    Raises
    ------
    InvalidArgumentError
        If `values` is empty, not one-dimensional, or holds NaN or a magnitude beyond 1e150; if `shift`
        is not finite.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    Exact for up to 100 values whatever their distribution, ties too, as long as it is symmetric about
    `shift`: a value that equals it keeps its rank and counts for neither side. So p is never below
    2**-n, while a t test of three values that agree by chance can say anything. Beyond 100 values
    Gaussian. O(n^3), Gaussian O(n log n); the GIL is released.

    References
    ----------
    F. Wilcoxon: Individual comparisons by ranking methods. Biometrics Bulletin 1, 1945. J. W. Pratt:
    Remarks on zeros and ties in the Wilcoxon signed rank procedures. JASA 54, 1959.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> stats.signed_rank(np.array([0.1, 0.1, 0.1]))
    {'above': 0.125, 'below': 1.0}
    """
def std(values: numpy.typing.NDArray[numpy.float64]) -> float:
    """
    Standard deviation with n - 1 in the denominator.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Finite values, any unit; at least one unless said otherwise.

    Returns
    -------
    float
        In the unit of `values`. One value has none: at least two are needed.

    Raises
    ------
    InvalidArgumentError
        If `values` has too few values, is not one-dimensional, or holds NaN or a magnitude beyond
        1e150.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    O(n), two passes; the GIL is released.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> round(stats.std(np.array([1.0, 2.0, 3.0, 90.0])), 6)
    44.007575
    """
def student_t_cdf(t: typing.SupportsFloat | typing.SupportsIndex, dof: typing.SupportsFloat | typing.SupportsIndex) -> float:
    """
    Cumulative probability of Student's t distribution.

    Parameters
    ----------
    t : float
        Any number, infinities included.
    dof : float
        Degrees of freedom, 1 to 1e6; need not be whole.

    Returns
    -------
    float
        P(T <= t), 0 to 1.

    Raises
    ------
    InvalidArgumentError
        If `t` is NaN or `dof` is out of range.

    Notes
    -----
    O(sqrt(dof)).

    Examples
    --------
    >>> from vmperf import stats
    >>> round(stats.student_t_cdf(1.0, 1), 12)
    0.75
    """
def student_t_quantile(probability: typing.SupportsFloat | typing.SupportsIndex, dof: typing.SupportsFloat | typing.SupportsIndex) -> float:
    """
    Quantile of Student's t distribution.

    Parameters
    ----------
    probability : float
        1e-100 <= probability < 1.
    dof : float
        Degrees of freedom, 1 to 1e6; need not be whole.

    Returns
    -------
    float
        The t with P(T <= t) = `probability`, to a relative 1e-12 (1e-11 from 1e4 degrees of freedom).

    Raises
    ------
    InvalidArgumentError
        If `probability` or `dof` is out of range.

    Notes
    -----
    O(sqrt(dof)).

    Examples
    --------
    >>> from vmperf import stats
    >>> round(stats.student_t_quantile(0.975, 4), 6)
    2.776445
    """
def summarize(ns_total: numpy.typing.NDArray[numpy.int64], iterations: numpy.typing.NDArray[numpy.int64], cluster: numpy.typing.NDArray[numpy.int64], *, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, resamples: typing.SupportsInt | typing.SupportsIndex = 2000, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> dict[str, typing.Any]:
    """
    Estimates, intervals and outlier counts of a case from its raw samples.

    Parameters
    ----------
    ns_total : ndarray of int64, shape (n,)
        Nanoseconds of each batch, >= 0; at least two samples.
    iterations : ndarray of int64, shape (n,)
        Ops in each batch, >= 1.
    cluster : ndarray of int64, shape (n,)
        The number of the cluster, process or placement, of each sample, in any order: see `clusters`.
    confidence : float, default 0.95
        0 < confidence < 1.
    resamples : int, default 2000
        1 to 10000000; only one cluster uses it.
    seed : int, default 0
        0 to 2**64 - 1; only one cluster uses it.

    Returns
    -------
    dict
        n, n_clusters (int); in ns per op, over all samples: min, q1, median, q3, max, mean, std (n -
        1), trimmed_mean (20 % of each side cut), slope (least squares of ns_total on iterations through
        the origin) with r_squared; low and high, the interval of the median; mean_low and mean_high;
        outliers, a dict of the counts low_severe, low_mild, high_mild, high_severe; ops_per_s = 1e9 /
        median (inf where the median is 0).

    Raises
    ------
    InvalidArgumentError
        If there are under two samples, lengths differ, an array is not one-dimensional, `ns_total` is
        negative or `iterations` not positive anywhere; if `confidence` or `resamples` is out of range.
    TypeError
        If an array is strided or not int64, or `seed` is not an integer of its range.

    Notes
    -----
    The intervals are those of `location_intervals`: with several clusters the cluster is the unit of
    independence. A lower end below 0 is cut to 0. O(resamples n) for one cluster, else O(n log n);
    the GIL is released.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> row = stats.summarize(np.array([200, 210, 220, 900]), np.array([100, 100, 100, 100]),
    ...                       np.array([0, 0, 0, 0]))
    >>> round(row["median"], 9), row["min"], row["outliers"]["high_mild"]
    (2.15, 2.0, 1)
    """
def t_interval(values: numpy.typing.NDArray[numpy.float64], *, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95) -> dict[str, float]:
    """
    Student t interval of the mean of independent values, such as one statistic per cluster.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        At least two finite values, any unit.
    confidence : float, default 0.95
        0 < confidence < 1.

    Returns
    -------
    dict
        estimate (the mean), low, high in the unit of `values`.

    Raises
    ------
    InvalidArgumentError
        If `values` has under two values, is not one-dimensional, or holds NaN or a magnitude beyond
        1e150; if `confidence` is out of range.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    O(n); the GIL is released. Exact for Gaussian values.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> interval = stats.t_interval(np.array([1.0, 2.0, 3.0]))
    >>> round(interval["low"], 4), round(interval["high"], 4)
    (-0.4841, 4.4841)
    """
def trimmed(values: numpy.typing.NDArray[numpy.float64], *, trim: typing.SupportsFloat | typing.SupportsIndex = 0.2) -> dict[str, float]:
    """
    Trimmed mean with its standard error, after Yuen: the estimate of a comparison over its pairs.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Independent values, one per pair of processes, any unit; trimming must leave two.
    trim : float, default 0.2
        Share of the values dropped at each end, 0 <= trim < 0.5.

    Returns
    -------
    dict
        mean and std_error in the unit of `values`, df (degrees of freedom).

    Raises
    ------
    InvalidArgumentError
        If trimming leaves under two values; if `values` is not one-dimensional or holds NaN or a
        magnitude beyond 1e150; if `trim` is out of range.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    With g = floor(trim n) and h = n - 2 g: the mean of the middle h values; std_error =
    sqrt((n - 1) / (h (h - 1))) s_w with the winsorised standard deviation s_w; df = h - 1. O(n log n);
    the GIL is released.

    References
    ----------
    K. K. Yuen: The two-sample trimmed t for unequal population variances. Biometrika 61, 1974.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> stats.trimmed(np.array([1.0, 2.0, 3.0, 4.0, 90.0]))
    {'mean': 3.0, 'std_error': 0.816496580927726, 'df': 2.0}
    """
def trimmed_interval(values: numpy.typing.NDArray[numpy.float64], *, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, trim: typing.SupportsFloat | typing.SupportsIndex = 0.2, side: str = 'two') -> dict[str, float]:
    """
    Interval or bound of the trimmed mean, by Student's t on Yuen's standard error.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        As for `trimmed`.
    confidence : float, default 0.95
        0 < confidence < 1.
    trim : float, default 0.2
        0 <= trim < 0.5.
    side : str, default "two"
        "two"; "lower": only a lower bound, high is infinite; "upper": only an upper one, low is -inf.

    Returns
    -------
    dict
        mean, low, high in the unit of `values`.

    Raises
    ------
    InvalidArgumentError
        As for `trimmed`, and if `confidence` or `side` is not allowed.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    O(n log n); the GIL is released.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> bound = stats.trimmed_interval(np.array([1.0, 2.0, 3.0, 4.0, 90.0]), side="lower")
    >>> bound["mean"], round(bound["low"], 6), bound["high"]
    (3.0, 0.615842, inf)
    """
def trimmed_mean(values: numpy.typing.NDArray[numpy.float64], *, trim: typing.SupportsFloat | typing.SupportsIndex = 0.2) -> float:
    """
    Mean of what is left when a share of the lowest and of the highest values is cut off.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        At least one finite value, any unit.
    trim : float, default 0.2
        Share cut from each side, 0 <= trim < 0.5; floor(trim * n) values go on each side.

    Returns
    -------
    float
        In the unit of `values`.

    Raises
    ------
    InvalidArgumentError
        If `trim` is outside [0, 0.5); if `values` is empty, not one-dimensional, or holds NaN or a
        magnitude beyond 1e150.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    O(n log n); the GIL is released.

    References
    ----------
    J. W. Tukey, D. H. McLaughlin: Less vulnerable confidence and significance procedures for location
    based on a single sample. Sankhya A 25, 1963.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> stats.trimmed_mean(np.array([1.0, 2.0, 3.0, 4.0, 90.0]))
    3.0
    """
def trimmed_test(values: numpy.typing.NDArray[numpy.float64], *, shift: typing.SupportsFloat | typing.SupportsIndex = 0.0, trim: typing.SupportsFloat | typing.SupportsIndex = 0.2) -> dict[str, float]:
    """
    One-sided p values of the trimmed mean being above, and below, a shift.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        As for `trimmed`; log ratios, say.
    shift : float, default 0
        The mean under the null hypothesis, in the unit of `values`; magnitude up to 1e150.
    trim : float, default 0.2
        0 <= trim < 0.5.

    Returns
    -------
    dict
        above: P(a mean this high or higher | true mean at `shift`); below: likewise for this low.

    Raises
    ------
    InvalidArgumentError
        As for `trimmed`, and if `shift` is not finite.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    Values without any spread give 0 on the side where the mean lies and 1 on the other (1 and 1 where
    it lies at `shift`): right for exact counts, but timings without spread are timings below the
    clock's step. With few values and a strongly skewed distribution the tail towards which the
    distribution is short is rejected too often, as with every t test; log ratios of two arms that are
    treated alike are symmetric when the arms are equal. O(n log n); the GIL is released.

    References
    ----------
    K. K. Yuen: The two-sample trimmed t for unequal population variances. Biometrika 61, 1974.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> p = stats.trimmed_test(np.array([1.0, 2.0, 3.0, 4.0, 90.0]))
    >>> round(p["above"], 6), round(p["below"], 6)
    (0.033372, 0.966628)
    """
def tukey_classes(values: numpy.typing.NDArray[numpy.float64]) -> numpy.typing.NDArray[numpy.int8]:
    """
    Tukey's outlier class of every value. A class labels a sample; nothing is dropped.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        At least one finite value, any unit.

    Returns
    -------
    ndarray of int8, shape (n,)
        -2 low severe, -1 low mild, 0 inside or on a fence, 1 high mild, 2 high severe. Mild is beyond
        1.5 interquartile ranges outside the quartiles (type 7), severe beyond 3.

    Raises
    ------
    InvalidArgumentError
        If `values` is empty, not one-dimensional, or holds NaN or a magnitude beyond 1e150.
    TypeError
        If `values` is strided or not float64.

    Notes
    -----
    O(n log n); the GIL is released. Where the quartiles coincide every other value is severe.

    References
    ----------
    J. W. Tukey: Exploratory Data Analysis. Addison-Wesley, 1977, section 2C.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> stats.tukey_classes(np.array([1.0, 2.0, 3.0, 4.0, 7.5, 90.0])).tolist()
    [0, 0, 0, 0, 0, 2]
    """
def unit_quantile_interval(units: collections.abc.Sequence[Histogram], q: typing.SupportsFloat | typing.SupportsIndex, *, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95) -> dict[str, float]:
    """
    A quantile over several units, placements or processes, each of which has an offset of its own.

    Parameters
    ----------
    units : list of Histogram
        One per unit (see `clusters`), each with records and of as many significant digits.
    q : float
        0 to 1.
    confidence : float, default 0.95
        0 < confidence < 1.

    Returns
    -------
    dict
        quantile: of all merged; low and high: the t interval of the units' own quantiles, so that it
        speaks for a typical unit, widened to hold the bucket of the merged one. In the unit of the
        values. Of a single histogram it is `Histogram.quantile_interval`.

    Raises
    ------
    InvalidArgumentError
        If there is no unit, one is empty or of other digits; if `q` or `confidence` is out of range.

    Notes
    -----
    O(units x buckets in use).

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> units = [stats.Histogram() for _ in range(3)]
    >>> for unit, offset in zip(units, (0, 10, 20)):
    ...     unit.record(np.arange(100, 200) + offset)
    >>> found = stats.unit_quantile_interval(units, 0.5)
    >>> found["quantile"], round(found["low"], 1), round(found["high"], 1)
    (159.0, 134.2, 183.8)
    """
def welch(a: numpy.typing.NDArray[numpy.float64], b: numpy.typing.NDArray[numpy.float64], *, side: str = 'two') -> dict[str, float]:
    """
    Welch's t test: do the means of a and b differ?

    Parameters
    ----------
    a : ndarray of float64, shape (n_a,)
        At least two independent finite values, any unit.
    b : ndarray of float64, shape (n_b,)
        Likewise, in the unit of `a`.
    side : str, default "two"
        "two": any difference; "greater": a above b; "less": a below b.

    Returns
    -------
    dict
        difference (mean of a less mean of b, in their unit), t, df (degrees of freedom), p.

    Raises
    ------
    InvalidArgumentError
        If an array has under two values, is not one-dimensional, or holds NaN or a magnitude beyond
        1e150; if `side` is not allowed.
    TypeError
        If an array is strided or not float64.

    Notes
    -----
    Without any spread p is 0 or 1, as the means say, and t infinite or 0. O(n); the GIL is released.

    References
    ----------
    B. L. Welch: The generalization of 'Student's' problem when several different population variances
    are involved. Biometrika 34, 1947.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> test = stats.welch(np.array([2.0, 3.0, 4.0]), np.array([1.0, 2.0, 3.0]))
    >>> test["difference"], round(test["df"], 9), round(test["p"], 6)
    (1.0, 4.0, 0.287864)
    """
