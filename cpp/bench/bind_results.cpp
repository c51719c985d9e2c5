// The Python face of results: samples as NumPy views of the C++ buffers, and what came with them.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bind_details.hpp"
#include "bind_results.docs.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/base/text.hpp"
#include "vmperf/bench/runner.hpp"

namespace py = pybind11;

namespace vmperf::bench {
namespace {

py::list all_shown(const std::vector<std::string> &texts) {
  py::list all;
  for (const std::string &text : texts) {
    all.append(shown(text));
  }
  return all;
}

// A read-only view whose base keeps the C++ buffer alive: no copy.
template <class T> py::array view(const py::object &owner, const std::vector<T> &values) {
  py::array_t<T> array({static_cast<py::ssize_t>(values.size())}, values.data(), owner);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

template <auto Field> py::array view_of(const py::object &self) {
  return view(self, self.cast<const Samples &>().*Field);
}

py::bytes to_bytes(const Samples &samples, const std::string &field) {
  const auto raw = [](const auto &v) {
    return py::bytes(reinterpret_cast<const char *>(v.data()), v.size() * sizeof(v[0]));
  };
  if (field == "ns_total") {
    return raw(samples.ns_total);
  }
  if (field == "iterations") {
    return raw(samples.iterations);
  }
  if (field == "flags") {
    return raw(samples.flags);
  }
  if (field == "placement") {
    return raw(samples.placement);
  }
  throw InvalidArgumentError("field", "'" + field + "'", "ns_total, iterations, flags, placement");
}

py::dict to_dict(const Evidence &evidence) {
  py::dict dict;
  dict["instr_per_op"] = evidence.instr_per_op;
  dict["instr_status"] = evidence.instr_status;
  dict["empty_instr_per_op"] = evidence.empty_instr_per_op;
  dict["empty_ns_per_op"] = evidence.empty_ns_per_op;
  dict["core_hz"] = evidence.core_hz;
  dict["copies_ns"] = evidence.copies_ns;
  dict["copies_instr"] = evidence.copies_instr;
  dict["work_per_op"] = evidence.work_per_op;
  dict["repeats_per_op"] = evidence.repeats_per_op;
  dict["fresh_instr_per_op"] = evidence.fresh_instr_per_op;
  dict["small_ns_per_op"] = evidence.small_ns_per_op;
  dict["growth"] = evidence.growth;
  dict["grows_late"] = evidence.grows_late;
  dict["waits"] = evidence.waits;
  dict["notes"] = all_shown(evidence.notes);
  dict["disturbs"] = all_shown(evidence.disturbs);
  return dict;
}

py::dict to_dict(const decltype(CaseResult::metrics) &metrics) {
  py::dict dict;
  for (const auto &[name, values] : metrics) {
    py::list list;
    for (const double value : values) {
      list.append(number_or_none(value));
    }
    dict[py::str(name)] = list;
  }
  return dict;
}

void bind_samples(py::module_ &m) {
  py::class_<Samples>(m, "Samples", docs::Samples)
      .def("__len__", &Samples::size)
      .def_property_readonly("ns_total", &view_of<&Samples::ns_total>,
                             "int64 array ``(n_samples,)``: nanoseconds of each batch.")
      .def_property_readonly("iterations", &view_of<&Samples::iterations>,
                             "int64 array ``(n_samples,)``: ops in each batch.")
      .def_property_readonly("flags", &view_of<&Samples::flags>, docs::Samples_flags)
      .def_property_readonly("placement", &view_of<&Samples::placement>,
                             "uint32 array ``(n_samples,)``: which placement of buffers it ran in.")
      .def("to_bytes", &to_bytes, py::arg("field"), docs::Samples_to_bytes);
}

void bind_result(py::module_ &m) {
  py::class_<CaseResult>(m, "CaseResult", docs::CaseResult)
      .def_readonly("design", &CaseResult::design, "Name of the design.")
      .def_property_readonly(
          "status", [](const CaseResult &self) { return std::string(to_text(self.status)); },
          "``ok`` or why the case was refused or failed.")
      .def_property_readonly(
          "reason", [](const CaseResult &self) { return shown(self.reason); },
          "The refusal in words; empty when ok.")
      .def_property_readonly(
          "version", [](const CaseResult &self) { return shown(self.version); },
          "Version of a peer; empty for own designs.")
      .def_readonly("checksum", &CaseResult::checksum, "Checksum of the first ops of the run.")
      .def_property_readonly(
          "samples",
          [](const py::object &self) {
            return py::cast(&self.cast<CaseResult &>().samples,
                            py::return_value_policy::reference_internal, self);
          },
          "The raw samples (:class:`Samples`).")
      .def_property_readonly(
          "evidence", [](const CaseResult &self) { return to_dict(self.evidence); },
          docs::CaseResult_evidence)
      .def_property_readonly(
          "metrics", [](const CaseResult &self) { return to_dict(self.metrics); },
          "Metric -> its value in each placement, None where it was not delivered.")
      .def(
          "details", [](const CaseResult &self) { return to_list(self.details); },
          docs::CaseResult_details);
}

} // namespace

void bind_results(py::module_ &m) {
  bind_samples(m);
  bind_result(m);
}

} // namespace vmperf::bench
