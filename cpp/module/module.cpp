// vmperf._core: one module over all components. The table in cpp/CMakeLists.txt writes
// components.inc; a component named there without bind() or declare() fails at import by name.
#include <pybind11/pybind11.h>

#include "vmperf/bench/registry.hpp"
#include "vmperf/version.hpp"

namespace py = pybind11;

#define VMPERF_BINDS(name)                                                                         \
  namespace vmperf::name {                                                                         \
  void bind(py::module_ &m);                                                                       \
  }
#define VMPERF_DECLARES(name)                                                                      \
  namespace vmperf::name {                                                                         \
  void declare(bench::Registry &registry);                                                         \
  }
#include "vmperf/components.inc"
#undef VMPERF_BINDS
#undef VMPERF_DECLARES

namespace vmperf {
void bind_errors(py::module_ &m);
} // namespace vmperf

PYBIND11_MODULE(_core, m) {
  m.doc() = "Native core of vmperf: every component is a submodule.";
  m.attr("__version__") = VMPERF_VERSION;
  vmperf::bind_errors(m);
  auto &registry = vmperf::bench::registry();
#define VMPERF_BINDS(name)                                                                         \
  {                                                                                                \
    auto sub = m.def_submodule(#name);                                                             \
    vmperf::name::bind(sub);                                                                       \
  }
#define VMPERF_DECLARES(name) vmperf::name::declare(registry);
#include "vmperf/components.inc"
}
