// Levels, thresholds and the C library's path. What is kept on disk is Python's:
// vmperf._measure.thresholds.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include <optional>
#include <string>
#include <vector>

#include "bind_buffer.hpp"
#include "bind_control.docs.hpp"
#include "bind_fastcall.hpp"
#include "vmperf/memops/level.hpp"
#include "vmperf/memops/thresholds.hpp"

namespace vmperf::memops {
namespace {

using Numbers = py::typing::Dict<py::str, py::int_>;

bool g_settled = false;

/// The level before set_simd_level(), to come back to.
class LevelChange {
public:
  explicit LevelChange(const std::string &name) : before_(set_simd_level(name)) {}
  void restore() const { set_simd_level(before_); }
  [[nodiscard]] std::string before() const { return std::string(name_of(before_)); }

private:
  Level before_;
};

Numbers to_dict(const Thresholds &values) {
  Numbers out;
  out["stream_copy_bytes"] = values.stream_copy_bytes;
  out["stream_fill_bytes"] = values.stream_fill_bytes;
  out["measured"] = values.measured;
  return out;
}

using Bytes = std::optional<IntArg>;

void set_some_thresholds(const Bytes &copy, const Bytes &fill, bool measured) {
  Thresholds values = thresholds();
  if (copy) {
    values.stream_copy_bytes = to_size(copy->ptr(), "stream_copy_bytes", SIZE_MAX);
  }
  if (fill) {
    values.stream_fill_bytes = to_size(fill->ptr(), "stream_fill_bytes", SIZE_MAX);
  }
  values.measured = measured;
  set_thresholds(values);
  g_settled = true;
}

Numbers measure_thresholds() {
  Thresholds found{};
  {
    const py::gil_scoped_release released;
    found = calibrate();
  }
  g_settled = true;
  return to_dict(found);
}

Numbers calibrate_with_cache(bool cached) {
  return py::module_::import("vmperf._measure.thresholds")
      .attr("calibrate")(py::arg("cached") = cached);
}

std::string library_path() {
  // CMake installs it beside the native module, also in an editable install.
  const auto core = py::module_::import("vmperf._core").attr("__file__").cast<std::string>();
  return core.substr(0, core.rfind('/')) + "/lib/libvmperf_memops.so";
}

void bind_levels(py::module_ &m) {
  py::class_<LevelChange>(m, "LevelChange", docs::LevelChange)
      .def_property_readonly("before", &LevelChange::before, "The level before.")
      .def(
          "__enter__", [](LevelChange &change) -> LevelChange & { return change; },
          py::return_value_policy::reference)
      .def("__exit__",
           [](const LevelChange &change, const py::args & /*exception*/) { change.restore(); });
  m.def("simd_level", [] { return std::string(name_of(simd_level())); }, docs::simd_level);
  m.def(
      "set_simd_level", [](const py::str &name) { return LevelChange(name.cast<std::string>()); },
      py::arg("name"), docs::set_simd_level);
  m.def(
      "available_levels",
      [] {
        std::vector<std::string> names;
        for (const Level level : available_levels()) {
          names.emplace_back(name_of(level));
        }
        return names;
      },
      docs::available_levels);
}

void bind_thresholds(py::module_ &m) {
  m.def("thresholds", [] { return to_dict(thresholds()); }, docs::thresholds);
  m.def(
      "set_thresholds",
      [](const Bytes &copy, const Bytes &fill) { set_some_thresholds(copy, fill, false); },
      py::kw_only(), py::arg("stream_copy_bytes") = py::none(),
      py::arg("stream_fill_bytes") = py::none(), docs::set_thresholds);
  m.def("calibrate", &calibrate_with_cache, py::kw_only(), py::arg("cached") = true,
        docs::calibrate);
  // For vmperf._measure.thresholds alone.
  m.def("_measure_thresholds", &measure_thresholds, "Measure, set and return the thresholds.");
  m.def(
      "_use_measured",
      [](const Bytes &copy, const Bytes &fill) { set_some_thresholds(copy, fill, true); },
      py::arg("stream_copy_bytes"), py::arg("stream_fill_bytes"),
      "Set thresholds that were measured before.");
}

} // namespace

void settle_thresholds() {
  if (g_settled) {
    return;
  }
  g_settled = true; // once: where it fails, the assumed values stay
  py::module_::import("vmperf._measure.thresholds").attr("settle")();
}

void bind_control(py::module_ &m) {
  bind_levels(m);
  bind_thresholds(m);
  m.def("library_path", &library_path, docs::library_path);
}

} // namespace vmperf::memops
