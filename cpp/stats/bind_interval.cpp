// Bindings: confidence intervals and the t distribution they need.
#include "bind_arrays.hpp"
#include "vmperf/stats/student_t.hpp"

namespace vmperf::stats {
namespace {

constexpr const char *kBootstrapDoc = R"(
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
)";

constexpr const char *kTDoc = R"(
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
)";

constexpr const char *kLocationDoc = R"(
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
)";

constexpr const char *kQuantileDoc = R"(
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
)";

constexpr const char *kCdfDoc = R"(
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
)";

py::typing::Dict<py::str, Numbers> both(const LocationIntervals &intervals) {
  py::typing::Dict<py::str, Numbers> result;
  result["median"] = to_dict(intervals.median);
  result["mean"] = to_dict(intervals.mean);
  return result;
}

} // namespace

void bind_interval(py::module_ &m) {
  constexpr Resampling kDefault;
  m.def(
      "location_intervals",
      [](const Doubles &values, const Ints &cluster, double confidence, std::int64_t resamples,
         std::uint64_t seed) {
        const auto view = span_of(values, "values");
        const auto from = span_of(cluster, "cluster");
        return both(without_gil(
            [&] { return location_intervals(view, from, {confidence, resamples, seed}); }));
      },
      py::arg("values").noconvert(), py::arg("cluster").noconvert(), py::kw_only(),
      py::arg("confidence") = kDefault.confidence, py::arg("resamples") = kDefault.resamples,
      py::arg("seed") = kDefault.seed, kLocationDoc);
  m.def(
      "bootstrap",
      [](const Doubles &values, double confidence, std::int64_t resamples, std::uint64_t seed) {
        const auto view = span_of(values, "values");
        return both(without_gil([&] { return bootstrap(view, {confidence, resamples, seed}); }));
      },
      py::arg("values").noconvert(), py::kw_only(), py::arg("confidence") = kDefault.confidence,
      py::arg("resamples") = kDefault.resamples, py::arg("seed") = kDefault.seed, kBootstrapDoc);
  m.def(
      "t_interval",
      [](const Doubles &values, double confidence) {
        const auto view = span_of(values, "values");
        return to_dict(without_gil([&] { return t_interval(view, confidence); }));
      },
      py::arg("values").noconvert(), py::kw_only(), py::arg("confidence") = kDefault.confidence,
      kTDoc);
  m.def("student_t_quantile", student_t_quantile, py::arg("probability"), py::arg("dof"),
        kQuantileDoc);
  m.def("student_t_cdf", student_t_cdf, py::arg("t"), py::arg("dof"), kCdfDoc);
}

} // namespace vmperf::stats
