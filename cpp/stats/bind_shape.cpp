// Bindings: outlier classes, least squares, density.
#include "bind_arrays.hpp"
#include "vmperf/stats/kde.hpp"
#include "vmperf/stats/regression.hpp"
#include "vmperf/stats/tukey.hpp"

namespace vmperf::stats {
namespace {

constexpr const char *kTukeyDoc = R"(
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
)";

constexpr const char *kOriginDoc = R"(
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
)";

constexpr const char *kLineDoc = R"(
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
)";

constexpr const char *kKdeDoc = R"(
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
)";

Numbers origin(const Doubles &x, const Doubles &y) {
  const auto xs = span_of(x, "x");
  const auto ys = span_of(y, "y");
  const auto fit = without_gil([&] { return fit_through_origin(xs, ys); });
  Numbers result;
  result["slope"] = fit.slope;
  result["r_squared"] = fit.r_squared;
  return result;
}

Numbers line(const Doubles &x, const Doubles &y) {
  const auto xs = span_of(x, "x");
  const auto ys = span_of(y, "y");
  const auto fit = without_gil([&] { return fit_line(xs, ys); });
  Numbers result;
  result["intercept"] = fit.intercept;
  result["slope"] = fit.slope;
  result["r_squared"] = fit.r_squared;
  return result;
}

py::typing::Tuple<Doubles, Doubles> density(const Doubles &values, std::int64_t n_points,
                                            std::optional<double> low, std::optional<double> high,
                                            std::optional<double> bandwidth) {
  const auto view = span_of(values, "values");
  auto curve = without_gil([&] { return kde(view, n_points, {low, high, bandwidth}); });
  return py::make_tuple(to_array(std::move(curve.x)), to_array(std::move(curve.density)));
}

} // namespace

void bind_shape(py::module_ &m) {
  m.def(
      "tukey_classes",
      [](const Doubles &values) {
        const auto view = span_of(values, "values");
        return to_array(without_gil([&] { return tukey_classes(view); }));
      },
      py::arg("values").noconvert(), kTukeyDoc);
  m.def("fit_through_origin", origin, py::arg("x").noconvert(), py::arg("y").noconvert(),
        kOriginDoc);
  m.def("fit_line", line, py::arg("x").noconvert(), py::arg("y").noconvert(), kLineDoc);
  def_statistic<kde_bandwidth>(
      m, "kde_bandwidth",
      "Silverman's bandwidth in its robust form, 0.9 min(std, IQR / 1.34) n^(-1/5).",
      "In the unit of `values`. Where the quartiles coincide std alone counts; where all values "
      "are "
      "equal\n    it is a thousandth of their magnitude (1 for zeros).",
      "O(n log n)", "11.707214");
  m.def("kde", density, py::arg("values").noconvert(), py::arg("n_points") = 200, py::kw_only(),
        py::arg("low") = py::none(), py::arg("high") = py::none(),
        py::arg("bandwidth") = py::none(), kKdeDoc);
}

} // namespace vmperf::stats
