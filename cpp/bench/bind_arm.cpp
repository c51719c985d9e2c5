// One side of a comparison, commanded from Python batch by batch.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <tuple>

#include "bind_arm.docs.hpp"
#include "bind_details.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/base/text.hpp"
#include "vmperf/bench/arm.hpp"

namespace py = pybind11;

namespace vmperf::bench {
namespace {

std::tuple<std::int64_t, std::uint32_t> run(Arm &arm, std::uint64_t n) {
  const Arm::Timing timing = arm.run(n);
  return {timing.ns, timing.flags};
}

std::tuple<std::optional<double>, std::string> count(Arm &arm) {
  Arm::Instructions counted = arm.count_instructions();
  return {counted.per_op, std::move(counted.status)};
}

py::dict to_dict(const std::map<std::string, double, std::less<>> &values) {
  py::dict found;
  for (const auto &[name, value] : values) {
    found[py::str(name)] = number_or_none(value);
  }
  return found;
}

py::dict report(Arm &arm) {
  const Arm::Reported reported = [&arm] {
    const py::gil_scoped_release release;
    return arm.report();
  }();
  return py::dict(py::arg("metrics") = to_dict(reported.metrics),
                  py::arg("details") = to_list(reported.details));
}

py::dict sample(Arm &arm) {
  const auto found = [&arm] {
    const py::gil_scoped_release release;
    return arm.sample();
  }();
  return to_dict(found);
}

Arm make(const std::string &id, const std::map<std::string, Value> &values,
         const std::string &design, std::uint64_t seed, std::uint64_t data_seed) {
  Params params;
  params.set_seed(data_seed);
  for (const auto &[name, value] : values) {
    params.set(name, value);
  }
  const py::gil_scoped_release release;
  return {registry(), id, params, design, seed};
}

} // namespace

void bind_arm(py::module_ &m) {
  using Released = py::call_guard<py::gil_scoped_release>;
  py::class_<Arm>(m, "Arm", docs::Arm)
      .def(py::init(&make), py::arg("id"), py::arg("params"), py::arg("design"), py::kw_only(),
           py::arg("seed"), py::arg("data_seed") = Params::kDefaultSeed)
      .def_property_readonly(
          "max_n", [](const Arm &) { return Arm::kMostOps; }, "int: the most ops of one batch.")
      .def_property_readonly(
          "version", [](const Arm &arm) { return shown(arm.version()); },
          "str: of the peer or library measured; empty for own designs.")
      .def("calibrate", &Arm::calibrate, Released(), py::arg("warm_up_ns"), docs::Arm_calibrate)
      .def("run", &run, Released(), py::arg("n"), docs::Arm_run)
      .def("count_instructions", &count, Released(), docs::Arm_count_instructions)
      .def("report", &report, docs::Arm_report)
      .def("sample", &sample, docs::Arm_sample)
      .def("verify", [](Arm &arm) { return shown(arm.verify()); }, Released(), docs::Arm_verify);
}

} // namespace vmperf::bench
