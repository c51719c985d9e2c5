// vmperf._core: one module over all components. The table in cpp/CMakeLists.txt writes
// components.inc; a component named there without bind() fails at import by name.
#include <pybind11/pybind11.h>

#include "declare_all.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/version.hpp"

namespace py = pybind11;

#define VMPERF_BINDS(name)                                                                         \
  namespace vmperf::name {                                                                         \
  void bind(py::module_ &m);                                                                       \
  }
#include "vmperf/components.inc"
#undef VMPERF_BINDS

namespace vmperf {
void bind_errors(py::module_ &m);
} // namespace vmperf

PYBIND11_MODULE(_core, m) {
  m.doc() = "Native core of vmperf: every component is a submodule.";
  m.attr("__version__") = VMPERF_VERSION;
  vmperf::bind_errors(m);
#define VMPERF_BINDS(name)                                                                         \
  {                                                                                                \
    auto sub = m.def_submodule(#name);                                                             \
    vmperf::name::bind(sub);                                                                       \
  }
#include "vmperf/components.inc"
  vmperf::declare_all(vmperf::bench::registry());
}
