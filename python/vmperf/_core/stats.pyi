"""
Statistics of timing samples, in C++.

Arrays in are one-dimensional, C-contiguous and of the exact dtype (float64 for values, int64 for
nanoseconds, iterations and process numbers): another dtype or a strided array is a TypeError, not a
silent copy. Do not write to an array while a call on another thread reads it: the GIL is released.
Arrays out own their memory. Results depend on the arguments alone, bootstraps on `seed` too.
"""
from __future__ import annotations
import numpy
import numpy.typing
import typing
__all__: list[str] = ['bootstrap', 'fit_line', 'fit_through_origin', 'kde', 'kde_bandwidth', 'location_intervals', 'mad', 'maximum', 'mean', 'median', 'minimum', 'paired_ratio', 'per_op', 'quantile', 'quantiles', 'ratio', 'std', 'student_t_cdf', 'student_t_quantile', 'summarize', 't_interval', 'trimmed_mean', 'tukey_classes']
def bootstrap(values: numpy.typing.NDArray[numpy.float64], *, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, resamples: typing.SupportsInt | typing.SupportsIndex = 2000, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> dict[str, dict[str, float]]:
    """
    Bootstrap intervals of the median and of the mean, for samples of one process.

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
    takes samples as independent: where they come from several processes use location_intervals. The
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
        In the unit of `values`. Where the quartiles coincide std alone counts; where all values are equal
        it is a thousandth of their magnitude (1 for zeros).

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
def location_intervals(values: numpy.typing.NDArray[numpy.float64], process: numpy.typing.NDArray[numpy.int64], *, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, resamples: typing.SupportsInt | typing.SupportsIndex = 2000, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> dict[str, dict[str, float]]:
    """
    Intervals of the median and of the mean of samples from one or several processes.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        At least two finite values, any unit.
    process : ndarray of int64, shape (n,)
        The number of the process that each value comes from, in any order.
    confidence : float, default 0.95
        0 < confidence < 1.
    resamples : int, default 2000
        1 to 10000000; only one process uses it.
    seed : int, default 0
        0 to 2**64 - 1; only one process uses it.

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
    One process: the intervals of `bootstrap`, which speaks for that process alone. P > 1
    processes: samples inside a process are not independent (they share its layout), so the process is
    the unit: mean +- t(P - 1) s / sqrt(P) over the P medians (or means), widened where it would exclude
    the estimate. O(resamples n) or O(n log n); the GIL is released.

    References
    ----------
    T. Kalibera, R. Jones: Rigorous benchmarking in reasonable time. ISMM 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import stats
    >>> values = np.array([1.0, 1.1, 0.9, 2.0, 2.1, 1.9, 3.0, 3.1, 2.9])
    >>> process = np.repeat(np.arange(3, dtype=np.int64), 3)
    >>> median = stats.location_intervals(values, process)["median"]
    >>> round(median["low"], 4), median["estimate"], round(median["high"], 4)
    (-0.4841, 2.0, 4.4841)
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
def paired_ratio(a: numpy.typing.NDArray[numpy.float64], b: numpy.typing.NDArray[numpy.float64], process: numpy.typing.NDArray[numpy.int64], *, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, resamples: typing.SupportsInt | typing.SupportsIndex = 2000, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> dict[str, float]:
    """
    How much slower a is than b, from times of the same rounds: what disturbs a round cancels.

    Parameters
    ----------
    a, b : ndarray of float64, shape (n,)
        Time per op of two designs; a[i] and b[i] are of one round. Positive, any one unit.
    process : ndarray of int64, shape (n,)
        The number of the process that each round ran in, in any order.
    confidence : float, default 0.95
        0 < confidence < 1.
    resamples : int, default 2000
        1 to 10000000; only one process uses it.
    seed : int, default 0
        0 to 2**64 - 1; only one process uses it.

    Returns
    -------
    dict
        ratio, low, high; low <= ratio <= high. Above 1, a is the slower.

    Raises
    ------
    InvalidArgumentError
        If an array is empty or not one-dimensional, or lengths differ; if a time is not within 1e-150
        to 1e150; if one process has a single round; if `confidence` or `resamples` is out of range.
    TypeError
        If an array is strided or of another dtype, or `seed` is not an integer of its range.

    Notes
    -----
    One process: the median of a[i] / b[i] with its interval as in `bootstrap`, which speaks for that
    process alone. P > 1 processes: the median ratio of each is one observation; their geometric mean
    with Student t on the logarithms, P - 1 degrees of freedom. With two processes that interval is
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
def ratio(a: numpy.typing.NDArray[numpy.float64], process_a: numpy.typing.NDArray[numpy.int64], b: numpy.typing.NDArray[numpy.float64], process_b: numpy.typing.NDArray[numpy.int64], *, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, resamples: typing.SupportsInt | typing.SupportsIndex = 2000, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> dict[str, float]:
    """
    How much slower a is than b, from two sample sets that share no rounds.

    Parameters
    ----------
    a : ndarray of float64, shape (n_a,)
        Time per op, positive, any unit.
    process_a : ndarray of int64, shape (n_a,)
        The number of the process that each sample of `a` comes from.
    b : ndarray of float64, shape (n_b,)
        Time per op, positive, in the unit of `a`.
    process_b : ndarray of int64, shape (n_b,)
        Likewise; numbers of `a` and `b` have nothing to do with each other.
    confidence : float, default 0.95
        0 < confidence < 1.
    resamples : int, default 2000
        1 to 10000000; only used where each set has one process.
    seed : int, default 0
        0 to 2**64 - 1; only used where each set has one process.

    Returns
    -------
    dict
        ratio, low, high; low <= ratio <= high. Above 1, a is the slower.

    Raises
    ------
    InvalidArgumentError
        If an array is empty or not one-dimensional, or lengths differ; if a time is not within 1e-150
        to 1e150; if both sets have one process and one of them a single sample; if `confidence` or
        `resamples` is out of range.
    TypeError
        If an array is strided or of another dtype, or `seed` is not an integer of its range.

    Notes
    -----
    One process each: the ratio of the medians, both sets resampled as in `bootstrap`; it says nothing
    about other processes. Several: the logarithm of each process's median is one observation; the ratio
    of the geometric means with Welch's t interval. If one set has a single process, the variance of the
    other stands for both (pooled t). Welch's t covers 93.7 % instead of 95 % for 10 processes against
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
def summarize(ns_total: numpy.typing.NDArray[numpy.int64], iterations: numpy.typing.NDArray[numpy.int64], process: numpy.typing.NDArray[numpy.int64], *, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, resamples: typing.SupportsInt | typing.SupportsIndex = 2000, seed: typing.SupportsInt | typing.SupportsIndex = 0) -> dict[str, typing.Any]:
    """
    Estimates, intervals and outlier counts of a case from its raw samples.

    Parameters
    ----------
    ns_total : ndarray of int64, shape (n,)
        Nanoseconds of each batch, >= 0; at least two samples.
    iterations : ndarray of int64, shape (n,)
        Ops in each batch, >= 1.
    process : ndarray of int64, shape (n,)
        The number of the process that each sample comes from, in any order.
    confidence : float, default 0.95
        0 < confidence < 1.
    resamples : int, default 2000
        1 to 10000000; only one process uses it.
    seed : int, default 0
        0 to 2**64 - 1; only one process uses it.

    Returns
    -------
    dict
        n, n_processes (int); in ns per op, over all samples: min, q1, median, q3, max, mean, std (n -
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
    The intervals are those of `location_intervals`: with several processes the process is the unit of
    independence. A lower end below 0 is cut to 0. O(resamples n) for one process, else O(n log n);
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
    Student t interval of the mean of independent values, such as one statistic per process.

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
