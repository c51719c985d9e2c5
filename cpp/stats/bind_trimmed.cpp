// Bindings: the trimmed mean with its standard error, interval and tests.
#include <cmath>
#include <string>

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

constexpr const char *kLocationTestDoc =
    R"(One-sided p values of an estimate that has a standard error.

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
)";

constexpr const char *kLocationIntervalDoc =
    R"(Interval around an estimate that has a standard error.

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
)";

Location checked(double mean, double std_error, double df) {
  const auto refuse = [](const char *name, double value, const char *allowed) {
    throw InvalidArgumentError(name, std::to_string(value), allowed);
  };
  if (!std::isfinite(mean)) {
    refuse("mean", mean, "a finite number");
  }
  if (!std::isfinite(std_error) || std_error < 0) {
    refuse("std_error", std_error, "a finite number, 0 or more");
  }
  if (!std::isfinite(df) || df < 1) {
    refuse("df", df, "a finite number, 1 or more");
  }
  return {.mean = mean, .std_error = std_error, .df = df};
}

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
  m.def(
      "location_test",
      [](double mean, double std_error, double df, double shift) {
        if (!std::isfinite(shift)) {
          throw InvalidArgumentError("shift", std::to_string(shift), "a finite number");
        }
        const OneSided p = test_of(checked(mean, std_error, df), shift);
        Numbers result;
        result["above"] = p.above;
        result["below"] = p.below;
        return result;
      },
      py::kw_only(), py::arg("mean"), py::arg("std_error"), py::arg("df"), py::arg("shift") = 0.0,
      kLocationTestDoc);
  m.def(
      "location_interval",
      [](double mean, double std_error, double df, double confidence, const std::string &side) {
        return to_dict(interval_of(checked(mean, std_error, df), confidence, side_of(side)),
                       "mean");
      },
      py::kw_only(), py::arg("mean"), py::arg("std_error"), py::arg("df"),
      py::arg("confidence") = 0.95, py::arg("side") = "two", kLocationIntervalDoc);
}

} // namespace vmperf::stats
