// The Python face of the harness: one measuring call; the rest in bind_*.cpp.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>

#include "bind.docs.hpp"
#include "bind_files.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/runner.hpp"

namespace py = pybind11;

namespace vmperf::bench {

namespace {

Sampling parse_sampling(const std::string &text) {
  if (text == "flat") {
    return Sampling::flat;
  }
  if (text == "linear") {
    return Sampling::linear;
  }
  throw InvalidArgumentError("sampling", "'" + text + "'", "flat, linear");
}

Params to_params(const std::map<std::string, Value> &values) {
  Params params;
  for (const auto &[name, value] : values) {
    params.set(name, value);
  }
  return params;
}

std::vector<CaseResult> measure_case(const std::string &id,
                                     const std::map<std::string, Value> &params,
                                     const std::vector<std::string> &designs,
                                     const Settings &settings, const std::string &beacon_path) {
  std::optional<Beacon> beacon;
  if (!beacon_path.empty()) {
    beacon.emplace(beacon_path);
  }
  return measure(registry(), registry().find(id), to_params(params), designs, settings,
                 beacon ? &*beacon : nullptr);
}

void bind_measure(py::module_ &m) {
  m.def(
      "measure",
      [](const std::string &id, const std::map<std::string, Value> &params,
         const std::vector<std::string> &designs, std::int64_t warm_up_ns,
         std::int64_t measurement_ns, int n_samples, const std::string &sampling, int n_placements,
         std::uint64_t seed, std::uint64_t process, bool count_instructions,
         const std::string &beacon, std::int64_t evidence_ns, std::int64_t deadline_ns) {
        const Settings settings{warm_up_ns,   measurement_ns, n_samples, parse_sampling(sampling),
                                n_placements, seed,           process,   count_instructions,
                                evidence_ns,  deadline_ns};
        const py::gil_scoped_release release;
        return measure_case(id, params, designs, settings, beacon);
      },
      py::arg("id"), py::arg("params"), py::arg("designs"), py::kw_only(), py::arg("warm_up_ns"),
      py::arg("measurement_ns"), py::arg("n_samples"), py::arg("sampling"), py::arg("n_placements"),
      py::arg("seed"), py::arg("process"), py::arg("count_instructions"), py::arg("beacon") = "",
      py::arg("evidence_ns") = 0, py::arg("deadline_ns") = 0, docs::measure);
}

} // namespace

void bind(py::module_ &m) {
  m.doc() = "The native harness: the catalog of benchmarks and the call that measures them.";
  bind_files(m); // the classes that measure() returns among them
  bind_measure(m);
}

} // namespace vmperf::bench
