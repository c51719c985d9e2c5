// Bindings: the trimmed mean with its standard error, interval and tests.
#include <cmath>
#include <string>

#include "bind_arrays.hpp"
#include "bind_trimmed.docs.hpp"

namespace vmperf::stats {
namespace {

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
      py::arg("values").noconvert(), py::kw_only(), py::arg("trim") = kDefaultTrim, docs::trimmed);
  m.def(
      "trimmed_interval",
      [](const Doubles &values, double confidence, double trim, const std::string &side) {
        const auto view = span_of(values, "values");
        const Side which = side_of(side);
        return to_dict(without_gil([&] { return trimmed_interval(view, confidence, trim, which); }),
                       "mean");
      },
      py::arg("values").noconvert(), py::kw_only(), py::arg("confidence") = 0.95,
      py::arg("trim") = kDefaultTrim, py::arg("side") = "two", docs::trimmed_interval);
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
      py::arg("trim") = kDefaultTrim, docs::trimmed_test);
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
      docs::location_test);
  m.def(
      "location_interval",
      [](double mean, double std_error, double df, double confidence, const std::string &side) {
        return to_dict(interval_of(checked(mean, std_error, df), confidence, side_of(side)),
                       "mean");
      },
      py::kw_only(), py::arg("mean"), py::arg("std_error"), py::arg("df"),
      py::arg("confidence") = 0.95, py::arg("side") = "two", docs::location_interval);
}

} // namespace vmperf::stats
