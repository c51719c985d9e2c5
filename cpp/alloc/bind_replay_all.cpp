// Bindings: a trace through several allocators.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <optional>
#include <string>

#include "bind_replay_all.docs.hpp"

namespace py = pybind11;

namespace vmperf::alloc {
namespace {

// Processes are Python's; its function is called here so that it has one place.
py::object replay_all(const py::object &trace, const py::object &designs, const std::string &speed,
                      const std::string &threads, const std::string &touch, int repeats,
                      bool latency, const std::optional<std::string> &reference, std::uint64_t seed,
                      double timeout_s, const py::object &progress) {
  return py::module_::import("vmperf._replay.replay")
      .attr("replay")(trace, designs, py::arg("speed") = speed, py::arg("threads") = threads,
                      py::arg("touch") = touch, py::arg("repeats") = repeats,
                      py::arg("latency") = latency, py::arg("reference") = reference,
                      py::arg("seed") = seed, py::arg("timeout_s") = timeout_s,
                      py::arg("progress") = progress);
}

} // namespace

void bind_replay_all(py::module_ &m) {
  m.def("replay", &replay_all, py::arg("trace"), py::arg("designs") = py::none(), py::kw_only(),
        py::arg("speed") = "max", py::arg("threads") = "merge", py::arg("touch") = "use",
        py::arg("repeats") = 5, py::arg("latency") = true, py::arg("reference") = py::none(),
        py::arg("seed") = 0, py::arg("timeout_s") = 600.0, py::arg("progress") = py::none(),
        docs::replay);
}

} // namespace vmperf::alloc
