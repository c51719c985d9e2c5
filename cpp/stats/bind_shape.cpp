// Bindings: outlier classes, least squares, density.
#include "bind_arrays.hpp"
#include "bind_shape.docs.hpp"
#include "vmperf/stats/kde.hpp"
#include "vmperf/stats/regression.hpp"
#include "vmperf/stats/tukey.hpp"

namespace vmperf::stats {
namespace {

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
      py::arg("values").noconvert(), docs::tukey_classes);
  m.def("fit_through_origin", origin, py::arg("x").noconvert(), py::arg("y").noconvert(),
        docs::fit_through_origin);
  m.def("fit_line", line, py::arg("x").noconvert(), py::arg("y").noconvert(), docs::fit_line);
  def_statistic<kde_bandwidth>(m, "kde_bandwidth", docs::kde_bandwidth);
  m.def("kde", density, py::arg("values").noconvert(), py::arg("n_points") = 200, py::kw_only(),
        py::arg("low") = py::none(), py::arg("high") = py::none(),
        py::arg("bandwidth") = py::none(), docs::kde);
}

} // namespace vmperf::stats
