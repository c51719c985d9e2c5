// The Python face of stats: bind_<subject>.cpp hold the functions, this file puts them together.
#include "bind_arrays.hpp"

namespace vmperf::stats {

Numbers to_dict(const Interval &interval, const char *name) {
  Numbers result;
  result[name] = interval.estimate;
  result["low"] = interval.low;
  result["high"] = interval.high;
  return result;
}

Side side_of(const std::string &text) {
  if (text == "two") {
    return Side::two;
  }
  if (text == "lower") {
    return Side::lower;
  }
  if (text == "upper") {
    return Side::upper;
  }
  throw InvalidArgumentError("side", text, "two, lower, upper");
}

std::string statistic_doc(const char *name, const char *summary, const char *returns,
                          const char *cost, const char *example) {
  return std::string("\n") + summary + R"(

Parameters
----------
values : ndarray of float64, shape (n,)
    Finite values, any unit; at least one unless said otherwise.

Returns
-------
float
    )" + returns +
         R"(

Raises
------
InvalidArgumentError
    If `values` has too few values, is not one-dimensional, or holds NaN or a magnitude beyond
    1e150.
TypeError
    If `values` is strided or not float64.

Notes
-----
)" + cost +
         R"(; the GIL is released.

Examples
--------
>>> import numpy as np
>>> from vmperf import stats
>>> round(stats.)" +
         name + R"((np.array([1.0, 2.0, 3.0, 90.0])), 6)
)" + example +
         "\n";
}

void bind(py::module_ &m) {
  m.doc() = R"(Statistics of timing samples, in C++.

Arrays in are one-dimensional, C-contiguous and of the exact dtype (float64 for values, int64 for
nanoseconds, iterations and numbers of clusters): another dtype or a strided array is a TypeError,
not a silent copy. Do not write to an array while a call on another thread reads it: the GIL is
released. Arrays out own their memory. Results depend on the arguments alone, bootstraps on `seed`
too.)";
  bind_summary(m);
  bind_ratio(m);
  bind_interval(m);
  bind_location(m);
  bind_shape(m);
  bind_trimmed(m);
  bind_sequential(m);
  bind_multiplicity(m);
  bind_two_sample(m);
  bind_random_effects(m);
  bind_change_points(m);
  bind_rules(m);
  bind_histogram(m);
}

} // namespace vmperf::stats
