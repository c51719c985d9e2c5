// What is Python's (vmperf._numa): topologies of hwloc, of files, published ones; advice. Its
// functions are called here so that each has one place.
#include <pybind11/typing.h>

#include <string>

#include "bind_args.hpp"
#include "bind_stated.docs.hpp"
#include "vmperf/numa/allocator.hpp"

namespace vmperf::numa {
namespace {

using Facts = py::typing::Dict<py::str, py::object>;

py::object python(const char *module, const char *function) {
  return py::module_::import((std::string("vmperf._numa.") + module).c_str()).attr(function);
}

TopologyPtr hwloc(const py::object &text) {
  return python("hwloc", "hwloc")(text).cast<TopologyPtr>();
}

TopologyPtr from_dict(const py::object &given) {
  return python("fixtures", "from_dict")(given).cast<TopologyPtr>();
}

TopologyPtr preset(const py::object &name) {
  return python("presets", "preset")(name).cast<TopologyPtr>();
}

Facts to_dict(const py::object &self) {
  return python("fixtures", "to_dict")(self);
}

Facts presets() {
  return python("presets", "presets")();
}

Facts trace_cost(const py::object &allocator, const py::object &addresses,
                 const py::object &threads, const py::object &thread_cpu) {
  (void)allocator.cast<const NumaAllocator &>();
  return python("advice", "trace_cost")(allocator, addresses, threads, thread_cpu);
}

Facts advise(const py::object &topology, const py::object &accesses, const py::object &capacity) {
  (void)topology.cast<const Topology &>();
  return python("advice", "advise")(topology, accesses, capacity);
}

} // namespace

void bind_stated(py::module_ &m) {
  auto one = py::reinterpret_borrow<py::class_<Topology, TopologyPtr>>(m.attr("Topology"));
  one.def_static("hwloc", &hwloc, py::arg("text"), docs::Topology_hwloc)
      .def_static("preset", &preset, py::arg("name"), docs::Topology_preset)
      .def_static("from_dict", &from_dict, py::arg("given"), docs::Topology_from_dict)
      .def("to_dict", &to_dict, docs::Topology_to_dict);
  m.def("presets", &presets, docs::presets);
  m.def("trace_cost", &trace_cost, py::arg("allocator"), py::arg("addresses"),
        py::arg("threads") = py::none(), py::kw_only(), py::arg("thread_cpu"), docs::trace_cost);
  m.def("advise", &advise, py::arg("topology"), py::arg("accesses"), py::kw_only(),
        py::arg("capacity") = py::none(), docs::advise);
}

} // namespace vmperf::numa
