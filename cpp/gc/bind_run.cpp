// Bindings: programs run on a heap of a name, and what their pauses were.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include <memory>
#include <utility>
#include <vector>

#include "bind_run.docs.hpp"
#include "vmperf/gc/run.hpp"
#include "vmperf/stats/histogram.hpp"
#include "vmperf/stats/utilisation.hpp"

namespace py = pybind11;

namespace vmperf::gc {
namespace {

void name_fields() {
  static bool done = false; // written with the GIL held
  if (!std::exchange(done, true)) {
    PYBIND11_NUMPY_DTYPE(Pause, start_ns, kind, cause, ns, ttsp_ns, roots_ns, remset_ns, copy_ns,
                         mark_ns, sweep_ns, live_before_bytes, live_after_bytes, promoted_bytes,
                         copied_objects, marked_objects, remembered, survivors_bytes, workers,
                         steals, target_ns, interrupted_ns, steal_attempts, idle_ns);
    PYBIND11_NUMPY_DTYPE(Decision, time_ns, target_ns, measured_ns, estimate_ns, work_left_ns,
                         slice_ns, nursery_bytes, space_left_bytes, phase, clamped);
  }
}

template <auto kRows> py::array rows_of(const RunResult &run) {
  name_fields();
  const auto &rows = run.*kRows;
  return py::array_t<typename std::remove_cvref_t<decltype(rows)>::value_type>(
      static_cast<py::ssize_t>(rows.size()), rows.data());
}

stats::Histogram histogram_of(const RunResult &run) {
  stats::Histogram histogram;
  for (const Pause &pause : run.pauses) {
    histogram.record(static_cast<std::uint64_t>(pause.ns));
  }
  return histogram;
}

py::array_t<double> utilisation_of(const RunResult &run, const std::vector<double> &windows_ms) {
  std::vector<std::int64_t> start;
  std::vector<std::int64_t> ns;
  for (const Pause &pause : run.pauses) {
    start.push_back(pause.start_ns);
    ns.push_back(pause.ns);
  }
  std::vector<std::int64_t> windows;
  windows.reserve(windows_ms.size());
  for (const double ms : windows_ms) {
    windows.push_back(static_cast<std::int64_t>(ms * 1e6));
  }
  const auto found = stats::min_mutator_utilisation(
      {.start_ns = start, .ns = ns, .begin_ns = run.begin_ns, .end_ns = run.end_ns}, windows);
  return py::array_t<double>(static_cast<py::ssize_t>(found.size()), found.data());
}

} // namespace

void bind_run(py::module_ &m) {
  // Run.hdr() gives a class of stats, which has to be there when its signature is written.
  const py::dict modules = py::module_::import("sys").attr("modules");
  static_cast<void>(py::object(modules["vmperf._core"].attr("stats").attr("Histogram")));
  py::class_<RunResult>(m, "Run", docs::Run)
      .def_readonly("begin_ns", &RunResult::begin_ns, "Monotonic clock before the first step.")
      .def_readonly("end_ns", &RunResult::end_ns, "Monotonic clock after the last step.")
      .def_readonly("checksum", &RunResult::checksum, "One on all collectors for one seed.")
      .def_readonly("objects", &RunResult::objects, "How many objects the steps made.")
      .def_property_readonly(
          "n_collections", [](const RunResult &run) { return run.figures.collections; },
          "How many collections the steps took.")
      .def_property_readonly("pauses", &rows_of<&RunResult::pauses>, docs::Run_pauses)
      .def_property_readonly("decisions", &rows_of<&RunResult::decisions>, docs::Run_decisions)
      .def("hdr", &histogram_of, docs::Run_hdr)
      .def("min_mutator_utilisation", &utilisation_of, py::arg("windows_ms"),
           docs::Run_min_mutator_utilisation)
      .def("jvm_log", &jvm_log, docs::Run_jvm_log)
      .def("chrome_trace", &chrome_trace, docs::Run_chrome_trace);
}

} // namespace vmperf::gc
