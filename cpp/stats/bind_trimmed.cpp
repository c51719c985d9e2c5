// Bindings: the trimmed mean with its standard error, interval and tests.
#include "bind_arrays.hpp"

namespace vmperf::stats {
namespace {

constexpr const char *kTrimmedDoc = R"(
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
)";

constexpr const char *kIntervalDoc = R"(
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
)";

constexpr const char *kTestDoc = R"(
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
)";

} // namespace

Numbers to_dict(const Location &location) {
  Numbers result;
  result["mean"] = location.mean;
  result["std_error"] = location.std_error;
  result["df"] = location.df;
  return result;
}

void bind_trimmed(py::module_ &m) {
  m.def(
      "trimmed",
      [](const Doubles &values, double trim) {
        const auto view = span_of(values, "values");
        return to_dict(without_gil([&] { return trimmed(view, trim); }));
      },
      py::arg("values").noconvert(), py::kw_only(), py::arg("trim") = kDefaultTrim, kTrimmedDoc);
  m.def(
      "trimmed_interval",
      [](const Doubles &values, double confidence, double trim, const std::string &side) {
        const auto view = span_of(values, "values");
        const Side which = side_of(side);
        return to_dict(without_gil([&] { return trimmed_interval(view, confidence, trim, which); }),
                       "mean");
      },
      py::arg("values").noconvert(), py::kw_only(), py::arg("confidence") = 0.95,
      py::arg("trim") = kDefaultTrim, py::arg("side") = "two", kIntervalDoc);
  m.def(
      "trimmed_test",
      [](const Doubles &values, double shift, double trim) {
        const auto view = span_of(values, "values");
        const OneSided p = without_gil([&] { return trimmed_test(view, shift, trim); });
        Numbers result;
        result["above"] = p.above;
        result["below"] = p.below;
        return result;
      },
      py::arg("values").noconvert(), py::kw_only(), py::arg("shift") = 0.0,
      py::arg("trim") = kDefaultTrim, kTestDoc);
}

} // namespace vmperf::stats
