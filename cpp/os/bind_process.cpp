// The Python face of os/process.hpp: what workers do to themselves.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bind_process.docs.hpp"
#include "vmperf/os/process.hpp"

namespace py = pybind11;

namespace vmperf::os {

void bind_process(py::module_ &m) {
  m.def("die_with_parent", &die_with_parent, py::arg("parent_pid") = 0, docs::die_with_parent);
  m.def("allowed_cpus", &allowed_cpus, docs::allowed_cpus);
  m.def("pin_to_cpu", &pin_to_cpu, py::arg("cpu"), docs::pin_to_cpu);
  m.def("disable_aslr_after_exec", &disable_aslr_after_exec, docs::disable_aslr_after_exec);
  m.def("aslr_enabled", &aslr_enabled, docs::aslr_enabled);
}

} // namespace vmperf::os
