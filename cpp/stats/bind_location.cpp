// Bindings: location and spread of a sample.
#include "bind_arrays.hpp"
#include "vmperf/stats/moments.hpp"
#include "vmperf/stats/quantile.hpp"

namespace vmperf::stats {
namespace {

constexpr const char *kTrimmedMeanDoc = R"(
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
)";

constexpr const char *kQuantileDoc = R"(
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
)";

constexpr const char *kQuantilesDoc = R"(
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
)";

void bind_moments(py::module_ &m) {
  def_statistic<minimum>(
      m, "minimum", "The least value: the estimate of choice where noise can only add time.",
      "In the unit of `values`. An op with several modes shows only its fastest here.", "O(n)",
      "1.0");
  def_statistic<maximum>(m, "maximum", "The greatest value.", "In the unit of `values`.", "O(n)",
                         "90.0");
  def_statistic<mean>(m, "mean",
                      "Arithmetic mean: it follows every disturbed sample, so it describes and "
                      "never decides.",
                      "In the unit of `values`.", "O(n)", "24.0");
  def_statistic<std_dev>(m, "std", "Standard deviation with n - 1 in the denominator.",
                         "In the unit of `values`. One value has none: at least two are needed.",
                         "O(n), two passes", "44.007575");
  m.def(
      "trimmed_mean",
      [](const Doubles &values, double trim) {
        const auto view = span_of(values, "values");
        return without_gil([&] { return trimmed_mean(view, trim); });
      },
      py::arg("values").noconvert(), py::kw_only(), py::arg("trim") = kDefaultTrim,
      kTrimmedMeanDoc);
}

void bind_order(py::module_ &m) {
  def_statistic<median>(m, "median", "The middle value, or the mean of the middle two.",
                        "In the unit of `values`.", "O(n log n)", "2.5");
  def_statistic<mad>(m, "mad", "Median absolute deviation from the median, not scaled.",
                     "In the unit of `values`; times 1.4826 it estimates the standard deviation of "
                     "a Gaussian.",
                     "O(n log n)", "1.0");
  m.def(
      "quantile",
      [](const Doubles &values, double probability) {
        const auto view = span_of(values, "values");
        return without_gil([&] { return quantile(view, probability); });
      },
      py::arg("values").noconvert(), py::arg("probability"), kQuantileDoc);
  m.def(
      "quantiles",
      [](const Doubles &values, const Doubles &probabilities) {
        const auto view = span_of(values, "values");
        const auto wanted = span_of(probabilities, "probabilities");
        return to_array(without_gil([&] { return quantiles(view, wanted); }));
      },
      py::arg("values").noconvert(), py::arg("probabilities").noconvert(), kQuantilesDoc);
}

} // namespace

void bind_location(py::module_ &m) {
  bind_moments(m);
  bind_order(m);
}

} // namespace vmperf::stats
