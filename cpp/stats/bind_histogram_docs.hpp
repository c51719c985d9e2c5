// What Python says of Histogram. Included by bind_histogram.cpp alone.
#pragma once

namespace vmperf::stats {

constexpr const char *kHistogramDoc = R"(
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
)";

constexpr const char *kHistogramRecordDoc = R"(
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
)";

constexpr const char *kHistogramMergeDoc = R"(
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
)";

constexpr const char *kHistogramClearDoc = R"(
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
)";

constexpr const char *kHistogramQuantileDoc = R"(
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
)";

constexpr const char *kHistogramQuantilesDoc = R"(
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
)";

constexpr const char *kHistogramIntervalDoc = R"(
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
)";

constexpr const char *kHistogramBucketsDoc = R"(
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
)";

constexpr const char *kHistogramToBytesDoc = R"(
Everything as bytes, for a file; equal histograms have equal bytes.

Returns
-------
bytes
    ``VMH1``, the digits and LEB128 numbers: some bytes per bucket in use.

Examples
--------
>>> from vmperf import stats
>>> stats.Histogram().to_bytes()
b'VMH1\x03\x00\x00\x00\x00\x00'
)";

constexpr const char *kHistogramFromBytesDoc = R"(
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
)";

constexpr const char *kUnitQuantileIntervalDoc = R"(
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
)";

} // namespace vmperf::stats
