// Bindings: location and spread of a sample.
#include "bind_arrays.hpp"
#include "bind_location.docs.hpp"
#include "vmperf/stats/moments.hpp"
#include "vmperf/stats/quantile.hpp"

namespace vmperf::stats {
namespace {

void bind_moments(py::module_ &m) {
  def_statistic<minimum>(m, "minimum", docs::minimum);
  def_statistic<maximum>(m, "maximum", docs::maximum);
  def_statistic<mean>(m, "mean", docs::mean);
  def_statistic<std_dev>(m, "std", docs::std);
  m.def(
      "trimmed_mean",
      [](const Doubles &values, double trim) {
        const auto view = span_of(values, "values");
        return without_gil([&] { return trimmed_mean(view, trim); });
      },
      py::arg("values").noconvert(), py::kw_only(), py::arg("trim") = kDefaultTrim,
      docs::trimmed_mean);
}

void bind_order(py::module_ &m) {
  def_statistic<median>(m, "median", docs::median);
  def_statistic<mad>(m, "mad", docs::mad);
  m.def(
      "quantile",
      [](const Doubles &values, double probability) {
        const auto view = span_of(values, "values");
        return without_gil([&] { return quantile(view, probability); });
      },
      py::arg("values").noconvert(), py::arg("probability"), docs::quantile);
  m.def(
      "quantiles",
      [](const Doubles &values, const Doubles &probabilities) {
        const auto view = span_of(values, "values");
        const auto wanted = span_of(probabilities, "probabilities");
        return to_array(without_gil([&] { return quantiles(view, wanted); }));
      },
      py::arg("values").noconvert(), py::arg("probabilities").noconvert(), docs::quantiles);
}

} // namespace

void bind_location(py::module_ &m) {
  bind_moments(m);
  bind_order(m);
}

} // namespace vmperf::stats
