// What a benchmark declares beside time, as plain data for the catalog.
#include <pybind11/pybind11.h>

#include "vmperf/bench/quantity.hpp"

namespace py = pybind11;

namespace vmperf::bench {
namespace {

py::dict describe(const MetricSpec &spec) {
  return py::dict(py::arg("name") = spec.name, py::arg("unit") = spec.unit,
                  py::arg("better") = to_text(spec.better), py::arg("scope") = to_text(spec.scope),
                  py::arg("merge") = to_text(spec.merge));
}

py::dict describe(const DistributionSpec &spec) {
  return py::dict(py::arg("name") = spec.name, py::arg("unit") = spec.unit,
                  py::arg("better") = to_text(spec.better));
}

py::dict describe(const SeriesSpec &spec) {
  return py::dict(py::arg("name") = spec.name, py::arg("x_unit") = spec.x_unit,
                  py::arg("y_unit") = spec.y_unit);
}

py::dict describe(const Column &column) {
  return py::dict(py::arg("name") = column.name, py::arg("unit") = column.unit);
}

py::dict describe(const TableSpec &spec);

template <class T> py::list describe_all(const std::vector<T> &specs) {
  py::list all;
  for (const T &spec : specs) {
    all.append(describe(spec));
  }
  return all;
}

py::dict describe(const TableSpec &spec) {
  return py::dict(py::arg("name") = spec.name, py::arg("columns") = describe_all(spec.columns));
}

} // namespace

py::dict describe(const Quantities &quantities, bool latency) {
  std::vector<MetricSpec> metrics = quantities.metrics;
  metrics.insert(metrics.end(), built_in_metrics().begin(), built_in_metrics().end());
  std::vector<DistributionSpec> distributions = quantities.distributions;
  if (latency) {
    distributions.push_back({kLatency, "ns", Better::lower});
  }
  return py::dict(py::arg("metrics") = describe_all(metrics),
                  py::arg("distributions") = describe_all(distributions),
                  py::arg("series") = describe_all(quantities.series),
                  py::arg("tables") = describe_all(quantities.tables));
}

} // namespace vmperf::bench
