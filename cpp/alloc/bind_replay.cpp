// Bindings: plans of a replay, and one replay through one allocator in this process.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>
#include <string>

#include "bind_replay.docs.hpp"
#include "vmperf/alloc/api/replay.hpp"
#include "vmperf/os/memory_use.hpp"

namespace py = pybind11;

namespace vmperf::alloc {
namespace {

using Record = py::typing::Dict<py::str, py::object>;

ReplayPlan plan_of(const trace::AllocationTrace &trace, const std::string &threads,
                   const std::string &speed, std::size_t points) {
  const ReplayThreads how = to_replay_threads(threads);
  const ReplaySpeed when = to_replay_speed(speed);
  const py::gil_scoped_release released;
  return plan_replay(trace.ops, how, when, points);
}

// Faces are entered with the designs, which bench fills in at its first use. Asked for as a module
// that is there: a process that only replays has no package around it.
void enter_faces() {
  const py::dict modules = py::module_::import("sys").attr("modules");
  static_cast<void>(py::object(modules["vmperf._core"].attr("bench").attr("catalog")));
}

Face face_of(const ReplayPlan &plan, const std::string &design) {
  return design == "null" ? null_face(plan.counts().largest_bytes) : open_face(design);
}

Record counts_of(const ReplayPlan &plan) {
  const PlanCounts &counts = plan.counts();
  Record found;
  found["n_ops"] = counts.n_ops;
  found["n_slots"] = counts.n_slots;
  found["n_threads"] = plan.threads().size();
  found["unmatched_frees"] = counts.unmatched_frees;
  found["live_peak_bytes"] = counts.live_peak_bytes;
  found["live_end_bytes"] = counts.live_end_bytes;
  found["live_end_blocks"] = counts.live_end_blocks;
  return found;
}

Record classes_of(const Replayed &replayed) {
  Record classes;
  for (std::size_t i = 0; i < kOpClasses; ++i) {
    const ClassFigures &one = replayed.classes.at(i);
    Record figures;
    figures["n_ops"] = one.n_ops;
    figures["ns_total"] = one.ns_total;
    figures["n_long"] = one.n_long;
    figures["latency"] =
        py::bytes(reinterpret_cast<const char *>(one.latency.data()), one.latency.size());
    classes[word_of(static_cast<OpClass>(i))] = figures;
  }
  return classes;
}

Record to_dict(const Replayed &replayed) {
  Record found;
  found["ns_total"] = replayed.ns_total;
  found["wall_ns"] = replayed.wall_ns;
  found["cpu_ns"] = replayed.cpu_ns;
  found["waited_ns"] = replayed.waited_ns;
  found["n_ops"] = replayed.n_ops;
  found["n_failed"] = replayed.n_failed;
  found["page_faults"] = replayed.page_faults;
  found["peak_bytes"] = replayed.peak_bytes;
  found["end_bytes"] = replayed.end_bytes;
  found["freed_bytes"] = replayed.freed_bytes;
  found["purged_bytes"] = replayed.purged_bytes;
  found["classes"] = classes_of(replayed);
  py::list series;
  for (const MemoryPoint &point : replayed.series) {
    series.append(py::make_tuple(point.ops, point.resident_bytes, point.live_bytes));
  }
  found["series"] = series;
  return found;
}

Record replay_of(const ReplayPlan &plan, const std::string &design, const std::string &touch,
                 bool stamped) {
  const ReplaySettings settings{.touch = to_replay_touch(touch), .stamped = stamped};
  std::optional<Replayed> replayed;
  std::int64_t loaded_bytes = 0;
  enter_faces();
  {
    const py::gil_scoped_release released;
    const std::int64_t before = os::resident_bytes();
    const Face face = face_of(plan, design);
    loaded_bytes = os::resident_bytes() - before;
    replayed = replay(plan, face, settings);
  }
  Record found = to_dict(*replayed);
  found["loaded_bytes"] = loaded_bytes;
  return found;
}

Record check_of(const ReplayPlan &plan, const std::string &design) {
  CheckedReplay checked;
  enter_faces();
  {
    const py::gil_scoped_release released;
    checked = check_replay(plan, open_face(design));
  }
  Record found;
  found["corrupted"] = checked.corrupted;
  found["misaligned"] = checked.misaligned;
  found["overlapping"] = checked.overlapping;
  found["unzeroed"] = checked.unzeroed;
  found["failed"] = checked.failed;
  return found;
}

} // namespace

void bind_replay(py::module_ &m) {
  py::class_<ReplayPlan>(m, "ReplayPlan", docs::ReplayPlan)
      .def_static("open", &ReplayPlan::open, py::arg("path"), docs::ReplayPlan_open)
      .def("save", &ReplayPlan::save, py::arg("path"), docs::ReplayPlan_save)
      .def("counts", &counts_of, docs::ReplayPlan_counts)
      .def("replay", &replay_of, py::arg("design"), py::kw_only(), py::arg("touch") = "use",
           py::arg("stamped") = false, docs::ReplayPlan_replay)
      .def("check", &check_of, py::arg("design"), docs::ReplayPlan_check);
  m.def("plan_replay", &plan_of, py::arg("trace"), py::kw_only(), py::arg("threads") = "merge",
        py::arg("speed") = "max", py::arg("points") = 200, docs::plan_replay);
}

} // namespace vmperf::alloc
