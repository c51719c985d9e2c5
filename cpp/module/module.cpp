// vmperf._core: one module over all components. The table in cpp/CMakeLists.txt writes
// components.inc; a component named there without bind() or declare() fails at import by name. What
// one binds is registered at its first use (components.hpp).
#include <pybind11/pybind11.h>

#include <string_view>

#include "components.hpp"
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

namespace {

// The registry is bench's: it is filled as bench is, in the order of the table.
void declare_benchmarks() {
  auto &registry = bench::registry();
#define VMPERF_BINDS(name)
#define VMPERF_DECLARES(name) name::declare(registry);
#include "vmperf/components.inc"
#undef VMPERF_BINDS
#undef VMPERF_DECLARES
}

void add(py::module_ &core, const char *name, Bind bind) {
  add_component(core, name, bind,
                std::string_view(name) == "bench" ? &declare_benchmarks : nullptr);
}

} // namespace
} // namespace vmperf

PYBIND11_MODULE(_core, m) {
  m.doc() = "Native core of vmperf: every component is a submodule.";
  m.attr("__version__") = VMPERF_VERSION;
  vmperf::bind_errors(m);
#define VMPERF_BINDS(name) vmperf::add(m, #name, &vmperf::name::bind);
#define VMPERF_DECLARES(name)
#include "vmperf/components.inc"
}
