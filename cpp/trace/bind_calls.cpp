// What makes traces: files, recordings, events. What needs a process or a package of
// Python is Python's (vmperf._trace); its functions are called here so that each has one place.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "bind_calls.docs.hpp"
#include "vmperf/trace/events.hpp"
#include "vmperf/trace/file.hpp"
#include "vmperf/trace/finish.hpp"

namespace py = pybind11;

namespace vmperf::trace {
namespace {

using Path = std::filesystem::path;

template <class T> using Column = py::array_t<T, py::array::c_style | py::array::forcecast>;
template <class T> using MaybeColumn = std::optional<Column<T>>;

template <class T> std::span<const T> to_span(const Column<T> &column) {
  return {column.data(), static_cast<std::size_t>(column.size())};
}
template <class T> std::span<const T> to_span(const MaybeColumn<T> &column) {
  return column ? to_span(*column) : std::span<const T>{};
}

py::object python(const char *module, const char *function) {
  return py::module_::import((std::string("vmperf._trace.") + module).c_str()).attr(function);
}

py::object load(const Path &file) {
  const std::string path = file.string();
  const Format format = format_of(path);
  if (format == Format::memray) {
    return python("memray", "load")(file);
  }
  const py::gil_scoped_release released;
  AllocationTrace trace = format == Format::vmperf ? read_vmt(path) : read_memory_replay(path);
  const py::gil_scoped_acquire acquired;
  return py::cast(std::move(trace));
}

void convert(const Path &src, const Path &dst) {
  const py::object loaded = load(src);
  const auto &trace = loaded.cast<const AllocationTrace &>();
  const py::gil_scoped_release released;
  dst.extension() == ".txt" ? write_memory_replay(dst.string(), trace)
                            : write_vmt(dst.string(), trace);
}

py::object record(const py::object &cmd, const py::object &out, bool python_malloc) {
  return python("record", "record")(cmd, out, py::arg("python_malloc") = python_malloc);
}

AllocationTrace make(const Column<std::uint8_t> &kind, const Column<std::uint64_t> &address,
                     const Column<std::uint64_t> &size_bytes,
                     const MaybeColumn<std::uint64_t> &time_ns,
                     const MaybeColumn<std::uint64_t> &thread,
                     const MaybeColumn<std::uint64_t> &old_address,
                     const MaybeColumn<std::uint8_t> &alignment_log2, const std::string &source) {
  return from_events({.source = source,
                      .kind = to_span(kind),
                      .address = to_span(address),
                      .size_bytes = to_span(size_bytes),
                      .time_ns = to_span(time_ns),
                      .thread = to_span(thread),
                      .old_address = to_span(old_address),
                      .alignment_log2 = to_span(alignment_log2)});
}

py::dict finish_recording(const Path &stem, const Path &output, const std::string &machine) {
  const Finished found = [&] {
    const py::gil_scoped_release released;
    return finish(stem.string(), output.string(), machine);
  }();
  py::dict all;
  all["command"] = py::reinterpret_steal<py::str>(PyUnicode_DecodeUTF8(
      found.header.command.data(), static_cast<py::ssize_t>(found.header.command.size()),
      "surrogateescape"));
  all["process_id"] = found.header.process_id;
  all["parent_id"] = found.parent;
  all["forked"] = found.forked;
  all["n_ops"] = found.n_ops;
  all["n_slots"] = found.n_slots;
  all["n_threads"] = found.n_threads;
  all["unmatched_frees"] = found.header.unmatched_frees;
  all["unmatched_reallocs"] = found.header.unmatched_reallocs;
  all["lost_frees"] = found.header.lost_frees;
  all["lost_ops"] = found.header.lost_ops;
  return all;
}

} // namespace

void bind_calls(py::module_ &m) {
  m.def("load", &load, py::arg("path"), docs::load);
  m.def("convert", &convert, py::arg("src"), py::arg("dst"), docs::convert);
  m.def("record", &record, py::arg("cmd"), py::arg("out") = "trace.vmt", py::kw_only(),
        py::arg("python_malloc") = false, docs::record);
  m.def("from_events", &make, py::arg("kind"), py::arg("address"), py::arg("size_bytes"),
        py::kw_only(), py::arg("time_ns") = py::none(), py::arg("thread") = py::none(),
        py::arg("old_address") = py::none(), py::arg("alignment_log2") = py::none(),
        py::arg("source") = "events", docs::from_events);
  m.def("_finish", &finish_recording, py::arg("stem"), py::arg("output"), py::arg("machine") = "");
}

} // namespace vmperf::trace
