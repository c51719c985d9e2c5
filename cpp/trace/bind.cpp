// The Python face of allocation traces: the class, its arrays and what reads and writes it.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>
#include <string>

#include "bind.docs.hpp"
#include "bind_files.hpp"
#include "vmperf/trace/file.hpp"
#include "vmperf/trace/stats.hpp"

namespace py = pybind11;

namespace vmperf::trace {
namespace {

// Registered at the first use: NumPy is not imported before.
py::array ops_of(const py::object &self) {
  static const bool registered = [] {
    PYBIND11_NUMPY_DTYPE(Op, time_ns, size_bytes, slot, thread, kind, alignment_log2);
    return true;
  }();
  (void)registered;
  const auto &trace = self.cast<const AllocationTrace &>();
  py::array_t<Op> ops(static_cast<py::ssize_t>(trace.ops.size()), trace.ops.data(), self);
  ops.attr("flags").attr("writeable") = false;
  return ops;
}

template <class Values> py::array_t<std::uint64_t> to_array(const Values &values) {
  return py::array_t<std::uint64_t>(static_cast<py::ssize_t>(values.size()), values.data());
}

py::dict stats_of(const AllocationTrace &trace, std::size_t points) {
  const Stats found = [&] {
    const py::gil_scoped_release released;
    return stats(trace, points);
  }();
  py::dict all;
  const auto count = [&](Kind kind) { return found.n_of_kind[static_cast<std::size_t>(kind)]; };
  all["n_ops"] = trace.ops.size();
  all["n_malloc"] = count(Kind::malloc);
  all["n_calloc"] = count(Kind::calloc);
  all["n_realloc"] = count(Kind::realloc);
  all["n_aligned"] = count(Kind::aligned);
  all["n_free"] = count(Kind::free);
  all["allocated_bytes"] = found.allocated_bytes;
  all["n_never_freed"] = found.n_never_freed;
  all["never_freed_bytes"] = found.never_freed_bytes;
  all["peak_live_bytes"] = found.peak_live_bytes;
  all["peak_live_blocks"] = found.peak_live_blocks;
  all["peak_time_ns"] = found.peak_time_ns;
  all["duration_ns"] = found.duration_ns;
  all["n_handed_over"] = found.n_handed_over;
  all["handed_over_bytes"] = found.handed_over_bytes;
  all["unmatched_frees"] = trace.header.unmatched_frees;
  all["unmatched_reallocs"] = trace.header.unmatched_reallocs;
  all["lost_frees"] = trace.header.lost_frees;
  all["lost_ops"] = trace.header.lost_ops;
  all["sizes"] = to_array(found.sizes);
  all["lifetimes"] = to_array(found.lifetimes);
  all["ops_of_thread"] = to_array(found.ops_of_thread);
  all["curve_time_ns"] = to_array(found.curve_time_ns);
  all["curve_live_bytes"] = to_array(found.curve_live_bytes);
  return all;
}

py::dict header_of(const AllocationTrace &trace) {
  const Header &header = trace.header;
  py::dict all;
  // Words of a foreign program may be any bytes.
  const auto text = [](const std::string &bytes) {
    return py::reinterpret_steal<py::str>(PyUnicode_DecodeUTF8(
        bytes.data(), static_cast<py::ssize_t>(bytes.size()), "surrogateescape"));
  };
  all["command"] = text(header.command);
  all["machine"] = text(header.machine);
  all["clock"] = text(header.clock);
  all["source"] = text(header.source);
  all["sampled"] = header.sampled;
  all["process_id"] = header.process_id;
  all["unmatched_frees"] = header.unmatched_frees;
  all["unmatched_reallocs"] = header.unmatched_reallocs;
  all["lost_frees"] = header.lost_frees;
  all["lost_ops"] = header.lost_ops;
  return all;
}

} // namespace

void bind(py::module_ &m) {
  m.doc() = docs::module;
  m.attr("KINDS") = py::make_tuple("malloc", "calloc", "realloc", "aligned", "free");
  py::class_<AllocationTrace>(m, "AllocationTrace", docs::AllocationTrace)
      .def_property_readonly("ops", &ops_of, docs::AllocationTrace_ops)
      .def_property_readonly("header", &header_of, docs::AllocationTrace_header)
      .def_readonly("n_slots", &AllocationTrace::n_slots, "Most blocks that were live at once.")
      .def_readonly("n_threads", &AllocationTrace::n_threads, "Threads that asked for anything.")
      .def("stats", &stats_of, py::arg("points") = 256, docs::AllocationTrace_stats)
      .def(
          "save",
          [](const AllocationTrace &trace, const std::filesystem::path &path) {
            write_vmt(path.string(), trace);
          },
          py::arg("path"), py::call_guard<py::gil_scoped_release>(), docs::AllocationTrace_save)
      .def("__len__", [](const AllocationTrace &trace) { return trace.ops.size(); })
      .def("__repr__", [](const AllocationTrace &trace) {
        return "AllocationTrace(" + std::to_string(trace.ops.size()) + " operations, " +
               std::to_string(trace.n_slots) + " slots, " + std::to_string(trace.n_threads) +
               " threads)";
      });
  bind_files(m);
}

} // namespace vmperf::trace
